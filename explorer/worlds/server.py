"""Serves a world from 127.0.0.1: one port a host, all on one thread that ends with the server.

Whatever a client sends, it costs a bounded amount of memory and time: headers of at most 32 kB, bodies of at most
64 kB, a few seconds of silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import h11

from .answers import Answers, Asked, Reply
from .world import ServedHost, World

MAX_HEADERS: Final = 32 * 1024
MAX_BODY: Final = 64 * 1024
PATIENCE: Final = 15.0
"""Seconds that a connection may be silent."""

MAX_LOG: Final = 100_000
"""Exchanges that are kept."""

_PLACEHOLDER: Final = re.compile(r"\{(?P<id>[\w-]+)(?:\|(?P<userinfo>[^}]+)|!(?P<part>netloc|host|port|root))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request as the server saw it, with the user (and password) it carried and the status it got."""

    host: str
    method: str
    path: str
    user: str | None
    password: str | None = field(repr=False)
    status: int
    range: bool
    headers: Mapping[str, str] = field(repr=False)


class WorldServer:
    """A running world. Use it as a context manager; `log` are the exchanges so far."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.log: list[Exchange] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="world", daemon=True)
        self._sockets: dict[str, socket.socket] = {}
        self._answers: dict[str, Answers] = {}
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> WorldServer:
        for host in self.world.hosts:
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            self._sockets[host.id] = listener
        self._answers = {host.id: Answers(host, self) for host in self.world.hosts}
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        for listener in self._sockets.values():
            listener.close()

    def reset(self) -> None:
        """Forget the log and start sequences of statuses anew."""
        self.log.clear()
        for answers in self._answers.values():
            answers.forget()

    def root(self, id_: str) -> str:
        """Scheme, host and port of the server that has the index."""
        host = next(host for host in self.world.hosts if any(index.id == id_ for index in host.indexes))
        return f"http://{host.host}:{self._sockets[host.id].getsockname()[1]}"

    def url(self, id_: str) -> str:
        """The URL of an index, without a slash at its end."""
        index = self.world.index(id_)
        assert index is not None
        return f"{self.root(id_)}{index.path}"

    def fill(self, text: str) -> str:
        """`text` with its placeholders replaced: `{id}` by the URL of an index, `{id|user:password}` by the same with
        credentials, `{id!netloc}` (`host`, `port`, `root`) by a part of it; other braces stay."""
        return _PLACEHOLDER.sub(self._filled, text)

    def names(self) -> Mapping[str, str]:
        """host:port → the id of the host, to show a run without its random ports."""
        return {f"{host.host}:{self._sockets[host.id].getsockname()[1]}": host.id for host in self.world.hosts}

    def _filled(self, match: re.Match[str]) -> str:
        if self.world.index(match["id"]) is None:
            return match[0]
        parts = urlsplit(self.url(match["id"]))
        if match["part"]:
            root = f"{parts.scheme}://{parts.netloc}"
            values = {"netloc": parts.netloc, "host": parts.hostname or "", "port": str(parts.port), "root": root}
            return values[match["part"]]
        userinfo = f"{match['userinfo']}@" if match["userinfo"] else ""
        return f"{parts.scheme}://{userinfo}{parts.netloc}{parts.path}"

    async def _listen(self) -> None:
        for host in self.world.hosts:
            if host.refuse:
                continue

            def connected(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: ServedHost = host
            ) -> asyncio.Task[None]:
                return asyncio.ensure_future(self._converse(host, reader, writer))

            self._servers.append(await asyncio.start_server(connected, sock=self._sockets[host.id]))

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        conversations = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

    async def _converse(self, host: ServedHost, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer request after request on one connection until it is closed, broken or silent."""
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADERS)
        try:
            while await self._answer_next(host, connection, reader, writer):
                connection.start_next_cycle()
        except h11.RemoteProtocolError as error:
            if connection.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                with contextlib.suppress(h11.LocalProtocolError, OSError):
                    await _send(connection, writer, "GET", Reply(status=error.error_status_hint))
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer_next(
        self, host: ServedHost, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Read one request and answer it; True where the connection stays open for another."""
        request: h11.Request | None = None
        received = 0
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                async with asyncio.timeout(PATIENCE):
                    connection.receive_data(await reader.read(65536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                received += len(event.data)
                if received > MAX_BODY:
                    return False
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                break
            else:
                return False
        asked = _asked(request)
        reply = self._answers[host.id].reply(asked)
        await asyncio.sleep((host.latency + reply.delay) / 1000)
        self._note(host, asked, reply)
        await _send(connection, writer, asked.method, reply)
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE

    def _note(self, host: ServedHost, asked: Asked, reply: Reply) -> None:
        credentials = asked.credentials
        exchange = Exchange(
            host=host.id,
            method=asked.method,
            path=asked.path,
            user=credentials[0] if credentials else None,
            password=credentials[1] if credentials else None,
            status=reply.status,
            range="range" in asked.headers,
            headers=asked.headers,
        )
        if len(self.log) < MAX_LOG:
            self.log.append(exchange)


def _asked(request: h11.Request) -> Asked:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
    target = request.target.decode("latin-1").partition("?")[0].partition("#")[0]
    return Asked(method=request.method.decode("ascii", "replace"), path=unquote(target), headers=headers)


async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, method: str, reply: Reply) -> None:
    headers = [
        (name, quote(value, safe=_HEADER_SAFE) if name == "Location" else value)
        for name, value in reply.headers.items()
    ]
    if reply.status != 304:
        headers.append(("Content-Length", str(len(reply.body))))
    data = connection.send(h11.Response(status_code=reply.status, headers=headers)) or b""
    if method != "HEAD" and reply.status != 304 and reply.body:
        data += connection.send(h11.Data(data=reply.body)) or b""
    data += connection.send(h11.EndOfMessage()) or b""
    writer.write(data)
    await writer.drain()


_HEADER_SAFE: Final = "/%:@!$&'()*+,;=~-._?#[]"
