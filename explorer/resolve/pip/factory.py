"""Makes requirements and candidates: what a stated requirement asks for, and what a file is once its metadata was read.

A candidate costs a request, so it is made when the resolver looks at it and not before (pip's `factory` and `candidates`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from ...events import CandidateJudged, Emit, Warned, WheelChosen
from ...indexes.listing import Listing
from ...model.environment import Environment
from ...model.files import DistributionFile
from ...model.reasons import InconsistentMetadata, InvalidPackage
from ...model.requirement import Requirement
from ...profiles import Profile
from ...settings.settings import Settings
from ...wheels.core_metadata import CoreMetadata, MetadataResult
from ..facts import Facts
from ..solution import NoSolution
from .candidates import BaseCandidate, Candidate, ExtrasCandidate, FileCandidate, InstalledCandidate, PythonCandidate
from .direct import direct_file
from .finder import Finder, FoundFile, is_pinned
from .requirements import (
    UNCONSTRAINED,
    Constraint,
    ExplicitRequirement,
    PipRequirement,
    PythonRequirement,
    SpecifierRequirement,
    UnavailableRequirement,
    link_text,
)


class Factory:
    """Requirements and candidates of one run, each made once."""

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        environment: Environment,
        facts: Facts,
        emit: Emit,
        installed: Mapping[NormalizedName, CoreMetadata],
    ) -> None:
        self.finder = Finder(settings, profile, environment, facts)
        self.python = PythonCandidate(version=environment.python)
        self._settings = settings
        self._profile = profile
        self._environment = environment
        self._facts = facts
        self._emit = emit
        self._judgements = Judgements(emit, self.finder, environment)
        self._installed = {name: InstalledCandidate(metadata=metadata) for name, metadata in installed.items()}
        self._hashes_required = settings.files.require_hashes or any(stated.hashes for stated in settings.requirements)
        self._attempts: dict[tuple[str, str], FileCandidate | Refused] = {}
        self._extras: dict[tuple[int, frozenset[NormalizedName]], ExtrasCandidate] = {}
        self._requirements: dict[tuple[int, int, bool], SpecifierRequirement] = {}
        self._exact: dict[int, ExplicitRequirement] = {}

    def requirements_of(self, stated: Requirement, parent: Candidate | None) -> Iterator[PipRequirement]:
        """What a stated requirement whose marker holds asks the resolver for. Raises `NoSolution` for an unusable URL."""
        if stated.url is not None or stated.path is not None:
            yield from self._direct_requirements(stated)
            return
        if stated.extras and len(stated.specifier) and self._profile.holds("extras_split"):
            yield self._specifier_requirement(stated, parent, with_extras=False)
        yield self._specifier_requirement(stated, parent, with_extras=True)

    def dependencies(self, candidate: Candidate) -> Iterator[PipRequirement]:
        """What `candidate` requires in this environment, in the order in which pip takes it up."""
        match candidate:
            case PythonCandidate():
                return
            case ExtrasCandidate(base=base):
                yield self._exactly(base)
                provided = candidate.extras & base.metadata.extras
                self._judgements.missing_extras(candidate, candidate.extras - provided)
                yield from self._stated(candidate, base.metadata, provided)
            case InstalledCandidate(metadata=metadata):
                yield from self._stated(candidate, metadata, frozenset())
            case FileCandidate(metadata=metadata):
                first = self._profile.holds("python_checked_first")
                if first:
                    yield from self._python_requirement(metadata)
                yield from self._stated(candidate, metadata, frozenset())
                if not first:
                    yield from self._python_requirement(metadata)

    def holds(self, marker: Marker | None, extras: frozenset[NormalizedName] = frozenset()) -> bool:
        """The marker holds in the environment, with one of `extras` (or none)."""
        if marker is None:
            return True
        return any(_evaluate(marker, extra, self._environment) for extra in extras or ("",))

    def candidates(
        self,
        package: NormalizedName,
        extras: frozenset[NormalizedName],
        asked: Sequence[SpecifierRequirement],
        constraint: Constraint,
        prefers_installed: bool,
        incompatible: frozenset[int],
    ) -> Sequence[Candidate]:
        """Candidates of the indexes that satisfy all of `asked`, made one at a time, best first."""
        if not asked:
            return ()
        specifier, hashes = constraint.specifier, constraint.hashes
        for requirement in asked:
            specifier &= requirement.specifier
            hashes = common_hashes(hashes, allowed_hashes(requirement.stated))
            extras |= requirement.extras
        template = asked[0]

        def offers() -> Iterator[Offer]:
            choices = self.finder.choices(package, specifier, hashes)
            if not choices:
                self._judgements.nothing_fits(package, specifier)
            for found in choices:
                yield found.file.version, partial(self._attempt, found, template, extras, specifier, hashes)

        return FoundCandidates(offers, self._installed_version(package, extras, specifier, incompatible), prefers_installed, incompatible)

    def with_extras(
        self, base: BaseCandidate, extras: frozenset[NormalizedName], template: SpecifierRequirement | None = None
    ) -> BaseCandidate | ExtrasCandidate:
        """`base` itself, or the one candidate for it with `extras`."""
        if not extras:
            return base
        return self._extras.setdefault((id(base), extras), ExtrasCandidate(base=base, extras=extras, template=template))

    def direct_candidate(self, stated: Requirement) -> FileCandidate | None:
        """The candidate of a direct reference; None where its metadata is refused. Raises `NoSolution` if it cannot be used."""
        try:
            listing, file = direct_file(stated)
        except NotReadable as error:
            raise unexplored(stated, str(error)) from None
        refusal = self.finder.wheel_refusal(file)
        if refusal is not None:
            raise unsupported_wheel(file)
        attempt = self._read(listing, file, None, "direct reference", source=link_text(stated))
        return attempt if isinstance(attempt, FileCandidate) else None

    def _direct_requirements(self, stated: Requirement) -> Iterator[PipRequirement]:
        base = self.direct_candidate(stated)
        if base is None:
            yield UnavailableRequirement(project=stated.name)
        elif not stated.extras:
            yield self._exactly(base)
        elif self._profile.holds("extras_split"):
            yield self._exactly(base)
            yield self._exactly(self.with_extras(base, stated.extras))
        else:
            yield self._exactly(self.with_extras(base, stated.extras))
