"""A real HTTP server on loopback for tests: what it answers is a function, what it saw is a list."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """One request as the server received it."""

    method: str
    path: str
    headers: dict[str, str]
    connection: int

    @property
    def user(self) -> str | None:
        """`user:password` of the Authorization header."""
        value = self.headers.get("authorization")
        return base64.b64decode(value.removeprefix("Basic ")).decode() if value else None


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """A complete answer; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status} Reason"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "Transfer_Encoding" not in headers and "Content_Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


Handler = Callable[[Seen], bytes | Awaitable[bytes | None] | None]


@dataclass
class Loopback:
    """Answers with the raw bytes that `handler` gives; None closes the connection without an answer.

    Bytes that end in `CLOSE` are sent without that mark, then the connection is closed.
    """

    handler: Handler
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Loopback:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.rstrip().split("\r\n")
                method, path, _ = first.split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                self.seen.append(seen := Seen(method, path, headers, number))
                reply = self.handler(seen)
                data = await reply if isinstance(reply, Awaitable) else reply
                if data is None:
                    return
                writer.write(data.removesuffix(CLOSE))
                await writer.drain()
                if data.endswith(CLOSE):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


CLOSE = b"<close>"


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a test's coroutine, bounded in time."""
    return asyncio.run(asyncio.wait_for(work, 20))
