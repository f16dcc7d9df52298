"""The derivation tree of a failure: leaves are what was stated, inner nodes what follows from two of them.

Trees may be thousands deep and share nodes, so everything here walks them without recursion and each node once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.utils import NormalizedName

from ...model.ranges import Range
from ..pubgrub.incompatibility import Dependency, Derived, Incompatibility, NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from ..pubgrub.term import Term
from .listed_versions import ListedVersions

Leaf = NotRoot | NoVersions | Dependency | Unavailable
Terms = Mapping[Package, Term]
Known = Mapping[NormalizedName, ListedVersions]
"""The versions of each package that were considered."""


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

    @property
    def ruled_out(self) -> tuple[Package, Range] | None:
        """The one package (with its range) that cannot be used; None where more than that is concluded."""
        if len(self.terms) != 1:
            return None
        ((package, term),) = self.terms.items()
        return (package, term.range) if term.positive else None


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


def nodes(tree: Tree) -> Iterator[Tree]:
    """Every node once, parents before their causes, the first cause before the second."""
    seen: set[int] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Conclusion):
            stack += (node.second, node.first)


def leaves(tree: Tree) -> Iterator[LeafNode]:
    """Every leaf once, left to right."""
    return (node for node in nodes(tree) if isinstance(node, LeafNode))


def map_tree(
    tree: Tree,
    leaf: Callable[[LeafNode], Tree | None],
    conclusion: Callable[[Conclusion, Tree | None, Tree | None], Tree | None],
) -> Tree | None:
    """Rebuild a tree from its leaves up; None drops a node."""
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
    """As `map_tree`, where every node stays a node."""

    def join(node: Conclusion, first: Tree | None, second: Tree | None) -> Tree | None:
        assert first is not None and second is not None
        same_causes = first is node.first and second is node.second
        return conclusion(node if same_causes else replace(node, first=first, second=second))

    result = map_tree(tree, leaf, join)
    assert result is not None
    return result


def same(node: LeafNode) -> Tree:
    return node
