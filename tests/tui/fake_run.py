"""A run whose events are known: what the app is driven with in tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from explorer.events import Event
from explorer.model.index import Index
from explorer.model.url import SafeUrl
from explorer.profiles import Profile, parse_profile
from explorer.run.breakpoints import Stops
from explorer.settings.settings import Settings
from explorer.tui.session import Session


class FakeRun:
    """Gives its events `batch` at a time, or `held` more where that is set; `cancel` and `pause` are remembered."""

    def __init__(
        self, events: Sequence[Event], settings: Settings, profile: Profile, number: int, batch: int = 100_000
    ) -> None:
        self.number = number
        self.settings = settings
        self.profile = profile
        self.calls: list[str] = []
        self._events = list(events)
        self.batch = batch
        self.held: int | None = None
        self.is_paused = False
        self.outcome: str | None = None

    def start(self) -> None:
        self.calls.append("start")

    def cancel(self) -> None:
        self.calls.append("cancel")
        self._events.clear()

    def pause(self) -> None:
        self.calls.append("pause")
        self.is_paused = True

    def resume(self, until: Stops | None = None) -> None:
        self.calls.append("step" if until is not None else "resume")
        self.is_paused = until is not None

    def stop_at(self, stops: Stops | None) -> None:
        """Its events are known; nothing stops."""

    @property
    def finished(self) -> bool:
        return not self._events

    def drain(self, limit: int = 2000) -> list[Event]:
        if self.held is not None:
            self.held, limit = 0, min(limit, self.held)
        count = min(limit, self.batch)
        taken, self._events = self._events[:count], self._events[count:]
        return taken


def session_over(events: Sequence[Event], batch: int = 100_000) -> Session:
    """A session whose every run tells these events; `session.run` is the newest `FakeRun`."""
    indexes = (
        Index(url=SafeUrl.parse("https://pkgs.corp.example/simple"), name="corp"),
        Index(url=SafeUrl.parse("https://public.example/simple"), name="public", default=True),
    )
    settings = Settings(
        tool="uv", kind="uv lock", mode="universal", command=("uv", "lock"), directory=Path(), indexes=indexes
    )
    return Session(settings, parse_profile("uv@0.13.8"), lambda s, p, n: FakeRun(events, s, p, n, batch), "uv lock")
