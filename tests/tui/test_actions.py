"""The registry: every action does something, no key means two things, and unavailable ones give a reason."""

from __future__ import annotations

from collections import Counter

from explorer.tui.actions import ACTIONS, Situation
from explorer.tui.screens.explorer_screen import ExplorerScreen
from explorer.tui.screens.help_screen import help_lines
from explorer.view.line import text_of

CONTESTED = {f"ctrl+{letter}" for letter in "jmhisbao"}
"""Keys that terminals and multiplexers use."""


def test_every_action_of_the_explorer_has_a_method() -> None:
    missing = [
        action.id for action in ACTIONS if not action.anywhere and not hasattr(ExplorerScreen, f"do_{action.id}")
    ]
    assert missing == []


def test_no_key_means_two_things() -> None:
    keys = Counter(key for action in ACTIONS for key in action.keys.split(",") if key)
    assert [key for key, count in keys.items() if count > 1] == []


def test_no_contested_key_is_used() -> None:
    assert not CONTESTED & {key for action in ACTIONS for key in action.keys.split(",")}


def test_help_names_every_action_and_why_it_cannot_be_done_now() -> None:
    text = "\n".join(text_of(each) for each in help_lines(Situation()))
    for action in ACTIONS:
        assert action.help in text
    assert "not now: choose a lesson first (3)" in text
