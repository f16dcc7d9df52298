"""A list of any length drawn line by line: only the lines on screen are ever made.

`EventList` asks its subclass for one line a row; `TextList` holds lines and wraps them. Both have a cursor, a sticky
header and a message for when there is nothing to show. A `DataTable` costs 4 ms a row when rows arrive one by one; this
costs 5 ms a frame at 50,000 rows.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, get_args

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ...view.line import EMPTY, Line, Span, Tone
from ...view.safe_text import safe
from .wrapping import wrap

TONES: tuple[Tone, ...] = get_args(Tone)


def content_of(spans: Line) -> Content:
    """A line as `Content` for titles and labels: the tone's theme colour, the text never parsed as markup."""
    colours: dict[Tone, str] = {
        "plain": "",
        "strong": "bold",
        "muted": "$foreground 65%",
        "faint": "$foreground 40%",
        "good": "$text-success",
        "warning": "$text-warning",
        "bad": "$text-error",
        "accent": "$text-accent",
        "heading": "bold $text-primary",
    }
    return Content.assemble(*((safe(span.text), colours[span.tone]) for span in spans))


class EventList(ScrollView, can_focus=True):
    """Rows by number. Subclasses implement `row_line` and may refine `row_stamp`."""

    DEFAULT_CSS = """
    EventList {
        background: $surface;
        color: $foreground;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
        scrollbar-background-hover: $surface;
        scrollbar-background-active: $surface;
        scrollbar-color: $foreground 20%;
        scrollbar-color-hover: $foreground 35%;
        scrollbar-color-active: $primary;
        overflow-x: hidden;
        overflow-y: auto;
        & > .list--plain { color: $foreground; }
        & > .list--strong { color: $foreground; text-style: bold; }
        & > .list--muted { color: $foreground 65%; }
        & > .list--faint { color: $foreground 40%; }
        & > .list--good { color: $text-success; }
        & > .list--warning { color: $text-warning; }
        & > .list--bad { color: $text-error; }
        & > .list--accent { color: $text-accent; }
        & > .list--heading { color: $text-primary; text-style: bold; }
        & > .list--cursor { background: $primary 35%; }
        & > .list--cursor-blurred { background: $foreground 8%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"list--{tone}" for tone in TONES),
        "list--cursor",
        "list--cursor-blurred",
    }
    BINDINGS: ClassVar[list[BindingType]] = []

    class Moved(Message):
        """The user moved the cursor to another row."""

        def __init__(self, source: EventList, row: int) -> None:
            super().__init__()
            self.source = source
            self.row = row

        @property
        def control(self) -> EventList:
            return self.source

    class Chosen(Message):
        """The user asked for more about a row (enter or a second click)."""

        def __init__(self, source: EventList, row: int) -> None:
            super().__init__()
            self.source = source
            self.row = row

        @property
        def control(self) -> EventList:
            return self.source

    cursor: var[int] = var(0)

    def __init__(self, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.row_count = 0
        self.header: Line | None = None
        self.empty: Line = EMPTY
        self.follow = False
        self.marks_row = False
        self._strips: LRUCache[Hashable, Strip] = LRUCache(2_000)
        self._styles: dict[Tone, Style] = {}

    def row_line(self, row: int, width: int) -> Line:
        """The line of a row, to be drawn in `width` cells."""
        raise NotImplementedError

    def row_stamp(self, row: int) -> Hashable:
        """Changes whenever the line of a row changes."""
        return None

    def selectable(self, row: int) -> bool:
        """The cursor may stand on the row."""
        return True

    def same_group(self, row: int, other: int) -> bool:
        """Both are parts of one wrapped line, so they are highlighted together."""
        return row == other

    @property
    def inner_width(self) -> int:
        """Cells of one line: the scrollbar's column is kept free, so that nothing moves when it appears."""
        frame = self.styles.gutter  # `self.gutter` has the scrollbar too, once it is there
        return max(self.outer_size.width - frame.width - 1, 1)

    @property
    def header_height(self) -> int:
        return 0 if self.header is None else 1

    def set_row_count(self, count: int) -> None:
        """There are `count` rows now: keep the cursor, or stay at the end when following."""
        self.row_count = count
        height = count + self.header_height
        if self.virtual_size.height != height:
            self.virtual_size = Size(0, height)
        if self.follow and count:
            self.cursor = count - 1
            self.scroll_to(y=max(0, height - self.size.height), animate=False, immediate=True)
        elif self.cursor >= count:
            self.cursor = max(0, count - 1)
        self.refresh()

    def forget_lines(self) -> None:
        """All lines may have changed."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.header is not None and self.row_count:
            if y == 0:
                return self._strip(self.header, width, None)
            y -= 1
        row = self.scroll_offset.y + y
        if not self.row_count:
            message = wrap(self.empty, max(width - 2, 8))
            return self._strip((Span(" "), *message[y]) if y < len(message) else EMPTY, width, None)
        if row >= self.row_count:
            return self._strip(EMPTY, width, None)
        highlight = None
        if self.same_group(row, self.cursor) and self.selectable(self.cursor):
            highlight = "list--cursor" if self.has_focus else "list--cursor-blurred" if self.marks_row else None
        key = (row, self.row_stamp(row), width, highlight)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strip(self.row_line(row, self.inner_width), width, highlight)
            self._strips[key] = strip
        return strip

    def _strip(self, spans: Line, width: int, highlight: str | None) -> Strip:
        base = self.rich_style
        over = Style(bgcolor=self.get_component_rich_style(highlight).bgcolor) if highlight else Style()
        segments = [Segment(safe(span.text), base + self._style(span.tone) + over) for span in spans]
        return Strip(segments).adjust_cell_length(width, base + over)

    def _style(self, tone: Tone) -> Style:
        style = self._styles.get(tone)
        if style is None:
            found = self.get_component_rich_style(f"list--{tone}")
            style = self._styles[tone] = Style(color=found.color, bold=found.bold, strike=found.strike)
        return style

    # moving

    def move_to(self, row: int, *, by_user: bool = True) -> None:
        """Put the cursor on a row and bring it into view."""
        if not self.row_count:
            return
        row = max(0, min(row, self.row_count - 1))
        if by_user:
            self.follow = False
        self.cursor = row
        self._reveal(row)
        self.refresh()
        if by_user:
            self.post_message(self.Moved(self, row))

    def _reveal(self, row: int) -> None:
        height = self.size.height - self.header_height
        if height > 0:
            region = Region(0, row, 1, 1 + self.header_height)
            self.scroll_to_region(region, animate=False, force=True, immediate=True)

    def step(self, direction: int, count: int = 1) -> None:
        """Move by `count` selectable rows, over those that are not."""
        row, reached = self.cursor, self.cursor
        while count and 0 <= row + direction < self.row_count:
            row += direction
            if self.selectable(row) and not self.same_group(row, reached):
                reached = row
                count -= 1
        if reached == self.cursor and count:
            self.scroll_relative(y=direction, animate=False)
            return
        self.move_to(reached)

    def page_size(self) -> int:
        return max(1, self.size.height - self.header_height - 1)

    def first(self) -> None:
        """Move to the first row."""
        if self.row_count:
            self.move_to(next((row for row in range(self.row_count) if self.selectable(row)), 0))
            self.scroll_to(y=0, animate=False, immediate=True)

    def last(self) -> None:
        """Move to the last row."""
        rows = range(self.row_count - 1, -1, -1)
        self.move_to(next((row for row in rows if self.selectable(row)), self.row_count - 1))

    async def _on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not self.row_count:
            return
        row = offset.y - self.header_height + self.scroll_offset.y
        if 0 <= row < self.row_count and offset.y >= self.header_height and self.selectable(row):
            again = self.same_group(row, self.cursor) and event.chain > 1
            self.move_to(row)
            if again:
                self.post_message(self.Chosen(self, row))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()


@dataclass(frozen=True, slots=True)
class TextRow:
    """A line of a `TextList` and what it stands for; rows without a subject are passed over by the cursor.

    `indent` is where wrapped parts begin (None: where the text of the line begins).
    """

    line: Line
    subject: object | None = None
    indent: int | None = None


class TextList(EventList):
    """Lines that wrap."""

    def __init__(self, widget_id: str | None = None) -> None:
        super().__init__(widget_id)
        self.rows: list[TextRow] = []
        self._parts: list[tuple[int, Line]] = []
        self._wrapped_at = -1

    def set_rows(self, rows: Sequence[TextRow]) -> None:
        """Show other lines; the cursor stays on the row number it had, where that row can be selected."""
        at = self._parts[self.cursor][0] if self.cursor < len(self._parts) else 0
        self.rows = list(rows)
        self._wrap()
        self.cursor = self._part_of(at)
        self.forget_lines()
        self.set_row_count(len(self._parts))
        if not self.selectable(self.cursor):
            self.cursor = next((row for row in range(self.cursor, self.row_count) if self.selectable(row)), self.cursor)

    def _wrap(self) -> None:
        self._wrapped_at = self.inner_width
        self._parts = [
            (number, part)
            for number, row in enumerate(self.rows)
            for part in wrap(row.line, self.inner_width, row.indent)
        ]

    def _part_of(self, number: int) -> int:
        return next((part for part, (row, _) in enumerate(self._parts) if row >= number), max(len(self._parts) - 1, 0))

    def on_resize(self) -> None:
        """Wrap again at another width."""
        if self.inner_width != self._wrapped_at:
            self.set_rows(self.rows)

    def row_line(self, row: int, width: int) -> Line:
        return self._parts[row][1]

    def selectable(self, row: int) -> bool:
        return row < len(self._parts) and self.rows[self._parts[row][0]].subject is not None

    def same_group(self, row: int, other: int) -> bool:
        return row < len(self._parts) and other < len(self._parts) and self._parts[row][0] == self._parts[other][0]

    def subject_at(self, row: int) -> object | None:
        """What the row under a screen line stands for."""
        return self.rows[self._parts[row][0]].subject if row < len(self._parts) else None

    @property
    def subject(self) -> object | None:
        """What the row under the cursor stands for."""
        return self.subject_at(self.cursor)

    def select_subject(self, wanted: object) -> None:
        """Put the cursor on the row of a subject, without telling anybody."""
        for number, row in enumerate(self.rows):
            if row.subject == wanted:
                self.move_to(self._part_of(number), by_user=False)
                return
