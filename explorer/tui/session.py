"""What the screen resolves: settings, the rules, what the user switched, and the run under way."""

from __future__ import annotations

import gc
import sys
import time
from dataclasses import dataclass, field, replace
from typing import Final

from packaging.version import Version

from ..events import Decision, Event, Failed, IndexInForce
from ..model.index import IndexStrategy
from ..profiles import NEWEST_KNOWN, RULES, Profile, parse_profile
from ..run.breakpoints import Breakpoint, Stops, stops_at
from ..settings.settings import RefusedSettings, Settings, UsageError
from ..view.diff import Difference, difference_of_steps
from ..view.model import Recorded
from ..view.setup import EnvironmentChoice
from ..view.steps import RunSteps
from ..what_if.apply import YOU_NOW, apply
from ..what_if.toggle import (
    AddConstraint,
    AddIndex,
    AddOverride,
    AddRequirement,
    MoveIndex,
    SwitchIndex,
    UseProfile,
    title,
)
from ..what_if.toggles import Toggles
from .diagnosing import Diagnosing
from .runs import Kept, Launch, Launcher, Observe, Real, RefusedRun, Reread, RunHandle

STRATEGIES: Final[tuple[IndexStrategy, ...]] = ("first-index", "unsafe-first-match", "unsafe-best-match")

MOST_KEPT: Final = 12
"""Runs that are kept to compare with."""

PLATFORMS: Final = {
    'sys_platform == "linux"': "Linux",
    'sys_platform == "darwin"': "macOS",
    'sys_platform == "win32"': "Windows",
}
"""What a universal resolution is solved for where nobody limits it, by its marker."""

PLAYING_FRAMES: Final = 450
"""Frames that playing a long run takes: 15 seconds; of a short one each frame shows one event."""

EVENTS_PER_FRAME: Final = 3_000
"""More would make a frame late; the rest waits for the next one."""

SWITCH_INTERVAL: Final = 0.0005
"""Seconds after which the engine's thread gives way to the screen while a run goes on (Python's own: 0.005)."""


CALM_SWITCH_INTERVAL: Final = 0.005
"""Python's own."""


