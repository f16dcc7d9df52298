"""METADATA out of a wheel of which only parts are at hand: the parts that are needed, asked for one after the other.

No I/O here. `read_metadata` is a generator that yields the spans it wants and is sent their bytes. Everything in the
archive is untrusted: offsets, sizes, counts and the compressed data are checked and bounded.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO, Final, Literal

from packaging.utils import NormalizedName

from .metadata_parse import MAX_METADATA

Span = tuple[int, int]
"""First and last byte, both inclusive, as a Range header has them."""

Reads = Generator[Span, bytes, bytes]

TAIL: Final = 16384
"""What uv asks for first: the end of the file, where the central directory stands (wheels 2.1)."""

BUFFER: Final = 8192
"""uv rounds the span of METADATA up to this."""

MAX_DIRECTORY: Final = 64 * 1024 * 1024
MAX_ENTRIES: Final = 500_000
LOCAL_HEADER: Final = 30
Method = Literal["stored", "deflated"]
METHODS: Final[dict[int, Method]] = {0: "stored", 8: "deflated"}

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_DIRECTORY_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
ENCRYPTED: Final = 1


class BrokenWheel(Exception):
    """The archive is no readable wheel; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive as its central directory lists it."""

    name: str
    method: Method
    crc: int
    compressed: int
    size: int
    offset: int


class _Held:
    """Pieces of the file that have been received."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pieces: list[tuple[int, bytes]] = []

    def read(self, start: int, end: int) -> Generator[Span, bytes, bytes]:
        """The bytes from `start` up to, not including, `end`; asks for what is missing of them."""
        if not 0 <= start <= end <= self.size:
            raise BrokenWheel("an offset points outside the file")
        held = self._covering(start, end)
        if held is None:
            missing_end = min(
                (first for first, data in self._pieces if start < first < end <= first + len(data)), default=end
            )
            data = yield (start, missing_end - 1)
            if len(data) != missing_end - start:
                raise BrokenWheel("a part of the file has another length than asked for")
            rest = self._covering(missing_end, end) if missing_end < end else b""
            held = data + (rest or b"")
            self._pieces.append((start, held))
        return held

    def _covering(self, start: int, end: int) -> bytes | None:
        for first, data in self._pieces:
            if first <= start and end <= first + len(data):
                return data[start - first : end - first]
        return None


def read_metadata(size: int, package: NormalizedName) -> Reads:
    """Reads the METADATA of `package` from a wheel of `size` bytes.

    The first span is the file's last 16384 bytes; a second one is asked for where METADATA lies in front of them.
    Raises `BrokenWheel`.
    """
    if size < _END.size:
        raise BrokenWheel("the file is no zip archive")
    held = _Held(size)
    tail_start = max(0, size - TAIL)
    yield from held.read(tail_start, size)
    entries = yield from _directory(held, tail_start)
    entry = find_metadata(entries, package)
    return (yield from _content(held, entry))


def _directory(held: _Held, tail_start: int) -> Generator[Span, bytes, list[Entry]]:
    tail = yield from held.read(tail_start, held.size)
    position = tail.rfind(b"PK\x05\x06")
    if position < 0 or len(tail) - position < _END.size:
        raise BrokenWheel("the end of the central directory was not found")
    _, disk, _, _, count, length, start, _ = _END.unpack_from(tail, position)
    if disk not in (0, 0xFFFF):
        raise BrokenWheel("the archive has several parts")
    end = tail_start + position
    if count == 0xFFFF or length == 0xFFFFFFFF or start == 0xFFFFFFFF:
        count, length, start, end = yield from _zip64(held, end)
    if length > MAX_DIRECTORY or count > MAX_ENTRIES:
        raise BrokenWheel("the central directory is too large")
    if start + length > end:
        raise BrokenWheel("the central directory overlaps its own end")
    data = yield from held.read(start, start + length)
    return _entries(data, count)


def _zip64(held: _Held, end: int) -> Generator[Span, bytes, tuple[int, int, int, int]]:
    locator_at = end - _END64_LOCATOR.size
    if locator_at < 0:
        raise BrokenWheel("the zip64 locator is missing")
    signature, _, at, _ = _END64_LOCATOR.unpack((yield from held.read(locator_at, end)))
    if signature != b"PK\x06\x07" or at + _END64.size > locator_at:
        raise BrokenWheel("the zip64 locator is broken")
    fields = _END64.unpack((yield from held.read(at, at + _END64.size)))
    if fields[0] != b"PK\x06\x06":
        raise BrokenWheel("the zip64 end of the central directory is broken")
    return fields[7], fields[8], fields[9], at


