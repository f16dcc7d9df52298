"""Logical requests against real servers: authentication, redirects, retries, cache and what is told about them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from loopback import CLOSE, Handler, Loopback, Seen, answer, run

from explorer.events import (
    Body,
    CredentialConsidered,
    CredentialSent,
    CredentialStored,
    RequestEnded,
    RequestStarted,
)
from explorer.fetch import Fetcher
from explorer.http import retries
from explorer.http.exchange import Answer, FetchError, Request
from explorer.http.transport import open_transport
from explorer.model.index import Index
from explorer.model.reasons import BodyTooLarge, ConnectionFailure, FetchFailure, MissingCredentials
from explorer.model.url import SafeUrl, split_credentials
from explorer.profiles import parse_profile
from explorer.settings.settings import AuthSettings, NetworkSettings, Settings

NEWEST = "uv@0.13.8"
E = TypeVar("E", bound=Body)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeats follow at once."""
    monkeypatch.setattr("explorer.fetch.wire.delay_before", lambda *_: 0.0)


class Running:
    """A fetcher whose events are kept."""

    def __init__(self, server: Loopback, fetcher: Fetcher, events: list[Body]) -> None:
        self.server = server
        self.fetcher = fetcher
        self.events = events

    async def get(self, path: str, index: Index | None = None, **more: object) -> Answer:
        """A page request for the server's `path`; a URL is taken as it is."""
        url, credentials = split_credentials(path if "://" in path else self.server.url + path)
        wanted = {"purpose": "page", "credentials": credentials, **more}
        return await self.fetcher.fetch(Request(url=url, index=index, **wanted))  # type: ignore[arg-type]

    async def fails(self, path: str, index: Index | None = None, **more: object) -> FetchFailure:
        with pytest.raises(FetchError) as caught:
            await self.get(path, index, **more)
        return caught.value.failure

    def told(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def sent(self) -> list[tuple[str, str | None]]:
        """(path, user:password) of each request the server saw."""
        return [(seen.path, seen.user) for seen in self.server.seen]


@contextlib.asynccontextmanager
async def running(
    handler: Handler,
    release: str = NEWEST,
    indexes: Callable[[str], tuple[Index, ...]] = lambda _: (),
    auth: AuthSettings | None = None,
    **network: object,
) -> AsyncIterator[Running]:
    """A server and a fetcher of one release; `indexes` gets the server's URL."""
    async with Loopback(handler) as server:
        settings = Settings(
            tool="uv" if release.startswith("uv") else "pip",
            kind="uv pip compile",
            mode="platform",
            command=(),
            directory=Path.cwd(),
            indexes=indexes(server.url),
            network=NetworkSettings(**network),  # type: ignore[arg-type]
            auth=auth or AuthSettings(),
        )
        events: list[Body] = []

        def emit(body: Body, /, *, fork: int = 0) -> None:
            events.append(body)

        transport = open_transport(settings.network)
        fetcher = Fetcher(settings, parse_profile(release), emit, transport)
        try:
            yield Running(server, fetcher, events)
        finally:
            await asyncio.wait_for(fetcher.quiet(), 5)
            await transport.aclose()


def corp(url: str, credentials: str = "", **more: object) -> tuple[Index, ...]:
    """One index, its root at /corp."""
    safe, own = split_credentials(url.replace("://", f"://{credentials}@" if credentials else "://") + "/corp/simple")
    return (Index(url=safe, credentials=own, name="corp", **more),)  # type: ignore[arg-type]


def protected(seen: Seen) -> bytes:
    """Serves alice."""
    return answer(body=b"page") if seen.user == "alice:secret" else answer(401, b"who are you?")


# what is told


def test_each_exchange_is_told_as_the_server_saw_it() -> None:
    async def scenario() -> None:
        async with running(protected, indexes=lambda url: corp(url, "alice:secret")) as it:
            page = await it.get("/corp/simple/a/")
            refused = await it.get("/far/file.whl", purpose="metadata")
            assert (page.status, page.body, page.requests) == (200, b"page", (1,))
            assert (refused.status, refused.requests) == (200, (2, 3))
            assert [(e.request, e.logical, e.user) for e in it.told(RequestStarted)] == [
                (1, 1, "alice"), (2, 2, None), (3, 2, "alice")
            ]  # fmt: skip
            ended = {e.request: e for e in it.told(RequestEnded)}
            assert [ended[n].status for n in (1, 2, 3)] == [200, 401, 200]
            assert ended[1].excerpt == "page"

    run(scenario())


def test_no_event_contains_a_password() -> None:
    async def scenario() -> None:
        reply = answer(401, b"no", Set_Cookie="session=hunter2", Location="http://bob:hunter2@h.test/?token=hunter2")
        async with running(lambda _: reply, indexes=lambda url: corp(url, "alice:hunter2")) as it:
            await it.get(it.server.url.replace("://", "://alice:hunter2@") + "/corp/simple/a/?token=hunter2")
            await it.fetcher.quiet()
            assert it.server.seen[0].user == "alice:hunter2"
            assert it.server.seen[0].path.endswith("?token=hunter2")
            assert len(it.told(CredentialStored)) == 4
            assert len(it.told(CredentialSent)) == 1
            assert "hunter2" not in repr(it.events)

    run(scenario())


def test_a_user_alone_is_masked_where_it_is_shown() -> None:
    async def scenario() -> None:
        async with running(protected) as it:
            await it.get(it.server.url.replace("://", "://t0ken@") + "/corp/simple/a/")
            (event,) = it.told(RequestStarted)
            assert (event.user, event.user_shown) == ("t0ken", "****")
            assert not any("t0ken" in repr(e) for e in it.events if e is not event)

    run(scenario())


def test_the_ladder_names_every_rung_also_those_that_were_not_asked() -> None:
    async def scenario() -> None:
        async with running(protected, indexes=lambda url: corp(url, "alice:secret")) as it:
            await it.get("/corp/files/a.whl", purpose="metadata")
            rungs = [(e.rung, e.outcome) for e in it.told(CredentialConsidered)]
            assert rungs == [
                ("URL of the request", "nothing"), ("known for this root", "used"),
                ("known for this host", "not asked"), ("netrc", "not asked"),
                ("credential store", "not asked"), ("keyring", "not asked"),
            ]  # fmt: skip
            (sent,) = it.told(CredentialSent)
            assert (sent.rung, sent.owner) == ("known for this root", "corp")

    run(scenario())


# credentials of an index


def test_variables_replace_the_urls_pair_in_the_stores_only() -> None:
    async def scenario() -> None:
        def indexes(url: str) -> tuple[Index, ...]:
            _, variables = split_credentials("http://alice:secret@x/")
            return corp(url, "alice:wrong", variable_credentials=variables, variable_names=("UV_INDEX_CORP_PASSWORD",))

        async with running(protected, indexes=indexes) as it:
            (index,) = indexes(it.server.url)
            assert (await it.get("/corp/files/a.whl", purpose="metadata")).status == 200
            page = Request(
                url=SafeUrl.parse(f"{it.server.url}/corp/simple/a/"),
                purpose="page",
                index=index,
                credentials=index.credentials,
            )
            assert (await it.fetcher.fetch(page)).status == 401
            assert [user for _, user in it.sent] == ["alice:secret", "alice:wrong"]

    run(scenario())


def test_of_two_indexes_of_a_host_the_first_is_known_for_the_host() -> None:
    async def scenario() -> None:
        def indexes(url: str) -> tuple[Index, ...]:
            pairs = ("one:1", "two:2")
            urls = (split_credentials(url.replace("://", f"://{p}@") + f"/{p[:3]}/simple") for p in pairs)
            return tuple(Index(url=safe, credentials=own) for safe, own in urls)

        async with running(lambda seen: answer(200 if seen.user else 401), indexes=indexes) as it:
            await it.get("/elsewhere/file.whl", purpose="metadata")
            assert [user for _, user in it.sent] == [None, "one:1"]

    run(scenario())


def test_netrc_is_asked_once_a_request_was_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login alice password secret")
        async with running(protected, auth=AuthSettings(netrc=tmp_path / "netrc")) as it:
            assert (await it.get("/corp/simple/a/")).status == 200
            assert [user for _, user in it.sent] == [None, "alice:secret"]

    run(scenario())


def test_always_without_credentials_sends_nothing() -> None:
    async def scenario() -> None:
        async with running(protected, indexes=lambda url: corp(url, authenticate="always")) as it:
            failure = await it.fails("/corp/simple/a/")
            assert isinstance(failure, MissingCredentials)
            assert "Missing credentials for: http://127.0.0.1" in failure.detail
            assert it.sent == []

    run(scenario())


# redirects


def redirecting(status: int = 302) -> Handler:
    def handler(seen: Seen) -> bytes:
        if seen.path == "/corp/simple/a/":
            return answer(status, Location="/store/a/")
        return protected(seen)

    return handler


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("release", ["uv@0.6.17", "uv@0.7.0", NEWEST, "pip@26.3"])
def test_a_redirect_on_the_same_host_keeps_the_urls_credentials(release: str, status: int) -> None:
    async def scenario() -> None:
        async with running(redirecting(status), release) as it:
            page = await it.get(it.server.url.replace("://", "://alice:secret@") + "/corp/simple/a/")
            assert (page.status, page.url, page.requests) == (200, f"{it.server.url}/store/a/", (1, 2))
            assert [user for _, user in it.sent] == ["alice:secret", "alice:secret"]
            hops = [e.redirect_of for e in it.told(RequestStarted)]
            assert hops == [None, 1]

    run(scenario())


@pytest.mark.parametrize(("release", "carried"), [("uv@0.6.17", None), ("uv@0.7.0", "alice:secret"), (NEWEST, None)])
def test_a_redirect_to_another_port(release: str, carried: str | None) -> None:
    async def scenario() -> None:
        other = Loopback(lambda _: answer(body=b"there"))
        async with other, running(lambda _: answer(302, Location=f"{other.url}/x"), release) as it:
            page = await it.get(it.server.url.replace("://", "://alice:secret@") + "/a/")
            assert (page.body, other.seen[0].user) == (b"there", carried)

    run(scenario())


def test_a_library_that_follows_makes_uv_repeat_the_first_url() -> None:
    async def scenario() -> None:
        handler = redirecting()
        async with running(handler, "uv@0.6.17", auth=AuthSettings()) as it:
            await it.get(it.server.url.replace("://", "://alice:secret@") + "/other")
            assert (await it.get("/corp/simple/a/")).status == 200
            assert it.sent[1:] == [
                ("/corp/simple/a/", None), ("/store/a/", None),
                ("/corp/simple/a/", "alice:secret"), ("/store/a/", "alice:secret"),
            ]  # fmt: skip

    run(scenario())


def test_found_credentials_are_not_carried_to_the_next_hop() -> None:
    async def scenario() -> None:
        def handler(seen: Seen) -> bytes:
            if seen.user != "alice:secret":
                return answer(401)
            return answer(302, Location="/store/a/") if seen.path == "/corp/simple/a/" else answer(body=b"page")

        async with running(handler) as it:
            await it.get(it.server.url.replace("://", "://alice:secret@") + "/other")
            await it.get("/corp/simple/a/")
            assert it.sent[1:] == [
                ("/corp/simple/a/", None), ("/corp/simple/a/", "alice:secret"),
                ("/store/a/", None), ("/store/a/", "alice:secret"),
            ]  # fmt: skip

    run(scenario())


@pytest.mark.parametrize(("release", "exchanges"), [("uv@0.6.17", 11), (NEWEST, 11), ("pip@26.3", 31)])
def test_redirects_without_end(release: str, exchanges: int) -> None:
    async def scenario() -> None:
        async with running(lambda _: answer(302, Location="/again"), release, retries=0) as it:
            with contextlib.suppress(FetchError):
                assert (await it.get("/again")).status == 302
            assert len(it.sent) == exchanges

    run(scenario())


# retries


def statuses(*codes: int) -> Handler:
    left = list(codes)
    return lambda _: answer(left.pop(0) if len(left) > 1 else left[0])


@pytest.mark.parametrize(
    ("release", "code", "asked"),
    [
        (NEWEST, 500, 3), (NEWEST, 503, 3), (NEWEST, 408, 3), (NEWEST, 429, 3), (NEWEST, 511, 3), (NEWEST, 410, 1),
        ("pip@26.3", 500, 3), ("pip@26.3", 502, 3), ("pip@23.2.1", 502, 1), ("pip@26.3", 429, 1),
    ],
)  # fmt: skip
def test_which_statuses_are_asked_again(release: str, code: int, asked: int) -> None:
    async def scenario() -> None:
        async with running(statuses(code), release, retries=2) as it:
            assert (await it.get("/a/")).status == code
            assert len(it.sent) == asked
            attempts = [e.attempt for e in it.told(RequestStarted)]
            assert attempts == list(range(1, asked + 1))

    run(scenario())


def test_the_last_attempt_counts() -> None:
    async def scenario() -> None:
        async with running(statuses(503, 404)) as it:
            assert (await it.get("/a/")).status == 404

    run(scenario())


def test_each_repeat_of_uv_begins_anonymously_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login alice password secret")
        auth = AuthSettings(netrc=tmp_path / "netrc")
        async with running(lambda seen: answer(503 if seen.user else 401), auth=auth, retries=2) as it:
            assert (await it.get("/a/")).status == 503
            assert [user for _, user in it.sent] == [None, "alice:secret"] * 3

    run(scenario())


def test_a_broken_off_body_is_asked_for_again() -> None:
    async def scenario() -> None:
        replies = [answer(body=b"ha", Content_Length="4") + CLOSE, answer(body=b"half")]
        async with running(lambda _: replies.pop(0)) as it:
            page = await it.get("/a/")
            assert (page.body, page.requests) == (b"half", (1, 2))
            first = it.told(RequestEnded)[0]
            assert isinstance(first.failure, ConnectionFailure)

    run(scenario())


def test_no_answer_is_a_failure_after_the_repeats() -> None:
    async def scenario() -> None:
        async with running(lambda _: None, retries=2) as it:
            failure = await it.fails("/a/")
            assert isinstance(failure, ConnectionFailure) and failure.kind == "reset"
            assert len(it.sent) == 3

    run(scenario())


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        (lambda _: b"hello\r\n\r\n", "protocol"),
        (lambda _: answer(body=b"no gzip", Content_Encoding="gzip"), "protocol"),
    ],
)
def test_what_cannot_be_read_is_named(handler: Handler, kind: str) -> None:
    async def scenario() -> None:
        async with running(handler, retries=0) as it:
            failure = await it.fails("/a/")
            assert isinstance(failure, ConnectionFailure) and failure.kind == kind

    run(scenario())


