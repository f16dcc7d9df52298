"""What the settings and the profile say about the files of one package: one value, built once per package and index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from ..model.index import Index
from ..model.requirement import Requirement
from ..profiles import Profile
from ..settings.settings import FileSettings, Project, Settings
from .cutoff import cutoff_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRules:
    """The rules by which each file of a package is judged (wheels 1.1).

    `exclude_newer` is the instant at and after which an upload is excluded, `exclude_newer_text` the setting as
    written. `yanked_allowed` are the versions that may be taken although yanked; `all_yanked_allowed` admits every one
    (pip, which decides later). `hashes`: version → digests required (`sha256:…`), the key None for all versions.
    `read_from`: version → name of the file whose metadata the user wants read.
    """

    package: str = ""
    no_binary: bool = False
    no_build: bool = False
    exclude_newer: datetime | None = None
    exclude_newer_text: str = ""
    exclude_newer_first: bool = True
    yanked_allowed: frozenset[Version] = frozenset()
    all_yanked_allowed: bool = False
    pep625_only: bool = False
    python_upper_bound: bool = False
    hashes: Mapping[Version | None, frozenset[str]] = field(default_factory=dict)
    read_from: Mapping[Version, str] = field(default_factory=dict)

    def hashes_for(self, version: Version) -> frozenset[str]:
        """The digests that files of `version` must have one of; empty where none are required."""
        return self.hashes.get(version) or self.hashes.get(None) or frozenset()


PLAIN: Final = FileRules()
"""Nothing restricted."""

HASH_CHECKING: Final = frozenset({"uv pip install", "uv pip sync", "pip install", "pip download", "pip wheel"})
"""Commands for which hashes in requirements files matter; `uv pip compile` and `uv lock` only record hashes."""


def file_rules(
    settings: Settings, profile: Profile, package: NormalizedName, index: Index, now: datetime | None = None
) -> FileRules:
    """The rules for the files of `package` on `index`. Raises `cutoff.InvalidCutoff`.

    `now` is what durations count back from (default: the clock).
    """
    files = settings.files
    uv = profile.tool == "uv"
    text = _exclude_newer(files, package, index) if uv or files.exclude_newer else None
    return FileRules(
        package=package,
        no_binary=no_binary(files, package),
        no_build=no_build(files, package),
        exclude_newer=cutoff_instant(text, now or datetime.now(UTC)) if text else None,
        exclude_newer_text=text or "",
        exclude_newer_first=not uv or profile.holds("exclude_newer_before_no_binary"),
        yanked_allowed=frozenset(_pinned_versions(settings, package)) if uv else frozenset(),
        all_yanked_allowed=not uv,
        pep625_only=uv and profile.holds("pep625_only"),
        python_upper_bound=not uv or profile.holds("python_upper_bound"),
        hashes=_required_hashes(settings, package) if settings.kind in HASH_CHECKING else {},
        read_from={file.version: file.filename for file in settings.metadata_files if file.name == package},
    )


def no_binary(files: FileSettings, package: NormalizedName) -> bool:
    """Wheels may not be used; naming the package as wheel-only overrides `:all:` (uv's and pip's format control)."""
    if package in files.no_binary_packages:
        return package not in files.only_binary_packages
    return files.no_binary and package not in files.only_binary_packages and package not in files.no_build_packages


def no_build(files: FileSettings, package: NormalizedName) -> bool:
    """Sdists may not be used; naming the package as source-only overrides `:all:`."""
    if package in files.only_binary_packages or package in files.no_build_packages:
        return True
    return files.no_build and package not in files.no_binary_packages


def _exclude_newer(files: FileSettings, package: NormalizedName, index: Index) -> str | None:
    """The package's own cut, else the index's, else the global one; False at a step lifts it."""
    if package in files.exclude_newer_packages:
        return files.exclude_newer_packages[package] or None
    if index.exclude_newer is not None:
        return index.exclude_newer if isinstance(index.exclude_newer, str) else None
    return files.exclude_newer


def first_party_requirements(settings: Settings) -> Iterator[Requirement]:
    """What the user states: direct requirements, constraints, overrides, and those of the project and its members."""
    yield from settings.requirements
    yield from settings.constraints
    yield from settings.overrides
    projects: list[Project] = [settings.project] if settings.project else []
    while projects:
        project = projects.pop()
        projects.extend(project.members)
        yield from project.requires
        for group in (*project.extras.values(), *project.groups.values()):
            yield from group


def _pinned_versions(settings: Settings, package: NormalizedName) -> Iterator[Version]:
    """Versions that may be yanked: named by a lone `==` or `===` of the user, or by an earlier answer (indexes 6)."""
    for requirement in first_party_requirements(settings):
        if requirement.name == package:
            yield from pinned_version(requirement.specifier)
    for preference in settings.preferences:
        if preference.name == package:
            yield preference.version


def pinned_version(specifiers: SpecifierSet) -> Iterator[Version]:
    """The one version that a lone `==V` or `===V` names (`==V.*` names none)."""
    alone = list(specifiers)
    if len(alone) == 1 and alone[0].operator in ("==", "===") and not alone[0].version.endswith(".*"):
        try:
            yield Version(alone[0].version)
        except InvalidVersion:
            return


def _required_hashes(settings: Settings, package: NormalizedName) -> Mapping[Version | None, frozenset[str]]:
    required: dict[Version | None, frozenset[str]] = {}
    stated: Iterable[Requirement] = (*settings.requirements, *settings.constraints)
    for requirement in stated:
        if requirement.name == package and requirement.hashes:
            version = next(pinned_version(requirement.specifier), None)
            required[version] = required.get(version, frozenset()) | frozenset(requirement.hashes)
    return required
