"""JSON that is harmless to print."""

from __future__ import annotations

import re
from typing import Final

_ACTIVE: Final = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""DEL, C1 controls, zero-width and direction characters: invisible, or obeyed by terminals."""


def harmless(text: str) -> str:
    """JSON text with such characters as `\\uXXXX`: the same document, but nothing in it acts on a terminal."""
    return _ACTIVE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
