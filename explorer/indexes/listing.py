"""What a search finds: for each index that answered, the versions of a package with their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from packaging.utils import NormalizedName
from packaging.version import Version

from ..model.files import DistributionFile
from ..model.index import Index
from ..model.ranges import Key, version_key
from ..model.reasons import FetchFailure, PackageRefusal
from ..model.url import SafeUrl


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The versions of one package on one index (find-links files merged in where the strategy merges them).

    Files of a version are sorted by raw file name. `requests` are the exchanges that brought the page.
    """

    index: Index
    package: NormalizedName
    files: Mapping[Version, tuple[DistributionFile, ...]]
    requests: tuple[int, ...] = ()

    @cached_property
    def ascending(self) -> tuple[tuple[Key, Version], ...]:
        """(sort key, version), lowest first."""
        return tuple(sorted((version_key(v), v) for v in self.files))

    @cached_property
    def has_stable(self) -> bool:
        """A version is listed that is no pre-release, whether it can be used or not."""
        return any(not version.is_prerelease for version in self.files)

    def of_version(self, version: Version) -> tuple[DistributionFile, ...]:
        """The files of a version, none where it is not listed."""
        return self.files.get(version, ())

    def __len__(self) -> int:
        return len(self.files)


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """The outcome of one package's search: listings in the order of the search list (one at most for first-index).

    `refusal` says why there is none. `not_asked` are the ids of indexes not asked (first-index stopped earlier).
    """

    package: NormalizedName
    listings: tuple[Listing, ...]
    refusal: PackageRefusal | None = None
    not_asked: tuple[str, ...] = ()
    requests: tuple[int, ...] = ()

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """All versions of all listings, ascending, each once."""
        keyed = {pair for listing in self.listings for pair in listing.ascending}
        return tuple(version for _, version in sorted(keyed, key=_by_key))


def _by_key(pair: tuple[Key, Version]) -> Key:
    return pair[0]


class SearchAborted(Exception):
    """An answer (or none) that ends the whole run: which index, which failure, which exchanges."""

    def __init__(self, package: str, index: str, url: SafeUrl, failure: FetchFailure, requests: Iterable[int]) -> None:
        super().__init__(f"{package} on {index}: {failure}")
        self.package = package
        self.index = index
        self.url = url
        self.failure = failure
        self.requests = tuple(requests)
