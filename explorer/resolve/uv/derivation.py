"""The derivation tree of a failure: leaves are what was stated, inner nodes what follows from two of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.utils import NormalizedName
from packaging.version import Version

from ..pubgrub.incompatibility import Dependency, Derived, Incompatibility, NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from ..pubgrub.term import Term

Leaf = NotRoot | NoVersions | Dependency | Unavailable
Terms = Mapping[Package, Term]
Known = Mapping[NormalizedName, Sequence[Version]]
"""The versions of each package that were considered, ascending."""


@dataclass(frozen=True, slots=True, eq=False)
class LeafNode:
    """A stated incompatibility; `number` is None for one that the reduction added or merged."""

    cause: Leaf
    number: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Conclusion:
    """What follows from two causes; `shared` is its number where several conclusions rest on it."""

    terms: Terms
    first: Tree
    second: Tree
    number: int
    shared: int | None = None


Tree = LeafNode | Conclusion


def derivation_of(store: Sequence[Incompatibility], number: int) -> Tree:
    """The tree behind an incompatibility; conclusions used more than once are one node and marked shared."""
    seen: set[int] = set()
    shared: set[int] = set()
    stack = [number]
    while stack:
        current = stack.pop()
        cause = store[current].cause
        if isinstance(cause, Derived):
            if current in seen:
                shared.add(current)
            else:
                stack += (cause.first, cause.second)
        seen.add(current)
    built: dict[int, Tree] = {}
    for current in sorted(seen):
        cause = store[current].cause
        if isinstance(cause, Derived):
            built[current] = Conclusion(
                store[current].terms,
                built[cause.first],
                built[cause.second],
                current,
                current if current in shared else None,
            )
        else:
            built[current] = LeafNode(cause, current)
    return built[number]


def map_tree(
    tree: Tree,
    leaf: Callable[[LeafNode], Tree | None],
    conclusion: Callable[[Conclusion, Tree | None, Tree | None], Tree | None],
) -> Tree | None:
    """Rebuild a tree bottom-up without recursion; nodes reached twice are rebuilt once."""
    done: dict[int, Tree | None] = {}
    stack = [tree]
    while stack:
        node = stack[-1]
        if id(node) in done:
            stack.pop()
        elif isinstance(node, LeafNode):
            done[id(node)] = leaf(node)
            stack.pop()
        else:
            missing = [c for c in (node.second, node.first) if id(c) not in done]
            if missing:
                stack += missing
            else:
                done[id(node)] = conclusion(node, done[id(node.first)], done[id(node.second)])
                stack.pop()
    return done[id(tree)]


def rebuild(tree: Tree, leaf: Callable[[LeafNode], Tree], conclusion: Callable[[Conclusion], Tree]) -> Tree:
    def join(node: Conclusion, first: Tree | None, second: Tree | None) -> Tree | None:
        assert first is not None and second is not None
        return conclusion(replace(node, first=first, second=second))

    result = map_tree(tree, leaf, join)
    assert result is not None
    return result


def same(node: LeafNode) -> Tree:
    return node
