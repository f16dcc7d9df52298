"""Events survive being written and read; what is no event is refused with a reason."""

from __future__ import annotations

import collections.abc
import dataclasses
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.events import Body, DerivationNode, Event, FileSeen, PageRead, RequestStarted, Unsatisfiable
from explorer.model import reasons
from explorer.model.origin import Origin
from explorer.model.url import SafeUrl
from explorer.record.encode import BadRecording, decode, encode

texts = st.text(max_size=20)


def values(hint: object) -> st.SearchStrategy[typing.Any]:
    """Any value of a field's type."""
    if hint is SafeUrl:
        return st.builds(
            lambda name: SafeUrl.parse(f"https://host.example/{name}"), st.from_regex(r"[a-z]{1,8}", fullmatch=True)
        )
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return bodies(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(values(arguments[0]), max_size=2).map(tuple)
        return st.tuples(*map(values, arguments))
    if origin is collections.abc.Mapping:
        return st.dictionaries(texts.filter(lambda key: key != "type"), values(arguments[1]), max_size=2)
    if arguments:
        return st.one_of(*map(values, arguments))
    simple = {
        str: texts,
        int: st.integers(0, 2**53),
        float: st.floats(0, 1e6),
        bool: st.booleans(),
        type(None): st.none(),
    }
    return simple[typing.cast(type, hint)]


def bodies(kind: type) -> st.SearchStrategy[typing.Any]:
    if kind is DerivationNode:
        return st.builds(DerivationNode, st.integers(0, 9), texts, texts, evidence=st.just((1, 2)))
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in dataclasses.fields(kind)})


@given(st.one_of(*(bodies(kind) for kind in typing.get_args(Body))))
def test_every_event_survives_writing_and_reading(body: typing.Any) -> None:
    if isinstance(body, RequestStarted):
        body = dataclasses.replace(body, user=body.user_shown)
    event = Event(3, 0.25, 1, 2, body, "observed")
    assert decode(encode(event)) == event


def test_members_of_unions_keep_their_identity() -> None:
    page = PageRead("a", "corp", 1, "html", (FileSeen("x", None, reasons.NotADistribution("no")),), ("1",))
    assert decode(encode(Event(1, 0.0, 1, 0, page))).body == page


def test_a_lone_user_name_which_may_be_a_token_is_written_masked() -> None:
    url = SafeUrl.parse("https://host.example/a")
    started = RequestStarted(1, 1, "GET", url, "page", None, None, None, "token-123", "****")
    assert b"token-123" not in encode(Event(1, 0.0, 1, 0, started))


def test_a_value_nested_too_deep_is_written_cut() -> None:
    node = DerivationNode(0, "root", "end", origin=Origin("flag"))
    for _ in range(2000):
        node = DerivationNode(1, "conclusion", "so", (node,))
    assert decode(encode(Event(1, 0.0, 1, 0, Unsatisfiable("No", (), (), node)))).number == 1


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"event": "Nothing"}',
        b'{"event": "Conflict", "number": 1}',
        b'{"event": "Conflict", "number": 1, "body": 3}',
        b'{"event": "Warned", "number": "x", "at": 0, "run": 1, "fork": 0, "basis": "", "body": {"message": "a"}}',
        b"[" * 100_000,
        b'{"event": "Warned", "body": {"message": ' + b"[" * 700 + b"]" * 700 + b"}}",
    ],
)
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(BadRecording):
        decode(line)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_random_bytes_never_raise_anything_else(line: bytes) -> None:
    with pytest.raises(BadRecording):
        decode(line)
