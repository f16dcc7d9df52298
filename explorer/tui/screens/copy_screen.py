"""A short list to choose from: what is copied, what is exported, which mode holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from ...view.line import Span, line
from ..widgets.event_list import EventList, TextList, TextRow, content_of


class CopyScreen(ModalScreen[str | None]):
    """Choices as (label, value); returns the value of the one that was taken, None for none."""

    DEFAULT_CSS = """
    CopyScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 64; max-width: 95%; height: auto; max-height: 80%;
            border: round $primary; background: $surface;
            border-title-color: $text-primary; border-title-style: bold;
        }
        & TextList { height: auto; max-height: 12; min-height: 3; padding: 0 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss_empty", show=False),
        Binding("enter,y", "take", show=False),
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        *(Binding(str(number), f"number({number})", show=False) for number in range(1, 10)),
    ]

    def __init__(self, choices: Sequence[tuple[str, str]], title: str = "Copy") -> None:
        super().__init__()
        self._title = title
        self._choices = list(choices)[:9]

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = content_of(line(self._title))
            yield TextList()

    def on_mount(self) -> None:
        rows = [
            TextRow(line(Span(f"{number} ", "accent"), Span(label, "strong")), position)
            for position, (number, (label, _)) in enumerate(enumerate(self._choices, 1))
        ]
        choices = self.query_one(TextList)
        choices.styles.height = len(rows)
        choices.set_rows(rows)
        choices.focus()

    def action_step(self, direction: int) -> None:
        self.query_one(TextList).step(direction)

    def action_take(self) -> None:
        self.dismiss(self._choices[self.query_one(TextList).cursor][1])

    def action_number(self, number: int) -> None:
        if number <= len(self._choices):
            self.dismiss(self._choices[number - 1][1])

    def action_dismiss_empty(self) -> None:
        self.dismiss(None)

    def on_event_list_chosen(self, event: EventList.Chosen) -> None:
        self.dismiss(self._choices[event.row][1])
