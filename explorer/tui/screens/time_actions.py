"""What the keys of time do: pause, play, step, stop at a breakpoint, show a moment."""

from __future__ import annotations

from typing import Final, cast

from ...run.breakpoints import BadBreakpoint, Breakpoint, parse_breakpoint
from ...view.timeline import next_mark, previous_mark
from ..panes.queries import QueriesPane
from ..state import Selection
from .copy_screen import CopyScreen
from .input_screen import InputScreen
from .what_if_actions import WhatIfActions

TYPED: Final = "type…"


class TimeActions(WhatIfActions):
    """The `do_` methods of the group "Time"; the screen that composes the panes supplies the rest."""

    def draw(self, *, all_panes: bool = True) -> None:
        """Tell the panes on the screen what to show."""
        raise NotImplementedError

    def draw_status(self) -> None:
        """Draw the lines around the panes."""
        raise NotImplementedError

    def go(self, position: int | None) -> None:
        """Show a moment of the run."""
        if self.session is not None and position is not None:
            self.session.playing = False
            self.session.recorded.go(position)
            self.show_moment()

    def show_moment(self) -> None:
        """Draw the moment that is shown now; what it does not know cannot be selected."""
        session = self.session
        number = self.shown.selection.request
        if session is not None and number is not None and number not in session.recorded.view.queries.by_number:
            self.shown.selection = Selection()
        cast(QueriesPane, self.pane("queries")).forget_lines()
        self.draw()

    def do_pause(self) -> None:
        if self.session is not None:
            self.session.toggle_pause()
            self.show_moment()

    def do_event_back(self) -> None:
        if self.session is not None:
            self.go(self.session.recorded.view.count - 1)

    def do_event_forward(self) -> None:
        """The next event: of those told, or the one that a paused run tells when it may."""
        session = self.session
        if session is not None and session.recorded.at_end and session.paused:
            session.step_live()
        elif session is not None:
            self.go(session.recorded.view.count + 1)

    def do_decision_back(self) -> None:
        if self.session is not None:
            recorded = self.session.recorded
            self.go(previous_mark(recorded.marks, recorded.view.count) or 0)

    def do_decision_forward(self) -> None:
        session = self.session
        if session is not None and session.recorded.at_end and session.paused:
            session.step_live(to_decision=True)
        elif session is not None:
            recorded = session.recorded
            self.go(next_mark(recorded.marks, recorded.view.count) or len(recorded.events))

    def do_breakpoint(self) -> None:
        """Stop at what is selected, at something typed, or no longer at one of the places set."""
        session = self.session
        if session is None:
            return
        places = [place for place in self._places() if place not in session.breakpoints][:4]
        choices = [(f"stop at {place}", str(number)) for number, place in enumerate(places)]
        choices.append(("stop at something else…", TYPED))
        choices += [(f"no longer stop at {place}", str(len(places) + n)) for n, place in enumerate(session.breakpoints)]
        known = (*places, *session.breakpoints)

        def chosen(value: str | None) -> None:
            if value == TYPED:
                self.app.push_screen(InputScreen("Stop at", "torch, index:corp or status:401", _complaint), typed)
            elif value is not None:
                self._toggle_breakpoint(known[int(value)])

        def typed(text: str | None) -> None:
            if text is not None:
                self._toggle_breakpoint(parse_breakpoint(text))

        self.app.push_screen(CopyScreen(choices, "Breakpoints"), chosen)

    def _toggle_breakpoint(self, place: Breakpoint) -> None:
        session = self.session
        if session is None:
            return
        others = tuple(each for each in session.breakpoints if each != place)
        added = len(others) == len(session.breakpoints)
        session.stop_where((*others, place) if added else others)
        words = f"Stops at {place}: r runs again, p plays this run." if added else f"No longer stops at {place}."
        self.notify(words, markup=False, timeout=4)
        self.draw()

    def _places(self) -> list[Breakpoint]:
        """What a run could stop at by what is selected."""
        exchange = self.shown.view.queries.by_number.get(self.shown.selection.request or 0)
        package = self.shown.package()
        places = [Breakpoint("package", package)] if package else []
        if exchange is not None and exchange.started.index:
            places.append(Breakpoint("index", exchange.started.index))
        if exchange is not None and exchange.status is not None:
            places.append(Breakpoint("status", str(exchange.status)))
        return places


def _complaint(text: str) -> str:
    try:
        parse_breakpoint(text)
    except BadBreakpoint as error:
        return f"{str(error)[0].upper()}{str(error)[1:]}."
    return ""
