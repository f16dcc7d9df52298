"""What would help: one sentence each, from the facts of a failed search (wheels-and-universal.md 9.4)."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.reasons import NoIndex, NotFound, OfflineNotCached, SearchStoppedBy
from ...profiles import Profile
from ...settings.settings import Settings
from ..facts import Facts
from ..pubgrub.incompatibility import NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from .derivation import Conclusion, LeafNode, Tree
from .fork_state import ForkState
from .resolver import Resolver


def hints_for(
    tree: Tree, resolver: Resolver, state: ForkState, settings: Settings, profile: Profile, facts: Facts
) -> tuple[str, ...]:
    """The hints of a failure, each once, in the order of the leaves they belong to."""
    found: dict[str, None] = {}
    for leaf in leaves(tree):
        cause = leaf.cause
        if isinstance(cause, NotRoot) or not cause.package.has_name:
            continue
        for hint in _of_leaf(leaf, cause.package, resolver, state, settings, profile, facts):
            found.setdefault(hint)
    return tuple(found)


def leaves(tree: Tree) -> Iterator[LeafNode]:
    """The leaves of a tree, left to right."""
    stack: list[Tree] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Conclusion):
            stack += (node.second, node.first)
        else:
            yield node


def _of_leaf(
    leaf: LeafNode,
    package: Package,
    resolver: Resolver,
    state: ForkState,
    settings: Settings,
    profile: Profile,
    facts: Facts,
) -> Iterator[str]:
    name, cause = package.name, leaf.cause
    index = state.indexes.get(name)
    result = facts.search(name, index) if facts.has_page(name, index) else None
    if isinstance(cause, Unavailable):
        match cause.reason:
            case SearchStoppedBy(stopped_by, status):
                yield _stopped(name, stopped_by, status, profile)
            case NoIndex():
                yield f"Packages were looked up in find-links locations only: --no-index hides all indexes from {name}."
            case OfflineNotCached():
                yield f"{name} is not in the cache, and the run is offline: drop --offline to ask its index."
            case NotFound() if settings.no_index:
                yield "No index is asked because of --no-index."
    if result is None:
        return
    if isinstance(cause, NoVersions) and result.not_asked and result.listings:
        first = result.listings[0].index.id
        later = ", ".join(result.not_asked)
        yield (
            f"{name} was found on {first}, but not at the requested version. A compatible version may be available "
            f"on a later index ({later}), which was not asked: only the first index that has a package is used."
        )
    if isinstance(cause, NoVersions):
        yield from _prereleases(name, cause, resolver, profile, result.versions)


def _stopped(name: str, index: str, status: int, profile: Profile) -> str:
    words = "lack of valid authentication credentials (401)" if status == 401 else f"{status} Forbidden"
    text = f"{index} could not be queried for {name} ({words}), and uv {profile.version} ends the search there."
    return f"{text} `ignore-error-codes = [{status}]` on that index lets it go on to the next one."


def _prereleases(
    name: str, cause: NoVersions, resolver: Resolver, profile: Profile, versions: tuple[object, ...]
) -> Iterator[str]:
    from packaging.version import Version

    hidden = [v for v in versions if isinstance(v, Version) and v.is_prerelease and v in cause.range]
    if hidden and not resolver.allows_prereleases(cause.package.name):
        yield f"Pre-releases of {name} exist in the requested range (up to {hidden[-1]}), but they are not enabled."
