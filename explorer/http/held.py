"""Answers already held: a run again, with other settings, asks the network only for what was never asked.

Held answers stand at the wire, below authentication, redirects and retries: what a changed setting changes above is
decided anew, exchange by exchange, and told as `recording`.

The n-th exchange of a kind within a run is answered by the n-th one held (or the last): a server that fails once
fails once again, and in a run that asks the network a repeat asks again.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import httpx

from .memory import SessionMemory

MAX_HELD: Final = 512 * 1024 * 1024
"""Bytes of bodies that are held in memory; what comes beyond is passed on but not kept."""
MAX_BODY: Final = 64 * 1024 * 1024
"""Bytes of the longest body that is held."""
ENOUGH: Final = "enough"
"""Request extension: a function that says whether a part of the body is all that will be read."""
SOURCE: Final = "source"
"""Request extension, set by the transport: where the answer comes from."""
STAMP: Final = "stamp"
"""Request extension, set by the transport: a name of the body of the answer, the same for the same held answer."""
PLAIN: Final = "plain"
"""Request extension, set by the transport for an answer that was decoded before: a `PlainBody`."""

VALIDATORS: Final = ("if-none-match", "if-modified-since", "cache-control")


@dataclass(frozen=True, slots=True)
class HeldKey:
    """What tells exchanges apart.

    Of the credentials it has the user and `digest`, made under a key of this process: the same user with another
    password is another exchange. `repeat` counts equal exchanges of one run from 0.
    """

    method: str
    url: str
    byte_range: str = ""
    user: str | None = None
    accept: str = ""
    conditions: str = ""
    digest: str = ""
    repeat: int = 0

    @property
    def without_secret(self) -> HeldKey:
        """As a recording has it."""
        return replace(self, digest="") if self.digest else self


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """Status, headers and the body as it came over the wire; `complete` is False where reading ended early.

    `error` is set where no answer came (`status` is 0): the same connection would fail again. `stamp` names the body.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    body: bytes = field(repr=False)
    complete: bool = True
    error: Exception | None = field(default=None, repr=False)
    stamp: str = field(default_factory=lambda: secrets.token_hex(8), compare=False)


class PlainBody:
    """The decoded body of a held answer: decoded once, for undoing a compression lets other threads of a run go first.

    `data` is None until `keep` was called; `size` are the bytes that came over the wire.
    """

    def __init__(self, memory: SessionMemory, stamp: str, size: int) -> None:
        self._memory = memory
        self._stamp = stamp
        self.data = memory.derived(stamp, PLAIN)
        self.size = size

    def keep(self, data: bytes) -> None:
        """Keep what the body decodes to, for later runs."""
        self._memory.keep_derived(self._stamp, PLAIN, data)


class Held(Protocol):
    """Where held answers are looked up and kept; `memory` has what was read from them."""

    memory: SessionMemory

    def find(self, key: HeldKey) -> HeldAnswer | None: ...

    def keep(self, key: HeldKey, answer: HeldAnswer) -> None: ...


class HeldAnswers:
    """Held answers in memory, bounded; iterating gives all of them, for a recording. For runs on any thread.

    A recording put in by `keep` has no secrets: it answers for its user with whatever password. `memory` has what runs
    of a session share besides.
    """

    def __init__(self, limit: int = MAX_HELD) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._answers: dict[HeldKey, HeldAnswer] = {}
        self._left = limit
        self.memory = SessionMemory()

    def __iter__(self) -> Iterator[tuple[HeldKey, HeldAnswer]]:
        return iter(tuple(self._answers.items()))

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def size(self) -> int:
        """Bytes of bodies held."""
        return self._limit - self._left

    def find(self, key: HeldKey) -> HeldAnswer | None:
        """The answer to the exchange of this number, else to the last one before it."""
        for repeat in range(key.repeat, -1, -1):
            wanted = replace(key, repeat=repeat)
            held = self._answers.get(wanted) or self._answers.get(wanted.without_secret)
            if held is not None:
                return held
        return None

    def keep(self, key: HeldKey, answer: HeldAnswer) -> None:
        with self._lock:
            before = self._answers.get(key)
            more = len(answer.body) - (len(before.body) if before is not None else 0)
            if more <= self._left:
                self._answers[key] = answer
                self._left -= more

    def clear(self) -> None:
        """Drop everything; the next run asks anew."""
        with self._lock:
            self._answers = {}
            self._left = self._limit
            self.memory = SessionMemory()


