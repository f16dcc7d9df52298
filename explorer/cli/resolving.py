"""One command, read and shown with the face that was asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .arguments import EXIT_USAGE, CommandLine, CommandLineError, Face
from .tools import profile_for, tool_of

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

    from ..headless.faces import Output
    from ..profiles import Profile
    from ..settings.settings import Context, Settings


def explore_command(line: CommandLine) -> int:
    from ..settings.settings import Context

    profile = profile_for(tool_of(line.words, line.profile), line.profile)
    return resolve(line, line.words, Context(environ=os.environ, directory=Path.cwd(), home=Path.home()), profile)


def face_of(line: CommandLine) -> Face:
    """The face that was asked for, else the screen where there is one."""
    if line.face is not None:
        return line.face
    if "TEXTUAL_DRIVER" in os.environ:  # the screen is drawn elsewhere: in a browser, for `serve`
        return "screen"
    return "screen" if sys.stdout.isatty() and sys.stdin.isatty() else "plain"


def resolve(
    line: CommandLine, words: tuple[str, ...], context: Context, profile: Profile, lesson: str | None = None
) -> int:
    """Read the command and show its run with the face that was asked for."""
    from ..settings.settings import RefusedSettings, UsageError

    face = face_of(line)
    if line.against is not None:
        from .against import tell_against

        return tell_against(line, face, words, context, profile)
    if face == "screen" and line.record is not None:
        raise CommandLineError("--record goes with --json, --events or --plain")
    try:
        from ..settings.read import read_settings

        settings = read_settings(words, context, profile)
    except UsageError as error:
        if face == "json":
            _tell(line, face, words, profile, "usage", str(error), ())
            return EXIT_USAGE
        raise CommandLineError(str(error)) from None
    except RefusedSettings as error:
        from ..headless.faces import tell
        from ..headless.refused import refused_events

        with _output(line, face) as output:
            return tell(refused_events(words, context, profile, error), output)
    if face == "screen":
        from ..tui.app import observer, run_app

        def reread(other: Profile) -> Settings:
            return read_settings(words, context, other)

        return run_app(settings, profile, lesson=lesson, reread=reread, observe=observer(words, context))
    from ..headless.faces import explore

    with _output(line, face, settings.kind, settings.target.requires_python) as output:
        return explore(settings, profile, output)


def _tell(
    line: CommandLine,
    face: Face,
    words: tuple[str, ...],
    profile: Profile,
    kind: str,
    message: str,
    hints: tuple[str, ...],
) -> int:
    """A run that ends before its first request."""
    from ..headless.faces import refusal_events, tell

    with _output(line, face) as output:
        return tell(refusal_events(words, profile, kind, message, hints), output)


@contextmanager
def _output(
    line: CommandLine, face: Face, kind: str = "", requires_python: SpecifierSet | None = None
) -> Iterator[Output]:
    from ..headless.faces import Output

    with ExitStack() as stack:
        record: IO[bytes] | None = None
        if line.record is not None:
            try:
                record = stack.enter_context(Path(line.record).open("wb"))
            except OSError as error:
                raise CommandLineError(f"--record {line.record}: {error.strerror}") from None
        yield Output("plain" if face == "screen" else face, sys.stdout, sys.stderr, record, kind, requires_python)
