"""From a logical request to its answer: out of the cache, or from the network."""

from __future__ import annotations

from typing import assert_never

from .. import __version__
from ..events import Emit, ExchangeFrom
from ..http.cache import Cache, Hit, Miss, Stale, final_url, stamp_of, store_for
from ..http.decoding import acceptable
from ..http.exchange import Answer, Request
from ..http.exchanges import Exchanges, Received
from ..http.injected import InjectingTransport, injected_status
from ..http.session import SessionPart
from ..http.store import Entry
from ..http.transport import Transport
from ..profiles import Profile
from ..settings.settings import Settings
from .wire import Trail, Wire


class Fetcher:
    """The `Fetch` of one run. Coroutines run on the loop of `transport`, which the caller opens and closes.

    `session` is the run's part in a session, whose answers are held.
    """

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        emit: Emit,
        transport: Transport,
        session: SessionPart | None = None,
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._session = session
        agent = f"resolve-tui/{__version__} (like {profile.tool}/{profile.version})"
        store = store_for(settings.network, profile)
        if session is None:
            self._cache = Cache(settings.network, profile, store)
        else:
            transport = session.transport(transport)
            self._cache = Cache(settings.network, profile, session.store(store), session.clock)
        if settings.injected:
            transport = InjectingTransport(settings.injected, transport)
        self._exchanges = Exchanges(transport, emit, agent)
        self._wire = Wire(settings, profile, emit, self._exchanges)

    def stop(self) -> None:
        """Begin no further exchange: the run has failed."""
        self._exchanges.stop()

    async def quiet(self) -> None:
        """Wait for the exchanges that are under way, so that each is told with its answer."""
        await self._exchanges.quiet()

    async def fetch(self, request: Request) -> Answer:
        """The answer with whatever status. Raises `FetchError`, `Cancelled`."""
        headers = self._headers(request)
        if injected_status(self._settings.injected, request.url) is not None:
            return await self._fresh_answer(Trail(request, headers), None)
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
        if not answer.stamp:
            return None
        held = self._session.remembered(answer.stamp, kind) if self._session is not None else None
        return held if held is not None else self._cache.derived(answer.stamp, kind)

    def remember(self, answer: Answer, kind: str, data: bytes) -> None:
        """Keep something read from the body of a stored answer."""
        if not answer.stamp:
            return
        if self._session is not None:
            self._session.remember(answer.stamp, kind, data)
        if answer.source == "network":
            self._cache.keep_derived(answer.stamp, kind, data)

    async def _fresh_answer(self, trail: Trail, key: str | None) -> Answer:
        """Ask the network, and store the answer where that is allowed."""
        asked = self._cache.now
        return self._kept_answer(trail, key, await self._wire.ask(trail), asked)

    def _kept_answer(self, trail: Trail, key: str | None, received: Received, asked: int) -> Answer:
        stamp = "" if key is None else self._cache.keep(key, received, trail.request, trail.headers, asked)
        if not stamp and received.stamp:
            stamp = f"held.{received.stamp}"
        return Answer(
            status=received.status,
            url=received.url,
            headers=received.headers,
            body=received.body,
            requests=tuple(trail.numbers),
            source=received.source,
            stamp=stamp,
        )

    async def _confirmed_answer(self, trail: Trail, stale: Stale) -> Answer:
        """Ask whether a stored answer still holds; what else comes replaces it."""
        asked = self._cache.now
        received = await self._wire.ask(trail)
        if received.status == 304:
            entry = self._cache.confirmed(stale, received, trail.request, trail.headers, asked)
            if entry is not None:
                return self._stored_answer(trail.request, entry, stale.key, tuple(trail.numbers), received.source)
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
            stored=True,
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
