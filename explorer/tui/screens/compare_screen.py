"""Mode 2: two runs side by side, where they part first; one below the other in a narrow terminal.

The second one is an earlier run of the session, or the real tool, run in a scratch copy.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.screen import Screen

from ...view.compare import CompareRow, compare_rows
from ...view.diff import Difference
from ...view.line import Line, Span, Tone, line
from ...view.words import count_words
from ..runs import Real
from ..session import Session
from ..state import selection_of_request
from ..widgets.event_list import EventList, TextList, TextRow, content_of
from ..widgets.status_line import KeyLine, StatusLine
from ..widgets.wrapping import wrap
from .copy_screen import CopyScreen

if TYPE_CHECKING:
    from ..app import ResolveApp

FRAME = 1 / 10
"""Seconds between two looks at what the real tool did."""

SIDE_BY_SIDE = 130
"""From this width on the runs stand beside each other."""

TONES: dict[str, Tone] = {"": "plain", "=": "faint", "≠": "warning", "−": "bad", "+": "good"}


class CompareScreen(Screen[None]):
    """The newest run beside one before it, or beside a run of the real tool."""

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
        Binding("b", "choose", show=False),
        Binding("o", "observe", show=False),
        Binding("escape,d", "back", show=False),
    ]
    app: ResolveApp

    def __init__(self) -> None:
        super().__init__()
        self._beside_real = False

    def compose(self) -> ComposeResult:
        yield StatusLine("status")
        runs = TextList("runs")
        runs.border_title = content_of(line("Compare"))
        yield runs
        yield KeyLine("keys")

    def on_mount(self) -> None:
        self.set_interval(FRAME, self._frame)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    @property
    def session(self) -> Session | None:
        return self.app.explorer.session

    @property
    def real(self) -> Real | None:
        """The run of the real tool, where it stands beside the newest run."""
        session = self.session
        real = session.real if session is not None and self._beside_real else None
        return real if real is not None and session is not None and real.beside == session.runs else None

    def difference(self) -> Difference | None:
        """What is compared now."""
        session, real = self.session, self.real
        if session is None:
            return None
        return real.difference(session.recorded) if real is not None else session.difference()

    def draw(self) -> None:
        """Show what differs."""
        session, real, difference = self.session, self.real, self.difference()
        runs = self.query_one("#runs", TextList)
        rows = compare_rows(difference) if difference else []
        wide = runs.inner_width >= SIDE_BY_SIDE
        runs.empty = line(Span(self._nothing(), "muted"))
        runs.set_rows([text for row in rows for text in (beside(row, runs.inner_width) if wide else below(row))])
        runs.focus()
        title = "  compare"
        if session is not None and real is not None:
            title = f"  run {session.runs} and the real {session.effective_profile().name.replace('@', ' ')}"
        elif session is not None and difference is not None and session.kept is not None:
            title = f"  {session.kept.words}  and  run {session.runs}"
        summary = difference.summary() if difference else "● running" if real is not None and real.running else ""
        self.query_one(StatusLine).set_sides(
            [Span("resolve-tui", "heading"), Span(title, "strong")],
            [Span(summary, "bad" if difference and difference.flipped else "muted")],
            elastic=1,
        )
        keys = [("explorer", "1", "explorer"), ("look", "enter", "to the query"), ("choose", "b", "other run")]
        keys += [("observe", "o", "the real tool"), ("down", "j k", "move")]
        self.query_one(KeyLine).set_keys([*keys, ("help", "?", "help"), ("quit", "q", "quit")])

    def _nothing(self) -> str:
        """What an empty screen says."""
        real = self.real
        if real is None:
            return (
                "There is one run only. Change something (v, s, space, …) and the two runs stand here; "
                "o runs the real tool in a scratch copy and compares with it."
            )
        requests = real.recorded.view.queries.on_wire
        return f"The real tool is running in a scratch copy: {count_words(requests, 'request')} so far. P ends it."

    def _frame(self) -> None:
        real = self.real
        if real is not None and self.app.screen is self and real.drain():
            self.draw()

    def action_choose(self) -> None:
        """Compare the newest run with another one."""
        session = self.session
        if session is None or not session.history:
            self.notify("There is one run only.", markup=False, timeout=3)
            return
        choices = [(kept.words, str(kept.number)) for kept in reversed(session.history)]

        def chosen(number: str | None) -> None:
            if number is not None:
                session.against, self._beside_real = int(number), False
                self.draw()

        self.app.push_screen(CopyScreen(choices, f"Compare run {session.runs} with"), chosen)

    def action_observe(self) -> None:
        """Run the real tool in a scratch copy; where it is not on this machine, offer to fetch it."""
        session = self.session
        if session is None or (reason := session.not_observable()):
            words = reason if session is not None else "choose a lesson first (3)"
            self.notify(f"{words[0].upper()}{words[1:]}.", severity="warning", markup=False, timeout=6)
            return
        if session.running:
            self.notify("The run goes on: its end is compared.", markup=False, timeout=4)
            return
        profile, environ = session.effective_profile(), session.settings_shown().auth.environ

        def look() -> None:
            from ...observe.clients import Client, find_client

            found = isinstance(find_client(profile, environ, sys.executable), Client)
            self.app.call_from_thread(self._observe, session, found)

        self.run_worker(look, thread=True, exclusive=True, group="real", exit_on_error=False)

    def _observe(self, session: Session, found: bool) -> None:
        def start(fetch: bool) -> None:
            self._beside_real = True
            session.start_observing(fetch=fetch)
            self.draw()

        def chosen(what: str | None) -> None:
            if what is not None:
                start(fetch=True)

        if found:
            start(fetch=False)
        else:
            name = session.effective_profile().name.replace("@", " ")
            choices = [(f"fetch {name} from PyPI into our own cache, and run it", "fetch")]
            self.app.push_screen(CopyScreen(choices, f"{name} is not on this machine"), chosen)

    def on_key(self, event: Key) -> None:
        """P ends the real tool, as it ends a run."""
        if event.key == "P" and self.real is not None:
            self.real.stop()
            event.stop()

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
        if not isinstance(row, CompareRow):
            return
        number = row.before_request if self.real is not None else row.after_request
        if number is not None:
            explorer = self.app.explorer
            explorer.shown.selection = selection_of_request(explorer.shown.view, number)
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
            case "choose":
                self.action_choose()
            case "observe":
                self.action_observe()
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
