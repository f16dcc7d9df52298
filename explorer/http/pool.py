"""The connections to one origin: kept open between exchanges, bounded in number."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from .connection import Connection

MAX_CONNECTIONS: Final = 50
"""Connections per origin: as many requests as uv has under way at once."""

Connect = Callable[[], Awaitable[Connection]]


class Pool:
    """Hands out connections of one origin; who is done with one gives it back.

    A request takes whatever is free first: an idle connection, one that is given back, or the one opened for it.
    """

    def __init__(self, connect: Connect, limit: int = MAX_CONNECTIONS) -> None:
        self._connect = connect
        self._limit = limit
        self._idle: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection]] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._out: set[Connection] = set()

    async def acquire(self) -> Connection:
        """A connection that nobody else uses. Raises what opening one raised (`OSError`, `TimeoutError`)."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable:
                self._out.add(connection)
                return connection
            connection.close()
        turn: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._open_more()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.release(turn.result())
            raise

    def release(self, connection: Connection) -> None:
        """Give a connection back; one that is not usable any more is closed."""
        self._out.discard(connection)
        if connection.is_usable:
            self._offer(connection)
        else:
            connection.close()
            self._open_more()

    def drop_idle(self) -> None:
        """Close the idle connections: one of them turned out to be dead, so the others are likely to be."""
        while self._idle:
            self._idle.pop().close()

    def close(self) -> None:
        """Close everything; whoever waits gets `ConnectionAbortedError`."""
        for task in tuple(self._opening):
            task.cancel()
        self.drop_idle()
        for connection in tuple(self._out):
            connection.close()
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(ConnectionAbortedError("the transport was closed"))

    def _open_more(self) -> None:
        wanted = sum(not turn.done() for turn in self._waiting)
        while len(self._opening) < wanted and len(self._opening) + len(self._out) + len(self._idle) < self._limit:
            task = asyncio.get_running_loop().create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        try:
            connection = await self._connect()
        except Exception as error:
            turn = self._next_turn()
            if turn is not None:
                turn.set_exception(error)
            return
        self._offer(connection)

    def _offer(self, connection: Connection) -> None:
        turn = self._next_turn()
        if turn is None:
            self._idle.append(connection)
        else:
            self._out.add(connection)
            turn.set_result(connection)

    def _next_turn(self) -> asyncio.Future[Connection] | None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                return turn
        return None
