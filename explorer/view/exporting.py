"""What `x` writes: texts that hold no secret."""

from __future__ import annotations

from collections.abc import Iterable

from ..events import Event
from ..record.encode import encode
from .answer import Answer


def events_text(events: Iterable[Event]) -> str:
    """One event as JSON a line, as `--record` writes them."""
    return "".join(encode(event).decode("utf-8").rstrip("\n") + "\n" for event in events)


def requirements_text(answer: Answer) -> str:
    """The answer as a requirements file (see `record.export`); empty where there is none."""
    from ..record.export import requirements_text as text_of_pins  # the lock formats load late: not before a key is hit

    return text_of_pins(answer.resolved) if answer.resolved is not None else ""
