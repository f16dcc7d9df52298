"""Runs of a session: what was asked once is not asked again, whatever the private cache does."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.events import Event, RequestEnded, RequestStarted, Resolved
from explorer.http.held import HeldAnswers
from explorer.profiles import parse_profile
from explorer.run.what_if import attempt
from explorer.run.worker import Run, run_to_end
from explorer.settings.read import read_settings
from explorer.settings.settings import Context, Settings
from explorer.what_if.toggle import SwitchIndex, UseProfile, UseStrategy
from explorer.worlds.server import WorldServer
from explorer.worlds.table import Table
from explorer.worlds.world import read_world

WORLD = """
[[server]]
id = "s"
[[server.index]]
id = "first"
cache-control = "max-age=600"
auth = { user = "alice", password = "key" }
[server.index.packages.a.versions."1.0"]
requires = ["b"]
[[server.index]]
id = "second"
format = "html"
core-metadata = false
[server.index.packages.a.versions."2.0"]
[server.index.packages.b.versions."1.0"]
"""
PROFILE = parse_profile("uv@0.13.8")


@pytest.fixture
def server() -> Iterator[WorldServer]:
    with WorldServer(read_world(Table(tomllib.loads(WORLD), "test"), "test")) as running:
        yield running


@pytest.fixture
def settings(server: WorldServer, tmp_path: Path) -> Settings:
    (tmp_path / "r.in").write_text("a\n")
    words = ["uv", "pip", "compile", "r.in", "--index", "{first|alice:key}", "--default-index", "second={second}"]
    words += ["--cache-dir", str(tmp_path / "cache")]
    return read_settings([server.fill(w) for w in words], Context({"HOME": str(tmp_path)}, tmp_path, tmp_path), PROFILE)


def ran(settings: Settings, held: HeldAnswers) -> list[Event]:
    events: list[Event] = []
    assert run_to_end(settings, PROFILE, events.append, held) == "resolved"
    return events


def asked(events: list[Event]) -> list[tuple[str, str, str | None]]:
    bodies = [e.body for e in events]
    return sorted((b.method, b.url, b.user) for b in bodies if isinstance(b, RequestStarted))


def sources(events: list[Event]) -> set[str]:
    return {e.body.source for e in events if isinstance(e.body, RequestEnded)}


def answer(events: list[Event]) -> object:
    return next(e.body.packages for e in events if isinstance(e.body, Resolved))


def test_a_run_again_sends_nothing_and_decides_the_same(server: WorldServer, settings: Settings) -> None:
    held = HeldAnswers()
    first = ran(settings, held)
    before = len(server.log)
    again = ran(settings, held)
    assert len(server.log) == before
    assert sources(first) == {"network"} and sources(again) == {"recording"}
    assert asked(again) == asked(first) and answer(again) == answer(first)


def test_a_session_that_begins_with_a_full_cache_keeps_to_it(server: WorldServer, settings: Settings) -> None:
    ran(settings, HeldAnswers())
    held = HeldAnswers()
    first, again = ran(settings, held), ran(settings, held)
    assert "cache" in sources(first) and "network" not in sources(again)
    assert asked(again) == asked(first)


def test_what_was_dropped_is_asked_again(server: WorldServer, settings: Settings) -> None:
    held = HeldAnswers()
    ran(settings, held)
    before = len(server.log)
    held.clear()
    assert len(held) == 0 and held.size == 0
    events: list[Event] = []
    run_to_end(settings, PROFILE, events.append, held)
    assert "recording" not in sources(events) and len(server.log) >= before


def test_an_attempt_alone_asks_nothing_and_counts_what_it_would_have_asked(
    server: WorldServer, settings: Settings
) -> None:
    held = HeldAnswers()
    ran(settings, held)
    before = len(server.log)
    without = attempt(settings, PROFILE, held, SwitchIndex("first", False))
    best = attempt(settings, PROFILE, held, UseStrategy("unsafe-best-match"))
    assert len(server.log) == before
    assert best.missing > 0
    assert without.events


def test_an_attempt_that_may_ask_leaves_its_answers_to_later_ones(server: WorldServer, settings: Settings) -> None:
    held = HeldAnswers()
    ran(settings, held)
    toggle = UseStrategy("unsafe-best-match")
    assert attempt(settings, PROFILE, held, toggle, asks=True).outcome == "resolved"
    alone = attempt(settings, PROFILE, held, toggle)
    assert (alone.outcome, alone.missing) == ("resolved", 0)


def test_a_toggle_that_names_no_release_fails_with_a_sentence(settings: Settings) -> None:
    tried = attempt(settings, PROFILE, HeldAnswers(), UseProfile("conda@1"))
    assert tried.outcome == "failed" and "conda" in tried.message


def test_a_run_on_its_own_thread_takes_held_answers_too(server: WorldServer, settings: Settings) -> None:
    held = HeldAnswers()
    ran(settings, held)
    run = Run(settings, PROFILE, 2, held)
    run.start()
    run.join(30)
    assert run.outcome == "resolved" and sources(run.drain(10_000)) == {"recording"}
