"""What the keys of "what if" do with the index or environment under the cursor in Setup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from textual.screen import Screen

from ...events import IndexInForce
from ...model.credentials import Credentials
from ...model.index import AuthenticatePolicy
from ...view.setup import EnvironmentChoice
from ...what_if import toggle as t
from ...what_if.toggles import Toggles
from ..panes.pane import Pane
from ..panes.setup import SetupPane
from ..session import Session
from ..state import Shown
from .copy_screen import CopyScreen
from .credentials_screen import CredentialsScreen

if TYPE_CHECKING:
    from ..app import ResolveApp

POLICIES: Final[tuple[AuthenticatePolicy, ...]] = ("auto", "always", "never")
NOTICE_DELAY: Final = 0.4
"""Seconds that a notice of a change gives way to the answer: laying it out takes a frame or two."""

STATUSES: Final = (401, 403, 404, 500)
"""What an index is made to answer: refused, refused, absent, broken."""


class IndexActions(Screen[None]):
    """`do_` methods about one index or environment; the screen that composes the panes supplies the rest."""

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
            self.start()
            words = f"{notice[0].upper()}{notice[1:]}."
            self.set_timer(NOTICE_DELAY, lambda: self.notify(words, markup=False, timeout=3))

    def change(self, toggle: t.Toggle) -> None:
        """Resolve again with one change more."""
        if self.session is not None:
            self.set_toggles(self.session.toggles.with_(toggle), t.title(toggle))

    @property
    def _index(self) -> IndexInForce | None:
        return cast(SetupPane, self.pane("setup")).index

    def do_toggle(self) -> None:
        environment = cast(SetupPane, self.pane("setup")).environment
        index = self._index
        if self.session is not None and index is not None:
            off = {each.id for each in self.session.off}
            self.change(t.SwitchIndex(index.id, index.id in off))
        elif self.session is not None and environment is not None:
            self.change(limited_environments(self.session.environments(), environment))

    def do_move_down(self) -> None:
        self._move(1)

    def do_move_up(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        if (index := self._index) is not None:
            self.change(t.MoveIndex(index.id, by))

    def do_explicit(self) -> None:
        if (index := self._index) is not None:
            self.change(t.MarkExplicit(index.id, not index.explicit))

    def do_default(self) -> None:
        index = self._index
        if index is not None and index.default:
            self.notify(f"{index.id} is the default already: it is asked last.", markup=False, timeout=4)
        elif index is not None:
            self.change(t.MakeDefault(index.id))

    def do_authenticate(self) -> None:
        if (index := self._index) is not None:
            current = next((i for i, policy in enumerate(POLICIES) if policy == index.authenticate), 0)
            self.change(t.Authenticate(index.id, POLICIES[(current + 1) % len(POLICIES)]))

    def do_credentials(self) -> None:
        """Other credentials for the index, or none."""
        index = self._index
        if index is None:
            return

        def typed(credentials: Credentials | None) -> None:
            if credentials is not None:
                self.change(t.ReplaceCredentials(index.id, credentials))

        def chosen(what: str | None) -> None:
            match what:
                case "other":
                    self.app.push_screen(CredentialsScreen(index.id), typed)
                case "none":
                    self.change(t.ReplaceCredentials(index.id, None))
                case _:
                    pass

        choices = [("other credentials…", "other"), ("none: as if it had no login", "none")]
        self.app.push_screen(CopyScreen(choices, f"Credentials for {index.id}"), chosen)

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

    def do_inject(self) -> None:
        """A status in place of what the index answers for its pages, or for the page of the selected package."""
        index, package = self._index, self.shown.selection.package
        if index is None:
            return
        packages = (None, package) if package else (None,)
        toggles: list[t.Toggle] = [t.InjectStatus(index.id, s, p) for p in packages for s in STATUSES]
        toggles += [t.InjectStatus(index.id, None, p) for p in packages if self._injects(index.id, p)]
        choices = [(t.title(toggle), str(place)) for place, toggle in enumerate(toggles)]

        def chosen(place: str | None) -> None:
            if place is not None:
                self.change(toggles[int(place)])

        self.app.push_screen(CopyScreen(choices, f"What if {index.id} …"), chosen)

    def _injects(self, index: str, package: str | None) -> bool:
        done = self.session.toggles.done if self.session is not None else ()
        made = [x for x in done if isinstance(x, t.InjectStatus) and (x.index, x.package) == (index, package)]
        return bool(made) and made[-1].status is not None


def limited_environments(choices: tuple[EnvironmentChoice, ...], toggled: EnvironmentChoice) -> t.LimitEnvironments:
    """What is solved for with one environment more or less; with all of them or none it is everything."""
    on = tuple(each.marker for each in choices if each.on != (each.marker == toggled.marker))
    return t.LimitEnvironments(() if len(on) == len(choices) else on)
