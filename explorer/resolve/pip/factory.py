"""Makes requirements and candidates: what a stated requirement asks for, what a file is once its metadata was read.

A candidate costs a request, so it is made when the resolver looks at it, not before (pip's `factory`, `candidates`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from packaging.markers import Marker, UndefinedComparison
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName

from ...events import Emit
from ...indexes.listing import Listing
from ...model.environment import Environment
from ...model.files import DistributionFile
from ...model.reasons import InconsistentMetadata, InvalidMetadata, InvalidPackage, TagMismatch, VersionRefusal
from ...model.requirement import Requirement
from ...profiles import Profile
from ...settings.settings import Settings
from ...wheels.core_metadata import CoreMetadata
from . import failures
from .candidates import BaseCandidate, Candidate, ExtrasCandidate, FileCandidate, InstalledCandidate, PythonCandidate
from .direct import direct_listing
from .facts_needed import PipFacts
from .finder import Finder, FoundFile, has_allowed_hash
from .found_candidates import Attempt, FoundCandidates
from .judgements import Judgements
from .requirements import (
    Constraint,
    ExplicitRequirement,
    PipRequirement,
    PythonRequirement,
    SpecifierRequirement,
    UnavailableRequirement,
    allowed_hashes,
    common_hashes,
    contains,
    link_text,
)


class Factory:
    """Requirements and candidates of one run, each made once. Whatever `Facts` raises passes through."""

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        environment: Environment,
        facts: PipFacts,
        emit: Emit,
        installed: Mapping[NormalizedName, CoreMetadata],
    ) -> None:
        self.finder = Finder(settings, profile, environment, facts)
        self.python = PythonCandidate(version=environment.python)
        self.splits_extras = profile.holds("extras_split")
        self._settings = settings
        self._profile = profile
        self._environment = environment
        self._facts = facts
        self._judgements = Judgements(emit, self.finder, environment)
        self._installed = {name: InstalledCandidate(metadata=metadata) for name, metadata in installed.items()}
        self.hashes_required = settings.files.require_hashes or any(stated.hashes for stated in settings.requirements)
        self._files: dict[int, FileCandidate | VersionRefusal] = {}
        self._direct: dict[str, tuple[Listing, DistributionFile]] = {}
        self._extras: dict[tuple[int, frozenset[NormalizedName]], ExtrasCandidate] = {}
        self._asked: dict[tuple[int, int, bool], SpecifierRequirement] = {}
        self._exact: dict[int, ExplicitRequirement] = {}
        self._pythons: dict[str, PythonRequirement] = {}
        self._markers: dict[tuple[Marker, str], bool] = {}

    @property
    def prefers_binary(self) -> bool:
        return self._settings.files.prefer_binary

    def known(self, found: FoundFile) -> FileCandidate | VersionRefusal | None:
        """What came of a file whose metadata was read; None where it was not."""
        return self._files.get(id(found.file))

    def known_metadata(self) -> Iterator[CoreMetadata]:
        """All metadata that was read."""
        yield from (made.metadata for made in self._files.values() if isinstance(made, FileCandidate))
        yield from (installed.metadata for installed in self._installed.values())

    def installed_version(self, package: NormalizedName) -> CoreMetadata | None:
        """The installed version that pip may keep."""
        installed = self._installed.get(package)
        return None if installed is None or self._settings.pip.force_reinstall else installed.metadata

    def holds(self, marker: Marker | None, extras: Iterable[NormalizedName] = ()) -> bool:
        """The marker holds in the environment, with one of `extras` (without any: with no extra)."""
        return marker is None or any(self._evaluate(marker, extra) for extra in (tuple(extras) or ("",)))

    def requirements_of(self, stated: Requirement, parent: Candidate | None) -> Iterator[PipRequirement]:
        """What a stated requirement (whose marker holds) asks for. Raises `NoSolution` for an unusable URL."""
        if stated.url is not None or stated.path is not None:
            base = self.direct_candidate(stated)
            if base is None:
                yield UnavailableRequirement(project=stated.name)
                return
            if self.splits_extras or not stated.extras:
                yield self._exactly(base)
            if stated.extras:
                yield self._exactly(self.with_extras(base, stated.extras))
            return
        if self.splits_extras and stated.extras and len(stated.specifier):
            yield self._specified(stated, parent, with_extras=False)
        yield self._specified(stated, parent, with_extras=True)

    def dependencies(self, candidate: Candidate) -> Iterator[PipRequirement]:
        """What `candidate` requires in this environment, in the order in which pip takes it up."""
        match candidate:
            case PythonCandidate():
                return
            case ExtrasCandidate(base=base):
                yield self._exactly(base)
                if not self._settings.no_deps:
                    provided = candidate.extras & base.metadata.extras
                    self._judgements.missing_extras(candidate, candidate.extras - provided)
                    yield from self._stated(candidate, base.metadata, provided)
            case InstalledCandidate(metadata=metadata):
                yield from self._stated(candidate, metadata)
            case FileCandidate(metadata=metadata):
                python = self.python_requirement(metadata)
                if python is not None and self._profile.holds("python_checked_first"):
                    yield python
                yield from self._stated(candidate, metadata)
                if python is not None and not self._profile.holds("python_checked_first"):
                    yield python

    def candidates(
        self,
        package: NormalizedName,
        extras: frozenset[NormalizedName],
        asked: Sequence[SpecifierRequirement],
        constraint: Constraint,
        prefers_installed: bool,
        incompatible: frozenset[int],
    ) -> Sequence[Candidate]:
        """The candidates of the indexes that satisfy all of `asked`, made one at a time, best first."""
        if not asked:
            return ()
        specifier, hashes = constraint.specifier, constraint.hashes
        for requirement in asked:
            specifier &= requirement.specifier
            hashes = common_hashes(hashes, allowed_hashes(requirement.stated))
            extras |= requirement.extras
        template = asked[0]

        def files() -> Sequence[FoundFile]:
            choices = self.finder.choices(package, specifier, hashes)
            if not choices:
                self._judgements.nothing_fits(package, specifier)
            return choices

        def make(found: FoundFile) -> Attempt:
            return self._attempt(found, template, extras, specifier, hashes)

        installed = self._installed_candidate(package, extras, specifier, template, incompatible)
        return FoundCandidates(files, make, installed, prefers_installed, incompatible)

    def with_extras(
        self, base: BaseCandidate, extras: frozenset[NormalizedName], template: SpecifierRequirement | None = None
    ) -> BaseCandidate | ExtrasCandidate:
        """`base` itself, or the one candidate for it with `extras`."""
        if not extras:
            return base
        key = (id(base), extras)
        if key not in self._extras:
            self._extras[key] = ExtrasCandidate(base=base, extras=extras, template=template)
        return self._extras[key]

    def direct_candidate(self, stated: Requirement) -> FileCandidate | None:
        """The candidate of a direct reference; None where its metadata is refused.

        Raises `NoSolution` for a wheel of another platform and for what cannot be read.
        """
        link = link_text(stated)
        if link not in self._direct:
            self._direct[link] = direct_listing(stated, self._settings.directory)
        listing, file = self._direct[link]
        found = self.finder.judged(listing, file)
        if isinstance(found.refusal, TagMismatch):
            raise failures.unsupported_wheel(file.filename)
        made = self._made(found, None, "direct reference", "", link)
        return made if isinstance(made, FileCandidate) else None

    def _specified(self, stated: Requirement, parent: Candidate | None, *, with_extras: bool) -> SpecifierRequirement:
        key = (id(stated), id(parent), with_extras)
        if key not in self._asked:
            extras = stated.extras if with_extras else frozenset()
            self._asked[key] = SpecifierRequirement(stated=stated, extras=extras, parent=parent)
        return self._asked[key]

    def _exactly(self, candidate: Candidate) -> ExplicitRequirement:
        if id(candidate) not in self._exact:
            self._exact[id(candidate)] = ExplicitRequirement(candidate=candidate)
        return self._exact[id(candidate)]

    def _stated(
        self, candidate: Candidate, metadata: CoreMetadata, extras: frozenset[NormalizedName] = frozenset()
    ) -> Iterator[PipRequirement]:
        if self._settings.no_deps:
            return
        for stated in metadata.requires:
            if self.holds(stated.marker, sorted(extras)):
                yield from self.requirements_of(stated, candidate)

    def python_requirement(self, metadata: CoreMetadata) -> PythonRequirement | None:
        """The Requires-Python that pip checks; None where there is none to check."""
        if not metadata.requires_python or self._settings.pip.ignore_requires_python:
            return None
        specifier = _python_specifier(metadata.requires_python)
        if specifier is None or not len(specifier):
            return None
        if metadata.requires_python not in self._pythons:
            self._pythons[metadata.requires_python] = PythonRequirement(specifier=specifier, python=self.python)
        return self._pythons[metadata.requires_python]

    def _installed_candidate(
        self,
        package: NormalizedName,
        extras: frozenset[NormalizedName],
        specifier: SpecifierSet,
        template: SpecifierRequirement,
        incompatible: frozenset[int],
    ) -> Candidate | None:
        base = self._installed.get(package)
        if base is None or self._settings.pip.force_reinstall or not contains(specifier, base.version):
            return None
        candidate = self.with_extras(base, extras, template)
        return None if id(candidate) in incompatible else candidate

    def _attempt(
        self,
        found: FoundFile,
        template: SpecifierRequirement,
        extras: frozenset[NormalizedName],
        specifier: SpecifierSet,
        hashes: frozenset[str] | None,
    ) -> Attempt:
        if self.hashes_required:
            failures.check_hashes(template, hashes)
        made = self._files.get(id(found.file)) or self._first_made(found, template, specifier)
        if not isinstance(made, FileCandidate):
            skips = isinstance(made, InvalidMetadata) and self._profile.holds("invalid_metadata_skips_version")
            return "version refused" if skips else "file refused"
        if hashes is not None and found.file.hashes and not has_allowed_hash(found.file, hashes):
            raise failures.hash_mismatch(found.file.filename)
        return self.with_extras(made, extras, template)

    def _first_made(
        self, found: FoundFile, template: SpecifierRequirement, specifier: SpecifierSet
    ) -> FileCandidate | VersionRefusal:
        self._judgements.passed_over(found, specifier)
        return self._made(found, template, self._judgements.why(found, specifier), str(specifier), None)

    def _made(
        self, found: FoundFile, template: SpecifierRequirement | None, why: str, specifier: str, source: str | None
    ) -> FileCandidate | VersionRefusal:
        """The candidate of a file, or why its metadata cannot be used; the file is asked for once."""
        key = id(found.file)
        if key not in self._files:
            self._judgements.looked_at(found, why, specifier)
            self._files[key] = made = self._read(found, template, why, source)
            if not isinstance(made, FileCandidate):
                self._judgements.refused(found, why, specifier, made)
        return self._files[key]

    def _read(
        self, found: FoundFile, template: SpecifierRequirement | None, why: str, source: str | None
    ) -> FileCandidate | VersionRefusal:
        listing, file = self._as_read(found)
        result = self._facts.metadata(listing, file.version, file)
        self._judgements.metadata_read(found, result)
        if result.refusal is not None or result.metadata is None:
            refusal = result.refusal or InvalidMetadata("no metadata")
            if isinstance(refusal, InvalidPackage):
                raise failures.invalid_package(found.file.filename, refusal.detail)
            return refusal
        same_version = source is not None or result.metadata.version == found.file.version
        if result.metadata.name != found.listing.package or not same_version:
            stated = f"{result.metadata.name} {result.metadata.version}"
            return InconsistentMetadata(stated, f"{found.file.name} {found.file.version}")
        return FileCandidate(
            listing=found.listing,
            file=found.file,
            metadata=result.metadata,
            read=result,
            why=why,
            template=template,
            source=source,
        )

    def _as_read(self, found: FoundFile) -> tuple[Listing, DistributionFile]:
        """Hash checking needs the file itself, so pip passes over its sidecar then."""
        if not self.hashes_required or found.file.core_metadata is None:
            return found.listing, found.file
        file = replace(found.file, core_metadata=None)
        return replace(found.listing, files={file.version: (file,)}), file

    def _evaluate(self, marker: Marker, extra: str) -> bool:
        key = (marker, extra)
        if key not in self._markers:
            try:
                self._markers[key] = marker.evaluate({**self._environment.markers, "extra": extra})
            except UndefinedComparison:
                self._markers[key] = False
        return self._markers[key]


@lru_cache(maxsize=4096)
def _python_specifier(text: str) -> SpecifierSet | None:
    """Requires-Python of METADATA; None where it does not parse (pip then ignores it)."""
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None
