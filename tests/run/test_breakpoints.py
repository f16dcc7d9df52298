"""A run stops exactly where it is told to, and goes on when it is told to."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.events import Backtracked, Body, Decision, Event, IndexAnswered, RequestEnded, RequestStarted
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile
from explorer.run.breakpoints import BadBreakpoint, Breakpoint, parse_breakpoint, stops_at
from explorer.run.stream import EventStream
from explorer.run.worker import Run
from explorer.settings.read import read_settings
from explorer.settings.settings import Context, Settings
from explorer.worlds.server import WorldServer
from explorer.worlds.table import Table
from explorer.worlds.world import read_world

WORLD = """
[[server]]
id = "s"
[[server.index]]
id = "first"
[server.index.packages.a.versions."1.0"]
requires = ["b"]
[[server.index]]
id = "second"
[server.index.packages.b.versions."1.0"]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with WorldServer(read_world(Table(tomllib.loads(WORLD), "test"), "test")) as server:
        (tmp_path / "r.in").write_text("a\n")
        words = [
            "uv",
            "pip",
            "compile",
            "r.in",
            "--no-cache",
            "--index",
            "first={first}",
            "--default-index",
            "{second}",
        ]
        context = Context({"HOME": str(tmp_path)}, tmp_path, tmp_path)
        yield read_settings([server.fill(word) for word in words], context, parse_profile("uv@0.13.8"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("torch", Breakpoint("package", "torch")),
        ("package:Foo_Bar", Breakpoint("package", "foo-bar")),
        ("index: corp", Breakpoint("index", "corp")),
        ("status==401", Breakpoint("status", "401")),
        ("401", Breakpoint("status", "401")),
    ],
)
def test_a_place_to_stop_is_typed_as_in_a_filter(text: str, place: Breakpoint) -> None:
    assert parse_breakpoint(text) == place


@pytest.mark.parametrize("text", ["", "  ", "status:ok", "999", "package:-", "index:", "package:a b", "x" * 300])
def test_what_names_no_place_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadBreakpoint):
        parse_breakpoint(text)


URL = SafeUrl.trusted("http://h.test/simple/a/")


@pytest.mark.parametrize(
    ("place", "body"),
    [
        (Breakpoint("package", "a"), RequestStarted(1, 1, "GET", URL, "page", "corp", "a", None, None, None)),
        (Breakpoint("index", "corp"), IndexAnswered("b", "corp", "absent", 404, 0, "page_404")),
        (Breakpoint("status", "404"), RequestEnded(1, 404, "network", 0, 1.0)),
        (Breakpoint("package", "a"), Decision("a[x]", "1.0", 1, "newest")),
        (Breakpoint("package", "a"), Backtracked(2, 1, ("b 1.0", "a 2.0"))),
    ],
)
def test_a_run_stops_at_what_is_about_the_place_and_at_nothing_else(place: Breakpoint, body: Body) -> None:
    assert stops_at([place])(body)
    assert not stops_at([Breakpoint("package", "other"), Breakpoint("status", "200")])(body)


class Watched:
    """A run whose events are taken as they come."""

    def __init__(self, settings: Settings) -> None:
        self.events: list[Event] = []
        self.run = Run(settings, parse_profile("uv@0.13.8"))

    def wait(self, holds: Callable[[], bool]) -> None:
        for _ in range(2000):
            self.events += self.run.drain()
            if holds():
                self.events += self.run.drain()
                return
            threading.Event().wait(0.005)
        raise AssertionError(f"it never held; told so far: {[type(e.body).__name__ for e in self.events]}")


def test_a_run_under_way_stops_where_the_package_is_first_asked_for(settings: Settings) -> None:
    watched = Watched(settings)
    watched.run.stop_at(stops_at([Breakpoint("package", "b")]))
    watched.run.start()
    watched.wait(lambda: watched.run.is_paused)
    last = watched.events[-1].body
    assert isinstance(last, RequestStarted) and last.package == "b"
    assert not any(isinstance(e.body, Decision) and e.body.package == "b" for e in watched.events)
    watched.run.stop_at(None)
    watched.run.resume()
    watched.wait(lambda: watched.run.outcome is not None)
    assert watched.run.outcome == "resolved"


def test_a_step_goes_to_the_next_decision_and_stops_there(settings: Settings) -> None:
    watched = Watched(settings)
    watched.run.pause()
    watched.run.start()
    watched.run.resume(until=lambda body: isinstance(body, Decision))
    watched.wait(lambda: watched.run.is_paused)
    assert [e.body.package for e in watched.events if isinstance(e.body, Decision)] == ["a"]
    watched.run.resume(until=lambda body: isinstance(body, Decision))
    watched.wait(lambda: any(isinstance(e.body, Decision) and e.body.package == "b" for e in watched.events))
    watched.run.resume()
    watched.wait(lambda: watched.run.outcome == "resolved")


def test_a_run_that_is_cancelled_at_a_breakpoint_ends(settings: Settings) -> None:
    watched = Watched(settings)
    watched.run.stop_at(stops_at([Breakpoint("package", "a")]))
    watched.run.start()
    watched.wait(lambda: watched.run.is_paused)
    watched.run.cancel()
    watched.wait(lambda: watched.run.outcome is not None)
    assert watched.run.outcome == "cancelled"


def test_the_last_event_stops_nothing() -> None:
    told: list[Event] = []
    stream = EventStream(told.append)
    stream.stop_at(lambda _: True)
    from explorer.events import RunEnded

    stream.record(RunEnded("resolved", 0.0, 0))
    assert not stream.is_paused
