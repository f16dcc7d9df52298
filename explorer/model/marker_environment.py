"""Requires-Python and the lists of environments as markers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from packaging.specifiers import SpecifierSet

from .marker_algebra import TRUE, MarkerTree, within_python
from .ranges import python_range


def requires_python_marker(specifiers: SpecifierSet) -> MarkerTree:
    """The environments whose interpreter lies within the outer bounds of Requires-Python; holes do not count.

    A contradictory specifier bounds nothing. Source: uv-distribution-types' `RequiresPython.to_marker_tree`.
    """
    python = python_range(specifiers)
    return TRUE if python.is_empty else within_python(python)


def overlapping(environments: Sequence[MarkerTree]) -> tuple[int, int] | None:
    """The positions of the first two neighbours in the list that share an environment, None if there are none.

    uv 0.13.8 compares neighbours only.
    """
    for i, j in pairwise(range(len(environments))):
        if not environments[i].is_disjoint(environments[j]):
            return i, j
    return None


def replacement_for_overlap(first: MarkerTree, second: MarkerTree) -> MarkerTree:
    """What `second` would have to be in order to exclude `first`: uv's hint for overlapping environments."""
    return ~first & second


def disjoint_from_python(environment: MarkerTree, requires_python: SpecifierSet) -> bool:
    """No interpreter that Requires-Python admits is in the environment."""
    return environment.is_disjoint(requires_python_marker(requires_python))
