"""Long lines broken at words, the broken parts hanging under their text and inside their tree lines."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len, chop_cells

from ...view.line import Line, Span, Tone, text_of
from ...view.safe_text import safe

_LEAD: Final = re.compile(r"(?:[\s│├└▾▸]|[●✔✗!↗~→] )*")
_TRUNK: Final = str.maketrans({"├": "│", "▾": "│", **dict.fromkeys("└▸●✔✗!↗~→", " ")})
MAX_PARTS: Final = 40
"""Screen lines that one line may take; text from outside may not fill the pane without end."""


def wrap(spans: Line, width: int, indent: int | None = None) -> list[Line]:
    """`spans` in lines of at most `width` cells, later ones indented like the first or by `indent`; texts made safe."""
    clean = tuple(Span(safe(span.text), span.tone) for span in spans)
    text = text_of(clean)
    if _width(text) <= width or width < 8:
        return [clean]
    found = _LEAD.match(text)
    lead = (found[0] if found else "").translate(_TRUNK)
    if indent is None and len(clean) > 1 and clean[0].text.endswith("  ") and not lead.strip():
        indent = _width(clean[0].text)
    if indent is not None:
        lead = " " * indent
    hang = lead if len(lead) < width // 2 else "  "
    lines: list[Line] = []
    current: list[Span] = []
    used = 0
    for word, tone in _words(clean, width - len(hang)):
        size = _width(word)
        if used + _width(word.rstrip()) > width and current:
            lines.append(tuple(current))
            if len(lines) == MAX_PARTS:
                return [*lines[:-1], (*lines[-1][:-1], Span("…", "muted"))]
            current, used = [Span(hang, "faint")], len(hang)
            if not word.strip():
                continue
        if used + size > width:
            word = word.rstrip()
        current.append(Span(word, tone))
        used += _width(word)
    lines.append(tuple(current))
    return lines


def _width(text: str) -> int:
    """Cells of a safe text; printable ASCII, nearly all there is, is counted without a table."""
    return len(text) if text.isascii() else cell_len(text)


def _words(spans: Line, longest: int) -> list[tuple[str, Tone]]:
    words: list[tuple[str, Tone]] = []
    for span in spans:
        for word in re.findall(r"\s+|[^\s/]*/+|[^\s/]+\s?", span.text):
            pieces = [word] if _width(word) <= longest else chop_cells(word, longest)
            words += [(piece, span.tone) for piece in pieces]
    return words
