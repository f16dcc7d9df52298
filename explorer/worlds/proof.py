"""Whether what a lesson states is true: its runs by our engine, and by the real uv or pip."""

from __future__ import annotations

import re
import subprocess
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..engine import resolve
from ..events import Body, Failed, RequestEnded, Resolved, Unsatisfiable
from ..settings.read import read_settings
from ..settings.settings import RefusedSettings, UsageError
from .lesson import Expected, Lesson, OpenLesson, open_lesson
from .server import Exchange

REAL_TIMEOUT: Final = 120.0
"""Seconds that a real client may take in a world on loopback."""

_PIN: Final = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)
_WOULD_INSTALL: Final = re.compile(r"^Would install (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """How a run ended. `packages` is None where the client does not say; `asked` as the servers saw it."""

    outcome: str
    message: str
    packages: Mapping[str, frozenset[str]] | None
    asked: tuple[str, ...]


@dataclass(slots=True)
class _Answer:
    """The stream of a run of which only the answer is wanted."""

    requests: int = 0
    outcome: str = "failed"
    message: str = ""
    packages: dict[str, frozenset[str]] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def __call__(self, body: Body, /, *, fork: int = 0) -> None:
        self.record(body, fork=fork)

    def record(self, body: Body, *, fork: int = 0) -> None:
        match body:
            case RequestEnded(source="network"):
                self.requests += 1
            case Resolved():
                for pinned in body.packages:
                    known = self.packages.get(pinned.name, frozenset())
                    self.packages[pinned.name] = known | {pinned.version}
            case Failed():
                self.message = body.message
            case Unsatisfiable():
                self.message = body.headline
            case _:
                pass

    def check(self) -> None:
        """Nobody cancels it."""

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


def run_lesson(opened: OpenLesson) -> Happened:
    """The lesson's command by our engine. Never raises for what stands in the lesson."""
    answer = _Answer()
    try:
        settings = read_settings(opened.words, opened.context, opened.profile)
    except (UsageError, RefusedSettings) as error:
        return Happened(outcome="failed", message=str(error), packages={}, asked=())
    outcome = resolve(settings, opened.profile, answer)
    return Happened(outcome=outcome, message=answer.message, packages=answer.packages, asked=_rows(opened.server.log))


def run_really(opened: OpenLesson, client: Sequence[str]) -> Happened:
    """The lesson's command by a real client: `client` are the words that start it. Raises `OSError` where it cannot
    be started, `subprocess.TimeoutExpired` where it does not end.
    """
    environ = {
        **opened.context.environ,
        "UV_CACHE_DIR": str(opened.context.home / "cache"),
        "XDG_CONFIG_HOME": str(opened.context.home / ".config"),
        "UV_PYTHON_DOWNLOADS": "never",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [*client, *opened.words[1:]],
        cwd=opened.context.directory,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=REAL_TIMEOUT,
    )
    unsatisfiable = "No solution found" in done.stderr or "ResolutionImpossible" in done.stderr
    unsatisfiable = unsatisfiable or "No matching distribution found" in done.stderr
    return Happened(
        outcome="resolved" if done.returncode == 0 else "unsatisfiable" if unsatisfiable else "failed",
        message=done.stderr.strip(),
        packages=_real_packages(opened, done.stdout) if done.returncode == 0 else {},
        asked=_rows(opened.server.log),
    )


def _real_packages(opened: OpenLesson, printed: str) -> Mapping[str, frozenset[str]] | None:
    if opened.words[:3] == ("uv", "pip", "compile"):
        return _gathered(_PIN.findall(printed))
    if opened.words[:2] in (("uv", "lock"), ("uv", "sync")):
        lock = opened.context.directory / "uv.lock"
        if not lock.exists():
            return None
        packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
        return _gathered((row["name"], row["version"]) for row in packages if "version" in row)
    if opened.words[0] == "pip" and (match := _WOULD_INSTALL.search(printed)):
        return _gathered(tuple(word.rpartition("-")[::2]) for word in match[1].split())
    return None


def _gathered(pins: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> Mapping[str, frozenset[str]]:
    packages: dict[str, frozenset[str]] = {}
    for name, version in pins:
        key = re.sub(r"[-_.]+", "-", name).lower()
        packages[key] = packages.get(key, frozenset()) | {version}
    return packages


def _rows(exchanges: Sequence[Exchange]) -> tuple[str, ...]:
    return tuple(f"{e.method} {e.path} {e.status}{f' as {e.user}' if e.user else ''}" for e in exchanges)


def differences(expected: Expected, happened: Happened) -> Iterator[str]:
    """Where a run did not do what is stated of it, as ends of a sentence that begins with who ran."""
    if happened.outcome != expected.outcome:
        lines = happened.message.splitlines()
        why = f" ({lines[0].strip():.160})" if lines else ""
        yield f"ended {happened.outcome}{why}, not {expected.outcome}"
        return
    for name, version in expected.packages.items() if happened.packages is not None else ():
        found = happened.packages.get(name) if happened.packages is not None else None
        if not found:
            yield f"does not choose {name}, but {version} is stated"
        elif version not in found:
            yield f"chooses {name} {' and '.join(sorted(found))}, not {version}"
    for row in expected.asked:
        if row not in happened.asked:
            method, path, *_ = row.split()
            same = [other for other in happened.asked if other.split()[:2] == [method, path]]
            yield f"does not ask {row!r}" + (f", but {same[0]!r}" if same else "")
    paths = {row.split()[1] for row in happened.asked}
    for path in expected.not_asked:
        if path in paths:
            yield f"asks {path}, which is stated as not asked"


def check_by_engine(lesson: Lesson) -> list[str]:
    """Where our engine does something else than the lesson states."""
    with open_lesson(lesson) as opened:
        return [f"the explorer as {lesson.profile} {what}" for what in differences(lesson.expected, run_lesson(opened))]


def check_by_real_client(lesson: Lesson, client: Sequence[str]) -> list[str]:
    """Where the real client, started by the words `client`, does something else than the lesson states."""
    with open_lesson(lesson) as opened:
        try:
            happened = run_really(opened, client)
        except OSError as error:
            return [f"the real {lesson.profile} cannot be started: {error.strerror or error}"]
        except subprocess.TimeoutExpired:
            return [f"the real {lesson.profile} did not end within {REAL_TIMEOUT:.0f} seconds"]
        return [f"the real {lesson.profile} {what}" for what in differences(lesson.expected, happened)]
