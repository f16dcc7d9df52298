"""The loop of uv's resolver: propagate, prefetch, pick, choose, require; one fork after the other.

Source: wheels-and-universal.md 6 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from packaging.utils import NormalizedName
from packaging.version import Version

from ...events import Decision, Emit, ForkClosed, ForkOpened
from ...indexes.listing import Listing, SearchResult
from ...indexes.select import Candidate, CandidateSelector
from ...model.environment import Environment
from ...model.marker_algebra import FALSE, TRUE, MarkerTree
from ...model.ranges import Range, exactly
from ...model.reasons import (
    ImpossibleSpecifier,
    MissingPlatform,
    PackageRefusal,
    PythonMismatch,
    VersionRefusal,
)
from ...profiles import Profile
from ...settings.settings import Settings
from ...wheels.judge import Judge
from ...wheels.version_files import VersionFiles
from ..facts import Facts
from ..pubgrub.packages import NodeKind, Package, Packages
from ..pubgrub.state import ROOT_VERSION, Search, Unsolvable
from .choose import (
    Choice,
    Chosen,
    NothingLeft,
    Split,
    Unusable,
    VersionFork,
    split_by_coverage,
    split_by_local_version,
    split_by_python,
)
from .direct import DirectSource
from .environment import ForkEnvironment
from .fork_state import ForkState
from .forks import Edge, Fork, python_lower_cut, sort_forks, split_by_requirements
from .known_versions import KnownVersions
from .narrate import Narrator
from .preferences import Preferences
from .prefetch import ask_batch, speculate
from .python_requirement import PythonRequirement, requires_python_range
from .requirements import Expander, Wanted, is_impossible

REAL_KINDS: Final = frozenset({"package", "extra of package", "group of package"})
"""The nodes that carry requirements of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a resolution starts from, prepared from the settings.

    `roots` are the direct requirements; `pins` name the index of a package, with the marker where that holds;
    `demanded` are the environments that need an artifact; `initial` are the forks to begin with (none: the whole).
    `covered` tells which environments a candidate's usable files cover.
    """

    roots: Sequence[Wanted]
    constraints: dict[NormalizedName, list[Wanted]]
    overrides: dict[NormalizedName, list[Wanted]]
    direct: dict[NormalizedName, DirectSource]
    pins: dict[NormalizedName, list[tuple[MarkerTree, str]]]
    environment: Environment | None
    python: PythonRequirement
    initial: Sequence[MarkerTree]
    demanded: Sequence[MarkerTree]
    preferences: Preferences
    judge: Judge
    covered: Callable[[VersionFiles], MarkerTree]
    supports_ranges: Callable[[Listing], bool]


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
        self.refused_packages: dict[NormalizedName, PackageRefusal] = {}
        self.refused_versions: dict[tuple[NormalizedName, Version], VersionRefusal] = {}
        self.visited: set[NormalizedName] = set()
        self._forks = 0

    def solve(self) -> list[SolvedFork]:
        """All forks, in the order they were solved. Raises `Unsatisfied`, `FetchError`, `SearchAborted`,
        `Cancelled`.
        """
        root = self._packages.node("root", self._root_name())
        search = Search(root, self.narrator)
        whole = ForkEnvironment(self._inputs.environment)
        start = ForkState(0, search, whole, self._inputs.python, root)
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
        project = self._settings.project
        return project.name if project is not None and project.name is not None else NormalizedName("")

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
            choice = self._choose(state, package, term.range)
        else:
            pin = state.pins.get((package.name, fixed))
            choice = Chosen(fixed, pin, "fork")
        match choice:
            case NothingLeft():
                refusal = self.refused_packages.get(package.name) if package.kind in REAL_KINDS else None
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
            case Chosen(version, candidate, because):
                pass
        self._ask_batch(state, package, version, term.range)
        if package.is_base:
            state.tried.add(package.name, version)
        if version in state.added.get(package, ()):
            search.partial.decide(package, version)
            self._decided(state, package, version, because)
            return []
        return self._dependencies(state, package, version, candidate, because)

    def _decided(self, state: ForkState, package: Package, version: Version, because: str) -> None:
        if package.is_base:
            pin = state.pins.get((package.name, version))
            index = pin.listing.index.id if pin is not None else None
            self._emit(
                Decision(package.name, str(version), state.search.partial.level, because, index), fork=state.number
            )

    # choosing

    def _choose(self, state: ForkState, package: Package, allowed: Range) -> Choice:
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
            self.refused_versions[direct.name, direct.version] = direct.refusal
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
            self.refused_versions[name, version] = candidate.refusal
            self.narrator.judged(package, candidate, allowed)
            return Unusable(version, candidate.refusal)
        file = candidate.files.for_install
        stated = file.requires_python if file is not None else None
        if stated is not None and not state.python.admits(stated):
            forks = self._split_by_python(state, package, stated)
            if forks:
                return Split(forks, f"{name} {version} requires Python {stated}")
            python = str(state.python.lowest or state.python.installed)
            return Unusable(version, PythonMismatch(stated, python))
        if state.environment.is_universal:
            split = self._split_by_files(state, package, allowed, result, candidate)
            if split is not None:
                return split
        self._pin(state, package, candidate)
        self.narrator.judged(package, candidate, allowed)
        return Chosen(version, candidate, candidate.because)

    def _split_by_python(self, state: ForkState, package: Package, stated: str) -> tuple[VersionFork, ...]:
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
        return self.selector.select(
            name, allowed, result, preferences=self._preferences.for_fork(name, state.environment)
        )

    def _pin(self, state: ForkState, package: Package, candidate: Candidate) -> None:
        state.pins.setdefault((package.name, candidate.version), candidate)
        if package.kind in REAL_KINDS and not self._settings.no_deps:
            file = candidate.files.for_metadata
            if file is not None:
                self._facts.ask_metadata(candidate.listing, candidate.version, file)

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
        if not package.has_name or package.name in state.direct:
            return exactly(version)
        index = state.indexes.get(package.name)
        if not self._facts.has_page(package.name, index):
            return exactly(version)
        return self._known.gap(package.name, index, self._facts.search(package.name, index), version)

    # requirements

    def _dependencies(
        self, state: ForkState, package: Package, version: Version, candidate: Candidate | None, because: str
    ) -> list[_Pending]:
        edges = self._edges(state, package, version)
        if isinstance(edges, PythonMismatch):
            forks: tuple[VersionFork, ...] = ()
            if self._profile.holds("metadata_python_fork"):
                forks = self._split_by_python(state, package, edges.specifier)
            if forks:
                cause = f"{package.name} {version} requires Python {edges.specifier}"
                return [self._pending(state, f.environment, cause, choice=f) for f in forks]
            state.search.add_unavailable(package, self._gap(state, package, version), edges)
            return []
        if not isinstance(edges, list):
            self.refused_versions[package.name, version] = edges
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

    def _edges(self, state: ForkState, package: Package, version: Version) -> list[Edge] | VersionRefusal:
        node, name = self._packages.node, package.name
        match package.kind:
            case "python":
                return []
            case "marker":
                return [Edge(node("package", name, None, m), exactly(version)) for m in (TRUE, package.marker)]
            case "extra" | "group":
                kind: NodeKind = "extra of package" if package.kind == "extra" else "group of package"
                markers = [TRUE] if package.marker is TRUE else [TRUE, package.marker]
                edges = []
                for marker in markers:
                    if package.kind == "extra":
                        edges.append(Edge(node("package", name, None, marker), exactly(version)))
                    edges.append(Edge(node(kind, name, package.detail, marker), exactly(version)))
                return edges
            case "root":
                expander = self._expander(state)
                return self._to_edges(expander.root(self._inputs.roots), package)
        if self._settings.no_deps and package.name not in self._member_names:
            return []
        direct = self._inputs.direct.get(name) if name in state.direct else None
        if direct is not None:
            return self._to_edges(self._of_direct(state, package, direct), package)
        return self._of_listed(state, package, version)

    @property
    def _member_names(self) -> frozenset[NormalizedName]:
        return frozenset(n for n, source in self._inputs.direct.items() if source.is_member)

    def _of_direct(self, state: ForkState, package: Package, direct: DirectSource) -> list[Wanted]:
        expander = self._expander(state)
        if package.group is not None:
            return expander.group(direct.groups.get(package.group, ()))
        return expander.package(direct.name, direct.requires, package.extra)

    def _of_listed(self, state: ForkState, package: Package, version: Version) -> list[Edge] | VersionRefusal:
        candidate = state.pins[package.name, version]
        file = candidate.files.for_metadata
        assert file is not None
        result = self._facts.metadata(candidate.listing, version, file)
        self.narrator.read(package.name, version, result)
        if result.metadata is None:
            assert result.refusal is not None
            return result.refusal
        stated = result.metadata.requires_python
        if stated is not None and not state.python.admits(stated):
            return PythonMismatch(stated, str(state.python.lowest or state.python.installed), "metadata")
        requires = self._known.wanted(result.metadata)
        return self._to_edges(self._expander(state).package(package.name, requires, package.extra), package)

    def _expander(self, state: ForkState) -> Expander:
        return Expander(
            self._inputs.constraints, self._inputs.overrides, self._settings.excludes, state.environment, state.python
        )

    def _to_edges(self, requirements: Iterable[Wanted], parent: Package) -> list[Edge] | VersionRefusal:
        edges: list[Edge] = []
        declared = {item for conflict in self._settings.conflicts for item in conflict}
        parent_name = parent.name if parent.has_name and parent.extra is None and parent.group is None else None
        for requirement in requirements:
            if is_impossible(requirement) and self._profile.holds("impossible_specifier_reason"):
                return ImpossibleSpecifier(str(requirement.stated))
            name, marker = requirement.name, requirement.marker.without_extras()
            base = Edge(self._packages.required(name, marker=marker), requirement.range, parent_name)
            if requirement.extras:
                if any((name, "extra", e) in declared for e in requirement.extras):
                    edges.append(base)
                for extra in requirement.extras:
                    node = self._packages.required(name, extra=extra, marker=marker)
                    edges.append(Edge(node, requirement.range))
            elif requirement.groups:
                if any((name, "group", g) in declared for g in requirement.groups):
                    edges.append(base)
                for group in requirement.groups:
                    node = self._packages.required(name, group=group, marker=marker)
                    edges.append(Edge(node, requirement.range))
            else:
                edges.append(base)
            self.narrator.requires(parent, requirement)
        return edges

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

    # prefetching

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
        ask_batch(
            package.name,
            version,
            allowed,
            state.search.partial.unchanging_term(package),
            result,
            count,
            self.selector.select_without_preference,
            state.python,
            self._facts,
            highest=self.selector.prefers_highest(package.name),
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
