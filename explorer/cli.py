"""The command line: which exploration, as which release, with which face.

Own options stand before the command, which is then read as the tool named there reads it. Whatever a path does not
need is imported late: the faces without a screen load no Textual.
"""

from __future__ import annotations

import atexit
import gc
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal, cast

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

    from .headless.faces import Output
    from .profiles import Profile, Tool
    from .settings.settings import Context, Settings
    from .worlds.lesson import Lesson

Face = Literal["json", "events", "plain", "requirements", "pylock", "screen"]

USAGE: Final = """\
usage: resolve-tui [option ...] [command]

Put it in front of the uv or pip command whose resolution you want to understand.

  resolve-tui                          the project in this folder, as `uv sync` would resolve it
  resolve-tui uv lock | sync | add | run | pip compile | pip install | pip sync ...
  resolve-tui pip install | download | wheel ...
  resolve-tui 'flask>=3' ...           these requirements, as `uv pip install` would resolve them
  resolve-tui learn [LESSON|FILE]      the built-in worlds, or one of your own: no network, no account
  resolve-tui learn --check FILE       is this lesson right, and does it end as it states
  resolve-tui learn --serve FILE       only serve its indexes on this machine, for your own uv or pip
  resolve-tui serve [command]          the same in a browser (needs the extra `serve`)
  resolve-tui open FILE                a recording or a log                   (not there yet)
  resolve-tui attach -- COMMAND        watch the real command                 (not there yet)

options, all before the command:
  --as TOOL[@VERSION]   whose rules to follow: uv@0.7.0, uv, pip@26.3, pip
                        (default: the version of that tool on PATH, else the newest known)
  --json                one document on standard output
  --events              one event as JSON a line, as they happen
  --plain               readable lines (the default where standard output is no terminal)
  --export FORMAT       the answer alone on standard output: requirements or pylock
  --record FILE         also write every event to FILE, a JSON line each
  --directory DIR       work in DIR
  -h, --help            this text
  -V, --version         the version of resolve-tui

exit status: 0 resolved; 1 the real command would have failed; 2 the command line or a configuration file is wrong
It explores only: it never installs anything and never writes into your project.
"""

EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130
EXIT_BROKEN_PIPE: Final = 141
"""128 + SIGPIPE, as programs end that write to a closed pipe."""

VERSION_TIMEOUT: Final = 5.0
"""Seconds that `uv --version` or `pip --version` may take."""

OBJECTS_BEFORE_COLLECTION: Final = 100_000
"""New objects after which garbage is looked for (Python's own: 700)."""

_FACES: Final[dict[str, Face]] = {"--json": "json", "--events": "events", "--plain": "plain"}
_EXPORTS: Final[dict[str, Face]] = {"requirements": "requirements", "pylock": "pylock"}
_VALUED: Final = ("--as", "--export", "--record", "--directory")


