"""Numbers and dates what was observed; callable from the threads that watch the real tool."""

from __future__ import annotations

import threading
import time

from ..events import Body, Event, RequestEnded, RunEnded, Sink


class ObservedStream:
    """Hands each event on, one at a time, in order of its number; after RunEnded nothing more is told."""

    def __init__(self, sink: Sink, *, run: int = 1) -> None:
        self._sink = sink
        self._run = run
        self._lock = threading.Lock()
        self._number = 0
        self._start = time.monotonic()
        self._ended = False
        self.requests = 0

    def __call__(self, body: Body) -> None:
        """Tell what happened."""
        with self._lock:
            if self._ended:
                return
            self._number += 1
            self._ended = isinstance(body, RunEnded)
            if isinstance(body, RequestEnded) and body.source == "network":
                self.requests += 1
            self._sink(Event(self._number, time.monotonic() - self._start, self._run, 0, body, "observed"))

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self._start
