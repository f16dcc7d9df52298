"""Indexes × packages: which index was asked for which package, and what its answer meant."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Self, assert_never

from ..events import IndexAnswered, RequestStarted, SearchEnded
from ..model.reasons import FetchFailure
from . import words
from .line import Tone


@dataclass(frozen=True, slots=True)
class Cell:
    """One package on one index; `request` is the last exchange behind it."""

    text: str
    tone: Tone
    request: int | None = None
    answered: IndexAnswered | None = None


NOT_ASKED = Cell("not asked", "faint")
UNKNOWN = Cell("·", "faint")


class IndexMatrix:
    """Fold of IndexAnswered, SearchEnded and page requests. Packages stand in the order they were first asked for."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str], Cell] = {}
        self.packages: dict[str, SearchEnded | None] = {}
        self.indexes: dict[str, None] = {}
        self.stamp = 0

    def copied(self) -> Self:
        """The same state, which further events do not change."""
        twin = copy(self)
        twin.cells, twin.packages, twin.indexes = self.cells.copy(), self.packages.copy(), self.indexes.copy()
        return twin

    def asked(self, body: RequestStarted) -> None:
        """A page is being asked for."""
        if body.purpose != "page" or body.package is None or body.index is None:
            return
        self.packages.setdefault(body.package, None)
        self.indexes.setdefault(body.index)
        if (body.package, body.index) not in self.cells:
            self.cells[body.package, body.index] = Cell("asking …", "accent", body.request)
            self.stamp += 1

    def unanswered(self, package: str | None, index: str | None, failure: FetchFailure) -> None:
        """No answer came: that stands until something is made of it."""
        if package is not None and index is not None and (package, index) in self.cells:
            cell = self.cells[package, index]
            if cell.answered is None:
                self.cells[package, index] = Cell(f"✗ {words.failure_word(failure)}", "bad", cell.request)
                self.stamp += 1

    def answered(self, body: IndexAnswered) -> None:
        """What the answer means."""
        self.packages.setdefault(body.package, None)
        self.indexes.setdefault(body.index)
        self.cells[body.package, body.index] = _cell(body)
        self.stamp += 1

    def ended(self, body: SearchEnded) -> None:
        """The search is over: indexes that were not asked say so."""
        self.packages[body.package] = body
        for index in body.not_asked:
            self.indexes.setdefault(index)
            self.cells.setdefault((body.package, index), NOT_ASKED)
        self.stamp += 1

    def error_of(self, index: str) -> int | None:
        """An error status that the index answered with: one that ended a search, else any other."""
        answers = [cell.answered for (_, name), cell in self.cells.items() if name == index and cell.answered]
        answers.sort(key=lambda answer: answer.meaning not in ("stop", "abort"))
        return next((answer.status for answer in answers if answer.status is not None and answer.status >= 400), None)

    def cell(self, package: str, index: str) -> Cell:
        """The cell, `·` where nothing is known yet and `not asked` where the search ended without it."""
        return self.cells.get((package, index)) or (NOT_ASKED if self.packages.get(package) else UNKNOWN)

    def order_of(self, in_force: list[str]) -> list[str]:
        """Index columns: the search list in its order, then whatever else answered."""
        return in_force + [index for index in self.indexes if index not in in_force]

    def summary(self, package: str, *, over: bool = False) -> tuple[str, Tone]:
        """The last column: where the search ended; `over` says that the run ended."""
        search = self.packages.get(package)
        if search is None:
            return ("not finished", "faint") if over else ("searching", "accent")
        if search.refusal is not None:
            return words.search_refusal(search.refusal), "bad"
        return "from " + ", ".join(search.found_on), "plain"


def _cell(body: IndexAnswered) -> Cell:
    request = body.requests[-1] if body.requests else None
    status = "" if body.status in (None, 200) else f" {body.status}"
    match body.meaning:
        case "found":
            return Cell(f"found {body.versions}", "good", request, body)
        case "absent":
            return Cell(f"absent{status}", "muted", request, body)
        case "stop":
            return Cell(f"■ stop{status}", "bad", request, body)
        case "abort":
            return Cell(f"✗ error{status}", "bad", request, body)
        case "skipped":
            return Cell("skipped", "faint", request, body)
        case _:
            assert_never(body.meaning)