def _entries(data: bytes, count: int) -> list[Entry]:
    entries: list[Entry] = []
    position = 0
    for _ in range(count):
        if len(data) - position < _DIRECTORY_ENTRY.size:
            raise BrokenWheel("the central directory ends too early")
        fields = _DIRECTORY_ENTRY.unpack_from(data, position)
        if fields[0] != b"PK\x01\x02":
            raise BrokenWheel("an entry of the central directory is broken")
        name_length, extra_length, comment_length = fields[10], fields[11], fields[12]
        name_at = position + _DIRECTORY_ENTRY.size
        extra_at = name_at + name_length
        position = extra_at + extra_length + comment_length
        if position > len(data):
            raise BrokenWheel("the central directory ends too early")
        name = data[name_at:extra_at]
        if name.endswith(b".dist-info/METADATA"):
            entries.append(_entry(name, fields, data[extra_at : extra_at + extra_length]))
    return entries


def _entry(name: bytes, fields: tuple[int, ...], extra: bytes) -> Entry:
    flags, method, crc, compressed, size, offset = fields[3], fields[4], fields[7], fields[8], fields[9], fields[16]
    if flags & ENCRYPTED:
        raise BrokenWheel("METADATA is encrypted")
    size, compressed, offset = zip64_values(extra, size, compressed, offset)
    return Entry(name.decode("utf-8", "replace"), known_method(method), crc, compressed, size, offset)


def known_method(method: int) -> Method:
    """The compression method by name. Raises `BrokenWheel` for one that wheels do not use."""
    if method not in METHODS:
        raise BrokenWheel(f"METADATA is compressed with the unsupported method {method}")
    return METHODS[method]


def zip64_values(extra: bytes, *values: int) -> tuple[int, ...]:
    """The values with those that are all ones replaced from the zip64 extra field (APPNOTE 4.5.3)."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind == 1:
            field, at, result = extra[position + 4 : position + 4 + length], 0, list(values)
            for index, value in enumerate(values):
                if value == 0xFFFFFFFF and at + 8 <= len(field):
                    result[index] = struct.unpack_from("<Q", field, at)[0]
                    at += 8
            return tuple(result)
        position += 4 + length
    return values


def find_metadata(entries: Iterable[Entry], package: NormalizedName) -> Entry:
    """The METADATA of the one `.dist-info` folder at the top. Raises `BrokenWheel` for none, several, or another's."""
    found = [entry for entry in entries if entry.name.count("/") == 1]
    if not found:
        raise BrokenWheel("no .dist-info directory found")
    if len(found) > 1:
        names = ", ".join(sorted(entry.name.partition("/")[0] for entry in found)[:4])
        raise BrokenWheel(f"multiple .dist-info directories found: {names}")
    check_folder(found[0].name, package)
    return found[0]


def check_folder(path: str, package: NormalizedName) -> None:
    """The `.dist-info` folder belongs to the package: its normalized name begins with the package's."""
    folder = path.partition("/")[0]
    if not re.sub(r"[-_.]+", "-", folder).lower().startswith(package):
        raise BrokenWheel(f"the folder {folder[:80]} does not start with {package}")


def _content(held: _Held, entry: Entry) -> Reads:
    if entry.size > MAX_METADATA or entry.compressed > MAX_METADATA:
        raise BrokenWheel("METADATA is too large")
    wanted = LOCAL_HEADER + len(entry.name.encode()) + entry.compressed
    end = min(held.size, entry.offset + -(-wanted // BUFFER) * BUFFER)
    if entry.offset + LOCAL_HEADER > end:
        raise BrokenWheel("METADATA lies outside the file")
    header = yield from held.read(entry.offset, end)
    fields = _LOCAL.unpack_from(header)
    if fields[0] != b"PK\x03\x04":
        raise BrokenWheel("the header of METADATA is broken")
    start = entry.offset + LOCAL_HEADER + fields[9] + fields[10]
    data = yield from held.read(start, start + entry.compressed)
    content = unpack(data, entry.method)
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise BrokenWheel("METADATA does not match its checksum")
    return content


def unpack(data: bytes, method: Method) -> bytes:
    """Decompress one entry within the bound of METADATA. Raises `BrokenWheel`."""
    if method == "stored":
        return data
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflate.decompress(data, MAX_METADATA + 1)
    except zlib.error as error:
        raise BrokenWheel(f"METADATA does not decompress: {error}") from None
    if len(content) > MAX_METADATA:
        raise BrokenWheel("METADATA is too large")
    if not inflate.eof:
        raise BrokenWheel("METADATA ends too early")
    return content


def read_file_metadata(file: BinaryIO, package: NormalizedName) -> bytes:
    """METADATA of a wheel that is at hand as a seekable file. Raises `BrokenWheel`, `OSError`."""
    reads = read_metadata(file.seek(0, SEEK_END), package)
    try:
        start, end = next(reads)
        while True:
            file.seek(start)
            start, end = reads.send(file.read(end + 1 - start))
    except StopIteration as done:
        content: bytes = done.value
        return content
