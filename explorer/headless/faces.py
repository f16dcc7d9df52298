"""Runs an exploration without a screen and writes what was asked for: a document, events, or narration."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Final, Literal

import msgspec
from packaging.specifiers import SpecifierSet

from ..events import Body, Event, Failed, RequestStarted, Resolved, RunEnded, RunStarted, Unsatisfiable
from ..profiles import Profile
from ..record.encode import encode
from ..settings.read import masked_command
from ..settings.settings import Settings
from ..view.safe_text import safe
from .document import Document
from .json_text import harmless
from .narration import Narrator, hint_lines

Face = Literal["json", "events", "plain", "requirements", "pylock"]
"""The last two write the answer alone, as a file that installers read."""

MAX_HELD: Final = 128 * 1024 * 1024
"""Bytes of answers that are held to try remedies on."""

PROGRESS_INTERVAL: Final = 0.2
"""Seconds between two lines of progress."""

EXIT_RESOLVED: Final = 0
EXIT_FAILED: Final = 1
EXIT_CANCELLED: Final = 130


class Output:
    """Takes the events of one run and writes them as `face` wants; `close` ends the output and gives the exit status.

    `out` carries data only; `err` messages, and progress where it is a terminal. `record` gets each event as a line.
    `kind` is the kind of the command and `requires_python` the Pythons that the answer is for, where they are known.
    """

    def __init__(
        self,
        face: Face,
        out: IO[str],
        err: IO[str],
        record: IO[bytes] | None = None,
        kind: str = "",
        requires_python: SpecifierSet | None = None,
    ) -> None:
        self._face = face
        self._out = out
        self._err = err
        self._record = record
        self._document = Document(kind)
        self._outcome = "failed"
        self._resolved: Resolved | None = None
        self._requires_python = requires_python
        self._progress = _Progress(err) if err.isatty() and face != "plain" else None
        self._narrate: Callable[[Event], None] | None = Narrator(out.write).add if face == "plain" else None

    def add(self, event: Event) -> None:
        """Take the next event. Raises `OSError` where the output cannot be written."""
        if isinstance(event.body, RunEnded):
            self._outcome = event.body.outcome
        if self._record is not None:
            self._record.write(encode(event) + b"\n")
        match self._face:
            case "json":
                self._document.add(event)
            case "events":
                self._out.write(harmless(encode(event).decode()) + "\n")
                self._out.flush()
            case "plain":
                assert self._narrate is not None
                self._narrate(event)
            case "requirements" | "pylock":
                if isinstance(event.body, Resolved):
                    self._resolved = event.body
        if self._progress is not None:
            self._progress.add(event)
        if self._face != "plain" and isinstance(event.body, Failed | Unsatisfiable):
            self._tell_failure(event.body)

    def close(self) -> int:
        """Write what remains and return the exit status."""
        if self._progress is not None:
            self._progress.clear()
        if self._face == "json":
            document = msgspec.json.format(msgspec.json.encode(self._document.as_dict()), indent=2)
            self._out.write(harmless(document.decode()) + "\n")
        if self._resolved is not None and not self._export(self._resolved):
            return EXIT_FAILED
        self._out.flush()
        if self._outcome == "cancelled":
            return EXIT_CANCELLED
        return EXIT_RESOLVED if self._outcome == "resolved" else EXIT_FAILED

    def _export(self, resolved: Resolved) -> bool:
        """Write the answer as a file; False, with a message, where it does not fit the format."""
        from ..record.export import CannotExport, pylock_text, requirements_text

        try:
            if self._face == "pylock":
                text = pylock_text(resolved, self._requires_python)
            else:
                text = requirements_text(resolved)
        except CannotExport as error:
            self._err.write(f"resolve-tui: {safe(str(error))}\n")
            return False
        self._out.write("".join(f"{safe(row)}\n" for row in text.rstrip("\n").split("\n")) if text else "")
        return True

    def _tell_failure(self, failure: Failed | Unsatisfiable) -> None:
        if self._progress is not None:
            self._progress.clear()
        message = failure.message if isinstance(failure, Failed) else failure.headline
        for line in (message, *(line for hint in failure.hints for line in hint_lines(hint))):
            self._err.write(f"resolve-tui: {safe(line)}\n")


class _Progress:
    """One line on a terminal's standard error, rewritten a few times a second."""

    def __init__(self, err: IO[str]) -> None:
        self._err = err
        self._requests = 0
        self._shown = 0.0

    def add(self, event: Event) -> None:
        if isinstance(event.body, RequestStarted):
            self._requests += 1
        now = time.monotonic()
        if now - self._shown >= PROGRESS_INTERVAL:
            self._shown = now
            self._err.write(f"\r\x1b[K{self._requests} requests · {event.at:.1f} s")
            self._err.flush()

    def clear(self) -> None:
        self._err.write("\r\x1b[K")
        self._err.flush()


def explore(settings: Settings, profile: Profile, output: Output) -> int:
    """Resolve to the end on this thread and return the exit status; an interrupt cancels the run.

    Findings come before the last event. Raises `OSError` where the output cannot be written: the run is cancelled then.
    """
    from ..wheels.interpreter import ask_ahead

    if settings.kind != "no resolution":
        ask_ahead(settings.target.python, settings.auth.environ, settings.directory)  # it answers while we import
    from ..engine import resolve
    from ..http.held import HeldAnswers
    from ..http.session import SessionPart
    from ..run.stream import EventStream
    from .findings import findings

    broken: list[OSError] = []
    events: list[Event] = []
    held = HeldAnswers(MAX_HELD)

    def sink(event: Event) -> None:
        events.append(event)
        if not isinstance(event.body, RunEnded):
            add(event)

    def add(event: Event) -> None:
        if broken:
            return
        try:
            output.add(event)
        except OSError as error:
            broken.append(error)
            stream.cancel()

    stream = EventStream(sink)
    with _cancelled_by_interrupt(stream.cancel):
        resolve(settings, profile, stream, SessionPart(held))
    ended = events[-1]
    found = findings(events, settings, profile, held)
    for number, body in enumerate((*found, ended.body), ended.number):
        add(replace(ended, number=number, body=body))
    if broken:
        raise broken[0]
    return output.close()


@contextmanager
def _cancelled_by_interrupt(cancel: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C cancels the run, which then ends in order; a second one ends the program."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupted(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        cancel()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def tell(events: tuple[Event, ...], output: Output) -> int:
    """Write the events of a run that is over and return the exit status."""
    for event in events:
        output.add(event)
    return output.close()


def refusal_events(
    words: tuple[str, ...],
    profile: Profile,
    kind: str,
    message: str,
    hints: tuple[str, ...] = (),
    told: tuple[Body, ...] = (),
) -> tuple[Event, ...]:
    """The events of a run that ends before its first request, with what is `told` before it fails."""
    project = not words or words[:2] in (("uv", "lock"), ("uv", "sync"), ("uv", "add"), ("uv", "run"))
    universal = project or "--universal" in words
    command = masked_command(words or ("uv", "sync"))
    started = RunStarted(profile.name, command, "universal" if universal else "platform", (), profile.note)
    bodies: tuple[Body, ...] = (started, *told, Failed(kind, message, hints), RunEnded("failed", 0.0, 0))
    return tuple(Event(number, 0.0, 1, 0, body) for number, body in enumerate(bodies, 1))
