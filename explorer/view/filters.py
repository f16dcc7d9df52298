"""The filter of the Queries pane: `status==401 host:corp -user:ann "text"`.

Terms are joined by and; `-` or `!` before a term turns it round. `field:text` means contains, `field==value` and
`field!=value` compare the whole text, `<`, `<=`, `>`, `>=` compare numbers. A term without a field is looked for
everywhere.
"""

from __future__ import annotations

import operator
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .queries import Exchange, answer_of, purpose_of, user_words, what_words

MAX_FILTER_LENGTH: Final = 500

_TEXT_FIELDS: Final[dict[str, Callable[[Exchange], str]]] = {
    "index": lambda e: e.started.index or "",
    "package": lambda e: e.started.package or "",
    "host": lambda e: e.started.url.netloc,
    "url": lambda e: str(e.started.url),
    "file": lambda e: e.started.url.filename,
    "user": lambda e: e.started.user_shown or "",
    "method": lambda e: e.started.method,
    "what": purpose_of,
    "link": lambda e: e.link,
    "basis": lambda e: e.basis,
    "from": lambda e: e.ended.source if e.ended else "",
    "cache": lambda e: e.ended.cache if e.ended else "",
    "answer": lambda e: answer_of(e)[0],
}

_NUMBER_FIELDS: Final[dict[str, Callable[[Exchange], float | None]]] = {
    "status": lambda e: e.status,
    "ms": lambda e: e.ended.milliseconds if e.ended else None,
    "bytes": lambda e: e.ended.bytes if e.ended else None,
    "query": lambda e: e.number,
    "attempt": lambda e: e.started.attempt,
}

FIELDS: Final = tuple(sorted((*_TEXT_FIELDS, *_NUMBER_FIELDS)))

_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_TERM: Final = re.compile(r"([a-z]+)(==|!=|<=|>=|<|>|:)(.*)\Z", re.DOTALL)


class FilterError(ValueError):
    """The filter cannot be read: one sentence that names the term."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as typed and what it keeps."""

    text: str
    keeps: Callable[[Exchange], bool]


def parse_filter(text: str) -> Filter:
    """A filter text (a leading `/` is dropped) → the filter. Raises `FilterError`."""
    text = text.strip().removeprefix("/")
    if len(text) > MAX_FILTER_LENGTH:
        raise FilterError(f"a filter has at most {MAX_FILTER_LENGTH} characters")
    splitter = shlex.shlex(text, posix=True, punctuation_chars=False)
    splitter.whitespace_split, splitter.commenters, splitter.quotes = True, "", '"'
    try:
        tests = [_term(term) for term in splitter]
    except ValueError as error:
        if isinstance(error, FilterError):
            raise
        raise FilterError('a " is not closed') from None
    return Filter(text, lambda exchange: all(test(exchange) for test in tests))


def _term(term: str) -> Callable[[Exchange], bool]:
    if len(term) > 1 and term[0] in "-!":
        inner = _term(term[1:])
        return lambda exchange: not inner(exchange)
    match = _TERM.match(term)
    if match is None:
        wanted = term.lower()
        return lambda exchange: wanted in _everything(exchange)
    field, sign, value = match.groups()
    if field in _NUMBER_FIELDS:
        return _number_test(term, field, sign, value)
    if field in _TEXT_FIELDS:
        return _text_test(term, field, sign, value)
    if sign == ":" and value.startswith("//"):
        return lambda exchange: term.lower() in _everything(exchange)
    raise FilterError(
        f"{field!r} is no field; fields are status, host, index, package, user, what, ms ... (? lists all)"
    )


def _number_test(term: str, field: str, sign: str, value: str) -> Callable[[Exchange], bool]:
    read = _NUMBER_FIELDS[field]
    if sign == ":":
        if not value:
            raise FilterError(f"{term!r}: a value is missing")
        prefix = value.lower().rstrip("x")
        return lambda exchange: (found := read(exchange)) is not None and f"{found:g}".startswith(prefix)
    try:
        number = float(value)
    except ValueError:
        raise FilterError(f"{term!r}: {field} is compared with a number") from None
    compare = _COMPARE[sign]
    return lambda exchange: (found := read(exchange)) is not None and compare(found, number)


def _text_test(term: str, field: str, sign: str, value: str) -> Callable[[Exchange], bool]:
    read, wanted = _TEXT_FIELDS[field], value.lower()
    match sign:
        case ":":
            return lambda exchange: wanted in read(exchange).lower()
        case "==":
            return lambda exchange: read(exchange).lower() == wanted
        case "!=":
            return lambda exchange: read(exchange).lower() != wanted
        case _:
            raise FilterError(f"{term!r}: {field} is text, use : or == or !=")


def _everything(exchange: Exchange) -> str:
    started = exchange.started
    parts = (
        str(started.url),
        started.index or "",
        started.package or "",
        started.method,
        what_words(exchange),
        user_words(exchange),
    )
    return " ".join((*parts, answer_of(exchange)[0])).lower()
