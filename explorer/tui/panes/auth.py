"""Auth: the ladder of the selected request."""

from __future__ import annotations

from collections.abc import Hashable

from ...view.auth_ladder import ladder_rows
from ...view.line import EMPTY, Span, line
from ..state import Shown
from ..widgets.event_list import TextRow
from .pane import TextPane


class AuthPane(TextPane):
    """Where credentials were looked for, in order, and what was sent."""

    name_shown = "Auth"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.empty = line(Span("For each request: where credentials were looked for, and which were sent.", "muted"))

    def key(self, shown: Shown) -> Hashable:
        return (shown.view.ladders.stamp, shown.view.queries.stamp, shown.selection.request)

    def build(self, shown: Shown) -> None:
        tool, version = shown.view.profile
        request = shown.selection.request
        rows = ladder_rows(shown.view.ladders, shown.view.queries, request, tool, version)
        number = request if request is not None else next((row.request for row in rows if row.request), None)
        self.set_title(line("Auth"), line(f"query {number}") if number is not None and number > 0 else EMPTY)
        self.set_rows([TextRow(row.line, row if row.line else None, row.indent) for row in rows])
