"""A worksheet as a picture, for slides and paper."""

from __future__ import annotations

import re
from io import StringIO
from typing import Final

from rich.console import Console
from rich.markdown import Markdown

WIDTH: Final = 100
"""Columns of text."""


def picture(sheet: str, title: str) -> str:
    """Markdown drawn as SVG, in the reader's own monospace font: nothing is loaded from elsewhere."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Markdown(sheet, hyperlinks=False))
    drawn = console.export_svg(title=title)
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    return drawn.replace("font-family: Fira Code, ", "font-family: ")