@dataclass(slots=True)
class Session:
    """One command being explored. `recorded` holds the events of the newest run, `history` the runs before it.

    `against` is the number of the run that the newest one is compared with (None: the one before it). `observe` makes a
    run of the real tool, `real` is the one made last.
    """

    settings: Settings
    profile: Profile
    launch: Launch = field(default_factory=Launcher)
    title: str = ""
    reread: Reread | None = None
    toggles: Toggles = field(default_factory=Toggles)
    history: tuple[Kept, ...] = ()
    against: int | None = None
    breakpoints: tuple[Breakpoint, ...] = ()
    playing: bool = False
    observe: Observe | None = None
    real: Real | None = None
    run: RunHandle | None = None
    recorded: Recorded = field(default_factory=Recorded)
    runs: int = 0
    began: float = 0.0
    _known: dict[str, IndexInForce] = field(default_factory=dict)
    _base: tuple[str, Settings] | None = None
    _difference: tuple[tuple[int, int], Difference] | None = None
    _steps: dict[int, RunSteps] = field(default_factory=dict)
    _diagnosing: tuple[int, Diagnosing] | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the run was started."""
        return time.monotonic() - self.began

    @property
    def running(self) -> bool:
        """A run is under way, or its last events were not taken yet."""
        return self.run is not None and not self.run.finished

    @property
    def over(self) -> bool:
        """The run has ended, whether or not its last events were taken."""
        return self.run is not None and (self.run.finished or self.run.outcome is not None)

    @property
    def base(self) -> Settings:
        """The command as it was given, read by the rules in force. Raises `UsageError` and `RefusedSettings`."""
        profile = self.effective_profile()
        if self.reread is None or profile == self.profile or profile.tool != self.profile.tool:
            return self.settings
        if self._base is None or self._base[0] != profile.name:
            self._base = (profile.name, self.reread(profile))
        return self._base[1]

    def start(self, *, refresh: bool = False) -> None:
        """Start another run with the changes made; one that goes on is cancelled, one that ended is kept to compare
        with. `refresh`: nothing from the cache, nothing held.
        """
        if self.run is not None and not self.run.finished:
            self.run.cancel()
        elif self.recorded.events:
            self.history = (*self.history, Kept(self.runs, self._label(), self.recorded))[-MOST_KEPT:]
        self.runs += 1
        self.recorded = Recorded()
        self.playing = False
        self.began = time.monotonic()
        try:
            settings = self.effective_settings()
        except (RefusedSettings, UsageError) as error:
            self.run = RefusedRun(self.settings, self.effective_profile(), self.runs, error)
        else:
            if refresh:
                if isinstance(self.launch, Launcher):
                    self.launch.held.clear()
                settings = replace(settings, network=replace(settings.network, refresh=True))
            self.run = self.launch(settings, self.effective_profile(), self.runs)
        sys.setswitchinterval(SWITCH_INTERVAL)
        self.run.stop_at(self._stops())
        self.run.start()

    def _label(self) -> str:
        """The rules of the run that ends, and what was changed in it."""
        setup = self.recorded.view.setup
        changed = [setting.value for setting in setup.settings if setting.origin == YOU_NOW]
        profile = setup.started.profile.replace("@", " ") if setup.started else ""
        return " · ".join(filter(None, (profile, *(words for words in changed if not words.startswith("as ")))))

    @property
    def kept(self) -> Kept | None:
        """The run that the newest one is compared with; None where it is the first."""
        chosen = next((run for run in self.history if run.number == self.against), None)
        return chosen or (self.history[-1] if self.history else None)

    @property
    def diagnosing(self) -> Diagnosing | None:
        """What is found in the newest run; None while it goes on, and where its settings are refused."""
        if self.running or not self.recorded.events:
            return None
        if self._diagnosing is None or self._diagnosing[0] != self.runs:
            try:
                settings = self.effective_settings()
            except (UsageError, RefusedSettings):
                return None
            held = self.launch.held if isinstance(self.launch, Launcher) else None
            found = Diagnosing(self.recorded.events, settings, self.effective_profile(), held)
            self._diagnosing = (self.runs, found)
        return self._diagnosing[1]

    def difference(self) -> Difference | None:
        """What the newest run changed; None while it goes on, and where there is none before it."""
        if self.kept is None or self.running or not self.recorded.events:
            return None
        pair = (self.kept.number, self.runs)
        if self._difference is None or self._difference[0] != pair:
            before, after = (
                self._steps_of(self.kept.number, self.kept.recorded),
                self._steps_of(self.runs, self.recorded),
            )
            self._difference = (pair, difference_of_steps(before, after))
            self._steps = {self.kept.number: before, self.runs: after}
        return self._difference[1]

    def _steps_of(self, number: int, recorded: Recorded) -> RunSteps:
        """The steps of a run that is over; those compared last are kept, for the next run is compared with one."""
        known = self._steps.get(number)
        return known if known is not None else RunSteps(recorded.events)

    def stop(self) -> None:
        """Cancel the runs that go on."""
        if self.run is not None and not self.run.finished:
            self.run.cancel()
        if self.real is not None:
            self.real.stop()

    def not_observable(self) -> str:
        """Why the real tool cannot be run beside this run, "" where it can: a reason without a full stop."""
        if self.observe is None:
            return "the real tool can be run for a command only"
        if any(not isinstance(toggle, UseProfile) for toggle in self.toggles.done):
            return "the real tool would run the command as it was given: take back the changes first (0)"
        if self.effective_profile().tool != self.profile.tool:
            return "the command is one of another tool"
        return ""

    def start_observing(self, *, fetch: bool = False) -> None:
        """Run the real tool of the release in force, in a scratch copy; with `fetch` it may be fetched first."""
        if self.observe is not None and not self.not_observable():
            if self.real is not None:
                self.real.stop()
            profile = self.effective_profile()
            self.real = Real(self.observe(self.settings_shown(), profile, fetch), self.runs)

    @property
    def paused(self) -> bool:
        """The run under way waits: the user paused it, or it came to a breakpoint."""
        return self.run is not None and self.run.is_paused

    def toggle_pause(self) -> None:
        """Pause or resume the run under way; play a run that is over, from the beginning where it is at its end."""
        if self.running and self.run is not None:
            if self.paused:
                self.recorded.go(len(self.recorded.events))
                self.run.resume()
            else:
                self.run.pause()
        elif self.recorded.events:
            self.playing = not self.playing
            if self.playing and self.recorded.at_end:
                self.recorded.go(0)

    def step_live(self, *, to_decision: bool = False) -> None:
        """Let a paused run tell one event more, or go on to its next decision."""
        if self.run is not None:
            self.run.resume((lambda body: isinstance(body, Decision)) if to_decision else (lambda _: True))

    def stop_where(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        """The places where this run, later ones, and runs that are played stop."""
        self.breakpoints = breakpoints
        if self.run is not None:
            self.run.stop_at(self._stops())

    def play_frame(self) -> bool:
        """A frame of a run that is played: at a pace at which it takes some `PLAYING_FRAMES`; to the next breakpoint at
        most. False where none is played.
        """
        if not self.playing:
            return False
        recorded = self.recorded
        start, stops = recorded.view.count, self._stops()
        end = start + max(1, len(recorded.events) // PLAYING_FRAMES)
        hit = (n for n, event in enumerate(recorded.events[start:end], start + 1) if stops and stops(event.body))
        stop = next(hit, None)
        recorded.go(stop if stop is not None else end)
        self.playing = stop is None and not recorded.at_end
        return True

    def _stops(self) -> Stops | None:
        return stops_at(self.breakpoints) if self.breakpoints else None

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
            self._known.update((event.body.id, event.body) for event in events if isinstance(event.body, IndexInForce))
        if not self.running:
            sys.setswitchinterval(CALM_SWITCH_INTERVAL)
        return events

    def effective_settings(self) -> Settings:
        """The settings with the changes made on the screen. Raises `UsageError` and `RefusedSettings`."""
        return self.toggles.settings(self.base)

    def effective_profile(self) -> Profile:
        """The rules of the release that is chosen now."""
        return self.toggles.profile(self.profile)

    def configuration(self) -> str:
        """What a user would write to make the changes real; "" without changes, or where they do not hold."""
        from ..what_if.configuration import as_configuration

        try:
            return as_configuration(self.toggles, self.base)
        except (UsageError, RefusedSettings):
            return ""

    def settings_shown(self) -> Settings:
        """The settings in force, or those of the command where they are refused."""
        try:
            return self.effective_settings()
        except (UsageError, RefusedSettings):
            return self.settings

    @property
    def off(self) -> tuple[IndexInForce, ...]:
        """The indexes that were switched off."""
        off = {}
        for toggle in self.toggles.done:
            if isinstance(toggle, SwitchIndex):
                off[toggle.index] = not toggle.on
        return tuple(self._known[index] for index, gone in off.items() if gone and index in self._known)

    def changes(self) -> tuple[str, ...]:
        """The changes in force in words; what was changed again or back is left out, the rules stand elsewhere."""
        settings = self.settings
        last: dict[object, str] = {}
        for number, toggle in enumerate(self.toggles.done):
            if isinstance(toggle, UseProfile):
                continue
            moves = isinstance(toggle, MoveIndex | AddIndex | AddConstraint | AddOverride | AddRequirement)
            about = (type(toggle), getattr(toggle, "index", None), getattr(toggle, "package", None))
            key = number if moves else about
            last.pop(key, None)
            if replace(apply(toggle, settings, settings), noted=settings.noted) != settings:
                last[key] = title(toggle)
        return tuple(last.values())

    def modes(self) -> tuple[tuple[str, str], ...]:
        """The settings that decide most, for Setup: (name, value)."""
        settings = self.settings_shown()
        python = settings.target.requires_python or settings.target.python_version
        shown = (
            ("strategy", settings.strategy if settings.tool == "uv" else "all indexes as one pool"),
            ("versions", settings.resolution),
            ("pre-releases", settings.prerelease),
            ("python", str(python) if python else None),
            ("exclude newer", settings.files.exclude_newer),
            ("network", "offline" if settings.network.offline else None),
            ("stops at", ", ".join(map(str, self.breakpoints)) or None),
        )
        return tuple((name, value) for name, value in shown if value)

    def environments(self) -> tuple[EnvironmentChoice, ...]:
        """What a universal resolution is or may be limited to: markers of the user first, then the platforms."""
        settings = self.settings_shown()
        if settings.mode != "universal":
            return ()
        limited = [str(marker) for marker in settings.target.environments]
        given = [str(marker) for marker in self.settings.target.environments]
        markers = dict.fromkeys((*given, *limited, *(PLATFORMS if all(m in PLATFORMS for m in given) else ())))
        return tuple(
            EnvironmentChoice(PLATFORMS.get(marker, marker), marker, not limited or marker in limited)
            for marker in markers
        )

    def profiles(self) -> tuple[str, ...]:
        """The releases at which a rule changed, the command's own and the newest; after those of uv the newest pip."""
        tool = self.profile.tool
        changed = {Version(release) for rule in RULES[tool].values() for release, _ in rule.since}
        releases = sorted({*changed, self.profile.version, Version(NEWEST_KNOWN[tool])})
        others = (f"pip@{NEWEST_KNOWN['pip']}",) if tool == "uv" else ()
        return (*(f"{tool}@{release}" for release in releases), *others)

    def next_profile(self, direction: int = 1) -> str:
        """The rules after those in force (before them, for -1), round and round."""
        profiles, here = self.profiles(), self.effective_profile()
        if here.name in profiles:
            return profiles[(profiles.index(here.name) + direction) % len(profiles)]
        later = [name for name in profiles if parse_profile(name).version > here.version]
        earlier = [name for name in profiles if parse_profile(name).version < here.version]
        return (later or list(profiles))[0] if direction > 0 else (earlier or list(profiles))[-1]

    def next_strategy(self) -> IndexStrategy:
        """The strategy after the one in force."""
        current = self.settings_shown().strategy
        position = STRATEGIES.index(current) if current in STRATEGIES else -1
        return STRATEGIES[(position + 1) % len(STRATEGIES)]


def calm_garbage_collection() -> None:
    """After the first paint: what lives now will live on, and full passes over many events shall be rare.

    Garbage of the start is kept: a pass over all that was imported would hold up the screen for a tenth of a second.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