def test_waiting_grows_and_is_bounded() -> None:
    uv, pip = parse_profile(NEWEST), parse_profile("pip@26.3")
    assert [retries.delay_before(n, uv) for n in (2, 3, 4)] == [0.5, 1.0, 2.0]
    assert [retries.delay_before(n, pip) for n in (2, 3, 4)] == [0.0, 0.5, 1.0]
    assert retries.delay_before(60, uv) == retries.LONGEST_DELAY


# bodies


def test_a_body_over_the_limit_is_refused() -> None:
    async def scenario() -> None:
        async with running(lambda _: answer(body=b"x" * 2000), retries=0) as it:
            assert await it.fails("/a/", limit=1000) == BodyTooLarge(1000)

    run(scenario())


def test_reading_ends_where_it_is_enough() -> None:
    async def scenario() -> None:
        async with running(lambda _: answer(body=b"x" * 5_000_000)) as it:
            wheel = await it.get("/a.whl", purpose="wheel", enough=lambda data: len(data) >= 1000)
            assert 1000 <= len(wheel.body) < 5_000_000

    run(scenario())


def test_ranges_and_heads_are_asked_without_encoding() -> None:
    async def scenario() -> None:
        async with running(lambda _: answer(206, b"part")) as it:
            await it.get("/a.whl", purpose="wheel", byte_range=(10, 13))
            await it.get("/a.whl", purpose="wheel", method="HEAD")
            first, second = it.server.seen
            assert first.headers["range"] == "bytes=10-13"
            assert first.headers["accept-encoding"] == second.headers["accept-encoding"] == "identity"

    run(scenario())


