"""Reduces a derivation tree to what a reader needs.

Each step is one function; `reduce` applies them in uv's order. Source: wheels-and-universal.md 9.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from packaging.utils import NormalizedName
from packaging.version import Version

from ...model.ranges import EMPTY, FULL, Cut, Label, Range, between, exactly, parse_version, version_key
from ...model.reasons import NoIndex, NotFound, OfflineNotCached, SearchStoppedBy
from ..pubgrub.incompatibility import Dependency, NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from ..pubgrub.term import Term
from .derivation import Conclusion, Known, LeafNode, Terms, Tree, map_tree, rebuild, same


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


def without_local_points(versions: Range) -> Range:
    """The range with the points above local versions folded onto their public version, for reading."""
    if not any(label.point == "local" for label in versions.labels):
        return versions
    result = EMPTY
    for low, low_label, high, high_label in versions.segments():
        low_cut = _after_public(low_label) if low_label.point == "local" else low
        high_cut = _after_public(high_label) if high_label.point == "local" else high
        labels = tuple(
            label._replace(point="") if label.point == "local" else label for label in (low_label, high_label)
        )
        if low_cut < high_cut:
            result = result.union(Range((low_cut, high_cut), labels))
    return result


def _after_public(label: Label) -> Cut:
    """Just after the public version that a label names."""
    return version_key(parse_version(label.text)), 1


def _is_local_complement(versions: Range) -> bool:
    """Only what lies between a public version and its local ones: a statement nobody needs."""
    return bool(versions.cuts) and all(
        low[1] == 1 and high_label.point == "local" and low == _after_public(high_label)
        for low, _, _, high_label in versions.segments()
    )


def collapse_local_points(tree: Tree) -> Tree:
    """Fold local-version points everywhere, and drop leaves that only state them."""

    def leaf(node: LeafNode) -> Tree | None:
        cause = node.cause
        if isinstance(cause, NoVersions) and _is_local_complement(cause.range):
            return None
        if isinstance(cause, Dependency):
            both = replace(
                cause, range=without_local_points(cause.range), required=without_local_points(cause.required)
            )
            return replace(node, cause=both)
        if isinstance(cause, NoVersions | Unavailable):
            return replace(node, cause=replace(cause, range=without_local_points(cause.range)))
        return node

    def join(node: Conclusion, first: Tree | None, second: Tree | None) -> Tree | None:
        if first is None or second is None:
            return first or second
        terms = {p: Term(t.positive, without_local_points(t.range)) for p, t in node.terms.items()}
        return replace(node, terms=terms, first=first, second=second)

    return map_tree(tree, leaf, join) or tree


def _narrow(versions: Range, known: Sequence[Version]) -> Range:
    """Bounded ends moved onto the versions that exist; everything where it holds them all."""
    if all(v in versions for v in known):
        return FULL
    result = EMPTY
    for low, low_label, high, high_label in versions.segments():
        segment = Range((low, high), (low_label, high_label))
        inside = [v for v in known if v in segment]
        if inside:
            lower = None if low == FULL.cuts[0] else (inside[0], "", True)
            upper = None if high == FULL.cuts[1] else (inside[-1], "", True)
            segment = between(lower, upper)  # type: ignore[arg-type]
        result = result.union(segment)
    return result


def _narrow_unavailable(versions: Range, known: Sequence[Version]) -> Range:
    """A rejected version says nothing of versions beyond the listing."""
    if len(known) == 1 and known[0] in versions:
        return exactly(known[0])
    narrowed = _narrow(versions, known)
    if narrowed.is_full:
        return narrowed
    clamped = narrowed.intersection(between((known[0], "", True), (known[-1], "", True)))
    return narrowed if clamped.is_empty else clamped


def narrow_widened(tree: Tree, known: Known) -> Tree:
    """Undo the widening of versions over the gaps around them, so that ranges speak of listed versions."""

    def listed(package: Package) -> Sequence[Version]:
        return known.get(package.name, ()) if package.has_name else ()

    def leaf(node: LeafNode) -> Tree:
        cause = node.cause
        if isinstance(cause, NotRoot | NoVersions) or not listed(cause.package):
            return node
        to_listed = _narrow
        if isinstance(cause, Unavailable):
            to_listed = _narrow if is_package_refusal(cause) else _narrow_unavailable
        elif cause.dependency.kind == "python":
            to_listed = _narrow_unavailable
        return replace(node, cause=replace(cause, range=to_listed(cause.range, listed(cause.package))))

    def conclusion(node: Conclusion) -> Tree:
        terms = {}
        for package, term in node.terms.items():
            versions = listed(package)
            if not term.positive or not versions:
                terms[package] = term
                continue
            if len(versions) == 1 and versions[0] in term.range:
                only = exactly(versions[0])
                if _reported(package, node.first).union(_reported(package, node.second)) == only:
                    terms[package] = Term(True, only)
                    continue
            terms[package] = Term(True, _narrow(term.range, versions))
        return replace(node, terms=terms)

    return rebuild(tree, leaf, conclusion)


def is_package_refusal(cause: Unavailable) -> bool:
    """The package has no versions at all, rather than versions that cannot be used."""
    return isinstance(cause.reason, NotFound | NoIndex | OfflineNotCached | SearchStoppedBy)


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
    """In a workspace of one project the project is the root: drop the edge between them."""
    if isinstance(tree, LeafNode):
        return tree
    for edge, other in ((tree.first, tree.second), (tree.second, tree.first)):
        if isinstance(edge, LeafNode) and isinstance(edge.cause, Dependency):
            required = edge.cause.dependency
            if (
                edge.cause.package.kind == "root"
                and required.kind in ("package", "extra of package", "group of package")
                and required.name == project
            ):
                return drop_root_on_project(other, project)
            return tree
    return replace(
        tree, first=drop_root_on_project(tree.first, project), second=drop_root_on_project(tree.second, project)
    )


def _merge_nested(cause: Unavailable, other: Tree) -> Conclusion | None:
    """`other` says of further versions of the package what `cause` says: one statement about both."""
    if not isinstance(other, Conclusion):
        return None
    for position in ("second", "first"):
        inner = getattr(other, position)
        if not isinstance(inner, LeafNode) or not isinstance(inner.cause, Unavailable):
            continue
        if inner.cause.package is not cause.package or inner.cause.reason != cause.reason:
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
    first, second = node.first, node.second
    if not (isinstance(first, LeafNode) and isinstance(second, LeafNode)):
        return None
    a, b = first.cause, second.cause
    if not (isinstance(a, Unavailable) and isinstance(b, Unavailable)) or a.package is not b.package:
        return None
    concluded = _concluded(node.terms)
    if concluded is None or concluded[0] is not a.package:
        return None
    versions = a.range.union(b.range)
    if a.reason == b.reason:
        return LeafNode(replace(a, range=versions), first.number)
    if versions.is_subset(concluded[1]):
        return None
    return replace(node, terms={a.package: Term(True, concluded[1].union(versions))})


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


def simplify(versions: Range, known: Sequence[Version]) -> Range:
    """The simplest range that holds the same of the known versions (bounds kept where something lies beyond)."""
    if versions.singleton is not None or not known:
        return versions
    segments = list(versions.segments())
    located: list[int | None] = []
    for version in known:
        located.append(next((i for i, s in enumerate(segments) if version in Range((s[0], s[2]), (s[1], s[3]))), None))
    groups: list[tuple[int | None, int | None]] = []
    start: int | None = None
    open_group = False
    previous: int | None = None
    for position, segment in enumerate(located):
        if segment is not None and not open_group:
            start, open_group = (None if position == 0 else segment), True
        elif segment is None and open_group:
            groups.append((start, previous))
            open_group = False
        previous = segment
    if open_group:
        groups.append((start, None))
    if not groups:
        return versions
    result = EMPTY
    for first, last in groups:
        low = (FULL.cuts[0], FULL.labels[0]) if first is None else segments[first][:2]
        high = (FULL.cuts[1], FULL.labels[1]) if last is None else segments[last][2:]
        result = result.union(Range((low[0], high[0]), (low[1], high[1])))
    return result


def simplify_ranges(tree: Tree, known: Known, allows_prereleases: Callable[[NormalizedName], bool]) -> Tree:
    """Every range against the versions that exist; a package's only version is named exactly."""

    def simpler(package: Package, versions: Range) -> Range:
        if not package.has_name or package.name not in known or versions.is_full:
            return versions
        listed = known[package.name]
        if len(listed) == 1 and listed[0] in versions:
            return exactly(listed[0])
        bound_is_prerelease = any(label.text and Version(label.text).is_prerelease for label in versions.labels)
        if not bound_is_prerelease and not allows_prereleases(package.name):
            listed = [v for v in listed if not v.is_prerelease]
        return simplify(versions, listed)

    def leaf(node: LeafNode) -> Tree:
        cause = node.cause
        if isinstance(cause, Dependency):
            both = replace(
                cause,
                range=simpler(cause.package, cause.range),
                required=simpler(cause.dependency, cause.required),
            )
            return replace(node, cause=both)
        if isinstance(cause, NoVersions | Unavailable):
            return replace(node, cause=replace(cause, range=simpler(cause.package, cause.range)))
        return node

    def conclusion(node: Conclusion) -> Tree:
        return replace(node, terms={p: Term(t.positive, simpler(p, t.range)) for p, t in node.terms.items()})

    return rebuild(tree, leaf, conclusion)


