"""One run: from settings to an outcome, telling everything it does. Knows no thread and no face."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeVar

from .events import (
    Body,
    Cancelled,
    EnvironmentInForce,
    Failed,
    IndexInForce,
    Pinned,
    Resolved,
    RunEnded,
    RunStarted,
    SettingIgnored,
    SettingInForce,
    Unsatisfiable,
    Warned,
)
from .fetch import Fetcher
from .http.exchange import FetchError
from .http.loop import NetworkLoop
from .http.session import SessionPart
from .http.transport import open_transport
from .indexes.listing import Listing, SearchAborted
from .indexes.search import PackageSearch
from .indexes.select import CandidateSelector
from .model.environment import Environment
from .model.files import DistributionFile
from .model.index import Index
from .model.marker_algebra import parse_marker
from .model.requirement import Requirement
from .profiles import Profile
from .resolve.facts import Facts
from .resolve.failures import described_failure
from .resolve.installs import NoFileForHost, fetch_installs, file_for
from .resolve.solution import NoSolution, Solution, SolvedPackage
from .settings.settings import Settings
from .wheels.build import BuildError
from .wheels.coverage import CoverageRules, InvalidLibcVersion, MinimumLibc, covered
from .wheels.cutoff import InvalidCutoff
from .wheels.interpreter import Interpreter, InterpreterNotFound, describe_interpreter
from .wheels.judge import Judge
from .wheels.metadata import MetadataReader
from .wheels.targets import (
    UnknownPlatform,
    UnknownPythonVersion,
    environment_for,
    host_environment,
    pip_environment,
)
from .wheels.universal import UniversalTarget

PATIENCE: Final = 2.0
"""Seconds that a failed run waits for the answers to what it has already asked."""

Outcome = Literal["resolved", "unsatisfiable", "failed", "cancelled"]
T = TypeVar("T")


class Stream(Protocol):
    """What the engine needs of a run: to tell, to tell even when cancelled, to be cancelled."""

    requests: int

    def __call__(self, body: Body, /, *, fork: int = 0) -> None: ...

    def record(self, body: Body, *, fork: int = 0) -> None: ...

    def check(self) -> None: ...

    @property
    def seconds(self) -> float: ...


def resolve(settings: Settings, profile: Profile, stream: Stream, session: SessionPart | None = None) -> Outcome:
    """Resolve as `profile` would. Never raises for anything from outside; the last event is RunEnded.

    `session` is the run's part in a session: what is held there is not asked again.
    """
    outcome: Outcome = "failed"
    try:
        outcome = _resolve(settings, profile, stream, session)
    except Cancelled:
        outcome = "cancelled"
        stream.record(Failed("cancelled", "The run was cancelled."))
    except NoSolution as failure:
        outcome = "unsatisfiable"
        stream.record(Unsatisfiable(failure.headline, failure.report, failure.hints, failure.derivation))
    except (FetchError, SearchAborted, BuildError) as failure:
        stream.record(described_failure(failure, profile))
    except NoFileForHost as failure:
        stream.record(Failed("install", str(failure), failure.hints))
    except (InterpreterNotFound, UnknownPlatform, UnknownPythonVersion, InvalidLibcVersion, InvalidCutoff) as failure:
        stream.record(Failed("settings", str(failure)))
    except RecursionError:
        stream.record(Failed("limit", "The requirements nest too deeply to be resolved."))
    except Exception as failure:  # a defect of ours must end the run with a name, not the app
        stream.record(Failed("internal", f"The explorer itself failed: {type(failure).__name__}: {failure}"))
    stream.record(RunEnded(outcome, stream.seconds, stream.requests))
    return outcome


def _resolve(settings: Settings, profile: Profile, stream: Stream, session: SessionPart | None) -> Outcome:
    if settings.kind == "no resolution":
        stream(RunStarted(profile.name, settings.command, settings.mode, (), profile.note))
        stream(Resolved(()))
        return "resolved"
    interpreter = _interpreter(settings, stream)
    host = host_environment(interpreter)
    exact = _exact_environment(settings, profile, interpreter)
    _tell_settings(settings, profile, exact or host, stream)
    with NetworkLoop() as network:
        loop = network.loop
        transport = open_transport(settings.network)
        fetcher = Fetcher(settings, profile, stream, transport, session)
        search = PackageSearch(settings, profile, fetcher, stream)
        reader = MetadataReader(settings, profile, fetcher, stream, interpreter)
        facts = Facts(search, reader, loop, stream.check, fetcher.stop)
        try:
            _wait(loop, search.start(), stream.check)
            solution = _solve(settings, profile, stream, interpreter, exact, host, facts, reader, loop)
            if settings.installs:
                fetch = fetch_installs(solution, fetcher, exact or host, settings, profile, stream)
                _wait(loop, fetch, stream.check)
        finally:
            fetcher.stop()
            with contextlib.suppress(TimeoutError, Cancelled):
                _wait(loop, asyncio.wait_for(fetcher.quiet(), PATIENCE), stream.check)
            facts.cancel()
            asyncio.run_coroutine_threadsafe(transport.aclose(), loop)
    stream(Resolved(tuple(_pinned(p, exact or host, settings, profile) for p in solution.packages)))
    return "resolved"


def _interpreter(settings: Settings, stream: Stream) -> Interpreter:
    """The Python of the command. A virtual environment that is still to be made is replaced by the default Python."""
    request, environ, folder = settings.target.python, settings.auth.environ, settings.directory
    try:
        return describe_interpreter(request, environ, folder, _wanted_python(settings))
    except InterpreterNotFound:
        if request is None or "/" not in request or Path(folder, request).exists():
            raise
    stream(Warned(f"There is no {request} yet; the answer is for the Python that would be used without it."))
    return describe_interpreter(environ.get("UV_PYTHON"), environ, folder, _wanted_python(settings))


def _solve(
    settings: Settings,
    profile: Profile,
    stream: Stream,
    interpreter: Interpreter,
    exact: Environment | None,
    host: Environment,
    facts: Facts,
    reader: MetadataReader,
    loop: asyncio.AbstractEventLoop,
) -> Solution:
    if profile.tool == "pip":
        from .resolve.pip.resolver import resolve_pip

        def fetch_file(listing: Listing, file: DistributionFile) -> None:
            _wait(loop, reader.download(listing, file), stream.check)

        assert exact is not None
        return resolve_pip(settings, profile, exact, facts, stream, fetch_file)
    from .resolve.uv.solve import resolve_uv

    target = exact if exact is not None else UniversalTarget.of(_wanted_python(settings))
    judge = Judge(settings, profile, target, stream, () if exact is not None else (host,))
    selector = CandidateSelector(settings, profile, judge, _applies(exact))
    _let_build(reader, settings, profile, interpreter, facts, stream)
    rules = CoverageRules.of(profile, MinimumLibc.of(settings.target.minimum_libc))
    try:
        solution = resolve_uv(
            settings,
            profile,
            exact,
            interpreter.version,
            facts,
            selector,
            judge,
            stream,
            stream.check,
            lambda files: covered(files, rules),
            lambda listing: reader.supports_ranges(listing.index),
        )
    except NoSolution:
        if profile.holds("early_fetches_outlive_conflict"):
            facts.drain()
        raise
    facts.settle()
    return solution


def _let_build(
    reader: MetadataReader,
    settings: Settings,
    profile: Profile,
    interpreter: Interpreter,
    facts: Facts,
    stream: Stream,
) -> None:
    """Builds resolve their requirements as uv does: for the host, in platform mode, on the same indexes and facts."""
    from .resolve.uv.solve import resolve_uv

    host = host_environment(interpreter)

    def resolve_build(requirements: tuple[Requirement, ...]) -> list[tuple[Listing, DistributionFile]]:
        needed = replace(
            settings,
            mode="platform",
            project=None,
            requirements=requirements,
            constraints=settings.build_constraints,
            overrides=(),
            excludes=frozenset(),
            preferences=(),
            resolution="highest",
            no_deps=False,
        )
        judge = Judge(needed, profile, host, stream)
        selector = CandidateSelector(needed, profile, judge, _applies(host))
        solution = resolve_uv(
            needed,
            profile,
            host,
            interpreter.version,
            facts,
            selector,
            judge,
            stream,
            stream.check,
            covered,
            lambda listing: reader.supports_ranges(listing.index),
        )
        chosen = [(p.listing, p.files.for_install) for p in solution.packages if p.listing and p.files]
        return [(listing, file) for listing, file in chosen if file is not None]

    reader.builder.resolve = resolve_build


def _applies(exact: Environment | None) -> Callable[[Requirement], bool]:
    """A first-party requirement counts for the target: its marker holds there (universal mode: may hold somewhere)."""

    def applies(requirement: Requirement) -> bool:
        if exact is None or requirement.marker is None:
            return True
        return parse_marker(requirement.marker).evaluate(exact.markers)

    return applies


def _wanted_python(settings: Settings) -> Any:
    return settings.target.requires_python if settings.mode == "universal" else None


def _exact_environment(settings: Settings, profile: Profile, interpreter: Interpreter) -> Environment | None:
    """The one environment of platform mode; None in universal mode."""
    if settings.mode == "universal":
        return None
    target = settings.target
    if profile.tool == "pip":
        return pip_environment(
            interpreter, profile, target.python_version, target.platforms, target.implementation, target.abis
        )
    return environment_for(interpreter, target.python_version, target.python_platform, profile, settings.auth.environ)


def _tell_settings(settings: Settings, profile: Profile, environment: Environment, stream: Stream) -> None:
    stream(RunStarted(profile.name, settings.command, settings.mode, (environment.name,), profile.note))
    for position, index in enumerate((*settings.find_links, *settings.indexes)):
        stream(_index_in_force(position, index))
    stream(EnvironmentInForce(environment.name, environment.markers, len(environment.tags), environment.host))
    for noted in settings.noted:
        stream(SettingInForce(noted.name, noted.value, noted.origin))
    for unused in settings.unused:
        stream(SettingIgnored(unused.name, unused.value, unused.origin, unused.why))
    for warning in settings.warnings:
        stream(Warned(warning))


def _index_in_force(position: int, index: Index) -> IndexInForce:
    credentials = "URL" if index.credentials is not None else ""
    if index.variable_credentials is not None:
        credentials = ", ".join(index.variable_names)
    codes = tuple(sorted(index.ignore_error_codes)) if index.ignore_error_codes is not None else None
    return IndexInForce(
        position=position,
        id=index.id,
        url=index.url,
        default=index.default,
        explicit=index.explicit,
        format="flat" if index.find_links else index.format,
        authenticate=index.authenticate,
        ignore_error_codes=codes,
        credentials_from=credentials,
        origin=index.origin,
    )


def _pinned(package: SolvedPackage, environment: Environment, settings: Settings, profile: Profile) -> Pinned:
    file = file_for(package, environment, settings, profile)
    listing = package.listing
    return Pinned(
        name=package.name,
        version=str(package.version),
        index=listing.index.url if listing is not None and package.source is None else None,
        index_id=listing.index.id if listing is not None and package.source is None else None,
        markers=package.marker,
        metadata_from=package.metadata_from,
        files={environment.name: file.filename if file is not None else None},
        why=package.why,
        required_by=package.required_by,
        requested_extras=tuple(sorted(package.extras)),
        source=package.source,
        dependencies=package.dependencies,
    )


def _wait(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], check: Callable[[], None]) -> T:
    future: Future[T] = asyncio.run_coroutine_threadsafe(work, loop)
    while True:
        try:
            return future.result(timeout=0.05)
        except FutureTimeout:
            if future.done():
                raise
            check()
