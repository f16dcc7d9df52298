"""Content-Encoding: undoing it, with a bound on what comes out."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Any, Final, Protocol

_zstd: Any
if sys.version_info >= (3, 14):
    from compression import zstd as _zstd
else:
    _zstd = None

STEP: Final = 1 << 20
"""Bytes decoded at most before the limit is looked at again."""


class BadEncoding(Exception):
    """The body is not what its Content-Encoding says, or the encoding is unknown."""


class TooLarge(Exception):
    """The decoded body is longer than its limit."""


class Decoder(Protocol):
    """`feed` appends the decoded form of `data` to `body`; `end` checks that the encoded form was complete."""

    def feed(self, data: bytes, body: bytearray, limit: int) -> None: ...

    def end(self) -> None: ...


class Identity:
    """No encoding."""

    def feed(self, data: bytes, body: bytearray, limit: int) -> None:
        body += data
        if len(body) > limit:
            raise TooLarge

    def end(self) -> None:
        return None


class Inflate:
    """gzip (members in a row are one body), and deflate in both of its forms: with zlib's header, or raw."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._start = b""
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS) if gzip else None

    def feed(self, data: bytes, body: bytearray, limit: int) -> None:
        if self._inflate is None:
            self._start += data
            if len(self._start) < 2:
                return
            data, self._start = self._start, b""
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if _is_zlib(data) else -zlib.MAX_WBITS)
        try:
            self._feed(self._inflate, data, body, limit)
        except zlib.error as error:
            raise BadEncoding(f"the body does not decompress: {error}") from None

    def _feed(self, inflate: Any, data: bytes, body: bytearray, limit: int) -> None:
        filled = False
        while data or filled:
            if inflate.eof:
                if not (self._gzip and data):
                    return
                inflate = self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
            most = min(STEP, limit - len(body) + 1)
            decoded = inflate.decompress(data, most)
            body += decoded
            if len(body) > limit:
                raise TooLarge
            filled = len(decoded) == most  # more may be waiting inside, even without further input
            data = inflate.unconsumed_tail or inflate.unused_data

    def end(self) -> None:
        if self._inflate is None or not self._inflate.eof:
            raise BadEncoding("the compressed body ends too early")


def _is_zlib(data: bytes) -> bool:
    """RFC 1950 section 2.2: method 8, and a check that makes the two bytes a multiple of 31."""
    return data[0] & 0x0F == 8 and (data[0] * 256 + data[1]) % 31 == 0


class Zstd:
    """zstd; Python has it since 3.14."""

    def __init__(self) -> None:
        self._decompressor: Any = _zstd.ZstdDecompressor()

    def feed(self, data: bytes, body: bytearray, limit: int) -> None:
        try:
            while not self._decompressor.eof:
                body += self._decompressor.decompress(data, min(STEP, limit - len(body) + 1))
                data = b""
                if len(body) > limit:
                    raise TooLarge
                if self._decompressor.needs_input:
                    return
        except _zstd.ZstdError as error:
            raise BadEncoding(f"the body does not decompress: {error}") from None

    def end(self) -> None:
        if not self._decompressor.eof:
            raise BadEncoding("the compressed body ends too early")


_DECODERS: Final[dict[str, Callable[[], Decoder]]] = {
    "": Identity,
    "identity": Identity,
    "gzip": lambda: Inflate(gzip=True),
    "x-gzip": lambda: Inflate(gzip=True),
    "deflate": lambda: Inflate(gzip=False),
}
if _zstd is not None:
    _DECODERS["zstd"] = Zstd


def decoder_for(encoding: str) -> Decoder:
    """The decoder for a Content-Encoding header. Raises `BadEncoding` for one that was not asked for."""
    try:
        return _DECODERS[encoding.strip().lower()]()
    except KeyError:
        raise BadEncoding("an unknown Content-Encoding") from None


def acceptable(encodings: str) -> str:
    """The Accept-Encoding of a release, less what cannot be decoded here (zstd needs Python 3.14)."""
    wanted = [part.strip() for part in encodings.split(",")]
    return ", ".join(part for part in wanted if part in _DECODERS)
