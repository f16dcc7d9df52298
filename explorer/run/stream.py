"""Numbers events, dates them, and hands them on; the place where a run is cancelled or paused."""

from __future__ import annotations

import threading
import time

from ..events import Basis, Body, Cancelled, Event, RequestEnded, Sink


class EventStream:
    """The `emit` of one run, callable from any thread; `sink` receives events one at a time, in order."""

    def __init__(self, sink: Sink, *, run: int = 1, basis: Basis = "simulated") -> None:
        self._sink = sink
        self._run = run
        self._basis: Basis = basis
        self._lock = threading.Lock()
        self._number = 0
        self._start = time.monotonic()
        self._going = threading.Event()
        self._going.set()
        self._cancelled = threading.Event()
        self.requests = 0

    def __call__(self, body: Body, /, *, fork: int = 0) -> None:
        """Record what happened. Raises `Cancelled` once the run was cancelled; waits while it is paused."""
        self.check()
        self.record(body, fork=fork)

    def record(self, body: Body, *, fork: int = 0) -> None:
        """Record even when cancelled: for the last events of a run."""
        with self._lock:
            self._number += 1
            if isinstance(body, RequestEnded) and body.source == "network":
                self.requests += 1
            event = Event(self._number, time.monotonic() - self._start, self._run, fork, body, self._basis)
            self._sink(event)

    def check(self) -> None:
        """Wait while paused. Raises `Cancelled`."""
        if self._cancelled.is_set():
            raise Cancelled
        if not self._going.is_set():
            self._going.wait()
            if self._cancelled.is_set():
                raise Cancelled

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def cancel(self) -> None:
        self._cancelled.set()
        self._going.set()

    def pause(self) -> None:
        self._going.clear()

    def resume(self) -> None:
        self._going.set()

    @property
    def is_paused(self) -> bool:
        return not self._going.is_set()
