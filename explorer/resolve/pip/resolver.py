"""pip's resolution of one command: what it pins, what it asks for on the way, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, assert_never

from packaging.utils import NormalizedName
from packaging.version import Version
from resolvelib import ResolutionImpossible, ResolutionTooDeep
from resolvelib.resolvers import ResolverException

from ...events import Emit, NotModelled, Warned
from ...indexes.listing import Listing
from ...model.environment import Environment
from ...model.files import DistributionFile
from ...profiles import Profile
from ...settings.settings import Settings
from ...wheels.core_metadata import CoreMetadata
from ...wheels.version_files import VersionFiles
from ..solution import GaveUp, NoSolution, Solution, SolvedPackage
from .candidates import PYTHON, Candidate, ExtrasCandidate, FileCandidate
from .downloads import downloads
from .factory import Factory
from .facts_needed import PipFacts
from .leaves import Leaves, in_words
from .proof_tree import proof_tree
from .provider import PipProvider
from .report import Report
from .reporter import EventReporter
from .requirements import PipRequirement, constraints_by_name
from .resolution import MAX_ROUNDS, PipResult, resolve
from .second_opinion import FitsTogether, Impossible, Unsettled, second_opinion

FetchFile = Callable[[Listing, DistributionFile], None]
ReadInstalled = Callable[[], Mapping[NormalizedName, CoreMetadata]]

NOTHING_INSTALLED: Final[Mapping[NormalizedName, CoreMetadata]] = {}


def resolve_pip(
    settings: Settings,
    profile: Profile,
    environment: Environment,
    facts: PipFacts,
    emit: Emit,
    fetch_file: FetchFile,
    installed: ReadInstalled | None = None,
) -> Solution:
    """Resolve `settings` for `environment` as the pip of `profile` does, request by request, then fetch the files.

    `fetch_file` downloads a file that would be installed. `installed` reads what the target environment holds
    (`installed.read_installed`; None: not known, which is told where it matters). Raises `NoSolution`, `GaveUp` where
    pip's resolver itself gives up, and whatever `facts` and `fetch_file` raise.
    Source: pip's `resolution/resolvelib`, releases 23.2.1 to 26.3.
    """
    known = _known_installed(settings, installed, emit)
    wanted, result = chosen_candidates(settings, profile, environment, facts, emit, known)
    for candidate in wanted:
        if isinstance(candidate, FileCandidate) and candidate.file.yanked is not False:
            reason = candidate.file.yanked or "none given"
            emit(Warned(f"{candidate.project} {candidate.version} was chosen although it is yanked (reason: {reason})"))
    for candidate in downloads(wanted, settings, profile):
        fetch_file(candidate.listing, candidate.file)
    return Solution(packages=solved_packages(wanted, result))


def chosen_candidates(
    settings: Settings,
    profile: Profile,
    environment: Environment,
    facts: PipFacts,
    emit: Emit,
    installed: Mapping[NormalizedName, CoreMetadata] = NOTHING_INSTALLED,
) -> tuple[list[Candidate], PipResult]:
    """What pip would install, in the order in which it was pinned, and resolvelib's result. Raises as `resolve_pip`."""
    run = _Run(settings, profile, environment, facts, emit, installed)
    result = run.resolve()
    chosen = sorted(result.mapping.values(), key=lambda candidate: isinstance(candidate, ExtrasCandidate))
    return [candidate for candidate in chosen if not run.is_left_out(candidate)], result


class _Run:
    """One resolution: its root requirements, and what its exceptions mean."""

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        environment: Environment,
        facts: PipFacts,
        emit: Emit,
        installed: Mapping[NormalizedName, CoreMetadata],
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._emit = emit
        self._factory = Factory(settings, profile, environment, facts, emit, installed)
        self._constraints = constraints_by_name(
            constraint for constraint in settings.constraints if self._factory.holds(constraint.marker)
        )
        self._leaves = Leaves(emit)
        self._reporter = EventReporter(emit, self._leaves)
        self._requested: dict[str, int] = {}

    def resolve(self) -> PipResult:
        requirements = self._root()
        provider = PipProvider(
            self._factory, self._profile, self._constraints, self._requested, self._settings.pip.upgrade
        )
        failure: NoSolution
        try:
            result = resolve(provider, self._reporter, self._profile, requirements)
            for sentence in contradictions(result, provider):
                self._emit(Warned(sentence))
            return result
        except ResolutionImpossible as error:
            report = Report(self._factory.finder, self._profile, self._constraints, self._leaves)
            failure = report.impossible(list(error.causes))
        except ResolutionTooDeep:
            failure = GaveUp(
                f"pip's resolver gave up after {MAX_ROUNDS} rounds: the dependencies are too complex for it",
                hints=(
                    "Narrow the requirements, for example with a constraints file, so that fewer versions are tried.",
                ),
            )
        except RecursionError:
            failure = GaveUp(
                "pip ends in a RecursionError: packages require each other, but nothing else needs them any more",
                hints=("Exclude the newest versions that brought them in with a constraint; uv resolves such graphs.",),
            )
        except ResolverException as error:
            failure = GaveUp(
                f"pip's resolver ends in an error of its own ({type(error).__name__})",
                hints=("Narrow the requirements with a constraints file, or try another release of pip.",),
            )
        raise self._with_second_opinion(failure)

    def _with_second_opinion(self, failure: NoSolution) -> NoSolution:
        """pip's end as it is, with what a complete search over the same facts says of it."""
        opinion = second_opinion(self._factory, self._settings, self._profile, self._constraints)
        gave_up = isinstance(failure, GaveUp)
        match opinion:
            case FitsTogether(versions=versions):
                together = in_words([f"{name}=={version}" for name, version in versions.items()])
                end = "gives up" if gave_up else "says impossible"
                sentence = f"pip's resolver {end}, though these versions fit together: {together}."
                self._emit(Warned(sentence))
                failure.hints += (sentence,)
            case Impossible() if gave_up:
                failure.hints += ("A complete search over what pip has read proves that no versions fit together.",)
            case Impossible():
                failure.derivation = proof_tree(opinion, self._leaves, failure.headline)
            case Unsettled(unread=unread):
                failure.hints += (_not_proved(unread),)
            case None:
                pass
            case _:
                assert_never(opinion)
        return failure

    def is_left_out(self, candidate: Candidate) -> bool:
        """--only-deps installs what the requested projects need, not these themselves."""
        if not self._settings.pip.only_dependencies:
            return False
        return any(identifier.partition("[")[0] == candidate.project for identifier in self._requested)

    def _root(self) -> Sequence[PipRequirement]:
        """The requirements of the user, those with extras last (pip 23.3+); notes the order of the requested names."""
        requirements: list[PipRequirement] = []
        for position, stated in enumerate(self._settings.requirements):
            if not self._factory.holds(stated.marker):
                continue
            asked = list(self._factory.requirements_of(stated, None))
            self._requested.setdefault(asked[0].identifier, position)
            requirements.extend(asked)
        if self._factory.splits_extras:
            requirements.sort(key=lambda requirement: requirement.identifier != requirement.project)
        return requirements


