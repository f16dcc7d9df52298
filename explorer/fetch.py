"""From a logical request to exchanges on the wire, exactly as the tool makes them: cache, retries,
authentication, redirects.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, assert_never

from . import __version__
from .auth.authenticator import Authenticator, Begun
from .auth.redirects import REDIRECTS, BadRedirect, Hop, most_hops, next_hop, way_of
from .auth.steps import Asked, AuthenticationRefused
from .events import CredentialSent, Emit, ExchangeFrom
from .http.cache import Cache, Hit, Miss, Stale, final_url, stamp_of
from .http.decoding import acceptable
from .http.exchange import Answer, FetchError, Request
from .http.exchanges import Exchanges, NoAnswer, Received, Sending
from .http.retries import delay_before, is_transient_failure, is_transient_status
from .http.store import Entry
from .http.transport import Transport
from .model.credentials import Credentials
from .model.reasons import ConnectionFailure, MissingCredentials
from .model.url import SafeUrl
from .profiles import Profile
from .settings.settings import Settings

MOST_AT_ONCE: Final = 50
"""Exchanges under way at the same time, as uv's default."""


@dataclass(slots=True)
class Trail:
    """The exchanges of one logical request so far."""

    request: Request
    headers: dict[str, str]
    numbers: list[int] = field(default_factory=list)
    conditional: bool = False
    attempt: int = 1

    def logical(self) -> int:
        """The number of the first exchange; 0 before there is one."""
        return self.numbers[0] if self.numbers else 0


