"""Answer: the packages chosen, as a table or a tree; or the failure in the real tool's words."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from ...view.answer import TABLE_COLUMNS, AnswerRow, failure_rows, live_rows, table_rows, tree_rows
from ...view.line import EMPTY, Span, line
from ...view.queries import index_label
from ...view.words import count_words, outcome_words
from ..state import Shown, selection_of_package
from ..widgets.columns import Column, header_line, row_line, widths_in
from ..widgets.event_list import TextRow
from .pane import Pane, Selected, TextPane

HINT = (Span("hint: ", "accent"),)


def _short(position: int, cell: Span) -> Span:
    return Span(index_label(cell.text, 24), cell.tone) if TABLE_COLUMNS[position] == "index" else cell


class AnswerPane(TextPane):
    """`as_tree` shows the requirements as a tree in place of the table."""

    name_shown = "Answer"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.as_tree = False
        self.marks_row = True
        self.empty = line(
            Span("The packages appear here as they are decided; at the end the answer, or why there is none.", "muted")
        )

    def key(self, shown: Shown) -> Hashable:
        return (
            shown.view.answer.stamp,
            shown.view.packages.stamp,
            self.as_tree,
            shown.running,
            shown.selection.package,
        )

    def build(self, shown: Shown) -> None:
        answer = shown.view.answer
        self.header = None
        tabs = line("Answer", Span("   Indexes × packages", "faint"))
        rows = failure_rows(answer)
        self.marks_row = not rows
        if rows:
            self.set_title(tabs, line(Span(outcome_words(answer.outcome or ""), "bad")))
            self.set_rows(
                [TextRow(row.line, row if row.line else None, 6 if row.line[:1] == HINT else None) for row in rows]
            )
            return
        if answer.resolved is None:
            rows = live_rows(shown.view.packages)
            self.set_title(tabs, line(f"{len(rows)} decided so far") if rows else EMPTY)
        else:
            rows = (
                tree_rows(answer.resolved, shown.view.packages.stories) if self.as_tree else table_rows(answer.resolved)
            )
            count = count_words(len({pinned.name for pinned in answer.resolved.packages}), "package")
            self.set_title(
                tabs, line(Span("✔ ", "good"), count, Span(" · t table" if self.as_tree else " · t tree", "faint"))
            )
        self.set_rows(
            [TextRow(row.line, row) for row in rows] if self.as_tree and answer.resolved else self._table(rows)
        )
        if shown.selection.package:
            self.select_package(shown.selection.package)

    def _table(self, rows: Sequence[AnswerRow]) -> list[TextRow]:
        if not rows:
            return []
        natural = [max(len(row.cells[position].text) for row in rows) for position in range(len(TABLE_COLUMNS))]
        floors = (10, 7, 6, 12, 12, 8)
        columns = [
            Column(
                title,
                min(floor, max(wide, len(title))),
                min(max(wide, len(title)), 24 if title == "index" else 160 if title == "required by" else 80),
                keep=keep,
            )
            for title, wide, floor, keep in zip(TABLE_COLUMNS, natural, floors, (9, 8, 7, 6, 4, 5), strict=True)
            if wide
        ]
        present = [position for position, wide in enumerate(natural) if wide]
        widths = widths_in(columns, self.inner_width)
        self.header = header_line(columns, widths)
        return [TextRow(row_line([_short(p, row.cells[p]) for p in present], columns, widths), row) for row in rows]

    def select_package(self, package: str) -> None:
        """Put the cursor on a package without telling anybody."""
        for number, row in enumerate(self.rows):
            if isinstance(row.subject, AnswerRow) and row.subject.package == package:
                self.move_to(self._part_of(number), by_user=False)
                return

    def on_event_list_moved(self, event: Pane.Moved) -> None:
        """A package selects its page, its wheels and its derivation."""
        row = self.subject_at(event.row)
        if self.shown is not None and isinstance(row, AnswerRow) and row.package is not None:
            self.post_message(Selected(self, selection_of_package(self.shown.view, row.package, row.version)))
