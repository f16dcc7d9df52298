"""Wrapping and columns keep every line inside its width, whatever the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from explorer.tui.layout import Layout, arrangement
from explorer.tui.widgets.columns import Column, cut_middle, fit, row_line, widths_in
from explorer.tui.widgets.status_line import time_line
from explorer.tui.widgets.wrapping import wrap
from explorer.view.line import Span, line, text_of

TEXTS = st.text(alphabet=st.one_of(st.sampled_from("ab/ -│├└包▸\x1b\u202e"), st.characters()), max_size=200)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(8, 60))
def test_no_wrapped_line_is_wider_than_its_pane(texts: list[str], width: int) -> None:
    for part in wrap(tuple(Span(text) for text in texts), width):
        assert cell_len(text_of(part)) <= width


@given(TEXTS, st.integers(1, 60))
def test_a_fitted_text_fills_its_column_exactly(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


@given(st.text(alphabet="abcdef-_.0123456789", max_size=120), st.integers(10, 60))
def test_a_text_cut_in_the_middle_keeps_both_ends(text: str, width: int) -> None:
    cut = cut_middle(text, width)
    assert len(cut) <= width
    assert cut == text or (text.startswith(cut[:3]) and text.endswith(cut[-3:]))


COLUMNS = (
    Column("#", 3, 3, "right", keep=8),
    Column("name", 8, 20, keep=9, weight=True),
    Column("size", 6, 6, "right", keep=1),
)


@given(st.integers(8, 120))
def test_a_row_is_never_wider_than_the_table(width: int) -> None:
    cells = [Span("1"), Span("a rather long name for a package"), Span("4.2 kB")]
    assert cell_len(text_of(row_line(cells, COLUMNS, widths_in(COLUMNS, width)))) <= width


def test_the_least_important_column_goes_first() -> None:
    assert widths_in(COLUMNS, 60) == [3, 47, 6]
    assert widths_in(COLUMNS, 16) == [3, 11, 0]
    assert widths_in(COLUMNS, 9) == [0, 9, 0]


def test_wrapped_parts_stay_inside_the_lines_of_their_tree() -> None:
    parts = wrap(line(Span("│ ├ "), Span("torch depends on numpy and on much else")), 20)
    assert len(parts) > 2
    assert all(text_of(part).startswith("│ │ ") for part in parts[1:])


def test_wrapped_parts_of_a_pair_hang_under_the_value() -> None:
    parts = wrap(line(Span("basis       "), Span("simulated by the engine of the explorer")), 30)
    assert all(text_of(part).startswith(" " * 12) for part in parts[1:])


def test_the_arrangement_follows_the_size_and_the_zoom() -> None:
    assert arrangement(160, 48, zoomed=False) == "wide"
    assert arrangement(160, 30, zoomed=False) == "medium"
    assert arrangement(120, 36, zoomed=False) == "medium"
    assert arrangement(80, 24, zoomed=False) == "single"
    assert arrangement(160, 48, zoomed=True) == "single"


def test_every_arrangement_shows_the_active_pane() -> None:
    assert "indexes" in Layout(arrangement="wide", active="indexes", lower="indexes").visible
    assert "wheels" in Layout(arrangement="medium", active="wheels", detail="wheels").visible
    assert Layout(arrangement="single", active="setup").visible == {"setup"}


@given(st.integers(0, 500), st.integers(0, 500), st.integers(40, 200))
def test_the_line_of_time_fits_its_width(position: int, total: int, width: int) -> None:
    shown = time_line(min(position, total), total, "decision: torch 2.5.1", width, (1, total))
    assert cell_len(text_of(shown)) <= width
