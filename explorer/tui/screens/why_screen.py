"""Why and Raw of the row under the cursor, whatever pane it stands in."""

from __future__ import annotations

from ...events import CandidateJudged, FileSeen, Finding, IndexInForce, NotModelled, Warned
from ...view import why
from ...view.answer import AnswerRow
from ...view.auth_ladder import LadderRow, rule_lines
from ...view.derivation_tree import ProofRow
from ...view.line import EMPTY, Line, Span, line
from ...view.model import RunView
from ...view.wheel_matrix import FileRow
from ..panes.indexes import MatrixSubject
from ..panes.pane import Pane
from ..panes.queries import QueriesPane
from ..panes.wheels import WheelsPane, sentence_lines
from ..widgets.event_list import TextList
from .reading_screen import ReadingScreen


class WhyScreen(ReadingScreen):
    """The reading screen with a title of its own, so that styles and tests can name it."""


def why_screen(pane: Pane, view: RunView) -> WhyScreen | None:
    """The screen for the row under the cursor of a pane; None where the row has no more to tell."""
    if isinstance(pane, QueriesPane):
        number = pane.number
        if number is None:
            return None
        title = f"Query {number}" if number > 0 else "Refused before any request"
        return WhyScreen(title, why.why_exchange(view, number))
    if isinstance(pane, WheelsPane) and isinstance(pane.subject, FileRow) and pane.table is not None:
        return WhyScreen(pane.subject.filename, _file(view, pane, pane.subject))
    return _of_subject(pane.subject, view) if isinstance(pane, TextList) else None


def _file(view: RunView, pane: WheelsPane, row: FileRow) -> list[Line]:
    assert pane.table is not None
    lines: list[Line] = [line(Span(row.filename, "strong")), EMPTY, *sentence_lines(pane.table, row)]
    for exchange in row.fetches:
        lines += [EMPTY, *why.why_exchange(view, exchange.number)]
    return lines


def _of_subject(subject: object, view: RunView) -> WhyScreen | None:
    match subject:
        case LadderRow() if subject.request is not None:
            return WhyScreen(f"Query {subject.request}", why.why_exchange(view, subject.request))
        case LadderRow():
            tool, version = view.profile
            lines = rule_lines(subject.rule, tool, version) if subject.rule else []
            return WhyScreen("Rule", [subject.line, EMPTY, *lines])
        case ProofRow():
            return WhyScreen("Step of the derivation", why.why_proof(view, subject))
        case AnswerRow() if subject.package is not None:
            return WhyScreen(f"Why {subject.package}", why.why_package(view, subject.package))
        case MatrixSubject():
            return WhyScreen(f"{subject.package} on each index", why.why_package(view, subject.package))
        case CandidateJudged():
            return WhyScreen(f"{subject.package} {subject.version}", why.why_candidate(subject))
        case FileSeen():
            return WhyScreen(subject.filename, why.why_dropped(subject))
        case IndexInForce():
            return WhyScreen(f"Index {subject.id}", why.why_index(subject))
        case Finding() | Warned() | NotModelled():
            return WhyScreen("Finding", why.why_note(view, subject))
        case _:
            return None
