"""What a user tries in a built-in world, key by key, with real requests on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from drive import WIDE, notices, text_of_screen, until
from textual.pilot import Pilot
from textual.widgets import Input

from explorer.events import RequestEnded, RequestStarted, SearchEnded
from explorer.run.breakpoints import Breakpoint
from explorer.tui.app import ResolveApp
from explorer.tui.screens.copy_screen import CopyScreen
from explorer.tui.screens.credentials_screen import CredentialsScreen
from explorer.tui.session import Session
from explorer.what_if import toggle as t
from explorer.worlds.lesson import find_lesson

Steps = Callable[[ResolveApp, Pilot[int], Session], Coroutine[Any, Any, None]]
PASSWORD = "hunter2"
ON_FIRST_INDEX = ("b", "b", "g")


def in_lesson(name: str, steps: Steps) -> None:
    """Start a lesson, wait for its first run, take the steps."""
    app = ResolveApp()
    lesson = find_lesson(name)
    assert lesson is not None

    async def main() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await pilot.pause()
            app.start_lesson(lesson)
            session = app.explorer.session
            assert session is not None
            await ended(pilot, session, 1)
            await steps(app, pilot, session)

    try:
        asyncio.run(main())
    finally:
        app.close_lesson()


async def ended(pilot: Pilot[int], session: Session, runs: int) -> None:
    await until(pilot, lambda: session.runs == runs and bool(session.recorded.events) and not session.running)


def outcome(session: Session) -> str | None:
    return session.recorded.view.answer.outcome


def test_a_wheel_under_the_cursor_is_read_instead_and_what_it_says_becomes_configuration() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int], session: Session) -> None:
        assert outcome(session) == "failed"
        app.explorer.go_to("wheels")
        await pilot.pause()
        while "manylinux" not in (app.explorer.wheel.filename if app.explorer.wheel else ""):
            await pilot.press("j")
        await pilot.press("w")
        await ended(pilot, session, 2)
        assert outcome(session) == "resolved"
        read = session.toggles.done[-1]
        assert isinstance(read, t.ReadMetadataFrom) and "manylinux" in read.filename
        app.explorer.shown.selection = type(app.explorer.shown.selection)(None, read.package, read.version)
        app.explorer.action_act("state_metadata")
        await ended(pilot, session, 3)
        assert outcome(session) == "resolved"
        assert f'name = "{read.package}"' in session.configuration()
        assert "[[tool.uv.dependency-metadata]]" in session.configuration()

    in_lesson("issue-11926", steps)


def test_a_status_is_put_in_place_of_an_answer_and_taken_back() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int], session: Session) -> None:
        before = outcome(session)
        await pilot.press(*ON_FIRST_INDEX, "S")
        await until(pilot, lambda: isinstance(app.screen, CopyScreen))
        await pilot.press("2")
        await ended(pilot, session, 2)
        await until(pilot, lambda: "if 403" in text_of_screen(app))
        await pilot.press("u")
        await ended(pilot, session, 3)
        assert outcome(session) == before
        assert "if 403" not in text_of_screen(app)

    in_lesson("issue-2205", steps)


def test_other_credentials_are_typed_masked_and_sent() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int], session: Session) -> None:
        assert outcome(session) != "resolved"
        app.explorer.go_to("setup")
        await pilot.press("g", "c")
        await until(pilot, lambda: isinstance(app.screen, CopyScreen))
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        app.screen.query_one("#user", Input).value = "eve"
        await pilot.press("enter", *PASSWORD)
        await pilot.pause()
        assert PASSWORD not in text_of_screen(app)
        await pilot.press("enter")
        await ended(pilot, session, 2)
        sent = [e.body for e in session.recorded.events if isinstance(e.body, RequestStarted) and e.body.user]
        assert "eve" in {body.user for body in sent}
        shown = [text_of_screen(app), session.configuration(), *map(repr, session.recorded.events)]
        assert not any(PASSWORD in text for text in shown)

    in_lesson("issue-13216", steps)


def test_space_on_an_environment_limits_what_is_solved_for_and_lifts_it_again() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int], session: Session) -> None:
        app.explorer.go_to("setup")
        await pilot.pause()
        while app.explorer.pane("setup").subject is None or app.explorer.situation().has_index:
            await pilot.press("j")
        await pilot.press("space")
        await ended(pilot, session, 2)
        limited = session.toggles.done[-1]
        assert isinstance(limited, t.LimitEnvironments)
        assert 'sys_platform == "linux"' not in limited.markers and len(limited.markers) == 2
        await pilot.press("space")
        await ended(pilot, session, 3)
        assert session.toggles.done[-1] == t.LimitEnvironments(())

    in_lesson("issue-11100", steps)


def test_a_run_stops_at_a_breakpoint_steps_on_and_ends() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int], session: Session) -> None:
        session.stop_where((Breakpoint("status", "404"),))
        await pilot.press("R")
        await until(pilot, lambda: session.paused and session.recorded.at_end)
        body = session.recorded.events[-1].body
        assert isinstance(body, RequestEnded) and body.status == 404
        await until(pilot, lambda: "paused" in text_of_screen(app))
        told = len(session.recorded.events)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: len(session.recorded.events) > told and session.paused)
        assert len(session.recorded.events) == told + 1
        session.stop_where(())
        await pilot.press("p")
        await ended(pilot, session, 2)
        assert outcome(session) == "failed"

    in_lesson("issue-11100", steps)


def test_a_run_that_is_over_is_played_up_to_a_breakpoint_and_on_to_its_end() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int], session: Session) -> None:
        package = next(e.body.package for e in session.recorded.events if isinstance(e.body, SearchEnded))
        session.stop_where((Breakpoint("package", package),))
        await pilot.press("p")
        await until(pilot, lambda: not session.playing)
        count = session.recorded.view.count
        assert 0 < count < len(session.recorded.events)
        assert getattr(session.recorded.events[count - 1].body, "package", None) == package
        session.stop_where(())
        await pilot.press("p")
        await until(pilot, lambda: session.recorded.at_end)

    in_lesson("issue-2205", steps)


def test_b_offers_what_is_selected_and_what_is_set() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int], session: Session) -> None:
        await pilot.press("B")
        await until(pilot, lambda: "stop at something else" in text_of_screen(app))
        await pilot.press("1")
        await until(pilot, lambda: bool(session.breakpoints))
        assert f"Stops at {session.breakpoints[0]}" in notices(app)
        await until(pilot, lambda: f"stops at {session.breakpoints[0]}" in text_of_screen(app))
        await pilot.press("B")
        await until(pilot, lambda: f"no longer stop at {session.breakpoints[0]}" in text_of_screen(app))

    in_lesson("issue-2205", steps)


def test_the_same_requirements_as_pip_resolves_them() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int], session: Session) -> None:
        assert outcome(session) == "unsatisfiable"
        app.explorer.action_act("command")
        await until(pilot, lambda: isinstance(app.screen, CopyScreen))
        await pilot.press("3")
        await ended(pilot, session, 2)
        assert outcome(session) == "resolved"
        assert "as pip 26.3" in text_of_screen(app)

    in_lesson("issue-2205", steps)
