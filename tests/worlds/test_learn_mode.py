"""The learn mode by keyboard and mouse: search, predict first, the run, the explanation, the worksheet, resume."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from drive import MEDIUM, NARROW, WIDE, notices, text_of_screen, until
from textual.pilot import Pilot

from explorer.tui.app import ResolveApp
from explorer.tui.screens.learn_lesson_screen import LessonScreen
from explorer.tui.screens.learn_screen import LearnScreen
from explorer.tui.screens.learn_start import learn_app
from explorer.worlds.lesson import Lesson, find_lesson, load_lessons

Steps = Callable[[ResolveApp, Pilot[int]], Coroutine[Any, Any, None]]
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x48"])


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def learn(size: tuple[int, int], steps: Steps, lesson: Lesson | None = None) -> None:
    app = learn_app(lesson)

    async def main() -> None:
        try:
            async with app.run_test(size=size) as pilot:
                await until(pilot, lambda: isinstance(app.screen, LearnScreen | LessonScreen))
                await pilot.pause()
                await steps(app, pilot)
        finally:
            app.close_lesson()

    asyncio.run(main())


def words(app: ResolveApp) -> str:
    """The screen's text in one line, so that it does not matter where it wraps."""
    return " ".join(text_of_screen(app).split())


async def whole_text(app: ResolveApp) -> str:
    """The text of a lesson's screen, what has to be scrolled to included."""
    rows = app.screen.query_one("#text").rows  # type: ignore[attr-defined]
    return "\n".join("".join(span.text for span in row.line) for row in rows)


def run_ended(app: ResolveApp) -> bool:
    session = app.explorer.session
    return session is not None and session.recorded.view.answer.ended is not None and not session.running


async def predict(app: ResolveApp, pilot: Pilot[int], letter: str) -> None:
    await pilot.press(letter)
    await until(pilot, lambda: app.screen is app.explorer and run_ended(app))


async def explained(app: ResolveApp, pilot: Pilot[int]) -> str:
    await pilot.press("3")
    await until(pilot, lambda: isinstance(app.screen, LessonScreen) and "What happened" in words(app))
    return await whole_text(app)


@SIZES
@pytest.mark.parametrize(
    ("id_", "letter", "verdict", "key", "turned"),
    [
        ("issue-2205", "a", "✘ not so", "exclamation_mark", "certifi 2024.2.2"),
        ("dependency-confusion", "b", "✔ right", "at", "corp-lib 1.4.0"),
        ("python-split", "c", "✔ right", "exclamation_mark", "No solution found"),
    ],
)
def test_a_whole_lesson_by_keyboard(
    size: tuple[int, int], id_: str, letter: str, verdict: str, key: str, turned: str
) -> None:
    lesson = find_lesson(id_)
    assert lesson is not None

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("slash", *lesson.id, "enter")
        await until(pilot, lambda: "Claim" in words(app) and lesson.title in words(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and "What do you expect?" in words(app))
        asked = words(app)
        assert all(choice in asked for choice in lesson.choices), asked
        assert app.explorer.session is None
        assert lesson.answer not in await whole_text(app)
        await predict(app, pilot, letter)
        assert "claim" in words(app)
        assert app.explorer.layout_state.active == lesson.pane
        told = await explained(app, pilot)
        assert verdict in told and lesson.answer in told
        assert f"/ {lesson.evidence} keeps" in told and "▸ " in told
        assert "What the releases did" in told
        await pilot.press(key)
        await until(pilot, lambda: app.screen is app.explorer and run_ended(app))
        assert turned in await explained(app, pilot)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, LearnScreen))
        await until(pilot, lambda: f"1 of {len(load_lessons())} done" in words(app))
        assert f"✔ {lesson.title[:30]}" in words(app)
        ids = [each.id for each in load_lessons()]
        assert isinstance(app.screen, LearnScreen) and app.screen.lesson is not None
        assert app.screen.lesson.id == ids[ids.index(lesson.id) + 1]

    learn(size, steps)


def test_a_whole_lesson_by_mouse() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.click("#lessons", offset=(6, 2), times=2)
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and "What do you expect?" in words(app))
        rows = text_of_screen(app).splitlines()
        choice = next(number for number, row in enumerate(rows) if row.strip().startswith("b "))
        await pilot.click(offset=(8, choice))
        await pilot.click(offset=(8, choice), times=2)
        await until(pilot, lambda: app.screen is app.explorer and run_ended(app))
        assert "✔ right" in await explained(app, pilot)

    learn(MEDIUM, steps)


