"""Small pools of files in memory, and pip resolving over them: what is asked for, in order, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement as Pep508Requirement
from packaging.tags import Tag
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from explorer.events import Body
from explorer.indexes.filenames import WheelName, parse_filename
from explorer.indexes.listing import Listing, SearchResult
from explorer.model.environment import Environment
from explorer.model.files import DistributionFile
from explorer.model.index import Index
from explorer.model.reasons import NotADistribution, VersionRefusal
from explorer.model.requirement import Requirement
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile
from explorer.resolve.pip.resolver import resolve_pip
from explorer.resolve.solution import NoSolution, Solution
from explorer.settings.settings import FileSettings, PipSettings, Settings
from explorer.wheels.core_metadata import CoreMetadata, MetadataResult

LINUX = Environment(
    name="linux x86_64 · 3.11",
    markers={
        "implementation_name": "cpython",
        "implementation_version": "3.11.7",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": "3.11.7",
        "python_version": "3.11",
        "sys_platform": "linux",
    },
    tags=(
        Tag("cp311", "cp311", "manylinux_2_17_x86_64"),
        Tag("cp311", "abi3", "manylinux_2_17_x86_64"),
        Tag("cp311", "none", "any"),
        Tag("py3", "none", "any"),
    ),
)


def stated(text: str, **more: Any) -> Requirement:
    """A requirement as a user or METADATA states it."""
    parsed = Pep508Requirement(text)
    return Requirement(
        name=canonicalize_name(parsed.name),
        specifier=parsed.specifier,
        extras=frozenset(canonicalize_name(extra) for extra in parsed.extras),
        marker=parsed.marker,
        **({"url": SafeUrl.parse(parsed.url)} if parsed.url else {}),
        **more,
    )


@dataclass
class World:
    """Indexes with files, and their metadata; `asked` collects what a resolver wants to know, in order."""

    indexes: dict[str, list[DistributionFile]] = field(default_factory=dict)
    metadata_of: dict[str, CoreMetadata | VersionRefusal | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: list[Body] = field(default_factory=list)

    def file(
        self,
        filename: str,
        *requires: str,
        on: str = "main",
        sidecar: bool = True,
        python: str | None = None,
        refusal: VersionRefusal | Exception | None = None,
        extras: Sequence[str] = (),
        **listed: Any,
    ) -> World:
        """List a file on an index; `requires` and `python` stand in its METADATA, `listed` are values of its entry."""
        name = parse_filename(filename, None)
        assert not isinstance(name, NotADistribution), name.detail
        wheel = isinstance(name, WheelName)
        tags = (
            {"build": name.build, "python_tags": name.python, "abi_tags": name.abi, "platform_tags": name.platform}
            if isinstance(name, WheelName)
            else {}
        )
        url = listed.pop("url", f"https://{on}.test/files/{filename}")
        listing = self.indexes.setdefault(on, [])
        listing.append(
            DistributionFile(
                filename=filename,
                url=SafeUrl.parse(url),
                kind="wheel" if wheel else "sdist",
                name=name.name,
                version=name.version,
                core_metadata={} if sidecar and wheel else None,
                **tags,
                **listed,
            )
        )
        self.metadata_of[url] = refusal or CoreMetadata(
            name=name.name,
            version=name.version,
            requires=tuple(map(stated, requires)),
            requires_python=python,
            extras=frozenset(map(canonicalize_name, extras)),
        )
        return self

    def release(self, name: str, version: str, *requires: str, **more: Any) -> World:
        """List a pure wheel."""
        return self.file(f"{name.replace('-', '_')}-{version}-py3-none-any.whl", *requires, **more)

    def search(self, package: NormalizedName, index: str | None = None) -> SearchResult:
        self.asked.append(f"page {package}")
        listings = tuple(
            Listing(
                index=Index(url=SafeUrl.parse(f"https://{on}.test/simple")), package=package, files=_by_version(files)
            )
            for on, everything in self.indexes.items()
            if (files := [file for file in everything if file.name == package])
        )
        return SearchResult(package=package, listings=listings, requests=(len(self.asked),))

    def metadata(self, listing: Listing, version: Version, file: DistributionFile) -> MetadataResult:
        self.asked.append(f"metadata {file.filename}")
        known = self.metadata_of[file.url]
        if isinstance(known, Exception):
            raise known
        refused = not isinstance(known, CoreMetadata)
        return MetadataResult(
            metadata=None if refused else known,
            refusal=known if refused else None,
            way="sidecar" if file.core_metadata is not None else "streamed wheel" if file.is_wheel else "built sdist",
            filename=file.filename,
            requests=(len(self.asked),),
        )

    def resolve(self, *requirements: str | Requirement, release: str = "26.3", **settings: Any) -> Solution:
        """What pip of `release` resolves; `settings` are fields of `Settings`, `FileSettings` and `PipSettings`."""
        pip = {key: settings.pop(key) for key in list(settings) if key in PipSettings.__dataclass_fields__}
        files = {key: settings.pop(key) for key in list(settings) if key in FileSettings.__dataclass_fields__}
        installed = settings.pop("installed", {})
        site = None if installed is None else lambda: installed
        environment = settings.pop("environment", LINUX)
        value = Settings(
            tool="pip",
            kind=settings.pop("kind", "pip install"),
            mode="platform",
            command=(),
            directory=Path("/project"),
            requirements=tuple(stated(text) if isinstance(text, str) else text for text in requirements),
            constraints=tuple(map(stated, settings.pop("constraints", ()))),
            pip=PipSettings(**pip),
            files=FileSettings(**files),
            **settings,
        )
        profile = parse_profile(f"pip@{release}")
        return resolve_pip(value, profile, environment, self, self._tell, self._download, site)

    def pins(self, *requirements: str | Requirement, **settings: Any) -> dict[str, str]:
        """Name → version of what is chosen."""
        packages = self.resolve(*requirements, **settings).packages
        return {package.name: str(package.version) for package in packages}

    def chosen_file(self, requirement: str, **settings: Any) -> str:
        """The file chosen for a lone requirement, with the index it stands on."""
        (package,) = self.resolve(requirement, **settings).packages
        assert package.files is not None
        assert package.files.for_install is not None
        return f"{package.files.for_install.url.host.removesuffix('.test')}/{package.files.for_install.filename}"

    def failure(self, *requirements: str | Requirement, **settings: Any) -> NoSolution:
        try:
            solution = self.resolve(*requirements, **settings)
        except NoSolution as failure:
            return failure
        raise AssertionError(f"resolved to {solution}")

    def events(self, kind: type[Any]) -> list[Any]:
        return [body for body in self.told if isinstance(body, kind)]

    def _tell(self, body: Body, /, *, fork: int = 0) -> None:
        self.told.append(body)

    def _download(self, listing: Listing, file: DistributionFile) -> None:
        self.asked.append(f"download {file.filename}")


def installed(**versions: str) -> Mapping[NormalizedName, CoreMetadata]:
    """Installed packages without dependencies."""
    return {
        canonicalize_name(name): CoreMetadata(name=canonicalize_name(name), version=Version(version))
        for name, version in versions.items()
    }


def _by_version(files: Sequence[DistributionFile]) -> dict[Version, tuple[DistributionFile, ...]]:
    versions = dict.fromkeys(file.version for file in files)
    return {version: tuple(file for file in files if file.version == version) for version in versions}
