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

from explorer.settings.read import read_settings  # noqa: E402
from explorer.tui.app import ResolveApp  # noqa: E402
from explorer.tui.session import Session  # noqa: E402
from explorer.worlds.lesson import Lesson, load_lessons, open_lesson  # noqa: E402

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


async def shoot_lesson(lesson: Lesson, size: tuple[int, int], path: Path) -> None:
    with open_lesson(lesson) as opened:
        settings = read_settings(opened.words, opened.context, opened.profile)
        app = ResolveApp(Session(settings, opened.profile, title=lesson.title))
        async with app.run_test(size=size) as pilot:
            app.show_claim(lesson.claim)

            def ended() -> bool:
                session = app.explorer.session
                return session is not None and session.recorded.view.answer.outcome is not None

            await settled(app, pilot, ended)
            save(app, path)
            await app.action_quit()


async def shoot_picker(path: Path) -> None:
    app = ResolveApp(learn=True)
    async with app.run_test(size=WIDE) as pilot:
        await settled(app, pilot, lambda: app.screen is not app.explorer)
        save(app, path)


async def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    await shoot_picker(folder / "learn.svg")
    for lesson in load_lessons():
        await shoot_lesson(lesson, WIDE, folder / f"{lesson.id}.svg")
    await shoot_lesson(load_lessons()[-1], NARROW, folder / "narrow.svg")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "screenshots"))
