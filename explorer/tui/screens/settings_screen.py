"""Mode 4: each effective setting with its value and origin, and what was found but not used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from ...view.line import EMPTY, Span, line
from ...view.settings_rows import SettingRow, setting_rows
from ...view.setup import Setup
from ..widgets.columns import Column, header_line, row_line, widths_in
from ..widgets.event_list import TextList, TextRow, content_of
from ..widgets.status_line import KeyLine, StatusLine

if TYPE_CHECKING:
    from ..app import ResolveApp


class SettingsScreen(Screen[None]):
    """A table to read; everything somebody set stands before the defaults."""

    DEFAULT_CSS = """
    SettingsScreen {
        background: $surface;
        & TextList {
            height: 1fr; border: round $primary; padding: 0 1;
            border-title-color: $text-primary; border-title-style: bold;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("pagedown", "step(20)", show=False),
        Binding("pageup", "step(-20)", show=False),
        Binding("g,home", "end(-1)", show=False),
        Binding("G,end", "end(1)", show=False),
        Binding("escape", "back", show=False),
    ]
    app: ResolveApp

    def compose(self) -> ComposeResult:
        yield StatusLine("status")
        settings = TextList("settings")
        settings.border_title = content_of(line("Settings"))
        settings.empty = line(Span("The settings of a command appear here once its run has started (1 or 3).", "muted"))
        yield settings
        yield KeyLine("keys")

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Show the settings of the run that is explored now."""
        setup = self.app.explorer.shown.view.setup
        listed = self.query_one("#settings", TextList)
        in_force, ignored = setting_rows(setup)
        rows = _section("In force", in_force, listed.inner_width) if in_force else []
        if ignored:
            rows += [TextRow(EMPTY), *_section("Found but not used", ignored, listed.inner_width)]
        listed.set_rows(rows)
        listed.focus()
        self.query_one(StatusLine).set_sides(
            _title(setup), [Span(f"{len(in_force)} in force · {len(ignored)} not used", "muted")]
        )
        keys = [
            ("explorer", "1", "explorer"),
            ("learn", "3", "learn"),
            ("down", "j k", "move"),
            ("help", "?", "help"),
            ("quit", "q", "quit"),
        ]
        self.query_one(KeyLine).set_keys(keys)

    def action_step(self, count: int) -> None:
        self.query_one("#settings", TextList).step(1 if count > 0 else -1, abs(count))

    def action_end(self, direction: int) -> None:
        listed = self.query_one("#settings", TextList)
        if direction < 0:
            listed.first()
        else:
            listed.last()

    def action_back(self) -> None:
        self.app.action_act("explorer")

    def on_tab_strip_chosen(self, event: KeyLine.Chosen) -> None:
        if event.tab != "down":
            self.app.action_act(event.tab)


def _title(setup: Setup) -> list[Span]:
    command = " ".join(setup.started.command)[:60] if setup.started else ""
    return [Span("resolve-tui", "heading"), Span(f"  settings of {command}" if command else "  settings", "strong")]


def _section(title: str, settings: Sequence[SettingRow], width: int) -> list[TextRow]:
    columns = [
        Column("setting", 12, min(max(map(len, (each.name for each in settings))), 28), keep=9),
        Column("value", 12, min(max(10, *(len(each.value) for each in settings)), 60), keep=8),
        Column("from", 12, max(len(each.origin) for each in settings), keep=7),
    ]
    if any(each.why for each in settings):
        columns.append(Column("why not", 12, max(len(each.why) for each in settings), keep=6))
    widths = widths_in(columns, width)
    rows = [TextRow(line(Span(title, "heading"))), TextRow(header_line(columns, widths))]
    for each in settings:
        default = each.origin == "default"
        cells = [
            Span(each.name, "muted" if default else "plain"),
            Span(each.value, "muted" if default else "warning" if each.why else "strong"),
            Span(each.origin, "faint" if default else "accent"),
            Span(each.why, "muted"),
        ][: len(columns)]
        rows.append(TextRow(row_line(cells, columns, widths), each))
    return rows
