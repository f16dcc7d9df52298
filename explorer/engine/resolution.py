"""One resolution: its parts put together for a tool, a target and a network."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from packaging.specifiers import SpecifierSet

from ..events import Cancelled, Emit, Warned
from ..fetch import Fetcher
from ..http.loop import NetworkLoop
from ..http.session import SessionPart
from ..http.transport import open_transport
from ..indexes.listing import Listing
from ..indexes.search import PackageSearch
from ..indexes.select import CandidateSelector
from ..model.environment import Environment
from ..model.files import DistributionFile
from ..model.marker_algebra import parse_marker
from ..model.requirement import Requirement
from ..profiles import Profile
from ..resolve.facts import Facts
from ..resolve.installs import fetch_installs
from ..resolve.solution import NoSolution, Solution
from ..settings.settings import Settings
from ..wheels.coverage import CoverageRules, MinimumLibc, covered
from ..wheels.interpreter import Interpreter, InterpreterNotFound, describe_interpreter
from ..wheels.judge import Judge
from ..wheels.metadata import MetadataReader
from ..wheels.targets import environment_for, host_environment, pip_environment
from ..wheels.universal import UniversalTarget

PATIENCE: Final = 2.0
"""Seconds that a run waits at its end for the answers to what it has already asked."""

T = TypeVar("T")


class Target:
    """What a resolution is for: the interpreter, its environment, and the one environment of platform mode.

    Raises `InterpreterNotFound`, `UnknownPlatform`, `UnknownPythonVersion`.
    """

    def __init__(self, settings: Settings, profile: Profile, emit: Emit) -> None:
        self.requires_python = settings.target.requires_python if settings.mode == "universal" else None
        self.interpreter = _interpreter(settings, self.requires_python if settings.project else None, emit)
        self.host = host_environment(self.interpreter)
        self.exact = _exact_environment(settings, profile, self.interpreter)

    @property
    def environment(self) -> Environment:
        """The environment to speak of: the exact one, in universal mode the host's."""
        return self.exact or self.host


def _interpreter(settings: Settings, requires_python: SpecifierSet | None, emit: Emit) -> Interpreter:
    """The Python of the command. A virtual environment that is still to be made is replaced by the default Python."""
    request, environ, folder = settings.target.python, settings.auth.environ, settings.directory
    try:
        return describe_interpreter(request, environ, folder, requires_python)
    except InterpreterNotFound:
        if request is None or "/" not in request or Path(folder, request).exists():
            raise
    emit(Warned(f"There is no {request} yet; the answer is for the Python that would be used without it."))
    return describe_interpreter(environ.get("UV_PYTHON"), environ, folder, requires_python)


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


