"""Which Python uv or pip would run, and what it says about itself."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread, Timer
from typing import Final

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from . import interpreter_facts
from .platforms import Platform
from .processes import stop

ASK_SECONDS: Final = 10.0
"""How long an interpreter may take to describe itself."""

MAX_ANSWER: Final = 64 * 1024
MAX_ASKED: Final = 24
"""How many interpreters a search may start before it gives up."""

UNIX_ARCHITECTURES: Final[Mapping[str, str]] = {"armv8l": "armv7l", "arm64": "aarch64", "amd64": "x86_64"}
"""`platform.machine()` of Linux → the architecture of wheel tags where they differ."""


ANY_VERSION: Final = SpecifierSet()

_ASKING: Final = Lock()
"""Who wants the answer of an interpreter that is being asked waits for it."""


class InterpreterNotFound(Exception):
    """No Python fits the request; the message names it and what was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python as it describes itself: PEP 508 marker values, platform and ABI."""

    executable: str
    markers: Mapping[str, str]
    platform: Platform
    gil_disabled: bool = False
    debug: bool = False
    prefix: str = ""

    @property
    def version(self) -> Version:
        return Version(self.markers["python_full_version"])

    @property
    def implementation(self) -> str:
        """`cpython`, `pypy`, `graalpy`."""
        return self.markers["implementation_name"]


class _Facts(msgspec.Struct):
    """The answer of `interpreter_facts`."""

    executable: str
    prefix: str
    base_executable: str
    markers: dict[str, str]
    gil_disabled: bool
    debug: bool
    platform: str
    pointer_bits: int
    macos: str
    glibc: tuple[int, int] | None
    musl: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a request asks of an interpreter; `None` and empty fields admit everything."""

    text: str
    implementation: str | None = None
    prefix: tuple[int, ...] = ()
    specifiers: SpecifierSet = ANY_VERSION
    free_threaded: bool | None = None

    def admits(self, interpreter: Interpreter) -> bool:
        if self.implementation and interpreter.implementation != self.implementation:
            return False
        if self.free_threaded is not None and interpreter.gil_disabled != self.free_threaded:
            return False
        release = interpreter.version.release
        return release[: len(self.prefix)] == self.prefix and self.specifiers.contains(
            interpreter.version, prereleases=True
        )


_VERSION = re.compile(
    r"(?:(?P<implementation>cpython|cp|pypy|pp|graalpy|python)?[@-]?)(?P<version>\d{1,4}(?:\.\d{1,4}){0,2})"
    r"(?P<free>t|\+freethreaded)?(?:-.*)?",
    re.IGNORECASE,
)
_IMPLEMENTATIONS: Final = {"cp": "cpython", "cpython": "cpython", "pp": "pypy", "pypy": "pypy", "graalpy": "graalpy"}


def describe_interpreter(
    request: str | None,
    environ: Mapping[str, str],
    directory: Path,
    requires_python: SpecifierSet | None = None,
) -> Interpreter:
    """The interpreter that uv (or pip) would use, asked once by a subprocess unless it is the running one.

    `request` is a path, a name on PATH or a version (`3.12`, `>=3.11`, `pypy@3.10`, `3.13t`); None takes the active or
    the project's virtual environment, then PATH, then the Python that runs this: the first that `requires_python`
    (of a project) admits. Raises `InterpreterNotFound`, also where the requested one is not admitted.
    """
    environ = dict(environ)
    if request:
        path = _as_path(request, environ, directory)
        if path is not None:
            found = _ask(path, environ, directory)
            if found is None:
                raise InterpreterNotFound(f"{path} does not answer as a Python interpreter")
            return _suitable(found, requires_python)
        wanted = _parse_request(request)
    else:
        wanted = _Wanted("any Python", specifiers=requires_python or ANY_VERSION)
    asked: set[str] = set()
    for candidate in _candidates(wanted, environ, directory):
        if candidate in asked or len(asked) >= MAX_ASKED:
            continue
        asked.add(candidate)
        found = _ask(candidate, environ, directory)
        if found is not None and wanted.admits(found):
            return _suitable(found, requires_python)
    asking = wanted.text if request else f"Python {requires_python}" if requires_python else wanted.text
    raise InterpreterNotFound(
        f"no interpreter for {asking} in virtual environments, uv's managed Pythons or PATH ({len(asked)} looked at)"
    )


