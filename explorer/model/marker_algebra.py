"""The algebra of environment markers: parse, combine, simplify, evaluate, print as uv does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from packaging.markers import Marker
from packaging.version import Version

from .marker_comparison import normalize_extra
from .marker_diagram import (
    EXTRA,
    ONE,
    PYTHON,
    ZERO,
    Cut,
    MarkerTooComplex,
    Node,
    Steps,
    are_disjoint,
    bounded,
    condition,
    conjunction,
    decisions,
    disjunction,
    negation,
    yes,
)
from .marker_parser import InvalidMarker, read_marker
from .marker_text import node_text
from .marker_transform import choose, clip_python, follow, forget, python_bounds, restrict
from .ranges import EMPTY, Range, between, parse_version

__all__ = [
    "FALSE",
    "TRUE",
    "InvalidMarker",
    "MarkerTooComplex",
    "MarkerTree",
    "extra_marker",
    "parse_marker",
    "within_python",
]

_CACHED_LENGTH: Final = 1024


class MarkerTree:
    """A set of environments. Immutable and interned: `is`, `==` and hash are equality of meaning.

    Combine with `&`, `|`, `~`. Every method that builds a marker raises `MarkerTooComplex` instead of running for long.
    Markers come from `parse_marker` and from each other, never from the constructor.
    """

    __slots__ = ("__weakref__", "_node", "_text")

    def __init__(self, node: Node) -> None:
        self._node = node
        self._text: str | None = None

    @property
    def is_true(self) -> bool:
        """Holds everywhere."""
        return self is TRUE

    @property
    def is_false(self) -> bool:
        """Holds nowhere, as far as the algebra knows."""
        return self is FALSE

    @bounded
    def __and__(self, other: MarkerTree) -> MarkerTree:
        return _marker(conjunction(self._node, other._node, Steps()))

    @bounded
    def __or__(self, other: MarkerTree) -> MarkerTree:
        return _marker(disjunction(self._node, other._node, Steps()))

    @bounded
    def __invert__(self) -> MarkerTree:
        return _marker(negation(self._node, Steps()))

    @bounded
    def is_disjoint(self, other: MarkerTree) -> bool:
        """No environment satisfies both."""
        return are_disjoint(self._node, other._node, Steps())

    def implies(self, other: MarkerTree) -> bool:
        """Every environment of this marker satisfies `other`."""
        return (~self | other) is TRUE

    @bounded
    def without_extras(self) -> MarkerTree:
        """What remains if every test of `extra` is taken as passed."""
        return _marker(forget(self._node, lambda variable: variable[0] == EXTRA, Steps()))

    @bounded
    def only_extras(self) -> MarkerTree:
        """What remains if every test but those of `extra` is taken as passed."""
        return _marker(forget(self._node, lambda variable: variable[0] != EXTRA, Steps()))

    @bounded
    def simplify_extras(self, extras: Collection[str]) -> MarkerTree:
        """This marker where `extras` (normalized) are known to be asked for."""
        return self._with_extras(extras, True)

    @bounded
    def simplify_not_extras(self, extras: Collection[str]) -> MarkerTree:
        """This marker where `extras` (normalized) are known not to be asked for."""
        return self._with_extras(extras, False)

    def extras(self) -> frozenset[str]:
        """The extras that this marker asks about."""
        return frozenset(node.variable[2] for node in decisions(self._node) if node.variable[0] == EXTRA)

    @bounded
    def simplify_python(self, python: Range) -> MarkerTree:
        """This marker where the interpreter is known to lie within the outer bounds of `python`.

        With `>=3.11`, `python_full_version >= '3.11'` vanishes. One-way: outside the bounds the result means nothing.
        """
        low, high = _outer_cuts(python)
        return self if low is None and high is None else _marker(clip_python(self._node, low, high))

    def complexify_python(self, python: Range) -> MarkerTree:
        """The inverse of `simplify_python`: the bounds become part of the marker."""
        return self & within_python(python)

    @bounded
    def restrict(self, assumption: MarkerTree) -> MarkerTree:
        """A simpler marker that equals this one wherever `assumption` holds, and is unspecified elsewhere."""
        return _marker(restrict(self._node, assumption._node, {}, Steps()))

    def python_range(self) -> Range:
        """The outer bounds of `python_full_version` that this marker implies, as one interval.

        Everything for a marker without Python tests, nothing for one that never holds.
        """
        if self is FALSE:
            return EMPTY
        low, high = python_bounds(self._node)
        return between(
            None if low is None else (_version(low), "", low[1] == 0),
            None if high is None else (_version(high), "", high[1] == 1),
        )

    @bounded
    def evaluate(self, environment: Mapping[str, str] | None, extras: Collection[str] = ()) -> bool:
        """Whether this marker holds. `environment` has the keys of PEP 508; `extras` are normalized.

        Without an environment: whether some environment satisfies it once exactly `extras` are asked for.
        """
        if environment is not None:
            return follow(self._node, environment, extras)
        return choose(self._node, lambda variable: variable[2] in extras if variable[0] == EXTRA else None) is not ZERO

    def text(self) -> str | None:
        """The marker as uv prints it; None for one that always holds. Raises `MarkerTooComplex`."""
        if self is TRUE:
            return None
        if self._text is None:
            self._text = node_text(self._node)
        return self._text

    def __str__(self) -> str:
        try:
            return self.text() or "true"
        except MarkerTooComplex:
            return f"(a marker of {sum(1 for _ in decisions(self._node))} tests, too complex to write out)"

    def __repr__(self) -> str:
        return f"MarkerTree({self})"

    def __copy__(self) -> MarkerTree:
        return self

    def __deepcopy__(self, memo: object) -> MarkerTree:
        return self

    def _with_extras(self, extras: Collection[str], on: bool) -> MarkerTree:
        return _marker(
            choose(self._node, lambda variable: on if variable[0] == EXTRA and variable[2] in extras else None)
        )


def _marker(node: Node) -> MarkerTree:
    """The one marker that stands for a node."""
    owner = node.owner
    if not isinstance(owner, MarkerTree):
        owner = node.owner = MarkerTree(node)
    return owner


TRUE: Final = _marker(ONE)
FALSE: Final = _marker(ZERO)


def parse_marker(marker: str | Marker | None) -> MarkerTree:
    """A marker's text, or packaging's marker, as a canonical marker; None (no marker) always holds.

    Comparisons that make no sense are left out, as uv does. Raises `InvalidMarker` and `MarkerTooComplex`.
    """
    if marker is None:
        return TRUE
    text = str(marker)
    return _parse(text) if len(text) <= _CACHED_LENGTH else _marker(read_marker(text))


@lru_cache(maxsize=4096)
def _parse(text: str) -> MarkerTree:
    return _marker(read_marker(text))


def extra_marker(name: str) -> MarkerTree:
    """`extra == 'name'`."""
    return _marker(yes((EXTRA, 0, normalize_extra(name))))


def within_python(python: Range) -> MarkerTree:
    """`python_full_version` lies within the outer bounds of `python` (a range over releases; holes do not count)."""
    if python.is_empty:
        return FALSE
    low, high = _outer_cuts(python)
    return _marker(condition(PYTHON, *(cut for cut in (low, high) if cut is not None), starts=low is None))


def _outer_cuts(python: Range) -> tuple[Cut | None, Cut | None]:
    """The first and the last cut of a range over releases, None where it is open (both for the empty range)."""
    low = python.cuts[0] if python.has_lower_bound else None
    high = python.cuts[-1] if python.has_upper_bound else None
    return None if low is None else (low[0][1], low[1]), None if high is None else (high[0][1], high[1])


def _version(cut: Cut) -> Version:
    return parse_version(".".join(map(str, cut[0])))
