"""One exchange on the wire: sent, read, bounded, and told as a pair of events."""

from __future__ import annotations

import asyncio
import base64
import itertools
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import httpx

from ..events import Cancelled, Emit, ExchangeFrom, RequestEnded, RequestStarted
from ..model.credentials import MASK, Credentials
from ..model.reasons import BodyTooLarge, ConnectionFailure, FetchFailure
from ..model.url import SafeUrl, mask_url
from .decoding import BadEncoding, TooLarge, decoder_for
from .exchange import Request
from .held import ENOUGH, PLAIN, SOURCE, STAMP, PlainBody
from .transport import Transport

EXCERPT_LENGTH: Final = 400
GIVEN_UP: Final = ConnectionFailure("reset", "given up")
SECRET_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token", "authentication-info"}
)
"""Headers whose value is masked wherever they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One wire request for the logical `request`: to which URL, with which credentials and further headers.

    `logical` is the number of the first exchange of the same logical request (None: this is the first).
    `conditional`: a stored answer is to be confirmed.
    """

    request: Request
    url: SafeUrl
    credentials: Credentials | None
    headers: Mapping[str, str]
    logical: int | None = None
    attempt: int = 1
    redirect_of: int | None = None
    conditional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What one exchange brought; header names are in lower case, repeated ones joined by commas.

    `stamp` names the body for as long as it is held, empty where nothing is held.
    """

    number: int
    status: int
    url: SafeUrl
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    source: ExchangeFrom = "network"
    stamp: str = ""


class NoAnswer(Exception):
    """The exchange brought nothing usable; `held` where that was known before and nothing was asked."""

    def __init__(self, number: int, url: SafeUrl, failure: FetchFailure, *, held: bool = False) -> None:
        super().__init__(f"{url}: {failure}")
        self.number = number
        self.url = url
        self.failure = failure
        self.held = held


class Exchanges:
    """Makes the exchanges of one run and numbers them from 1."""

    def __init__(self, transport: Transport, emit: Emit, user_agent: str) -> None:
        self._transport = transport
        self._emit = emit
        self._user_agent = user_agent
        self._numbers = itertools.count(1)
        self._stopped = False
        self._under_way = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    def stop(self) -> None:
        """Begin nothing more: a run that has failed asks nothing new, but what is under way is answered."""
        self._stopped = True

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        await self._quiet.wait()

    def _started(self, event: RequestStarted) -> None:
        self._emit(event)
        self._under_way += 1
        self._quiet.clear()

    def _ended(self, event: RequestEnded) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._quiet.set()
        self._emit(event)

    def next_number(self) -> int:
        """A number for an exchange, or for a cache hit that is told as one."""
        return next(self._numbers)

    def begin(self, sending: Sending) -> int:
        """Number an exchange and tell that it begins. Raises `events.Cancelled` after `stop`."""
        if self._stopped:
            raise Cancelled
        number = self.next_number()
        self._started(started(sending, number, self._headers(sending)))
        return number

    def tell_cached(self, request: Request, url: SafeUrl, note: str, body: bytes) -> int:
        """Number an answer from the cache and tell it as an exchange that took no time."""
        number = self.next_number()
        sending = Sending(request=request, url=url, credentials=None, headers={})
        self._emit(started(sending, number, {}))
        shown = request.purpose in ("page", "find-links")
        self._emit(
            RequestEnded(number, None, "cache", len(body), 0.0, excerpt=excerpt_of(body) if shown else "", cache=note)
        )
        return number

    async def head(self, sending: Sending, number: int) -> Underway:
        """Send what `begin` numbered and wait for status and headers. Raises `NoAnswer`, `events.Cancelled`."""
        headers = self._headers(sending)
        underway = Underway(sending, number, self._ended)
        try:
            request = httpx.Request(
                sending.request.method,
                sending.url.without_fragment().wire,
                headers=list(headers.items()),
                extensions={ENOUGH: sending.request.enough},
            )
            underway.notes = request.extensions
            underway.response = await self._transport.handle_async_request(request)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            raise underway.fails(connection_failure(error)) from None
        except BaseException:
            underway.fails(GIVEN_UP)
            raise
        return underway

    def _headers(self, sending: Sending) -> dict[str, str]:
        headers = {"User-Agent": self._user_agent, **sending.headers}
        span = sending.request.byte_range
        if span is not None:
            headers["Range"] = f"bytes={span[0]}-{span[1]}"
        if sending.credentials is not None:
            headers["Authorization"] = authorization(sending.credentials)
        return headers


class Underway:
    """An exchange whose status and headers are known; the body is still to be read, by `finish`, exactly once.

    Authentication and redirects are decided on it, before the body has come, as the real tools do.
    """

    def __init__(self, sending: Sending, number: int, ended: Callable[[RequestEnded], None]) -> None:
        self.number = number
        self.url = sending.url
        self.credentials = sending.credentials
        self.response: httpx.Response | None = None
        self.notes: Mapping[str, object] = {}
        """What the transport notes on the request: the source of the answer, the stamp of its body."""
        self._sending = sending
        self._ended = ended
        self._begun = time.perf_counter()
        self._received = 0
        self._decoded = bytearray()

    @property
    def status(self) -> int:
        """The status; 0 before the head has come."""
        return self.response.status_code if self.response is not None else 0

    @property
    def source(self) -> ExchangeFrom:
        """Where the answer comes from."""
        match self.notes.get(SOURCE):
            case "recording":
                return "recording"
            case "what if":
                return "what if"
            case _:
                return "network"

    @property
    def is_held(self) -> bool:
        """The answer was there already; nothing was asked."""
        return self.source != "network"

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case, repeated ones joined by commas."""
        return dict(self.response.headers.items()) if self.response is not None else {}

    async def finish(self) -> Received:
        """Read the body and tell that the exchange is over. Raises `NoAnswer`, `events.Cancelled`."""
        response = self.response
        assert response is not None and isinstance(response.stream, httpx.AsyncByteStream)
        try:
            await self._read(response)
        except TooLarge:
            raise self.fails(BodyTooLarge(self._sending.request.limit)) from None
        except BadEncoding as error:
            raise self.fails(ConnectionFailure("protocol", str(error))) from None
        except (httpx.HTTPError, ValueError, OSError) as error:
            raise self.fails(connection_failure(error)) from None
        except BaseException:
            self.fails(GIVEN_UP)
            raise
        finally:
            await response.stream.aclose()
        self._tell(None)
        return replace(self.without_body(), body=bytes(self._decoded))

    def without_body(self) -> Received:
        """What the head alone tells."""
        return Received(
            number=self.number,
            status=self.status,
            url=self.url,
            headers=self.headers,
            body=b"",
            source=self.source,
            stamp=str(self.notes.get(STAMP, "")),
        )

    def fails(self, failure: FetchFailure) -> NoAnswer:
        """Tell that it brought nothing usable; gives the error to raise."""
        self._tell(failure)
        return NoAnswer(self.number, self.url, failure, held=self.is_held)

    async def _read(self, response: httpx.Response) -> None:
        """Read and decode the body within the limits of its request."""
        request = self._sending.request
        plain = self.notes.get(PLAIN)
        if isinstance(plain, PlainBody) and plain.data is not None and request.enough is None:
            if len(plain.data) > request.limit:
                raise TooLarge
            self._received = plain.size
            self._decoded += plain.data
            return
        decoder = decoder_for(response.headers.get("content-encoding", "") if request.method != "HEAD" else "")
        assert isinstance(response.stream, httpx.AsyncByteStream)
        async for data in response.stream:
            self._received += len(data)
            decoder.feed(data, self._decoded, request.limit)
            if request.enough is not None and response.is_success and request.enough(self._decoded):
                return
        if self._received:
            decoder.end()
        if isinstance(plain, PlainBody) and "content-encoding" in response.headers and request.enough is None:
            plain.keep(bytes(self._decoded))

    def _tell(self, failure: FetchFailure | None) -> None:
        response, request = self.response, self._sending.request
        status = response.status_code if response is not None else None
        is_shown = status is not None and (request.purpose in ("page", "find-links") or status >= 400)
        self._ended(
            RequestEnded(
                request=self.number,
                status=status,
                source=self.source,
                bytes=self._received,
                milliseconds=(time.perf_counter() - self._begun) * 1000,
                failure=failure,
                headers={} if response is None else masked(response.headers.items()),
                excerpt=excerpt_of(self._decoded) if is_shown else "",
                cache="revalidated" if status == 304 and self._sending.conditional else "",
            )
        )


