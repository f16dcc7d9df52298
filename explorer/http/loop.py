"""The network's asyncio loop on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import Any, Final

from ..events import Cancelled

STOP_PATIENCE: Final = 5.0
"""Seconds that `stop` waits for cancelled tasks to unwind."""


class NetworkLoop:
    """A context manager: inside, `loop` runs on a daemon thread; on leaving, whatever is under way is cancelled.

    Work comes in with `asyncio.run_coroutine_threadsafe(work, network.loop)`. Stopping twice does nothing.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running loop. Raises `RuntimeError` before `start` and after `stop`."""
        if self._loop is None:
            raise RuntimeError("the network loop is not running")
        return self._loop

    def start(self) -> NetworkLoop:
        """Start the thread; returns once the loop takes work."""
        if self._loop is not None:
            return self
        ready = threading.Event()
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(_unretrieved)
        loop.call_soon(ready.set)
        self._thread = threading.Thread(target=self._run, args=(loop,), name="network", daemon=True)
        self._thread.start()
        ready.wait()
        self._loop = loop
        return self

    def stop(self) -> None:
        """Cancel all tasks, let them unwind for a bounded time, close the loop and join the thread."""
        loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        if thread is not threading.current_thread():
            thread.join(STOP_PATIENCE + 1)

    def __enter__(self) -> NetworkLoop:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            with contextlib.suppress(Exception):
                loop.run_until_complete(_unwind(loop))
            asyncio.set_event_loop(None)
            loop.close()


def _unretrieved(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A task that nobody waits for any more because the run was cancelled is no error worth a message."""
    if not isinstance(context.get("exception"), Cancelled):
        loop.default_exception_handler(context)


async def _unwind(loop: asyncio.AbstractEventLoop) -> None:
    await asyncio.sleep(0)  # what was handed in last (closing the transport) gets its first step
    await asyncio.sleep(0)
    tasks = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=STOP_PATIENCE)
    await loop.shutdown_asyncgens()
    await asyncio.sleep(0)  # closed connections learn that they are
