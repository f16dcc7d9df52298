"""A run on its own thread, drained by whoever shows it; and the same without a thread.

The engine is imported by the thread that needs it: a screen that starts its first run goes on meanwhile.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from ..events import Event, Sink
from ..profiles import Profile
from ..settings.settings import Settings
from .breakpoints import Stops
from .stream import EventStream

if TYPE_CHECKING:
    from ..engine import Outcome
    from ..http.held import HeldAnswers


class Run:
    """One resolution. Events wait in a queue until `drain` takes them; nothing is lost when nobody drains.

    With `held` (one value for all runs of a session) only what was never asked goes to the network.
    """

    def __init__(self, settings: Settings, profile: Profile, number: int = 1, held: HeldAnswers | None = None) -> None:
        self.settings = settings
        self.profile = profile
        self.number = number
        self._held = held
        self._queue: deque[Event] = deque()
        self._stream = EventStream(self._queue.append, run=number)
        self._thread = threading.Thread(target=self._work, name=f"run-{number}", daemon=True)
        self.outcome: Outcome | None = None

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Ask the run to end; it emits Failed and RunEnded and then stops."""
        self._stream.cancel()

    def pause(self) -> None:
        self._stream.pause()

    def resume(self, until: Stops | None = None) -> None:
        """Go on; with `until` only to the first thing told of which it is true."""
        self._stream.resume(until)

    def stop_at(self, stops: Stops | None) -> None:
        """Pause after each thing told of which `stops` is true (None: after none)."""
        self._stream.stop_at(stops)

    @property
    def is_paused(self) -> bool:
        return self._stream.is_paused

    @property
    def finished(self) -> bool:
        """The worker ended and all its events were drained."""
        return self.outcome is not None and not self._queue

    def drain(self, limit: int = 2000) -> list[Event]:
        """At most `limit` events that happened since the last call, in order."""
        events: list[Event] = []
        queue = self._queue
        while queue and len(events) < limit:
            events.append(queue.popleft())
        return events

    def join(self, seconds: float | None = None) -> None:
        self._thread.join(seconds)

    def _work(self) -> None:
        self.outcome = _resolve(self.settings, self.profile, self._stream, self._held)


def run_to_end(settings: Settings, profile: Profile, sink: Sink, held: HeldAnswers | None = None) -> Outcome:
    """Resolve on this thread, telling `sink` each event as it happens; `held` as for `Run`."""
    return _resolve(settings, profile, EventStream(sink), held)


def _resolve(settings: Settings, profile: Profile, stream: EventStream, held: HeldAnswers | None) -> Outcome:
    from ..engine import resolve
    from ..http.session import SessionPart

    return resolve(settings, profile, stream, SessionPart(held) if held is not None else None)
