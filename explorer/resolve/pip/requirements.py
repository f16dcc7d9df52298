"""What pip's resolver is asked to satisfy: a name with specifiers, one certain candidate, a Python, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from ...model.origin import Origin
from ...model.requirement import Requirement
from .candidates import PYTHON, Candidate, FileCandidate, PythonCandidate, base_of, identifier


@dataclass(frozen=True, eq=False, kw_only=True)
class SpecifierRequirement:
    """A project, found on the indexes, in a set of versions. `parent` None: stated by the user."""

    stated: Requirement
    extras: frozenset[NormalizedName]
    parent: Candidate | None = None

    @property
    def project(self) -> NormalizedName:
        return self.stated.name

    @property
    def identifier(self) -> str:
        return identifier(self.stated.name, self.extras)

    @property
    def specifier(self) -> SpecifierSet:
        return self.stated.specifier

    def is_satisfied_by(self, candidate: Candidate) -> bool:
        return contains(self.stated.specifier, candidate.version)

    def __str__(self) -> str:
        return f"{self.identifier}{self.stated.specifier}"

    def without_extras(self) -> SpecifierRequirement:
        """The same versions of the project itself (pip 23.3+ asks for both where extras come with specifiers)."""
        return replace(self, extras=frozenset())


@dataclass(frozen=True, eq=False, kw_only=True)
class ExplicitRequirement:
    """Exactly this candidate: a direct URL or path, or the base of a name with extras."""

    candidate: Candidate
    stated: Requirement | None = None

    @property
    def project(self) -> str:
        return self.candidate.project

    @property
    def identifier(self) -> str:
        return self.candidate.identifier

    def is_satisfied_by(self, candidate: Candidate) -> bool:
        return candidate is self.candidate

    def __str__(self) -> str:
        return str(self.candidate)


@dataclass(frozen=True, eq=False, kw_only=True)
class PythonRequirement:
    """The Requires-Python of a candidate; `python` is offered where it satisfies `specifier`."""

    specifier: SpecifierSet
    python: PythonCandidate

    @property
    def project(self) -> str:
        return PYTHON

    @property
    def identifier(self) -> str:
        return PYTHON

    @property
    def holds(self) -> bool:
        return contains(self.specifier, self.python.version)

    def is_satisfied_by(self, candidate: Candidate) -> bool:
        return contains(self.specifier, candidate.version)

    def __str__(self) -> str:
        return f"Python {self.specifier}"


@dataclass(frozen=True, eq=False, kw_only=True)
class UnavailableRequirement:
    """A direct URL whose file was refused: nothing satisfies it."""

    project: NormalizedName

    @property
    def identifier(self) -> str:
        return self.project

    def is_satisfied_by(self, candidate: Candidate) -> bool:
        return False

    def __str__(self) -> str:
        return f"{self.project} (unavailable)"


PipRequirement = SpecifierRequirement | ExplicitRequirement | PythonRequirement | UnavailableRequirement


def range_text(requirement: PipRequirement) -> str:
    """The versions a requirement admits, as text: `>=1,<2`, `*`, `==1.0` for an exact candidate."""
    match requirement:
        case SpecifierRequirement():
            return str(requirement.specifier) or "*"
        case PythonRequirement(specifier=specifier):
            return str(specifier)
        case ExplicitRequirement(candidate=candidate):
            return f"=={candidate.version}"
        case UnavailableRequirement():
            return "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """What -c files say about one project, taken together. `links` are the URLs and paths that it must come from."""

    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    hashes: frozenset[str] | None = None
    links: tuple[Requirement, ...] = ()
    origins: tuple[Origin, ...] = ()

    def admits(self, candidate: Candidate) -> bool:
        """The version, and the URL it comes from, fit."""
        base = base_of(candidate)
        source = base.source if isinstance(base, FileCandidate) else None
        if any(source != link_text(link) for link in self.links):
            return False
        return contains(self.specifier, candidate.version)

    def __str__(self) -> str:
        links = f" (from {', '.join(map(link_text, self.links))})" if self.links else ""
        return f"{self.specifier}{links}"


UNCONSTRAINED = Constraint()


def link_text(requirement: Requirement) -> str:
    """The URL or path of a direct reference as it is shown."""
    return str(requirement.url) if requirement.url is not None else requirement.path or ""


def constraints_by_name(stated: Iterable[Requirement]) -> dict[NormalizedName, Constraint]:
    """The constraints of each project; those of one project add up."""
    found: dict[NormalizedName, Constraint] = {}
    for requirement in stated:
        known = found.get(requirement.name, UNCONSTRAINED)
        direct = requirement.url is not None or requirement.path is not None
        found[requirement.name] = Constraint(
            specifier=known.specifier & requirement.specifier,
            hashes=common_hashes(known.hashes, allowed_hashes(requirement)),
            links=(*known.links, requirement) if direct else known.links,
            origins=(*known.origins, requirement.origin),
        )
    return found


def allowed_hashes(requirement: Requirement) -> frozenset[str] | None:
    """The digests (`sha256:…`) that a requirement allows; None where it states none and allows all."""
    return frozenset(requirement.hashes) or None


def common_hashes(first: frozenset[str] | None, second: frozenset[str] | None) -> frozenset[str] | None:
    """Digests that both sides allow (possibly none at all)."""
    if first is None or second is None:
        return second if first is None else first
    return first & second


@lru_cache(maxsize=65536)
def contains(specifier: SpecifierSet, version: Version) -> bool:
    """`version` is in `specifier`, pre-releases included: whether those are wanted is decided when files are chosen."""
    return specifier.contains(version, prereleases=True)
