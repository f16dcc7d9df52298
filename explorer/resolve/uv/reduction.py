"""Reduces a derivation tree to what a reader needs.

Each step is one function; `reduce` applies them in uv's order. Source: wheels-and-universal.md 9.2; uv 0.13.8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from packaging.utils import NormalizedName

from ...model.ranges import Range
from ..pubgrub.incompatibility import Dependency, NoVersions, Unavailable
from ..pubgrub.term import Term
from .availability import drop_redundant_no_versions, merge_no_versions, restate_availability
from .derivation import Conclusion, Known, LeafNode, Tree, map_tree, rebuild, same
from .reason_words import same_reason
from .tree_ranges import collapse_local_points, narrow_widened, simplify_markers, simplify_ranges


def reduce(
    tree: Tree,
    known: Known,
    members: frozenset[NormalizedName],
    allows_prereleases: Callable[[NormalizedName], bool],
    python: Range,
    *,
    widened: bool,
) -> tuple[Tree, Tree]:
    """(the tree as it is first shown, the tree after reduction): wheels-and-universal.md 9.2, in its order.

    `members` are the projects of the workspace, `python` is the range of requires-python; `widened` is whether the
    release widens versions over the gaps around them (uv 0.12.4+), so that it says again which versions exist.
    """
    tree = collapse_local_points(collapse_proxies(tree))
    if widened:
        tree = narrow_widened(tree, known)
    tree = before = simplify_markers(tree, python)
    tree = drop_member_no_versions(tree, members)
    if len(members) == 1:
        tree = drop_root_on_project(tree, next(iter(members)))
    tree = merge_unavailable(tree)
    tree = drop_no_versions_under_dependency(tree)
    tree = simplify_ranges(tree, known, allows_prereleases)
    if widened:
        tree = restate_availability(tree, known)
    tree = drop_redundant_no_versions(tree)
    return before, merge_no_versions(tree)


def collapse_proxies(tree: Tree) -> Tree:
    """Drop the requirements of extras, groups and markers on their own package."""

    def is_proxy(node: Tree | None) -> bool:
        return isinstance(node, LeafNode) and isinstance(node.cause, Dependency) and node.cause.package.is_proxy

    def join(node: Conclusion, first: Tree | None, second: Tree | None) -> Tree | None:
        if is_proxy(first) and is_proxy(second):
            return None
        if is_proxy(first) or first is None:
            return second
        if is_proxy(second) or second is None:
            return first
        return replace(node, first=first, second=second)

    return map_tree(tree, same, join) or tree


def drop_member_no_versions(tree: Tree, members: frozenset[NormalizedName]) -> Tree:
    """Members of the workspace have one version; to say so explains nothing."""

    def states_member(node: Tree) -> bool:
        return (
            isinstance(node, LeafNode)
            and isinstance(node.cause, NoVersions)
            and node.cause.package.kind in ("package", "extra", "group", "extra of package", "group of package")
            and node.cause.package.name in members
        )

    def conclusion(node: Conclusion) -> Tree:
        if states_member(node.first):
            return node.second
        return node.first if states_member(node.second) else node

    return rebuild(tree, same, conclusion)


def drop_root_on_project(tree: Tree, project: NormalizedName) -> Tree:
    """In a workspace of one project the project is the root: drop the edge between them.

    A node that rests on another requirement is left as it is, with all below it.
    """
    done: dict[int, Tree] = {}
    stack = [tree]
    while stack:
        node = stack[-1]
        below = _below_root(node, project)
        missing = [child for child in below if id(child) not in done]
        if missing:
            stack += missing
            continue
        stack.pop()
        match below:
            case ():
                done[id(node)] = node
            case (only,):
                done[id(node)] = done[id(only)]
            case (first, second):
                assert isinstance(node, Conclusion)
                done[id(node)] = replace(node, first=done[id(first)], second=done[id(second)])
    return done[id(tree)]


def _below_root(node: Tree, project: NormalizedName) -> tuple[()] | tuple[Tree] | tuple[Tree, Tree]:
    """What a node becomes: itself (nothing), its other cause (one), or itself with both causes rewritten (two)."""
    if isinstance(node, LeafNode):
        return ()
    for edge, other in ((node.first, node.second), (node.second, node.first)):
        if isinstance(edge, LeafNode) and isinstance(edge.cause, Dependency):
            required = edge.cause.dependency
            is_project = required.kind in ("package", "extra of package", "group of package")
            if edge.cause.package.kind == "root" and is_project and required.name == project:
                return (other,)
            return ()
    return (node.first, node.second)


def merge_unavailable(tree: Tree) -> Tree:
    """Versions of a package that cannot be used for the same reason are one statement."""

    def conclusion(node: Conclusion) -> Tree:
        merged: Tree | None = None
        for leaf, other in ((node.first, node.second), (node.second, node.first)):
            if isinstance(leaf, LeafNode) and isinstance(leaf.cause, Unavailable):
                merged = _merge_nested(leaf.cause, other)
                if merged is not None:
                    break
        result: Tree = merged or node
        if isinstance(result, Conclusion):
            return _merge_siblings(result) or result
        return result

    return rebuild(tree, same, conclusion)


def _merge_nested(cause: Unavailable, other: Tree) -> Conclusion | None:
    """`other` says of further versions of the package what `cause` says: one statement about both."""
    if not isinstance(other, Conclusion):
        return None
    for position in ("second", "first"):
        inner = other.second if position == "second" else other.first
        if not isinstance(inner, LeafNode) or not isinstance(inner.cause, Unavailable):
            continue
        if inner.cause.package is not cause.package or not same_reason(inner.cause.reason, cause.reason):
            continue
        merged = inner.cause.range.union(cause.range)
        leaf = LeafNode(replace(cause, range=merged), inner.number)
        terms = dict(other.terms)
        if cause.package in terms and terms[cause.package].positive:
            terms[cause.package] = Term(True, merged)
        if position == "second":
            return replace(other, terms=terms, second=leaf)
        return replace(other, terms=terms, first=leaf)
    return None


def _merge_siblings(node: Conclusion) -> Tree | None:
    """Both causes say of one package that it cannot be used: one statement, or one conclusion about both."""
    first, second = node.first, node.second
    if not (isinstance(first, LeafNode) and isinstance(second, LeafNode)):
        return None
    a, b = first.cause, second.cause
    if not (isinstance(a, Unavailable) and isinstance(b, Unavailable)) or a.package is not b.package:
        return None
    concluded = node.ruled_out
    if concluded is None or concluded[0] is not a.package:
        return None
    versions = a.range.union(b.range)
    if same_reason(a.reason, b.reason):
        return LeafNode(replace(a, range=versions), first.number)
    if versions.is_subset(concluded[1]):
        return None
    return replace(node, terms={a.package: Term(True, concluded[1].union(versions))})


def drop_no_versions_under_dependency(tree: Tree) -> Tree:
    """A dependency edge needs no "there are no other versions" where that cannot change its range."""

    def simplified(child: Tree, cause: Dependency) -> Tree:
        if not isinstance(child, Conclusion):
            return child
        for empty, edge in ((child.first, child.second), (child.second, child.first)):
            if (
                isinstance(empty, LeafNode)
                and isinstance(empty.cause, NoVersions)
                and isinstance(edge, LeafNode)
                and isinstance(edge.cause, Dependency)
                and empty.cause.package is edge.cause.dependency
                and empty.cause.package is cause.package
                and cause.range.is_subset(edge.cause.required)
            ):
                return edge
        return child

    def conclusion(node: Conclusion) -> Tree:
        if isinstance(node.first, LeafNode) and isinstance(node.first.cause, Dependency):
            return replace(node, second=simplified(node.second, node.first.cause))
        if isinstance(node.second, LeafNode) and isinstance(node.second.cause, Dependency):
            return replace(node, first=simplified(node.first, node.second.cause))
        return node

    return rebuild(tree, same, conclusion)
