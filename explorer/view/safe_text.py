"""The one door between text from outside and the screen: what passes it cannot move a cursor, hide or reorder text.

Control characters (ANSI sequences among them), bidirectional controls, zero-width and other format characters, lone
surrogates and long runs of combining marks become visible escapes (`\\x1b`, `\\u202e`). Markup is no concern here:
widgets receive `Content` or segments, never markup.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

DEFAULT_LIMIT: Final = 2_000
"""Characters of one text that a screen ever shows in one line."""

MAX_COMBINING: Final = 2
"""Combining marks kept after one character; more of them would draw over neighbouring rows."""

_PLAIN: Final = re.compile(r"[ -~·…│├└▾▸●✔✗↗→]*\Z")
"""What needs no closer look: ASCII, and the signs that our own lines are drawn with."""
_ESCAPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHORT_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def safe(text: str, limit: int = DEFAULT_LIMIT) -> str:
    """`text` on one line, without any character that acts instead of showing; cut at `limit` characters with `…`."""
    if len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"
    if _PLAIN.match(text):
        return text
    return _escape(text)


def safe_lines(text: str, limit: int = 8_000) -> tuple[str, ...]:
    """The lines of `text`, each safe; at most `limit` characters in all. Tabs become spaces."""
    return tuple(safe(line.expandtabs(4)) for line in text[:limit].splitlines())


def _escape(text: str) -> str:
    shown: list[str] = []
    combining = 0
    for character in text:
        category = unicodedata.category(character)
        combining = combining + 1 if category in ("Mn", "Me") else 0
        if category in _ESCAPED_CATEGORIES or combining > MAX_COMBINING:
            shown.append(_SHORT_ESCAPES.get(character) or _code(ord(character)))
        elif category == "Zs" and character != " ":
            shown.append(_code(ord(character)))
        else:
            shown.append(character)
    return "".join(shown)


def _code(point: int) -> str:
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
