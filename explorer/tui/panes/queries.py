"""Queries: one row for each exchange on the wire, repeats and hops under the request they belong to."""

from __future__ import annotations

from collections.abc import Hashable

from ...view.line import EMPTY, Line, Span, line
from ...view.queries import QueryRow, index_label
from ...view.words import count_words
from ..state import Shown, selection_of_request
from ..widgets.columns import Column, cut_middle, header_line, row_line, widths_in
from .pane import Pane, Selected

COLUMNS = (
    Column("#", 3, 5, "right", keep=8),
    Column("index", 6, 12, keep=5),
    Column("package", 11, 14, weight=True, keep=9),
    Column("what", 10, 14, keep=6),
    Column("user", 4, 10, keep=7),
    Column("ans", 5, 7, keep=9),
    Column("time", 6, 6, "right", keep=3),
    Column("size", 6, 6, "right", keep=2),
    Column("basis", 0, 0, keep=0),
)


class QueriesPane(Pane):
    """The list of exchanges, filtered."""

    name_shown = "Queries"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.follow = True
        self.marks_row = True
        self.numbers: list[int] = []
        self.empty = line(Span("Requests appear here as they are made.", "muted"))
        self._widths: list[int] = []

    def key(self, shown: Shown) -> Hashable:
        return (
            shown.view.queries.stamp,
            shown.view.setup.stamp,
            shown.filter.text,
            shown.selection.request,
            shown.running,
            shown.diverging,
            shown.marked,
        )

    def build(self, shown: Shown) -> None:
        queries = shown.view.queries
        self.numbers = queries.matching(shown.filter.keeps) if shown.filter.text else queries.order
        digits = len(str(len(queries.order))) + bool(shown.diverging or shown.marked)
        number = Column("#", digits, digits + 1, "right", keep=8)
        user = Column("user", max(4, min(queries.longest_user, 10)), min(max(queries.longest_user, 4), 20), keep=7)
        mixed = len(shown.view.bases) > 1
        basis = Column("basis", 9 if mixed else 0, 9 if mixed else 0, keep=7 if mixed else 0)
        names = [len(index_label(index)) for index in shown.view.index_order]
        index = Column("index", max(5, min(max(names, default=5), 8)), 12, keep=5)
        widths = widths_in((number, index, *COLUMNS[2:4], user, *COLUMNS[5:-1], basis), self.inner_width)
        if widths != self._widths:
            self._widths = widths
            self.header = header_line(COLUMNS, widths)
            self.forget_lines()
        total = len(queries.order)
        if shown.filter.text:
            title = line("Queries  ", Span(f"/{shown.filter.text}", "accent"))
            self.set_title(title, line(f"{len(self.numbers)} of {total}"))
            self.empty = line(Span("No query matches the filter. esc clears it.", "muted"))
        else:
            self.set_title(
                line("Queries"),
                line(("following · " if self.follow and shown.running else "") + count_words(total, "query", "queries"))
                if total
                else EMPTY,
            )
            self.empty = line(Span(self._waiting(shown), "muted"))
        if shown.diverging and not shown.filter.text and not shown.running:
            differ = count_words(len(shown.diverging), "differs", "differ")
            self.set_title(line("Queries"), line(Span(f"{differ} from the run before", "warning"), f" · {total}"))
        self.set_row_count(len(self.numbers))
        self._select(shown.selection.request)

    def _waiting(self, shown: Shown) -> str:
        if shown.view.answer.outcome is not None:
            return "No request was made: everything was known or refused before."
        return (
            "Requests appear here as they are made." if shown.running else "Requests appear here once a run starts: r"
        )

    def _select(self, request: int | None) -> None:
        if request is None or self.follow or self.number == request:
            return
        try:
            self.move_to(self.numbers.index(request), by_user=False)
        except ValueError:
            return

    @property
    def number(self) -> int | None:
        """The exchange under the cursor."""
        return self.numbers[self.cursor] if self.cursor < len(self.numbers) else None

    def row_stamp(self, row: int) -> Hashable:
        number = self.numbers[row]
        view = self.shown.view if self.shown else None
        mark = self._mark(number)
        return (id(view), number, view.queries.by_number[number].stamp if view else 0, mark)

    def _mark(self, number: int) -> str:
        """◆ for the exchange at which this run became another one, ≠ for others that differ."""
        if self.shown is None or not (self.shown.diverging or self.shown.marked):
            return ""
        return "◆" if number == self.shown.marked else "≠" if number in self.shown.diverging else ""

    def row_line(self, row: int, width: int) -> Line:
        assert self.shown is not None
        shown = self.shown.view.queries.row(self.numbers[row])
        cells = cells_of(shown, self._widths[1], self._widths[2], self._widths[4])
        if mark := self._mark(self.numbers[row]):
            cells[0] = Span(mark + shown.number, "bad" if mark == "◆" else "warning")
        return row_line(cells, COLUMNS, self._widths)

    def on_event_list_moved(self, event: Pane.Moved) -> None:
        """Tell the other panes which exchange is selected."""
        if self.shown is not None and event.row < len(self.numbers):
            self.post_message(Selected(self, selection_of_request(self.shown.view, self.numbers[event.row])))


def cells_of(row: QueryRow, index_width: int, package_width: int, user_width: int) -> list[Span]:
    """The cells of a row in the order of COLUMNS."""
    branch = ("└ " if row.last else "├ ") if row.child else ""
    return [
        Span(row.number, "faint"),
        Span(index_label(row.index, max(index_width, 6)), "faint" if row.child else "plain"),
        Span(cut_middle(branch + row.package, package_width), "faint" if row.child else "strong"),
        Span(row.what, "accent" if row.child else "muted"),
        Span(cut_middle(row.user, user_width), "faint" if row.user == "–" else "accent"),
        Span(row.answer, row.answer_tone),
        Span(row.time, "muted"),
        Span(row.size, "faint"),
        Span(row.basis, "muted"),
    ]
