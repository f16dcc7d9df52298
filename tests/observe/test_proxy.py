"""The proxy that sees what the real tool asks: what it tells, what it keeps to itself, and whom it serves."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from explorer.events import Body, RequestEnded, RequestStarted
from explorer.model.reasons import ConnectionFailure
from explorer.observe.proxy import RecordingProxy, range_of, sender_of
from explorer.observe.traffic import Traffic
from explorer.settings.settings import Settings

SETTINGS = Settings(tool="uv", kind="uv lock", mode="universal", command=("uv", "lock"), directory=Path())


@contextmanager
def origin(answer: bytes) -> Iterator[str]:
    """A server that sends `answer` on each connection and closes it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


class Watched:
    """A proxy with what it told."""

    def __init__(self, proxy: RecordingProxy, bodies: list[Body]) -> None:
        self.proxy = proxy
        self.bodies = bodies

    def get(self, url: str, **headers: str) -> bytes:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": self.proxy.url}))
        with opener.open(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return bytes(answer.read())

    @property
    def started(self) -> list[RequestStarted]:
        return [body for body in self.bodies if isinstance(body, RequestStarted)]

    @property
    def ended(self) -> list[RequestEnded]:
        return [body for body in self.bodies if isinstance(body, RequestEnded)]


@pytest.fixture
def watched() -> Iterator[Watched]:
    bodies: list[Body] = []
    with RecordingProxy(Traffic(SETTINGS, bodies.append)) as proxy:
        yield Watched(proxy, bodies)


PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: hunter2\r\n\r\nhello"


def test_an_answer_is_handed_on_as_it_is_and_told(watched: Watched) -> None:
    with origin(PAGE) as root:
        assert watched.get(f"{root}/a/?x=1") == b"hello"
        assert (watched.started[0].method, str(watched.started[0].url)) == ("GET", f"{root}/a/?x=1")
    assert (watched.ended[0].status, watched.ended[0].bytes, watched.ended[0].failure) == (200, 5, None)


def test_of_a_login_only_the_name_is_told(watched: Watched) -> None:
    login = b64encode(b"ann:hunter2").decode()
    with origin(PAGE) as root:
        watched.get(f"{root}/a/", Authorization=f"Basic {login}")
    assert (watched.started[0].user, watched.started[0].user_shown) == ("ann", "ann")
    assert "hunter2" not in repr(watched.bodies) and login not in repr(watched.bodies)


def test_a_lone_name_may_be_a_token_so_it_is_not_shown() -> None:
    sender = sender_of("Basic " + b64encode(b"token:").decode())
    assert (sender.name, sender.shown) == ("token", "****")


@pytest.mark.parametrize("header", ["Bearer secret", "Basic", "Basic ???", "Basic /w=="])
def test_what_is_no_login_has_an_empty_name(header: str) -> None:
    assert sender_of(header).name == ""


@pytest.mark.parametrize(
    ("header", "part"),
    [("bytes=0-99", (0, 99)), ("bytes=-500", (-500, -1)), ("bytes=0-9,20-29", None), (None, None), ("pages=1", None)],
)
def test_a_range_is_told_as_its_first_and_last_byte(header: str | None, part: tuple[int, int] | None) -> None:
    assert range_of(header) == part


def test_a_refused_connection_is_a_closed_one_for_the_tool(watched: Watched) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises((urllib.error.URLError, OSError)):
            watched.get(f"http://127.0.0.1:{unused.getsockname()[1]}/a/")
    assert watched.ended[0].status is None
    assert isinstance(watched.ended[0].failure, ConnectionFailure) and watched.ended[0].failure.kind == "refused"


def test_an_answer_that_breaks_off_is_told_as_such(watched: Watched) -> None:
    with origin(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello") as root, pytest.raises(Exception):  # noqa: B017
        watched.get(f"{root}/a/")
    assert (watched.ended[0].status, watched.ended[0].bytes) == (200, 5)
    assert watched.ended[0].failure is not None


def test_a_repeat_with_a_login_is_the_same_logical_request(watched: Watched) -> None:
    with origin(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n") as root:
        for headers in ({}, {"Authorization": "Basic " + b64encode(b"ann:x").decode()}):
            with pytest.raises(urllib.error.HTTPError):
                watched.get(f"{root}/a/", **headers)
    assert [body.logical for body in watched.started] == [1, 1]


def test_nobody_else_is_served(watched: Watched) -> None:
    strangers = watched.proxy.url.replace("observer:", "observer:x")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": strangers}))
    with origin(PAGE) as root, pytest.raises(urllib.error.HTTPError, match="407"):
        opener.open(f"{root}/a/", timeout=10)
    assert watched.bodies == []


def test_nonsense_is_no_exchange(watched: Watched) -> None:
    port = int(watched.proxy.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"\x00\xff nonsense\r\n\r\n" + b"x" * 100_000)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    assert watched.bodies == []
