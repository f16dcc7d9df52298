"""The versions of a package that exist, and which of them a range holds: by bisection, for listings of any length."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property

from packaging.version import Version

from ...model.ranges import Cut, Range, version_key


class ListedVersions:
    """Versions in ascending order, each once."""

    def __init__(self, versions: Iterable[Version]) -> None:
        keyed = sorted({version_key(v): v for v in versions}.items())
        self.versions = tuple(version for _, version in keyed)
        self._keys = tuple(key for key, _ in keyed)

    def __len__(self) -> int:
        return len(self.versions)

    def __contains__(self, version: Version) -> bool:
        key = version_key(version)
        at = bisect_left(self._keys, key)
        return at < len(self._keys) and self._keys[at] == key

    @property
    def lowest(self) -> Version:
        return self.versions[0]

    @property
    def highest(self) -> Version:
        return self.versions[-1]

    @property
    def only(self) -> Version | None:
        """The one version of a package that has a single one."""
        return self.versions[0] if len(self.versions) == 1 else None

    @cached_property
    def stable(self) -> ListedVersions:
        """Without the pre-releases."""
        return ListedVersions(v for v in self.versions if not v.is_prerelease)

    def held(self, versions: Range) -> Iterator[tuple[int, int, int]]:
        """(interval of the range, first position, position after the last) of each interval that holds a version."""
        for interval in range(len(versions.cuts) // 2):
            first, end = self._position(versions.cuts[2 * interval]), self._position(versions.cuts[2 * interval + 1])
            if first < end:
                yield interval, first, end

    def any_in(self, versions: Range) -> bool:
        return next(self.held(versions), None) is not None

    def highest_in(self, versions: Range) -> Version | None:
        """The highest listed version of the range; None where it holds none."""
        last = None
        for _, _, end in self.held(versions):
            last = self.versions[end - 1]
        return last

    def _position(self, cut: Cut) -> int:
        return (bisect_right if cut[1] else bisect_left)(self._keys, cut[0])
