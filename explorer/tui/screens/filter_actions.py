"""The line in which the queries are filtered, and the key that clears it."""

from __future__ import annotations

from typing import cast

from textual.widgets import Input

from ...view.filters import FilterError, parse_filter
from ...view.line import Span, line
from ..panes.queries import QueriesPane
from ..widgets.status_line import KeyLine, OneLine
from .explorer_actions import ExplorerActions


class FilterActions(ExplorerActions):
    """What is typed narrows the list at once; the screen that composes the panes supplies the rest."""

    message: str

    def draw_pane(self, name: str) -> None:
        """Draw one pane."""
        raise NotImplementedError

    def do_filter(self) -> None:
        field = self.query_one("#filter", Input)
        self.query_one("#filter-line").display = True
        self.query_one("#prompt", OneLine).set_line(line(Span("/ ", "heading")))
        self.query_one(KeyLine).display = False
        field.value = self.shown.filter.text
        field.focus()
        if "queries" not in self.layout_state.visible:
            self.place_panes(active="queries")
            field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The list narrows while you type; what cannot be read yet leaves it as it was."""
        try:
            self.shown.filter = parse_filter(event.value)
            self.message = ""
        except FilterError as error:
            self.message = str(error)
        self.draw_pane("queries")
        queries = cast(QueriesPane, self.pane("queries"))
        note = (
            Span(self.message, "warning")
            if self.message
            else Span(f"{queries.row_count} match · enter keeps, esc clears", "muted")
        )
        self.query_one("#filter-note", OneLine).set_line(line(Span("  "), note))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter keeps the filter."""
        if self.message:
            self.notify(self.message, title="filter", severity="warning", markup=False)
            return
        self._close_filter()

    def _close_filter(self) -> None:
        self.query_one("#filter-line").display = False
        self.query_one(KeyLine).display = True
        self.go_to("queries")

    def do_clear(self) -> None:
        recorded = self.session.recorded if self.session else None
        if self.query_one("#filter", Input).has_focus or self.shown.filter.text:
            self.shown.filter = parse_filter("")
            self.message = ""
            self._close_filter()
        elif self.zoomed:
            self.do_zoom()
        elif self.layout_state.arrangement == "medium" and self.layout_state.sidebar:
            self.do_sidebar()
        elif recorded is not None and not recorded.at_end:
            self.go(len(recorded.events))