class HoldingTransport(httpx.AsyncBaseTransport):
    """Answers of one run from what is held, else from `beyond` (None: nothing else may be asked), and keeps what comes
    from there.
    """

    def __init__(self, held: Held, beyond: httpx.AsyncBaseTransport | None) -> None:
        self._held = held
        self._beyond = beyond
        self._made: Counter[HeldKey] = Counter()
        self._asked: set[HeldKey] = set()
        self._missed: set[HeldKey] = set()

    @property
    def missing(self) -> int:
        """How many different exchanges could not be made."""
        return len(self._missed)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        kind = key_of(request)
        key = replace(kind, repeat=self._made[kind]) if kind in self._made else kind
        self._made[kind] += 1
        held = None if kind in self._asked else self._held.find(key)
        if held is not None and (held.complete or _suffices(request, held.body)):
            request.extensions[SOURCE] = "recording"
            request.extensions[STAMP] = held.stamp
            request.extensions[PLAIN] = PlainBody(self._held.memory, held.stamp, len(held.body))
            if held.error is not None:
                raise held.error.with_traceback(None)
            return httpx.Response(held.status, headers=list(held.headers), stream=httpx.ByteStream(held.body))
        if self._beyond is None:
            self._missed.add(kind)
            request.extensions[SOURCE] = "recording"
            raise httpx.ConnectError("this request was never made in the recording", request=request)
        self._asked.add(kind)
        try:
            response = await self._beyond.handle_async_request(request)
        except (httpx.HTTPError, OSError) as error:
            self._held.keep(key, HeldAnswer(0, (), b"", error=error.with_traceback(None)))
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        stamp = request.extensions[STAMP] = secrets.token_hex(8)

        def keep(body: bytes, complete: bool) -> None:
            headers = tuple(response.headers.raw)
            self._held.keep(key, HeldAnswer(response.status_code, headers, body, complete, stamp=stamp))

        response.stream = _Kept(response.stream, keep)
        return response

    async def aclose(self) -> None:
        if self._beyond is not None:
            await self._beyond.aclose()


class _Kept(httpx.AsyncByteStream):
    """Passes a body on and keeps it once reading has ended; what broke off is not kept."""

    def __init__(self, stream: httpx.AsyncByteStream, keep: Callable[[bytes, bool], None]) -> None:
        self._stream = stream
        self._keep = keep
        self._parts: list[bytes] = []
        self._size = 0
        self._broken = False
        self._kept = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._stream:
                self._add(data)
                yield data
        except BaseException as error:
            self._broken = not isinstance(error, GeneratorExit)
            raise
        self._end(complete=True)

    async def aclose(self) -> None:
        await self._stream.aclose()
        if self._parts and not self._broken:
            self._end(complete=False)

    def _add(self, data: bytes) -> None:
        self._size += len(data)
        if self._size <= MAX_BODY:
            self._parts.append(data)
        else:
            self._parts.clear()

    def _end(self, *, complete: bool) -> None:
        if not self._kept and self._size <= MAX_BODY:
            self._kept = True
            self._keep(b"".join(self._parts), complete)


def key_of(request: httpx.Request) -> HeldKey:
    """What a wire request is held under."""
    headers = request.headers
    conditions = "; ".join(f"{name}: {headers[name]}" for name in VALIDATORS if name in headers)
    return HeldKey(
        method=request.method,
        url=str(request.url),
        byte_range=headers.get("range", ""),
        user=_user(headers.get("authorization")),
        accept=headers.get("accept", ""),
        conditions=conditions,
        digest=_digest(headers.get("authorization")),
    )


_SECRET: Final = secrets.token_bytes(32)


def _digest(authorization: str | None) -> str:
    if authorization is None:
        return ""
    return hashlib.blake2b(authorization.encode("utf-8", "surrogateescape"), key=_SECRET, digest_size=16).hexdigest()


def _user(authorization: str | None) -> str | None:
    if authorization is None or not authorization.startswith("Basic "):
        return None if authorization is None else ""
    decoded = base64.b64decode(authorization.removeprefix("Basic "), validate=False)
    return decoded.decode("utf-8", "replace").partition(":")[0]


def _suffices(request: httpx.Request, body: bytes) -> bool:
    enough = request.extensions.get(ENOUGH)
    return enough is not None and bool(enough(bytearray(body)))
