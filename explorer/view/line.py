"""What a pane draws: lines of spans, each span with the meaning that its colour carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "strong", "muted", "faint", "good", "warning", "bad", "accent", "heading"]
"""What a span means; which colour that is, the theme decides."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text with one meaning. The text may come from outside: widgets pass it through `safe_text.safe`."""

    text: str
    tone: Tone = "plain"


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """Spans and plain texts → a line."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def text_of(spans: Iterable[Span]) -> str:
    """The characters of a line without their meaning (for tests, copying and searching)."""
    return "".join(span.text for span in spans)


EMPTY: Line = ()
