"""A forward proxy on loopback that the real tool is pointed at for http URLs: it sees each exchange whole.

Each exchange has a connection of its own, so that a server that gives no answer is a closed connection for the tool
too. Of an Authorization header only the user name is taken. Nobody else can use it: a random word is asked for.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hmac
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

import h11

from ..http.exchanges import masked
from ..model.reasons import ConnectionFailure
from ..model.url import mask_url
from .classify import Method
from .traffic import Sender, Traffic

MAX_HEADERS: Final = 64 * 1024
MAX_REQUEST_BODY: Final = 1024 * 1024
MAX_CONNECTIONS: Final = 128
PATIENCE: Final = 120.0
"""Seconds that one side may be silent: longer than any client waits."""

EXCERPT: Final = 400
_HOP_BY_HOP: Final = frozenset(
    {b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive", b"te", b"trailer", b"upgrade"}
)
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d+)$|bytes=-(\d+)$")


class _Refused(Exception):
    """The server gave no answer; `failure` says why."""

    def __init__(self, failure: ConnectionFailure) -> None:
        super().__init__(failure.kind)
        self.failure = failure


class _ClientLeft(Exception):
    """The tool has read enough: it closed the connection before the end of the answer."""


class RecordingProxy:
    """Runs on a thread of its own while used as a context manager; each exchange is told to `traffic`."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._word = secrets.token_hex(16)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="recording-proxy", daemon=True)
        self._listener = socket.socket()
        self._server: asyncio.Server | None = None
        self._free = asyncio.Semaphore(MAX_CONNECTIONS)

    def __enter__(self) -> RecordingProxy:
        self._listener.bind(("127.0.0.1", 0))
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
        self._listener.close()

    @property
    def url(self) -> str:
        """What HTTP_PROXY is set to; the word in it is worth nothing once the run is over."""
        return f"http://observer:{self._word}@127.0.0.1:{self._listener.getsockname()[1]}"

    async def _listen(self) -> None:
        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> asyncio.Task[None]:
            return asyncio.ensure_future(self._converse(reader, writer))

        self._server = await asyncio.start_server(connected, sock=self._listener)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        conversations = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its answer; whatever breaks, the connection is closed."""
        client = _Side(h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADERS), reader, writer)
        try:
            async with self._free:
                request, body = await _read_request(client)
                await self._exchange(client, request, body)
        except (h11.ProtocolError, OSError, TimeoutError, _Refused, _ClientLeft, ValueError):
            pass
        finally:
            writer.close()

    async def _exchange(self, client: _Side, request: h11.Request, body: bytes) -> None:
        headers = _decoded(request.headers)
        if not self._is_ours(headers):
            await client.answer(407, [("Proxy-Authenticate", "Basic")])
            return
        target = request.target.decode("latin-1")
        method = request.method.decode("latin-1")
        if method not in ("GET", "HEAD") or urlsplit(target).scheme != "http":
            number = None
        else:
            seen = {name: value for name, value in headers.items() if name.encode("latin-1") not in _HOP_BY_HOP}
            sender, part = sender_of(headers.get("authorization")), range_of(headers.get("range"))
            kind: Method = "HEAD" if method == "HEAD" else "GET"
            number = self._traffic.begin(kind, target, sender, part, masked(seen.items()))
        if urlsplit(target).scheme != "http" or method == "CONNECT":
            await client.answer(501, [])
            return
        answer = _Answer()

        def tell() -> None:
            self._traffic.end(
                number,
                answer.status,
                received=answer.received,
                failure=answer.failure,
                headers=masked(answer.headers.items()),
                excerpt=answer.excerpt,
                location=answer.headers.get("location"),
            )

        try:
            await _relay(client, request, body, answer, tell)
        except _Refused as refused:
            answer.failure = refused.failure
            raise
        except (OSError, TimeoutError, h11.ProtocolError) as error:
            answer.failure = _failure_of(error)
            raise
        finally:
            tell()

    def _is_ours(self, headers: Mapping[str, str]) -> bool:
        given = headers.get("proxy-authorization", "").encode("latin-1")
        wanted = b"Basic " + base64.b64encode(f"observer:{self._word}".encode())
        return hmac.compare_digest(given, wanted)


class _Side:
    """One end of a conversation: what h11 needs, and the bytes moved."""

    def __init__(self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connection = connection
        self._reader = reader
        self._writer = writer

    async def next(self) -> h11.Event:
        """The next event of the other side. Raises `h11.ProtocolError`, `TimeoutError`, `OSError`."""
        while True:
            event = self.connection.next_event()
            if isinstance(event, h11.Event):
                return event
            if event is h11.PAUSED:
                raise ValueError("more than one request on a connection")
            async with asyncio.timeout(PATIENCE):
                self.connection.receive_data(await self._reader.read(65536))

    async def send(self, event: h11.Event) -> None:
        data = self.connection.send(event)
        if data:
            self._writer.write(data)
            async with asyncio.timeout(PATIENCE):
                await self._writer.drain()

    async def answer(self, status: int, headers: list[tuple[str, str]]) -> None:
        """An answer of the proxy's own, without a body."""
        await self.send(
            h11.Response(status_code=status, headers=[*headers, ("Content-Length", "0"), ("Connection", "close")])
        )
        await self.send(h11.EndOfMessage())

    def close(self) -> None:
        self._writer.close()


