"""A line to type: a constraint, an override, a date."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from ...view.line import Span, line
from ..widgets.event_list import content_of
from ..widgets.status_line import OneLine


class InputScreen(ModalScreen[str | None]):
    """Returns what was typed, None where nothing was. `complaint` says what is wrong with a text, "" for nothing."""

    DEFAULT_CSS = """
    InputScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 72; max-width: 95%; height: auto; padding: 0 1;
            border: round $primary; background: $surface;
            border-title-color: $text-primary; border-title-style: bold;
        }
        & Input { border: none; height: 1; padding: 0; background: $foreground 6%; }
        & OneLine { height: auto; max-height: 3; background: transparent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, title: str, example: str, complaint: Callable[[str], str]) -> None:
        super().__init__()
        self._title = title
        self._example = example
        self._complaint = complaint

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = content_of(line(self._title))
            yield Input(placeholder=self._example, compact=True)
            yield OneLine("note")

    def on_mount(self) -> None:
        self.query_one("#note", OneLine).set_line(line(Span("enter resolves with it · esc leaves", "muted")))
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text, or say what is wrong with it."""
        text = event.value.strip()
        complaint = self._complaint(text) if text else "type something, or esc to leave"
        if complaint:
            self.query_one("#note", OneLine).set_line(line(Span(complaint, "warning")))
        else:
            self.dismiss(text)

    def action_leave(self) -> None:
        self.dismiss(None)
