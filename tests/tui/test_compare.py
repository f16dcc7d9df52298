"""The run before is kept: what a change turned is counted, marked, and shown side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from drive import WIDE, drive, notices, text_of_screen, until
from fake_run import FakeRun
from sample_run import resolved_run
from textual.pilot import Pilot

from explorer.events import Event, RequestStarted
from explorer.profiles import Profile
from explorer.settings.settings import Settings
from explorer.tui.app import ResolveApp
from explorer.tui.panes.queries import QueriesPane
from explorer.tui.session import Session
from explorer.worlds.lesson import find_lesson

PRESSES = 8
"""Releases that `v` may have to go on."""


def lesson_session(app: ResolveApp) -> Session:
    session = app.explorer.session
    assert session is not None
    return session


async def ended(app: ResolveApp, pilot: Pilot[int], runs: int) -> Session:
    await until(
        pilot,
        lambda: (
            app.explorer.session is not None
            and app.explorer.session.runs == runs
            and bool(app.explorer.session.recorded.events)
            and not app.explorer.session.running
        ),
    )
    return lesson_session(app)


@pytest.mark.parametrize(
    ("lesson_id", "key", "fails_as", "rules"),
    [
        ("issue-13216", "V", "uv@0.7.0", {"page_401"}),
        ("issue-11244", "v", "uv@0.5.28", None),
    ],
)
def test_another_release_flips_the_lesson_and_the_diverging_request_is_marked(
    lesson_id: str, key: str, fails_as: str, rules: set[str] | None
) -> None:
    lesson = find_lesson(lesson_id)
    assert lesson is not None
    app = ResolveApp()

    async def main() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await pilot.pause()
            app.start_lesson(lesson)
            session = await ended(app, pilot, 1)
            assert session.effective_profile().name == fails_as
            assert session.recorded.view.answer.outcome != "resolved"
            for runs in range(2, PRESSES):
                await pilot.press(key)
                session = await ended(app, pilot, runs)
                if session.recorded.view.answer.outcome == "resolved":
                    break
            changed = session.difference()
            assert changed is not None and changed.flipped
            assert rules is None or changed.rule in rules
            assert changed.marked is not None
            await pilot.pause(0.1)
            screen = text_of_screen(app)
            assert "resolved · flipped" in screen
            assert f"◆{changed.marked}" in screen
            assert app.explorer.query_one(QueriesPane).number == changed.marked

    try:
        asyncio.run(main())
    finally:
        app.close_lesson()


def uv_on_path(folder: Path, version: str) -> str:
    """A PATH on which only a uv stands that says this version."""
    program = folder / "uv"
    program.write_text(f"#!/bin/sh\necho uv {version}\n")
    program.chmod(0o755)
    return str(folder)


def observed(events: Sequence[Event]) -> list[Event]:
    return [replace(event, basis="observed") for event in events]


def test_o_runs_the_real_tool_and_says_whether_it_did_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", uv_on_path(tmp_path, "0.13.8"))
    events = resolved_run()
    fetches: list[bool] = []

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        session = lesson_session(app)

        def observe(settings: Settings, profile: Profile, fetch: bool) -> FakeRun:
            fetches.append(fetch)
            return FakeRun(observed(events), settings, profile, 1)

        session.observe = observe
        await pilot.press("o")
        await until(pilot, lambda: "the same ·" in text_of_screen(app))
        assert "the real uv 0.13.8  observed" in text_of_screen(app)
        assert fetches == [False]

    drive(events, WIDE, steps)


def test_a_request_that_only_the_real_tool_made_stands_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", uv_on_path(tmp_path, "0.13.8"))
    events = resolved_run()
    number = next(e.body.request for e in events if isinstance(e.body, RequestStarted) and e.body.package == "numpy")
    fewer = [e for e in events if getattr(e.body, "request", None) != number]

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        lesson_session(app).observe = lambda settings, profile, fetch: FakeRun(observed(fewer), settings, profile, 1)
        await pilot.press("o")
        await until(pilot, lambda: "Where the runs part" in text_of_screen(app))
        lines = text_of_screen(app).splitlines()
        where = next(n for n, row in enumerate(lines) if "Where the runs part" in row)
        assert f"#{number} GET" in lines[where + 1]

    drive(events, WIDE, steps)


def test_a_release_that_is_not_here_is_fetched_only_when_that_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", uv_on_path(tmp_path, "0.6.17"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fetches: list[bool] = []

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        def observe(settings: Settings, profile: Profile, fetch: bool) -> FakeRun:
            fetches.append(fetch)
            return FakeRun(observed(resolved_run()), settings, profile, 1)

        lesson_session(app).observe = observe
        await pilot.press("o")
        await until(pilot, lambda: "uv 0.13.8 is not on this machine" in text_of_screen(app))
        assert fetches == []
        await pilot.press("1")
        await until(pilot, lambda: fetches == [True])

    drive(resolved_run(), WIDE, steps)


def test_a_changed_command_is_not_compared_with_the_real_tool() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        session = lesson_session(app)
        session.observe = lambda settings, profile, fetch: FakeRun([], settings, profile, 1)
        await pilot.press("s")
        await until(pilot, lambda: session.runs == 2 and not session.running)
        await pilot.press("o")
        await until(pilot, lambda: "take back the changes first (0)" in notices(app))
        assert session.real is None

    drive(resolved_run(), WIDE, steps)


def test_b_compares_with_any_earlier_run() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        session = lesson_session(app)
        for runs, key in ((2, "s"), (3, "n")):
            await pilot.press(key)
            await until(pilot, lambda wanted=runs: session.runs == wanted and not session.running)  # type: ignore[misc]
        await pilot.press("d")
        await until(pilot, lambda: "run 2" in text_of_screen(app).splitlines()[0])
        await pilot.press("b")
        await until(pilot, lambda: "Compare run 3 with" in text_of_screen(app))
        await pilot.press("2")
        await until(pilot, lambda: "run 1 · uv 0.13.8" in text_of_screen(app).splitlines()[0])

    drive(resolved_run(), WIDE, steps)
