"""Steps of the reduction about which versions exist: said where a reader needs it, left out where it is plain.

Source: wheels-and-universal.md 9.2, steps 7 to 9; uv 0.13.8.
"""

from __future__ import annotations

from dataclasses import replace

from ...model.ranges import EMPTY, Range
from ..pubgrub.incompatibility import Dependency, NoVersions, Unavailable
from ..pubgrub.packages import Package
from ..pubgrub.term import Term
from .derivation import Conclusion, Known, LeafNode, Terms, Tree, rebuild, same
from .tree_ranges import reported


def _ruled_out(package: Package, tree: Tree) -> Range:
    if isinstance(tree, Conclusion):
        concluded = tree.ruled_out
        return concluded[1] if concluded is not None and concluded[0] is package else EMPTY
    cause = tree.cause
    return cause.range if isinstance(cause, Unavailable) and cause.package is package else EMPTY


def _required(package: Package, tree: Tree) -> Range:
    if isinstance(tree, Conclusion):
        term = tree.terms.get(package)
        return term.range if term is not None and not term.positive else EMPTY
    cause = tree.cause
    return cause.required if isinstance(cause, Dependency) and cause.dependency is package else EMPTY


def _packages(tree: Tree) -> list[Package]:
    if isinstance(tree, Conclusion):
        return list(tree.terms)
    cause = tree.cause
    return [cause.package, cause.dependency] if isinstance(cause, Dependency) else [cause.package]


def _unlisted(node: Conclusion, known: Known) -> tuple[Package, Range] | None:
    """Versions a conclusion rules out that no cause mentions, because they do not exist."""
    candidates: list[tuple[Package, Range, Range]] = []
    concluded = node.ruled_out
    if concluded is not None:
        package, covered = concluded
        candidates.append((package, covered, reported(package, node.first).union(reported(package, node.second))))
    for package in (*_packages(node.first), *_packages(node.second)):
        if package not in node.terms:
            required = _required(package, node.first).union(_required(package, node.second))
            ruled_out = _ruled_out(package, node.first).union(_ruled_out(package, node.second))
            candidates.append((package, required, ruled_out))
    for package, covered, mentioned in candidates:
        if mentioned.is_empty or not package.has_name or package.name not in known:
            continue
        rest = covered.intersection(mentioned.complement())
        if not rest.is_empty and not known[package.name].any_in(rest):
            return package, rest
    return None


def restate_availability(tree: Tree, known: Known) -> Tree:
    """Say which versions exist where a conclusion reaches past what its causes rule out."""

    def conclusion(node: Conclusion) -> Tree:
        found = _unlisted(node, known)
        if found is None:
            return node
        package, rest = found
        statement = LeafNode(NoVersions(package, rest), None)

        def carry(cause: Tree) -> Tree:
            carried = _ruled_out(package, cause).union(rest)
            return Conclusion({package: Term(True, carried)}, cause, statement, node.number)

        first, second = _ruled_out(package, node.first), _ruled_out(package, node.second)
        if first.is_empty and second.is_empty:
            mentioned = reported(package, node.first).union(reported(package, node.second))
            inner = replace(node, terms={package: Term(True, mentioned)}, shared=None)
            outer = node.terms.get(package, Term(True, rest))
            return Conclusion({package: outer}, inner, statement, node.number, node.shared)
        starts_lower = not first.is_empty and (second.is_empty or first.cuts[0] <= second.cuts[0])
        if starts_lower:
            return replace(node, first=carry(node.first))
        return replace(node, second=carry(node.second))

    return rebuild(tree, same, conclusion)


def drop_redundant_no_versions(tree: Tree) -> Tree:
    """Drop "there are no other versions" where the conclusion says as much; keep "only x is available"."""

    def droppable(leaf: Tree, other: Tree, terms: Terms) -> bool:
        if not (isinstance(leaf, LeafNode) and isinstance(leaf.cause, NoVersions)):
            return False
        package = leaf.cause.package
        term = (other.terms if isinstance(other, Conclusion) else terms).get(package)
        if term is None or not term.positive:
            return False
        rest = leaf.cause.range.complement()
        return rest.singleton is None and (term.range.is_full or term.range == rest)

    def conclusion(node: Conclusion) -> Tree:
        if droppable(node.first, node.second, node.terms):
            return node.second
        return node.first if droppable(node.second, node.first, node.terms) else node

    return rebuild(tree, same, conclusion)


def merge_no_versions(tree: Tree) -> Tree:
    """Two statements that a package has no versions, under one conclusion, are one.

    From the leaves up, so that what is merged can be merged again.
    """

    def conclusion(node: Conclusion) -> Tree:
        if not (isinstance(node.first, LeafNode) and isinstance(node.second, LeafNode)):
            return node
        a, b = node.first.cause, node.second.cause
        if not (isinstance(a, NoVersions) and isinstance(b, NoVersions) and a.package is b.package):
            return node
        term = node.terms.get(a.package)
        if term is None or not term.positive or not a.range.is_subset(term.range) or not b.range.is_subset(term.range):
            return node
        return LeafNode(NoVersions(a.package, term.range), node.first.number)

    return rebuild(tree, same, conclusion)