def authorization(credentials: Credentials) -> str:
    """The Authorization header (RFC 7617, RFC 6750); a missing part is sent as an empty text."""
    password = credentials.password.reveal() if credentials.password is not None else ""
    if credentials.scheme == "bearer":
        return f"Bearer {password}"
    return "Basic " + base64.b64encode(f"{credentials.sent_user}:{password}".encode()).decode()


def started(sending: Sending, number: int, headers: Mapping[str, str]) -> RequestStarted:
    """The event that an exchange begins."""
    request, credentials = sending.request, sending.credentials
    return RequestStarted(
        request=number,
        logical=sending.logical or number,
        method=request.method,
        url=sending.url,
        purpose=request.purpose,
        index=request.index.id if request.index else None,
        package=request.package,
        byte_range=request.byte_range,
        user=None if credentials is None else credentials.sent_user,
        user_shown=None if credentials is None else credentials.shown_user,
        attempt=sending.attempt,
        redirect_of=sending.redirect_of,
        headers=masked(headers.items()),
    )


def excerpt_of(body: bytes | bytearray) -> str:
    """The first characters of a body, as text."""
    return bytes(body[: 4 * EXCERPT_LENGTH]).decode("utf-8", "replace")[:EXCERPT_LENGTH]


def masked(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers as they may be shown: secrets replaced, of Authorization the scheme kept, URLs without user-info."""
    shown: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in SECRET_HEADERS:
            scheme, space, _ = value.partition(" ")
            value = f"{scheme} {MASK}" if space and lower.endswith("authorization") else MASK
        elif "://" in value or "?" in value:
            value = mask_url(value)
        shown[lower] = value
    return shown


def connection_failure(error: Exception) -> ConnectionFailure:
    """What kept the answer from coming, from the transport's error and what caused it."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < 8:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    detail = mask_url(str(error)) or type(error).__name__
    if any(isinstance(c, ssl.SSLError) for c in causes):
        return ConnectionFailure("tls", detail)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return ConnectionFailure("timeout", detail)
    if isinstance(error, httpx.ProxyError):
        return ConnectionFailure("proxy", detail)
    if any(isinstance(c, socket.gaierror) for c in causes):
        return ConnectionFailure("dns", detail)
    if isinstance(error, (httpx.ProtocolError, httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError)):
        return ConnectionFailure("protocol", detail)
    if isinstance(error, httpx.ConnectError):
        return ConnectionFailure("refused", detail)
    return ConnectionFailure("reset", detail)