def ask_ahead(request: str | None, environ: Mapping[str, str], directory: Path) -> None:
    """Begin to ask what `describe_interpreter` will want to know, on a thread: an interpreter takes a tenth of a second
    to answer where PATH leads to a version manager.
    """

    def ask() -> None:
        with suppress(InterpreterNotFound):
            describe_interpreter(request, environ, directory)

    Thread(target=ask, name="interpreter", daemon=True).start()


def _suitable(found: Interpreter, requires_python: SpecifierSet | None) -> Interpreter:
    """A project refuses an interpreter that its requires-python excludes, even to lock (wheels 5)."""
    if requires_python is not None and not requires_python.contains(found.version, prereleases=True):
        raise InterpreterNotFound(
            f"the requested interpreter is Python {found.version}, "
            f"which the project's requires-python ({requires_python}) excludes"
        )
    return found


def running_interpreter() -> Interpreter:
    """The Python that runs this program."""
    return _interpreter(msgspec.convert(interpreter_facts.facts(), _Facts))


def _as_path(request: str, environ: Mapping[str, str], directory: Path) -> str | None:
    """The executable that a request names as a path, a folder or a name on PATH; None for versions."""
    if os.sep in request or (os.altsep and os.altsep in request) or request.startswith("~"):
        path = directory / Path(request).expanduser()
        if path.is_dir():
            inside = _python_in(path)
            if inside is None:
                raise InterpreterNotFound(f"{path} holds no Python interpreter")
            return inside
        if not path.is_file():
            raise InterpreterNotFound(f"there is no interpreter at {path}")
        return str(path)
    if _VERSION.fullmatch(request) or request.lower() in _IMPLEMENTATIONS or request[:1] in "<>=!~":
        return None
    inside = _python_in(directory / request) if (directory / request).is_dir() else None
    return inside or shutil.which(request, path=environ.get("PATH"))


def _parse_request(request: str) -> _Wanted:
    match = _VERSION.fullmatch(request)
    if match:
        implementation = _IMPLEMENTATIONS.get((match["implementation"] or "").lower())
        digits = match["version"]
        if "." not in digits and len(digits) > 1:  # cp312
            digits = f"{digits[0]}.{digits[1:]}"
        prefix = tuple(int(part) for part in digits.split("."))
        return _Wanted(f"Python {request}", implementation, prefix, free_threaded=bool(match["free"]))
    if request.lower() in _IMPLEMENTATIONS:
        return _Wanted(request, _IMPLEMENTATIONS[request.lower()])
    try:
        return _Wanted(f"Python {request}", specifiers=SpecifierSet(request))
    except InvalidSpecifier:
        raise InterpreterNotFound(f"{request!r} is neither an interpreter on PATH nor a Python version") from None


