"""Everything that belongs to one fork: its search, its environment, and what was learned about priorities."""

from __future__ import annotations

from dataclasses import dataclass, field

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.select import Candidate
from ...model.ranges import Range
from ..pubgrub.packages import Package
from ..pubgrub.state import Search
from .environment import ForkEnvironment
from .prefetch import TriedVersions
from .priorities import Priorities
from .python_requirement import PythonRequirement

CONFLICT_THRESHOLD = 5
"""After so many conflicts a package is decided early (affected) or late (culprit); uv 0.5.10+."""


@dataclass(slots=True)
class ForkState:
    """`continue_with` is the package whose version is chosen next without propagating first, with its version if fixed.

    `direct` names the packages that come from URLs or paths in this fork, `indexes` those pinned to an index.
    """

    number: int
    search: Search
    environment: ForkEnvironment
    python: PythonRequirement
    next: Package
    priorities: Priorities = field(default_factory=Priorities)
    continue_with: tuple[Package, Version | None] | None = None
    pins: dict[tuple[NormalizedName, Version], Candidate] = field(default_factory=dict)
    direct: set[NormalizedName] = field(default_factory=set)
    indexes: dict[NormalizedName, str] = field(default_factory=dict)
    added: dict[Package, set[Version]] = field(default_factory=dict)
    visited: dict[Package, Range] = field(default_factory=dict)
    queue: dict[Package, tuple[int, int, int]] = field(default_factory=dict)
    tried: TriedVersions = field(default_factory=TriedVersions.none)
    affected: dict[Package, int] = field(default_factory=dict)
    culprits: dict[Package, int] = field(default_factory=dict)
    to_prioritize: list[Package] = field(default_factory=list)
    to_deprioritize: list[Package] = field(default_factory=list)

    def split(self, number: int, environment: ForkEnvironment) -> ForkState:
        """An independent copy for a part of the environments."""
        python = self.python
        bounds = environment.python_bounds()
        if bounds is not None:
            python = python.narrow(bounds) or python
        return ForkState(
            number=number,
            search=self.search.copy(),
            environment=environment,
            python=python,
            next=self.next,
            priorities=self.priorities.copy(),
            continue_with=None,
            pins=self.pins.copy(),
            direct=self.direct.copy(),
            indexes=self.indexes.copy(),
            added={p: v.copy() for p, v in self.added.items()},
            visited=self.visited.copy(),
            queue=self.queue.copy(),
            tried=self.tried.copy(),
            affected=self.affected.copy(),
            culprits=self.culprits.copy(),
        )

    def record_conflict(self, affected: Package, number: int) -> None:
        """Count who discards whom: nodes of one name do not conflict with each other."""
        real = False
        for other in self.search.packages_of(number):
            if other is affected or (other.has_name and affected.has_name and other.name == affected.name):
                continue
            real = True
            self.culprits[other] = self.culprits.get(other, 0) + 1
            if self.culprits[other] == CONFLICT_THRESHOLD:
                self.to_deprioritize.append(other)
        if real:
            self.affected[self.next] = self.affected.get(self.next, 0) + 1
            if self.affected[self.next] == CONFLICT_THRESHOLD:
                self.to_prioritize.append(self.next)

    def reprioritize(self) -> None:
        """Decide often discarded packages early, and those that discard others late (undoing their decision)."""
        for package in self.to_prioritize:
            self.priorities.mark_conflict_early(package)
        for package in self.to_deprioritize:
            if self.priorities.mark_conflict_late(package):
                self.search.backtrack_package(package)
        self.to_prioritize.clear()
        self.to_deprioritize.clear()

    def pick(self) -> Package | None:
        """The undecided package of the highest priority; None when all are decided."""
        partial = self.search.partial
        if partial.take_rewound():
            undecided = {p for p, _ in partial.undecided()}
            self.queue = {p: rank for p, rank in self.queue.items() if p in undecided}
        for package in partial.take_changed():
            self.queue[package] = self.priorities.of(package)
        if not self.queue:
            return None
        package = max(self.queue, key=self.queue.__getitem__)
        del self.queue[package]
        return package
