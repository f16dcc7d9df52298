"""What a user tries: each key makes a change with the origin "you, now", which can be undone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from drive import NARROW, WIDE, drive, notices, text_of_screen, until
from fake_run import FakeRun
from sample_run import failed_run, resolved_run
from textual.pilot import Pilot

from explorer.record.encode import decode, encode
from explorer.settings.settings import Settings
from explorer.tui.app import ResolveApp
from explorer.tui.screens.input_screen import InputScreen
from explorer.view.exporting import requirements_text
from explorer.view.model import fold
from explorer.what_if import toggle as t
from explorer.worlds.lesson import load_lessons

ON_FIRST_INDEX = ("b", "b", "g")


async def settings_of_run(app: ResolveApp, pilot: Pilot[int], runs: int) -> Settings:
    session = app.explorer.session
    assert session is not None
    await until(pilot, lambda: session.runs == runs and not session.running)
    assert isinstance(session.run, FakeRun)
    return session.run.settings


@pytest.mark.parametrize(
    ("key", "toggle"),
    [
        ("J", t.MoveIndex("corp", 1)),
        ("a", t.Authenticate("corp", "always")),
        ("space", t.SwitchIndex("corp", False)),
        ("n", t.ResolveFor()),
        ("s", t.UseStrategy("unsafe-first-match")),
    ],
)
def test_a_key_makes_a_change_and_u_takes_it_back_and_upper_case_u_makes_it_again(key: str, toggle: t.Toggle) -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        session = app.explorer.session
        assert session is not None
        await pilot.press(*ON_FIRST_INDEX, key)
        changed = await settings_of_run(app, pilot, 2)
        assert session.toggles.done == (toggle,)
        assert [noted.origin.kind for noted in changed.noted] == ["you, now"]
        await pilot.press("u")
        assert await settings_of_run(app, pilot, 3) == session.settings
        await pilot.press("U")
        assert await settings_of_run(app, pilot, 4) == changed

    drive(resolved_run(), WIDE, steps)


def test_e_ignores_the_error_status_that_the_index_answered_with() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        session = app.explorer.session
        assert session is not None
        status = app.explorer.shown.view.matrix.error_of("corp")
        assert status is not None
        await pilot.press(*ON_FIRST_INDEX, "e")
        changed = await settings_of_run(app, pilot, 2)
        assert session.toggles.done == (t.IgnoreStatus("corp", status, True),)
        assert changed.indexes[0].ignore_error_codes == frozenset({status})

    drive(failed_run(), WIDE, steps)


def test_a_typed_constraint_holds_and_one_that_is_none_is_not_taken() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        app.explorer.action_act("constraint")
        await until(pilot, lambda: isinstance(app.screen, InputScreen))
        await pilot.press(*"numpy<<", "enter")
        await pilot.pause(0.1)
        assert isinstance(app.screen, InputScreen)
        await pilot.press("backspace", "2", "enter")
        changed = await settings_of_run(app, pilot, 2)
        assert [requirement.name for requirement in changed.constraints] == ["numpy"]

    drive(resolved_run(), WIDE, steps)


def test_without_a_finding_the_remedy_key_says_so() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        app.explorer.shown.findings = ()
        reason = "No finding proposes a change."
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: reason in notices(app))

    drive([event for event in resolved_run() if type(event.body).__name__ != "Finding"], NARROW, steps)


@pytest.mark.parametrize("lesson", [le for le in load_lessons() if le.seed], ids=lambda le: le.id)
def test_a_lesson_names_its_cause_and_one_key_proves_the_remedy(lesson: object) -> None:
    app = ResolveApp()

    async def main() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await pilot.pause()
            app.start_lesson(lesson)  # type: ignore[arg-type]
            await until(pilot, lambda: bool(app.explorer.shown.findings))
            diagnosing = app.explorer.session.diagnosing if app.explorer.session else None
            assert diagnosing is not None
            await until(pilot, lambda: all(r.message for f in app.explorer.shown.findings for r in f.remedies))
            assert app.explorer.shown.findings[0].message.split()[0] in text_of_screen(app)
            await pilot.press("exclamation_mark")
            session = app.explorer.session
            assert session is not None
            await until(pilot, lambda: session.runs == 2 and bool(session.recorded.events) and not session.running)
            assert session.recorded.view.answer.outcome == "resolved"

    try:
        asyncio.run(main())
    finally:
        app.close_lesson()


def test_x_writes_the_events_as_they_are_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path))
    events = resolved_run()

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("x")
        await pilot.pause(0.1)
        await pilot.press("1")
        await until(pilot, lambda: "Written" in notices(app))

    drive(events, WIDE, steps)
    written = [decode(text) for path in tmp_path.iterdir() for text in path.read_text(encoding="utf-8").splitlines()]
    assert written == [decode(encode(event)) for event in events]


def test_y_copies_the_changes_as_configuration() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("s")
        await settings_of_run(app, pilot, 2)
        await pilot.press("y")
        await until(pilot, lambda: "the changes as configuration" in text_of_screen(app))
        await pilot.press("5" if "5 the changes" in text_of_screen(app) else "2")
        await until(pilot, lambda: 'index-strategy = "unsafe-first-match"' in app.clipboard)

    drive(resolved_run(), WIDE, steps)


def test_the_answer_is_exported_as_requirements_with_their_markers() -> None:
    text = requirements_text(fold(resolved_run()).answer)
    assert "torch==2.5.1" in text
    assert requirements_text(fold(failed_run()).answer) == ""