class Resolution:
    """Holds the network of one run; `solve` may be called once. Use as a context manager."""

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        target: Target,
        emit: Emit,
        check: Callable[[], None],
        session: SessionPart | None,
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._target = target
        self._emit = emit
        self._check = check
        self._network = NetworkLoop()
        self._transport = open_transport(settings.network)
        self._fetcher = Fetcher(settings, profile, emit, self._transport, session)
        self._search = PackageSearch(settings, profile, self._fetcher, emit)
        self._reader = MetadataReader(settings, profile, self._fetcher, emit, target.interpreter)

    def __enter__(self) -> Resolution:
        self._network.start()
        self._facts = Facts(self._search, self._reader, self._network.loop, self._check, self._fetcher.stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._fetcher.stop()
        with contextlib.suppress(TimeoutError, Cancelled):
            self._wait(asyncio.wait_for(self._fetcher.quiet(), PATIENCE))
        self._facts.cancel()
        asyncio.run_coroutine_threadsafe(self._transport.aclose(), self._network.loop)
        self._network.stop()

    def solve(self) -> Solution:
        """The solution, with the files fetched that the real command would install.

        Raises `NoSolution`, `FetchError`, `SearchAborted`, `BuildError`, `NoFileForHost`, `Cancelled`.
        """
        solution = self._solution()
        if self._settings.installs and self._profile.tool == "uv":
            environment = self._target.environment
            self._wait(fetch_installs(solution, self._reader.download, environment, self._settings, self._profile))
        return solution

    def _solution(self) -> Solution:
        if self._settings.lock_is_current and self._settings.locked:
            from ..resolve.uv.locked import solution_of_lock

            return solution_of_lock(self._settings, self._emit)
        self._wait(self._search.start())
        return self._solve_as_pip() if self._profile.tool == "pip" else self._solve_as_uv()

    def _solve_as_pip(self) -> Solution:
        from ..resolve.pip.build_requirements import resolve_build_requirements
        from ..resolve.pip.installed import read_installed
        from ..resolve.pip.resolver import resolve_pip

        target = self._target

        def fetch_file(listing: Listing, file: DistributionFile) -> None:
            self._wait(self._reader.download(listing, file))

        def resolve_build(requirements: tuple[Requirement, ...]) -> Sequence[tuple[Listing, DistributionFile]]:
            # pip builds in a process of its own, which asks for every page again
            search = PackageSearch(self._settings, self._profile, self._fetcher, self._emit)
            facts = Facts(search, self._reader, self._network.loop, self._check, self._fetcher.stop)
            return resolve_build_requirements(requirements, self._settings, self._profile, target.host, facts)

        self._reader.builder.resolve = resolve_build
        assert target.exact is not None
        prefix = Path(target.interpreter.prefix)
        return resolve_pip(
            self._settings,
            self._profile,
            target.exact,
            self._facts,
            self._emit,
            fetch_file,
            lambda: read_installed(prefix),
        )

    def _solve_as_uv(self) -> Solution:
        target = self._target
        exact = target.exact
        self._reader.builder.resolve = self._resolve_build_as_uv
        others = () if exact is not None else (target.host,)
        judged = exact if exact is not None else UniversalTarget.of(target.requires_python)
        judge = Judge(self._settings, self._profile, judged, self._emit, others)
        try:
            solution = self._uv(self._settings, exact, judge)
        except NoSolution:
            if self._profile.holds("early_fetches_outlive_conflict"):
                self._facts.drain()
            raise
        self._facts.settle()
        return solution

    def _resolve_build_as_uv(self, requirements: tuple[Requirement, ...]) -> Sequence[tuple[Listing, DistributionFile]]:
        """Builds resolve their requirements for the host, in platform mode, from the facts of the run."""
        needed = replace(
            self._settings,
            mode="platform",
            project=None,
            requirements=requirements,
            constraints=self._settings.build_constraints,
            overrides=(),
            excludes=frozenset(),
            preferences=(),
            resolution="highest",
            no_deps=False,
        )
        host = self._target.host
        solution = self._uv(needed, host, Judge(needed, self._profile, host, self._emit))
        chosen = [(p.listing, p.files.for_install) for p in solution.packages if p.listing and p.files]
        return [(listing, file) for listing, file in chosen if file is not None]

    def _uv(self, settings: Settings, exact: Environment | None, judge: Judge) -> Solution:
        from ..resolve.uv.solve import resolve_uv

        rules = CoverageRules.of(self._profile, MinimumLibc.of(settings.target.minimum_libc))
        return resolve_uv(
            settings,
            self._profile,
            exact,
            self._target.interpreter.version,
            self._facts,
            CandidateSelector(settings, self._profile, judge, _applies(exact)),
            judge,
            self._emit,
            self._check,
            lambda files: covered(files, rules),
            lambda listing: self._reader.supports_ranges(listing.index),
            self._target.host,
        )

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._network.loop)
        while True:
            try:
                return future.result(timeout=0.05)
            except FutureTimeout:
                if future.done():
                    raise
                self._check()


def _applies(exact: Environment | None) -> Callable[[Requirement], bool]:
    """A first-party requirement counts for the target: its marker holds there (universal mode: may hold somewhere)."""

    def applies(requirement: Requirement) -> bool:
        if exact is None or requirement.marker is None:
            return True
        return parse_marker(requirement.marker).evaluate(exact.markers)

    return applies
