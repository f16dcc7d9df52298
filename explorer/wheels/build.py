"""Building the metadata of an sdist (PEP 517) where nothing static states it.

The build runs as the real tool's would: in a virtual environment of the target interpreter that holds only the build
requirements. It sees a temporary home and none of the user's variables but those a compiler needs, and writes nothing
outside its temporary folder.
"""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Final, Literal

from packaging.utils import NormalizedName
from packaging.version import Version
from pyproject_hooks import (
    BackendUnavailable,
    BuildBackendHookCaller,
    BuildBackendWarning,
    HookMissing,
    UnsupportedOperation,
)

from ..events import BuildChanged, Cancelled, Emit
from ..http.exchange import Fetch, FetchError
from ..model.files import DistributionFile
from ..model.requirement import Requirement
from ..model.url import mask_url
from ..profiles import Profile
from ..settings.settings import Settings
from .build_environment import BuildEnvironment, CommandFailed
from .build_system import BrokenBuildSystem, read_build_system
from .file_requests import MAX_FILE, FileRequests, Listed, Refused, local_path
from .interpreter import Interpreter
from .lenient import parse_requirement
from .metadata_parse import MAX_METADATA
from .sdist_archive import BrokenArchive, SourceArchive, SourceTree

warnings.simplefilter("ignore", BuildBackendWarning)  # what a backend warns of is no message of this program

MAX_DEPTH: Final = 4
"""How deep sdists among build requirements may nest."""

ENDING_SECONDS: Final = 3.0
"""How long a cancelled build may take to end before its folder is removed under it."""

Chosen = Sequence[tuple[Listed, DistributionFile]]

ResolveBuildRequirements = Callable[[tuple[Requirement, ...]], Chosen]
"""Resolves build requirements for the host in platform mode on the run's indexes (wheels 2.3) and names the files.

Called on a thread of its own, never on the network's loop, so it may wait. May raise whatever a resolution raises.
"""


class BuildError(Exception):
    """A build that failed, which ends the run: the package, and the causes from the outermost to the first."""

    def __init__(self, package: str, version: str, causes: Sequence[str]) -> None:
        super().__init__(f"Failed to download and build {package}=={version}: {': '.join(causes)}")
        self.package = package
        self.version = version
        self.causes = tuple(causes)


class IsolatedBuilder:
    """Builds metadata in temporary virtual environments. Coroutines run on the network's loop.

    `resolve` may be set once the resolver exists; without it only backends without requirements can be built.
    """

    def __init__(
        self, settings: Settings, profile: Profile, interpreter: Interpreter, fetch: Fetch, emit: Emit
    ) -> None:
        self.resolve: ResolveBuildRequirements | None = None
        self.settings = settings
        self.profile = profile
        self.interpreter = interpreter
        self.fetch = fetch
        self.emit = emit

    async def metadata(self, package: NormalizedName, version: Version, tree: SourceTree) -> bytes:
        """METADATA of `tree`. Raises `BuildError`, `Cancelled`."""
        self.emit(BuildChanged(package, str(version), "started"))
        with TemporaryDirectory(prefix="resolve-tui-build-", ignore_cleanup_errors=True) as folder:
            build = _Build(self, package, version, asyncio.get_running_loop(), threading.Event(), Path(folder))
            try:
                data = await build.on_its_thread(partial(build.metadata, tree))
            except BuildError as error:
                self.emit(BuildChanged(package, str(version), "failed", error.causes[-1] if error.causes else ""))
                raise
        self.emit(BuildChanged(package, str(version), "done"))
        return data


def _settle(done: asyncio.Future[bytes], result: bytes, error: BaseException | None) -> None:
    if error is not None:
        done.set_exception(error)
        done.exception()  # seen: a cancelled build has nobody who would look
    else:
        done.set_result(result)