class CommandLineError(Exception):
    """The command line is wrong; the message is one sentence for standard error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """Own options, and the words of the command behind them. `profile` is the text of `--as`."""

    words: tuple[str, ...] = ()
    face: Face | None = None
    profile: str | None = None
    record: str | None = None
    directory: str | None = None
    shows: Literal["help", "version"] | None = None


def parse(arguments: Sequence[str]) -> CommandLine:
    """Read the own options up to the first word that is none. Raises `CommandLineError`."""
    line = CommandLine()
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        name, equals, value = rest.pop(0).partition("=")
        if name == "--" and not equals:
            break
        if name in _FACES and not equals:
            if line.face not in (None, _FACES[name]):
                other = f"--export {line.face}" if line.face in _EXPORTS else f"--{line.face}"
                raise CommandLineError(f"{name} cannot be used with {other}: choose one of --json, --events, --plain")
            line = replace(line, face=_FACES[name])
        elif name in _VALUED:
            if not equals:
                if not rest:
                    raise CommandLineError(f"{name} needs a value")
                value = rest.pop(0)
            match name:
                case "--as":
                    line = replace(line, profile=value)
                case "--export":
                    if value not in _EXPORTS:
                        raise CommandLineError(f"--export {value}: the formats are {' and '.join(_EXPORTS)}")
                    if line.face not in (None, _EXPORTS[value]):
                        raise CommandLineError(f"--export {value} cannot be used with another form of output")
                    line = replace(line, face=_EXPORTS[value])
                case "--record":
                    line = replace(line, record=value)
                case _:
                    line = replace(line, directory=value)
        elif name in ("-h", "--help") and not equals:
            line = replace(line, shows="help")
        elif name in ("-V", "--version") and not equals:
            line = replace(line, shows="version")
        else:
            raise CommandLineError(
                f"{name} is no option of resolve-tui (its options stand before the command; see --help)"
            )
    return replace(line, words=tuple(rest))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    _collect_garbage_rarely()
    try:
        return _run(parse(sys.argv[1:] if arguments is None else arguments))
    except CommandLineError as error:
        _complain(str(error))
        return EXIT_USAGE
    except BrokenPipeError:
        _silence(sys.stdout)
        return EXIT_BROKEN_PIPE
    except OSError as error:
        _complain(f"the output cannot be written: {error.strerror or error}")
        return EXIT_USAGE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _run(line: CommandLine) -> int:
    if line.shows == "help":
        sys.stdout.write(USAGE)
        return 0
    if line.shows == "version":
        from . import __version__

        sys.stdout.write(f"resolve-tui {__version__}\n")
        return 0
    if line.directory is not None:
        try:
            os.chdir(line.directory)
        except OSError as error:
            raise CommandLineError(f"--directory {line.directory}: {error.strerror}") from None
    match line.words:
        case ("open" | "attach" as command, *_):
            raise CommandLineError(f"`resolve-tui {command}` is not there yet")
        case ("serve", *words):
            return _serve(line, words)
        case ("learn", *words):
            return _learn(line, words)
    return _explore(line)


def _explore(line: CommandLine) -> int:
    from .settings.settings import Context

    profile = profile_for(tool_of(line.words, line.profile), line.profile)
    return _resolve(line, line.words, Context(environ=os.environ, directory=Path.cwd(), home=Path.home()), profile)


def tool_of(words: tuple[str, ...], profile: str | None) -> Tool:
    """The tool that a command calls; bare requirements follow `profile` (the text of `--as`), else they are uv's.

    Raises `CommandLineError` where `--as` names another tool than the command.
    """
    asked = (profile or "").partition("@")[0]
    if words and words[0] in ("uv", "pip"):
        if asked in ("uv", "pip") and asked != words[0]:
            raise CommandLineError(f"--as {profile} does not fit the command, which is one of {words[0]}")
        return cast("Tool", words[0])
    if asked == "pip" and not words:
        raise CommandLineError("pip has no command for a project: name requirements, or `pip install -r FILE`")
    return "pip" if asked == "pip" else "uv"


def profile_for(tool: Tool, text: str | None) -> Profile:
    """The rules to follow: those of `--as` with a version, else of the tool on PATH, else the newest known."""
    from .profiles import NEWEST_KNOWN, UnknownProfile, parse_profile

    try:
        if text is not None and "@" in text:
            return parse_profile(text)
        if text is not None:
            parse_profile(text)
        return parse_profile(f"{tool}@{version_on_path(tool) or NEWEST_KNOWN[tool]}")
    except UnknownProfile as error:
        raise CommandLineError(str(error)) from None


def version_on_path(tool: Tool) -> str | None:
    """What `uv --version` or `pip --version` says; None where there is none, or it fails, or takes too long."""
    program = shutil.which(tool)
    if program is None:
        return None
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=VERSION_TIMEOUT, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    match = re.match(rf"{tool} (\d+(?:\.\d+)+\S*)", answer.stdout)
    return match[1] if match and answer.returncode == 0 else None


def face_of(line: CommandLine) -> Face:
    """The face that was asked for, else the screen where there is one."""
    if line.face is not None:
        return line.face
    if "TEXTUAL_DRIVER" in os.environ:  # the screen is drawn elsewhere: in a browser, for `serve`
        return "screen"
    return "screen" if sys.stdout.isatty() and sys.stdin.isatty() else "plain"


def _resolve(
    line: CommandLine, words: tuple[str, ...], context: Context, profile: Profile, lesson: str | None = None
) -> int:
    """Read the command and show its run with the face that was asked for."""
    from .settings.settings import RefusedSettings, UsageError

    face = face_of(line)
    if face == "screen" and line.record is not None:
        raise CommandLineError("--record goes with --json, --events or --plain")
    try:
        from .settings.read import read_settings

        settings = read_settings(words, context, profile)
    except UsageError as error:
        if face == "json":
            _tell(line, face, words, profile, "usage", str(error), ())
            return EXIT_USAGE
        raise CommandLineError(str(error)) from None
    except RefusedSettings as error:
        from .headless.faces import tell
        from .headless.refused import refused_events

        with _output(line, face) as output:
            return tell(refused_events(words, context, profile, error), output)
    if face == "screen":
        from .tui.app import observer, run_app

        def reread(other: Profile) -> Settings:
            return read_settings(words, context, other)

        return run_app(settings, profile, lesson=lesson, reread=reread, observe=observer(words, context))
    from .headless.faces import explore

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
    from .headless.faces import refusal_events, tell

    with _output(line, face) as output:
        return tell(refusal_events(words, profile, kind, message, hints), output)


@contextmanager
def _output(
    line: CommandLine, face: Face, kind: str = "", requires_python: SpecifierSet | None = None
) -> Iterator[Output]:
    from .headless.faces import Output

    with ExitStack() as stack:
        record: IO[bytes] | None = None
        if line.record is not None:
            try:
                record = stack.enter_context(Path(line.record).open("wb"))
            except OSError as error:
                raise CommandLineError(f"--record {line.record}: {error.strerror}") from None
        yield Output("plain" if face == "screen" else face, sys.stdout, sys.stderr, record, kind, requires_python)


def _learn(line: CommandLine, words: Sequence[str]) -> int:
    from .worlds.lesson import load_lessons, open_lesson

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
            from .tui.screens.learn_start import run_learn

            return run_learn(None)
        for lesson in load_lessons():
            sys.stdout.write(f"{lesson.id:24}  {lesson.title}\n")
        return 0
    chosen = _lesson(names[0])
    if screen and line.profile is None and line.record is None:
        from .tui.screens.learn_start import run_learn

        return run_learn(chosen)
    with open_lesson(chosen) as opened:
        profile = opened.profile
        if line.profile is not None:
            profile = profile_for(tool_of(opened.words, line.profile), line.profile)
        return _resolve(line, opened.words, opened.context, profile, lesson=chosen.id)


def _lesson(name: str) -> Lesson:
    """A built-in lesson, or the one in a file. Raises `CommandLineError`."""
    from .worlds.lesson import find_lesson, load_lessons
    from .worlds.lesson_file import read_lesson_file
    from .worlds.table import BadWorld

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
    from .profiles import UnknownProfile, parse_profile
    from .worlds.table import BadWorld
    from .worlds.teaching import check_lesson_file, fetched_uv

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
        for complaint in check_lesson_file(path, client, _print):
            _complain(complaint)
            wrong += 1
    except BadWorld as error:
        _complain(str(error))
        return EXIT_USAGE
    return EXIT_USAGE if wrong else 0


def _serve_lesson(name: str) -> int:
    """Serve the indexes of a lesson until ctrl+c."""
    from .worlds.server import WorldServer
    from .worlds.teaching import served

    lesson = _lesson(name)
    with WorldServer(lesson.world) as server:
        for row in served(lesson, server):
            _print(row)
        _print("Serving on this machine only, until ctrl+c.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0


def _serve(line: CommandLine, words: Sequence[str]) -> int:
    """The screen in a browser on this machine, through textual-serve."""
    if words and words[0].startswith("-"):
        raise CommandLineError(f"serve has no option {words[0].partition('=')[0]}; options stand before `serve`")
    try:
        from textual_serve.server import Server
    except ImportError:
        raise CommandLineError("serve needs the extra: python -m pip install 'resolve-tui[serve]'") from None
    own = [f"{name}={value}" for name, value in (("--as", line.profile), ("--record", line.record)) if value]
    Server(shlex.join([sys.executable, "-m", "explorer", *own, *words]), title="resolve-tui").serve()
    return 0


def _collect_garbage_rarely() -> None:
    """What imports and a run make stays alive to the end, so that looking for garbage in it took a fifth of a short
    run; looking for some once more at exit is as useless.
    """
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION, 50, 50)
    atexit.register(gc.freeze)


def _print(text: str) -> None:
    from .view.safe_text import safe

    sys.stdout.write(f"{safe(text)}\n")
    sys.stdout.flush()


def _complain(message: str) -> None:
    from .view.safe_text import safe

    sys.stderr.write(f"resolve-tui: {safe(message)}\n")


def _silence(stream: IO[str]) -> None:
    """Let nothing that is still buffered be written to a closed pipe at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
