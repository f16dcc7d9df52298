"""Which package is decided next (wheels-and-universal.md 7.1)."""

from __future__ import annotations

from collections.abc import Container
from enum import IntEnum

from packaging.utils import NormalizedName

from ...model.ranges import Range
from ..pubgrub.packages import Package


class Rank(IntEnum):
    """Classes of priority, lowest first; within a class the package discovered first is decided first."""

    UNSPECIFIED = 0
    CONFLICT_LATE = 1
    CONFLICT_EARLY = 2
    SINGLETON = 3
    DIRECT_URL = 4
    FIXED = 5


Priority = tuple[Rank, int, int]
"""(rank, minus the discovery of the name, minus the discovery of the node): the greatest is decided next."""


class Priorities:
    """Priorities by package name; all nodes of a name go together, in the order they were discovered.

    `pinned_first`: `==` raises the rank (uv 0.1.33+).
    """

    def __init__(self, *, pinned_first: bool = True) -> None:
        self._pinned_first = pinned_first
        self._names: dict[NormalizedName, tuple[Rank, int]] = {}
        self._nodes: dict[Package, int] = {}

    def copy(self) -> Priorities:
        new = Priorities(pinned_first=self._pinned_first)
        new._names, new._nodes = self._names.copy(), self._nodes.copy()
        return new

    def insert(self, package: Package, required: Range, direct: Container[NormalizedName]) -> None:
        """A requirement on `package` in `required` became known; a priority only rises."""
        self._nodes.setdefault(package, len(self._nodes))
        if not package.has_name:
            return
        known = self._names.get(package.name)
        rank, index = known if known is not None else (Rank.UNSPECIFIED, len(self._names))
        if package.name in direct:
            new = Rank.DIRECT_URL
        elif self._pinned_first and required.is_singleton_constraint:
            new = Rank.SINGLETON
        else:
            new = Rank.UNSPECIFIED
        self._names[package.name] = (max(rank, new), index)

    def of(self, package: Package) -> Priority:
        if not package.has_name:
            return (Rank.FIXED, 0, 0)
        rank, index = self._names.get(package.name, (Rank.UNSPECIFIED, len(self._names)))
        return (rank, -index, -self._nodes.get(package, len(self._nodes)))

    def mark_conflict_early(self, package: Package) -> bool:
        """Decisions on the package were often discarded: decide it early. False if it was so already."""
        if not package.has_name:
            return False
        rank, index = self._names.get(package.name, (Rank.UNSPECIFIED, len(self._names)))
        if rank == Rank.CONFLICT_EARLY:
            return False
        self._names[package.name] = (Rank.CONFLICT_EARLY, index)
        return True

    def mark_conflict_late(self, package: Package) -> bool:
        """Decisions on the package often discarded others: decide it late. False if it was marked already."""
        if not package.has_name:
            return False
        rank, index = self._names.get(package.name, (Rank.UNSPECIFIED, len(self._names)))
        if rank in (Rank.CONFLICT_LATE, Rank.CONFLICT_EARLY):
            return False
        self._names[package.name] = (Rank.CONFLICT_LATE, index)
        return True
