"""What the tools' own logs tell of exchanges over TLS; lines as uv and pip print them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from explorer.events import Body, RequestEnded, RequestStarted
from explorer.observe.log_lines import PipLog, UvLog, clean
from explorer.observe.traffic import Traffic
from explorer.settings.settings import Settings

SETTINGS = Settings(tool="uv", kind="uv lock", mode="universal", command=("uv", "lock"), directory=Path())
PAGE = "https://h.test/simple/a/"


def told(log: type[UvLog] | type[PipLog], *lines: str) -> list[tuple[str, str, str | None, int | None]]:
    """(method, URL, user, status) of each exchange that the lines tell."""
    bodies: list[Body] = []
    traffic = Traffic(SETTINGS, bodies.append)
    reader = log(traffic)
    for line in lines:
        reader.read(line)
    traffic.end_all()
    ended = {body.request: body.status for body in bodies if isinstance(body, RequestEnded)}
    started = [body for body in bodies if isinstance(body, RequestStarted)]
    return [(b.method, str(b.url), b.user if b.user_known else "?", ended[b.request]) for b in started]


def test_a_status_is_that_of_its_url() -> None:
    rows = told(
        UvLog,
        f"DEBUG Sending fresh GET request for: {PAGE}",
        "DEBUG Sending fresh GET request for: https://h.test/simple/b/",
        "TRACE Received response for fresh request with status 404 Not Found for: https://h.test/simple/b/",
        f"TRACE Received response for fresh request with status 200 OK for: {PAGE}",
    )
    assert rows == [("GET", PAGE, "?", 200), ("GET", "https://h.test/simple/b/", "?", 404)]


def test_an_anonymous_try_and_its_repeat_are_two_exchanges() -> None:
    rows = told(
        UvLog,
        f"TRACE Sending fresh GET request for {PAGE}",
        f"TRACE Handling request for {PAGE} with authentication policy auto",
        f"TRACE Request for {PAGE} failed with 401 Unauthorized, checking for credentials",
        f"TRACE Retrying request for {PAGE} with credentials from cache Basic "
        '{ username: Username(Some("ann")), password: Some("hunter2") }',
        f"TRACE Received response for fresh request with status 200 OK for: {PAGE}",
    )
    assert [(user, status) for _, _, user, status in rows] == [("?", 401), ("ann", 200)]


def test_an_exchange_over_http_is_left_to_the_proxy() -> None:
    assert told(UvLog, "DEBUG Sending fresh GET request for: http://h.test/simple/a/") == []


def test_what_has_no_status_in_the_log_has_none_here() -> None:
    assert told(UvLog, f"TRACE Sending fresh GET request for {PAGE}") == [("GET", PAGE, "?", None)]


def test_pip_tells_method_path_and_status_of_each_exchange() -> None:
    line = '  https://h.test:443 "GET /simple/a/ HTTP/1.1" 200 907'
    assert told(PipLog, line) == [("GET", PAGE, "?", 200)]


@pytest.mark.parametrize(
    "line",
    [
        "TRACE Caching credentials for http://two:hunter2@h.test/",
        'TRACE x Credentials { username: Some("two"), password: Some("hunter2") }',
        "DEBUG Authorization: Basic hunter2",
    ],
)
def test_passwords_that_old_releases_print_are_masked(line: str) -> None:
    assert "hunter2" not in clean(line)


@given(some.lists(some.text(max_size=300), max_size=10))
def test_any_lines_are_read_without_an_error(lines: list[str]) -> None:
    for log in (UvLog, PipLog):
        told(log, *lines, *(f"TRACE {line}" for line in lines))