class _Build:
    """One build on its own thread; nested builds of sdists among its requirements share the thread."""

    def __init__(
        self,
        owner: IsolatedBuilder,
        package: str,
        version: Version,
        loop: asyncio.AbstractEventLoop,
        cancelled: threading.Event,
        folder: Path,
        depth: int = 0,
    ) -> None:
        self._owner = owner
        self._package = package
        self._version = str(version)
        self._loop = loop
        self._cancelled = cancelled
        self._folder = folder
        self._depth = depth

    async def on_its_thread(self, work: Callable[[], bytes]) -> bytes:
        """What `work` returns or raises; where this coroutine is cancelled, the build is ended before it returns."""
        done: asyncio.Future[bytes] = self._loop.create_future()

        def run() -> None:
            result, error = b"", None
            try:
                result = work()
            except BaseException as problem:  # handed to the coroutine that waits
                error = problem
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(_settle, done, result, error)

        threading.Thread(target=run, name=f"build {self._package}", daemon=True).start()
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            self._cancelled.set()
            await asyncio.wait([done], timeout=ENDING_SECONDS)
            raise

    def metadata(self, tree: SourceTree) -> bytes:
        """METADATA as the backend writes it. Raises `BuildError`, `Cancelled`."""
        with self._explained():
            hooks = self._ready(tree)
            written = hooks.prepare_metadata_for_build_wheel(str(self._folder / "metadata"))
            return _read(self._folder / "metadata" / Path(written).name / "METADATA", MAX_METADATA)

    def wheel(self, tree: SourceTree) -> tuple[str, bytes]:
        """File name and content of the wheel. Raises `BuildError`, `Cancelled`."""
        with self._explained():
            hooks = self._ready(tree)
            written = Path(hooks.build_wheel(str(self._folder / "wheel"))).name
            return written, _read(self._folder / "wheel" / written, MAX_FILE)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns what can go wrong in a build into `BuildError`."""
        try:
            yield
        except CommandFailed as error:
            raise self._failed("The build backend failed", error.why, last_line(error.output)) from None
        except BackendUnavailable as error:
            raise self._failed("The build backend cannot be imported", last_line(error.traceback)) from None
        except (HookMissing, UnsupportedOperation) as error:
            raise self._failed("The build backend cannot build", str(error)) from None
        except (BrokenArchive, BrokenBuildSystem) as error:
            raise self._failed(str(error)) from None
        except OSError as error:
            raise self._failed(f"A file cannot be written or read: {error.strerror or error}") from None

    def _failed(self, *causes: str) -> BuildError:
        return BuildError(self._package, self._version, [mask_url(cause)[:500] for cause in causes if cause])

    def _ready(self, tree: SourceTree) -> BuildBackendHookCaller:
        """The backend of `tree` in an environment that holds what it requires."""
        folder = self._folder
        system = read_build_system(tree.static_files())
        top = tree.unpack(folder / "source")
        for name in ("metadata", "wheel"):
            (folder / name).mkdir()
        isolated = not self._owner.settings.files.no_build_isolation
        environment = BuildEnvironment(
            folder, self._owner.interpreter.executable, self._owner.settings.auth.environ, self._cancelled
        )
        if isolated:
            environment = environment.create()
            self._install(environment, system.requires)
        self._tell("backend", system.backend)

        def run(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
            environment.run(cmd, Path(cwd) if cwd else folder, extra_environ)

        hooks = BuildBackendHookCaller(
            str(top), system.backend, system.backend_path, runner=run, python_executable=environment.python
        )
        more = tuple(hooks.get_requires_for_build_wheel()) if isolated else ()
        if set(more) - set(system.requires):
            self._install(environment, (*system.requires, *more))
        return hooks

    def _install(self, environment: BuildEnvironment, texts: Sequence[str]) -> None:
        if not texts:
            return
        self._tell("requirements", ", ".join(texts)[:500])
        for listed, file in self._resolved(texts):
            name, data = file.filename, self._fetched(listed, file)
            if not file.is_wheel:
                name, data = self._nested(listed, file, data)
            environment.install(data, name)

    def _resolved(self, texts: Sequence[str]) -> Chosen:
        unresolved = "Failed to resolve requirements from `build-system.requires`"
        try:
            requirements = tuple(parse_requirement(text) for text in texts)
            if self._owner.resolve is None:
                raise self._failed(unresolved, f"nothing here can resolve {', '.join(texts)}")
            return self._owner.resolve(requirements)
        except (Cancelled, BuildError):
            raise
        except Exception as error:  # whatever a resolution raises is the cause of the failed build
            raise self._failed(unresolved, str(error)) from None

    def _fetched(self, listed: Listed, file: DistributionFile) -> bytes:
        """The content of a file for the build environment."""
        if file.url.scheme == "file":
            return _read(local_path(file.url), MAX_FILE)
        requests = FileRequests(self._owner.fetch, self._owner.profile, listed, file.version, file)
        try:
            return asyncio.run_coroutine_threadsafe(requests.whole("build"), self._loop).result().body
        except FetchError as error:
            raise self._failed("Failed to install requirements from `build-system.requires`", str(error)) from None
        except Refused as error:
            raise self._failed(f"{file.filename} cannot be used", str(error.refusal)) from None

    def _nested(self, listed: Listed, file: DistributionFile, data: bytes) -> tuple[str, bytes]:
        """The wheel of a build requirement that has only an sdist."""
        if self._depth >= MAX_DEPTH:
            raise self._failed("Builds of build requirements nest too deeply")
        folder = Path(mkdtemp(dir=self._folder))
        build = _Build(self._owner, listed.package, file.version, self._loop, self._cancelled, folder, self._depth + 1)
        return build.wheel(SourceArchive(file.filename, data))

    def _tell(self, stage: Literal["requirements", "backend"], detail: str) -> None:
        self._owner.emit(BuildChanged(self._package, self._version, stage, mask_url(detail)))


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as opened:
        data = opened.read(limit + 1)
    if len(data) > limit:
        raise BrokenArchive(f"{path.name} is too large")
    return data


def last_line(output: str) -> str:
    """The last line with anything in it: of a traceback, the error itself."""
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "")
