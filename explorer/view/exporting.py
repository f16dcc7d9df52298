"""What `x` writes: texts that hold no secret."""

from __future__ import annotations

from collections.abc import Iterable

from ..events import Event, Pinned
from ..record.encode import encode
from .answer import Answer


def events_text(events: Iterable[Event]) -> str:
    """One event as JSON a line, as `--record` writes them."""
    return "".join(encode(event).decode("utf-8").rstrip("\n") + "\n" for event in events)


def requirements_text(answer: Answer) -> str:
    """The packages chosen as lines of a requirements file, with the markers under which they hold; empty for none."""
    packages = answer.resolved.packages if answer.resolved is not None else ()
    return "".join(f"{_requirement(each)}\n" for each in packages)


def _requirement(pinned: Pinned) -> str:
    extras = f"[{','.join(pinned.requested_extras)}]" if pinned.requested_extras else ""
    marker = f" ; {pinned.markers}" if pinned.markers else ""
    if pinned.source is not None and "://" in pinned.source:
        return f"{pinned.name}{extras} @ {pinned.source}{marker}"
    return f"{pinned.name}{extras}=={pinned.version}{marker}"
