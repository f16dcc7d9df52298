"""A user and a password for one index, typed in; the password is never shown and nowhere kept."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from ...model.credentials import Credentials, Secret
from ...view.line import Span, line
from ..widgets.event_list import content_of
from ..widgets.status_line import OneLine


class CredentialsScreen(ModalScreen[Credentials | None]):
    """Returns the credentials typed in, None where the user left."""

    DEFAULT_CSS = """
    CredentialsScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 72; max-width: 95%; height: auto; padding: 0 1;
            border: round $primary; background: $surface;
            border-title-color: $text-primary; border-title-style: bold;
        }
        & Input { border: none; height: 1; padding: 0; margin: 0 0 1 0; background: $foreground 6%; }
        & OneLine { height: auto; max-height: 3; background: transparent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, index: str) -> None:
        super().__init__()
        self._index = index

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = content_of(line(f"Credentials for {self._index}"))
            yield Input(placeholder="user", id="user", compact=True)
            yield Input(placeholder="password or token", id="password", password=True, compact=True)
            yield OneLine("note")

    def on_mount(self) -> None:
        self._note("enter resolves with them · they stay in memory, until resolve-tui ends · esc leaves", "muted")
        self.query_one("#user", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """From the user on to the password; then take both."""
        user, password = self.query_one("#user", Input), self.query_one("#password", Input)
        if event.input is user and not password.value:
            password.focus()
        elif not user.value.strip() and not password.value:
            self._note("type a user, a password, or both; to send none choose so in the list before", "warning")
        else:
            secret = Secret(password.value) if password.value else None
            self.dismiss(Credentials(user.value.strip() or None, secret))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _note(self, words: str, tone: str) -> None:
        self.query_one("#note", OneLine).set_line(line(Span(words, "warning" if tone == "warning" else "muted")))
