"""Runs as the screen sees them: real ones on threads of their own, refused ones, and those kept to compare with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..events import Body, Event, Failed, RunEnded, RunStarted
from ..profiles import Profile
from ..run.breakpoints import Stops
from ..settings.settings import RefusedSettings, Settings, UsageError
from ..view.diff import Difference, difference
from ..view.model import Recorded


class RunHandle(Protocol):
    """A run as the screen sees it: `explorer.run.worker.Run`, or a list of events in a test."""

    number: int

    @property
    def outcome(self) -> str | None: ...
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
    outcome = "failed"

    @property
    def finished(self) -> bool:
        return not self._events

    def drain(self, limit: int = 2000) -> list[Event]:
        events, self._events = self._events[:limit], self._events[limit:]
        return events


Observe = Callable[[Settings, Profile, bool], RunHandle]
"""Makes a run of the real tool that is not started yet; True: the tool may be fetched."""


class Real:
    """A run of the real tool beside run number `beside`: it is started at once, and gives its events when asked."""

    def __init__(self, run: RunHandle, beside: int) -> None:
        self.beside = beside
        self.recorded = Recorded()
        self._run = run
        self._difference: Difference | None = None
        run.start()

    @property
    def running(self) -> bool:
        return not self._run.finished

    def drain(self) -> bool:
        """Take what was told since the last time; whether there was anything."""
        events = self._run.drain()
        self.recorded.extend(events)
        return bool(events)

    def stop(self) -> None:
        """Cancel it, if it goes on."""
        if self.running:
            self._run.cancel()

    def difference(self, simulated: Recorded) -> Difference | None:
        """What the real tool did otherwise than `simulated`; None while it goes on."""
        if self.running or not self.recorded.events:
            return None
        self._difference = self._difference or difference(simulated.events, self.recorded.events)
        return self._difference


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
