"""Driving the app in tests: start, press, and read the screen as text."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Any

from fake_run import session_over
from textual.pilot import Pilot

from explorer.events import Event
from explorer.tui.app import ResolveApp

SNAPSHOTS = Path(__file__).parent / "snapshots"
WIDE, MEDIUM, NARROW = (160, 48), (120, 36), (80, 24)
PATIENCE = 400
"""Turns of the event loop that a condition may take."""


def text_of_screen(app: ResolveApp) -> str:
    """The characters on the screen, line by line, without trailing blanks."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    """Let the app work until a condition holds; fails if it never does."""
    for _ in range(PATIENCE):
        await pilot.pause(0.01)
        if holds():
            await pilot.pause()
            await pilot.pause()
            return
    raise AssertionError("the condition never held; the screen:\n" + text_of_screen(pilot.app))  # type: ignore[arg-type]


def notices(app: ResolveApp) -> str:
    """The texts of the notices shown now."""
    return "\n".join(notice.message for notice in app._notifications)


Steps = Callable[[ResolveApp, Pilot[int]], Coroutine[Any, Any, None]]


def drive(events: Sequence[Event], size: tuple[int, int], steps: Steps) -> None:
    """Run the app over these events until they are all shown, then take the steps."""
    session = session_over(events)
    app = ResolveApp(session)

    async def main() -> None:
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: session.recorded.view.count == len(events) and app.explorer.settled)
            await steps(app, pilot)

    asyncio.run(main())


READINGS = 10


def screen_after(events: Sequence[Event], size: tuple[int, int], *keys: str) -> str:
    """The screen after pressing keys."""
    shown: list[str] = []

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press(*keys)
        shown.append(await screen_at_rest(app, pilot))

    drive(events, size, steps)
    return shown[0]


async def screen_at_rest(app: ResolveApp, pilot: Pilot[int]) -> str:
    """The screen once it is the same `READINGS` times in a row."""
    app.explorer.place_panes()
    same, last = 0, ""
    while same < READINGS:
        await pilot.pause(0.03)
        now = text_of_screen(app)
        same, last = (same + 1, last) if now == last else (0, now)
    return last


def assert_snapshot(name: str, screen: str) -> None:
    """The screen is the stored one; `UPDATE_SNAPSHOTS=1` stores it."""
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(screen + "\n", encoding="utf-8")
    stored = path.read_text(encoding="utf-8").removesuffix("\n") if path.exists() else "(no snapshot stored)"
    lines = unified_diff(stored.splitlines(), screen.splitlines(), path.name, "the screen", lineterm="", n=0)
    assert screen == stored, "UPDATE_SNAPSHOTS=1 stores the screen; it differs:\n" + "\n".join(lines)
