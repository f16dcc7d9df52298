"""Reading HTTP/1.1 answers: framing, strictness, limits."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.http.http1 import MAX_FIELDS, MAX_HEAD, AnswerReader, ProtocolViolation

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def read(data: bytes, method: str = "GET", *, ended: bool = False) -> AnswerReader:
    reader = AnswerReader(method)
    reader.feed(data)
    if ended:
        reader.end()
    return reader


def test_body_of_a_stated_length() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello")
    assert reader.head is not None
    assert (reader.head.status, reader.head.fields) == (200, [(b"content-length", b"5"), (b"x-a", b"b")])
    assert (reader.take(), reader.complete, reader.keeps_alive) == (b"hello", True, True)


def test_chunked_body_with_extension_and_trailer() -> None:
    reader = read(CHUNKED + b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n")
    assert (reader.take(), reader.complete, reader.keeps_alive) == (b"abc0123456789", True, True)


def test_body_without_length_ends_with_the_connection() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\n\r\nsome")
    assert not reader.complete
    reader.feed(b" more")
    reader.end()
    assert (reader.take(), reader.complete, reader.keeps_alive) == (b"some more", True, False)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_answers_that_have_no_body_whatever_their_headers_say(method: str, status: int) -> None:
    reader = read(b"HTTP/1.1 %d X\r\nContent-Length: 500\r\n\r\n" % status, method)
    assert (reader.complete, reader.keeps_alive) == (True, True)


def test_interim_answers_are_passed_over() -> None:
    reader = read(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert reader.head is not None and reader.head.status == 200


@pytest.mark.parametrize(
    ("head", "keeps_alive"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n", False),
        (b"HTTP/1.0 200 OK\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n", True),
    ],
)
def test_whether_the_connection_stays_open(head: bytes, keeps_alive: bool) -> None:
    assert read(head + b"Content-Length: 0\r\n\r\n").keeps_alive is keeps_alive


def test_bytes_behind_the_answer_spoil_the_connection() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n")
    assert (reader.take(), reader.complete, reader.keeps_alive) == (b"ok", True, False)


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\x00c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"2\r\nabc\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (MAX_FIELDS + 1) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * MAX_HEAD,
        CHUNKED + b"1" * (MAX_HEAD + 1),
        CHUNKED + b"0\r\n" + b"A: b\r\n" * MAX_HEAD,
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        read(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", CHUNKED + b"3\r\n"],
)
def test_an_answer_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolViolation, match="closed"):
        read(data, ended=True)


bodies = st.lists(st.binary(min_size=1, max_size=40), max_size=4)


@st.composite
def messages(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """(an answer on the wire, its body)"""
    parts = draw(bodies)
    body = b"".join(parts)
    if draw(st.booleans()):
        wire = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"
        return CHUNKED + wire, body
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body), body


@given(messages(), st.lists(st.integers(1, 30)))
def test_how_the_bytes_are_cut_does_not_matter(message: tuple[bytes, bytes], cuts: list[int]) -> None:
    wire, body = message
    reader, taken = AnswerReader("GET"), b""
    for size in [*cuts, len(wire)]:
        if wire:
            reader.feed(wire[:size])
            wire = wire[size:]
            taken += reader.take()
    assert (taken, reader.complete, reader.keeps_alive) == (body, True, True)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", CHUNKED]),
)
def test_arbitrary_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    try:
        read(start + data, ended=True)
    except ProtocolViolation as violation:
        assert str(violation)


@given(messages())
def test_reads_what_h11_reads(message: tuple[bytes, bytes]) -> None:
    wire, _ = message
    theirs = h11.Connection(h11.CLIENT)
    theirs.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    theirs.send(h11.EndOfMessage())
    theirs.receive_data(wire)
    body = b""
    while not isinstance(event := theirs.next_event(), h11.EndOfMessage):
        body += bytes(event.data) if isinstance(event, h11.Data) else b""
    assert read(wire).take() == body
