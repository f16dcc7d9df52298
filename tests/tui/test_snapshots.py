"""The screens at three sizes, as text."""

from __future__ import annotations

import pytest
from drive import MEDIUM, NARROW, WIDE, assert_snapshot, screen_after
from sample_run import failed_run, resolved_run

SIZES = {"wide": WIDE, "medium": MEDIUM, "narrow": NARROW}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("outcome", ["resolved", "failed"])
def test_the_explorer_after_a_run(outcome: str, size: str) -> None:
    events = resolved_run() if outcome == "resolved" else failed_run()
    assert_snapshot(f"explorer-{outcome}-{size}", screen_after(events, SIZES[size]))


@pytest.mark.parametrize("size", SIZES)
def test_indexes_by_packages(size: str) -> None:
    assert_snapshot(f"indexes-{size}", screen_after(failed_run(), SIZES[size], "i"))


@pytest.mark.parametrize("size", ["medium", "narrow"])
@pytest.mark.parametrize(("pane", "steps"), [("auth", 1), ("wheels", 2), ("derivation", 3), ("answer", 4)])
def test_each_pane_beside_the_queries(pane: str, steps: int, size: str) -> None:
    keys = ["g", "j", *["tab"] * steps]
    assert_snapshot(f"{pane}-{size}", screen_after(resolved_run(), SIZES[size], *keys))


def test_the_answer_as_a_tree() -> None:
    assert_snapshot("tree-wide", screen_after(resolved_run(), WIDE, "t"))


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_why_of_an_exchange(size: str) -> None:
    assert_snapshot(f"why-{size}", screen_after(resolved_run(), SIZES[size], "g", "j", "enter"))


def test_help() -> None:
    assert_snapshot("help-wide", screen_after(resolved_run(), WIDE, "question_mark"))


def test_settings() -> None:
    assert_snapshot("settings-medium", screen_after(resolved_run(), MEDIUM, "4"))


def test_the_drawer_over_the_queries() -> None:
    assert_snapshot("drawer-medium", screen_after(resolved_run(), MEDIUM, "b"))
