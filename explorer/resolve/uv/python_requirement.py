"""Which Pythons a resolution must work on (wheels-and-universal.md 1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from ...model.marker_algebra import MarkerTree, within_python
from ...model.ranges import EMPTY, FULL, Range, at_least, parse_version, python_range


@dataclass(frozen=True, slots=True)
class PythonRequirement:
    """`target` is a single interval of release-only Python versions; `installed` is the Python that runs here.

    `obeys_upper_bound` holds for uv up to 0.2.8. `target_is_installed` tells how the report words it.
    """

    target: Range
    installed: Version
    target_is_installed: bool
    obeys_upper_bound: bool = False

    def admits(self, requires_python: str) -> bool:
        """A distribution with this Requires-Python can be used wherever the target needs it.

        Only lower bounds count (uv 0.2.9+): its bound must not lie above the target's. Text that does not parse admits.
        """
        bounds = requires_python_range(requires_python)
        if self.obeys_upper_bound and not self.target.is_subset(bounds):
            lowest = self.lowest
            return lowest is None or lowest in bounds
        if not bounds.cuts:
            return True
        return bool(self.target.cuts) and self.target.cuts[0] >= bounds.cuts[0]

    @property
    def lowest(self) -> Version | None:
        """The lower bound's version; None where there is none."""
        return parse_version(self.target.labels[0].text) if self.target.has_lower_bound else None

    def narrow(self, bounds: Range) -> PythonRequirement | None:
        """The requirement within `bounds`; None where that changes nothing."""
        narrowed = self.target.intersection(bounds)
        if narrowed == self.target or narrowed.is_empty:
            return None
        return self._with(narrowed)

    def split(self, requires_python: str) -> tuple[PythonRequirement, PythonRequirement] | None:
        """(below, from) the lower bound of `requires_python` on; None where one of them would be empty."""
        bounds = requires_python_range(requires_python)
        if not bounds.cuts:
            return None
        upper = Range((bounds.cuts[0], FULL.cuts[1]), (bounds.labels[0], FULL.labels[1]))
        below, above = self.target.intersection(upper.complement()), self.target.intersection(upper)
        if below.is_empty or above.is_empty:
            return None
        return self._with(below), self._with(above)

    def raised_by(self, bounds: Range) -> bool:
        """`bounds` start above the target's lower bound."""
        return bool(bounds.cuts) and bool(self.target.cuts) and bounds.cuts[0] > self.target.cuts[0]

    def marker(self) -> MarkerTree:
        """The target as a marker over python_full_version."""
        return within_python(self.target)

    def _with(self, target: Range) -> PythonRequirement:
        return PythonRequirement(target, self.installed, False, self.obeys_upper_bound)


@lru_cache(maxsize=4096)
def requires_python_range(text: str) -> Range:
    """Requires-Python as a range of releases; everything for a text that does not parse."""
    try:
        return python_range(SpecifierSet(text))
    except (InvalidSpecifier, ValueError):
        return FULL


def bounding(bounds: Range) -> Range:
    """The smallest single interval that contains the range: holes are ignored."""
    if not bounds.cuts:
        return EMPTY
    return Range((bounds.cuts[0], bounds.cuts[-1]), (bounds.labels[0], bounds.labels[-1]))


def from_exact(python: Version, installed: Version, *, obeys_upper_bound: bool) -> PythonRequirement:
    """Platform mode: `>=` the target version, trailing zeros dropped, pre-release parts ignored."""
    return PythonRequirement(
        at_least(_release(python)), installed, _release(python) == _release(installed), obeys_upper_bound
    )


def from_specifiers(specifiers: SpecifierSet, installed: Version) -> PythonRequirement:
    """Universal mode: the outer bounds of requires-python."""
    return PythonRequirement(bounding(python_range(specifiers)), installed, False)


def _release(version: Version) -> Version:
    release = list(version.release)
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    return Version(".".join(map(str, release)))