def _candidates(wanted: _Wanted, environ: Mapping[str, str], directory: Path) -> Iterator[str]:
    """Executables in the order uv looks at them: virtual environments, managed Pythons, PATH, then our own."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environ.get(name):
            yield from _one(_python_in(directory / environ[name]))
    for folder in (directory, *directory.parents):
        if (folder / ".venv").is_dir():
            yield from _one(_python_in(folder / ".venv"))
            break
    yield from _managed(wanted, environ)
    for entry in (environ.get("PATH") or "").split(os.pathsep)[:256]:
        for name in _executable_names(wanted) if entry else ():
            yield from _one(shutil.which(name, path=entry))
    yield sys.executable


def _one(path: str | None) -> Iterator[str]:
    if path is not None:
        yield path


def _executable_names(wanted: _Wanted) -> tuple[str, ...]:
    stem = wanted.implementation if wanted.implementation in ("pypy", "graalpy") else "python"
    free = "t" if wanted.free_threaded else ""
    exact = tuple(f"{stem}{'.'.join(map(str, wanted.prefix[:n]))}{free}" for n in range(len(wanted.prefix), 0, -1))
    general = (f"{stem}3", stem)
    newer = tuple(f"{stem}3.{minor}" for minor in range(15, 7, -1)) if wanted.specifiers and not exact else ()
    return tuple(dict.fromkeys((*exact, *general, *newer)))


def _python_in(prefix: Path) -> str | None:
    for inside in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
        path = prefix / inside
        if path.is_file():
            return str(path)
    return None


def _managed(wanted: _Wanted, environ: Mapping[str, str]) -> Iterator[str]:
    """Pythons that uv installed, newest first; folders are named IMPLEMENTATION-VERSION-OS-ARCH-LIBC."""
    data = environ.get("XDG_DATA_HOME") or (f"{environ['HOME']}/.local/share" if environ.get("HOME") else "")
    folder = environ.get("UV_PYTHON_INSTALL_DIR") or (f"{data}/uv/python" if data else "")
    found: list[tuple[Version, str]] = []
    try:
        entries = sorted(Path(folder).iterdir())[:200] if folder else []
    except OSError:
        return
    for entry in entries:
        implementation, _, rest = entry.name.partition("-")
        text, _, flags = rest.partition("-")[0].partition("+")
        try:
            version = Version(text)
        except InvalidVersion:
            continue
        if (
            wanted.implementation not in (None, implementation)
            or version.release[: len(wanted.prefix)] != wanted.prefix
        ):
            continue
        if ("freethreaded" in flags) == bool(wanted.free_threaded):
            found.append((version, str(entry)))
    for _, path in sorted(found, reverse=True):
        yield from _one(_python_in(Path(path)))


def _ask(executable: str, environ: Mapping[str, str], directory: Path) -> Interpreter | None:
    """What an executable says about itself; None where it does not answer as a Python does."""
    if _is_running(executable):
        running = running_interpreter()
        if running.platform != Platform("macos", (10, 16), running.platform.arch):
            return running
    surroundings = tuple(
        (name, environ.get(name, "")) for name in ("PATH", "HOME", "PYENV_VERSION", "PYENV_ROOT", "SYSTEMROOT")
    )
    with _ASKING:
        answer = _answer_of(executable, surroundings, str(directory))
    if answer is None:
        return None
    try:
        return _interpreter(msgspec.json.decode(answer, type=_Facts))
    except (msgspec.MsgspecError, InvalidVersion, KeyError, ValueError):
        return None


def _is_running(executable: str) -> bool:
    base = getattr(sys, "_base_executable", None) or sys.executable
    try:
        return bool(base) and Path(executable).samefile(base)
    except OSError:
        return False


# A Python built with an old SDK calls every later macOS 10.16, unless SYSTEM_VERSION_COMPAT is 0 when it starts.
@lru_cache(maxsize=64)
def _answer_of(executable: str, surroundings: tuple[tuple[str, str], ...], directory: str) -> bytes | None:
    source = inspect.getsource(interpreter_facts)
    environ = {name: value for name, value in surroundings if value} | {"SYSTEM_VERSION_COMPAT": "0"}
    try:
        process = subprocess.Popen(
            [executable, "-I", "-c", source],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            cwd=directory,
            start_new_session=True,
        )
    except (OSError, ValueError):
        return None
    timer = Timer(ASK_SECONDS, stop, (process,))
    timer.start()
    try:
        assert process.stdout is not None
        answer = process.stdout.read(MAX_ANSWER + 1)
    finally:
        timer.cancel()
        stop(process)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    return answer if 0 < len(answer) <= MAX_ANSWER else None


def _interpreter(facts: _Facts) -> Interpreter:
    _ = Version(facts.markers["python_full_version"])
    return Interpreter(
        executable=facts.executable,
        markers=facts.markers,
        platform=_platform(facts),
        gil_disabled=facts.gil_disabled,
        debug=facts.debug,
        prefix=facts.prefix,
    )


def _platform(facts: _Facts) -> Platform:
    """The platform of an interpreter's own tags (wheels 4.2, last row)."""
    machine = facts.markers["platform_machine"].lower()
    if facts.macos:
        major, _, rest = facts.macos.partition(".")
        minor = rest.partition(".")[0] or "0"
        return Platform("macos", (int(major), int(minor)), "arm64" if machine == "arm64" else "x86_64")
    arch = UNIX_ARCHITECTURES.get(machine, machine)
    if facts.pointer_bits == 32:
        arch = {"x86_64": "i686", "aarch64": "armv7l"}.get(arch, arch)
    if facts.glibc is not None:
        return Platform("manylinux", facts.glibc, arch)
    if facts.musl is not None:
        return Platform("musllinux", facts.musl, arch)
    tag = re.sub(r"[-. ]", "_", facts.platform).lower()
    return Platform("windows" if tag.startswith("win") else "other", arch=arch, tag=tag)
