"""How a marker is written: as few clauses as uv finds, in uv's order.

Source: uv 0.13.8, which extracts an irredundant sum of products from the diagram (Minato and Morreale) and then sorts
the clauses by what they ask. Clauses and lock files of the explorer must equal uv's letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, TypeAlias

from .marker_diagram import (
    CONTAINS,
    EXTRA,
    IN,
    LIST,
    LIST_KEYS,
    ONE,
    STRING,
    STRING_KEYS,
    VERSION,
    VERSION_KEYS,
    ZERO,
    Cut,
    MarkerTooComplex,
    Node,
    Release,
    Steps,
    Variable,
    bounded,
    conjunction,
    disjunction,
    negation,
    node_of,
    split,
)

NEVER: Final = "python_version < '0'"
"""How a marker that never holds is written."""

MAX_CLAUSES: Final = 4096

_KEY_ORDER: Final = (
    "implementation_version",
    "python_full_version",
    "implementation_name",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "sys_platform",
    "extras",
    "dependency_groups",
    "extra",
)
"""The order of tests within a clause."""

_RANK: Final = {key: rank for rank, key in enumerate(_KEY_ORDER)}

Test: TypeAlias = tuple[int, str]
"""(rank of the key, text)."""

Cover: TypeAlias = "tuple[tuple[Node, Cover], ...] | None"
"""A sum of products: alternatives, each a test of one variable and what must hold besides; None is 'nothing more'."""

Interval: TypeAlias = tuple[Cut | None, Cut | None]


def node_text(node: Node) -> str:
    """The text of a node that does not always hold. Raises `MarkerTooComplex`."""
    if node is ZERO:
        return NEVER
    clauses = [[text for _, text in clause] for clause in _clauses(node)]
    if len(clauses) == 1:
        return " and ".join(clauses[0])
    return " or ".join(clause[0] if len(clause) == 1 else f"({' and '.join(clause)})" for clause in clauses)


@bounded
def _clauses(node: Node) -> list[list[Test]]:
    _, cover = _extract(node, node, {}, Steps())
    clauses: list[list[Test]] = []
    for clause in _expand(cover):
        if clause:
            clauses.append(sorted(clause, key=_rank))
            if len(clauses) > MAX_CLAUSES:
                raise MarkerTooComplex(f"Written out, the marker has more than {MAX_CLAUSES} clauses.")
    return sorted(clauses, key=lambda clause: [rank for rank, _ in clause])


def _rank(test: Test) -> int:
    return test[0]


def _extract(
    lower: Node,
    upper: Node,
    known: dict[tuple[Node, Node], tuple[Node, Cover]],
    steps: Steps,
) -> tuple[Node, Cover]:
    """A marker between `lower` and `upper` (what must, what may be covered) and its cover."""
    if lower is ZERO:
        return ZERO, ()
    if upper is ONE:
        return ONE, None
    result = known.get((lower, upper))
    if result is not None:
        return result
    steps.spend()
    if lower is upper and not any(child.children for child in lower.children):
        return lower, ((lower, None),)
    parts = _parts(lower, upper)
    everywhere_allowed = ONE
    for _, _, part_upper in parts:
        everywhere_allowed = conjunction(everywhere_allowed, part_upper, steps)
    everywhere_needed = covered = ZERO
    branches: dict[Node, tuple[Node, Cover]] = {}
    for guard, part_lower, part_upper in parts:
        needed = conjunction(part_lower, negation(everywhere_allowed, steps), steps)
        specific, cover = _extract(needed, part_upper, known, steps)
        remaining = conjunction(part_lower, negation(specific, steps), steps)
        everywhere_needed = disjunction(everywhere_needed, remaining, steps)
        if specific is ZERO:
            continue
        covered = disjunction(covered, conjunction(guard, specific, steps), steps)
        if specific in branches:
            earlier, cover = branches[specific]
            guard = disjunction(earlier, guard, steps)
        branches[specific] = guard, cover
    common, cover = _extract(everywhere_needed, everywhere_allowed, known, steps)
    if common is not ZERO:
        branches[common] = ONE, cover
    function = lower if lower is upper else disjunction(covered, common, steps)
    known[lower, upper] = function, tuple(branches.values())
    return known[lower, upper]


def _parts(lower: Node, upper: Node) -> list[tuple[Node, Node, Node]]:
    """The first variable taken apart: (test of that variable, what must, what may be covered where it passes)."""
    variable, cuts, pairs = split(lower, upper)
    parts = []
    for pair in dict.fromkeys(pairs):
        guard = node_of(variable, cuts, tuple(ONE if other == pair else ZERO for other in pairs))
        parts.append((guard, *pair))
    return parts


def _expand(cover: Cover) -> Iterator[tuple[Test, ...]]:
    if cover is None:
        yield ()
        return
    for guard, rest in cover:
        for tests in _tests(guard):
            for more in _expand(rest):
                yield tests + more


def _tests(guard: Node) -> Iterator[tuple[Test, ...]]:
    """The alternatives that a test of one variable is written as, each a conjunction."""
    if guard is ONE:
        yield ()
        return
    kind, position, _ = guard.variable
    if kind in (IN, CONTAINS, EXTRA, LIST):
        yield (_yes_or_no(guard.variable, guard.children[1] is ONE),)
        return
    key = VERSION_KEYS[position] if kind == VERSION else STRING_KEYS[position]
    bounds = _intervals(guard)
    excluded = _excluded_values(bounds) if kind in (VERSION, STRING) else None
    if excluded is not None:
        yield tuple(_test(key, "!=", value) for value in excluded)
        return
    if kind == VERSION:
        star = _excluded_star(bounds)
        if star is not None:
            yield (_test(key, "!=", star),)
            return
    for low, high in bounds:
        yield _between(key, low, high, stars=kind == VERSION)


def _yes_or_no(variable: Variable, on: bool) -> Test:
    kind, position, value = variable
    if kind == EXTRA:
        return _RANK["extra"], f"extra {'==' if on else '!='} '{value}'"
    operator = "in" if on else "not in"
    if kind == LIST:
        key = LIST_KEYS[position % 2]
        return _RANK[key], f"'{value}' {operator} {key}"
    key = STRING_KEYS[position]
    return _RANK[key], f"{key} {operator} '{value}'" if kind == IN else f"'{value}' {operator} {key}"


def _intervals(guard: Node) -> list[Interval]:
    """Where the test passes, in order; None is open."""
    ends: list[Cut | None] = [None, *guard.cuts, None]
    return [(ends[i], ends[i + 1]) for i, child in enumerate(guard.children) if child is ONE]


def _excluded_values(bounds: list[Interval]) -> list[object] | None:
    """The values that are missing, if single values are all that is missing."""
    if bounds[0][0] is not None or bounds[-1][1] is not None:
        return None
    excluded: list[object] = []
    for (_, end), (start, _) in pairwise(bounds):
        if end is None or start is None or end[0] != start[0]:
            return None
        excluded.append(end[0])
    return excluded


def _excluded_star(bounds: list[Interval]) -> str | None:
    """`3.8.*` if exactly the releases of one minor are missing."""
    if len(bounds) != 2 or bounds[0][0] is not None or bounds[1][1] is not None:
        return None
    end, start = bounds[0][1], bounds[1][0]
    return None if end is None or start is None else _star(end, start)


def _star(low: Cut, high: Cut) -> str | None:
    """`3.8.*` for from 3.8 to before 3.9."""
    if low[1] or high[1]:
        return None
    release: Release = low[0] if len(low[0]) > 1 else (*low[0], 0)
    if len(release) == 2 and high[0] == (release[0], release[1] + 1):
        return f"{release[0]}.{release[1]}.*"
    return None


def _between(key: str, low: Cut | None, high: Cut | None, *, stars: bool) -> tuple[Test, ...]:
    if low is not None and high is not None:
        if low[0] == high[0]:
            return (_test(key, "==", low[0]),)
        star = _star(low, high) if stars else None
        if star is not None:
            return (_test(key, "==", star),)
    tests = []
    if low is not None:
        tests.append(_test(key, ">" if low[1] else ">=", low[0]))
    if high is not None:
        tests.append(_test(key, "<=" if high[1] else "<", high[0]))
    return tuple(tests)


def _test(key: str, operator: str, value: object) -> Test:
    text = ".".join(map(str, value)) if isinstance(value, tuple) else value
    return _RANK[key], f"{key} {operator} '{text}'"
