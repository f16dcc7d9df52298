"""A text over the panes: *Why*, help, and whatever else is read and closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from ...view.line import Line, Span, line
from ...view.why import lines_as_text
from ..widgets.event_list import TextList, TextRow, content_of
from ..widgets.status_line import KeyLine


class ReadingScreen(ModalScreen[None]):
    """Lines to scroll through; esc or enter closes, y copies everything."""

    DEFAULT_CSS = """
    ReadingScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 90%; max-width: 120; height: 85%;
            border: round $primary; background: $surface;
            border-title-color: $text-primary; border-title-style: bold;
        }
        & TextList { height: 1fr; padding: 1 2; }
        & KeyLine { padding: 0 2; background: $surface; }
    }
    ReadingScreen.-narrow > Vertical { width: 100%; height: 100%; }
    ReadingScreen.-narrow TextList { padding: 0 1; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", "close", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("space,pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("g,home", "end(-1)", show=False),
        Binding("G,end", "end(1)", show=False),
        Binding("y", "copy", "copy", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[Line]) -> None:
        super().__init__()
        self._title = title
        self._lines = list(lines)

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = content_of(line(Span(self._title)))
            yield TextList("text")
            yield KeyLine("keys")

    def on_mount(self) -> None:
        self.query_one(TextList).set_rows([TextRow(each) for each in self._lines])
        self.query_one(TextList).focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        self.query_one(KeyLine).set_keys(
            [("close", "esc", "close"), ("down", "j k", "scroll"), ("copy", "y", "copy all")]
        )

    def action_close(self) -> None:
        self.dismiss(None)

    def action_scroll(self, direction: int) -> None:
        self.query_one(TextList).scroll_relative(y=direction, animate=False)

    def action_page(self, direction: int) -> None:
        text = self.query_one(TextList)
        text.scroll_relative(y=direction * text.page_size(), animate=False)

    def action_end(self, direction: int) -> None:
        text = self.query_one(TextList)
        text.scroll_to(y=0 if direction < 0 else text.virtual_size.height, animate=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(lines_as_text(self._lines))
        self.notify("Copied.", markup=False)