def contradictions(result: PipResult, provider: PipProvider) -> Iterable[str]:
    """What the answer's own packages require in vain: resolvelib may forget a requirement while it backtracks, and then
    pip installs what `pip check` complains about. Measured with pip 23.2.1 to 26.3.
    """
    for candidate in result.mapping.values():
        for requirement in provider.get_dependencies(candidate):
            chosen = result.mapping.get(requirement.identifier)
            if chosen is not None and not requirement.is_satisfied_by(chosen):
                yield f"pip takes {chosen} although {candidate} requires {requirement}: its resolver lost sight of it."


def _not_proved(unread: Mapping[NormalizedName, tuple[Version, ...]]) -> str:
    """That pip's end is no proof: the newest version of each project that it did not look into."""
    names = in_words([f"{name} {versions[0]}" if versions else name for name, versions in sorted(unread.items())])
    return f"This is not proved: pip never read what {names} requires; a constraint that pins it makes pip look."


def solved_packages(chosen: Iterable[Candidate], result: PipResult) -> tuple[SolvedPackage, ...]:
    """What would be installed, by name, with who required it; installed versions that stay are no part of it."""
    chosen = list(chosen)
    extras: dict[str, frozenset[NormalizedName]] = {}
    for candidate in chosen:
        if isinstance(candidate, ExtrasCandidate):
            extras[candidate.project] = extras.get(candidate.project, frozenset()) | candidate.extras
    edges = _edges(result)
    return tuple(
        _solved(candidate, extras.get(candidate.project, frozenset()), edges)
        for candidate in sorted(chosen, key=lambda candidate: candidate.project)
        if isinstance(candidate, FileCandidate)
    )


def _edges(result: PipResult) -> list[tuple[Candidate | None, str]]:
    """(who requires it, project required), for all that is in the answer; None for the user."""
    return [
        (parent, requirement.project)
        for identifier, criterion in result.criteria.items()
        if identifier in result.mapping
        for requirement, parent in criterion.information
        if parent is None or result.mapping.get(parent.identifier) is parent
    ]


def _solved(
    candidate: FileCandidate, extras: frozenset[NormalizedName], edges: Iterable[tuple[Candidate | None, str]]
) -> SolvedPackage:
    name = candidate.project
    required_by: dict[str, None] = {}
    dependencies: dict[tuple[NormalizedName, str | None], None] = {}
    for parent, project in edges:
        if parent is None and project == name:
            required_by["you"] = None
        elif parent is not None and project == name != parent.project:
            required_by[f"{parent.identifier} {parent.version}"] = None
        elif parent is not None and parent.project == name != project and project != PYTHON:
            dependencies[NormalizedName(project), None] = None
    return SolvedPackage(
        name=name,
        version=candidate.version,
        listing=candidate.listing if candidate.source is None else None,
        files=_files(candidate.file),
        extras=extras,
        why=candidate.why,
        required_by=tuple(required_by),
        source=candidate.source,
        dependencies=tuple(dependencies),
        metadata_from=candidate.file.filename,
    )


def _files(file: DistributionFile) -> VersionFiles:
    return VersionFiles(
        for_metadata=file,
        for_install=file,
        best_wheel=file if file.is_wheel else None,
        usable_sdist=None if file.is_wheel else file,
        usable_wheels=(file,) if file.is_wheel else (),
    )


def _known_installed(
    settings: Settings, installed: ReadInstalled | None, emit: Emit
) -> Mapping[NormalizedName, CoreMetadata]:
    """What counts as installed: nothing for `pip download`, `pip wheel` and --ignore-installed."""
    if settings.kind != "pip install" or settings.pip.ignore_installed:
        return NOTHING_INSTALLED
    if installed is None:
        emit(
            NotModelled(
                what="packages that are installed already",
                consequence="pip keeps installed versions that fit; here everything is chosen from the indexes",
            )
        )
        return NOTHING_INSTALLED
    return installed()
