"""Text from outside made harmless for a terminal: nothing in it moves the cursor, hides or reorders what is there."""

from __future__ import annotations

import re
from typing import Final

_ACTIVE: Final = "\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
"""DEL, C1 controls, zero-width and direction controls: invisible, or obeyed by terminals."""

_UNSAFE: Final = re.compile(f"[\x00-\x1f{_ACTIVE}\ud800-\udfff]")
_UNSAFE_IN_JSON: Final = re.compile(f"[{_ACTIVE}]")


def printable(text: str) -> str:
    """`text` on one line, every control or direction character spelled out (`\\x1b`, `\\u202e`)."""
    return _UNSAFE.sub(_spell, text)


def printable_json(text: str) -> str:
    """JSON text with those characters as `\\uXXXX`: the same document, safe to print."""
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
