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
    """gzip, and deflate in both of its forms (with zlib's header, or raw as some servers send it)."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inflate = zlib.decompressobj(window)
        self._began = False

    def feed(self, data: bytes, body: bytearray, limit: int) -> None:
        try:
            self._feed(data, body, limit)
        except zlib.error as error:
            raise BadEncoding(f"the body does not decompress: {error}") from None

    def _feed(self, data: bytes, body: bytearray, limit: int) -> None:
        while data:
            if self._inflate.eof:
                if self._window < 16:
                    return
                self._inflate = zlib.decompressobj(self._window)
            try:
                body += self._inflate.decompress(data, min(STEP, limit - len(body) + 1))
            except zlib.error:
                if self._began or self._window != zlib.MAX_WBITS:
                    raise
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
                body += self._inflate.decompress(data, min(STEP, limit - len(body) + 1))
            self._began = True
            if len(body) > limit:
                raise TooLarge
            data = self._inflate.unconsumed_tail or self._inflate.unused_data

    def end(self) -> None:
        if self._began and not self._inflate.eof:
            raise BadEncoding("the compressed body ends too early")


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
    "gzip": lambda: Inflate(16 + zlib.MAX_WBITS),
    "x-gzip": lambda: Inflate(16 + zlib.MAX_WBITS),
    "deflate": lambda: Inflate(zlib.MAX_WBITS),
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
