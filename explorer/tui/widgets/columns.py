"""Aligned columns in the width there is: shrink what can shrink, drop what matters least, never wrap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size

from ...view.line import Line, Span
from ...view.safe_text import safe

GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: at least `minimum` cells, `wanted` if there is room; the one with `weight` takes what is left.

    Columns with the lowest `keep` are dropped first where the minimum widths do not fit.
    """

    title: str
    minimum: int
    wanted: int
    align: Literal["left", "right"] = "left"
    weight: bool = False
    keep: int = 9


def widths_in(columns: Sequence[Column], width: int) -> list[int]:
    """The width of each column in `width` cells; 0 for a column that is dropped."""
    kept = [position for position, column in enumerate(columns) if column.wanted]
    while len(kept) > 1 and _least(columns, kept) > width:
        kept.remove(min(reversed(kept), key=lambda position: columns[position].keep))
    widths = [columns[position].minimum if position in kept else 0 for position in range(len(columns))]
    room = width - _least(columns, kept)
    for position in sorted(kept, key=lambda each: -columns[each].keep):
        more = min(room, max(0, columns[position].wanted - columns[position].minimum))
        widths[position] += more
        room -= more
    for position in kept:
        if columns[position].weight:
            widths[position] += max(room, 0)
            break
    return widths


def _least(columns: Sequence[Column], kept: Sequence[int]) -> int:
    return sum(columns[position].minimum for position in kept) + GAP * (len(kept) - 1)


def fit(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """`text` in exactly `width` cells, cut with `…`; wide characters count two."""
    shown = safe(text)
    length = cell_len(shown)
    if length > width:
        return set_cell_size(shown, width - 1) + "…" if width > 0 else ""
    padding = " " * (width - length)
    return padding + shown if align == "right" else shown + padding


def cut_middle(text: str, width: int) -> str:
    """`text` in at most `width` cells, its beginning and its end kept: both tell wheels of one version apart."""
    shown = safe(text)
    if cell_len(shown) <= width or width < 10:
        return shown
    head = width * 2 // 5
    return f"{shown[:head]}…{shown[len(shown) - (width - head - 1) :]}"


def row_line(cells: Sequence[Span], columns: Sequence[Column], widths: Sequence[int]) -> Line:
    """Cells set in their columns."""
    spans: list[Span] = []
    for cell, column, width in zip(cells, columns, widths, strict=True):
        if width:
            if spans:
                spans.append(Span(" " * GAP))
            spans.append(Span(fit(cell.text, width, column.align), cell.tone))
    return tuple(spans)


def header_line(columns: Sequence[Column], widths: Sequence[int]) -> Line:
    """The titles above a table."""
    return row_line([Span(column.title, "faint") for column in columns], columns, widths)
