"""The loop of uv's resolver: propagate, prefetch, pick, choose, require; one fork after the other.

Source: wheels-and-universal.md 6 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from packaging.utils import NormalizedName
from packaging.version import Version

from ...events import Decision, Emit, ForkClosed, ForkOpened
from ...indexes.listing import SearchResult
from ...indexes.select import CandidateSelector
from ...model.marker_algebra import FALSE, TRUE
from ...model.ranges import Range, exactly
from ...model.reasons import (
    PythonMismatch,
    VersionRefusal,
)
from ...profiles import Profile
from ...settings.settings import Settings
from ..facts import Facts
from ..pubgrub.packages import Package, Packages
from ..pubgrub.state import Search, Unsolvable
from .choose import (
    REAL_KINDS,
    Chosen,
    NothingLeft,
    Split,
    Unusable,
    VersionFork,
)
from .environment import ForkEnvironment
from .fork_state import ForkState
from .forks import Edge, Fork, python_lower_cut, sort_forks, split_by_requirements
from .inputs import Inputs
from .known_versions import KnownVersions
from .narrate import Narrator
from .prefetch import ask_batch, speculate
from .priorities import Priorities
from .python_requirement import PythonRequirement, requires_python_range
from .requirement_reader import RequirementReader
from .version_chooser import VersionChooser


@dataclass(frozen=True, slots=True)
class SolvedFork:
    """One fork solved to its end."""

    state: ForkState
    versions: dict[Package, Version]


class Unsatisfied(Exception):
    """A fork has no solution."""

    def __init__(self, state: ForkState, number: int) -> None:
        super().__init__(f"fork {state.number}: incompatibility {number}")
        self.state = state
        self.number = number


@dataclass(frozen=True, slots=True)
class _Pending:
    """A fork that waits on the stack: a checkpoint, and what to do with it once it is its turn."""

    number: int
    state: ForkState
    fork: Fork | None = None
    version: Version | None = None
    choice: VersionFork | None = None
    environment: ForkEnvironment | None = None


class Resolver:
    """Solves one set of requirements. `check` raises `Cancelled`; nothing else of the outside is known here."""

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        inputs: Inputs,
        facts: Facts,
        selector: CandidateSelector,
        emit: Emit,
        check: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._inputs = inputs
        self._facts = facts
        self.selector = selector
        self._emit = emit
        self._check = check
        self._packages = Packages()
        self.narrator = Narrator(emit, inputs.judge)
        self._known = KnownVersions()
        self._preferences = inputs.preferences.copy()
        self.chooser = VersionChooser(settings, profile, inputs, facts, selector, self._preferences, self.narrator)
        self._reader = RequirementReader(settings, profile, inputs, facts, self._packages, self._known, self.narrator)
        self._forks = 0

    def solve(self) -> list[SolvedFork]:
        """All forks, in the order they were solved. Raises `Unsatisfied`, `FetchError`, `SearchAborted`,
        `Cancelled`.
        """
        root = self._packages.node("root", self._root_name())
        search = Search(root, self.narrator)
        whole = ForkEnvironment(self._inputs.environment)
        priorities = Priorities(pinned_first=self._profile.holds("pinned_first"))
        start = ForkState(0, search, whole, self._inputs.python, root, priorities)
        stack = self._initial_forks(start)
        solved: list[SolvedFork] = []
        while stack:
            state = self._take(stack.pop())
            self.narrator.fork = state.number
            while True:
                self._check()
                self._facts.raise_failure()
                forks = self._step(state)
                if forks is None:
                    versions = state.search.partial.solution()
                    solved.append(SolvedFork(state, versions))
                    self._emit(ForkClosed(state.number, "resolved", self._count(versions)), fork=state.number)
                    self._prefer(state, versions)
                    break
                if forks:
                    stack.extend(forks)
                    break
        return solved

    def _root_name(self) -> NormalizedName:
        return self._settings.stated_by or NormalizedName("")

    def allows_prereleases(self, name: NormalizedName) -> bool:
        """Some pre-release of the package may be chosen."""
        return self.selector.prereleases(name) != "none"

    def is_excluded(self, name: NormalizedName, version: Version) -> bool:
        """exclude-newer drops every file of the version on every index."""
        result = self._facts.search(name) if self._facts.has_page(name) else None
        if result is None:
            return False
        judged = [self._inputs.judge(listing, version) for listing in result.listings if version in listing.files]
        return bool(judged) and all(files.excluded for files in judged)

    def _initial_forks(self, start: ForkState) -> list[_Pending]:
        if not self._inputs.initial or start.environment.exact is not None:
            return [_Pending(0, start)]
        environments = [start.environment.narrowed(m) for m in reversed(self._inputs.initial)]
        if self._profile.holds("sorted_initial_forks"):
            environments.sort(key=python_lower_cut, reverse=self._lowest_python_first)
        return [self._pending(start, e, "environments") for e in environments]

    @property
    def _lowest_python_first(self) -> bool:
        return self._settings.fork_strategy == "fewest" or self._settings.resolution == "lowest"

    def _pending(
        self,
        state: ForkState,
        environment: ForkEnvironment,
        cause: str,
        *,
        fork: Fork | None = None,
        version: Version | None = None,
        choice: VersionFork | None = None,
    ) -> _Pending:
        self._forks += 1
        self._emit(
            ForkOpened(self._forks, state.number, environment.describe() or "all environments", cause),
            fork=state.number,
        )
        return _Pending(self._forks, state, fork, version, choice, environment)

    def _take(self, pending: _Pending) -> ForkState:
        """Make the next fork's own state from the checkpoint it waits on."""
        if pending.environment is None:
            return pending.state
        state = pending.state.split(pending.number, pending.environment)
        self.narrator.fork = state.number
        if pending.choice is not None:
            state.continue_with = (pending.choice.package, pending.choice.version)
        if pending.fork is not None and pending.version is not None:
            self._require(state, state.next, pending.version, pending.fork.edges)
        return state

    def _step(self, state: ForkState) -> list[_Pending] | None:
        """One turn: None when the fork is solved, the parts when it splits, else an empty list."""
        search = state.search
        fixed: Version | None = None
        if state.continue_with is not None:
            (package, fixed), state.continue_with = state.continue_with, None
        else:
            try:
                for affected, number in search.propagate(state.next):
                    state.record_conflict(affected, number)
            except Unsolvable as end:
                raise Unsatisfied(state, end.number) from None
            self._previsit(state)
            if self._profile.holds("conflict_priorities"):
                state.reprioritize()
            picked = state.pick()
            if picked is None:
                return None
            package = picked
        state.next = package
        term = search.partial.term(package)
        assert term is not None
        if fixed is None:
            choice = self.chooser.choose(state, package, term.range)
        else:
            pin = state.pins.get((package.name, fixed))
            choice = Chosen(fixed, pin, "fork")
        match choice:
            case NothingLeft():
                refusal = self.chooser.refused_packages.get(package.name) if package.kind in REAL_KINDS else None
                if refusal is not None:
                    search.add_unavailable(package, term.range, refusal)
                else:
                    search.add_no_versions(package, term.range)
                return []
            case Unusable(version, reason):
                self._refuse(state, package, version, reason)
                return []
            case Split(forks, cause):
                return [self._pending(state, f.environment, cause, choice=f) for f in forks]
            case Chosen(version, _, because):
                pass
        self._ask_batch(state, package, version, term.range)
        if package.is_base:
            state.tried.add(package.name, version)
        if version in state.added.get(package, ()):
            search.partial.decide(package, version)
            self._decided(state, package, version, because)
            return []
        return self._dependencies(state, package, version, because)

    def _decided(self, state: ForkState, package: Package, version: Version, because: str) -> None:
        if package.is_base:
            pin = state.pins.get((package.name, version))
            index = pin.listing.index.id if pin is not None else None
            self._emit(
                Decision(package.name, str(version), state.search.partial.level, because, index), fork=state.number
            )

    def _refuse(self, state: ForkState, package: Package, version: Version, reason: VersionRefusal) -> None:
        """A version cannot be used; a Requires-Python becomes a requirement on Python, so that conflicts can name
        it.
        """
        versions = self._gap(state, package, version)
        if isinstance(reason, PythonMismatch):
            python = self._packages.node("python", NormalizedName("python"))
            state.search.add_dependency(package, versions, python, requires_python_range(reason.specifier))
            state.search.partial.decide(package, version)
        else:
            state.search.add_unavailable(package, versions, reason)

    def _gap(self, state: ForkState, package: Package, version: Version) -> Range:
        """The version with all around it that no known version lies in: equal for the solver, shorter to say."""
        if not package.has_name or package.name in state.direct or not self._profile.holds("widened_versions"):
            return exactly(version)
        index = state.indexes.get(package.name)
        if not self._facts.has_page(package.name, index):
            return exactly(version)
        return self._known.gap(package.name, index, self._facts.search(package.name, index), version)

    def _dependencies(self, state: ForkState, package: Package, version: Version, because: str) -> list[_Pending]:
        edges = self._reader.edges(state, package, version)
        if isinstance(edges, PythonMismatch):
            forks: tuple[VersionFork, ...] = ()
            if self._profile.holds("metadata_python_fork"):
                forks = self.chooser.split_by_python(state, package, edges.specifier)
            if forks:
                cause = f"{package.name} {version} requires Python {edges.specifier}"
                return [self._pending(state, f.environment, cause, choice=f) for f in forks]
            state.search.add_unavailable(package, self._gap(state, package, version), edges)
            return []
        if not isinstance(edges, list):
            state.search.add_unavailable(package, self._gap(state, package, version), edges)
            return []
        if not state.environment.is_universal or package.is_proxy:
            self._require(state, package, version, edges, because)
            return []
        parts, diverging = split_by_requirements(edges, state.environment, state.python, self._settings.conflicts)
        if len(parts) <= 1:
            self._require(state, package, version, parts[0].edges if parts else (), because)
            return []
        state.added.setdefault(package, set()).add(version)
        parts = sort_forks(parts, lowest_python_first=self._lowest_python_first)
        for part in parts:
            for edge in part.edges:
                self._ask_page(state, edge.package, part.environment)
        cause = f"requirements of {package} on {', '.join(sorted(diverging))}"
        return [self._pending(state, p.environment, cause, fork=p, version=version) for p in parts]

    def _require(
        self, state: ForkState, package: Package, version: Version, edges: Sequence[Edge], because: str = "newest"
    ) -> None:
        """Add the requirements of a version and decide it, unless they contradict what is known."""
        state.added.setdefault(package, set()).add(version)
        for edge in edges:
            self._take_source(state, edge.package)
            state.priorities.insert(edge.package, edge.range, state.direct)
            base = self._packages.base_of(edge.package)
            if base is not None:
                state.priorities.insert(base, edge.range, state.direct)
        for edge in edges:
            self._ask_page(state, edge.package, state.environment)
        for edge in edges:
            base = self._packages.base_of(edge.package)
            if base is not None:
                state.search.add_dependency(edge.package, edge.range, base, edge.range)
        versions = self._gap(state, package, version)
        conflict = state.search.add_version(package, version, versions, [(e.package, e.range) for e in edges])
        if conflict is not None:
            state.record_conflict(package, conflict)
        else:
            self._decided(state, package, version, because)

    def _take_source(self, state: ForkState, package: Package) -> None:
        """URLs, paths and index pins hold for a package wherever they are stated in the fork."""
        if package.name in self._inputs.direct:
            state.direct.add(package.name)
        for marker, index in self._inputs.pins.get(package.name, ()):
            if state.environment.includes(marker):
                state.indexes[package.name] = index

    def _ask_page(self, state: ForkState, package: Package, environment: ForkEnvironment) -> None:
        name = package.name
        if not package.has_name or name in self._inputs.direct:
            return
        pins = [index for marker, index in self._inputs.pins.get(name, ()) if environment.includes(marker)]
        index = pins[-1] if pins else None
        self._facts.ask_search(name, index)
        if index is not None and self._profile.holds("pinned_also_searched"):
            self._facts.ask_search(name, None)

    def _previsit(self, state: ForkState) -> None:
        """Ask for the metadata of what would be chosen now for each undecided package whose range changed."""
        if self._settings.no_deps:
            return
        for package, term in state.search.partial.undecided():
            if not package.is_base or state.visited.get(package) == term.range:
                continue
            if package.name in self._inputs.direct or package.name in self._inputs.pins:
                continue
            state.visited[package] = term.range
            self._facts.prefetch(package.name, self._speculation(state.python, package.name, term.range))

    def _speculation(
        self, python: PythonRequirement, name: NormalizedName, allowed: Range
    ) -> Callable[[SearchResult], None]:
        preferences = self._inputs.preferences.for_fork(name, ForkEnvironment(None, TRUE))

        def run(result: SearchResult) -> None:
            if result.refusal is not None:
                return
            candidate = self.selector.select(name, allowed, result, preferences=preferences)
            lowest = not self.selector.prefers_highest(name) and not allowed.has_lower_bound
            speculate(result, candidate, python, self._facts, lowest_unbounded=lowest)

        return run

    def _ask_batch(self, state: ForkState, package: Package, version: Version, allowed: Range) -> None:
        if not package.is_base or package.name in state.direct:
            return
        count = state.tried.batch_size(package.name)
        if not count:
            return
        result = self._facts.search(package.name, state.indexes.get(package.name))
        highest = self.chooser.prefers_highest(state, package.name)
        ask_batch(
            package.name,
            version,
            allowed,
            state.search.partial.unchanging_term(package),
            result,
            count,
            partial(self.selector.select_without_preference, highest=highest),
            state.python,
            self._facts,
            highest=highest,
            supports_ranges=lambda candidate: self._inputs.supports_ranges(candidate.listing),
        )

    def _prefer(self, state: ForkState, versions: dict[Package, Version]) -> None:
        """What a fork chose is preferred by the next ones, unless direct and transitive packages differ."""
        if self._settings.resolution == "lowest-direct":
            return
        marker = state.environment.marker if state.environment.is_universal else FALSE
        for package, version in versions.items():
            if package.is_base:
                self._preferences.add_from_fork(package.name, version, marker)

    @staticmethod
    def _count(versions: dict[Package, Version]) -> int:
        return len({p.name for p in versions if p.is_base})
