"""What would help: which hints the facts of a failed search call for (wheels-and-universal.md 9.4, in uv's order)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.listing import SearchResult
from ...indexes.search import search_list
from ...model.environment import Environment
from ...model.index import Index
from ...model.ranges import EMPTY, Range, at_least, below, parse_version
from ...model.reasons import (
    ImpossibleSpecifier,
    NoBinary,
    NoBuild,
    NoIndex,
    NotCached,
    OfflineNotCached,
    PackageRefusal,
    SearchStoppedBy,
    TagMismatch,
    TooNew,
    VersionRefusal,
)
from ...profiles import Profile
from ...settings.settings import Settings
from ..facts import Facts
from ..pubgrub.incompatibility import Dependency, NotRoot, NoVersions, Unavailable
from . import hint_words as words
from .derivation import Known, Leaf, Tree, leaves
from .exclude_newer_hint import exclude_newer_hint
from .fork_state import ForkState
from .hint_words import Incomplete
from .inputs import Inputs
from .range_words import prefix_match
from .resolver import Resolver
from .tag_hints import tag_hint

Hint = tuple[tuple[str, ...], str]
"""(what it is about, so that each is given once; the text)."""


class Hints:
    """The hints of one failure. `known` as for the report; `host` is the environment that runs here."""

    def __init__(
        self,
        state: ForkState,
        resolver: Resolver,
        settings: Settings,
        profile: Profile,
        inputs: Inputs,
        facts: Facts,
        known: Known,
        members: frozenset[NormalizedName],
        host: Environment | None,
    ) -> None:
        self._state = state
        self._resolver = resolver
        self._settings = settings
        self._inputs = inputs
        self._facts = facts
        self._known = known
        self._members = members
        self._host = host
        self._searched = () if settings.no_index else search_list(settings, profile)
        self._incomplete = _incomplete_versions(state, known, inputs)
        self._requested: dict[NormalizedName, list[Range]] = {}
        self._too_new: dict[NormalizedName, Range] = {}

    def of(self, tree: Tree) -> tuple[str, ...]:
        """Each hint once per package, in the order of the leaves they belong to."""
        causes = [leaf.cause for leaf in leaves(tree)]
        self._gather(causes)
        found: dict[tuple[str, ...], str] = {}
        for about, text in self._of_fork():
            found.setdefault(about, text)
        for cause in causes:
            for about, text in self._of_leaf(cause):
                found.setdefault(about, text)
        return tuple(found.values())

    def _gather(self, causes: Iterable[Leaf]) -> None:
        """What the whole tree says of a package: the ranges asked for, the versions that are too new."""
        for cause in causes:
            if isinstance(cause, Dependency) and cause.dependency.has_name:
                self._requested.setdefault(cause.dependency.name, []).append(cause.required)
            elif isinstance(cause, Unavailable) and isinstance(cause.reason, TooNew) and cause.package.has_name:
                name = cause.package.name
                self._too_new[name] = self._too_new.get(name, EMPTY).union(cause.range)

    def _of_fork(self) -> Iterator[Hint]:
        """The failing fork is for other Pythons, or another environment, than what runs here."""
        environment = self._state.environment
        if self._host is None or not environment.is_universal or environment.marker.is_true:
            return
        major, minor = self._inputs.python.installed.release[:2]
        here = at_least(parse_version(f"{major}.{minor}")).intersection(below(parse_version(f"{major}.{minor + 1}")))
        if environment.marker.python_range().is_disjoint(here):
            yield ("other python",), words.other_python(f"{major}.{minor}")
        elif not environment.marker.evaluate(self._host.markers):
            yield ("other environment",), words.OTHER_ENVIRONMENT

    def _of_leaf(self, cause: Leaf) -> Iterator[Hint]:
        match cause:
            case Dependency():
                yield from self._of_dependency(cause)
            case Unavailable(package, versions, reason) if package.has_name:
                if isinstance(reason, ImpossibleSpecifier):
                    return
                yield from self._of_prereleases(package.name, versions)
                yield from self._of_missing_package(reason)
                yield from self._of_missing_metadata(package.name, versions)
                yield from self._of_indexes(package.name, versions)
                yield from self._of_refusal(package.name, versions, reason)
            case NoVersions(package, versions) if package.has_name:
                yield from self._of_prereleases(package.name, versions)
                yield from self._of_missing_metadata(package.name, versions)
                yield from self._of_indexes(package.name, versions)
                yield from self._of_cutoff(package.name, versions)
            case NotRoot() | Unavailable() | NoVersions():
                return
            case _:
                assert_never(cause)

    def _of_prereleases(self, name: NormalizedName, versions: Range) -> Iterator[Hint]:
        """Pre-releases that were asked for, or would fit, but are not enabled."""
        if name in self._state.direct or self._resolver.allows_prereleases(name):
            return
        per_package = name in self._settings.prerelease_packages
        requested = next((r for r in self._requested.get(name, ()) if requests_prerelease(r)), None)
        if requested is not None:
            text = words.prerelease_requested(name, requested, per_package=per_package)
            yield ("pre-release requested", name), text
            return
        listed = self._known.get(name)
        for version in reversed(listed.versions) if listed is not None else ():
            if version.is_prerelease and version in versions:
                text = words.prerelease_available(name, version, per_package=per_package)
                yield ("pre-release available", name), text
                return

    def _of_missing_package(self, reason: VersionRefusal | PackageRefusal) -> Iterator[Hint]:
        """The package has no versions at all, because nothing could be asked."""
        if isinstance(reason, NoIndex) and not self._settings.find_links:
            yield ("no index",), words.NO_INDEX
        elif isinstance(reason, OfflineNotCached):
            yield ("offline",), words.OFFLINE

    def _of_missing_metadata(self, name: NormalizedName, versions: Range) -> Iterator[Hint]:
        """The metadata of the newest such version could not be had."""
        failed = [(v, reason) for v, reason in self._incomplete.get(name, ()) if v in versions]
        if not failed:
            return
        version, reason = max(failed, key=lambda pair: pair[0])
        about = ("offline",) if isinstance(reason, NotCached) else (type(reason).__name__, name)
        yield about, words.incomplete(name, version, reason)

    def _of_indexes(self, name: NormalizedName, versions: Range) -> Iterator[Hint]:
        """Indexes that were not asked because an earlier one has the package, and those that refused."""
        result = self._search(name)
        if self._settings.strategy == "first-index" and self._known.get(name) and result is not None:
            found = result.listings[0].index
            following = _following(self._searched, found)
            if following is not None:
                yield ("unchecked index", name), words.unchecked_index(name, versions, found, following)
        for index in reversed(self._settings.indexes):
            for refused, reason in self._resolver.chooser.refused_packages.items():
                if isinstance(reason, SearchStoppedBy) and reason.index == index.id:
                    yield from self._of_refusing_index(index, refused, reason.status)

    def _of_refusing_index(self, index: Index, name: NormalizedName, status: int) -> Iterator[Hint]:
        result = self._search(name)
        not_asked = result.not_asked if result is not None else ()
        if status == 401:
            yield ("unauthorized", index.url.wire), words.unauthorized(index, name, not_asked)
        elif status == 403:
            results = [found for known in self._known if (found := self._search(known)) is not None]
            answered = any(listing.index.id == index.id for found in results for listing in found.listings)
            yield ("forbidden", index.url.wire), words.forbidden(index, name, not_asked, answered_others=answered)

    def _of_refusal(
        self, name: NormalizedName, versions: Range, reason: VersionRefusal | PackageRefusal
    ) -> Iterator[Hint]:
        """Wheels or builds that are switched off, and tags that do not fit."""
        files = self._settings.files
        match reason:
            case NoBinary():
                yield ("no-binary", name), words.no_binary(name, all_packages=files.no_binary)
            case NoBuild():
                yield ("no-build", name), words.no_build(name, all_packages=files.no_build)
            case TagMismatch(part):
                result = self._search(name)
                selector = self._resolver.selector
                candidate = selector.select_without_preference(name, versions, result) if result else None
                if candidate is not None:
                    wheels = [f for f in candidate.listing.of_version(candidate.version) if f.is_wheel]
                    text = tag_hint(name, str(candidate.version), wheels, part, self._inputs.environment)
                    if text is not None:
                        sort = part if part in ("python", "platform") else "abi"
                        yield ("tags", sort, name), text

    def _of_cutoff(self, name: NormalizedName, versions: Range) -> Iterator[Hint]:
        """Versions that exclude-newer leaves out."""
        result, listed = self._search(name), self._known.get(name)
        if result is None or (listed is not None and listed.any_in(versions)):
            return
        if not any(v in versions for v in result.versions):
            return
        allowed = versions.union(self._too_new.get(name, EMPTY))
        newest = max(v for v in result.versions if v in allowed)
        listing = next(found for found in result.listings if newest in found.files)
        is_exact = allowed.singleton is not None
        text = exclude_newer_hint(name, newest, listing, self._settings.files, is_exact=is_exact)
        if text is not None:
            yield ("exclude-newer", name), text

    def _of_dependency(self, cause: Dependency) -> Iterator[Hint]:
        package, dependency = cause.package, cause.dependency
        several = len(self._members) > 1
        if package.has_name and dependency.has_name:
            if dependency.name in self._members and package.name not in self._members:
                text = words.shadowed(package.name, dependency.name, several_members=several)
                yield ("shadowed", package.name, dependency.name), text
            if package.name == dependency.name and package.name in self._members and _is_itself(cause):
                yield ("itself", package.name), words.depends_on_itself(package.name, several_members=several)
        python = self._inputs.python
        if dependency.kind == "python" and package.has_name and not python.target_is_installed:
            source = "requires-python"
            if self._inputs.environment is not None:
                source = "--python-version" if self._settings.target.python_version is not None else ""
            text = words.python_not_supported(package.name, cause.range, cause.required, python.target, source)
            yield ("requires-python",), text

    def _search(self, name: NormalizedName) -> SearchResult | None:
        index = self._state.indexes.get(name)
        found = self._facts.search(name, index) if self._facts.has_page(name, index) else None
        return found if found is not None and (found.listings or found.refusal is not None) else None


def _incomplete_versions(
    state: ForkState, known: Known, inputs: Inputs
) -> dict[NormalizedName, list[tuple[Version, Incomplete]]]:
    """Versions whose metadata could not be had, as the search met them."""
    found: dict[NormalizedName, list[tuple[Version, Incomplete]]] = {}
    for incompatibility in state.search.store:
        cause = incompatibility.cause
        if not isinstance(cause, Unavailable) or not isinstance(cause.reason, Incomplete) or not cause.package.has_name:
            continue
        name = cause.package.name
        listed, direct = known.get(name), inputs.direct.get(name)
        version = listed.highest_in(cause.range) if listed is not None else None
        if version is None and direct is not None:
            version = direct.version
        if version is not None:
            found.setdefault(name, []).append((version, cause.reason))
    return found


def _following(searched: Sequence[Index], found: Index) -> Index | None:
    """The index after the one that has the package, in the order in which they are asked."""
    position = next((at for at, index in enumerate(searched) if index.url == found.url), len(searched))
    return searched[position + 1] if position + 1 < len(searched) else None


def _is_itself(cause: Dependency) -> bool:
    package, dependency = cause.package, cause.dependency
    same_extra = dependency.extra is None or package.extra == dependency.extra
    return same_extra and (dependency.group is None or package.group == dependency.group)


def requests_prerelease(versions: Range) -> bool:
    """A bound names a pre-release; the `.dev0` bounds that `==2.4.*` and `~=2.4` stand for do not count."""
    for low, low_label, high, high_label in versions.segments():
        if prefix_match(low, low_label, high, high_label):
            continue
        if low_label.text and parse_version(low_label.text).is_prerelease:
            return True
        if not high_label.text:
            continue
        bound = parse_version(high_label.text)
        ends_below_release = bound.dev == 0 and bound.pre is None and bound.post is None and bound.local is None
        if bound.is_prerelease and not (high[1] == 0 and ends_below_release):
            return True
    return False
