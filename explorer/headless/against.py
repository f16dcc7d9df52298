"""`--against`: two runs and what differs between them, as lines or as one document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any, Final, Literal

import msgspec

from ..events import Event
from ..view.compare import CompareRow, compare_rows, rule_sentence
from ..view.diff import Difference, Divergence, RequestChange, difference, rule_value
from ..view.line import Line, text_of
from ..view.queries import Exchange, answer_of, user_words
from ..view.safe_text import safe
from .document import SCHEMA, Document
from .json_text import harmless

EXIT_SAME: Final = 0
EXIT_DIFFERENT: Final = 1
"""As `diff` ends."""


def tell_difference(
    before: Sequence[Event],
    after: Sequence[Event],
    face: Literal["json", "plain"],
    kinds: tuple[str, str],
    out: IO[str],
) -> int:
    """Write what `after` did otherwise than `before` and return the exit status: 0 where they are the same, else 1.

    `kinds` are the kinds of the two commands, as for `Document`.
    """
    compared = difference(before, after)
    if face == "json":
        documents = (_document(before, kinds[0]), _document(after, kinds[1]))
        content = {"schema": SCHEMA, "before": documents[0], "after": documents[1], "difference": as_dict(compared)}
        out.write(harmless(msgspec.json.format(msgspec.json.encode(content), indent=2).decode()) + "\n")
    else:
        out.writelines(f"{safe(text)}\n" for row in compare_rows(compared) for text in _lines(row))
    return EXIT_SAME if is_same(compared) else EXIT_DIFFERENT


def is_same(compared: Difference) -> bool:
    """Neither the outcome nor a package nor a request differs."""
    return not (compared.flipped or compared.changed_packages or compared.changed_requests)


def as_dict(compared: Difference) -> dict[str, Any]:
    """The difference as plain values: what is the same is left out."""
    return {
        "summary": compared.summary(),
        "flipped": compared.flipped,
        "first": _divergence(compared.first),
        "decisive": _divergence(compared.decisive),
        "rule": _rule(compared),
        "packages": [
            {"name": change.name, "before": change.before or None, "after": change.after or None}
            for change in compared.packages
            if not change.same
        ],
        "requests": [_request(change) for change in compared.requests if not change.same],
    }


def _document(events: Sequence[Event], kind: str) -> dict[str, Any]:
    document = Document(kind)
    for event in events:
        document.add(event)
    return document.as_dict()


def _divergence(divergence: Divergence | None) -> dict[str, Any] | None:
    if divergence is None:
        return None
    before, after = divergence.before, divergence.after
    return {
        "kind": (after or before).kind if after or before else None,  # type: ignore[union-attr]
        "before": before.sentence if before else None,
        "before_request": before.request if before else None,
        "after": after.sentence if after else None,
        "after_request": after.request if after else None,
    }


def _rule(compared: Difference) -> dict[str, Any] | None:
    if not compared.rule:
        return None
    return {
        "id": compared.rule,
        "sentence": rule_sentence(compared),
        "before": rule_value(compared.rule, compared.before.profile),
        "after": rule_value(compared.rule, compared.after.profile),
    }


def _request(change: RequestChange) -> dict[str, Any]:
    return {"before": _exchange(change.before), "after": _exchange(change.after)}


def _exchange(exchange: Exchange | None) -> dict[str, Any] | None:
    if exchange is None:
        return None
    return {
        "number": exchange.number,
        "method": exchange.started.method,
        "url": str(exchange.started.url).partition("#")[0],
        "user": user_words(exchange) if exchange.started.user is not None or not exchange.started.user_known else None,
        "answer": answer_of(exchange)[0],
    }


def _lines(row: CompareRow) -> Iterator[str]:
    if not row.paired:
        yield text_of(row.whole).rstrip()
    elif row.sign == "=":
        yield _signed("=", row.after or row.before)
    else:
        cells = (("-", row.before), ("+", row.after))
        yield from (_signed(sign, cell) for sign, cell in cells if text_of(cell).strip())


def _signed(sign: str, cell: Line) -> str:
    return f"{sign} {text_of(cell).rstrip()}"
