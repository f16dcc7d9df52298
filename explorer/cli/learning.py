"""`resolve-tui learn`: lessons shown, checked, served."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import EXIT_USAGE, CommandLine, CommandLineError
from .messages import complain, say
from .resolving import face_of, resolve
from .tools import profile_for, tool_of, version_on_path

if TYPE_CHECKING:
    from ..worlds.lesson import Lesson


def learn(line: CommandLine, words: Sequence[str]) -> int:
    from ..worlds.lesson import load_lessons, open_lesson

    options = [word for word in words if word.startswith("-")]
    names = [word for word in words if not word.startswith("-")]
    if unknown := [option for option in options if option not in ("--check", "--serve")]:
        raise CommandLineError(f"learn knows --check and --serve, not {unknown[0]}")
    if len(names) > 1 or len(options) > 1:
        raise CommandLineError(f"learn takes one lesson, not {' '.join(words)}")
    if options and not names:
        raise CommandLineError(f"learn {options[0]} needs a lesson's file")
    if "--check" in options:
        return _check_lesson(line, Path(names[0]))
    if "--serve" in options:
        return _serve_lesson(names[0])
    screen = face_of(line) == "screen"
    if not names:
        if screen:
            from ..tui.screens.learn_start import run_learn

            return run_learn(None)
        for lesson in load_lessons():
            sys.stdout.write(f"{lesson.id:24}  {lesson.title}\n")
        return 0
    chosen = _lesson(names[0])
    if screen and line.profile is None and line.record is None and line.against is None:
        from ..tui.screens.learn_start import run_learn

        return run_learn(chosen)
    with open_lesson(chosen) as opened:
        profile = opened.profile
        if line.profile is not None:
            profile = profile_for(tool_of(opened.words, line.profile), line.profile)
        return resolve(line, opened.words, opened.context, profile, lesson=chosen.id)


def _lesson(name: str) -> Lesson:
    """A built-in lesson, or the one in a file. Raises `CommandLineError`."""
    from ..worlds.lesson import find_lesson, load_lessons
    from ..worlds.lesson_file import read_lesson_file
    from ..worlds.table import BadWorld

    if name.endswith(".toml") or os.sep in name:
        try:
            return read_lesson_file(Path(name))
        except BadWorld as error:
            raise CommandLineError(str(error)) from None
    chosen = find_lesson(name)
    if chosen is None:
        known = ", ".join(lesson.id for lesson in load_lessons())
        raise CommandLineError(f"there is no lesson {name!r}; there are {known}; a file's name ends in .toml")
    return chosen


def _check_lesson(line: CommandLine, path: Path) -> int:
    """Tell what is wrong with a lesson, a sentence a line.

    The real tools are asked as far as they are on PATH; the uv that --as names is fetched.
    """
    from ..profiles import UnknownProfile, parse_profile
    from ..worlds.table import BadWorld
    from ..worlds.teaching import check_lesson_file, fetched_uv

    try:
        named = parse_profile(line.profile).name if line.profile else None
    except UnknownProfile as error:
        raise CommandLineError(str(error)) from None
    on_path: dict[str, str | None] = {"uv": version_on_path("uv"), "pip": version_on_path("pip")}

    fetched = None
    if named is not None and named.startswith("uv@") and on_path["uv"] is not None:
        fetched = fetched_uv(named.removeprefix("uv@"))

    def client(profile: str) -> list[str] | None:
        tool, _, version = profile.partition("@")
        if on_path[tool] == version:
            return [tool]
        return [fetched] if fetched is not None and profile == named else None

    try:
        wrong = 0
        for complaint in check_lesson_file(path, client, say):
            complain(complaint)
            wrong += 1
    except BadWorld as error:
        complain(str(error))
        return EXIT_USAGE
    return EXIT_USAGE if wrong else 0


def _serve_lesson(name: str) -> int:
    """Serve the indexes of a lesson until ctrl+c."""
    from ..worlds.server import WorldServer
    from ..worlds.teaching import served

    lesson = _lesson(name)
    with WorldServer(lesson.world) as server:
        for row in served(lesson, server):
            say(row)
        say("Serving on this machine only, until ctrl+c.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0
