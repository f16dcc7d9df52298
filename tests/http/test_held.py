"""Runs again from answers already held."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from loopback import CLOSE, Loopback, Seen, answer, run

from explorer.events import Body, RequestEnded
from explorer.fetch import Fetcher
from explorer.http.exchange import FetchError, Request
from explorer.http.held import SOURCE, HeldAnswers, HoldingTransport, key_of
from explorer.http.transport import Transport, open_transport
from explorer.model.url import split_credentials
from explorer.profiles import parse_profile
from explorer.settings.settings import NetworkSettings, Settings


async def ask(transport: Transport, url: str, **more: object) -> tuple[bytes, list[str]]:
    """The body, and where each exchange came from."""
    settings = Settings(tool="uv", kind="uv lock", mode="universal", command=(), directory=Path())
    events: list[Body] = []

    def emit(body: Body, /, *, fork: int = 0) -> None:
        events.append(body)

    fetcher = Fetcher(settings, parse_profile("uv@0.13.8"), emit, transport)
    safe, credentials = split_credentials(url)
    page = await fetcher.fetch(Request(url=safe, purpose="page", credentials=credentials, **more))  # type: ignore[arg-type]
    await fetcher.quiet()
    return page.body, [e.source for e in events if isinstance(e, RequestEnded)]


def test_what_is_held_is_not_asked_again() -> None:
    async def scenario() -> None:
        held = HeldAnswers()
        async with Loopback(lambda seen: answer(body=seen.path.encode())) as server:
            for sources in (["network"], ["recording"]):
                transport = open_transport(NetworkSettings(), held)
                assert await ask(transport, f"{server.url}/a/") == (b"/a/", sources)
                await transport.aclose()
            assert len(server.seen) == 1

    run(scenario())


def test_only_what_was_never_asked_goes_to_the_network() -> None:
    async def scenario() -> None:
        held = HeldAnswers()

        def handler(seen: Seen) -> bytes:
            return answer(body=b"page") if seen.user == "alice:secret" else answer(401)

        async with Loopback(handler) as server:
            with_user = server.url.replace("://", "://alice:secret@")
            with_other_password = server.url.replace("://", "://alice:wrong@")
            first = open_transport(NetworkSettings(), held)
            await ask(first, f"{server.url}/a/")
            again = open_transport(NetworkSettings(), held)
            assert await ask(again, f"{with_user}/a/") == (b"page", ["network"])
            assert await ask(again, f"{with_other_password}/a/") == (b"", ["network"])
            assert await ask(again, f"{server.url}/a/") == (b"", ["recording"])
            last = open_transport(NetworkSettings(), held)
            assert await ask(last, f"{with_user}/a/") == (b"page", ["recording"])
            for transport in (first, again, last):
                await transport.aclose()

    run(scenario())


def test_nothing_beyond_a_recording_is_asked() -> None:
    async def scenario() -> None:
        with pytest.raises(FetchError, match="never made"):
            await ask(HoldingTransport(HeldAnswers(), None), "http://h.test/a/")

    run(scenario())


def test_a_body_read_in_part_serves_who_needs_no_more() -> None:
    async def scenario() -> None:
        held = HeldAnswers()
        async with Loopback(lambda _: answer(body=b"x" * 5_000_000)) as server:
            for sources in (["network"], ["recording"]):
                transport = open_transport(NetworkSettings(), held)
                _, seen = await ask(transport, f"{server.url}/a", enough=lambda data: len(data) > 100)
                assert seen == sources
                await transport.aclose()
            transport = open_transport(NetworkSettings(), held)
            body, seen = await ask(transport, f"{server.url}/a")
            assert (len(body), seen) == (5_000_000, ["network"])
            await transport.aclose()

    run(scenario())


def test_a_server_that_fails_once_fails_once_in_each_run() -> None:
    async def scenario() -> None:
        held = HeldAnswers()
        replies = [answer(503), answer(body=b"page")]
        async with Loopback(lambda _: replies.pop(0)) as server:
            for source in ("network", "recording"):
                transport = HoldingTransport(held, open_transport(NetworkSettings()))
                statuses = []
                for _ in range(2):
                    request = httpx.Request("GET", server.url)
                    response = await transport.handle_async_request(request)
                    await response.aread()
                    statuses.append(response.status_code)
                    assert request.extensions.get(SOURCE, "network") == source
                assert statuses == [503, 200]
                await transport.aclose()

    run(scenario())


def test_a_connection_that_failed_is_not_tried_again() -> None:
    async def scenario() -> None:
        held = HeldAnswers()
        async with Loopback(lambda _: answer()) as server:
            url = server.url
        for source in ("network", "recording"):
            request = httpx.Request("GET", url)
            transport = HoldingTransport(held, open_transport(NetworkSettings()))
            with pytest.raises(httpx.ConnectError):
                await transport.handle_async_request(request)
            assert request.extensions.get(SOURCE, "network") == source
            await transport.aclose()

    run(scenario())


def test_what_broke_off_is_not_held() -> None:
    async def scenario() -> None:
        held = HeldAnswers()
        replies = [answer(body=b"ha", Content_Length="4") + CLOSE, answer(body=b"half")]
        async with Loopback(lambda _: replies.pop(0)) as server:
            transport = HoldingTransport(held, open_transport(NetworkSettings()))
            for expected in (httpx.ReadError, None):
                response = await transport.handle_async_request(httpx.Request("GET", server.url))
                if expected is not None:
                    with pytest.raises(expected):
                        await response.aread()
                    assert len(held) == 0
                else:
                    assert await response.aread() == b"half"
            await transport.aclose()

    run(scenario())


def test_memory_is_bounded() -> None:
    async def scenario() -> None:
        held = HeldAnswers(limit=10)
        async with Loopback(lambda _: answer(body=b"123456")) as server:
            transport = open_transport(NetworkSettings(), held)
            for name in "ab":
                await ask(transport, f"{server.url}/{name}")
            assert len(held) == 1
            await transport.aclose()

    run(scenario())


def test_keys_have_the_user_and_no_password() -> None:
    request = httpx.Request("GET", "http://h.test/a", headers={"Authorization": "Basic YWxpY2U6c2VjcmV0"})
    key = key_of(request)
    assert key.user == "alice"
    assert "secret" not in repr(key)
    assert key_of(httpx.Request("GET", "http://h.test/a")).user is None
