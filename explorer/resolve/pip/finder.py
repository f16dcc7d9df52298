"""Which files pip may take for a project, best first (indexes.md 2.4 and 6, wheels-and-universal.md 1.5).

All listings of a project form one pool. Files are judged one by one, versions chosen by specifiers, then files ordered;
of equal files the one found last comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from ...events import FileVerdict
from ...indexes.listing import Listing, SearchResult
from ...model.environment import Environment
from ...model.files import DistributionFile
from ...model.ranges import Key, parse_version, version_key
from ...model.reasons import FileRefusal, PythonMismatch
from ...profiles import Profile
from ...settings.settings import Settings
from ...wheels.rules import FileRules, file_rules
from ...wheels.verdict import judge_file
from .facts_needed import PipFacts


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the pool with the listing it stands on, and why it cannot be used (None: it can)."""

    listing: Listing
    file: DistributionFile
    refusal: FileRefusal | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Pool:
    """All files of one project in the order in which pip finds them.

    `versions` are the files of each version, `usable` those of them that can be used; `by_public` are the usable
    versions by the key of their public part.
    """

    package: NormalizedName
    result: SearchResult
    files: tuple[FoundFile, ...]
    versions: Mapping[Version, Sequence[FoundFile]]
    usable: Mapping[Version, Sequence[FoundFile]]
    by_public: Mapping[Key, Sequence[Version]]

    @classmethod
    def of(cls, package: NormalizedName, result: SearchResult, files: tuple[FoundFile, ...]) -> Pool:
        """The pool of `files` that `result` lists."""
        versions = _by_version(files)
        usable = _by_version(found for found in files if found.refusal is None)
        by_public: dict[Key, list[Version]] = {}
        for version in usable:
            by_public.setdefault(public_key(version), []).append(version)
        return cls(package, result, files, versions, usable, by_public)

    def versions_to_try(self, specifier: SpecifierSet) -> Iterable[Version]:
        """The usable versions that may match: of a specifier that pins, only those with that public version."""
        for part in specifier:
            if part.operator == "==" and not part.version.endswith(".*"):
                try:
                    return self.by_public.get(public_key(parse_version(part.version)), ())
                except InvalidVersion:
                    continue
        return self.usable

    @property
    def requests(self) -> tuple[int, ...]:
        """The exchanges that brought the pages."""
        return self.result.requests

    def verdicts(self, listing: Listing, version: Version) -> tuple[FileVerdict, ...]:
        """All files of a version on one listing, as an event shows them."""
        return tuple(
            FileVerdict(found.file.filename, found.file.kind, found.refusal, found.rank)
            for found in self.versions.get(version, ())
            if found.listing is listing
        )


def public_key(version: Version) -> Key:
    """Equal for versions that differ in their local part only."""
    return (*version_key(version)[:5], ())


def _by_version(files: Iterable[FoundFile]) -> dict[Version, list[FoundFile]]:
    versions: dict[Version, list[FoundFile]] = {}
    for found in files:
        versions.setdefault(found.file.version, []).append(found)
    return versions


class Finder:
    """Pools and ordered choices of one run, each made once. Asks for pages when a project is first looked at."""

    def __init__(self, settings: Settings, profile: Profile, environment: Environment, facts: PipFacts) -> None:
        self._settings = settings
        self._profile = profile
        self._environment = environment
        self._facts = facts
        self._pools: dict[NormalizedName, Pool] = {}
        self._rules: dict[int, FileRules] = {}
        self._choices: dict[tuple[NormalizedName, SpecifierSet, frozenset[str] | None], tuple[FoundFile, ...]] = {}

    def pool(self, package: NormalizedName) -> Pool:
        """All files of `package`. Raises what `Facts.search` raises."""
        if package not in self._pools:
            result = self._facts.search(package)
            files = tuple(self.judged(listing, file) for listing, file in in_order_of_discovery(result.listings))
            self._pools[package] = Pool.of(package, result, files)
        return self._pools[package]

    def known_pool(self, package: NormalizedName) -> Pool | None:
        """The pool of a project whose pages were read; None for others. Asks for nothing."""
        return self._pools.get(package)

    def choices(
        self, package: NormalizedName, specifier: SpecifierSet, hashes: frozenset[str] | None
    ) -> tuple[FoundFile, ...]:
        """The files that pip tries one after the other, best first; yanked ones only where the specifier pins them."""
        key = (package, specifier, hashes)
        if key not in self._choices:
            pool = self.pool(package)
            admitted = admitted_versions(
                pool.versions_to_try(specifier), specifier, self.prereleases(package), self._profile
            )
            inside = [found for version in admitted for found in pool.usable[version]]
            ordered = in_order_of_preference(
                without_foreign_hashes(inside, hashes), self._settings.files.prefer_binary, hashes
            )
            self._choices[key] = without_yanked(ordered, specifier)
        return self._choices[key]

    def prereleases(self, package: NormalizedName) -> bool | None:
        """Whether `--pre`, `--all-releases`, `--only-final` decide on pre-releases of `package`; None: no."""
        mode = self._settings.prerelease_packages.get(package, self._settings.prerelease)
        return {"allow": True, "disallow": False}.get(mode or "")

    def judged(self, listing: Listing, file: DistributionFile) -> FoundFile:
        """One file with the reason why it cannot be used here (wheels-and-universal.md 1.5; pip's `evaluate_link`)."""
        if id(listing) not in self._rules:
            self._rules[id(listing)] = file_rules(self._settings, self._profile, listing.package, listing.index)
        judged = judge_file(file, self._environment, self._rules[id(listing)])
        refusal = judged.refusal
        if refusal is None and not self._settings.pip.ignore_requires_python:
            refusal = python_refusal(file.requires_python, self._environment.python)
        return FoundFile(listing, file, refusal, judged.rank)


