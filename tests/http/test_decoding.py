"""Content-Encoding: what is undone, and how much of it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.http.decoding import STEP, BadEncoding, TooLarge, acceptable, decoder_for


def decode(encoding: str, data: bytes, *, limit: int = 1 << 20, step: int = 7) -> bytes:
    decoder, body = decoder_for(encoding), bytearray()
    for start in range(0, len(data), step):
        decoder.feed(data[start : start + step], body, limit)
    decoder.end()
    return bytes(body)


def raw_deflate(data: bytes) -> bytes:
    compress = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compress.compress(data) + compress.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "GZip": gzip.compress,
    "deflate": zlib.compress,
}


@given(st.sampled_from([*ENCODERS, "raw deflate"]), st.binary(max_size=300), st.integers(1, 50))
def test_every_encoding_is_undone_however_it_is_cut(encoding: str, data: bytes, step: int) -> None:
    if encoding == "raw deflate":
        assert decode("deflate", raw_deflate(data), step=step) == data
    else:
        assert decode(encoding, ENCODERS[encoding](data), step=step) == data


@pytest.mark.parametrize("size", [STEP - 1, STEP, STEP + 1, 3 * STEP])
def test_bodies_around_the_size_of_a_step(size: int) -> None:
    data = b"0" * size
    for encoding, encoded in (("gzip", gzip.compress(data)), ("deflate", raw_deflate(data))):
        assert decode(encoding, encoded, limit=1 << 24, step=len(encoded)) == data


def test_gzip_members_in_a_row_are_one_body() -> None:
    assert decode("gzip", gzip.compress(b"one ") + gzip.compress(b"two")) == b"one two"


@pytest.mark.parametrize("encoding", ["identity", "gzip", "deflate"])
def test_the_limit_counts_what_comes_out(encoding: str) -> None:
    bomb = ENCODERS[encoding](b"0" * 5_000_000)
    with pytest.raises(TooLarge):
        decode(encoding, bomb, limit=1000, step=len(bomb))


@pytest.mark.parametrize("data", [b"no gzip at all", gzip.compress(b"cut short" * 9)[:-9]])
def test_a_body_that_does_not_decompress_is_refused(data: bytes) -> None:
    with pytest.raises(BadEncoding):
        decode("gzip", data)


def test_an_encoding_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(BadEncoding):
        decoder_for("br")


def test_only_what_can_be_undone_is_accepted() -> None:
    offered = acceptable("gzip, deflate, br").split(", ")
    assert offered == ["gzip", "deflate"]
