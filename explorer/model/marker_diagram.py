"""Markers as reduced ordered decision diagrams: equal meaning is the same object.

A node asks one variable; its edges are disjoint intervals that together cover all values. Variables are asked in one
fixed order, equal neighbours are merged and nodes are interned, so two markers that hold in the same environments are
identical. Source: uv 0.13.8's marker algebra (wheels-and-universal.md 6.2), whose order of variables and whose known
contradictions between `os_name`, `sys_platform` and `platform_system` are kept, because they decide how markers print.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import wraps
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from packaging.version import InvalidVersion, Version

from .ranges import EMPTY, Range, between, parse_version

Release: TypeAlias = tuple[int, ...]
"""A release without trailing zeros: markers compare release segments only."""

Cut: TypeAlias = tuple[Any, int]
"""(value, 0 just before it or 1 just after it); values are text, a `Release`, or True for yes-or-no variables."""

Variable: TypeAlias = tuple[int, int, str]
"""(kind, position of the key within its kind, value for `in` and extras): compares in the order of asking."""

STRING, VERSION_STRING, VERSION, IN, CONTAINS, EXTRA, LIST = range(7)

STRING_KEYS: Final = (
    "os_name",
    "sys_platform",
    "platform_system",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_version",
    "implementation_name",
)
VERSION_KEYS: Final = ("implementation_version", "python_full_version")
LIST_KEYS: Final = ("extras", "dependency_groups")

PYTHON: Final[Variable] = (VERSION, VERSION_KEYS.index("python_full_version"), "")
_LAST_EXCLUSIVE: Final[Variable] = (STRING, STRING_KEYS.index("platform_system"), "")
_TERMINAL: Final[Variable] = (LIST + 1, 0, "")
_YES: Final[tuple[Cut, ...]] = ((True, 0),)

MAX_STEPS: Final = 200_000
_MAX_REMEMBERED: Final = 200_000


class MarkerTooComplex(ValueError):
    """A marker whose diagram or text would grow beyond all use (a bound of this program; uv has none)."""


class Steps:
    """How much work one operation may still do."""

    __slots__ = ("left",)

    def __init__(self, limit: int = MAX_STEPS) -> None:
        self.left = limit

    def spend(self) -> None:
        """Raises `MarkerTooComplex` when nothing is left."""
        self.left -= 1
        if self.left < 0:
            raise MarkerTooComplex(f"The marker needs more than {MAX_STEPS} steps to combine; simplify it.")


_P = ParamSpec("_P")
_T = TypeVar("_T")


def bounded(operation: Callable[_P, _T]) -> Callable[_P, _T]:
    """Too deep a diagram becomes `MarkerTooComplex`, as too much work does."""

    @wraps(operation)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return operation(*args, **kwargs)
        except RecursionError:
            raise MarkerTooComplex("The marker tests too many different things; simplify it.") from None

    return guarded


class MarkerTree:
    """A set of environments. Immutable and interned: `is`, `==` and hash are equality of meaning.

    Combine with `&`, `|`, `~`; these and every method that builds a marker raise `MarkerTooComplex` instead of
    running for long. Do not call the constructor: `parse_marker` and the operators make markers.
    """

    __slots__ = ("__weakref__", "_negation", "_possible", "_text", "children", "cuts", "variable")

    variable: Variable
    cuts: tuple[Cut, ...]
    children: tuple[MarkerTree, ...]

    def __init__(self, variable: Variable, cuts: tuple[Cut, ...], children: tuple[MarkerTree, ...]) -> None:
        self.variable = variable
        self.cuts = cuts
        self.children = children
        self._negation: MarkerTree | None = None
        self._possible: bool | None = None
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
        return conjunction(self, other, Steps())

    @bounded
    def __or__(self, other: MarkerTree) -> MarkerTree:
        return disjunction(self, other, Steps())

    @bounded
    def __invert__(self) -> MarkerTree:
        return negation(self, Steps())

    @bounded
    def is_disjoint(self, other: MarkerTree) -> bool:
        """No environment satisfies both."""
        if self.variable <= _LAST_EXCLUSIVE and other.variable <= _LAST_EXCLUSIVE:
            return (self & other) is FALSE
        return _no_common_path(self, other, {})

    def implies(self, other: MarkerTree) -> bool:
        """Every environment of this marker satisfies `other`."""
        return (~self | other) is TRUE

    @property
    def is_unreachable(self) -> bool:
        """Holds nowhere once the known contradictions are taken into account in every branch."""
        return self is FALSE or (self & ~_exclusions()) is FALSE

    @bounded
    def without_extras(self) -> MarkerTree:
        """What remains if every test of `extra` is taken as passed."""
        return _quantify(self, lambda variable: variable[0] == EXTRA)

    @bounded
    def only_extras(self) -> MarkerTree:
        """What remains if every test but those of `extra` is taken as passed."""
        return _quantify(self, lambda variable: variable[0] != EXTRA)

    @bounded
    def simplify_extras(self, extras: Collection[str]) -> MarkerTree:
        """This marker where `extras` (normalized) are known to be asked for."""
        return _choose(self, lambda variable: True if variable[0] == EXTRA and variable[2] in extras else None, {})

    @bounded
    def simplify_not_extras(self, extras: Collection[str]) -> MarkerTree:
        """This marker where `extras` (normalized) are known not to be asked for."""
        return _choose(self, lambda variable: False if variable[0] == EXTRA and variable[2] in extras else None, {})

    @bounded
    def resolve_extras(self, conditions: Mapping[str, MarkerTree]) -> MarkerTree:
        """Each `extra` replaced by the condition under which it is on; extras without a condition are off."""
        if not self.extras():
            return self
        return _substitute(self, conditions, {}, Steps())

    def extras(self) -> frozenset[str]:
        """The extras that this marker asks about."""
        return frozenset(node.variable[2] for node in self.nodes() if node.variable[0] == EXTRA)

    def nodes(self) -> Iterator[MarkerTree]:
        """Every decision of the diagram, once."""
        seen: set[MarkerTree] = {TRUE, FALSE}
        pending = [self]
        while pending:
            node = pending.pop()
            if node not in seen:
                seen.add(node)
                pending.extend(node.children)
                yield node

    @bounded
    def simplify_python(self, python: Range) -> MarkerTree:
        """This marker where the interpreter is known to lie within the outer bounds of `python`.

        With `>=3.11`, `python_full_version >= '3.11'` vanishes. One-way: outside the bounds the result means nothing.
        """
        low, high = _outer_cuts(python)
        return _clip(self, low, high, {}, Steps())

    def complexify_python(self, python: Range) -> MarkerTree:
        """The inverse of `simplify_python`: the bounds become part of the marker."""
        return self & within_python(python)

    @bounded
    def restrict(self, assumption: MarkerTree) -> MarkerTree:
        """A simpler marker that equals this one wherever `assumption` holds, and is unspecified elsewhere."""
        return _restrict(self, assumption, {}, Steps())

    def python_range(self) -> Range:
        """The outer bounds of `python_full_version` that this marker implies, as one interval.

        Source: uv-resolver's `requires_python` of a marker. Everything for a marker without Python tests.
        """
        if self is FALSE:
            return EMPTY
        low, high = _python_bounds(self)
        return between(
            None if low is None else (_version(low[0]), "", low[1] == 0),
            None if high is None else (_version(high[0]), "", high[1] == 1),
        )

    def evaluate(self, environment: Mapping[str, str] | None, extras: Collection[str] = ()) -> bool:
        """Whether this marker holds. `environment` has the keys of PEP 508; `extras` are normalized.

        Without an environment every test but those of extras counts as passable: whether some environment could do.
        """
        if environment is None:
            return self._with_exactly(extras) is not FALSE
        node = self
        while node.children:
            node = _next(node, environment, extras)
        return node is TRUE

    @bounded
    def holds_for_extras(self, extras: Collection[str]) -> bool:
        """True if this marker holds in every environment once exactly `extras` are asked for."""
        return self._with_exactly(extras) is TRUE

    def text(self) -> str | None:
        """The marker as uv prints it; None for one that always holds. Raises `MarkerTooComplex`."""
        if self is TRUE:
            return None
        if self._text is None:
            from .marker_text import marker_text

            self._text = marker_text(self)
        return self._text

    def __str__(self) -> str:
        try:
            return self.text() or "true"
        except MarkerTooComplex:
            return f"(a marker of {sum(1 for _ in self.nodes())} tests, too complex to write out)"

    def __repr__(self) -> str:
        return f"MarkerTree({self})"

    def __copy__(self) -> MarkerTree:
        return self

    def __deepcopy__(self, memo: object) -> MarkerTree:
        return self

    def _with_exactly(self, extras: Collection[str]) -> MarkerTree:
        return _choose(self, lambda variable: variable[2] in extras if variable[0] == EXTRA else None, {})


TRUE: Final = MarkerTree(_TERMINAL, (), ())
FALSE: Final = MarkerTree(_TERMINAL, (), ())
TRUE._negation, FALSE._negation = FALSE, TRUE
TRUE._possible, FALSE._possible = True, False

_Pair: TypeAlias = tuple[MarkerTree, MarkerTree]

_interned: WeakValueDictionary[tuple[Variable, tuple[Cut, ...], tuple[MarkerTree, ...]], MarkerTree]
_interned = WeakValueDictionary()
_interning: Final = threading.Lock()
_conjunctions: Final[dict[_Pair, MarkerTree]] = {}


def node_of(variable: Variable, cuts: tuple[Cut, ...], children: tuple[MarkerTree, ...]) -> MarkerTree:
    """The reduced, interned node with these edges (one child more than cuts)."""
    if any(children[i] is children[i + 1] for i in range(len(cuts))):
        kept = [i for i in range(len(cuts)) if children[i] is not children[i + 1]]
        cuts, children = tuple(cuts[i] for i in kept), (*(children[i] for i in kept), children[-1])
    if not cuts:
        return children[0]
    key = (variable, cuts, children)
    node = _interned.get(key)
    if node is None:
        with _interning:
            node = _interned.get(key)
            if node is None:
                node = _interned[key] = MarkerTree(variable, cuts, children)
    return node


def condition(variable: Variable, *cuts: Cut) -> MarkerTree:
    """One test: fails up to the first cut, passes up to the second, and so on."""
    return node_of(variable, cuts, tuple(TRUE if i % 2 else FALSE for i in range(len(cuts) + 1)))


def yes(variable: Variable) -> MarkerTree:
    """The test that a yes-or-no variable is on."""
    return condition(variable, *_YES)


def negation(node: MarkerTree, steps: Steps) -> MarkerTree:
    """The complement; a node and its complement know each other."""
    known = node._negation
    if known is None:
        steps.spend()
        known = node_of(node.variable, node.cuts, tuple(negation(child, steps) for child in node.children))
        node._negation, known._negation = known, node
    return known


def conjunction(x: MarkerTree, y: MarkerTree, steps: Steps) -> MarkerTree:
    """Both hold; a conjunction that only known contradictions could satisfy is false."""
    if x is TRUE or x is y:
        return y
    if y is TRUE:
        return x
    if x is FALSE or y is FALSE or x._negation is y:
        return FALSE
    key = (x, y) if id(x) < id(y) else (y, x)
    known = _conjunctions.get(key)
    if known is not None:
        return known
    steps.spend()
    variable, cuts, pairs = split(x, y)
    node = node_of(variable, cuts, tuple(conjunction(a, b, steps) for a, b in pairs))
    if x.variable <= _LAST_EXCLUSIVE and y.variable <= _LAST_EXCLUSIVE and not _is_possible(node):
        node = FALSE
    if len(_conjunctions) > _MAX_REMEMBERED:
        _conjunctions.clear()
    _conjunctions[key] = node
    return node


def disjunction(x: MarkerTree, y: MarkerTree, steps: Steps) -> MarkerTree:
    """One of both holds: the complement of neither."""
    return negation(conjunction(negation(x, steps), negation(y, steps), steps), steps)


def split(x: MarkerTree, y: MarkerTree) -> tuple[Variable, tuple[Cut, ...], list[_Pair]]:
    """The first variable that either asks, and for each of its common intervals what follows in `x` and in `y`."""
    if x.variable < y.variable:
        return x.variable, x.cuts, [(child, y) for child in x.children]
    if y.variable < x.variable:
        return y.variable, y.cuts, [(x, child) for child in y.children]
    if x.cuts == y.cuts:
        return x.variable, x.cuts, list(zip(x.children, y.children, strict=True))
    cuts: list[Cut] = []
    pairs = [(x.children[0], y.children[0])]
    i = j = 0
    while i < len(x.cuts) or j < len(y.cuts):
        if j == len(y.cuts) or (i < len(x.cuts) and x.cuts[i] < y.cuts[j]):
            cuts.append(x.cuts[i])
            i += 1
        elif i == len(x.cuts) or y.cuts[j] < x.cuts[i]:
            cuts.append(y.cuts[j])
            j += 1
        else:
            cuts.append(x.cuts[i])
            i += 1
            j += 1
        pairs.append((x.children[i], y.children[j]))
    return x.variable, tuple(cuts), pairs


def _no_common_path(x: MarkerTree, y: MarkerTree, known: dict[_Pair, bool]) -> bool:
    if x is FALSE or y is FALSE or x._negation is y:
        return True
    if x is TRUE or y is TRUE or x is y:
        return False
    result = known.get((x, y))
    if result is None:
        result = known[x, y] = all(_no_common_path(a, b, known) for a, b in split(x, y)[2])
    return result


def equals(key: str, value: str) -> MarkerTree:
    """`key == 'value'` of a string key."""
    return condition((STRING, STRING_KEYS.index(key), ""), (value, 0), (value, 1))


def _is_possible(node: MarkerTree) -> bool:
    if node._possible is None:
        node._possible = not _no_common_path(node, ~_exclusions(), {})
    return node._possible


_EXCLUSIVE_SYSTEMS: Final = ("FreeBSD", "NetBSD", "OpenBSD", "SunOS", "iOS", "iPadOS")
_EXCLUSIVE_PLATFORMS: Final = ("aix", "android", "emscripten", "ios", "linux", "darwin", "win32", "cygwin", "wasi")
_known_exclusions: list[MarkerTree] = []


def _exclusions() -> MarkerTree:
    """What no environment is, as uv assumes: nt with linux, posix with win32, FreeBSD with darwin, ..."""
    if not _known_exclusions:
        pairs = [("nt", "linux"), ("nt", "darwin"), ("nt", "ios"), ("posix", "win32")]
        excluded = [_plain_both(equals("os_name", name), equals("sys_platform", platform)) for name, platform in pairs]
        excluded += [
            _plain_both(equals("platform_system", system), equals("sys_platform", platform))
            for system in _EXCLUSIVE_SYSTEMS
            for platform in _EXCLUSIVE_PLATFORMS
            if not (platform == "ios" and system in ("iOS", "iPadOS"))
        ]
        steps = Steps()
        allowed = TRUE
        for pair in excluded:
            allowed = _plain_both(allowed, negation(pair, steps))
        _known_exclusions.append(negation(allowed, steps))
    return _known_exclusions[0]


def _plain_both(x: MarkerTree, y: MarkerTree) -> MarkerTree:
    """Conjunction by logic alone, to state the contradictions themselves."""
    if x is TRUE or x is y:
        return y
    if y is TRUE:
        return x
    if x is FALSE or y is FALSE:
        return FALSE
    variable, cuts, pairs = split(x, y)
    return node_of(variable, cuts, tuple(_plain_both(a, b) for a, b in pairs))


def _any(nodes: tuple[MarkerTree, ...], steps: Steps) -> MarkerTree:
    result = FALSE
    for node in nodes:
        result = disjunction(result, node, steps)
    return result


def _quantify(node: MarkerTree, drop: Callable[[Variable], bool]) -> MarkerTree:
    known: dict[MarkerTree, MarkerTree] = {TRUE: TRUE, FALSE: FALSE}
    steps = Steps()

    def walk(node: MarkerTree) -> MarkerTree:
        result = known.get(node)
        if result is None:
            if drop(node.variable):
                result = walk(_any(node.children, steps))
            else:
                result = node_of(node.variable, node.cuts, tuple(walk(child) for child in node.children))
            known[node] = result
        return result

    return walk(node)


def _choose(
    node: MarkerTree, choose: Callable[[Variable], bool | None], known: dict[MarkerTree, MarkerTree]
) -> MarkerTree:
    if not node.children:
        return node
    result = known.get(node)
    if result is None:
        value = choose(node.variable)
        if value is not None:
            result = _choose(node.children[value], choose, known)
        else:
            children = tuple(_choose(child, choose, known) for child in node.children)
            result = node_of(node.variable, node.cuts, children)
        known[node] = result
    return result


def _substitute(
    node: MarkerTree, conditions: Mapping[str, MarkerTree], known: dict[MarkerTree, MarkerTree], steps: Steps
) -> MarkerTree:
    if not node.children:
        return node
    result = known.get(node)
    if result is None:
        children = tuple(_substitute(child, conditions, known, steps) for child in node.children)
        if node.variable[0] == EXTRA:
            on = conditions.get(node.variable[2], FALSE)
            result = _if(on, children[1], children[0], steps)
        else:
            result = FALSE
            for i, child in enumerate(children):
                edge = node_of(node.variable, node.cuts, tuple(TRUE if j == i else FALSE for j in range(len(children))))
                result = disjunction(result, conjunction(edge, child, steps), steps)
        known[node] = result
    return result


def _if(test: MarkerTree, then: MarkerTree, otherwise: MarkerTree, steps: Steps) -> MarkerTree:
    passed = conjunction(test, then, steps)
    return disjunction(passed, conjunction(negation(test, steps), otherwise, steps), steps)


def _outer_cuts(python: Range) -> tuple[Cut | None, Cut | None]:
    """The first and the last cut of a range over releases, None where it is open (both for the empty range)."""
    low, high = (python.cuts[0], python.cuts[-1]) if python.cuts else (None, None)
    return (
        (low[0][1], low[1]) if low and python.has_lower_bound else None,
        (high[0][1], high[1]) if high and python.has_upper_bound else None,
    )


def within_python(python: Range) -> MarkerTree:
    """`python_full_version` lies within the outer bounds of `python` (a range over releases; holes do not count)."""
    if python.is_empty:
        return FALSE
    low, high = _outer_cuts(python)
    above = TRUE if low is None else condition(PYTHON, low)
    return above if high is None else above & ~condition(PYTHON, high)


def _clip(
    node: MarkerTree, low: Cut | None, high: Cut | None, known: dict[MarkerTree, MarkerTree], steps: Steps
) -> MarkerTree:
    if node.variable > PYTHON or (low is None and high is None):
        return node
    result = known.get(node)
    if result is None:
        steps.spend()
        if node.variable == PYTHON:
            first = 0 if low is None else bisect_right(node.cuts, low)
            last = len(node.cuts) if high is None else bisect_left(node.cuts, high)
            result = node_of(PYTHON, node.cuts[first:last], node.children[first : last + 1])
        else:
            children = tuple(_clip(child, low, high, known, steps) for child in node.children)
            result = node_of(node.variable, node.cuts, children)
        known[node] = result
    return result


def _restrict(value: MarkerTree, assumption: MarkerTree, known: dict[_Pair, MarkerTree], steps: Steps) -> MarkerTree:
    if assumption is TRUE or not value.children:
        return value
    if assumption is FALSE:
        return FALSE
    if value is assumption:
        return TRUE
    if value is negation(assumption, steps):
        return FALSE
    result = known.get((value, assumption))
    if result is not None:
        return result
    steps.spend()
    if assumption.variable < value.variable:
        result = _restrict(value, _any(assumption.children, steps), known, steps)
    else:
        variable, cuts, pairs = split(value, assumption)
        children = [None if b is FALSE else _restrict(a, b, known, steps) for a, b in pairs]
        fallback = next((child for child in children if child is not None), FALSE)
        result = node_of(variable, cuts, tuple(fallback if child is None else child for child in children))
    known[value, assumption] = result
    return result


def _python_bounds(node: MarkerTree) -> tuple[Cut | None, Cut | None]:
    """(lower cut, upper cut) around all Python versions for which some environment satisfies `node`."""
    lows: list[Cut | None] = []
    highs: list[Cut | None] = []
    seen: set[MarkerTree] = set()
    pending = [node]
    while pending:
        node = pending.pop()
        if node in seen or node is FALSE:
            continue
        seen.add(node)
        if node.variable > PYTHON:
            return None, None
        if node.variable < PYTHON:
            pending.extend(node.children)
            continue
        satisfiable = [i for i, child in enumerate(node.children) if child is not FALSE]
        lows.append(node.cuts[satisfiable[0] - 1] if satisfiable[0] > 0 else None)
        highs.append(node.cuts[satisfiable[-1]] if satisfiable[-1] < len(node.cuts) else None)
    bounded_lows = [low for low in lows if low is not None]
    bounded_highs = [high for high in highs if high is not None]
    return (
        min(bounded_lows) if len(bounded_lows) == len(lows) else None,
        max(bounded_highs) if len(bounded_highs) == len(highs) else None,
    )


def _version(release: Release) -> Version:
    return parse_version(".".join(map(str, release)))


def release_of(version: Version) -> Release:
    """The release segments without trailing zeros (at least one)."""
    release = version.release
    length = len(release)
    while length > 1 and release[length - 1] == 0:
        length -= 1
    return release[:length]


def _next(node: MarkerTree, environment: Mapping[str, str], extras: Collection[str]) -> MarkerTree:
    """What follows in the environment; an unreadable version or an unknown list satisfies nothing."""
    kind, position, value = node.variable
    if kind in (VERSION, VERSION_STRING):
        return _next_by_version(node, environment.get((VERSION_KEYS if kind == VERSION else STRING_KEYS)[position], ""))
    if kind == EXTRA:
        return node.children[value in extras]
    if kind == LIST:
        return node.children[0]
    actual = environment.get(STRING_KEYS[position], "")
    if kind == STRING:
        return node.children[bisect_right(node.cuts, (actual, 0))]
    return node.children[actual in value if kind == IN else value in actual]


def _next_by_version(node: MarkerTree, text: str) -> MarkerTree:
    """A pre-release of V lies before V, a post-release after it."""
    try:
        version = parse_version(text)
    except InvalidVersion:
        return FALSE
    after = version.is_postrelease or version.local is not None
    place = (release_of(version), -1 if version.is_prerelease else int(after))
    return node.children[bisect_right(node.cuts, place)]
