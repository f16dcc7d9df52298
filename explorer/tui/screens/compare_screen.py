"""Mode 2: two runs side by side, where they part first; one below the other in a narrow terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from ...view.compare import CompareRow, compare_rows
from ...view.line import Line, Span, Tone, line
from ..state import selection_of_request
from ..widgets.event_list import EventList, TextList, TextRow, content_of
from ..widgets.status_line import KeyLine, StatusLine
from ..widgets.wrapping import wrap

if TYPE_CHECKING:
    from ..app import ResolveApp

SIDE_BY_SIDE = 130
"""From this width on the runs stand beside each other."""

TONES: dict[str, Tone] = {"": "plain", "=": "faint", "≠": "warning", "−": "bad", "+": "good"}


class CompareScreen(Screen[None]):
    """The newest run and the one before it."""

    DEFAULT_CSS = """
    CompareScreen {
        background: $surface;
        & TextList {
            height: 1fr; border: round $primary; padding: 0 1;
            border-title-color: $text-primary; border-title-style: bold;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("pagedown", "step(20)", show=False),
        Binding("pageup", "step(-20)", show=False),
        Binding("g,home", "end(-1)", show=False),
        Binding("G,end", "end(1)", show=False),
        Binding("enter", "look", show=False),
        Binding("escape,d", "back", show=False),
    ]
    app: ResolveApp

    def compose(self) -> ComposeResult:
        yield StatusLine("status")
        runs = TextList("runs")
        runs.border_title = content_of(line("Compare"))
        runs.empty = line(
            Span("There is one run only. Change something (v, s, space, …) and the two runs stand here.", "muted")
        )
        yield runs
        yield KeyLine("keys")

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Show what the newest run changed."""
        session = self.app.explorer.session
        difference = session.difference() if session else None
        runs = self.query_one("#runs", TextList)
        rows = compare_rows(difference) if difference else []
        wide = runs.inner_width >= SIDE_BY_SIDE
        runs.set_rows([text for row in rows for text in (beside(row, runs.inner_width) if wide else below(row))])
        runs.focus()
        kept = session.kept.number if session and session.kept else 0
        title = f"  run {kept} and run {session.runs}" if session and difference else "  compare"
        summary = difference.summary() if difference else ""
        self.query_one(StatusLine).set_sides(
            [Span("resolve-tui", "heading"), Span(title, "strong")],
            [Span(summary, "bad" if difference and difference.flipped else "muted")],
        )
        keys = [("explorer", "1", "explorer"), ("look", "enter", "to the query"), ("down", "j k", "move")]
        self.query_one(KeyLine).set_keys([*keys, ("help", "?", "help"), ("quit", "q", "quit")])

    def action_step(self, count: int) -> None:
        self.query_one("#runs", TextList).step(1 if count > 0 else -1, abs(count))

    def action_end(self, direction: int) -> None:
        runs = self.query_one("#runs", TextList)
        if direction < 0:
            runs.first()
        else:
            runs.last()

    def action_look(self) -> None:
        """Show the query under the cursor in the explorer."""
        row = self.query_one("#runs", TextList).subject
        if isinstance(row, CompareRow) and row.after_request is not None:
            explorer = self.app.explorer
            explorer.shown.selection = selection_of_request(explorer.shown.view, row.after_request)
            self.app.action_act("explorer")
            explorer.go_to("queries")

    def on_event_list_chosen(self, _: EventList.Chosen) -> None:
        self.action_look()

    def action_back(self) -> None:
        self.app.action_act("explorer")

    def on_tab_strip_chosen(self, event: KeyLine.Chosen) -> None:
        match event.tab:
            case "down":
                self.action_step(1)
            case "look":
                self.action_look()
            case action:
                self.app.action_act(action)


def beside(row: CompareRow, width: int) -> list[TextRow]:
    """A row with its cells in two columns, wrapped each for itself."""
    if not row.paired:
        return [TextRow(row.whole)]
    half = (width - 5) // 2
    left, right = (wrap(cell, half, 4) if cell else [] for cell in (row.before, row.after))
    lines = []
    for number in range(max(len(left), len(right), 1)):
        before = left[number] if number < len(left) else ()
        after = right[number] if number < len(right) else ()
        sign = row.sign if number == 0 else " "
        padding = Span(" " * (half - _cells(before)))
        lines.append(TextRow((*before, padding, Span(f"  {sign}  ", TONES[row.sign]), *after), row))
    return lines


def below(row: CompareRow) -> list[TextRow]:
    """A row with the earlier run's cell above the later one's; one line where both are the same."""
    if not row.paired:
        return [TextRow(row.whole)]
    if row.sign == "=":
        return [TextRow(line(Span("= ", "faint"), *(row.after or row.before)), row, 2)]
    lines = []
    if row.before:
        lines.append(TextRow(line(Span("− ", "bad"), *row.before), row, 2))
    if row.after:
        lines.append(TextRow(line(Span("+ ", "good"), *row.after), row, 2))
    return lines


def _cells(spans: Line) -> int:
    from rich.cells import cell_len

    return sum(cell_len(span.text) for span in spans)
