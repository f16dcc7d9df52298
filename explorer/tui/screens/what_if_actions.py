"""What the keys of "what if" do: each makes a toggle, and the command is resolved again with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, cast, get_args

from textual.screen import Screen

from ...events import Finding, IndexInForce
from ...model.index import AuthenticatePolicy
from ...settings.settings import PrereleaseMode, RefusedSettings, ResolutionMode, UsageError
from ...what_if import toggle as t
from ...what_if.toggles import Toggles
from ..diagnosing import Diagnosing
from ..panes.pane import Pane
from ..panes.setup import FindingsPane, SetupPane
from ..session import Session
from ..state import Shown
from .copy_screen import CopyScreen
from .input_screen import InputScreen

if TYPE_CHECKING:
    from ..app import ResolveApp

POLICIES: Final[tuple[AuthenticatePolicy, ...]] = ("auto", "always", "never")


class WhatIfActions(Screen[None]):
    """The `do_` methods of the group "What if"; the screen that composes the panes supplies the rest."""

    app: ResolveApp
    session: Session | None
    shown: Shown

    def pane(self, name: str) -> Pane:
        """A pane by its id."""
        return self.query_one(f"#{name}", Pane)

    def start(self, *, refresh: bool = False) -> None:
        """Run the command again."""
        raise NotImplementedError

    def set_toggles(self, toggles: Toggles, notice: str) -> None:
        """Resolve again with other changes in force."""
        if self.session is not None:
            self.session.toggles = toggles
            self.notify(notice[0].upper() + notice[1:] + ".", markup=False, timeout=3)
            self.start()

    def change(self, toggle: t.Toggle) -> None:
        """Resolve again with one change more."""
        if self.session is not None:
            self.set_toggles(self.session.toggles.with_(toggle), t.title(toggle))

    @property
    def _index(self) -> IndexInForce | None:
        return cast(SetupPane, self.pane("setup")).index

    def do_toggle(self) -> None:
        index = self._index
        if self.session is not None and index is not None:
            off = {each.id for each in self.session.off}
            self.change(t.SwitchIndex(index.id, index.id in off))

    def do_move_down(self) -> None:
        self._move(1)

    def do_move_up(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        if (index := self._index) is not None:
            self.change(t.MoveIndex(index.id, by))

    def do_authenticate(self) -> None:
        if (index := self._index) is not None:
            current = next((i for i, policy in enumerate(POLICIES) if policy == index.authenticate), 0)
            self.change(t.Authenticate(index.id, POLICIES[(current + 1) % len(POLICIES)]))

    def do_ignore(self) -> None:
        """Ignore the last error status that the index answered with, or stop ignoring it."""
        index = self._index
        if index is None:
            return
        ignored = index.ignore_error_codes or ()
        status = self.shown.view.matrix.error_of(index.id) or (ignored[0] if ignored else None)
        if status is None:
            self.notify(f"{index.id} answered with no error status in this run.", markup=False, timeout=4)
        else:
            self.change(t.IgnoreStatus(index.id, status, status not in ignored))

    def do_strategy(self) -> None:
        if self.session is not None:
            self.change(t.UseStrategy(self.session.next_strategy()))

    def do_release(self) -> None:
        self._use_release(1)

    def do_release_back(self) -> None:
        self._use_release(-1)

    def _use_release(self, direction: int) -> None:
        if self.session is not None:
            self.change(t.UseProfile(f"{self.session.profile.tool}@{self.session.next_release(direction)}"))

    def do_universal(self) -> None:
        if self.session is not None:
            universal = self.session.settings_shown().mode == "universal"
            self.change(t.ResolveFor() if universal else t.ResolveUniversally())

    def do_prerelease(self) -> None:
        self._choose(
            "Pre-releases", get_args(PrereleaseMode), lambda text: t.UsePrereleases(cast(PrereleaseMode, text))
        )

    def do_resolution(self) -> None:
        self._choose("Versions", get_args(ResolutionMode), lambda text: t.UseResolution(cast(ResolutionMode, text)))

    def do_exclude_newer(self) -> None:
        self._type("Exclude newer than", "2024-06-01 or 2024-06-01T00:00:00Z", t.ExcludeNewer)

    def do_constraint(self) -> None:
        self._type("Constraint", "numpy<2", t.AddConstraint)

    def do_override(self) -> None:
        self._type("Override", "numpy==1.26.4", t.AddOverride)

    def do_profile(self) -> None:
        if self.session is not None:
            tool = self.session.profile.tool
            self._type(f"Rules of {tool}", self.session.next_release(), lambda text: t.UseProfile(f"{tool}@{text}"))

    def _choose(self, title: str, choices: Sequence[str], make: Callable[[str], t.Toggle]) -> None:
        def chosen(text: str | None) -> None:
            if text is not None:
                self.change(make(text))

        self.app.push_screen(CopyScreen([(choice, choice) for choice in choices], title), chosen)

    def _type(self, title: str, example: str, make: Callable[[str], t.Toggle]) -> None:
        session = self.session
        if session is None:
            return

        def complaint(text: str) -> str:
            toggles = session.toggles.with_(make(text))
            try:
                toggles.profile(session.profile)
                toggles.settings(session.base)
            except (UsageError, ValueError) as error:
                return str(error)
            except RefusedSettings:
                return ""
            return ""

        def typed(text: str | None) -> None:
            if text is not None:
                self.change(make(text))

        self.app.push_screen(InputScreen(title, example, complaint), typed)

    def do_undo(self) -> None:
        if self.session is not None:
            toggles = self.session.toggles
            self.set_toggles(toggles.undo(), f"undone: {t.title(toggles.done[-1])}")

    def do_redo(self) -> None:
        if self.session is not None:
            toggles = self.session.toggles
            self.set_toggles(toggles.redo(), f"again: {t.title(toggles.undone[-1])}")

    def do_as_given(self) -> None:
        self.set_toggles(Toggles(), "as the command was given")

    @property
    def finding(self) -> Finding | None:
        """The finding under the cursor, else the first one that has a remedy."""
        note = cast(FindingsPane, self.pane("findings")).note
        if isinstance(note, Finding) and note.remedies:
            return note
        return next((each for each in self.shown.findings if each.remedies), None)

    def do_remedy(self) -> None:
        """Resolve with what the finding proposes; where nothing is proven yet, each change is tried first."""
        finding, diagnosing = self.finding, self.session.diagnosing if self.session is not None else None
        if finding is None or diagnosing is None:
            return

        def prove() -> None:
            toggle = diagnosing.prove(finding)
            self.app.call_from_thread(self._take_remedy, diagnosing, toggle)

        self.run_worker(prove, thread=True, exclusive=True, group="remedy", exit_on_error=False)

    def _take_remedy(self, diagnosing: Diagnosing, toggle: t.Toggle | None) -> None:
        if self.session is None or self.session.diagnosing is not diagnosing:
            return
        if toggle is None:
            self.notify("This remedy cannot be tried here.", markup=False, timeout=4)
        else:
            self.change(toggle)
