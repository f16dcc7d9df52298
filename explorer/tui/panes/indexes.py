"""Indexes × packages: was the other index even asked?"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from ...view.index_matrix import NOT_ASKED, UNKNOWN, Cell
from ...view.line import EMPTY, Span, line
from ...view.queries import index_label
from ...view.words import count_words
from ..state import Selection, Shown, selection_of_package
from ..widgets.columns import Column, header_line, row_line, widths_in
from ..widgets.event_list import TextRow
from .pane import Pane, Selected, TextPane


@dataclass(frozen=True, slots=True)
class MatrixSubject:
    """The package of a row."""

    package: str


EXPLICIT = Cell("explicit", "faint")


def _cell(cell: Cell, explicit: bool) -> Cell:
    return EXPLICIT if explicit and cell in (NOT_ASKED, UNKNOWN) else cell


class IndexesPane(TextPane):
    """One row a package, one column an index in the order they are asked."""

    name_shown = "Indexes × packages"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.marks_row = True
        self.empty = line(
            Span("For each package: which index was asked, what it answered, where the search stopped.", "muted")
        )

    def key(self, shown: Shown) -> Hashable:
        return (shown.view.answer.outcome, shown.view.matrix.stamp, shown.view.setup.stamp, shown.selection.package)

    def build(self, shown: Shown) -> None:
        matrix = shown.view.matrix
        indexes = shown.view.index_order
        explicit = {index.id for index in shown.view.setup.indexes if index.explicit}
        packages = list(matrix.packages)
        longest = max(map(len, packages), default=8)
        columns = [
            Column("package", 10, min(longest, 28), keep=9),
            *(
                Column(
                    index_label(index, 16), 9, max(11, min(len(index_label(index, 16)), 16)), keep=8 - min(position, 5)
                )
                for position, index in enumerate(indexes)
            ),
            Column("search", 12, 40, keep=1, weight=True),
        ]
        widths = widths_in(columns, self.inner_width)
        self.header = header_line(columns, widths) if packages else None
        tabs = line(Span("Answer   ", "faint"), "Indexes × packages")
        self.set_title(tabs, line(count_words(len(packages), "package")) if packages else EMPTY)
        rows = []
        for package in packages:
            cells = [_cell(matrix.cell(package, index), index in explicit) for index in indexes]
            ending, tone = matrix.summary(package, over=shown.view.answer.outcome is not None)
            spans = [
                Span(package, "strong"),
                *(Span(cell.text, cell.tone) for cell in cells),
                Span(ending, "muted" if tone == "plain" else tone),
            ]
            rows.append(TextRow(row_line(spans, columns, widths), MatrixSubject(package)))
        self.set_rows(rows)
        if shown.selection.package:
            self.select_subject(MatrixSubject(shown.selection.package))

    @property
    def package(self) -> str | None:
        """The package under the cursor."""
        return self.subject.package if isinstance(self.subject, MatrixSubject) else None

    def on_event_list_moved(self, event: Pane.Moved) -> None:
        """A package selects its page, its wheels and its derivation."""
        row = self.subject_at(event.row)
        if self.shown is not None and isinstance(row, MatrixSubject):
            selection: Selection = selection_of_package(self.shown.view, row.package, None)
            self.post_message(Selected(self, selection))