@pytest.mark.parametrize(
    ("release", "accepted"), [("uv@0.5.25", "gzip"), ("uv@0.7.13", "gzip, deflate"), ("pip@26.3", "gzip, deflate")]
)
def test_pages_accept_what_the_release_accepts_and_we_can_undo(release: str, accepted: str) -> None:
    async def scenario() -> None:
        async with running(lambda _: answer(), release) as it:
            await it.get("/a/", headers={"Accept": "text/html"})
            headers = it.server.seen[0].headers
            assert headers["accept-encoding"].removesuffix(", zstd") == accepted
            assert headers["accept"] == "text/html"
            assert headers.get("cache-control") == ("max-age=0" if release.startswith("pip") else None)

    run(scenario())


# cache


def cacheable(body: bytes = b"page", **headers: str) -> Callable[[Seen], bytes]:
    """Answers 304 where the tag is known."""

    def handler(seen: Seen) -> bytes:
        if "etag" in {name.lower() for name in headers} and seen.headers.get("if-none-match") == headers.get("ETag"):
            return answer(304, b"", **headers)
        return answer(200, body, **headers)

    return handler


def asked_twice(handler: Handler, tmp_path: Path, release: str = NEWEST, **second: object) -> tuple[list[Seen], Answer]:
    """Two runs with one cache folder; gives what the server saw and the second answer."""

    async def scenario() -> tuple[list[Seen], Answer]:
        async with Loopback(handler) as shared:
            (index,) = corp(shared.url)
            for network in ({}, second):
                async with running(handler, release, cache=tmp_path, **network) as it:  # type: ignore[arg-type]
                    page = await it.get(f"{shared.url}/corp/simple/a/", index, cached="api", package="a")
            return shared.seen, page

    return run(scenario())


