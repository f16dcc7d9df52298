"""What all panes share: a title, a border that shows the focus, and building only when what they draw has changed."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from textual.message import Message

from ...view.line import Line, line
from ..state import Selection, Shown
from ..widgets.event_list import EventList, TextList, content_of


class Selected(Message):
    """The user selected something that other panes should show."""

    def __init__(self, source: EventList, selection: Selection) -> None:
        super().__init__()
        self.source = source
        self.selection = selection


class Pane(EventList):
    """A pane of the explorer. Subclasses implement `key` (what they draw depends on) and `build`."""

    name_shown: ClassVar[str] = ""
    DEFAULT_CSS = """
    Pane {
        border: round $foreground 20%;
        border-title-color: $foreground 65%;
        border-subtitle-color: $foreground 50%;
        padding: 0 1;
        &:focus { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
    }
    """

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.shown: Shown | None = None
        self._built: Hashable = None
        self.set_title(line(self.name_shown))

    def set_title(self, title: Line, note: Line = ()) -> None:
        """The title in the border, and a note at its lower right."""
        self.border_title = content_of(title)
        self.border_subtitle = content_of(note) if note else ""

    def show(self, shown: Shown) -> None:
        """Draw this state, if it differs from what is drawn."""
        self.shown = shown
        if not self.size.width:
            return
        key = (id(shown.view), self.inner_width, self.key(shown))
        if key != self._built:
            self._built = key
            self.build(shown)

    def on_resize(self) -> None:
        if self.shown is not None:
            self.show(self.shown)

    def key(self, shown: Shown) -> Hashable:
        """Equal keys mean that nothing this pane draws has changed."""
        raise NotImplementedError

    def build(self, shown: Shown) -> None:
        """Make the rows anew."""
        raise NotImplementedError


class TextPane(Pane, TextList):
    """A pane of wrapped lines."""

    def on_resize(self) -> None:
        Pane.on_resize(self)
