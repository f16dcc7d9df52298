"""The network's loop on its own thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

from explorer.http.loop import NetworkLoop


def test_work_runs_on_a_thread_of_its_own() -> None:
    async def thread() -> str:
        return threading.current_thread().name

    with NetworkLoop() as network:
        assert asyncio.run_coroutine_threadsafe(thread(), network.loop).result(5) == "network"


def test_stopping_cancels_what_is_under_way_and_ends_the_thread() -> None:
    begun, cancelled = threading.Event(), threading.Event()

    async def forever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    before = threading.active_count()
    with NetworkLoop() as network:
        asyncio.run_coroutine_threadsafe(forever(), network.loop)
        assert begun.wait(5)
    assert cancelled.is_set()
    assert threading.active_count() == before


def test_what_was_handed_in_last_still_begins() -> None:
    closed = threading.Event()

    async def close() -> None:
        closed.set()

    with NetworkLoop() as network:
        asyncio.run_coroutine_threadsafe(close(), network.loop)
    assert closed.is_set()


def test_it_has_no_loop_before_and_after() -> None:
    network = NetworkLoop()
    with pytest.raises(RuntimeError):
        _ = network.loop
    with network:
        pass
    network.stop()
    with pytest.raises(RuntimeError):
        _ = network.loop
