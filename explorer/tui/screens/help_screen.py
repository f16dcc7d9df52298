"""Help: every action of the registry with its key, what it does, and why not now."""

from __future__ import annotations

from ...view.filters import FIELDS
from ...view.line import EMPTY, Line, Span, line
from ..actions import ACTIONS, Situation
from .reading_screen import ReadingScreen

MARKS = (
    ("✔", "good", "would be installed there"),
    ("fits", "plain", "could be installed, but another file is better"),
    ("●", "accent", "read for metadata"),
    ("■ stop", "bad", "this answer ended the search: later indexes were not asked"),
    ("– in user", "faint", "no credentials were sent"),
    ("├ └", "faint", "belongs to the logical request above: again with credentials, a retry, a redirect"),
)

IN_THE_MENU = "^p"
"""Stands for a key where an action has none of its own."""


class HelpScreen(ReadingScreen):
    """All keys."""

    def __init__(self, situation: Situation) -> None:
        super().__init__("Help", help_lines(situation))


def help_lines(situation: Situation) -> list[Line]:
    """The actions by group; unavailable ones say why."""
    lines: list[Line] = []
    for group in dict.fromkeys(action.group for action in ACTIONS):
        lines.append(line(Span(group, "heading")))
        for action in ACTIONS:
            if action.group == group:
                reason = action.unavailable(situation)
                why = Span(f"  not now: {reason}", "warning") if reason else Span("")
                tone = "faint" if reason else "plain"
                key = Span(f"  {action.key_shown or IN_THE_MENU:<10}", "accent" if action.keys else "faint")
                lines.append(line(key, Span(action.help, tone), why))  # type: ignore[arg-type]
        lines.append(EMPTY)
    lines.append(line(Span("Marks", "heading")))
    lines += [line(Span(f"  {mark:<10}", tone), meaning) for mark, tone, meaning in MARKS]  # type: ignore[arg-type]
    example = 'status==401  host:corp  -user:ann  ms>500  what:page  "two words"'
    filters = [line(Span("  example   ", "accent"), example), line(Span("  fields    ", "accent"), ", ".join(FIELDS))]
    return [*lines, EMPTY, line(Span("Filter", "heading")), *filters]
