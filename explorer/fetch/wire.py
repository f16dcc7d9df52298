"""What one logical request becomes on the wire: retries, authentication and redirects, in the order of the release."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, assert_never

from ..auth.authenticator import Authenticator, Begun
from ..auth.redirects import REDIRECTS, BadRedirect, Hop, most_hops, next_hop, way_of
from ..auth.steps import Asked, AuthenticationRefused
from ..auth.stores import Origin
from ..events import Cancelled, CredentialSent, Emit
from ..http.exchange import FetchError, Request
from ..http.exchanges import Exchanges, NoAnswer, Received, Sending, Underway
from ..http.retries import delay_before, is_transient_failure, is_transient_status
from ..model.credentials import Credentials
from ..model.reasons import ConnectionFailure, MissingCredentials
from ..model.url import SafeUrl
from ..profiles import Profile
from ..settings.settings import Settings

MOST_AT_ONCE: Final = 50
"""Exchanges under way at the same time, as uv's default."""

LEAD_OF_PAGES: Final = 0.024
"""Seconds that a file gives way to pages under way, where the credentials it gets depend on them."""


@dataclass(slots=True)
class Trail:
    """The exchanges of one logical request so far.

    `underway` is the latest one while its body is unread.
    """

    request: Request
    headers: dict[str, str]
    numbers: list[int] = field(default_factory=list)
    conditional: bool = False
    attempt: int = 1
    repeats: int = 0
    underway: Underway | None = None

    def logical(self) -> int:
        """The number of the first exchange; 0 before there is one."""
        return self.numbers[0] if self.numbers else 0


