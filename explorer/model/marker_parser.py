"""Markers from text, read as uv reads them.

Source: the grammar of PEP 508, and uv 0.13.8, which leaves out comparisons that make no sense.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from .marker_comparison import compare, in_list
from .marker_diagram import (
    LIST_KEYS,
    ONE,
    STRING_KEYS,
    VERSION_KEYS,
    ZERO,
    MarkerTooComplex,
    Node,
    Steps,
    bounded,
    conjunction,
    disjunction,
    negation,
)

MAX_LENGTH: Final = 65_536
MAX_DEPTH: Final = 64

_OLD_NAMES: Final = {
    "os.name": "os_name",
    "sys.platform": "sys_platform",
    "platform.machine": "platform_machine",
    "platform.version": "platform_version",
    "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}
_REVERSED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "in": "contains", "not in": "not contains"}
_OPERATORS: Final = ("==", "!=", ">", ">=", "<", "<=", "~=", "in")


class InvalidMarker(ValueError):
    """A text that is no marker; `position` is where reading stopped."""

    def __init__(self, text: str, position: int, why: str) -> None:
        self.text = text
        self.position = position
        super().__init__(f"{why} (at character {position + 1} of the marker {text[:200]!r})")


class _Text(str):
    """A quoted string."""

    __slots__ = ()


@bounded
def read_marker(text: str) -> Node:
    """`text` as a marker. Raises `InvalidMarker`, or `MarkerTooComplex` for one that is too long, deep or large."""
    if len(text) > MAX_LENGTH:
        raise MarkerTooComplex(f"The marker has {len(text)} characters; at most {MAX_LENGTH} are read.")
    reader = _Reader(text)
    marker = reader.any_of(0)
    reader.skip_space()
    if reader.position < len(text):
        raise reader.error(f"Unexpected character {text[reader.position]!r}, expected 'and', 'or' or end of input")
    return ONE if marker is None else marker


class _Reader:
    """Recursive descent; a part that makes no sense (`os_name ~= 'x'`) is None and is left out of what surrounds it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.steps = Steps()

    def error(self, why: str) -> InvalidMarker:
        return InvalidMarker(self.text, self.position, why)

    def skip_space(self) -> None:
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1

    def any_of(self, depth: int) -> Node | None:
        return self._chain("or", lambda: self.all_of(depth), disjunction, ONE)

    def all_of(self, depth: int) -> Node | None:
        return self._chain("and", lambda: self.one(depth), conjunction, ZERO)

    def one(self, depth: int) -> Node | None:
        self.skip_space()
        if not self.text.startswith("(", self.position):
            return self.comparison()
        if depth >= MAX_DEPTH:
            raise MarkerTooComplex(f"The marker has more than {MAX_DEPTH} parentheses inside each other.")
        self.position += 1
        marker = self.any_of(depth + 1)
        self.skip_space()
        if not self.text.startswith(")", self.position):
            raise self.error("Expected ')'")
        self.position += 1
        return marker

    def _chain(
        self,
        word: str,
        read: Callable[[], Node | None],
        combine: Callable[[Node, Node, Steps], Node],
        settled: Node,
    ) -> Node | None:
        parts = [read()]
        while self._take_word(word):
            parts.append(read())
        markers = [part for part in parts if part is not None]
        while len(markers) > 1:
            paired = []
            for i in range(0, len(markers), 2):
                both = markers[i : i + 2]
                paired.append(combine(both[0], both[1], self.steps) if len(both) == 2 else both[0])
                if paired[-1] is settled:
                    return settled
            markers = paired
        return markers[0] if markers else None

    def _take_word(self, word: str) -> bool:
        self.skip_space()
        end = self.position
        while end < len(self.text) and not self.text[end].isspace() and self.text[end] != "(":
            end += 1
        if self.text[self.position : end] != word:
            return False
        self.position = end
        return True

    def comparison(self) -> Node | None:
        start = self.position
        left = self.operand()
        self.skip_space()
        operator = self.operator()
        self.skip_space()
        right = self.operand()
        if left in LIST_KEYS and not isinstance(left, _Text):
            self.position = start
            raise self.error(f"The marker {left} must be on the right hand side of the expression")
        if isinstance(left, _Text) == isinstance(right, _Text):
            return None
        if isinstance(right, _Text):
            return compare(left, operator, right, self.steps)
        if right in LIST_KEYS:
            if operator not in ("in", "not in"):
                self.position = start
                raise self.error(f"The marker {right} is only supported with in and not in, found {operator}")
            test = in_list(left, right)
            return test if operator == "in" else negation(test, self.steps)
        reversed_ = _REVERSED.get(operator, operator)
        if left.endswith(".*") and right in (*VERSION_KEYS, "python_version"):
            return None
        return compare(right, operator if right == "extra" else reversed_, left, self.steps)

    def operand(self) -> str:
        if self.position >= len(self.text):
            raise self.error("Expected marker value, found end of dependency specification")
        quote = self.text[self.position]
        if quote in "'\"":
            end = self.text.find(quote, self.position + 1)
            if end < 0:
                raise self.error(f"Expected {quote} to close the string")
            value = _Text(self.text[self.position + 1 : end])
            self.position = end + 1
            return value
        end = self.position
        while end < len(self.text) and not self.text[end].isspace() and self.text[end] not in ">=<!~)":
            end += 1
        word = self.text[self.position : end]
        name = _OLD_NAMES.get(word, word)
        if name not in (*STRING_KEYS, *VERSION_KEYS, *LIST_KEYS, "python_version", "extra"):
            raise self.error(f"Expected a quoted string or a valid marker name, found {word!r}")
        self.position = end
        return name

    def operator(self) -> str:
        start = end = self.position
        if self.text[start : start + 1].isalpha():
            while end < len(self.text) and not self.text[end].isspace() and self.text[end] not in "'\"":
                end += 1
        else:
            while end < len(self.text) and self.text[end] in "<=>~!":
                end += 1
        word = self.text[start:end]
        if word == "not":
            match = re.compile(r"\s+in").match(self.text, end)
            if match is None:
                raise self.error("Expected 'in' after 'not'")
            self.position = match.end()
            return "not in"
        if word not in _OPERATORS:
            raise self.error(f"Expected a valid marker operator (such as >= or not in), found {word!r}")
        self.position = end
        return word
