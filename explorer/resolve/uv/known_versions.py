"""Which versions exist, and requirements prepared once: what all forks of a run share."""

from __future__ import annotations

from bisect import bisect_left

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.listing import SearchResult
from ...model.ranges import FULL, Range, above, below, exactly
from ...wheels.core_metadata import CoreMetadata
from .requirements import Wanted, wanted


class KnownVersions:
    """The versions of each package as its pages list them, ascending."""

    def __init__(self) -> None:
        self._versions: dict[tuple[NormalizedName, str | None], tuple[Version, ...]] = {}
        self._wanted: dict[tuple[NormalizedName, Version, int], tuple[Wanted, ...]] = {}

    def of(self, name: NormalizedName, index: str | None, result: SearchResult) -> tuple[Version, ...]:
        key = (name, index)
        found = self._versions.get(key)
        if found is None:
            found = self._versions[key] = result.versions
        return found

    def gap(self, name: NormalizedName, index: str | None, result: SearchResult, version: Version) -> Range:
        """The widest interval around `version` with no other known version in it."""
        known = self.of(name, index, result)
        if not known:
            return exactly(version)
        at = bisect_left(known, version)
        gap = FULL
        if at > 0:
            gap = gap.intersection(above(known[at - 1]))
        after = at + 1 if at < len(known) and known[at] == version else at
        if after < len(known):
            gap = gap.intersection(below(known[after]))
        return gap

    def wanted(self, metadata: CoreMetadata) -> tuple[Wanted, ...]:
        """The requirements of a version in the solver's form."""
        key = (metadata.name, metadata.version, id(metadata))
        found = self._wanted.get(key)
        if found is None:
            found = self._wanted[key] = tuple(map(wanted, metadata.requires))
        return found
