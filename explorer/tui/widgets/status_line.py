"""The lines around the panes: what runs, where in time, which tabs, which keys."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from ...view.line import Line, Span, text_of
from ...view.safe_text import safe
from .columns import fit
from .event_list import content_of


class OneLine(Widget):
    """A line of the screen."""

    DEFAULT_CSS = """
    OneLine { height: 1; background: $surface; color: $foreground; }
    """

    def __init__(self, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._line: Line = ()

    def set_line(self, spans: Line) -> None:
        """Show this line."""
        if spans != self._line:
            self._line = spans
            width = self.styles.width
            self.refresh(layout=width is not None and width.is_auto)

    def render(self) -> Content:
        return content_of(self._line)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return cell_len(text_of(self._line))


class StatusLine(OneLine):
    """Left: what is explored; right: how far it is. The right side wins where both do not fit."""

    DEFAULT_CSS = """
    StatusLine { background: $foreground 6%; padding: 0 1; }
    """

    def set_sides(self, left: Sequence[Span], right: Sequence[Span], elastic: int | None = None) -> None:
        """Show both sides. Where they do not fit, the span `elastic` of the left side is cut, then its last ones go."""
        width = max(self.size.width - 2, 1)
        kept, ending = list(left), list(right)
        if elastic is not None and elastic < len(kept):
            over = cell_len(text_of(kept)) + cell_len(text_of(ending)) + 2 - width
            long = kept[elastic]
            if over > 0:
                kept[elastic] = Span(long.text[: max(len(long.text) - over - 1, 12)] + "…", long.tone)
        while kept and cell_len(text_of(kept)) + cell_len(text_of(ending)) + 2 > width:
            kept.pop()
        while ending and cell_len(text_of(ending)) > width:
            ending.pop()
        gap = width - cell_len(text_of(kept)) - cell_len(text_of(ending))
        self.set_line((*kept, Span(" " * max(gap, 0)), *ending))


class TabStrip(OneLine):
    """Names of panes, one of them active; a click chooses."""

    DEFAULT_CSS = """
    TabStrip { padding: 0 1; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, widget_id: str | None = None) -> None:
        super().__init__(widget_id)
        self._ranges: list[tuple[int, int, str]] = []

    def set_tabs(self, tabs: Sequence[tuple[str, str]], active: str) -> None:
        """`tabs`: (id, title)."""
        spans: list[Span] = []
        self._ranges = []
        place = 0
        for tab, title in tabs:
            text = f" {title} "
            spans.append(Span(text, "heading" if tab == active else "muted"))
            self._ranges.append((place, place + cell_len(text), tab))
            place += cell_len(text) + 1
            spans.append(Span("│", "faint"))
        self.set_line(tuple(spans[:-1]))

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the pointer."""
        offset = event.get_content_offset(self)
        for start, end, tab in self._ranges if offset else ():
            if offset and start <= offset.x < end:
                self.post_message(self.Chosen(tab))


class KeyLine(TabStrip):
    """The keys that work now."""

    DEFAULT_CSS = """
    KeyLine { background: $foreground 6%; padding: 0 1; }
    """

    def set_keys(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """`keys`: (action, key, label), the most useful first; what does not fit is left out."""
        width = max(self.size.width - 2, 1)
        spans: list[Span] = []
        self._ranges = []
        place = 0
        for action, key, label in keys:
            text = f"{key} {label}"
            if place + cell_len(text) > width:
                continue
            spans += [Span(f"{key} ", "heading"), Span(label + "   ", "muted")]
            self._ranges.append((place, place + cell_len(text), action))
            place += cell_len(text) + 3
        self.set_line(tuple(spans))


def time_line(position: int, total: int, words: str, width: int, marks: Sequence[int]) -> Line:
    """`◀ 128 / 412 ▶ ━━━━●──── decision: torch 2.5.1`; marks are decisions."""
    head = f"◀ {position:,} / {total:,} ▶ "
    room_for_words = max(min(width // 2, width - cell_len(head) - 13), 0)
    words = fit(words, min(room_for_words, cell_len(safe(words))))
    room = max(width - cell_len(head) - cell_len(words) - 3, 10)
    at = round((position / total) * (room - 1)) if total else 0
    marked = {round(mark / total * (room - 1)) for mark in marks[:2000]} if total else set()
    track = "".join("┿" if cell in marked else "━" for cell in range(room))
    bar = (Span(track[:at], "muted"), Span("●", "accent"), Span(track[at + 1 :], "faint"))
    return (Span(head, "muted"), *bar, Span("  "), Span(words, "plain"))