class Wire:
    """Makes the exchanges of one run's requests."""

    def __init__(self, settings: Settings, profile: Profile, emit: Emit, exchanges: Exchanges) -> None:
        self._retries = settings.network.retries
        self._profile = profile
        self._emit = emit
        self._way = way_of(profile)
        self._exchanges = exchanges
        self._authenticator = Authenticator(settings, profile, emit, self._let_pages_through)
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)
        self._pages: Counter[Origin] = Counter()
        self._left: set[asyncio.Task[None]] = set()

    async def ask(self, trail: Trail) -> Received:
        """The answer that counts. Raises `FetchError`, `Cancelled`."""
        try:
            return await self._answered(trail)
        except NoAnswer as error:
            raise FetchError(error.failure, error.url, tuple(trail.numbers)) from None
        except AuthenticationRefused as error:
            raise FetchError(MissingCredentials(str(error)), trail.request.url, tuple(trail.numbers)) from None
        except BadRedirect as error:
            failure = ConnectionFailure("protocol", str(error))
            raise FetchError(failure, trail.request.url, tuple(trail.numbers)) from None
        finally:
            self._leave(trail)

    async def _answered(self, trail: Trail) -> Received:
        """Head and body; uv judges an error by its head, and starts over where a body breaks off, as often as it
        repeats.
        """
        while True:
            underway = await self._follow_or_retry(trail)
            if underway.status >= 400 and self._way != "pip":
                return underway.without_body()
            trail.underway = None
            try:
                return await self._finish(underway)
            except NoAnswer as error:
                if self._way == "pip" or trail.repeats >= self._retries or not is_transient_failure(error.failure):
                    raise
                waits = not error.held
            trail.repeats += 1
            trail.attempt += 1
            await self._pause(trail.attempt, waits=waits)

    async def _follow_or_retry(self, trail: Trail) -> Underway:
        """In which order retries, authentication and redirects enclose each other (auth.md sections 6 and 7)."""
        hop = Hop(trail.request.url, trail.request.credentials)
        if self._way == "library":
            return await self._retrying(trail, partial(self._authenticated, trail, hop, None))
        redirect_of: int | None = None
        for _ in range(most_hops(self._way)):
            underway = await self._one_hop(trail, hop, redirect_of)
            carried = underway.credentials if self._way == "pip" else hop.credentials
            following = next_hop(underway.status, underway.headers, hop.url, carried, self._way)
            if following is None:
                return underway
            hop, redirect_of = following, underway.number
        return await self._one_hop(trail, hop, redirect_of)

    async def _one_hop(self, trail: Trail, hop: Hop, redirect_of: int | None) -> Underway:
        """uv authenticates each attempt anew; pip repeats below its authentication."""
        if self._way == "pip":
            return await self._authenticated(trail, hop, redirect_of)
        return await self._retrying(trail, partial(self._authenticated, trail, hop, redirect_of))

    async def _authenticated(self, trail: Trail, hop: Hop, redirect_of: int | None) -> Underway:
        request = trail.request
        asked = Asked(
            hop.url, hop.credentials, request.purpose, request.index, redirect_of is not None, hop.in_location
        )
        wire = partial(self._once, trail, hop.url, redirect_of)
        return await self._authenticator.run(asked, wire, trail.logical)

    async def _once(
        self, trail: Trail, url: SafeUrl, redirect_of: int | None, credentials: Credentials | None, begun: Begun
    ) -> Underway:
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

    async def _chain(self, trail: Trail, url: SafeUrl, credentials: Credentials | None, begun: Begun) -> Underway:
        """Redirects as an HTTP library follows them: the authentication sees the last answer only."""
        underway = await self._exchange(trail, url, None, credentials, begun)
        for _ in range(most_hops(self._way)):
            hop = next_hop(underway.status, underway.headers, underway.url, underway.credentials, self._way)
            if hop is None:
                return underway
            tell = begun if hop.credentials is not None else self._tell_anonymous
            underway = await self._exchange(trail, hop.url, underway.number, hop.credentials, tell)
        if underway.status in REDIRECTS:
            raise BadRedirect("too many redirects")
        return underway

    async def _exchange(
        self, trail: Trail, url: SafeUrl, redirect_of: int | None, credentials: Credentials | None, begun: Begun
    ) -> Underway:
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
        self._leave(trail)
        await self._turns.acquire()
        is_page = trail.request.purpose == "page"
        self._pages[url.origin] += is_page
        try:
            number = self._exchanges.begin(sending)
            trail.numbers.append(number)
            begun(number, trail.logical())
            underway = trail.underway = await self._exchanges.head(sending, number)
        except BaseException:
            self._turns.release()
            raise
        finally:
            self._pages[url.origin] -= is_page
        return underway

    async def _let_pages_through(self, url: SafeUrl) -> None:
        """Wait until the pages of this host that are under way are answered, for a moment at most."""
        await asyncio.sleep(LEAD_OF_PAGES / 8)
        latest = time.monotonic() + LEAD_OF_PAGES
        while self._pages[url.origin] and time.monotonic() < latest:
            await asyncio.sleep(0.001)

    async def _finish(self, underway: Underway) -> Received:
        try:
            return await underway.finish()
        finally:
            self._turns.release()

    def _leave(self, trail: Trail) -> None:
        """Read a body that nobody waits for beside what follows: it is shown, and its connection can be used again."""
        underway, trail.underway = trail.underway, None
        if underway is not None:
            task = asyncio.create_task(self._read_left(underway))
            self._left.add(task)
            task.add_done_callback(self._left.discard)

    async def _read_left(self, underway: Underway) -> None:
        with contextlib.suppress(NoAnswer, Cancelled):
            await self._finish(underway)

    def _tell_anonymous(self, number: int, logical: int) -> None:
        self._emit(CredentialSent(number, logical, "no credentials", None, "redirects"))

    async def _retrying(self, trail: Trail, make: Callable[[], Awaitable[Underway]]) -> Underway:
        """Repeat after transient statuses and failures, waiting longer each time."""
        last = self._retries + 1
        waits = True
        for attempt in range(1, last + 1):
            trail.attempt = attempt
            if attempt > 1:
                trail.repeats += 1
                await self._pause(attempt, waits=waits)
            try:
                underway = await make()
            except NoAnswer as error:
                if attempt == last or not is_transient_failure(error.failure):
                    raise
                waits = not error.held
                continue
            if attempt == last or not is_transient_status(underway.status, self._profile):
                return underway
            waits = not underway.is_held
        raise AssertionError("the last attempt returns or raises")

    async def _pause(self, attempt: int, *, waits: bool) -> None:
        """Wait before a repeat as the release does; for an answer that is held there is nothing to wait for."""
        if waits:
            await asyncio.sleep(delay_before(attempt, self._profile))
