"""What the keys of the explorer do: run, change, look, move, step in time."""

from __future__ import annotations

from io import StringIO
from typing import cast

from ...view.copying import command_copy, copies_of_exchange
from ...view.exporting import events_text, requirements_text
from ..layout import PANES, SIDEBAR, Layout
from ..panes.answer import AnswerPane
from ..panes.derivation import DerivationPane
from ..panes.pane import Pane
from ..panes.queries import QueriesPane
from ..panes.setup import FindingsPane
from ..state import Selection, selection_of_request
from .copy_screen import CopyScreen
from .time_actions import TimeActions
from .why_screen import why_screen


class ExplorerActions(TimeActions):
    """One `do_` method for each action of the registry; the screen that composes the panes supplies the rest."""

    layout_state: Layout
    zoomed: bool

    @property
    def active_pane(self) -> Pane:
        """The pane that keys act on."""
        return self.pane(self.layout_state.active)

    def place_panes(self, *, keep_sidebar: bool = True, **changes: str | bool) -> None:
        """Show what the layout says, after changes to it."""
        raise NotImplementedError

    def go_to(self, name: str) -> None:
        """Bring a pane onto the screen and focus it."""
        raise NotImplementedError

    def do_run(self) -> None:
        self.start()

    def do_refresh(self) -> None:
        self.start(refresh=True)

    def do_cancel(self) -> None:
        if self.session is not None:
            self.session.stop()

    def do_difference(self) -> None:
        self.app.action_act("compare")

    def do_observe(self) -> None:
        self.app.action_act("observe")

    def do_why(self) -> None:
        if isinstance(self.active_pane, FindingsPane) and self.active_pane.evidence is not None:
            self.shown.selection = selection_of_request(self.shown.view, self.active_pane.evidence)
            self.go_to("queries")
            self.draw()
            return
        screen = why_screen(self.active_pane, self.shown.view)
        if screen is None:
            self.notify("There is no more to tell about this row.", markup=False, timeout=3)
        else:
            self.app.push_screen(screen)

    def do_copy(self) -> None:
        choices: list[tuple[str, str]] = []
        queries = cast(QueriesPane, self.pane("queries"))
        number = queries.number if self.layout_state.active == "queries" else self.shown.selection.request
        if number in self.shown.view.queries.by_number:
            choices = copies_of_exchange(self.shown.view.queries.by_number[number])
        choices += command_copy(self.shown.view)
        if self.session is not None and (text := self.session.configuration()):
            choices.append(("the changes as configuration", text))
        self.app.push_screen(CopyScreen(choices), self._copied)

    def do_export(self) -> None:
        choices = [("events as JSON lines", "events"), ("picture of the screen (SVG)", "picture")]
        if self.shown.view.answer.outcome == "resolved":
            choices.append(("requirements.txt of the answer", "requirements"))
        self.app.push_screen(CopyScreen(choices, "Export"), self._export)

    def _export(self, what: str | None) -> None:
        if self.session is None or what is None:
            return
        match what:
            case "events":
                name, text = "resolve-tui-events.jsonl", events_text(self.session.recorded.events)
            case "picture":
                name, text = "resolve-tui.svg", self.app.export_screenshot(title="resolve-tui")
            case _:
                name, text = "requirements.txt", requirements_text(self.shown.view.answer)
        self.app.deliver_text(StringIO(text), save_filename=name, name=name)

    def _copied(self, text: str | None) -> None:
        if text is not None:
            self.app.copy_to_clipboard(text)
            self.notify("Copied.", markup=False, timeout=2)

    def do_follow(self) -> None:
        queries = cast(QueriesPane, self.pane("queries"))
        queries.follow = not queries.follow
        if queries.follow:
            self.shown.selection = Selection()
        elif queries.number is not None:
            self.shown.selection = selection_of_request(self.shown.view, queries.number)
        queries.set_row_count(queries.row_count)
        self.draw()

    def do_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self.place_panes(keep_sidebar=False)
        self.active_pane.focus()

    def do_sidebar(self) -> None:
        if self.layout_state.arrangement == "single":
            self.go_to("setup")
        elif self.layout_state.sidebar:
            self.place_panes(
                sidebar=False,
                active=self.layout_state.detail if self.layout_state.active in SIDEBAR else self.layout_state.active,
            )
            self.active_pane.focus()
        else:
            self.go_to("setup")

    def do_tree(self) -> None:
        answer = cast(AnswerPane, self.pane("answer"))
        answer.as_tree = not answer.as_tree
        self.go_to("answer")

    def do_indexes(self) -> None:
        other = "answer" if self.layout_state.lower == "indexes" else "indexes"
        self.go_to(other)

    def do_next_pane(self) -> None:
        self._cycle(1)

    def do_previous_pane(self) -> None:
        self._cycle(-1)

    def _cycle(self, direction: int) -> None:
        order = [
            pane
            for pane in PANES
            if pane not in SIDEBAR or self.layout_state.sidebar or self.layout_state.arrangement == "single"
        ]
        active = self.layout_state.active
        position = order.index(active) if active in order else 0
        self.go_to(order[(position + direction) % len(order)])

    def do_down(self) -> None:
        self.active_pane.step(1)

    def do_up(self) -> None:
        self.active_pane.step(-1)

    def do_left(self) -> None:
        pane = self.active_pane
        if isinstance(pane, DerivationPane) and pane.proof_row is not None:
            pane.fold(close=True)
        else:
            self._cycle(-1)

    def do_right(self) -> None:
        pane = self.active_pane
        if isinstance(pane, DerivationPane) and pane.proof_row is not None:
            pane.fold(close=False)
        else:
            self._cycle(1)

    def do_top(self) -> None:
        self.active_pane.first()

    def do_bottom(self) -> None:
        self.active_pane.last()

    def do_page_down(self) -> None:
        self.active_pane.step(1, self.active_pane.page_size())

    def do_page_up(self) -> None:
        self.active_pane.step(-1, self.active_pane.page_size())
