"""From stated requirements to what a version really requires in a fork: overrides, extras, markers, constraints.

Source: wheels-and-universal.md 6.2 and 8; uv's `requirements.rs` was the model for the order of the steps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.utils import NormalizedName

from ...model.marker_algebra import TRUE, MarkerTree, parse_marker
from ...model.ranges import FULL, Range, from_specifiers
from ...model.requirement import Requirement
from .environment import ForkEnvironment
from .python_requirement import PythonRequirement


@dataclass(frozen=True, slots=True)
class Wanted:
    """A requirement ready for the solver: its versions as a range, its marker as a decision diagram."""

    name: NormalizedName
    extras: tuple[NormalizedName, ...]
    groups: tuple[NormalizedName, ...]
    range: Range
    marker: MarkerTree
    stated: Requirement

    @property
    def is_direct(self) -> bool:
        """It names a URL or a path."""
        return self.stated.url is not None or self.stated.path is not None


def wanted(requirement: Requirement) -> Wanted:
    """The solver's form of a stated requirement."""
    return Wanted(
        requirement.name,
        tuple(sorted(requirement.extras)),
        (),
        FULL if requirement.url or requirement.path else from_specifiers(requirement.specifier),
        parse_marker(requirement.marker) if requirement.marker is not None else TRUE,
        requirement,
    )


def is_impossible(requirement: Wanted) -> bool:
    """Its specifiers exclude each other (`>2,<1`)."""
    return requirement.range.is_empty


class Expander:
    """Applies overrides, exclusions, extras and constraints within one fork."""

    def __init__(
        self,
        constraints: Mapping[NormalizedName, Sequence[Wanted]],
        overrides: Mapping[NormalizedName, Sequence[Wanted]],
        excludes: frozenset[NormalizedName],
        environment: ForkEnvironment,
        python: PythonRequirement,
    ) -> None:
        self._constraints = constraints
        self._overrides = overrides
        self._excludes = excludes
        self._environment = environment
        self._python_marker = python.marker() if environment.is_universal else TRUE

    def root(self, requirements: Iterable[Wanted]) -> list[Wanted]:
        """The direct requirements."""
        return list(self._applicable(requirements, None))

    def group(self, requirements: Iterable[Wanted]) -> list[Wanted]:
        """The requirements of a dependency group (which may name its own project)."""
        return list(self._applicable(requirements, None))

    def package(
        self, name: NormalizedName, requirements: Sequence[Wanted], extra: NormalizedName | None
    ) -> list[Wanted]:
        """What a version of `name` requires, or what its `extra` adds; extras of itself are flattened out."""
        result = list(self._applicable(requirements, extra))
        if not any(r.name == name and r.extras for r in requirements):
            return result
        pending = deque((e, r.marker) for r in result if r.name == name for e in r.extras)
        seen: set[tuple[NormalizedName, MarkerTree]] = set()
        while pending:
            inner, marker = pending.popleft()
            if (inner, marker) in seen:
                continue
            seen.add((inner, marker))
            for requirement in self._applicable(requirements, inner):
                narrowed = replace(requirement, marker=requirement.marker & marker)
                if narrowed.marker.is_disjoint(self._python_marker) or not self._environment.includes(narrowed.marker):
                    continue
                if narrowed.name == name:
                    pending.extend((e, narrowed.marker) for e in narrowed.extras)
                result.append(narrowed)
        itself = [replace(r, extras=()) for r in result if r.name == name and r.extras and not r.range.is_full]
        return [r for r in result if r.name != name or not r.extras] + itself

    def _applicable(self, requirements: Iterable[Wanted], extra: NormalizedName | None) -> Iterator[Wanted]:
        for requirement in self._modified(requirements):
            marker = _marker_for(requirement.marker, extra)
            if marker.is_false:
                continue
            narrowed = requirement if marker is requirement.marker else replace(requirement, marker=marker)
            if not self._applies(narrowed, extra):
                continue
            yield narrowed
            for constraint in self._constraints.get(requirement.name, ()):
                both = constraint.marker & narrowed.marker
                if both.is_false:
                    continue
                limited = replace(constraint, marker=both, extras=())
                if self._applies(limited, extra):
                    yield limited

    def _modified(self, requirements: Iterable[Wanted]) -> Iterator[Wanted]:
        for requirement in requirements:
            if requirement.name in self._excludes:
                continue
            overrides = self._overrides.get(requirement.name)
            if overrides is None:
                yield requirement
                continue
            extras = requirement.marker.only_extras()
            for override in overrides:
                yield override if extras is TRUE else replace(override, marker=override.marker & extras)

    def _applies(self, requirement: Wanted, extra: NormalizedName | None) -> bool:
        exact = self._environment.exact
        if exact is not None:
            return requirement.marker.evaluate(exact.markers, [extra] if extra else [])
        if extra is not None and not self._environment.includes_item((requirement.name, "extra", extra)):
            return False
        return not requirement.marker.is_disjoint(self._python_marker) and self._environment.includes(
            requirement.marker
        )


def _marker_for(marker: MarkerTree, extra: NormalizedName | None) -> MarkerTree:
    """The marker with `extra` switched on and all others off, less what holds without any extra."""
    if marker is TRUE and extra is None:
        return marker
    without = marker.simplify_not_extras(marker.extras())
    if extra is None:
        return without
    active = marker.simplify_extras({extra})
    return active.simplify_not_extras(active.extras()) & ~without