def _concluded(terms: Terms) -> tuple[Package, Range] | None:
    """The one package a conclusion rules out."""
    if len(terms) != 1:
        return None
    ((package, term),) = terms.items()
    return (package, term.range) if term.positive else None


def _reported(package: Package, tree: Tree) -> Range:
    """The versions of a package that a cause says something about."""
    if isinstance(tree, Conclusion):
        term = tree.terms.get(package)
        return term.range if term is not None and term.positive else EMPTY
    cause = tree.cause
    return cause.range if not isinstance(cause, NotRoot) and cause.package is package else EMPTY


def _ruled_out(package: Package, tree: Tree) -> Range:
    if isinstance(tree, Conclusion):
        concluded = _concluded(tree.terms)
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
    concluded = _concluded(node.terms)
    if concluded is not None:
        package, covered = concluded
        candidates.append((package, covered, _reported(package, node.first).union(_reported(package, node.second))))
    for package in (*_packages(node.first), *_packages(node.second)):
        if package not in node.terms:
            required = _required(package, node.first).union(_required(package, node.second))
            ruled_out = _ruled_out(package, node.first).union(_ruled_out(package, node.second))
            candidates.append((package, required, ruled_out))
    for package, covered, reported in candidates:
        if reported.is_empty or not package.has_name or package.name not in known:
            continue
        rest = covered.intersection(reported.complement())
        if not rest.is_empty and not any(v in rest for v in known[package.name]):
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
            reported = _reported(package, node.first).union(_reported(package, node.second))
            inner = replace(node, terms={package: Term(True, reported)}, shared=None)
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
    """Two statements that a package has no versions, under one conclusion, are one; repeated until nothing changes."""
    while True:
        changed = False

        def conclusion(node: Conclusion) -> Tree:
            nonlocal changed
            if isinstance(node.first, LeafNode) and isinstance(node.second, LeafNode):
                a, b = node.first.cause, node.second.cause
                if isinstance(a, NoVersions) and isinstance(b, NoVersions) and a.package is b.package:
                    term = node.terms.get(a.package)
                    if (
                        term is not None
                        and term.positive
                        and a.range.is_subset(term.range)
                        and b.range.is_subset(term.range)
                    ):
                        changed = True
                        return LeafNode(NoVersions(a.package, term.range), node.first.number)
            return node

        tree = rebuild(tree, same, conclusion)
        if not changed:
            return tree


def reduce(
    tree: Tree,
    known: Known,
    members: frozenset[NormalizedName],
    allows_prereleases: Callable[[NormalizedName], bool],
    *,
    widened: bool,
) -> tuple[Tree, Tree]:
    """(the tree as it is first shown, the tree after reduction): wheels-and-universal.md 9.2, in its order."""
    tree = collapse_local_points(collapse_proxies(tree))
    tree = narrow_widened(tree, known)
    before = tree
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
