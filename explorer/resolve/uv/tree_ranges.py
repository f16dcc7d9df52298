"""Steps of the reduction that rewrite ranges and markers: what a tree says in terms of the versions that exist.

Source: wheels-and-universal.md 9.2, steps 1, 2 and 6; uv 0.13.8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from packaging.utils import NormalizedName

from ...model.marker_algebra import TRUE, MarkerTree
from ...model.ranges import EMPTY, FULL, Cut, Label, Range, between, exactly, parse_version, version_key
from ..pubgrub.incompatibility import Dependency, NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from ..pubgrub.term import Term
from .derivation import Conclusion, Known, Leaf, LeafNode, Tree, map_tree, rebuild
from .listed_versions import ListedVersions
from .reason_words import is_package_refusal


def simplify_markers(tree: Tree, python: Range) -> Tree:
    """Markers of packages without what `requires-python` implies anyway."""
    known: dict[tuple[str, str, str | None, MarkerTree], Package] = {}

    def simpler(package: Package) -> Package:
        marker = package.marker if package.marker is TRUE else package.marker.simplify_python(python)
        found = package if marker is package.marker else replace(package, marker=marker)
        return known.setdefault((package.kind, package.name, package.detail, marker), found)

    def leaf(node: LeafNode) -> Tree:
        cause = node.cause
        if isinstance(cause, Dependency):
            changed: Leaf = replace(cause, package=simpler(cause.package), dependency=simpler(cause.dependency))
        else:
            changed = replace(cause, package=simpler(cause.package))
        return replace(node, cause=changed)

    def conclusion(node: Conclusion) -> Tree:
        return replace(node, terms={simpler(p): t for p, t in node.terms.items()})

    return rebuild(tree, leaf, conclusion)


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


def narrow(versions: Range, listed: ListedVersions) -> Range:
    """Bounded ends moved onto the versions that exist; everything where it holds them all."""
    held = {interval: (first, end) for interval, first, end in listed.held(versions)}
    if sum(end - first for first, end in held.values()) == len(listed):
        return FULL
    parts = []
    for interval, (low, low_label, high, high_label) in enumerate(versions.segments()):
        if interval not in held:
            parts.append(Range((low, high), (low_label, high_label)))
            continue
        first, end = held[interval]
        lower = None if low == FULL.cuts[0] else (listed.versions[first], "", True)
        upper = None if high == FULL.cuts[1] else (listed.versions[end - 1], "", True)
        parts.append(between(lower, upper))  # type: ignore[arg-type]
    return _joined(parts)


def narrow_unavailable(versions: Range, listed: ListedVersions) -> Range:
    """As `narrow`, for a rejected version: it says nothing of versions beyond the listing."""
    if listed.only is not None and listed.only in versions:
        return exactly(listed.only)
    narrowed = narrow(versions, listed)
    if narrowed.is_full:
        return narrowed
    clamped = narrowed.intersection(between((listed.lowest, "", True), (listed.highest, "", True)))
    return narrowed if clamped.is_empty else clamped


def _joined(parts: list[Range]) -> Range:
    """The union of intervals that stand in ascending order and do not overlap."""
    cuts = tuple(cut for part in parts for cut in part.cuts)
    labels = tuple(label for part in parts for label in part.labels)
    return Range(cuts, labels)


def narrow_widened(tree: Tree, known: Known) -> Tree:
    """Undo the widening of versions over the gaps around them, so that ranges speak of listed versions."""

    def listed(package: Package) -> ListedVersions | None:
        return (known.get(package.name) or None) if package.has_name else None

    def leaf(node: LeafNode) -> Tree:
        cause = node.cause
        if isinstance(cause, NotRoot | NoVersions):
            return node
        versions = listed(cause.package)
        if versions is None:
            return node
        to_listed = narrow
        if isinstance(cause, Unavailable):
            to_listed = narrow if is_package_refusal(cause.reason) else narrow_unavailable
        elif cause.dependency.kind == "python":
            to_listed = narrow_unavailable
        return replace(node, cause=replace(cause, range=to_listed(cause.range, versions)))

    def conclusion(node: Conclusion) -> Tree:
        terms = {}
        for package, term in node.terms.items():
            versions = listed(package)
            if not term.positive or versions is None:
                terms[package] = term
                continue
            if versions.only is not None and versions.only in term.range:
                only = exactly(versions.only)
                if reported(package, node.first).union(reported(package, node.second)) == only:
                    terms[package] = Term(True, only)
                    continue
            terms[package] = Term(True, narrow(term.range, versions))
        return replace(node, terms=terms)

    return rebuild(tree, leaf, conclusion)


def reported(package: Package, tree: Tree) -> Range:
    """The versions of a package that a cause says something about."""
    if isinstance(tree, Conclusion):
        term = tree.terms.get(package)
        return term.range if term is not None and term.positive else EMPTY
    cause = tree.cause
    return cause.range if not isinstance(cause, NotRoot) and cause.package is package else EMPTY


def simplify(versions: Range, listed: ListedVersions) -> Range:
    """The simplest range that holds the same of the listed versions: adjacent intervals joined, outer bounds left out
    where nothing listed lies beyond them. A range that holds none stays as it is.
    """
    if versions.singleton is not None:
        return versions
    groups: list[tuple[int, int, int, int]] = []
    for interval, first, end in listed.held(versions):
        if groups and groups[-1][3] == first:
            groups[-1] = (groups[-1][0], interval, groups[-1][2], end)
        else:
            groups.append((interval, interval, first, end))
    if not groups:
        return versions
    parts = []
    for from_interval, to_interval, first, end in groups:
        low = FULL if first == 0 else versions
        high = FULL if end == len(listed) else versions
        at = 0 if low is FULL else 2 * from_interval
        to = 1 if high is FULL else 2 * to_interval + 1
        parts.append(Range((low.cuts[at], high.cuts[to]), (low.labels[at], high.labels[to])))
    return _joined(parts)


def simplify_ranges(tree: Tree, known: Known, allows_prereleases: Callable[[NormalizedName], bool]) -> Tree:
    """Every range against the versions that exist; a package's only version is named exactly."""
    remembered: dict[tuple[NormalizedName, Range, tuple[object, ...]], Range] = {}

    def simpler(package: Package, versions: Range) -> Range:
        if not package.has_name or package.name not in known or versions.is_full:
            return versions
        key = (package.name, versions, versions.labels)
        if key not in remembered:
            remembered[key] = against(known[package.name], package.name, versions)
        return remembered[key]

    def against(listed: ListedVersions, name: NormalizedName, versions: Range) -> Range:
        if listed.only is not None and listed.only in versions:
            return exactly(listed.only)
        bound_is_prerelease = any(label.text and parse_version(label.text).is_prerelease for label in versions.labels)
        if not bound_is_prerelease and not allows_prereleases(name):
            listed = listed.stable
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
