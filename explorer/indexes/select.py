"""Which version is tried next: candidate selection of uv (indexes.md 2.2, 6; wheels-and-universal.md 6.5, 7.1)."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from packaging.utils import NormalizedName
from packaging.version import Version

from ..model.ranges import Key, Range, parse_version, version_key
from ..model.reasons import ContentFailure, FileRefusal, NoFiles
from ..profiles import Profile
from ..settings.settings import Settings
from ..wheels.version_files import VersionFiles
from .admission import Admission, Applies, admission, always, direct_packages, prereleases_asked_for
from .listing import Listing, SearchAborted, SearchResult

Judge = Callable[[Listing, Version], VersionFiles]
"""All files of a version judged for the target; memoised by whoever gives it."""

_Entry = tuple[Key, Version]
_key_of = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Preferred:
    """A version to try first. `source` is "fork" for the choice of a sibling fork, else as in `settings.Preference`."""

    version: Version
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The version to try and the index it is on. `refusal` says why it cannot be used.

    `because` as in `events.CandidateJudged`.
    """

    version: Version
    listing: Listing
    files: VersionFiles
    because: str
    refusal: FileRefusal | NoFiles | None = None

    @property
    def usable(self) -> bool:
        return self.refusal is None


class CandidateSelector:
    """Selection by the settings and the rules of one release. Does no I/O and keeps nothing but what settings imply.

    `applies` tells whether a first-party requirement counts for the target (platform mode: its marker holds).
    """

    def __init__(self, settings: Settings, profile: Profile, judge: Judge, applies: Applies = always) -> None:
        self._settings = settings
        self._profile = profile
        self._judge = judge
        self._asked_for = prereleases_asked_for(settings, profile, applies)
        self._direct = direct_packages(settings, applies)
        self._matches_locals = profile.holds("public_matches_local")
        self._other_package_fails = profile.text("other_package_on_page") == "error"
        self._admissions: dict[NormalizedName, Admission] = {}

    def select(
        self,
        package: NormalizedName,
        allowed: Range,
        result: SearchResult,
        *,
        preferences: Sequence[Preferred] = (),
        highest: bool | None = None,
    ) -> Candidate | None:
        """The next version of `package` in `allowed`: a preference that fits, else by the resolution mode.

        `preferences` are tried in their order; `highest`: the highest version is tried first (None: as
        `prefers_highest` says; in a fork a package may be direct or not). Raises `SearchAborted` where what would be
        chosen is a file of another package (uv 0.6.17+).
        """
        preferred = self._preferred(package, allowed, result, preferences)
        if preferred is not None:
            return self._checked(package, preferred)
        return self.select_without_preference(package, allowed, result, highest=highest)

    def select_without_preference(
        self, package: NormalizedName, allowed: Range, result: SearchResult, *, highest: bool | None = None
    ) -> Candidate | None:
        """As `select`, as if nothing was preferred. Raises `SearchAborted`."""
        highest = self.prefers_highest(package) if highest is None else highest
        candidate = self._by_mode(package, allowed, result.listings, highest)
        return None if candidate is None else self._checked(package, candidate)

    def prefers_highest(self, package: NormalizedName) -> bool:
        """Whether the highest version is tried first (indexes.md section 6, resolution modes)."""
        mode = self._settings.resolution
        return mode == "highest" or (mode == "lowest-direct" and package not in self._direct)

    def prereleases(self, package: NormalizedName) -> Admission:
        """How pre-releases of `package` are treated."""
        if package not in self._admissions:
            mode = self._settings.prerelease_packages.get(package, self._settings.prerelease)
            self._admissions[package] = admission(mode, package in self._asked_for, self._profile)
        return self._admissions[package]

    def _preferred(
        self,
        package: NormalizedName,
        allowed: Range,
        result: SearchResult,
        preferences: Sequence[Preferred],
    ) -> Candidate | None:
        for preference in preferences:
            version = preference.version
            if version not in allowed or not self._may_prefer(package, preference):
                continue
            listing = next((listing for listing in result.listings if version in listing.files), None)
            if listing is not None and not self._judge(listing, version).excluded:
                chosen = self._highest_local(listing, version, allowed) or version
                return self._candidate(listing, chosen, "preference")
        return None

    def _may_prefer(self, package: NormalizedName, preference: Preferred) -> bool:
        if not preference.version.is_prerelease:
            return True
        match self.prereleases(package):
            case "all":
                return True
            case "none":
                return False
            case "stable first" | "only if nothing stable":
                return preference.source != "fork"

    def _highest_local(self, listing: Listing, version: Version, allowed: Range) -> Version | None:
        """The highest local variant of a preferred version that is in range, which is taken in its place."""
        if version.local is not None:
            return None
        start = bisect_right(listing.ascending, version_key(version), key=_key_of)
        public = version_key(version)[:5]
        found = None
        for key, other in listing.ascending[start:]:
            if key[:5] != public:
                break
            if allowed.contains_key(key):
                found = other
        return found

    def _by_mode(
        self, package: NormalizedName, allowed: Range, listings: Sequence[Listing], highest: bool
    ) -> Candidate | None:
        match self.prereleases(package):
            case "all":
                return self._first(allowed, listings, highest, stable=True, prerelease=True)
            case "none":
                return self._first(allowed, listings, highest, stable=True, prerelease=False)
            case "only if nothing stable":
                nothing_stable = not any(listing.has_stable for listing in listings)
                return self._first(allowed, listings, highest, stable=True, prerelease=nothing_stable)
            case "stable first" if self._settings.strategy == "unsafe-first-match":
                each = (self._stable_first(allowed, (listing,), highest) for listing in listings)
                return next((candidate for candidate in each if candidate is not None), None)
            case "stable first":
                return self._stable_first(allowed, listings, highest)

    def _stable_first(self, allowed: Range, listings: Sequence[Listing], highest: bool) -> Candidate | None:
        stable = self._first(allowed, listings, highest, stable=True, prerelease=False)
        return stable or self._first(allowed, listings, highest, stable=False, prerelease=True)

    def _first(
        self, allowed: Range, listings: Sequence[Listing], highest: bool, *, stable: bool, prerelease: bool
    ) -> Candidate | None:
        """The first version of the wanted kinds, on the first index that has one, or on all (unsafe-best-match)."""

        def of(listing: Listing) -> Iterator[tuple[Key, Version, Listing]]:
            for key, version in in_range(listing.ascending, allowed, highest):
                if (prerelease if version.is_prerelease else stable) and self._admits(allowed, key, version):
                    yield key, version, listing

        if self._settings.strategy == "unsafe-best-match" and len(listings) > 1:
            merged = heapq.merge(*map(of, listings), key=_key_of, reverse=highest)
            return self._first_usable_of_a_version(merged, listings, highest)
        for listing in listings:
            for _, version, _ in of(listing):
                files = self._judge(listing, version)
                if not files.excluded:
                    return self._candidate(listing, version, _because(allowed, listings, highest))
        return None

    def _first_usable_of_a_version(
        self, versions: Iterable[tuple[Key, Version, Listing]], listings: Sequence[Listing], highest: bool
    ) -> Candidate | None:
        """Of a version on several indexes the first usable one; an unusable one if there is no other."""
        unusable: tuple[Key, Candidate] | None = None
        for key, version, listing in versions:
            if unusable is not None and key != unusable[0]:
                return unusable[1]
            if self._judge(listing, version).excluded:
                continue
            candidate = self._candidate(listing, version, "newest" if highest else "lowest")
            if candidate.usable:
                return candidate
            unusable = unusable or (key, candidate)
        return unusable[1] if unusable is not None else None

    def _admits(self, allowed: Range, key: Key, version: Version) -> bool:
        """Releases before 0.2 admit no local version where a range ends at its public one (`==2.1.1`)."""
        return self._matches_locals or version.local is None or not _ends_at_locals_of(allowed, key)

    def _candidate(self, listing: Listing, version: Version, because: str) -> Candidate:
        files = self._judge(listing, version)
        refusal = files.refusal if files.for_metadata is None else None
        return Candidate(version=version, listing=listing, files=files, because=because, refusal=refusal)

    def _checked(self, package: NormalizedName, candidate: Candidate) -> Candidate:
        file = candidate.files.for_metadata
        if self._other_package_fails and file is not None and file.name != package:
            failure = ContentFailure(f"the index lists {file.filename}, a file of {file.name}, for {package}")
            listing = candidate.listing
            raise SearchAborted(package, listing.index.id, listing.index.url, failure, listing.requests)
        return candidate


def in_range(ascending: Sequence[_Entry], allowed: Range, highest: bool) -> Iterator[_Entry]:
    """The (key, version) pairs of a listing that lie in `allowed`, in the order in which they are tried."""
    cuts = allowed.cuts
    segments = range(0, len(cuts), 2)
    for position in reversed(segments) if highest else segments:
        begin, end = _index_of(ascending, cuts[position]), _index_of(ascending, cuts[position + 1])
        yield from (ascending[i] for i in (range(end - 1, begin - 1, -1) if highest else range(begin, end)))


def _index_of(ascending: Sequence[_Entry], cut: tuple[Key, int]) -> int:
    bisect = bisect_right if cut[1] else bisect_left
    return bisect(ascending, cut[0], key=_key_of)


def _ends_at_locals_of(allowed: Range, key: Key) -> bool:
    public = key[:5]
    ends = (label.text for _, _, _, label in allowed.segments() if label.point == "local")
    return any(version_key(parse_version(text))[:5] == public for text in ends)


def _because(allowed: Range, listings: Sequence[Listing], highest: bool) -> str:
    if allowed.is_singleton_constraint:
        return "pinned"
    if sum(map(len, listings)) == 1:
        return "only version"
    return "newest" if highest else "lowest"