class Fetcher:
    """The `Fetch` of one run. Coroutines run on the loop of `transport`, which the caller opens and closes."""

    def __init__(self, settings: Settings, profile: Profile, emit: Emit, transport: Transport) -> None:
        self._settings = settings
        self._profile = profile
        self._emit = emit
        self._way = way_of(profile)
        agent = f"resolve-tui/{__version__} (like {profile.tool}/{profile.version})"
        self._exchanges = Exchanges(transport, emit, agent)
        self._authenticator = Authenticator(settings, profile, emit)
        self._cache = Cache(settings.network, profile)
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def fetch(self, request: Request) -> Answer:
        """The answer with whatever status. Raises `FetchError`, `Cancelled`."""
        headers = self._headers(request)
        lookup = self._cache.look(request, headers)
        match lookup:
            case Hit():
                return self._stored_answer(request, lookup.entry, lookup.key, self._tell_hit(request, lookup), "cache")
            case Miss() if self._settings.network.offline:
                return Answer(
                    status=0, url=request.url, headers={}, body=b"", requests=(), source="cache", skipped=True
                )
            case Miss():
                return await self._fresh_answer(Trail(request, headers), lookup.key)
            case Stale():
                return await self._confirmed_answer(
                    Trail(request, {**headers, **lookup.headers}, conditional=True), lookup
                )
            case _:
                assert_never(lookup)

    def remembered(self, answer: Answer, kind: str) -> bytes | None:
        """What `remember` kept for the body of this answer."""
        return self._cache.derived(answer.stamp, kind) if answer.stamp else None

    def remember(self, answer: Answer, kind: str, data: bytes) -> None:
        """Keep something read from the body of a stored answer."""
        if answer.stamp:
            self._cache.keep_derived(answer.stamp, kind, data)

    async def _fresh_answer(self, trail: Trail, key: str | None) -> Answer:
        """Ask the network, and store the answer where that is allowed."""
        asked = self._cache.now
        return self._kept_answer(trail, key, await self._received(trail), asked)

    def _kept_answer(self, trail: Trail, key: str | None, received: Received, asked: int) -> Answer:
        stamp = "" if key is None else self._cache.keep(key, received, trail.request, trail.headers, asked)
        return Answer(
            status=received.status,
            url=received.url,
            headers=received.headers,
            body=received.body,
            requests=tuple(trail.numbers),
            source="network",
            stamp=stamp,
        )

    async def _confirmed_answer(self, trail: Trail, stale: Stale) -> Answer:
        """Ask whether a stored answer still holds; what else comes replaces it."""
        asked = self._cache.now
        received = await self._received(trail)
        if received.status == 304:
            entry = self._cache.confirmed(stale, received, trail.request, trail.headers, asked)
            if entry is not None:
                return self._stored_answer(trail.request, entry, stale.key, tuple(trail.numbers), "network")
            again = Trail(trail.request, self._headers(trail.request), trail.numbers)
            return await self._fresh_answer(again, stale.key)
        return self._kept_answer(trail, stale.key, received, asked)

    def _stored_answer(
        self, request: Request, entry: Entry, key: str, numbers: tuple[int, ...], source: ExchangeFrom
    ) -> Answer:
        return Answer(
            status=entry.status,
            url=final_url(entry, request),
            headers=entry.headers,
            body=entry.body,
            requests=numbers,
            source=source,
            stamp=stamp_of(key, entry),
        )

    def _tell_hit(self, request: Request, hit: Hit) -> tuple[int, ...]:
        return (self._exchanges.tell_cached(request, request.url, hit.note, hit.entry.body),)

    def _headers(self, request: Request) -> dict[str, str]:
        """The headers of the tool, those of the request first; only encodings that can be undone here are claimed."""
        headers = {"Accept": "*/*", "Accept-Encoding": self._accept_encoding(request)}
        if self._profile.tool == "pip" and request.purpose == "page":
            headers["Cache-Control"] = "max-age=0"
        named = {name.lower(): name for name in headers}
        for name, value in request.headers.items():
            if name.lower() == "accept-encoding" and value.strip() != "identity":
                value = acceptable(value)
            headers[named.get(name.lower(), name)] = value
        return headers

    def _accept_encoding(self, request: Request) -> str:
        if (
            request.method == "HEAD"
            or request.byte_range is not None
            or request.purpose not in ("page", "find-links", "metadata")
        ):
            return "identity"
        return acceptable("gzip, deflate" if self._profile.tool == "pip" else self._profile.text("accept_encoding"))

    async def _received(self, trail: Trail) -> Received:
        """The final answer of the network, with errors as the caller knows them."""
        try:
            return await self._follow_or_retry(trail)
        except NoAnswer as error:
            raise FetchError(error.failure, error.url, tuple(trail.numbers)) from None
        except AuthenticationRefused as error:
            raise FetchError(MissingCredentials(str(error)), trail.request.url, tuple(trail.numbers)) from None
        except BadRedirect as error:
            failure = ConnectionFailure("protocol", str(error))
            raise FetchError(failure, trail.request.url, tuple(trail.numbers)) from None

    async def _follow_or_retry(self, trail: Trail) -> Received:
        """In which order retries, authentication and redirects enclose each other (auth.md sections 6 and 7)."""
        hop = Hop(trail.request.url, trail.request.credentials)
        if self._way == "library":
            return await self._retrying(trail, partial(self._authenticated, trail, hop, None))
        redirect_of: int | None = None
        for _ in range(most_hops(self._way)):
            received = await self._one_hop(trail, hop, redirect_of)
            carried = received.credentials if self._way == "pip" else hop.credentials
            following = next_hop(received.status, received.headers, hop.url, carried, self._way)
            if following is None:
                return received
            hop, redirect_of = following, received.number
        return await self._one_hop(trail, hop, redirect_of)

    async def _one_hop(self, trail: Trail, hop: Hop, redirect_of: int | None) -> Received:
        """uv authenticates each attempt anew; pip repeats below its authentication."""
        if self._way == "pip":
            return await self._authenticated(trail, hop, redirect_of)
        return await self._retrying(trail, partial(self._authenticated, trail, hop, redirect_of))

    async def _authenticated(self, trail: Trail, hop: Hop, redirect_of: int | None) -> Received:
        request = trail.request
        asked = Asked(
            hop.url, hop.credentials, request.purpose, request.index, redirect_of is not None, hop.in_location
        )
        wire = partial(self._wire, trail, hop.url, redirect_of)
        return await self._authenticator.run(asked, wire, trail.logical)

    async def _wire(
        self, trail: Trail, url: SafeUrl, redirect_of: int | None, credentials: Credentials | None, begun: Begun
    ) -> Received:
        """One request as the authentication sees it: with pip's repeats, or with the library's redirects, below it."""
        match self._way:
            case "pip":
                return await self._retrying(trail, partial(self._exchange, trail, url, redirect_of, credentials, begun))
            case "library":
                return await self._chain(trail, url, credentials, begun)
            case "own" | "kept everywhere":
                return await self._exchange(trail, url, redirect_of, credentials, begun)
            case _:
                assert_never(self._way)

    async def _chain(self, trail: Trail, url: SafeUrl, credentials: Credentials | None, begun: Begun) -> Received:
        """Redirects as an HTTP library follows them: the authentication sees the last answer only."""
        received = await self._exchange(trail, url, None, credentials, begun)
        for _ in range(most_hops(self._way)):
            hop = next_hop(received.status, received.headers, received.url, received.credentials, self._way)
            if hop is None:
                return received
            tell = begun if hop.credentials is not None else self._tell_anonymous
            received = await self._exchange(trail, hop.url, received.number, hop.credentials, tell)
        if received.status in REDIRECTS:
            raise BadRedirect("too many redirects")
        return received

    async def _exchange(
        self, trail: Trail, url: SafeUrl, redirect_of: int | None, credentials: Credentials | None, begun: Begun
    ) -> Received:
        sending = Sending(
            request=trail.request,
            url=url,
            credentials=credentials,
            headers=trail.headers,
            logical=trail.logical() or None,
            attempt=trail.attempt,
            redirect_of=redirect_of,
            conditional=trail.conditional,
        )
        async with self._turns:
            number = self._exchanges.begin(sending)
            trail.numbers.append(number)
            begun(number, trail.logical())
            return await self._exchanges.complete(sending, number)

    def _tell_anonymous(self, number: int, logical: int) -> None:
        self._emit(CredentialSent(number, logical, "no credentials", None, "redirects"))

    async def _retrying(self, trail: Trail, make: Callable[[], Awaitable[Received]]) -> Received:
        """Repeat after transient statuses and failures, waiting longer each time."""
        last = self._settings.network.retries + 1
        for attempt in range(1, last + 1):
            trail.attempt = attempt
            if attempt > 1:
                await asyncio.sleep(delay_before(attempt, self._profile))
            try:
                received = await make()
            except NoAnswer as error:
                if attempt == last or not is_transient_failure(error.failure):
                    raise
                continue
            if attempt == last or not is_transient_status(received.status, self._profile):
                return received
        raise AssertionError("the last attempt returns or raises")
