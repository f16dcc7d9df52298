"""The loopback index server: what it answers, and that nothing a client sends breaks it."""

from __future__ import annotations

import http.client
import socket
import threading
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from explorer.worlds.server import WorldServer
from explorer.worlds.table import BadWorld, Table
from explorer.worlds.world import World, read_world

PRIVATE = """
[[server]]
id = "corp"
[[server.index]]
id = "private"
auth = { user = "ann", password = "pw", rejected = 403 }
[server.index.packages.Demo_App.versions."1.0"]
requires = ["other>=1"]
requires-python = ">=3.8"
yanked = "broken"
unavailable = ["*.tar.gz"]
"""
OPEN = PRIVATE.replace('auth = { user = "ann", password = "pw", rejected = 403 }\n', "")
ANN = "Basic YW5uOnB3"


def world(text: str) -> World:
    return read_world(Table(tomllib.loads(text), "test"), "test")


@contextmanager
def serving(text: str) -> Iterator[WorldServer]:
    with WorldServer(world(text)) as server:
        yield server


def ask(
    server: WorldServer, index: str, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(server.root(index).removeprefix("http://"), timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def test_binds_loopback_only() -> None:
    with serving(OPEN) as server:
        assert server.url("private").startswith("http://127.0.0.1:")


def test_every_port_is_bound_to_loopback_whatever_name_the_host_has() -> None:
    with serving(OPEN.replace('id = "corp"', 'id = "corp"\nhost = "localhost"')) as server:
        assert server.url("private").startswith("http://localhost:")
        port = int(server.root("private").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            assert client.getpeername()[0] == "127.0.0.1"
        other = next(
            (each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)), "127.0.0.1"
        )
        if not other.startswith("127."):
            with pytest.raises(OSError):
                socket.create_connection((other, port), timeout=10)


def test_silent_clients_keep_nobody_waiting_and_are_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.worlds.server.PATIENCE", 0.3)
    with serving(OPEN) as server, ExitStack() as clients:
        host, _, port = server.root("private").removeprefix("http://").partition(":")
        silent = [clients.enter_context(socket.create_connection((host, int(port)), timeout=10)) for _ in range(50)]
        assert ask(server, "private", "/private/simple/demo-app/")[0] == 200
        assert {client.recv(10) for client in silent} == {b""}


def test_a_project_page_answers_json_or_html_as_asked_for() -> None:
    with serving(OPEN) as server:
        status, headers, _ = ask(server, "private", "/private/simple/demo-app/")
        assert (status, headers["content-type"]) == (200, "text/html")
        _, headers, body = ask(
            server, "private", "/private/simple/demo-app/", Accept="application/vnd.pypi.simple.v1+json"
        )
        assert headers["content-type"] == "application/vnd.pypi.simple.v1+json"
        assert b'"core-metadata"' in body and b'"yanked": "broken"' in body


def test_credentials_are_checked_and_logged_with_their_user() -> None:
    with serving(PRIVATE) as server:
        statuses = [
            ask(server, "private", "/private/simple/demo-app/")[0],
            ask(server, "private", "/private/simple/demo-app/", Authorization="Basic YW5uOm5v")[0],
            ask(server, "private", "/private/simple/demo-app/", Authorization=ANN)[0],
        ]
        assert statuses == [401, 403, 200]
        assert [exchange.user for exchange in server.log] == [None, "ann", "ann"]


def test_the_log_shows_no_password() -> None:
    with serving(PRIVATE) as server:
        ask(server, "private", "/private/simple/demo-app/", Authorization=ANN)
        assert "pw" not in repr(server.log) and "pw" not in repr(server.world)


def test_ranges_give_the_part_that_was_asked_for() -> None:
    with serving(OPEN) as server:
        path = "/private/files/demo_app-1.0-py3-none-any.whl"
        whole = ask(server, "private", path)[2]
        status, headers, part = ask(server, "private", path, Range="bytes=-100")
        assert (status, part) == (206, whole[-100:])
        assert headers["content-range"] == f"bytes {len(whole) - 100}-{len(whole) - 1}/{len(whole)}"
        assert ask(server, "private", path, Range="bytes=9999999-")[0] == 416


def test_head_gives_the_length_without_a_body() -> None:
    with serving(OPEN) as server:
        status, headers, body = ask(server, "private", "/private/files/demo_app-1.0-py3-none-any.whl", "HEAD")
        assert (status, body) == (200, b"")
        assert int(headers["content-length"]) > 20_000


def test_a_listed_file_may_be_missing() -> None:
    with serving(OPEN) as server:
        assert b"demo_app-1.0.tar.gz" in ask(server, "private", "/private/simple/demo-app/")[2]
        assert ask(server, "private", "/private/files/demo_app-1.0.tar.gz")[0] == 404


def test_a_sequence_of_statuses_ends_with_its_last_one() -> None:
    with serving(OPEN.replace('id = "private"\n', 'id = "private"\nstatus = { demo-app = [503, 200] }\n')) as server:
        assert [ask(server, "private", "/private/simple/demo-app/")[0] for _ in range(3)] == [503, 200, 200]
        server.reset()
        assert ask(server, "private", "/private/simple/demo-app/")[0] == 503


def test_placeholders_become_addresses_and_other_braces_stay() -> None:
    with serving(OPEN) as server:
        port = server.root("private").rpartition(":")[2]
        assert server.fill("{private|u:p} {private!port} {nothing} {}") == (
            f"http://u:p@127.0.0.1:{port}/private/simple {port} {{nothing}} {{}}"
        )


def test_a_refusing_server_refuses_connections() -> None:
    with (
        serving(OPEN.replace('id = "corp"', 'id = "corp"\nrefuse = true')) as server,
        pytest.raises(ConnectionRefusedError),
    ):
        ask(server, "private", "/")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\xff\xfe garbage\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"GET /half HTTP/1.1\r\nHost",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + b"y" * 100_000,
        b"GET /%ff%00/../.. HTTP/1.1\r\nHost: x\r\nAuthorization: Basic !!!\r\nRange: bytes=-\r\n\r\n",
        b"",
    ],
    ids=["garbage", "huge header", "half a request", "huge body", "odd path", "silence"],
)
def test_the_server_survives(sent: bytes) -> None:
    with serving(OPEN) as server:
        host, _, port = server.root("private").removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as client:
            try:
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            except OSError:
                pass
        assert ask(server, "private", "/private/simple/demo-app/")[0] == 200


def test_the_server_ends_with_open_connections_and_leaves_no_thread() -> None:
    before = threading.active_count()
    with serving(OPEN) as server:
        host, _, port = server.root("private").removeprefix("http://").partition(":")
        client = socket.create_connection((host, int(port)), timeout=10)
        client.sendall(b"GET / HTTP/1.1\r\n")
    client.close()
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[server]]\nid = "a"\ncolour = 1', "unknown key 'colour'"),
        ('[[server]]\nlatency-ms = "5"\nid = "a"', "latency-ms: expected a whole number"),
        ('[[server]]\nhost = "0.0.0.0"\nid = "a"', "expected 127.0.0.1 or localhost"),
        ("[[server]]", "id is missing"),
        ('[[server]]\nid="a"\n[[server.index]]\nid="i"\nredirect-to="j"', "there is no index 'j'"),
    ],
)
def test_a_wrong_description_is_an_error_that_names_the_key(text: str, complaint: str) -> None:
    with pytest.raises(BadWorld, match=complaint):
        world(text)
