"""Answers already held: a run again, with other settings, asks the network only for what was never asked.

Held answers stand at the wire, below authentication, redirects and retries: what a changed setting changes above is
decided anew, exchange by exchange, and told as `recording`.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

import httpx

MAX_HELD: Final = 512 * 1024 * 1024
"""Bytes of bodies that are held in memory; what comes beyond is passed on but not kept."""
ENOUGH: Final = "enough"
"""Request extension: a function that says whether a part of the body is all that will be read."""
SOURCE: Final = "source"
"""Response extension: where the answer comes from."""

VALIDATORS: Final = ("if-none-match", "if-modified-since", "cache-control")


@dataclass(frozen=True, slots=True)
class HeldKey:
    """What tells exchanges apart: of the credentials only the user, so that a recording needs no secret."""

    method: str
    url: str
    byte_range: str = ""
    user: str | None = None
    accept: str = ""
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """Status, headers and the body as it came over the wire; `complete` is False where reading ended early."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    body: bytes = field(repr=False)
    complete: bool = True


class Held(Protocol):
    """Where held answers are looked up and kept."""

    def find(self, key: HeldKey) -> HeldAnswer | None: ...

    def keep(self, key: HeldKey, answer: HeldAnswer) -> None: ...


class HeldAnswers:
    """Held answers in memory, bounded; iterating gives all of them, for a recording."""

    def __init__(self, limit: int = MAX_HELD) -> None:
        self._answers: dict[HeldKey, HeldAnswer] = {}
        self._left = limit

    def __iter__(self) -> Iterator[tuple[HeldKey, HeldAnswer]]:
        return iter(tuple(self._answers.items()))

    def __len__(self) -> int:
        return len(self._answers)

    def find(self, key: HeldKey) -> HeldAnswer | None:
        return self._answers.get(key)

    def keep(self, key: HeldKey, answer: HeldAnswer) -> None:
        before = self._answers.get(key)
        more = len(answer.body) - (len(before.body) if before is not None else 0)
        if more <= self._left:
            self._answers[key] = answer
            self._left -= more


class HoldingTransport(httpx.AsyncBaseTransport):
    """Answers from what is held, else from `beyond` (None: nothing else may be asked), and keeps what comes from
    there.
    """

    def __init__(self, held: Held, beyond: httpx.AsyncBaseTransport | None) -> None:
        self._held = held
        self._beyond = beyond

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        key = key_of(request)
        held = self._held.find(key)
        if held is not None and (held.complete or _suffices(request, held.body)):
            stream = httpx.ByteStream(held.body)
            return httpx.Response(
                held.status, headers=list(held.headers), stream=stream, extensions={SOURCE: "recording"}
            )
        if self._beyond is None:
            raise httpx.ConnectError("this request was never made in the recording", request=request)
        response = await self._beyond.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)

        def keep(body: bytes, complete: bool) -> None:
            self._held.keep(key, HeldAnswer(response.status_code, tuple(response.headers.raw), body, complete))

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
        self._broken = False
        self._kept = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._stream:
                self._parts.append(data)
                yield data
        except BaseException as error:
            self._broken = not isinstance(error, GeneratorExit)
            raise
        self._end(complete=True)

    async def aclose(self) -> None:
        await self._stream.aclose()
        if self._parts and not self._broken:
            self._end(complete=False)

    def _end(self, *, complete: bool) -> None:
        if not self._kept:
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
    )


def _user(authorization: str | None) -> str | None:
    if authorization is None or not authorization.startswith("Basic "):
        return None if authorization is None else ""
    decoded = base64.b64decode(authorization.removeprefix("Basic "), validate=False)
    return decoded.decode("utf-8", "replace").partition(":")[0]


def _suffices(request: httpx.Request, body: bytes) -> bool:
    enough = request.extensions.get(ENOUGH)
    return enough is not None and bool(enough(bytearray(body)))
