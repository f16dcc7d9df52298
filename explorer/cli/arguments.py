"""The words after `resolve-tui`: own options first, then a command that is somebody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

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
  --against WHAT        also run WHAT and tell what differs: a release (uv@0.7.0, pip), a command in quotes,
                        or `real`: the real tool, in a scratch copy of the project
  --directory DIR       work in DIR
  -h, --help            this text
  -V, --version         the version of resolve-tui

exit status: 0 resolved; 1 the real command would have failed; 2 the command line or a configuration file is wrong
             (with --against: 0 the same, 1 they differ)
It explores only: it never installs anything and never writes into your project.
"""

EXIT_USAGE: Final = 2

_FACES: Final[dict[str, Face]] = {"--json": "json", "--events": "events", "--plain": "plain"}
_EXPORTS: Final[dict[str, Face]] = {"requirements": "requirements", "pylock": "pylock"}
_VALUED: Final = ("--as", "--export", "--record", "--against", "--directory")


class CommandLineError(Exception):
    """The command line is wrong; the message is one sentence for standard error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """Own options and the words of the command; `profile` is the text of `--as`, `against` that of `--against`."""

    words: tuple[str, ...] = ()
    face: Face | None = None
    profile: str | None = None
    record: str | None = None
    against: str | None = None
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
                case "--against":
                    line = replace(line, against=value)
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