def test_the_explorer_is_not_shown_before_a_prediction() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        await pilot.press("r", "w", "n", "exclamation_mark", "e")
        await pilot.pause()
        assert app.explorer.session is None and isinstance(app.screen, LessonScreen)

    learn(NARROW, steps)


def test_back_from_the_explorer_the_lesson_comes_first_until_it_is_closed() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        await predict(app, pilot, "a")
        for _ in range(2):
            await explained(app, pilot)
            await pilot.press("1")
            await until(pilot, lambda: app.screen is app.explorer)
        await explained(app, pilot)
        await pilot.press("escape", "1", "3")
        await until(pilot, lambda: isinstance(app.screen, LearnScreen) and "Lessons" in words(app))

    learn(WIDE, steps, find_lesson("yanked"))


def test_the_indexes_of_a_lesson_are_gone_with_the_application() -> None:
    addresses: list[str] = []

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        await predict(app, pilot, "a")
        assert app.explorer.session is not None
        exchanges = app.explorer.session.recorded.view.queries.by_number.values()
        addresses.extend(exchange.started.url.netloc for exchange in exchanges)

    learn(WIDE, steps, find_lesson("yanked"))
    host, _, port = addresses[0].partition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=10)


def test_a_search_narrows_the_list_and_escape_ends_it() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("slash", *"netrc", "enter")
        await until(pilot, lambda: "First without a name" in words(app) and "stale certifi" not in words(app))
        await pilot.press("slash", *"zzz")
        await until(pilot, lambda: "No lesson fits" in words(app))
        await pilot.press("enter", "enter", "escape")
        await until(pilot, lambda: "stale certifi" in words(app))

    learn(WIDE, steps)


def test_the_next_start_resumes_at_the_last_lesson_with_what_was_done() -> None:
    lesson = find_lesson("yanked")

    async def first(app: ResolveApp, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        await pilot.pause()
        await predict(app, pilot, "b")
        await explained(app, pilot)
        await pilot.press("escape")
        await until(pilot, lambda: f"1 of {len(load_lessons())} done" in words(app))

    async def second(app: ResolveApp, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: f"1 of {len(load_lessons())} done" in words(app))
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.lesson == lesson
        assert "✔ A withdrawn version" in words(app)

    learn(NARROW, first, lesson)
    learn(NARROW, second)


def test_a_worksheet_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.app.user_downloads_path", lambda: tmp_path, raising=False)
    monkeypatch.setattr("platformdirs.user_downloads_path", lambda: tmp_path, raising=False)
    lesson = find_lesson("yanked")
    assert lesson is not None

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        await pilot.pause()
        await predict(app, pilot, "a")
        await explained(app, pilot)
        await pilot.press("w")
        await until(pilot, lambda: notices(app).count("Written") == 2)

    learn(NARROW, steps, lesson)
    (picture,) = tmp_path.glob("**/worksheet-yanked*.svg")
    drawn = picture.read_text(encoding="utf-8").replace("&#160;", " ")
    assert "A withdrawn version comes only to those who name it" in drawn and "url(http" not in drawn
    (sheet,) = tmp_path.glob("**/worksheet-yanked*.md")
    text = sheet.read_text(encoding="utf-8")
    assert text.startswith("# A withdrawn version comes only to those who name it\n")
    assert "- [x] 1.1: it is still listed and it fits." in text
    assert "As uv@0.13.8 the run ended resolved. The prediction was wrong." in text
    assert "    GET /main/simple/demo-net/ 200" in text


def test_a_lesson_of_ones_own_is_opened_first() -> None:
    from test_lesson_files import GOOD

    from explorer.worlds.lesson_file import read_lesson

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and "What do you expect?" in words(app))
        await pilot.press("escape")
        await until(pilot, lambda: "A title" in words(app) and "stale certifi" in words(app))

    learn(WIDE, steps, read_lesson(GOOD, "own.toml"))


@SIZES
@pytest.mark.parametrize("lesson", load_lessons(), ids=lambda lesson: lesson.id)
def test_every_question_and_its_choices_fit_on_the_screen(lesson: Lesson, size: tuple[int, int]) -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and "What do you expect?" in words(app))
        shown = words(app)
        assert all(choice in shown for choice in lesson.choices), text_of_screen(app)

    learn(size, steps, lesson)
