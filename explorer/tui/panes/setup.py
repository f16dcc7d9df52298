"""Setup: what the run is made of, and below it what is worth reading."""

from __future__ import annotations

from collections.abc import Hashable

from ...events import Finding, IndexInForce, NotModelled, Warned
from ...view.line import EMPTY, Span, line
from ...view.setup import note_rows, setup_rows
from ..state import Shown, selection_of_request
from ..widgets.event_list import TextRow
from .pane import Pane, Selected, TextPane


class SetupPane(TextPane):
    """Indexes in the order asked, environments, rules."""

    name_shown = "Setup"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.empty = line(Span("Indexes, environments and rules appear here when a run starts.", "muted"))

    def key(self, shown: Shown) -> Hashable:
        return (shown.view.setup.stamp, shown.indexes_off, shown.modes)

    def build(self, shown: Shown) -> None:
        rows = setup_rows(shown.view.setup, self.inner_width, shown.indexes_off, shown.modes)
        self.set_rows([TextRow(row.line, row.index, 4) for row in rows])

    @property
    def index(self) -> IndexInForce | None:
        """The index under the cursor."""
        return self.subject if isinstance(self.subject, IndexInForce) else None


class FindingsPane(TextPane):
    """Findings, warnings, and what the explorer does not model."""

    name_shown = "Findings"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.empty = line(Span("Causes and warnings appear here.", "muted"))

    def key(self, shown: Shown) -> Hashable:
        return (shown.view.setup.stamp, shown.running)

    def build(self, shown: Shown) -> None:
        rows = note_rows(shown.view.setup)
        self.empty = line(Span("Causes and warnings appear here." if shown.running else "Nothing stands out.", "muted"))
        self.set_title(line("Findings"), line(str(len(rows))) if rows else EMPTY)
        self.set_rows([TextRow(text, note) for text, note in rows])

    def on_event_list_moved(self, event: Pane.Moved) -> None:
        """A finding selects the first exchange of its evidence."""
        note = self.subject_at(event.row)
        if self.shown is None or not isinstance(note, Finding):
            return
        view = self.shown.view
        known = [view.request_of_event[number] for number in note.evidence if number in view.request_of_event]
        if known:
            self.post_message(Selected(self, selection_of_request(view, known[0])))

    @property
    def note(self) -> Finding | Warned | NotModelled | None:
        """The finding or warning under the cursor."""
        return self.subject if isinstance(self.subject, Finding | Warned | NotModelled) else None
