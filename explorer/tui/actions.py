"""The one registry of actions: key bindings, the line of keys, help and the command palette are all made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from textual.binding import Binding

Group = Literal["Run", "What if", "Look", "Move", "Time", "Modes", "Program"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What an action's availability depends on."""

    has_session: bool = False
    running: bool = False
    paused: bool = False
    pane: str = ""
    rows: int = 0
    events: int = 0
    at_start: bool = True
    at_end: bool = True
    uv: bool = True
    uv_command: bool = True
    has_index: bool = False
    has_environment: bool = False
    has_wheel: bool = False
    has_package: bool = False
    has_answer: bool = False
    has_difference: bool = False
    has_remedy: bool = False
    can_undo: bool = False
    can_redo: bool = False


def _always(_: Situation) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a user can do. `unavailable` gives the reason why not now, or an empty text.

    `line` is its rank in the line of keys at the bottom (0: not there); `anywhere` holds on every screen.
    """

    id: str
    keys: str
    label: str
    help: str
    group: Group
    line: int = 0
    anywhere: bool = False
    unavailable: Callable[[Situation], str] = _always

    @property
    def key_shown(self) -> str:
        """The first keys as a person reads them."""
        return " ".join(KEY_NAMES.get(key, key) for key in self.keys.split(",")[:2])

    @property
    def first_key(self) -> str:
        """The first key as a person reads it."""
        return self.key_shown.split(" ")[0]

    def bindings(self) -> list[Binding]:
        """Its binding; none for an action that only the palette has."""
        return [self.binding()] if self.keys else []

    def binding(self) -> Binding:
        return Binding(self.keys, f"act('{self.id}')", self.label, show=False, id=self.id, tooltip=self.help)


KEY_NAMES: Final = {
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "exclamation_mark": "!",
    "escape": "esc",
    "ctrl+p": "^p",
    "shift+tab": "S-tab",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "pagedown": "PgDn",
    "pageup": "PgUp",
}


def _needs_session(s: Situation) -> str:
    return "" if s.has_session else "choose a lesson first (3), or start resolve-tui with a command"


def _needs_run(s: Situation) -> str:
    return _needs_session(s) or ("" if s.running else "no run is under way")


def _needs_events(s: Situation) -> str:
    return _needs_session(s) or ("" if s.running or s.events else "no run has told anything yet")


def _needs_rows(s: Situation) -> str:
    return "" if s.rows else "this pane is empty"


def _needs_index(s: Situation) -> str:
    return _needs_session(s) or ("" if s.has_index else "put the cursor on an index in Setup first")


def _needs_index_or_environment(s: Situation) -> str:
    return "" if s.has_environment else _needs_index(s)


def _needs_wheel(s: Situation) -> str:
    return _needs_uv_modes(s) or ("" if s.has_wheel else "put the cursor on a file in Wheels first")


def _needs_package(s: Situation) -> str:
    return _needs_session(s) or ("" if s.has_package else "select a package first")


def _needs_uv_package(s: Situation) -> str:
    return _needs_uv_modes(s) or _needs_package(s)


def _needs_uv(s: Situation) -> str:
    return _needs_session(s) or ("" if s.uv else "pip has no index strategies: it merges all indexes")


def _needs_uv_command(s: Situation) -> str:
    return _needs_session(s) or ("" if s.uv_command else "a command of pip has no counterpart in uv here")


def _needs_uv_modes(s: Situation) -> str:
    return _needs_session(s) or ("" if s.uv else "pip has no such option")


def _needs_uv_index(s: Situation) -> str:
    return _needs_uv_modes(s) or _needs_index(s)


def _needs_universal(s: Situation) -> str:
    return _needs_session(s) or ("" if s.uv else "pip resolves for one machine only")


def _needs_remedy(s: Situation) -> str:
    return _needs_session(s) or ("" if s.has_remedy else "no finding proposes a change")


def _needs_difference(s: Situation) -> str:
    return _needs_session(s) or ("" if s.has_difference else "change something first: there is one run only")


def _back(s: Situation) -> str:
    return "this is the beginning" if s.at_start else "the run goes on: pause it first (p)" if _moving(s) else ""


def _forward(s: Situation) -> str:
    return "this is the newest moment" if s.at_end and not s.paused else ""


def _moving(s: Situation) -> bool:
    return s.running and not s.paused


ACTIONS: Final[tuple[Action, ...]] = (
    Action(id="run", keys="r", label="run", help="Resolve the command again with what is switched now.", group="Run", line=9, unavailable=_needs_session),
    Action(id="refresh", keys="R", label="run without the cache", help="Resolve again, asking everything anew.", group="Run", unavailable=_needs_session),
    Action(id="pause", keys="p", label="pause", help="Pause the resolver, or let it go on; play a run that is over.", group="Run", line=5, unavailable=_needs_events),
    Action(id="cancel", keys="P", label="cancel the run", help="End the run that is under way.", group="Run", unavailable=_needs_run),
    Action(id="breakpoint", keys="B", label="stop at…", help="Stop a run where a package, an index or a status comes up.", group="Run", line=2, unavailable=_needs_session),
    Action(id="toggle", keys="space", label="on/off", help="Switch the index or environment under the cursor in Setup off or on, and resolve again.", group="What if", line=6, unavailable=_needs_index_or_environment),
    Action(id="strategy", keys="s", label="strategy", help="Next index strategy: first-index, unsafe-first-match, unsafe-best-match.", group="What if", line=6, unavailable=_needs_uv),
    Action(id="release", keys="v", label="rules", help="Resolve again by the rules of the next release at which a rule changes.", group="What if", line=6, unavailable=_needs_session),
    Action(id="release_back", keys="V", label="rules before", help="Resolve again by the rules of the release before.", group="What if", unavailable=_needs_session),
    Action(id="profile", keys="", label="rules of a release…", help="Type the release whose rules to follow.", group="What if", unavailable=_needs_session),
    Action(id="command", keys="T", label="as uv pip, pip…", help="Resolve the same requirements as uv pip compile or pip install would, on this machine.", group="What if", line=3, unavailable=_needs_uv_command),
    Action(id="move_down", keys="J", label="index later", help="Ask the index under the cursor later.", group="What if", unavailable=_needs_index),
    Action(id="move_up", keys="K", label="index earlier", help="Ask the index under the cursor earlier.", group="What if", unavailable=_needs_index),
    Action(id="explicit", keys="E", label="explicit", help="Only packages that are pinned to the index under the cursor are looked for there, or all are.", group="What if", unavailable=_needs_uv_index),
    Action(id="default", keys="D", label="as default", help="The index under the cursor takes the place of PyPI: it is asked last.", group="What if", unavailable=_needs_index),
    Action(id="credentials", keys="c", label="credentials…", help="Other credentials for the index under the cursor, or none.", group="What if", line=4, unavailable=_needs_index),
    Action(id="inject", keys="S", label="answers…", help="A status in place of what the index under the cursor answers for its pages.", group="What if", line=3, unavailable=_needs_index),
    Action(id="read_from", keys="w", label="read this file", help="Read the metadata from the file under the cursor in Wheels.", group="What if", line=7, unavailable=_needs_wheel),
    Action(id="state_metadata", keys="m", label="state metadata", help="dependency-metadata for the selected package: what was read of it, so that nothing need be read.", group="What if", unavailable=_needs_uv_package),
    Action(id="package", keys="N", label="for this package…", help="Pre-releases, builds, wheels, yanked, exclude-newer, preferences of the selected package only.", group="What if", unavailable=_needs_package),
    Action(id="authenticate", keys="a", label="authenticate", help="For the index under the cursor: authenticate auto, always, never.", group="What if", unavailable=_needs_uv_index),
    Action(id="ignore", keys="e", label="ignore error", help="Ignore the error status that the index under the cursor answered with (ignore-error-codes).", group="What if", unavailable=_needs_uv_index),
    Action(id="universal", keys="n", label="universal/this machine", help="Resolve for all platforms, or for this machine only.", group="What if", unavailable=_needs_universal),
    Action(id="platform", keys="", label="one platform…", help="Resolve for one platform as --python-platform names it.", group="What if", unavailable=_needs_uv_modes),
    Action(id="environments", keys="", label="environments…", help="Type the markers that a universal resolution is limited to.", group="What if", unavailable=_needs_universal),
    Action(id="required_environments", keys="", label="required-environments…", help="Type the markers for which a wheel must exist.", group="What if", unavailable=_needs_universal),
    Action(id="requires_python", keys="", label="requires-python…", help="Type the Pythons that are solved for.", group="What if", unavailable=_needs_universal),
    Action(id="prerelease", keys="", label="pre-releases…", help="Choose when pre-releases may be taken.", group="What if", unavailable=_needs_session),
    Action(id="resolution", keys="", label="highest/lowest versions…", help="Choose the resolution mode.", group="What if", unavailable=_needs_uv_modes),
    Action(id="exclude_newer", keys="", label="exclude newer…", help="Type an instant: files from then on do not exist.", group="What if", unavailable=_needs_session),
    Action(id="constraint", keys="", label="constraint…", help="Type a limit for a package.", group="What if", unavailable=_needs_session),
    Action(id="override", keys="", label="override…", help="Type what is required of a package, whatever others say.", group="What if", unavailable=_needs_uv_modes),
    Action(id="require", keys="", label="require…", help="Type a requirement more.", group="What if", unavailable=_needs_session),
    Action(id="builds", keys="", label="builds on/off", help="Whether sdists may be built (no-build).", group="What if", unavailable=_needs_session),
    Action(id="wheels", keys="", label="wheels on/off", help="Whether wheels may be used (no-binary).", group="What if", unavailable=_needs_session),
    Action(id="netrc", keys="", label="netrc on/off", help="Whether the netrc file is read.", group="What if", unavailable=_needs_session),
    Action(id="preferences", keys="", label="no preferences", help="Versions in a lock, an output file or the environment steer nothing.", group="What if", unavailable=_needs_session),
    Action(id="ask_again", keys="", label="nothing from the cache", help="As --refresh: cached answers are confirmed or asked anew.", group="What if", unavailable=_needs_session),
    Action(id="remedy", keys="exclamation_mark", label="try the remedy", help="Resolve with the change that the finding proposes.", group="What if", line=8, unavailable=_needs_remedy),
    Action(id="undo", keys="u", label="undo", help="Take back the last change.", group="What if", line=5, unavailable=lambda s: "" if s.can_undo else "nothing was changed"),
    Action(id="redo", keys="U", label="redo", help="Make the change again that was taken back.", group="What if", unavailable=lambda s: "" if s.can_redo else "nothing was taken back"),
    Action(id="as_given", keys="0", label="as given", help="Take back every change: the command as it was given.", group="What if", unavailable=_needs_session),
    Action(id="difference", keys="d", label="difference", help="What changed since the run before, and the rule that caused it.", group="Look", line=6, unavailable=_needs_difference),
    Action(id="observe", keys="o", label="the real tool", help="Run the real uv or pip of this release in a scratch copy, and show what it did beside this run.", group="Look", line=4, unavailable=_needs_session),
    Action(id="why", keys="enter", label="why", help="Why the selected row is as it is, and what was sent and received.", group="Look", line=8, unavailable=_needs_rows),
    Action(id="filter", keys="slash", label="filter", help="Filter the queries: status==401 host:corp -user:ann text", group="Look", line=8),
    Action(id="clear", keys="escape", label="clear", help="Clear the filter, leave the zoom, close the drawer, return to the newest moment.", group="Look"),
    Action(id="copy", keys="y", label="copy", help="Copy the URL, a curl command without secrets, JSON, or the uv command.", group="Look", line=5, unavailable=_needs_rows),
    Action(id="export", keys="x", label="export", help="Write the events as JSON lines, a picture of the screen, or the answer as requirements.txt to your downloads.", group="Look", line=4, unavailable=lambda s: _needs_session(s) or ("" if s.events else "no run has told anything yet")),
    Action(id="follow", keys="f", label="follow", help="Follow the newest query; the linked panes follow too.", group="Look", line=4),
    Action(id="zoom", keys="z", label="zoom", help="Show one pane in the whole window, or all of them again.", group="Look", line=7),
    Action(id="sidebar", keys="b", label="setup", help="Open or close Setup and Findings.", group="Look", line=4),
    Action(id="tree", keys="t", label="tree/table", help="Show the answer as a tree or as a table.", group="Look", unavailable=lambda s: "" if s.has_answer else "there is no answer yet"),
    Action(id="indexes", keys="i", label="indexes", help="Switch between Answer and Indexes × packages.", group="Look", line=5),
    Action(id="next_pane", keys="tab", label="pane", help="Go to the next pane.", group="Move", line=8),
    Action(id="previous_pane", keys="shift+tab", label="previous pane", help="Go to the pane before.", group="Move"),
    Action(id="down", keys="j,down", label="down", help="One row down.", group="Move"),
    Action(id="up", keys="k,up", label="up", help="One row up.", group="Move"),
    Action(id="left", keys="h,left", label="fold, left", help="Fold a step of the derivation; elsewhere the pane before.", group="Move"),
    Action(id="right", keys="l,right", label="unfold, right", help="Unfold a step of the derivation; elsewhere the next pane.", group="Move"),
    Action(id="top", keys="g,home", label="first row", help="Go to the first row.", group="Move"),
    Action(id="bottom", keys="G,end", label="last row", help="Go to the last row.", group="Move"),
    Action(id="page_down", keys="pagedown", label="page down", help="One page down.", group="Move"),
    Action(id="page_up", keys="pageup", label="page up", help="One page up.", group="Move"),
    Action(id="event_back", keys="left_square_bracket", label="event back", help="One event back in time; all panes show that moment.", group="Time", unavailable=_back),
    Action(id="event_forward", keys="right_square_bracket", label="event forward", help="One event forward in time; a paused run tells one more.", group="Time", unavailable=_forward),
    Action(id="decision_back", keys="left_curly_bracket", label="decision back", help="Back to the decision before.", group="Time", line=3, unavailable=_back),
    Action(id="decision_forward", keys="right_curly_bracket", label="decision forward", help="Forward to the next decision; a paused run goes on to it.", group="Time", line=3, unavailable=_forward),
    Action(id="explorer", keys="1", label="explorer", help="The panes of the run.", group="Modes", anywhere=True),
    Action(id="compare", keys="2", label="compare", help="The newest two runs side by side.", group="Modes", line=3, anywhere=True),
    Action(id="learn", keys="3", label="learn", help="Built-in worlds: one claim each, no network, no account.", group="Modes", line=3, anywhere=True),
    Action(id="settings", keys="4", label="settings", help="Each effective setting, its origin, and what was found but not used.", group="Modes", line=3, anywhere=True),
    Action(id="help", keys="question_mark,f1", label="help", help="All keys, and what they do here.", group="Program", line=9, anywhere=True),
    Action(id="palette", keys="ctrl+p", label="menu", help="Every command by name; themes too.", group="Program", line=7, anywhere=True),
    Action(id="quit", keys="q", label="quit", help="Leave. Nothing was installed, nothing was written.", group="Program", line=7, anywhere=True),
)  # fmt: skip

BY_ID: Final = {action.id: action for action in ACTIONS}


def explorer_bindings() -> list[Binding]:
    """Bindings of the explorer screen."""
    return [binding for action in ACTIONS if not action.anywhere for binding in action.bindings()]


def program_bindings() -> list[Binding]:
    """Bindings that hold on every screen."""
    return [binding for action in ACTIONS if action.anywhere for binding in action.bindings()]


def line_actions(situation: Situation) -> list[Action]:
    """Actions for the line of keys, the most useful first, those that are unavailable left out."""
    ranked = sorted((action for action in ACTIONS if action.line), key=lambda action: -action.line)
    return [action for action in ranked if not action.unavailable(situation)]
