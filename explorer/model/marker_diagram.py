"""Reduced ordered decision diagrams over the variables of environment markers: equal meaning is the same node.

A node asks one variable; its edges are disjoint intervals that together cover all values. Variables are asked in one
fixed order, equal neighbours are merged and nodes are interned, so two conditions that hold in the same environments
are identical. Source: uv 0.13.8's marker algebra (wheels-and-universal.md 6.2); its order of variables and its known
contradictions between `os_name`, `sys_platform` and `platform_system` are kept, for they decide how markers print.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar
from weakref import WeakValueDictionary

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

MAX_STEPS: Final = 50_000
_MAX_REMEMBERED: Final = 100_000

_P = ParamSpec("_P")
_T = TypeVar("_T")


class MarkerTooComplex(ValueError):
    """A marker whose diagram or text would grow beyond all use (a bound of this program; uv has none)."""


class Steps:
    """How much work one operation may still do."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self) -> None:
        """Raises `MarkerTooComplex` when nothing is left."""
        self.left -= 1
        if self.left < 0:
            raise MarkerTooComplex(f"The marker needs more than {MAX_STEPS} steps to combine; simplify it.")


def bounded(operation: Callable[_P, _T]) -> Callable[_P, _T]:
    """`operation`, with `MarkerTooComplex` instead of `RecursionError` for too deep a diagram."""

    @wraps(operation)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return operation(*args, **kwargs)
        except RecursionError:
            raise MarkerTooComplex("The marker tests too many different things; simplify it.") from None

    return guarded


class Node:
    """A decision: which child follows for a value between two neighbouring cuts. Made by `node_of` alone.

    `negation` and `possible` remember what was found out about the node, `owner` the object that stands for it.
    """

    __slots__ = ("__weakref__", "children", "cuts", "negation", "owner", "possible", "variable")

    def __init__(self, variable: Variable, cuts: tuple[Cut, ...], children: tuple[Node, ...]) -> None:
        self.variable = variable
        self.cuts = cuts
        self.children = children
        self.negation: Node | None = None
        self.possible: bool | None = None
        self.owner: object = None


ONE: Final = Node(_TERMINAL, (), ())
"""The terminal that holds."""

ZERO: Final = Node(_TERMINAL, (), ())
"""The terminal that does not hold."""

ONE.negation, ZERO.negation = ZERO, ONE
ONE.possible, ZERO.possible = True, False

Pair: TypeAlias = tuple[Node, Node]

_interned: WeakValueDictionary[tuple[Variable, tuple[Cut, ...], tuple[Node, ...]], Node] = WeakValueDictionary()
_interning: Final = threading.Lock()
_conjunctions: Final[dict[Pair, Node]] = {}


def node_of(variable: Variable, cuts: tuple[Cut, ...], children: tuple[Node, ...]) -> Node:
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
                node = _interned[key] = Node(variable, cuts, children)
    return node


def condition(variable: Variable, *cuts: Cut, starts: bool = False) -> Node:
    """One test, whose outcome changes at each cut; `starts` is the outcome below the first."""
    return node_of(variable, cuts, tuple(ONE if bool(i % 2) != starts else ZERO for i in range(len(cuts) + 1)))


def trim(release: Release) -> Release:
    """Without trailing zeros; at least one segment stays."""
    length = len(release)
    while length > 1 and release[length - 1] == 0:
        length -= 1
    return release[:length]


def yes(variable: Variable, on: bool = True) -> Node:
    """The test that a yes-or-no variable is on, or off."""
    return condition(variable, (True, 0), starts=not on)


def equals(key: str, value: str) -> Node:
    """`key == 'value'` of a string key."""
    return condition((STRING, STRING_KEYS.index(key), ""), (value, 0), (value, 1))


def negation(node: Node, steps: Steps) -> Node:
    """The complement; a node and its complement know each other."""
    known = node.negation
    if known is None:
        steps.spend()
        known = node_of(node.variable, node.cuts, tuple(negation(child, steps) for child in node.children))
        node.negation, known.negation = known, node
    return known


