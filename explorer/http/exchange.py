"""What layers above ask the network for, and what they get: values and the protocol between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ..events import ExchangeFrom, Purpose
from ..model.credentials import Credentials
from ..model.index import Index
from ..model.reasons import FetchFailure
from ..model.url import SafeUrl


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One logical request: what the tool wants to know, before authentication, redirects, retries and cache.

    `index` is the index whose page or file this is (None for direct URLs). `credentials` stood in this URL itself:
    for a page those of the index URL, for a file normally none. `byte_range` is inclusive. `cached` names the cache-
    control rule that applies (`api` for pages and sidecars, `files`), None for answers that are never stored
    (ranges). A HEAD, or a GET with `enough`, is stored without a body: it is answered from the cache only where
    something was remembered for it, which stands for what would have been read. `enough` is asked with the bytes so
    far and ends reading early when it returns True (streamed wheels); it may take bytes out of them, so that a long
    body need not be held, and gets another bytearray for another attempt. `limit` bounds the body in bytes.
    """

    url: SafeUrl
    purpose: Purpose
    method: Literal["GET", "HEAD"] = "GET"
    index: Index | None = None
    package: str | None = None
    credentials: Credentials | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    byte_range: tuple[int, int] | None = None
    cached: Literal["api", "files"] | None = None
    enough: Callable[[bytearray], bool] | None = None
    limit: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever its status. `url` is final after redirects; header names are in lower case.

    `requests` are the numbers of all exchanges it took. `stamp` identifies the stored body (empty where it is not
    stored): equal stamps mean equal bytes, so that something parsed from them may be remembered under it.
    `stored` is True where the cache holds what was read, whether or not the index was asked to confirm it.
    `skipped` is True where the run is offline and nothing is cached (`status` is 0).
    """

    status: int
    url: SafeUrl
    headers: Mapping[str, str]
    body: bytes
    requests: tuple[int, ...]
    source: ExchangeFrom
    stamp: str = ""
    stored: bool = False
    skipped: bool = False


class FetchError(Exception):
    """No answer (after the retries), or a request the authentication rules refuse to send."""

    def __init__(self, failure: FetchFailure, url: SafeUrl, requests: tuple[int, ...] = ()) -> None:
        super().__init__(f"{url}: {failure}")
        self.failure = failure
        self.url = url
        self.requests = requests


class Fetch(Protocol):
    """Makes logical requests as the tool makes them. Coroutines run on the network loop; many may be in flight."""

    async def fetch(self, request: Request) -> Answer:
        """The answer with whatever status. Raises `FetchError`, or `events.Cancelled`."""
        ...

    def remembered(self, answer: Answer, kind: str) -> bytes | None:
        """What `remember` kept for the body of this answer under `kind` (a parsed page), None if nothing."""
        ...

    def remember(self, answer: Answer, kind: str, data: bytes) -> None:
        """Keep something derived from the body of a stored answer; does nothing for answers that are not stored."""
        ...
