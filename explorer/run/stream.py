"""Numbers events, dates them, and hands them on; the place where a run is cancelled or paused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ..events import Basis, Body, Cancelled, Event, RequestEnded, RunEnded, Sink


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
        self._stops: Callable[[Body], bool] | None = None
        self._until: Callable[[Body], bool] | None = None
        self.requests = 0

    def __call__(self, body: Body, /, *, fork: int = 0) -> None:
        """Record what happened. Raises `Cancelled` once the run was cancelled; waits while it is paused."""
        while True:
            self.check()
            with self._lock:
                if self._going.is_set():  # another thread may have come to a breakpoint since
                    self._record(body, fork)
                    return

    def record(self, body: Body, *, fork: int = 0) -> None:
        """Record even when cancelled: for the last events of a run."""
        with self._lock:
            self._record(body, fork)

    def _record(self, body: Body, fork: int) -> None:
        self._number += 1
        if isinstance(body, RequestEnded) and body.source == "network":
            self.requests += 1
        event = Event(self._number, time.monotonic() - self._start, self._run, fork, body, self._basis)
        self._sink(event)
        self._stop_after(body)

    def _stop_after(self, body: Body) -> None:
        """Pause where a breakpoint or the end of a step was told; the thread that told it waits at its next word."""
        stops, until = self._stops, self._until
        if isinstance(body, RunEnded) or self._cancelled.is_set():
            return
        if until is not None and until(body):
            self._until = None
            self._going.clear()
        elif stops is not None and stops(body):
            self._going.clear()

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

    def resume(self, until: Callable[[Body], bool] | None = None) -> None:
        """Go on; with `until` only to the first thing told of which it is true."""
        self._until = until
        self._going.set()

    def stop_at(self, stops: Callable[[Body], bool] | None) -> None:
        """Pause after each thing told of which `stops` is true (None: after none)."""
        self._stops = stops

    @property
    def is_paused(self) -> bool:
        return not self._going.is_set()