def test_a_fresh_page_is_not_asked_again(tmp_path: Path) -> None:
    seen, page = asked_twice(cacheable(Cache_Control="max-age=600"), tmp_path)
    assert len(seen) == 1
    assert (page.body, page.source, page.status) == (b"page", "cache", 200)


def test_a_stale_page_is_confirmed(tmp_path: Path) -> None:
    seen, page = asked_twice(cacheable(ETag='"v1"', Cache_Control="max-age=0"), tmp_path)
    assert [s.headers.get("if-none-match") for s in seen] == [None, '"v1"']
    assert (page.body, page.source, page.status) == (b"page", "network", 200)


def test_refresh_asks_again_with_no_cache(tmp_path: Path) -> None:
    handler = cacheable(ETag='"v1"', Cache_Control="max-age=600")
    seen, _ = asked_twice(handler, tmp_path, refresh=True)
    assert seen[1].headers["cache-control"] == "no-cache"
    seen, _ = asked_twice(handler, tmp_path, refresh_packages=frozenset({"b"}))
    assert len(seen) == 1


@pytest.mark.parametrize(("release", "asked"), [("uv@0.7.21", 2), ("uv@0.7.22", 1)])
def test_the_cache_control_of_an_index_overrides_the_answers(tmp_path: Path, release: str, asked: int) -> None:
    async def scenario() -> int:
        handler = cacheable(Cache_Control="no-store")
        async with running(handler, release, cache=tmp_path) as it:
            (index,) = corp(it.server.url, cache_control_api="max-age=600")
            for _ in range(2):
                await it.get("/corp/simple/a/", index, cached="api")
            return len(it.sent)

    assert run(scenario()) == asked


