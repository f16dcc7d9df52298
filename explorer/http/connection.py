"""One connection that carries one exchange after the other."""

from __future__ import annotations

import asyncio
from typing import Final, cast

from .http1 import AnswerReader, Head, ProtocolViolation

HIGH_WATER: Final = 512 * 1024
"""Bytes of a body that may wait to be taken before reading from the socket pauses."""


class ConnectionBroken(Exception):
    """The connection ended or was reset; `untouched` where not one byte of an answer had come."""

    def __init__(self, detail: str, *, untouched: bool) -> None:
        super().__init__(detail)
        self.untouched = untouched


class Connection(asyncio.Protocol):
    """An open connection. At most one exchange is under way; `read_timeout` bounds each wait for bytes.

    `begin` and `more` raise `ConnectionBroken`, `ProtocolViolation` or `TimeoutError`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._reader: AnswerReader | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._broken: Exception | None = None
        self._paused = False
        self.served = 0
        """Exchanges begun on it."""

    @property
    def is_usable(self) -> bool:
        """Open, and the last exchange (if any) is over and leaves it open."""
        reader = self._reader
        return self._broken is None and (reader is None or (reader.complete and reader.keeps_alive))

    async def begin(self, method: str, request: bytes, read_timeout: float) -> Head:
        """Send a request and wait for the head of its answer."""
        reader = self._reader = AnswerReader(method)
        self.served += 1
        if self._broken is not None or self._transport is None:
            raise ConnectionBroken("the connection was closed", untouched=True)
        self._transport.write(request)
        while reader.head is None:
            await self._wait(read_timeout)
        return reader.head

    async def more(self, read_timeout: float) -> bytes:
        """The next part of the body; empty at its end."""
        reader = self._reader
        assert reader is not None, "begin comes first"
        while not reader.waiting:
            if reader.complete:
                return b""
            await self._wait(read_timeout)
        data = reader.take()
        if self._paused and self._transport is not None and self._broken is None:
            self._paused = False
            self._transport.resume_reading()
        return data

    def close(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()
        if self._broken is None:
            self._broken = ConnectionBroken("the connection was closed", untouched=True)

    async def _wait(self, timeout: float) -> None:
        if self._broken is not None:
            raise self._broken
        waiter = self._waiter = self._loop.create_future()
        timer = self._loop.call_later(timeout, self._out_of_time, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _out_of_time(self, waiter: asyncio.Future[None]) -> None:
        if not waiter.done():
            waiter.set_exception(TimeoutError("no answer in time"))

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        if reader is None or reader.complete:
            self._fail(ProtocolViolation("bytes that belong to no request"))
            return
        try:
            reader.feed(data)
        except ProtocolViolation as violation:
            self._fail(violation)
            return
        if reader.waiting > HIGH_WATER and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        if self._broken is not None:
            self._wake()
            return
        reader = self._reader
        untouched = reader is None or reader.untouched
        if error is None and reader is not None and not reader.complete and not untouched:
            try:
                reader.end()
            except ProtocolViolation as violation:
                self._broken = ConnectionBroken(str(violation), untouched=False)
        if self._broken is None:
            self._broken = ConnectionBroken(str(error) if error else "the connection was closed", untouched=untouched)
        self._wake()

    def _fail(self, violation: ProtocolViolation) -> None:
        self._broken = violation
        if self._transport is not None:
            self._transport.abort()
        self._wake()
