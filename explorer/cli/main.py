"""The entry point: what the first word of a command line leads to, and how the program ends."""

from __future__ import annotations

import atexit
import gc
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Final

from .arguments import EXIT_USAGE, USAGE, CommandLine, CommandLineError, parse
from .messages import complain, silence

EXIT_INTERRUPTED: Final = 130
EXIT_BROKEN_PIPE: Final = 141
"""128 + SIGPIPE, as programs end that write to a closed pipe."""

OBJECTS_BEFORE_COLLECTION: Final = 100_000
"""New objects after which garbage is looked for (Python's own: 700)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    _collect_garbage_rarely()
    try:
        return _run(parse(sys.argv[1:] if arguments is None else arguments))
    except CommandLineError as error:
        complain(str(error))
        return EXIT_USAGE
    except BrokenPipeError:
        silence(sys.stdout)
        return EXIT_BROKEN_PIPE
    except OSError as error:
        complain(f"the output cannot be written: {error.strerror or error}")
        return EXIT_USAGE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _run(line: CommandLine) -> int:
    if line.shows == "help":
        sys.stdout.write(USAGE)
        return 0
    if line.shows == "version":
        from .. import __version__

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
            from .learning import learn

            return learn(line, words)
    from .resolving import explore_command

    return explore_command(line)


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
