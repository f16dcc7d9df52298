"""The run before is kept: what a change turned is counted, marked, and shown side by side."""

from __future__ import annotations

import asyncio

import pytest
from drive import WIDE, text_of_screen, until
from textual.pilot import Pilot

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
