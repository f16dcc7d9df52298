"""Chooses the version of one package in one fork: from its listing or its direct source, or a split of the fork."""

from __future__ import annotations

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.listing import SearchResult
from ...indexes.select import Candidate, CandidateSelector
from ...model.marker_algebra import MarkerTree
from ...model.ranges import Range, exactly
from ...model.reasons import MissingPlatform, PackageRefusal, PythonMismatch, TagMismatch
from ...profiles import Profile
from ...settings.settings import Settings
from ..facts import Facts
from ..pubgrub.packages import Package
from ..pubgrub.state import ROOT_VERSION
from .choose import (
    REAL_KINDS,
    Choice,
    Chosen,
    NothingLeft,
    Split,
    Unusable,
    VersionFork,
    serves_below,
    split_by_coverage,
    split_by_local_version,
    split_by_python,
)
from .direct import DirectSource
from .fork_state import ForkState
from .inputs import Inputs
from .narrate import Narrator
from .preferences import Preferences


class VersionChooser:
    """`refused_packages` and `visited` are what it learned on the way, for the report of a failure."""

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        inputs: Inputs,
        facts: Facts,
        selector: CandidateSelector,
        preferences: Preferences,
        narrator: Narrator,
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._inputs = inputs
        self._facts = facts
        self._selector = selector
        self._preferences = preferences
        self._narrator = narrator
        self.refused_packages: dict[NormalizedName, PackageRefusal] = {}
        self.visited: set[NormalizedName] = set()

    def choose(self, state: ForkState, package: Package, allowed: Range) -> Choice:
        """The version to try within `allowed`, or why there is none, or the parts to split the fork into.

        Raises `SearchAborted`, `FetchError`, `Cancelled`.
        """
        if package.kind == "root":
            return Chosen(ROOT_VERSION, None, "root")
        if package.kind == "python":
            return NothingLeft()
        direct = self._inputs.direct.get(package.name) if package.name in state.direct else None
        if direct is not None:
            return self._choose_direct(state, direct, allowed)
        return self._choose_listed(state, package, allowed)

    def _choose_direct(self, state: ForkState, direct: DirectSource, allowed: Range) -> Choice:
        if direct.refusal is not None:
            return Unusable(direct.version, direct.refusal)
        if direct.version not in allowed:
            return NothingLeft()
        if direct.requires_python is not None and not state.python.admits(direct.requires_python):
            python = str(state.python.lowest or state.python.installed)
            return Unusable(direct.version, PythonMismatch(direct.requires_python, python, "metadata"))
        return Chosen(direct.version, None, "direct")

    def _choose_listed(self, state: ForkState, package: Package, allowed: Range) -> Choice:
        name = package.name
        result = self._facts.search(name, state.indexes.get(name))
        self.visited.add(name)
        if result.refusal is not None:
            self.refused_packages[name] = result.refusal
            return NothingLeft()
        candidate = self._select(state, name, allowed, result)
        if candidate is None:
            return NothingLeft()
        version = candidate.version
        if candidate.refusal is not None:
            self._narrator.judged(package, candidate, allowed)
            return Unusable(version, candidate.refusal)
        file = candidate.files.for_install
        stated = file.requires_python if file is not None else None
        if stated is not None and not state.python.admits(stated):
            forks = self.split_by_python(state, package, stated)
            if forks:
                return Split(forks, f"{name} {version} requires Python {stated}")
            python = str(state.python.lowest or state.python.installed)
            return Unusable(version, PythonMismatch(stated, python))
        if state.environment.is_universal:
            if self._profile.holds("lowered_python_needs_wheel") and not serves_below(candidate.files, state.python):
                wheel = candidate.files.usable_wheels[0]
                return Unusable(version, TagMismatch("abi python version", wheel.abi_tags, ""))
            split = self._split_by_files(state, package, allowed, result, candidate)
            if split is not None:
                return split
        self._pin(state, package, candidate)
        self._narrator.judged(package, candidate, allowed)
        return Chosen(version, candidate, candidate.because)

    def split_by_python(self, state: ForkState, package: Package, stated: str) -> tuple[VersionFork, ...]:
        """The parts of a fork below and from a version's Requires-Python on, where the settings want such splits."""
        if (
            self._settings.fork_strategy != "requires-python"
            or not state.environment.is_universal
            or not self._profile.holds("python_fork")
        ):
            return ()
        return split_by_python(stated, state.python, state.environment, package)

    def _split_by_files(
        self, state: ForkState, package: Package, allowed: Range, result: SearchResult, candidate: Candidate
    ) -> Choice | None:
        covered = self._inputs.covered(candidate.files)
        if covered.is_true:
            return None
        found = split_by_coverage(
            covered,
            self._inputs.demanded,
            state.environment,
            package,
            state.search,
            coarse=self._profile.holds("coarse_environment_split"),
        )
        if isinstance(found, MarkerTree):
            return Unusable(candidate.version, MissingPlatform(found.text() or ""))
        if found is not None:
            return Split(found, f"{package.name} {candidate.version} has no wheel for a required environment")
        if candidate.version.local is None or not self._profile.holds("local_version_fork"):
            return None
        public = Version(candidate.version.public)
        base = self._select(state, package.name, allowed.intersection(exactly(public)), result)
        if base is None or base.refusal is not None:
            return None
        outcome = split_by_local_version(covered, self._inputs.covered(base.files), state.environment)
        if outcome is False:
            return None
        if outcome is True:
            self._pin(state, package, base)
            return Chosen(base.version, base, base.because)
        assert not isinstance(outcome, bool)
        self._pin(state, package, candidate)
        self._pin(state, package, base)
        for_base, for_local = outcome
        return Split(
            (VersionFork(for_base, package, base.version), VersionFork(for_local, package, candidate.version)),
            f"{candidate.version} has no wheels where {base.version} has",
        )

    def _select(self, state: ForkState, name: NormalizedName, allowed: Range, result: SearchResult) -> Candidate | None:
        return self._selector.select(
            name,
            allowed,
            result,
            preferences=self._preferences.for_fork(name, state.environment),
            highest=self.prefers_highest(state, name),
        )

    def prefers_highest(self, state: ForkState, name: NormalizedName) -> bool:
        """The highest version is tried first in this fork: with `lowest-direct` only where no direct requirement is."""
        if self._settings.resolution != "lowest-direct" or not state.environment.is_universal:
            return self._selector.prefers_highest(name)
        return not any(state.environment.includes(marker) for marker in self._inputs.direct_markers.get(name, ()))

    def _pin(self, state: ForkState, package: Package, candidate: Candidate) -> None:
        state.pins.setdefault((package.name, candidate.version), candidate)
        if package.kind in REAL_KINDS and not self._settings.no_deps:
            file = candidate.files.for_metadata
            if file is not None:
                self._facts.ask_metadata(candidate.listing, candidate.version, file)
