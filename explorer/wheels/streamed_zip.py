"""METADATA out of a wheel that arrives from its beginning: entry after entry, keeping nothing but METADATA.

No I/O here. Source: wheels 2.1 step 3; PKWARE APPNOTE 4.3 (local headers, data descriptors).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator
from typing import Final

from packaging.utils import NormalizedName

from .metadata_parse import MAX_METADATA
from .remote_zip import ENCRYPTED, LOCAL_HEADER, BrokenWheel, Method, check_folder, known_method, unpack, zip64_values

MAX_INFLATED: Final = 4 * 1024 * 1024 * 1024
"""How much is decompressed at most while looking for the end of entries that do not state their length."""

STEP: Final = 1 << 16
DEFLATED: Final = 8
_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIPTOR_FOLLOWS: Final = 8


class NotStreamable(BrokenWheel):
    """The archive can only be read as a whole: a stored entry that does not state its length in front."""


class StreamedWheel:
    """Takes the body of a wheel piece by piece; then `metadata` is set, or `problem` says why it was not found."""

    def __init__(self, package: NormalizedName) -> None:
        self._package = package
        self._body: bytearray | None = None
        self._start()

    def _start(self) -> None:
        self.metadata: bytes | None = None
        self.problem: BrokenWheel | None = None
        self._source = _Source()
        self._reading = _metadata_of(self._source, self._package)

    def enough(self, body: bytearray) -> bool:
        """Takes what arrived out of `body`; True once METADATA was read or can no longer be (for `Request.enough`).

        Another `body` object is another attempt at the request: reading starts again.
        """
        if body is not self._body:
            self._body = body
            self._start()
        self._source.pending += body
        del body[:]
        self._advance()
        return self._is_done

    def end(self) -> None:
        """The body is over."""
        self._source.ended = True
        self._advance()

    @property
    def _is_done(self) -> bool:
        return self.metadata is not None or self.problem is not None

    def _advance(self) -> None:
        if self._is_done:
            return
        try:
            next(self._reading)
        except StopIteration as done:
            self.metadata = done.value
        except BrokenWheel as error:
            self.problem = error


Reading = Generator[None, None, bytes]
"""Pauses where it needs more of the stream."""


class _Source:
    """What arrived and was not read yet."""

    def __init__(self) -> None:
        self.pending = bytearray()
        self.ended = False
        self.inflated = 0

    def some(self) -> Generator[None, None, None]:
        """Waits until something is pending. Raises `BrokenWheel` at the end of the stream."""
        while not self.pending:
            if self.ended:
                raise BrokenWheel("the archive ends too early")
            yield

    def take(self, count: int) -> Reading:
        while len(self.pending) < count:
            if self.ended:
                raise BrokenWheel("the archive ends too early")
            yield
        data = bytes(self.pending[:count])
        del self.pending[:count]
        return data

    def skip(self, count: int) -> Generator[None, None, None]:
        while count:
            yield from self.some()
            length = min(count, len(self.pending))
            del self.pending[:length]
            count -= length


def _metadata_of(source: _Source, package: NormalizedName) -> Reading:
    while True:
        header = yield from source.take(4)
        if header != b"PK\x03\x04":
            at_directory = header in (b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06")
            raise BrokenWheel("no .dist-info directory found" if at_directory else "the file is no zip archive")
        header += yield from source.take(LOCAL_HEADER - 4)
        _, _, flags, method, _, _, crc, compressed, size, name_length, extra_length = _LOCAL.unpack(header)
        name = (yield from source.take(name_length)).decode("utf-8", "replace")
        extra = yield from source.take(extra_length)
        zip64 = 0xFFFFFFFF in (compressed, size)
        size, compressed = zip64_values(extra, size, compressed)
        wanted = name.endswith(".dist-info/METADATA") and name.count("/") == 1
        if wanted:
            check_folder(name, package)
            if flags & ENCRYPTED:
                raise BrokenWheel("METADATA is encrypted")
        if flags & _DESCRIPTOR_FOLLOWS:
            if method != DEFLATED:
                raise NotStreamable("an entry states its length only behind its data")
            content = yield from _inflate(source, keeps=wanted)
            yield from _skip_descriptor(source, zip64)
        elif wanted:
            content = yield from _sized(source, compressed, known_method(method))
        else:
            yield from source.skip(compressed)
        if wanted:
            if not flags & _DESCRIPTOR_FOLLOWS and crc and zlib.crc32(content) != crc:
                raise BrokenWheel("METADATA does not match its checksum")
            return content


def _sized(source: _Source, compressed: int, method: Method) -> Reading:
    if compressed > MAX_METADATA:
        raise BrokenWheel("METADATA is too large")
    data = yield from source.take(compressed)
    return unpack(data, method)


def _inflate(source: _Source, *, keeps: bool) -> Reading:
    """A deflated entry of unknown length: its content where it `keeps` that, else nothing."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    content = bytearray()
    while not inflate.eof:
        data = inflate.unconsumed_tail
        if not data:
            yield from source.some()
            data = bytes(source.pending[:STEP])
            del source.pending[:STEP]
        try:
            piece = inflate.decompress(data, STEP)
        except zlib.error as error:
            raise BrokenWheel(f"an entry does not decompress: {error}") from None
        source.inflated += len(piece)
        if source.inflated > MAX_INFLATED:
            raise BrokenWheel("the archive is too large to look through")
        if keeps:
            content += piece
            if len(content) > MAX_METADATA:
                raise BrokenWheel("METADATA is too large")
    source.pending[:0] = inflate.unused_data
    return bytes(content)


def _skip_descriptor(source: _Source, zip64: bool) -> Generator[None, None, None]:
    """The checksum and both lengths, with or without a signature in front."""
    rest = 20 if zip64 else 12
    first = yield from source.take(4)
    yield from source.skip(rest if first == b"PK\x07\x08" else rest - 4)
