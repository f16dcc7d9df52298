"""PubGrub over what pip's run has fetched: do the versions fit together after all, or is it proved that none do?

resolvelib is wrong in rare cases (its issue 206: "impossible" though a solution exists) and sometimes ends in an error
of its own. Nothing is requested here: versions whose metadata pip never read are not used, and no proof rests on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from ...model.origin import Origin
from ...model.ranges import FULL, Range, exactly
from ...model.requirement import Requirement
from ...profiles import Profile
from ...settings.settings import Settings
from ...wheels.core_metadata import CoreMetadata
from ..pubgrub.incompatibility import Incompatibility, NoVersions
from ..pubgrub.packages import Package, Packages
from ..pubgrub.state import ROOT_VERSION, Search, Unsolvable
from ..uv.derivation import Tree, derivation_of, leaves
from .candidates import identifier
from .factory import Factory
from .known_versions import KnownVersions
from .provider import split_identifier
from .requirements import Constraint, PythonRequirement

MAX_DECISIONS: Final = 20_000
"""Decisions after which there is no second opinion: the answer must not keep the reader waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitsTogether:
    """Versions that satisfy everything, by project."""

    versions: Mapping[NormalizedName, Version]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """The proof that nothing fits: it rests on known facts only. `origins`: what the user states, by (name, range)."""

    tree: Tree
    known: KnownVersions
    texts: Mapping[tuple[Package, Range], str]
    origins: Mapping[tuple[Package, Range], Origin]
    constraints: Mapping[NormalizedName, Constraint]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Nothing fits among what is known, but versions whose metadata pip never read are not ruled out."""

    unread: Mapping[NormalizedName, tuple[Version, ...]]


Opinion = FitsTogether | Impossible | Unsettled


class _NoOpinion(Exception):
    """Something here is not modelled by plain versions: direct references, required hashes."""


class _Silent:
    def added(self, number: int, incompatibility: Incompatibility) -> None: ...

    def conflict(self, number: int, package: Package) -> None: ...

    def backtracked(self, from_level: int, to_level: int, undone: Sequence[Package]) -> None: ...


def second_opinion(
    factory: Factory, settings: Settings, profile: Profile, constraints: Mapping[NormalizedName, Constraint]
) -> Opinion | None:
    """What follows from the facts of the run.

    None where it takes too long, and with direct references and required hashes, which are not looked into.
    """
    try:
        return _Opinion(factory, settings, profile, constraints).find()
    except _NoOpinion:
        return None


class _Opinion:
    """One search. Nodes are pip's identifiers: `a`, and `a[x]`, which requires `a` at the same version."""

    def __init__(
        self, factory: Factory, settings: Settings, profile: Profile, constraints: Mapping[NormalizedName, Constraint]
    ) -> None:
        if any(constraint.links or constraint.hashes is not None for constraint in constraints.values()):
            raise _NoOpinion
        self._factory = factory
        self._no_deps = settings.no_deps
        self._constraints = constraints
        self._roots = [stated for stated in settings.requirements if factory.holds(stated.marker)]
        if factory.hashes_required:
            raise _NoOpinion
        self._known = KnownVersions(factory, profile, self._roots, constraints)
        self._packages = Packages()
        self._root = self._packages.node("root", NormalizedName(""))
        self._python = self._packages.node("python", NormalizedName("python"))
        self._search = Search(self._root, _Silent())
        self._constrained: set[Package] = set()
        self._texts: dict[tuple[Package, Range], str] = {}
        self._origins: dict[tuple[Package, Range], Origin] = {}

    def find(self) -> Opinion | None:
        following = self._root
        for _ in range(MAX_DECISIONS):
            try:
                self._search.propagate(following)
            except Unsolvable as end:
                return self._proof(end.number)
            undecided = dict(self._search.partial.undecided())
            if not undecided:
                return self._solution()
            following = min(undecided, key=lambda package: undecided[package].range.singleton is None)
            self._decide(following, undecided[following].range)
        return None

    def _decide(self, package: Package, allowed: Range) -> None:
        """Take the best known version in `allowed`, or state that there is none."""
        if package is self._root:
            required = list(self._required(self._roots, stated_by_user=True))
            self._search.add_version(package, ROOT_VERSION, exactly(ROOT_VERSION), required)
            return
        if package is self._python:
            version = self._factory.python.version
            if version in allowed:
                self._search.add_version(package, version, exactly(version), ())
            else:
                self._search.add_no_versions(package, allowed)
            return
        project, extras = split_identifier(package.name)
        constraint = self._constraints.get(project)
        if constraint is not None and package not in self._constrained:
            self._constrained.add(package)
            admitted = self._known.range_of(project, constraint.specifier)
            self._search.add_no_versions(package, admitted.complement())
            return
        for version, metadata in self._known.usable(project).items():
            if version in allowed:
                required = [] if self._no_deps else list(self._required_by(project, version, extras))
                if extras:
                    required.insert(0, (self._node(project, frozenset()), exactly(metadata.version)))
                self._search.add_version(package, version, exactly(version), required)
                return
        self._search.add_no_versions(package, allowed)

    def _required_by(
        self, project: NormalizedName, version: Version, extras: frozenset[NormalizedName]
    ) -> Iterator[tuple[Package, Range]]:
        metadata = self._known.usable(project)[version]
        python = self._wrong_python(project, metadata)
        if python is not None and not extras:
            required = FULL.intersection(exactly(python.python.version).complement())
            self._texts[self._python, required] = str(python.specifier)
            yield self._python, required
        provided = sorted(extras & metadata.extras)
        yield from self._required(
            [stated for stated in metadata.requires if self._factory.holds(stated.marker, provided)]
        )

    def _wrong_python(self, project: NormalizedName, metadata: CoreMetadata) -> PythonRequirement | None:
        """The Requires-Python that the Python does not satisfy; of installed versions pip does not check it."""
        if metadata is self._factory.installed_version(project):
            return None
        python = self._factory.python_requirement(metadata)
        return None if python is None or python.holds else python

    def _required(
        self, stated: Sequence[Requirement], *, stated_by_user: bool = False
    ) -> Iterator[tuple[Package, Range]]:
        for requirement in stated:
            if requirement.url is not None or requirement.path is not None:
                raise _NoOpinion
            node = self._node(requirement.name, requirement.extras)
            versions = self._known.range_of(requirement.name, requirement.specifier)
            self._texts.setdefault((node, versions), str(requirement.specifier))
            if stated_by_user:
                self._origins.setdefault((node, versions), requirement.origin)
            yield node, versions

    def _node(self, project: NormalizedName, extras: frozenset[NormalizedName]) -> Package:
        return self._packages.node("package", NormalizedName(identifier(project, extras)))

    def _solution(self) -> FitsTogether | None:
        """The versions found, checked once more by pip's own rules: what is claimed must hold."""
        chosen = {
            package.name: version
            for package, version in self._search.partial.solution().items()
            if package not in (self._root, self._python)
        }
        return FitsTogether(versions=_projects(chosen)) if self._holds(chosen) else None

    def _holds(self, chosen: Mapping[NormalizedName, Version]) -> bool:
        asked: dict[NormalizedName, SpecifierSet] = {}
        stated = list(self._roots)
        for name, version in chosen.items():
            project, extras = split_identifier(name)
            metadata = self._known.usable(project)[version]
            if chosen.get(project) != version or self._wrong_python(project, metadata) is not None:
                return False
            provided = sorted(extras & metadata.extras)
            if not self._no_deps:
                stated += [each for each in metadata.requires if self._factory.holds(each.marker, provided)]
        for requirement in stated:
            if identifier(requirement.name, requirement.extras) not in chosen:
                return False
            asked[requirement.name] = asked.get(requirement.name, SpecifierSet()) & requirement.specifier
        for project, specifier in asked.items():
            constraint = self._constraints.get(project)
            whole = specifier & constraint.specifier if constraint is not None else specifier
            if not self._known.admits(project, chosen[project], whole):
                return False
        return True

    def _proof(self, number: int) -> Impossible | Unsettled:
        """The proof, unless it rests on versions of which too little is known."""
        tree = derivation_of(self._search.store, number)
        unread: dict[NormalizedName, tuple[Version, ...]] = {}
        for leaf in leaves(tree):
            cause = leaf.cause
            if not isinstance(cause, NoVersions) or cause.package is self._python:
                continue
            project = split_identifier(cause.package.name)[0]
            if not self._is_constraint(project, cause.range) and self._known.is_unknown(project, cause.range):
                unread[project] = self._known.unread(project, cause.range)
        if unread:
            return Unsettled(unread=unread)
        return Impossible(
            tree=tree, known=self._known, texts=self._texts, origins=self._origins, constraints=self._constraints
        )

    def _is_constraint(self, project: NormalizedName, versions: Range) -> bool:
        constraint = self._constraints.get(project)
        if constraint is None:
            return False
        return versions == self._known.range_of(project, constraint.specifier).complement()


def _projects(chosen: Mapping[NormalizedName, Version]) -> dict[NormalizedName, Version]:
    return {name: version for name, version in sorted(chosen.items()) if not split_identifier(name)[1]}
