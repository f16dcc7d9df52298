"""What is told in lines of text."""

from __future__ import annotations

from explorer.headless.narration import hint_lines


def test_a_hint_of_several_lines_keeps_them_under_its_first() -> None:
    assert hint_lines("`a` was invalid:\n  no zip\nresolve-tui: done") == [
        "hint: `a` was invalid:",
        "    no zip",
        "  resolve-tui: done",
    ]
