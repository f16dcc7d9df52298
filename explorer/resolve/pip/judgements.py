"""What the resolver thinks of versions and files, as events: each version is told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from ...events import CandidateJudged, Emit, MetadataRead, Warned, WheelChosen
from ...model.environment import Environment
from ...model.reasons import FileRefusal, NoFiles, VersionRefusal, Yanked
from ...wheels.core_metadata import MetadataResult
from .candidates import ExtrasCandidate
from .finder import Finder, FoundFile, is_pinned
from .requirements import contains

MOST_PASSED_OVER: Final = 40
"""How many refused versions are told for one look at a project; a page may have thousands."""

ORDER_OF_FILES: Final = "pip_order_of_files"

Unusable = tuple[Version, Sequence[FoundFile], VersionRefusal]
"""A version without a file that can be taken: its files, and the reason."""


class Judgements:
    """Tells why versions are looked at, refused and passed over."""

    def __init__(self, emit: Emit, finder: Finder, environment: Environment) -> None:
        self._emit = emit
        self._finder = finder
        self._environment = environment
        self._told: set[tuple[str, Version]] = set()
        self._refused: dict[NormalizedName, list[Unusable]] = {}
        self._extras_told: set[tuple[int, frozenset[NormalizedName]]] = set()

    def why(self, found: FoundFile, specifier: SpecifierSet) -> str:
        """What makes this version the one to try (the words of `CandidateJudged.because`)."""
        if is_pinned(specifier):
            return "pinned"
        return "only version" if len(self._finder.pool(found.listing.package).versions) == 1 else "newest"

    def looked_at(self, found: FoundFile, why: str, specifier: str) -> None:
        """The metadata of a file is about to be read."""
        version = found.file.version
        self._told.add((found.listing.package, version))
        self._emit(
            CandidateJudged(
                package=found.listing.package,
                version=str(version),
                index=found.listing.index.id,
                range=specifier or "*",
                because=why,
            )
        )
        self._files(found.listing.package, version, chosen=found)

    def metadata_read(self, found: FoundFile, result: MetadataResult) -> None:
        """What the metadata of a file says, or why it cannot be used."""
        metadata = result.metadata
        self._emit(
            MetadataRead(
                package=found.listing.package,
                version=str(found.file.version if metadata is None else metadata.version),
                filename=result.filename,
                way=result.way,
                requires_python=None if metadata is None else metadata.requires_python,
                requires=() if metadata is None else tuple(map(str, metadata.requires)),
                extras=() if metadata is None else tuple(sorted(metadata.extras)),
                requests=result.requests,
                refusal=result.refusal,
            )
        )

    def refused(self, found: FoundFile, why: str, specifier: str, refusal: VersionRefusal) -> None:
        """The metadata of a file cannot be used: another file or version is tried."""
        self._emit(
            CandidateJudged(
                package=found.listing.package,
                version=str(found.file.version),
                index=found.listing.index.id,
                range=specifier or "*",
                because=why,
                refusal=refusal,
            )
        )

    def passed_over(self, found: FoundFile, specifier: SpecifierSet) -> None:
        """Newer versions than this one that the specifier admits, but that have no file pip may take."""
        self._refusals(found.listing.package, specifier, above=found.file.version)

    def nothing_fits(self, package: NormalizedName, specifier: SpecifierSet) -> None:
        """No file of any version that the specifier admits can be taken."""
        self._refusals(package, specifier, above=None)

    def missing_extras(self, candidate: ExtrasCandidate, missing: frozenset[NormalizedName]) -> None:
        """Extras that the version does not have are ignored with a warning."""
        if (id(candidate), missing) not in self._extras_told:
            self._extras_told.add((id(candidate), missing))
            for extra in sorted(missing):
                self._emit(Warned(f"{candidate.project} {candidate.version} does not provide the extra '{extra}'"))

    def _refusals(self, package: NormalizedName, specifier: SpecifierSet, above: Version | None) -> None:
        told = 0
        for version, files, refusal in self._unusable(package):
            if told == MOST_PASSED_OVER or (above is not None and version <= above):
                break
            if (package, version) in self._told or not contains(specifier, version):
                continue
            told += 1
            self._told.add((package, version))
            self._emit(
                CandidateJudged(
                    package=package,
                    version=str(version),
                    index=files[0].listing.index.id,
                    range=str(specifier) or "*",
                    because="newest",
                    refusal=refusal,
                )
            )
            self._files(package, version, chosen=None)

    def _unusable(self, package: NormalizedName) -> Sequence[Unusable]:
        """The versions without a file that can be taken, newest first."""
        if package not in self._refused:
            versions = sorted(self._finder.pool(package).versions.items(), reverse=True)
            reasons = ((version, files, refusal_of(files)) for version, files in versions)
            self._refused[package] = [(version, files, why) for version, files, why in reasons if why is not None]
        return self._refused[package]

    def _files(self, package: NormalizedName, version: Version, chosen: FoundFile | None) -> None:
        pool = self._finder.pool(package) if chosen is None or not chosen.listing.index.explicit else None
        listings = [listing for listing in pool.result.listings if version in listing.files] if pool else []
        if chosen is not None and chosen.listing not in listings:
            listings.append(chosen.listing)
        for listing in listings:
            here = chosen is not None and chosen.listing is listing
            name = chosen.file.filename if chosen is not None and here else None
            self._emit(
                WheelChosen(
                    package=package,
                    version=str(version),
                    index=listing.index.id,
                    environment=self._environment.name,
                    verdicts=pool.verdicts(listing, version) if pool else (),
                    for_metadata=name,
                    for_install=name,
                    rule=ORDER_OF_FILES,
                )
            )


def refusal_of(files: Iterable[FoundFile]) -> FileRefusal | NoFiles | None:
    """Why no file of a version can be taken: the reason of the best file; None where one can be."""
    reasons = list(_reasons(files))
    if any(reason is None for reason in reasons):
        return None
    return reasons[0] if reasons else NoFiles()


def _reasons(files: Iterable[FoundFile]) -> Iterator[FileRefusal | None]:
    for found in files:
        yield Yanked(found.file.yanked) if found.refusal is None and found.file.yanked is not False else found.refusal
