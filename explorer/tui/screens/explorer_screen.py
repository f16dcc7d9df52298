"""Mode 1: the panes of a run, linked, live while it goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.events import Click
from textual.widgets import Input

from ...view.line import Span
from ...view.timeline import moment_words
from ..actions import BY_ID, Situation, explorer_bindings, line_actions
from ..layout import PANES, SIDEBAR, TITLES, Layout, arrangement
from ..panes.answer import AnswerPane
from ..panes.auth import AuthPane
from ..panes.derivation import DerivationPane
from ..panes.indexes import IndexesPane
from ..panes.pane import Pane, Selected
from ..panes.queries import QueriesPane
from ..panes.setup import FindingsPane, SetupPane
from ..panes.wheels import WheelsPane
from ..session import Session, calm_garbage_collection
from ..state import Selection, Shown, selection_at_end, selection_of_request
from ..status_text import status_left, status_right
from ..widgets.event_list import EventList
from ..widgets.status_line import KeyLine, OneLine, StatusLine, TabStrip, time_line
from .filter_actions import FilterActions

FRAME = 1 / 30
GRACE = 0.4
"""Seconds in which a run after the first one is not drawn: from held answers it is over by then, and drawn once."""

SOON = 1 / 200
"""Seconds between two looks whether such a run is over."""

SLOW_PANES = ("auth", "wheels", "derivation", "answer", "indexes", "findings")
"""Panes that are rebuilt as a whole: while a run goes on, every third frame will do."""


class ExplorerScreen(FilterActions):
    """Composes the panes, routes keys and selections; the panes draw, the folds compute."""

    BINDINGS: ClassVar[list[BindingType]] = [*explorer_bindings()]
    DEFAULT_CSS = """
    ExplorerScreen {
        layers: base drawer;
        background: $surface;
        & #panes { height: 1fr; }
        &.-wide #panes { layout: grid; grid-size: 3 3; grid-columns: 34 1fr 1fr; grid-rows: 5fr 4fr 4fr; }
        &.-wide.-no-sidebar #panes { grid-size: 2 3; grid-columns: 1fr 1fr; }
        &.-wide #sidebar { row-span: 3; }
        &.-wide #answer, &.-wide #indexes { column-span: 2; }
        &.-medium #panes { layout: horizontal; }
        &.-medium #queries { width: 6fr; }
        &.-medium #panes > .detail { width: 7fr; }
        &.-medium #sidebar { layer: drawer; dock: left; width: 40; background: $surface; }
        &.-single #panes { layout: vertical; }
        & #sidebar { height: 1fr; }
        & Pane { height: 1fr; width: 1fr; }
        & #findings { height: auto; min-height: 5; max-height: 40%; }
        & #claim { padding: 0 1; height: auto; max-height: 2; color: $text-primary; display: none; }
        & #filter-line { height: 1; display: none; background: $foreground 6%; padding: 0 1; }
        & #filter-line > OneLine { width: auto; max-width: 70%; background: transparent; }
        & #filter { width: 1fr; min-width: 20; height: 1; border: none; padding: 0; background: transparent; }
    }
    """

    def __init__(self, session: Session | None = None) -> None:
        super().__init__()
        self.session = session
        self.shown = Shown()
        self.layout_state = Layout()
        self.zoomed = False
        self.message = ""
        self._frame = 0
        self.settled = False
        """The end of the run was drawn."""
        self._behind = False
        self._focus_first = True

    def compose(self) -> ComposeResult:
        yield StatusLine("status")
        yield OneLine("claim")
        yield TabStrip("tabs")
        with Container(id="panes"):
            with Vertical(id="sidebar"):
                yield SetupPane("setup")
                yield FindingsPane("findings")
            yield QueriesPane("queries")
            yield AuthPane("auth")
            yield WheelsPane("wheels")
            yield DerivationPane("derivation")
            yield AnswerPane("answer")
            yield IndexesPane("indexes")
        yield OneLine("time")
        with Horizontal(id="filter-line"):
            yield OneLine("prompt")
            yield Input(id="filter", placeholder="status==401 host:corp package:torch -user:ann text", compact=True)
            yield OneLine("filter-note")
        yield KeyLine("keys")

    def on_mount(self) -> None:
        for pane in ("auth", "wheels", "derivation", "answer", "indexes"):
            self.query_one(f"#{pane}").add_class("detail")
        self.set_interval(FRAME, self.frame)
        self.pane("queries").focus()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        calm_garbage_collection()
        self.open(self.session)

    # the session

    def open(self, session: Session | None) -> None:
        """Explore a command: its first run starts at once. None shows empty panes."""
        if self.session is not None and self.session is not session:
            self.session.stop()
        self.session = session
        if session is not None and session.run is None:
            self.start()
        else:
            self.draw()

    def start(self, *, refresh: bool = False) -> None:
        """Run the command again with what is switched now; `refresh` asks everything anew."""
        if self.session is None:
            return
        self.session.start(refresh=refresh)
        self.settled = False
        self.shown.selection = Selection()
        queries = cast(QueriesPane, self.pane("queries"))
        queries.follow = True
        queries.forget_lines()
        if self.session.history:
            self.draw_status()  # the answer before stays until this one is there, or takes its time
            self.set_interval(SOON, self._frame_when_over, repeat=round(GRACE / SOON))
        else:
            self.draw()

    def frame(self) -> None:
        """Thirty times a second: take new events, tell the panes on the screen."""
        session = self.session
        if session is None:
            return
        self._frame += 1
        events = session.drain()
        running = session.running
        ended = not running and not self.settled and session.run is not None
        self.settled = not running
        if ended and self.shown.selection == Selection() and session.recorded.at_end:
            self.shown.selection = self._selection_at_end(session)
            cast(QueriesPane, self.pane("queries")).follow = False
        if session.play_frame():
            self.show_moment()
            return
        self._behind = self._behind or bool(events)
        if running and session.history and session.elapsed < GRACE and not session.paused:
            return
        if events or ended or (self._behind and self._frame % 3 == 0):
            whole = not running or self._frame % 3 == 0
            self._behind = not whole
            self.draw(all_panes=whole)
        elif running:
            self.draw_status()
        elif session.diagnosing is not None and (session.diagnosing.findings or ()) != self.shown.findings:
            self.draw()

    def _frame_when_over(self) -> None:
        """A run that is over is drawn at once, without waiting for the next frame."""
        session = self.session
        if session is not None and not self.settled and session.over:
            self.frame()

    def _selection_at_end(self, session: Session) -> Selection:
        """Where this run became another one than the run before; else what `selection_at_end` says."""
        view = session.recorded.view
        changed = session.difference()
        if changed is not None and changed.marked in view.queries.by_number:
            return selection_of_request(view, changed.marked)
        return selection_at_end(view)

    # drawing

    def draw(self, *, all_panes: bool = True) -> None:
        """Tell the panes on the screen what to show; hidden ones are told when they appear."""
        session = self.session
        if session is not None:
            self.shown.view = session.recorded.view
            self.shown.running = session.running
            self.shown.indexes_off = session.off
            changed = session.difference()
            self.shown.diverging = changed.diverging if changed else frozenset()
            diagnosing = session.diagnosing
            self.shown.findings = (diagnosing.findings if diagnosing else None) or ()
            self.shown.diagnosed = diagnosing is not None and diagnosing.findings is not None
            self.shown.marked = changed.marked if changed else None
            self.shown.modes = session.modes()
            self.shown.environments = session.environments()
        for name in self.layout_state.visible:
            if all_panes or name not in SLOW_PANES:
                self.draw_pane(name)
        self.draw_status()

    def draw_pane(self, name: str) -> None:
        """One pane; an error in it becomes a notice and leaves the others alone."""
        try:
            self.pane(name).show(self.shown)
        except Exception as error:
            self.notify(
                f"The {TITLES[name]} pane failed: {type(error).__name__}: {error}", severity="error", markup=False
            )

    def draw_status(self) -> None:
        """The lines around the panes."""
        status = self.query_one(StatusLine)
        status.set_sides(status_left(self.session, self.shown), status_right(self.session, self.shown), elastic=1)
        self._draw_time()
        situation = self.situation()
        self.query_one(KeyLine).set_keys(
            [(a.id, a.first_key, self._label(a.id, a.label)) for a in line_actions(situation)]
        )
        titles = [(pane, TITLES[pane]) for pane in self.layout_state.tabs]
        self.query_one("#tabs", TabStrip).set_tabs(titles, self.layout_state.active_tab)

    def _label(self, action: str, label: str) -> str:
        session = self.session
        if action != "pause" or session is None:
            return label
        if session.running:
            return "resume" if session.paused else "pause"
        return "stop" if session.playing else "play"

    def _draw_time(self) -> None:
        bar = self.query_one("#time", OneLine)
        recorded = self.session.recorded if self.session else None
        stepping = recorded is not None and not recorded.at_end
        told = self.session is not None and bool(self.session.runs > 1 or self.session.recorded.events)
        bar.display = told and (self.layout_state.arrangement != "single" or stepping)
        if recorded is not None and recorded.events and bar.display:
            last = recorded.view.last
            words = moment_words(last.body) if last is not None else "the beginning"
            marks = recorded.view.timeline.marks
            bar.set_line(
                (Span(" "), *time_line(recorded.view.count, len(recorded.events), words, self.size.width - 2, marks))
            )

    # the layout

    def on_resize(self) -> None:
        self.place_panes(keep_sidebar=False)

    def place_panes(self, *, keep_sidebar: bool = True, **changes: str | bool) -> None:
        """Show what the layout says, after changes to it."""
        kind = arrangement(self.size.width, self.size.height, zoomed=self.zoomed)
        state = replace(self.layout_state, arrangement=kind, **changes)  # type: ignore[arg-type]
        if not keep_sidebar and (kind == "medium" or kind != self.layout_state.arrangement):
            state = replace(state, sidebar=kind == "wide")
        if state.active in ("answer", "indexes"):
            state = replace(state, lower=state.active)
        if state.active not in (*SIDEBAR, "queries"):
            state = replace(state, detail=state.active)
        self.layout_state = state
        for name in ("wide", "medium", "single"):
            self.set_class(state.arrangement == name, f"-{name}")
        self.set_class(not state.sidebar, "-no-sidebar")
        visible = state.visible
        for pane in PANES:
            self.pane(pane).display = pane in visible
        self.query_one("#sidebar").display = bool(visible & set(SIDEBAR))
        tabs = self.query_one("#tabs")
        tabs.display = bool(state.tabs)
        tabs.styles.padding = (0, 1, 0, round(self.size.width * 6 / 13) if kind == "medium" else 1)
        self.call_after_refresh(self.draw)

    def go_to(self, name: str) -> None:
        """Bring a pane onto the screen and focus it."""
        if name in SIDEBAR and self.layout_state.arrangement != "single":
            self.place_panes(active=name, sidebar=True)
        elif self.layout_state.arrangement == "medium" and name not in SIDEBAR:
            self.place_panes(active=name, sidebar=False)
        else:
            self.place_panes(active=name)
        self.pane(name).focus()

    def on_descendant_focus(self) -> None:
        focused = self.focused
        if isinstance(focused, Pane) and focused.id and focused.id != self.layout_state.active:
            self.place_panes(active=focused.id)

    def on_tab_strip_chosen(self, event: TabStrip.Chosen) -> None:
        """A tab, or a key of the line of keys, was clicked."""
        if event.tab in TITLES:
            self.go_to(event.tab)
        elif event.tab in BY_ID:
            self.action_act(event.tab)

    def on_click(self, event: Click) -> None:
        """A click on the title of Answer switches to Indexes × packages and back."""
        if event.widget in (self.pane("answer"), self.pane("indexes")) and event.y == 0:
            self.do_indexes()

    # selection

    def on_selected(self, event: Selected) -> None:
        """One pane selected something: the others follow."""
        self.shown.selection = event.selection
        cast(QueriesPane, self.pane("queries")).follow = False
        for name in self.layout_state.visible:
            if self.pane(name) is not event.source:
                self.draw_pane(name)
        self.draw_status()

    def on_event_list_chosen(self, _: EventList.Chosen) -> None:
        self.action_act("why")

    # actions

    def situation(self) -> Situation:
        """What decides which actions are available."""
        session = self.session
        recorded = session.recorded if session else None
        setup = cast(SetupPane, self.pane("setup"))
        return Situation(
            has_session=session is not None,
            running=bool(session and session.running),
            paused=bool(session and session.paused),
            pane=self.layout_state.active,
            rows=self.active_pane.row_count,
            events=len(recorded.events) if recorded else 0,
            at_start=not recorded or recorded.view.count == 0,
            at_end=not recorded or recorded.at_end,
            uv=session is None or session.effective_profile().tool == "uv",
            uv_command=session is None or session.profile.tool == "uv",
            has_index=self.layout_state.active == "setup" and setup.index is not None,
            has_environment=self.layout_state.active == "setup" and setup.environment is not None,
            has_wheel=self.layout_state.active == "wheels" and self.wheel is not None,
            has_package=self.shown.package() is not None,
            has_difference=session is not None and session.difference() is not None,
            can_undo=bool(session and session.toggles.done),
            can_redo=bool(session and session.toggles.undone),
            has_remedy=any(finding.remedies for finding in self.shown.findings),
            has_answer=self.shown.view.answer.resolved is not None,
        )

    def action_act(self, action: str) -> None:
        """Do an action of the registry, or say why it cannot be done now."""
        reason = BY_ID[action].unavailable(self.situation())
        if reason:
            self.notify(reason[0].upper() + reason[1:] + ".", title=BY_ID[action].label, markup=False, timeout=4)
            return
        if BY_ID[action].anywhere:
            self.app.action_act(action)
        else:
            getattr(self, f"do_{action}")()
