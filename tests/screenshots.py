"""Writes screenshots/ from real runs of the built-in lessons: `python tests/screenshots.py [FOLDER]`."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from explorer.observe.clients import Client, find_client  # noqa: E402
from explorer.tui.app import ResolveApp  # noqa: E402
from explorer.worlds.lesson import Lesson, load_lessons  # noqa: E402

WIDE, NARROW = (160, 48), (80, 24)
PATIENCE = 30.0


async def settled(app: ResolveApp, pilot: object, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < deadline:
        await pilot.pause(0.05)  # type: ignore[attr-defined]
    await pilot.pause(0.3)  # type: ignore[attr-defined]


def save(app: ResolveApp, path: Path) -> None:
    """The screen as SVG with the reader's own monospace font, so that nothing is loaded from elsewhere."""
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", app.export_screenshot(title="resolve-tui"), flags=re.DOTALL)
    drawn = re.sub(r"font-family: Fira Code, ?", "font-family: ", drawn)
    path.write_text(re.sub(r"127\.0\.0\.1:\d{5}", "127.0.0.1:12345", drawn), encoding="utf-8")
    print(path)


async def shoot_lesson(lesson: Lesson, size: tuple[int, int], folder: Path, name: str) -> None:
    """The key moment of a lesson: its run in the pane that proves it; for a seed also after `!`, the proven remedy."""
    app = ResolveApp()
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.start_lesson(lesson)
            await settled(app, pilot, lambda: ended(app) and told(app, lesson))
            app.explorer.go_to(lesson.pane)
            await pilot.pause()
            save(app, folder / f"{name}.svg")
            session = app.explorer.session
            if lesson.seed and size == WIDE and session is not None:
                await pilot.press("exclamation_mark")
                await settled(app, pilot, lambda: session.runs == 2 and ended(app) and not session.running)
                save(app, folder / f"{name}-remedy.svg")
            await app.action_quit()
    finally:
        app.close_lesson()


async def shoot_comparison(lesson: Lesson, folder: Path) -> None:
    """The lesson's run beside that of the release before, and beside the real tool where it is on this machine."""
    app = ResolveApp()
    try:
        async with app.run_test(size=WIDE) as pilot:
            await pilot.pause()
            app.start_lesson(lesson)
            await settled(app, pilot, lambda: ended(app) and told(app, lesson))
            session = app.explorer.session
            assert session is not None
            if isinstance(find_client(session.profile, session.settings.auth.environ, sys.executable), Client):
                await pilot.press("o")
                await settled(app, pilot, lambda: session.real is not None and not session.real.running)
                await settled(app, pilot, lambda: session.real.difference(session.recorded) is not None)  # type: ignore[union-attr]
                save(app, folder / "compare-real.svg")
                await pilot.press("1")
            await pilot.press("V")
            await settled(app, pilot, lambda: session.runs == 2 and ended(app) and not session.running)
            await pilot.press("d")
            await settled(app, pilot, lambda: app.screen is not app.explorer)
            await pilot.pause(4)  # the notice of the change is gone by then
            save(app, folder / "compare-releases.svg")
            await app.action_quit()
    finally:
        app.close_lesson()


def ended(app: ResolveApp) -> bool:
    session = app.explorer.session
    return session is not None and session.recorded.view.answer.outcome is not None


def told(app: ResolveApp, lesson: Lesson) -> bool:
    """Whether the remedies of all findings were tried; a lesson that is no report may have none."""
    findings = app.explorer.shown.findings
    return bool(findings or not lesson.seed) and all(r.message for f in findings for r in f.remedies)


async def shoot_picker(path: Path) -> None:
    app = ResolveApp(learn=True)
    async with app.run_test(size=WIDE) as pilot:
        await settled(app, pilot, lambda: app.screen is not app.explorer)
        save(app, path)


async def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    await shoot_picker(folder / "learn.svg")
    for lesson in load_lessons():
        await shoot_lesson(lesson, WIDE, folder, lesson.id)
        if lesson.id == "issue-13216":
            await shoot_comparison(lesson, folder)
            await shoot_lesson(lesson, NARROW, folder, "narrow")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "screenshots"))
