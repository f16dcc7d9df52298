"""Runs as the screen sees them: real ones on threads of their own, refused ones, and those kept to compare with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..events import Body, Event, Failed, RunEnded, RunStarted
from ..profiles import Profile
from ..run.breakpoints import Stops
from ..settings.settings import RefusedSettings, Settings, UsageError
from ..view.model import Recorded


class RunHandle(Protocol):
    """A run as the screen sees it: `explorer.run.worker.Run`, or a list of events in a test."""

    number: int

    def start(self) -> None: ...
    def cancel(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self, until: Stops | None = None) -> None: ...
    def stop_at(self, stops: Stops | None) -> None: ...
    @property
    def is_paused(self) -> bool: ...
    @property
    def finished(self) -> bool: ...
    def drain(self, limit: int = 2000) -> list[Event]: ...


Launch = Callable[[Settings, Profile, int], RunHandle]
"""Makes a run that is not started yet."""


class Launcher:
    """Real runs on threads of their own; each asks only for what no run before it was answered."""

    def __init__(self) -> None:
        from ..http.held import HeldAnswers

        self.held = HeldAnswers()

    def __call__(self, settings: Settings, profile: Profile, number: int) -> RunHandle:
        from ..run.worker import Run

        return Run(settings, profile, number, self.held)


Reread = Callable[[Profile], Settings]
"""Reads the command again by the rules of another release. Raises `UsageError` and `RefusedSettings`."""


class RefusedRun:
    """A run that ends before its first request, because the settings are refused."""

    def __init__(
        self, settings: Settings, profile: Profile, number: int, refusal: RefusedSettings | UsageError
    ) -> None:
        from ..diagnose.refused import find_refused, told_of

        self.number = number
        started = RunStarted(profile.name, settings.command, settings.mode, (), profile.note)
        told = told_of(refusal) if isinstance(refusal, RefusedSettings) else ()
        hints = refusal.hints if isinstance(refusal, RefusedSettings) else ()
        before: tuple[Body, ...] = (started, *told, Failed("settings", str(refusal), hints))
        events = [Event(position, 0.0, number, 0, body) for position, body in enumerate(before, 1)]
        found = find_refused(events, refusal) if isinstance(refusal, RefusedSettings) else ()
        after: tuple[Body, ...] = (*(diagnosis.finding for diagnosis in found), RunEnded("failed", 0.0, 0))
        events += [Event(position, 0.0, number, 0, body) for position, body in enumerate(after, len(events) + 1)]
        self._events = events

    def start(self) -> None:
        """Nothing to do."""

    cancel = pause = start

    def resume(self, until: Stops | None = None) -> None:
        """Nothing to do."""

    def stop_at(self, stops: Stops | None) -> None:
        """Nothing to do."""

    is_paused = False

    @property
    def finished(self) -> bool:
        return not self._events

    def drain(self, limit: int = 2000) -> list[Event]:
        events, self._events = self._events[:limit], self._events[limit:]
        return events


@dataclass(frozen=True, slots=True)
class Kept:
    """A run that ended: its number, what it was, and its events, to compare others with."""

    number: int
    label: str
    recorded: Recorded

    @property
    def words(self) -> str:
        """`run 2 · uv 0.6.17 · without corp · resolved`."""
        return " · ".join(filter(None, (f"run {self.number}", self.label, self.recorded.view.answer.outcome)))