class _Answer:
    """What came back so far."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.received = 0
        self.headers: dict[str, str] = {}
        self.failure: ConnectionFailure | None = None
        self._start = b""

    def took(self, data: bytes) -> None:
        self.received += len(data)
        if len(self._start) < 4 * EXCERPT:
            self._start += data[: 4 * EXCERPT]

    @property
    def excerpt(self) -> str:
        """The beginning of a body that is plain text."""
        if self.headers.get("content-encoding", "identity") != "identity":
            return ""
        return mask_url(self._start.decode("utf-8", "replace"))[:EXCERPT]


async def _read_request(client: _Side) -> tuple[h11.Request, bytes]:
    request: h11.Request | None = None
    body = b""
    while True:
        event = await client.next()
        if isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_REQUEST_BODY:
                raise ValueError("a request of this size is none of uv or pip")
        elif isinstance(event, h11.EndOfMessage) and request is not None:
            return request, body
        else:
            raise ValueError("no whole request")


async def _relay(client: _Side, request: h11.Request, body: bytes, answer: _Answer, tell: Callable[[], None]) -> None:
    """Ask the server, and hand its answer on as it comes; `tell` is called before the tool has the whole of it, so that
    what it does next is told later. Raises `_Refused` where the server closes without an answer.
    """
    server = await _connected(request)
    try:
        await server.send(_towards_server(request))
        if body:
            await server.send(h11.Data(data=body))
        await server.send(h11.EndOfMessage())
        held: h11.Event | None = None
        while True:
            event = await server.next()
            if isinstance(event, h11.ConnectionClosed):
                raise _Refused(ConnectionFailure("reset", "the server closed the connection without an answer"))
            if isinstance(event, h11.EndOfMessage):
                tell()
            if held is not None:
                await _hand_on(client, held)
            match event:
                case h11.Response():
                    answer.status, answer.headers = event.status_code, _decoded(event.headers)
                    held = _towards_client(event)
                case h11.Data():
                    answer.took(bytes(event.data))
                    held = h11.Data(data=event.data)
                case h11.EndOfMessage():
                    await _hand_on(client, h11.EndOfMessage())
                    return
                case _:
                    held = None
    finally:
        server.close()


async def _hand_on(client: _Side, event: h11.Event) -> None:
    try:
        await client.send(event)
    except (OSError, TimeoutError, h11.LocalProtocolError):
        raise _ClientLeft from None


async def _connected(request: h11.Request) -> _Side:
    parts = urlsplit(request.target.decode("latin-1"))
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    except (OSError, TimeoutError) as error:
        raise _Refused(_failure_of(error)) from None
    return _Side(h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADERS), reader, writer)


def _failure_of(error: Exception) -> ConnectionFailure:
    match error:
        case ConnectionRefusedError():
            return ConnectionFailure("refused", "Connection refused")
        case socket.gaierror():
            return ConnectionFailure("dns", "the name of the host is not known")
        case TimeoutError():
            return ConnectionFailure("timeout", "no answer in time")
        case h11.ProtocolError():
            return ConnectionFailure("protocol", "the answer is no HTTP")
        case OSError():
            return ConnectionFailure("reset", error.strerror or "connection lost")
        case _:
            return ConnectionFailure("protocol", type(error).__name__)


def _towards_server(request: h11.Request) -> h11.Request:
    parts = urlsplit(request.target.decode("latin-1"))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [(name, value) for name, value in request.headers.raw_items() if name.lower() not in _HOP_BY_HOP]
    return h11.Request(method=request.method, target=path.encode("latin-1"), headers=[*kept, (b"Connection", b"close")])


def _towards_client(response: h11.Response) -> h11.Response:
    kept = [(name, value) for name, value in response.headers.raw_items() if name.lower() not in _HOP_BY_HOP]
    headers = [*kept, (b"Connection", b"close")]
    return h11.Response(status_code=response.status_code, headers=headers, reason=response.reason)


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def sender_of(authorization: str | None) -> Sender:
    """The user name of an Authorization header; the password is dropped here. A token has the empty name."""
    if authorization is None:
        return Sender()
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return Sender("")
    with contextlib.suppress(binascii.Error, UnicodeDecodeError):
        user, _, password = base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")
        return Sender(user, lone=not password)
    return Sender("")


def range_of(header: str | None) -> tuple[int, int] | None:
    """The Range header as first and last byte; of a suffix (`bytes=-500`) as (-500, -1)."""
    match = _RANGE.match(header) if header is not None else None
    if match is None:
        return None
    return (-int(match[3]), -1) if match[3] else (int(match[1]), int(match[2]))
