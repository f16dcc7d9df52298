"""What else can be done to a diagram: fix or forget variables, assume a condition, follow it, read its Python bounds.

Source: uv 0.13.8's marker algebra (`restrict_by`, `without_extras`, `simplify_python_versions`, `restrict`) and
uv-resolver's `requires_python` of a marker.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping

from packaging.version import InvalidVersion

from .marker_diagram import (
    EXTRA,
    IN,
    LIST,
    ONE,
    PYTHON,
    STRING,
    STRING_KEYS,
    VERSION,
    VERSION_KEYS,
    VERSION_STRING,
    ZERO,
    Cut,
    Node,
    Pair,
    Steps,
    Variable,
    any_of,
    negation,
    node_of,
    split,
    trim,
)
from .ranges import parse_version


def choose(node: Node, value_of: Callable[[Variable], bool | None]) -> Node:
    """`node` where yes-or-no variables have the values that `value_of` states (None: not known)."""
    known: dict[Node, Node] = {ONE: ONE, ZERO: ZERO}

    def walk(node: Node) -> Node:
        result = known.get(node)
        if result is None:
            value = value_of(node.variable)
            if value is None:
                result = node_of(node.variable, node.cuts, tuple(walk(child) for child in node.children))
            else:
                result = walk(node.children[value])
            known[node] = result
        return result

    return walk(node)


def forget(node: Node, forgotten: Callable[[Variable], bool], steps: Steps) -> Node:
    """Where `node` can hold for some values of the forgotten variables."""
    known: dict[Node, Node] = {ONE: ONE, ZERO: ZERO}

    def walk(node: Node) -> Node:
        result = known.get(node)
        if result is None:
            if forgotten(node.variable):
                result = walk(any_of(node.children, steps))
            else:
                result = node_of(node.variable, node.cuts, tuple(walk(child) for child in node.children))
            known[node] = result
        return result

    return walk(node)


def clip_python(node: Node, low: Cut | None, high: Cut | None) -> Node:
    """`node` where Python lies between the cuts (None is open); what it says of other Pythons is lost."""
    known: dict[Node, Node] = {}

    def walk(node: Node) -> Node:
        if node.variable > PYTHON:
            return node
        result = known.get(node)
        if result is None:
            if node.variable == PYTHON:
                first = 0 if low is None else bisect_right(node.cuts, low)
                last = len(node.cuts) if high is None else bisect_left(node.cuts, high)
                result = node_of(PYTHON, node.cuts[first:last], node.children[first : last + 1])
            else:
                result = node_of(node.variable, node.cuts, tuple(walk(child) for child in node.children))
            known[node] = result
        return result

    return walk(node)


def restrict(value: Node, assumption: Node, known: dict[Pair, Node], steps: Steps) -> Node:
    """A node that equals `value` wherever `assumption` holds and asks as little as possible."""
    if assumption is ONE or not value.children:
        return value
    if assumption is ZERO:
        return ZERO
    if value is assumption:
        return ONE
    if value is negation(assumption, steps):
        return ZERO
    result = known.get((value, assumption))
    if result is not None:
        return result
    steps.spend()
    if assumption.variable < value.variable:
        result = restrict(value, any_of(assumption.children, steps), known, steps)
    else:
        variable, cuts, pairs = split(value, assumption)
        children = [None if b is ZERO else restrict(a, b, known, steps) for a, b in pairs]
        reachable = next((child for child in children if child is not None), ZERO)
        result = node_of(variable, cuts, tuple(reachable if child is None else child for child in children))
    known[value, assumption] = result
    return result


def python_bounds(node: Node) -> tuple[Cut | None, Cut | None]:
    """(lower, upper) cut around all Pythons for which some environment satisfies `node`, None where open."""
    lows: list[Cut | None] = []
    highs: list[Cut | None] = []
    seen: set[Node] = set()
    pending = [node]
    while pending:
        node = pending.pop()
        if node in seen or node is ZERO:
            continue
        seen.add(node)
        if node.variable > PYTHON:
            return None, None
        if node.variable < PYTHON:
            pending.extend(node.children)
            continue
        satisfiable = [i for i, child in enumerate(node.children) if child is not ZERO]
        lows.append(node.cuts[satisfiable[0] - 1] if satisfiable[0] > 0 else None)
        highs.append(node.cuts[satisfiable[-1]] if satisfiable[-1] < len(node.cuts) else None)
    bounded_lows = [low for low in lows if low is not None]
    bounded_highs = [high for high in highs if high is not None]
    return (
        min(bounded_lows) if lows and len(bounded_lows) == len(lows) else None,
        max(bounded_highs) if highs and len(bounded_highs) == len(highs) else None,
    )


def follow(node: Node, environment: Mapping[str, str], extras: Collection[str]) -> bool:
    """Whether `node` holds in one environment; an unreadable version satisfies nothing."""
    while node.children:
        node = _next(node, environment, extras)
    return node is ONE


def _next(node: Node, environment: Mapping[str, str], extras: Collection[str]) -> Node:
    kind, position, value = node.variable
    if kind in (VERSION, VERSION_STRING):
        return _next_by_version(node, environment.get((VERSION_KEYS if kind == VERSION else STRING_KEYS)[position], ""))
    if kind == EXTRA:
        return node.children[value in extras]
    if kind == LIST:
        return node.children[False]
    actual = environment.get(STRING_KEYS[position], "")
    if kind == STRING:
        return node.children[bisect_right(node.cuts, (actual, 0))]
    return node.children[actual in value if kind == IN else value in actual]


def _next_by_version(node: Node, text: str) -> Node:
    """A pre-release of V lies before V, a post-release after it."""
    try:
        version = parse_version(text)
    except InvalidVersion:
        return ZERO
    after = version.is_postrelease or version.local is not None
    place = (trim(version.release), -1 if version.is_prerelease else int(after))
    return node.children[bisect_right(node.cuts, place)]