def test_errors_are_not_stored(tmp_path: Path) -> None:
    seen, _ = asked_twice(lambda _: answer(404, Cache_Control="max-age=600"), tmp_path)
    assert len(seen) == 2


def test_offline_uses_what_is_stored_whatever_its_age_and_skips_the_rest(tmp_path: Path) -> None:
    seen, page = asked_twice(cacheable(Cache_Control="max-age=0"), tmp_path, offline=True)
    assert (len(seen), page.body, page.source) == (1, b"page", "cache")

    async def scenario() -> None:
        async with running(cacheable(), offline=True, cache=tmp_path) as it:
            missing = await it.get("/corp/simple/other/", cached="api")
            assert (missing.skipped, missing.status, it.sent) == (True, 0, [])

    run(scenario())


def test_no_cache_still_serves_a_url_asked_twice_in_one_run(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(cacheable(Cache_Control="max-age=600"), no_cache=True, cache=tmp_path) as it:
            await it.get("/a/", cached="api")
            await it.get("/a/", cached="api")
            assert len(it.sent) == 1
            assert list(tmp_path.iterdir()) == []

    run(scenario())


def test_an_unusable_304_is_asked_again_without_conditions(tmp_path: Path) -> None:
    def handler(seen: Seen) -> bytes:
        return answer(304, ETag='"other"') if "if-none-match" in seen.headers else answer(body=b"page", ETag='"v1"')

    seen, page = asked_twice(handler, tmp_path)
    assert ["if-none-match" in s.headers for s in seen] == [False, True, False]
    assert page.body == b"page"


def test_pip_stores_nothing_from_plain_http(tmp_path: Path) -> None:
    seen, _ = asked_twice(cacheable(Cache_Control="max-age=600"), tmp_path, "pip@26.3")
    assert len(seen) == 2
    assert list(tmp_path.rglob("*")) == []


def test_a_redirected_page_is_stored_with_its_final_url(tmp_path: Path) -> None:
    def handler(seen: Seen) -> bytes:
        if seen.path.startswith("/corp"):
            return answer(302, Location="/store/a/")
        return answer(body=b"page", Cache_Control="max-age=600")

    seen, page = asked_twice(handler, tmp_path)
    assert len(seen) == 2
    assert page.url.endswith("/store/a/")


def test_what_was_read_from_a_page_is_remembered_with_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(cacheable(Cache_Control="max-age=600"), cache=tmp_path) as it:
            page = await it.get("/a/", cached="api")
            it.fetcher.remember(page, "parsed", b"data")
            again = await it.get("/a/", cached="api")
            assert it.fetcher.remembered(again, "parsed") == b"data"
            unstored = await it.get("/a/")
            it.fetcher.remember(unstored, "parsed", b"data")
            assert it.fetcher.remembered(unstored, "parsed") is None

    run(scenario())


def test_a_head_is_answered_from_the_cache_only_where_something_was_read_after_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(lambda _: answer(Cache_Control="max-age=600"), cache=tmp_path) as it:
            first = await it.get("/a.whl", purpose="wheel", method="HEAD", cached="files")
            await it.get("/a.whl", purpose="wheel", method="HEAD", cached="files")
            assert len(it.sent) == 2
            latest = await it.get("/a.whl", purpose="wheel", method="HEAD", cached="files")
            it.fetcher.remember(latest, "metadata", b"Name: a")
            again = await it.get("/a.whl", purpose="wheel", method="HEAD", cached="files")
            assert (len(it.sent), it.fetcher.remembered(again, "metadata")) == (3, b"Name: a")
            assert first.stamp != latest.stamp

    run(scenario())


def test_a_cancelled_fetch_leaves_the_fetcher_usable() -> None:
    async def scenario() -> None:
        asked, never = asyncio.Event(), asyncio.Event()

        async def handler(seen: Seen) -> bytes:
            if seen.path == "/slow":
                asked.set()
                await never.wait()
            return answer(body=b"ok")

        async with running(handler) as it:
            slow = asyncio.create_task(it.get("/slow"))
            await asked.wait()
            slow.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await slow
            assert (await it.get("/next")).body == b"ok"
            never.set()

    run(scenario())
