"""Setup: what the run is made of, and below it what is worth reading."""

from __future__ import annotations

from collections.abc import Hashable

from ...events import Finding, IndexInForce, NotModelled, Warned
from ...view.line import EMPTY, Span, line
from ...view.setup import EnvironmentChoice, note_rows, remedy_lines, setup_rows
from ..state import Shown, selection_of_request
from ..widgets.event_list import TextRow
from .pane import Pane, Selected, TextPane


class SetupPane(TextPane):
    """Indexes in the order asked, environments, rules."""

    name_shown = "Setup"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self._at: str | None = None
        self.empty = line(Span("Indexes, environments and rules appear here when a run starts.", "muted"))

    def key(self, shown: Shown) -> Hashable:
        return (shown.view.setup.stamp, shown.indexes_off, shown.modes, shown.environments)

    def build(self, shown: Shown) -> None:
        rows = setup_rows(shown.view.setup, self.inner_width, shown.indexes_off, shown.modes, shown.environments)
        self.set_rows([TextRow(row.line, row.subject, 4) for row in rows])
        for number, row in enumerate(self.rows):
            if self._at is not None and _name_of(row.subject) == self._at:
                self.move_to(self._part_of(number), by_user=False)

    def on_event_list_moved(self, event: Pane.Moved) -> None:
        """Remember the row, so that the cursor is on it again in the next run."""
        self._at = _name_of(self.subject)

    @property
    def index(self) -> IndexInForce | None:
        """The index under the cursor."""
        return self.subject if isinstance(self.subject, IndexInForce) else None

    @property
    def environment(self) -> EnvironmentChoice | None:
        """The environment under the cursor."""
        return self.subject if isinstance(self.subject, EnvironmentChoice) else None


def _name_of(subject: object) -> str | None:
    match subject:
        case IndexInForce():
            return subject.id
        case EnvironmentChoice():
            return subject.marker
        case _:
            return None


class FindingsPane(TextPane):
    """Findings, warnings, and what the explorer does not model."""

    name_shown = "Findings"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.empty = line(Span("Causes and warnings appear here.", "muted"))

    def key(self, shown: Shown) -> Hashable:
        return (shown.view.setup.stamp, shown.running, shown.findings, shown.diagnosed, shown.view.answer.stamp)

    def build(self, shown: Shown) -> None:
        rows = note_rows(shown.view.setup, shown.findings)
        self.empty = line(Span(self._nothing(shown), "muted"))
        self.set_title(line("Findings"), line(str(len(rows))) if rows else EMPTY)
        self.set_rows(
            [
                each
                for text, note in rows
                for each in (TextRow(text, note, 2), *(TextRow(more, None, 4) for more in remedy_lines(note)))
            ]
        )

    def _nothing(self, shown: Shown) -> str:
        outcome = shown.view.answer.outcome
        if shown.running or outcome is None:
            return "Causes and warnings appear here."
        if outcome == "resolved":
            return "Nothing stands out."
        if not shown.diagnosed:
            return "Looking for the cause…"
        return "No cause is named. The failure is under Answer, its steps under Derivation."

    @property
    def evidence(self) -> int | None:
        """The first exchange that the finding under the cursor rests on."""
        note = self.note
        if self.shown is None or not isinstance(note, Finding):
            return None
        requests = self.shown.view.request_of_event
        return next((requests[number] for number in note.evidence if number in requests), None)

    def on_event_list_moved(self, event: Pane.Moved) -> None:
        """A finding selects the first exchange of its evidence."""
        if self.shown is not None and self.evidence is not None:
            self.post_message(Selected(self, selection_of_request(self.shown.view, self.evidence)))

    @property
    def note(self) -> Finding | Warned | NotModelled | None:
        """The finding or warning under the cursor."""
        return self.subject if isinstance(self.subject, Finding | Warned | NotModelled) else None
