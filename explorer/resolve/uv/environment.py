"""What one fork of a resolution is for: one exact environment, or a marker with declared conflicts in or out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from packaging.utils import NormalizedName

from ...model.environment import Environment
from ...model.marker_algebra import TRUE, MarkerTree
from ...model.ranges import Range
from .python_requirement import bounding

ConflictItem = tuple[NormalizedName, Literal["extra", "group", "project"], NormalizedName]
"""(package, kind, extra or group or the package again) of a `tool.uv.conflicts` set."""


@dataclass(frozen=True, slots=True)
class ForkEnvironment:
    """`exact` is set in platform mode; else `marker` bounds the fork (wheels-and-universal.md 6)."""

    exact: Environment | None
    marker: MarkerTree = TRUE
    included: frozenset[ConflictItem] = frozenset()
    excluded: frozenset[ConflictItem] = frozenset()

    @property
    def is_universal(self) -> bool:
        return self.exact is None

    def includes(self, marker: MarkerTree) -> bool:
        """Some environment of the fork satisfies the marker (always true in platform mode)."""
        return self.exact is not None or not self.marker.is_disjoint(marker)

    def includes_item(self, item: ConflictItem) -> bool:
        """The extra, group or project is not excluded by a declared conflict in this fork."""
        if item in self.excluded:
            return False
        if item[1] == "extra" and (item[0], "project", item[0]) in self.excluded:
            return item in self.included
        return True

    def narrowed(self, marker: MarkerTree) -> ForkEnvironment:
        return replace(self, marker=self.marker & marker)

    def filtered(self, included: Iterable[ConflictItem], excluded: Iterable[ConflictItem]) -> ForkEnvironment | None:
        """With further conflict items in or out; None where that contradicts itself."""
        now_in, now_out = self.included | frozenset(included), self.excluded | frozenset(excluded)
        if now_in & now_out:
            return None
        return replace(self, included=now_in, excluded=now_out)

    def python_bounds(self) -> Range | None:
        """The Pythons that the marker speaks of, as one interval; None where it speaks of none."""
        if self.exact is not None:
            return None
        return python_bounds(self.marker)

    def describe(self) -> str:
        """How messages call the fork: `split (markers: …; included: …; excluded: …)`, "" for the whole."""
        if self.exact is not None or (self.marker is TRUE and not self.included and not self.excluded):
            return ""
        parts = []
        if self.marker is not TRUE:
            parts.append(f"markers: {self.marker.text()}")
        for word, items in (("included", self.included), ("excluded", self.excluded)):
            if items:
                parts.append(f"{word}: {', '.join(sorted(map(describe_item, items)))}")
        return f"split ({'; '.join(parts)})"


def describe_item(item: ConflictItem) -> str:
    package, kind, name = item
    return {"extra": f"{package}[{name}]", "group": f"{package}[group:{name}]", "project": str(package)}[kind]


def python_bounds(marker: MarkerTree) -> Range | None:
    """The Pythons that a marker admits, as one interval; None where it does not bound them."""
    if marker.is_true or marker.is_false:
        return None
    bounds = bounding(marker.python_range())
    return None if bounds.is_full or bounds.is_empty else bounds
