"""pip's side of resolvelib: which candidates satisfy requirements, and which name is resolved next."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from packaging.utils import NormalizedName
from resolvelib import AbstractProvider
from resolvelib.structs import RequirementInformation

from ...profiles import Profile
from ...settings.settings import UpgradeStrategy
from .candidates import PYTHON, Candidate, FileCandidate, InstalledCandidate
from .factory import Factory
from .failures import broken_url_constraint
from .requirements import (
    UNCONSTRAINED,
    Constraint,
    ExplicitRequirement,
    PipRequirement,
    PythonRequirement,
    SpecifierRequirement,
)

Information = RequirementInformation[PipRequirement, Candidate]

CONFLICTS_TO_PROMOTE: Final = 5
"""A name that took part in so many conflicts while undecided is decided early (pip 26.1+)."""


class PipProvider(AbstractProvider[PipRequirement, Candidate, str]):
    """The provider of one pip release. `requested`: identifier → position among the user's requirements."""

    def __init__(
        self,
        factory: Factory,
        profile: Profile,
        constraints: Mapping[NormalizedName, Constraint],
        requested: Mapping[str, int],
        upgrade: UpgradeStrategy,
    ) -> None:
        self._factory = factory
        self._constraints = constraints
        self._requested = requested
        self._upgrade = upgrade
        self._profile = profile
        self._rule = profile.text("preference")
        self._depths: dict[str, float] = {}
        self._conflicts: defaultdict[str, int] = defaultdict(int)
        self._promoted: set[str] = set()

    def identify(self, requirement_or_candidate: PipRequirement | Candidate) -> str:
        return requirement_or_candidate.identifier

    def is_satisfied_by(self, requirement: PipRequirement, candidate: Candidate) -> bool:
        return requirement.is_satisfied_by(candidate)

    def get_dependencies(self, candidate: Candidate) -> Iterable[PipRequirement]:
        return self._factory.dependencies(candidate)

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[PipRequirement]],
        incompatibilities: Mapping[str, Iterator[Candidate]],
    ) -> Sequence[Candidate]:
        """Candidates of all indexes, or the explicit ones (URLs, paths, constraints' URLs) where there are any."""
        asked = list(requirements[identifier])
        project, extras = split_identifier(identifier)
        explicit = {id(found): found for requirement in asked if (found := explicit_candidate(requirement)) is not None}
        specified = [requirement for requirement in asked if isinstance(requirement, SpecifierRequirement)]
        if extras:
            for requirement in requirements.get(project, ()):
                base = explicit_candidate(requirement)
                if isinstance(base, FileCandidate | InstalledCandidate):
                    candidate = self._factory.with_extras(base, extras)
                    explicit[id(candidate)] = candidate
                elif isinstance(requirement, SpecifierRequirement) and self._factory.splits_extras:
                    specified.append(requirement)
        constraint = self._constraints.get(project, UNCONSTRAINED)
        if specified and constraint.links:
            if extras and not self._profile.holds("url_constraints_with_extras"):
                raise broken_url_constraint(identifier)
            for link in constraint.links:
                base = self._factory.direct_candidate(link)
                if base is not None:
                    candidate = self._factory.with_extras(base, extras)
                    explicit[id(candidate)] = candidate
        incompatible = frozenset(id(candidate) for candidate in incompatibilities.get(identifier, ()))
        if not explicit:
            keeps_installed = not self._may_upgrade(identifier, project)
            return self._factory.candidates(project, extras, specified, constraint, keeps_installed, incompatible)
        return [
            candidate
            for candidate in explicit.values()
            if id(candidate) not in incompatible
            and constraint.admits(candidate)
            and all(requirement.is_satisfied_by(candidate) for requirement in asked)
        ]

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[str],
        resolutions: Mapping[str, Candidate],
        candidates: Mapping[str, Iterator[Candidate]],
        information: Mapping[str, Iterator[Information]],
        backtrack_causes: Sequence[Information],
    ) -> Iterable[str]:
        """The names among which the next is chosen: the Python, else causes of the last conflict, else promoted."""
        identifiers = list(identifiers)
        if self._rule == "depth":
            return identifiers
        causes = names_of_causes(backtrack_causes)
        if self._rule == "conflicts and upper bounds":
            self._count_conflicts(causes, resolutions)
        if PYTHON in identifiers:
            return [PYTHON]
        to_blame = [name for name in identifiers if name in causes]
        return to_blame or [name for name in identifiers if name in self._promoted] or identifiers

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Candidate],
        candidates: Mapping[str, Iterator[Candidate]],
        information: Mapping[str, Iterator[Information]],
        backtrack_causes: Sequence[Information],
    ) -> Any:
        """The sort key of a name: the lowest is resolved next."""
        known = list(information[identifier])
        operators = operators_of(known)
        requested = self._requested.get(identifier, math.inf)
        if self._rule == "depth":
            return (
                identifier != PYTHON,
                not known,
                not any(operator.startswith("==") for operator, _ in operators),
                identifier not in names_of_causes(backtrack_causes),
                self._depth(identifier, known),
                requested,
                not operators,
                identifier,
            )
        return (
            identifier not in self._promoted,
            not any(isinstance(requirement, ExplicitRequirement) for requirement, _ in known),
            not any(operator.startswith("==") and "*" not in version for operator, version in operators),
            not any(is_upper_bound(operator, version) for operator, version in operators),
            requested,
            not operators,
            identifier,
        )

    def _count_conflicts(self, causes: Sequence[str], resolutions: Mapping[str, Candidate]) -> None:
        for name in causes:
            if name not in resolutions:
                self._conflicts[name] += 1
                if self._conflicts[name] >= CONFLICTS_TO_PROMOTE:
                    self._promoted.add(name)

    def _depth(self, identifier: str, known: Sequence[Information]) -> float:
        """How far a name is from the user's requirements, as far as is known now (up to pip 25.0)."""
        if identifier in self._requested:
            depth = 1.0
        else:
            parents = (0.0 if parent is None else self._depths.get(parent.identifier, math.inf) for _, parent in known)
            depth = min(parents, default=math.inf) + 1.0
        self._depths[identifier] = depth
        return depth

    def _may_upgrade(self, identifier: str, project: str) -> bool:
        if self._upgrade == "only-if-needed":
            return identifier in self._requested or project in self._requested
        return self._upgrade == "eager"


