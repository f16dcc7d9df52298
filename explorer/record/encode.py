"""Events ↔ JSON: one object for an event, the kind of its body under `event`, the body's fields under `body`.

Every nested value names its kind under `type`, so that members of closed unions keep their identity. A lone user name
may be a token, so only its masked form is written.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from .. import events
from ..events import Body, DerivationNode, Event, FileSeen, FileVerdict, Pinned, PinnedFile, Remedy, Term
from ..model import reasons
from ..model.origin import Origin
from ..model.url import InvalidUrl, SafeUrl

Plain = dict[str, Any]
Convert = Callable[[Any, int], Any]

_BODIES: Final[Mapping[str, type]] = {kind.__name__: kind for kind in typing.get_args(Body)}
_PARTS: Final[Mapping[str, type]] = {
    kind.__name__: kind
    for kind in (
        *(value for value in vars(reasons).values() if dataclasses.is_dataclass(value) and isinstance(value, type)),
        *(Origin, FileSeen, FileVerdict, Term, DerivationNode, Pinned, PinnedFile, Remedy),
    )
}
_NAMES: Final[Mapping[type, tuple[str, ...]]] = {
    kind: tuple(field.name for field in dataclasses.fields(kind)) for kind in (*_BODIES.values(), *_PARTS.values())
}
_CONVERTERS: Final[dict[type, Mapping[str, Convert]]] = {}

MAX_DEPTH: Final = 100
"""How deep lists may be nested: what lies deeper is not written, and refused when read."""


class BadRecording(ValueError):
    """A line that is no event; the message names what is wrong with it."""


def encode(event: Event) -> bytes:
    """One line of JSON without its line end."""
    return msgspec.json.encode(as_plain(event))


def as_plain(event: Event) -> Plain:
    """The event as plain values (numbers, texts, lists, dicts)."""
    body = event.body
    if isinstance(body, events.RequestStarted) and body.user != body.user_shown:
        body = dataclasses.replace(body, user=body.user_shown)
    return {
        "number": event.number,
        "at": round(event.at, 6),
        "run": event.run,
        "fork": event.fork,
        "basis": event.basis,
        "event": type(body).__name__,
        "body": {name: _plain(getattr(body, name), 0) for name in _NAMES[type(body)]},
    }


def decode(line: bytes | str) -> Event:
    """The event of one line. Raises `BadRecording`."""
    try:
        plain = msgspec.json.decode(line, type=dict[str, Any])
        kind = _BODIES[plain["event"]]
        body = _build(kind, plain["body"], 0)
        numbers = (plain["number"], plain["at"], plain["run"], plain["fork"])
        if not all(isinstance(n, int | float) for n in numbers):
            raise BadRecording("number, at, run and fork must be numbers")
        return Event(int(numbers[0]), float(numbers[1]), int(numbers[2]), int(numbers[3]), body, plain["basis"])
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRecording(f"no JSON object: {error}") from None
    except KeyError as error:
        raise BadRecording(f"no event: {error} is missing or unknown") from None
    except (TypeError, InvalidUrl) as error:
        raise BadRecording(f"no event: {error}") from None


def _plain(value: Any, depth: int) -> Any:
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple | list | frozenset | set):
        return [_plain(item, depth + 1) for item in value] if depth < MAX_DEPTH else []
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth) for key, item in value.items()}
    return {"type": type(value).__name__, **{name: _plain(getattr(value, name), depth) for name in _NAMES[type(value)]}}


def _value(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise BadRecording(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, list):
        return tuple(_value(item, depth + 1) for item in value)
    if isinstance(value, dict):
        kind = value.get("type")
        if isinstance(kind, str) and kind in _PARTS:
            return _build(_PARTS[kind], value, depth)
        return {key: _value(item, depth) for key, item in value.items()}
    return value


def _build(kind: type, plain: Plain, depth: int) -> Any:
    """A value of `kind`; a field that the recording lacks takes its default, one that the kind lacks is passed over."""
    converters = _converters(kind)
    return kind(**{name: converters[name](plain[name], depth) for name in converters if name in plain})


def _converters(kind: type) -> Mapping[str, Convert]:
    if kind not in _CONVERTERS:
        hints = typing.get_type_hints(kind)
        _CONVERTERS[kind] = {name: _url if _holds_url(hints[name]) else _value for name in _NAMES[kind]}
    return _CONVERTERS[kind]


def _holds_url(hint: Any) -> bool:
    members = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return SafeUrl in members


def _url(value: Any, depth: int) -> SafeUrl | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadRecording("a URL must be a text")
    return SafeUrl.parse(value)
