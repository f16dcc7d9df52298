"""A file of a page whose name is understood, in compact form; the full value is made where it is used.

Pages list thousands of files of which a resolution looks at a few; making all full values would be most of the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import msgspec
from packaging.version import Version

from ..model.credentials import Credentials
from ..model.files import DistributionFile, FileKind
from ..model.ranges import parse_version
from ..model.url import SafeUrl
from .filenames import SdistName, WheelName
from .listed import ListedFile


class NamedFile(msgspec.Struct, array_like=True, gc=False):
    """The fields of a `DistributionFile` as plain data: `url` is the wire form, `version` as the name writes it."""

    filename: str
    url: str
    kind: str
    name: str
    version: str
    build: tuple[int, str] | None
    python: str
    abi: str
    platform: str
    variant: str
    hashes: dict[str, str]
    size: int | None
    requires_python: str | None
    yanked: str | None
    core_metadata: dict[str, str] | None
    upload_time: str | None
    flat: bool = False

    def complete(self, credentials: Credentials | None = None) -> DistributionFile:
        """The file as the layers above use it."""
        return DistributionFile(
            filename=self.filename,
            url=SafeUrl.parse(self.url) if "?" in self.url else SafeUrl.trusted(self.url),
            kind=cast(FileKind, self.kind),
            name=self.name,
            version=parse_version(self.version),
            build=self.build,
            python_tags=self.python,
            abi_tags=self.abi,
            platform_tags=self.platform,
            variant=self.variant,
            flat=self.flat,
            hashes=self.hashes,
            size=self.size,
            requires_python=self.requires_python,
            yanked=False if self.yanked is None else self.yanked,
            core_metadata=self.core_metadata,
            upload_time=self.upload_time,
            credentials=credentials,
        )


def named_file(
    name: WheelName | SdistName, filename: str, url: str, entry: ListedFile, requires_python: str | None = None
) -> NamedFile:
    """What `name` and the entry of the page say together."""
    wheel = name if isinstance(name, WheelName) else None
    return NamedFile(
        filename,
        url,
        "wheel" if wheel else "sdist",
        name.name,
        name.stated,
        wheel.build if wheel else None,
        wheel.python if wheel else "",
        wheel.abi if wheel else "",
        wheel.platform if wheel else "",
        wheel.variant if wheel else "",
        entry.hashes,
        entry.size,
        requires_python,
        entry.yanked,
        entry.core_metadata,
        entry.upload_time,
    )


class FilesByVersion(Mapping[Version, tuple[DistributionFile, ...]]):
    """Files grouped by version in the order given; those of a version are completed when it is looked at."""

    def __init__(self, files: Iterable[NamedFile], credentials: Mapping[str, Credentials]) -> None:
        self._named: dict[Version, list[NamedFile]] = {}
        self._complete: dict[Version, tuple[DistributionFile, ...]] = {}
        self._credentials = credentials
        for file in files:
            self._named.setdefault(parse_version(file.version), []).append(file)

    def __getitem__(self, version: Version) -> tuple[DistributionFile, ...]:
        files = self._complete.get(version)
        if files is None:
            credentials = self._credentials.get
            named = self._named[version]
            files = self._complete[version] = tuple(file.complete(credentials(file.url)) for file in named)
        return files

    def __contains__(self, version: object) -> bool:
        return version in self._named

    def __iter__(self) -> Iterator[Version]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)