def in_order_of_discovery(listings: Sequence[Listing]) -> list[tuple[Listing, DistributionFile]]:
    """Local files first, sorted by URL from the end, then page by page as listed (pip's `find_all_candidates`)."""
    found = [(listing, file) for listing in listings for files in listing.files.values() for file in files]
    local = [(listing, file) for listing, file in found if file.url.scheme == "file"]
    local.sort(key=lambda pair: pair[1].url.wire, reverse=True)
    return local + [(listing, file) for listing, file in found if file.url.scheme != "file"]


def python_refusal(requires_python: str | None, python: Version) -> PythonMismatch | None:
    """Requires-Python as the page states it, upper bounds included; one that does not parse admits every Python."""
    if requires_python is None:
        return None
    try:
        admitted = python in SpecifierSet(requires_python)
    except InvalidSpecifier:
        return None
    return None if admitted else PythonMismatch(requires_python, str(python))


def admitted_versions(
    versions: Iterable[Version], specifier: SpecifierSet, prereleases: bool | None, profile: Profile
) -> frozenset[Version]:
    """The versions that pip considers for `specifier` (indexes.md section 6).

    `prereleases`: True and False decide for all; None leaves it to the specifier: one that names a pre-release opts in.
    Where none does, pip 26.0+ takes pre-releases if nothing else fits, older releases only if there is no specifier.
    """
    inside = frozenset(version for version in versions if specifier.contains(version, prereleases=True))
    if prereleases is None:
        prereleases = any(names_prerelease(part, profile) for part in specifier) or None
    if prereleases:
        return inside
    finals = frozenset(version for version in inside if not version.is_prerelease)
    falls_back = prereleases is None and (profile.holds("prerelease_if_only_matches") or not len(specifier))
    return inside if falls_back and not finals else finals


def names_prerelease(specifier: Specifier, profile: Profile) -> bool:
    """The specifier opts in to pre-releases: its version is one (`!=` never counts, `<` and `>` since pip 25.0)."""
    operators = ("==", "===", ">=", "<=", "~=", "<", ">")
    if specifier.operator not in (operators if profile.holds("strict_bounds_admit_prereleases") else operators[:5]):
        return False
    if specifier.version.endswith(".*"):
        return False
    try:
        return Version(specifier.version).is_prerelease
    except InvalidVersion:
        return False


def without_foreign_hashes(files: Sequence[FoundFile], hashes: frozenset[str] | None) -> list[FoundFile]:
    """Drops files with a known digest that is not allowed, if at least one file has an allowed one."""
    if hashes is None or not any(has_allowed_hash(found.file, hashes) for found in files):
        return list(files)
    return [found for found in files if not found.file.hashes or has_allowed_hash(found.file, hashes)]


def has_allowed_hash(file: DistributionFile, hashes: frozenset[str] | None) -> bool:
    """A digest that the index states for the file is among `hashes` (None: none is required, none counts)."""
    return hashes is not None and any(f"{algorithm}:{digest}" in hashes for algorithm, digest in file.hashes.items())


def in_order_of_preference(
    files: Sequence[FoundFile], prefer_binary: bool, hashes: frozenset[str] | None
) -> tuple[FoundFile, ...]:
    """Best first: hash allowed, not yanked, wheel (`--prefer-binary`), version, tag rank, build tag, last found."""

    def key(found: FoundFile) -> tuple[bool, bool, bool, Version, float, tuple[int, str] | tuple[()]]:
        file = found.file
        rank = float("-inf") if found.rank is None else -float(found.rank)
        return (
            has_allowed_hash(file, hashes),
            file.yanked is False,
            prefer_binary and file.is_wheel,
            file.version,
            rank,
            file.build or (),
        )

    return tuple(sorted(files, key=key)[::-1])


def without_yanked(files: Sequence[FoundFile], specifier: SpecifierSet) -> tuple[FoundFile, ...]:
    """Yanked files count only where all are yanked and `==` or `===` pins the version (PEP 592), whoever states it."""
    if is_pinned(specifier) and all(found.file.yanked is not False for found in files):
        return tuple(files)
    return tuple(found for found in files if found.file.yanked is False)


def is_pinned(specifier: SpecifierSet) -> bool:
    """It names one version: `===V`, or `==V` without a wildcard."""
    return any(
        part.operator == "===" or (part.operator == "==" and not part.version.endswith(".*")) for part in specifier
    )