def split_identifier(identifier: str) -> tuple[NormalizedName, frozenset[NormalizedName]]:
    """`name[a,b]` → the name and its extras."""
    name, _, extras = identifier.partition("[")
    return NormalizedName(name), frozenset(NormalizedName(extra) for extra in extras.rstrip("]").split(",") if extra)


def explicit_candidate(requirement: PipRequirement) -> Candidate | None:
    """The one candidate that a requirement offers: a direct reference, a base, or the Python where it fits."""
    match requirement:
        case ExplicitRequirement(candidate=candidate):
            return candidate
        case PythonRequirement(python=python):
            return python if requirement.holds else None
        case _:
            return None


def names_of_causes(causes: Sequence[Information]) -> list[str]:
    """The names that took part in a conflict, with repetitions."""
    names = []
    for requirement, parent in causes:
        names.append(requirement.identifier)
        if parent is not None:
            names.append(parent.identifier)
    return names


def operators_of(known: Iterable[Information]) -> list[tuple[str, str]]:
    """(operator, version) of all specifiers that name the project."""
    return [
        (part.operator, part.version)
        for requirement, _ in known
        if isinstance(requirement, SpecifierRequirement)
        for part in requirement.specifier
    ]


def is_upper_bound(operator: str, version: str) -> bool:
    return operator in ("<", "<=", "~=") or (operator == "==" and "*" in version)