def conjunction(x: Node, y: Node, steps: Steps) -> Node:
    """Both hold; a conjunction that only known contradictions could satisfy is false."""
    if x is ONE or x is y:
        return y
    if y is ONE:
        return x
    if x is ZERO or y is ZERO or x.negation is y:
        return ZERO
    key = (x, y) if id(x) < id(y) else (y, x)
    known = _conjunctions.get(key)
    if known is not None:
        return known
    steps.spend()
    variable, cuts, pairs = split(x, y)
    node = node_of(variable, cuts, tuple(conjunction(a, b, steps) for a, b in pairs))
    if _asks_exclusive(x) and _asks_exclusive(y) and not _is_possible(node):
        node = ZERO
    if len(_conjunctions) > _MAX_REMEMBERED:
        _conjunctions.clear()
    _conjunctions[key] = node
    return node


def disjunction(x: Node, y: Node, steps: Steps) -> Node:
    """One of both holds: the complement of neither."""
    return negation(conjunction(negation(x, steps), negation(y, steps), steps), steps)


def any_of(nodes: Iterable[Node], steps: Steps) -> Node:
    """One of them holds."""
    result = ZERO
    for node in nodes:
        result = disjunction(result, node, steps)
    return result


def are_disjoint(x: Node, y: Node, steps: Steps) -> bool:
    """No environment satisfies both."""
    if _asks_exclusive(x) and _asks_exclusive(y):
        return conjunction(x, y, steps) is ZERO
    return _no_common_path(x, y, {}, steps)


def split(x: Node, y: Node) -> tuple[Variable, tuple[Cut, ...], list[Pair]]:
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


def decisions(node: Node) -> Iterator[Node]:
    """Every decision below and including `node`, once."""
    seen = {ONE, ZERO}
    pending = [node]
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending.extend(node.children)
            yield node


def _no_common_path(x: Node, y: Node, known: dict[Pair, bool], steps: Steps) -> bool:
    if x is ZERO or y is ZERO or x.negation is y:
        return True
    if x is ONE or y is ONE or x is y:
        return False
    result = known.get((x, y))
    if result is None:
        steps.spend()
        result = known[x, y] = all(_no_common_path(a, b, known, steps) for a, b in split(x, y)[2])
    return result


def _asks_exclusive(node: Node) -> bool:
    """The node asks a variable of the known contradictions; those are asked first, so none follows another variable."""
    return node.variable <= _LAST_EXCLUSIVE


def _is_possible(node: Node) -> bool:
    if node.possible is None:
        node.possible = not _no_common_path(node, _allowed(), {}, Steps())
    return node.possible


_EXCLUSIVE_SYSTEMS: Final = ("FreeBSD", "NetBSD", "OpenBSD", "SunOS", "iOS", "iPadOS")
_EXCLUSIVE_PLATFORMS: Final = ("aix", "android", "emscripten", "ios", "linux", "darwin", "win32", "cygwin", "wasi")
_known_allowed: list[Node] = []


def _allowed() -> Node:
    """Where none of the known contradictions holds: nt with linux, posix with win32, FreeBSD with darwin, ..."""
    if not _known_allowed:
        pairs = [("nt", "linux"), ("nt", "darwin"), ("nt", "ios"), ("posix", "win32")]
        excluded = [_plain_both(equals("os_name", name), equals("sys_platform", platform)) for name, platform in pairs]
        excluded += [
            _plain_both(equals("platform_system", system), equals("sys_platform", platform))
            for system in _EXCLUSIVE_SYSTEMS
            for platform in _EXCLUSIVE_PLATFORMS
            if not (platform == "ios" and system in ("iOS", "iPadOS"))
        ]
        steps = Steps()
        allowed = ONE
        for pair in excluded:
            allowed = _plain_both(allowed, negation(pair, steps))
        _known_allowed.append(allowed)
    return _known_allowed[0]


def _plain_both(x: Node, y: Node) -> Node:
    """Conjunction by logic alone, to state the contradictions themselves."""
    if x is ONE or x is y:
        return y
    if y is ONE:
        return x
    if x is ZERO or y is ZERO:
        return ZERO
    variable, cuts, pairs = split(x, y)
    return node_of(variable, cuts, tuple(_plain_both(a, b) for a, b in pairs))
