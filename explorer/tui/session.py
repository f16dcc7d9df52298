"""What the screen resolves: settings, the rules, what the user switched, and the run under way."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from packaging.version import Version

from ..events import Event, Failed, IndexInForce
from ..profiles import NEWEST_KNOWN, Profile, Tool, profile_of
from ..settings.settings import Settings
from ..view.model import Recorded

RELEASES: Final[dict[Tool, tuple[str, ...]]] = {
    "uv": ("0.1.14", "0.5.28", "0.6.17", "0.7.0", "0.7.14", "0.12.5", NEWEST_KNOWN["uv"]),
    "pip": ("23.2.1", NEWEST_KNOWN["pip"]),
}
"""Releases that `v` goes through: those that were measured and differ most."""

STRATEGIES: Final = ("first-index", "unsafe-first-match", "unsafe-best-match")

EVENTS_PER_FRAME: Final = 3_000
"""More would make a frame late; the rest waits for the next one."""

SWITCH_INTERVAL: Final = 0.001
"""Seconds after which the engine's thread gives way to the screen while a run goes on (Python's own: 0.005)."""


CALM_SWITCH_INTERVAL: Final = 0.005
"""Python's own."""


class RunHandle(Protocol):
    """A run as the screen sees it: `explorer.run.worker.Run`, or a list of events in a test."""

    number: int

    def start(self) -> None: ...
    def cancel(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    @property
    def finished(self) -> bool: ...
    def drain(self, limit: int = 2000) -> list[Event]: ...


Launch = Callable[[Settings, Profile, int], RunHandle]
"""Makes a run that is not started yet."""


def launch_run(settings: Settings, profile: Profile, number: int) -> RunHandle:
    """A real run on its own thread."""
    from ..run.worker import Run

    return Run(settings, profile, number)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the user changed on the screen. Empty: the command as it was given."""

    off: tuple[IndexInForce, ...] = ()
    strategy: str | None = None
    release: str | None = None

    def words(self) -> tuple[str, ...]:
        """The changes for the status line."""
        changes = [f"without {index.id}" for index in self.off]
        if self.strategy:
            changes.append(self.strategy)
        return tuple(changes)


@dataclass(slots=True)
class Session:
    """One command being explored. `recorded` holds the events of the newest run."""

    settings: Settings
    profile: Profile
    launch: Launch = launch_run
    title: str = ""
    what_if: WhatIf = field(default_factory=WhatIf)
    run: RunHandle | None = None
    recorded: Recorded = field(default_factory=Recorded.empty)
    runs: int = 0
    paused: bool = False
    began: float = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the run was started."""
        return time.monotonic() - self.began

    @property
    def running(self) -> bool:
        """A run is under way, or its last events were not taken yet."""
        return self.run is not None and not self.run.finished

    @property
    def release(self) -> str:
        return self.what_if.release or str(self.profile.version)

    def start(self, *, refresh: bool = False) -> None:
        """Start another run with the changes made; one that goes on is cancelled. `refresh`: nothing from the cache."""
        if self.run is not None and not self.run.finished:
            self.run.cancel()
        self.runs += 1
        self.recorded = Recorded.empty()
        self.paused = False
        self.began = time.monotonic()
        settings = self.effective_settings()
        if refresh:
            settings = replace(settings, network=replace(settings.network, refresh=True))
        self.run = self.launch(settings, self.effective_profile(), self.runs)
        sys.setswitchinterval(SWITCH_INTERVAL)
        self.run.start()

    def stop(self) -> None:
        """Cancel the run, if one goes on."""
        if self.run is not None and not self.run.finished:
            self.run.cancel()

    def toggle_pause(self) -> None:
        """Pause or resume."""
        if self.run is not None:
            self.paused = not self.paused
            if self.paused:
                self.run.pause()
            else:
                self.run.resume()

    def drain(self) -> list[Event]:
        """New events since the last frame; an error of the run itself becomes a `Failed` event."""
        if self.run is None:
            return []
        try:
            events = self.run.drain(EVENTS_PER_FRAME)
        except Exception as error:
            self.run = None
            last = self.recorded.events[-1] if self.recorded.events else None
            body = Failed("internal", f"the explorer itself failed: {type(error).__name__}: {error}")
            events = [Event((last.number if last else 0) + 1, last.at if last else 0.0, self.runs, 0, body)]
        if events:
            self.recorded.extend(events)
        if not self.running:
            sys.setswitchinterval(CALM_SWITCH_INTERVAL)
        return events

    def effective_settings(self) -> Settings:
        """The settings with the changes made on the screen."""
        settings = self.settings
        if self.what_if.off:
            off = {index.id for index in self.what_if.off}
            settings = replace(
                settings,
                indexes=tuple(index for index in settings.indexes if index.id not in off),
                find_links=tuple(index for index in settings.find_links if index.id not in off),
            )
        if self.what_if.strategy:
            settings = replace(settings, strategy=self.what_if.strategy)  # type: ignore[arg-type]
        return settings

    def effective_profile(self) -> Profile:
        """The rules of the release that is chosen now."""
        return profile_of(self.profile.tool, Version(self.what_if.release)) if self.what_if.release else self.profile

    def modes(self) -> tuple[tuple[str, str], ...]:
        """The settings that decide most, for Setup: (name, value)."""
        settings = self.effective_settings()
        python = settings.target.requires_python or settings.target.python_version
        shown = (
            ("strategy", settings.strategy if settings.tool == "uv" else "all indexes as one pool"),
            ("versions", settings.resolution),
            ("pre-releases", settings.prerelease),
            ("python", str(python) if python else None),
            ("exclude newer", settings.files.exclude_newer),
            ("network", "offline" if settings.network.offline else None),
        )
        return tuple((name, value) for name, value in shown if value)

    def next_release(self) -> str:
        """The release after the one in force, round and round; the command's own is one of them."""
        own = self.profile.version
        releases = sorted({*map(Version, RELEASES[self.profile.tool]), own})
        later = [release for release in releases if release > Version(self.release)]
        return str(later[0] if later else releases[0])

    def next_strategy(self) -> str:
        """The strategy after the one in force."""
        current = self.what_if.strategy or self.settings.strategy
        position = STRATEGIES.index(current) if current in STRATEGIES else -1
        return STRATEGIES[(position + 1) % len(STRATEGIES)]


def calm_garbage_collection() -> None:
    """After the first paint: what lives now will live on, and full passes over many events shall be rare."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
