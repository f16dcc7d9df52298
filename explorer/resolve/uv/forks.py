"""When the requirements of a version split the resolution, and in which order the parts are solved.

Source: wheels-and-universal.md 6.1 and 6.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from packaging.utils import NormalizedName

from ...model.marker_algebra import MarkerTree
from ...model.ranges import FULL, Cut, Range
from ..pubgrub.packages import Package
from .environment import ConflictItem, ForkEnvironment, python_bounds
from .python_requirement import PythonRequirement

ConflictSet = Sequence[ConflictItem]


@dataclass(frozen=True, slots=True)
class Edge:
    """One requirement as the solver sees it; `parent` names the package that states it, None for the root and for
    extras.
    """

    package: Package
    range: Range
    parent: NormalizedName | None = None


@dataclass(frozen=True, slots=True)
class Fork:
    """One part of the environments with the requirements that hold there."""

    environment: ForkEnvironment
    edges: tuple[Edge, ...] = ()
    items: frozenset[ConflictItem] = field(default_factory=frozenset)

    def with_edge(self, edge: Edge) -> Fork:
        item = conflict_item(edge.package)
        return replace(self, edges=(*self.edges, edge), items=self.items | {item} if item else self.items)

    def within(self, environment: ForkEnvironment) -> Fork:
        """Narrowed to `environment`, without the requirements that do not hold in it."""
        kept = tuple(e for e in self.edges if environment.includes(e.package.marker))
        return Fork(environment, kept, frozenset(filter(None, (conflict_item(e.package) for e in kept))))

    def filtered(self, included: Iterable[ConflictItem], excluded: Iterable[ConflictItem]) -> Fork | None:
        """With conflict items in or out, without the requirements on excluded ones; None if that is contradictory."""
        environment = self.environment.filtered(included, excluded)
        if environment is None:
            return None
        kept = []
        for edge in self.edges:
            item = conflict_item(edge.package)
            if item is None or environment.includes_item(item) or (item[1] == "project" and edge.parent is not None):
                kept.append(edge)
        return Fork(environment, tuple(kept), frozenset(filter(None, (conflict_item(e.package) for e in kept))))


def conflict_item(package: Package) -> ConflictItem | None:
    """What a declared conflict would call this node."""
    if not package.has_name:
        return None
    if package.extra is not None:
        return (package.name, "extra", package.extra)
    if package.group is not None:
        return (package.name, "group", package.group)
    return (package.name, "project", package.name)


def split_by_requirements(
    edges: Sequence[Edge],
    environment: ForkEnvironment,
    python: PythonRequirement,
    conflicts: Sequence[ConflictSet],
) -> tuple[list[Fork], set[NormalizedName]]:
    """The forks that the requirements of one version make (one fork: no split), and the names that caused them."""
    by_name: dict[NormalizedName, list[Edge]] = {}
    for edge in edges:
        by_name.setdefault(edge.package.name, []).append(edge)
    forks = [Fork(environment)]
    diverging: set[NormalizedName] = set()
    for name in sorted(by_name):
        same = by_name[name]
        marker = same[0].package.marker
        if all(e.package.marker is marker for e in same) and not _raises_python(marker, python):
            for edge in same:
                forks = [f.with_edge(edge) if f.environment.includes(marker) else f for f in forks]
            continue
        for edge in same:
            forks = _split_by_edge(forks, edge, environment, python, diverging)
    for declared in conflicts:
        forks = _split_by_conflict(forks, declared, conflicts, diverging)
    return forks, diverging


def _raises_python(marker: MarkerTree, python: PythonRequirement) -> bool:
    bounds = python_bounds(marker)
    return bounds is not None and python.raised_by(bounds)


def _split_by_edge(
    forks: list[Fork],
    edge: Edge,
    environment: ForkEnvironment,
    python: PythonRequirement,
    diverging: set[NormalizedName],
) -> list[Fork]:
    marker = edge.package.marker
    if not environment.includes(marker):
        return forks
    if marker.is_true:
        return [f.with_edge(edge) for f in forks]
    diverging.add(edge.package.name)
    python_marker = python.marker()
    remaining = marker
    result: list[Fork] = []
    for fork in forks:
        if not fork.environment.includes(remaining):
            result.append(fork)
            continue
        parts = []
        if fork.environment.includes(~remaining):
            parts.append(fork.environment.narrowed(~remaining))
        parts.append(fork.environment.narrowed(remaining))
        remaining = remaining & ~fork.environment.marker
        for part in parts:
            narrowed = fork.within(part)
            if part.includes(marker):
                narrowed = narrowed.with_edge(edge)
            if part.includes(python_marker):
                result.append(narrowed)
    return result


def _split_by_conflict(
    forks: list[Fork], declared: ConflictSet, conflicts: Sequence[ConflictSet], diverging: set[NormalizedName]
) -> list[Fork]:
    result: list[Fork] = []
    for fork in forks:
        present = next((item for item in declared if item in fork.items), None)
        if present is None:
            result.append(fork)
            continue
        diverging.add(present[0])
        possible = [item for item in declared if fork.environment.includes_item(item)]
        if len(possible) < 2 and not any(
            _conflicts_elsewhere(item, declared, conflicts, fork.environment) for item in possible
        ):
            filtered = fork.filtered((), [i for i in declared if not fork.environment.includes_item(i)])
            result += [filtered] if filtered is not None else []
            continue
        variants = [fork.filtered((), declared)]
        variants += [fork.filtered([item], [other for other in declared if other != item]) for item in declared]
        result += [variant for variant in variants if variant is not None]
    return result


def _conflicts_elsewhere(
    item: ConflictItem, declared: ConflictSet, conflicts: Sequence[ConflictSet], environment: ForkEnvironment
) -> bool:
    return any(
        other is not declared and item in other and any(i != item and environment.includes_item(i) for i in other)
        for other in conflicts
    )


def python_lower_cut(environment: ForkEnvironment) -> Cut:
    """Where the Pythons of a fork begin, for ordering forks."""
    bounds = environment.python_bounds()
    return bounds.cuts[0] if bounds is not None and bounds.cuts else FULL.cuts[0]


def sort_forks(forks: list[Fork], *, lowest_python_first: bool) -> list[Fork]:
    """In the order they are pushed on the stack: the last one is solved first."""

    def upper_bounds(fork: Fork) -> int:
        return sum(bool(e.range.cuts) and e.range.cuts[-1] != FULL.cuts[1] for e in fork.edges)

    by_upper = sorted(forks, key=upper_bounds)
    return sorted(by_upper, key=lambda f: python_lower_cut(f.environment), reverse=lowest_python_first)
