"""Where the screen stands in the run: the moments worth stopping at, and what happened at one of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from copy import copy
from typing import Self

from ..events import (
    Backtracked,
    Body,
    Conflict,
    Decision,
    Failed,
    ForkOpened,
    IndexAnswered,
    MetadataRead,
    RequestEnded,
    RequestStarted,
    Resolved,
    Unsatisfiable,
    WheelChosen,
)


class Timeline:
    """Fold of all events: the positions of decisions, conflicts and ends, for stepping."""

    def __init__(self) -> None:
        self.marks: list[int] = []

    def copied(self) -> Self:
        """The same marks, which further events do not change."""
        twin = copy(self)
        twin.marks = self.marks.copy()
        return twin

    def take(self, position: int, body: Body) -> None:
        """`position` is the number of events applied, this one included."""
        if isinstance(body, Decision | Backtracked | Resolved | Unsatisfiable | Failed):
            self.marks.append(position)


def next_mark(marks: Sequence[int], position: int) -> int | None:
    """The first mark after `position`."""
    found = bisect_right(marks, position)
    return marks[found] if found < len(marks) else None


def previous_mark(marks: Sequence[int], position: int) -> int | None:
    """The last mark before `position`."""
    found = bisect_left(marks, position)
    return marks[found - 1] if found else None


def moment_words(body: Body) -> str:
    """What happened, in a few words for the status line."""
    match body:
        case Decision():
            return f"decision: {body.package} {body.version}"
        case Conflict():
            return f"conflict over {body.package}"
        case Backtracked():
            return f"back from level {body.from_level} to {body.to_level}"
        case RequestStarted():
            return f"query {body.request} begins"
        case RequestEnded():
            return f"query {body.request} answered"
        case IndexAnswered():
            return f"{body.index}: {body.package} {body.meaning}"
        case MetadataRead():
            return f"metadata of {body.package} {body.version}"
        case WheelChosen():
            return f"files of {body.package} {body.version} judged"
        case ForkOpened():
            return f"fork {body.fork}: {body.marker}"
        case _:
            return _spaced(type(body).__name__)


def _spaced(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
