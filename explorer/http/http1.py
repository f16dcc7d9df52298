"""Reading one HTTP/1.1 answer, without I/O: bytes in, head and body out (RFC 9112), strict and bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

MAX_HEAD: Final = 64 * 1024
"""Bytes of status line and headers (also of trailers, and of one chunk's size line)."""
MAX_FIELDS: Final = 128
"""Header fields of one answer."""
MAX_INTERIM: Final = 8
"""Answers with a 1xx status before the final one."""
MAX_LENGTH: Final = 1 << 40

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\x00-\x08\x0a-\x1f\x7f]*)?")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?")
_LENGTH = re.compile(rb"[0-9]{1,13}")

Fields = list[tuple[bytes, bytes]]


class ProtocolViolation(Exception):
    """The bytes are no HTTP/1.1 answer, or exceed a limit; the message has no bytes of the peer."""


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and header fields; names are in lower case."""

    status: int
    fields: Fields


class AnswerReader:
    """Reads the answer to one request of `method`.

    `feed` takes bytes as they come and `end` the end of the connection; both raise `ProtocolViolation`. `head` is
    None until it is complete; `take` gives the body received since the last call; `complete` is True once the body
    is.
    """

    __slots__ = (
        "_buffer",
        "_left",
        "_method",
        "_mode",
        "_parts",
        "_version",
        "complete",
        "head",
        "keeps_alive",
        "waiting",
    )

    def __init__(self, method: str) -> None:
        self._method = method
        self._mode: Literal["head", "length", "size", "chunk", "chunk end", "trailers", "close", "done"] = "head"
        self._buffer = bytearray()
        self._parts: list[bytes] = []
        self._left = 0
        self._version = 1
        self.head: Head | None = None
        self.complete = False
        self.keeps_alive = False
        self.waiting = 0
        """Bytes of the body that `take` would give."""

    @property
    def untouched(self) -> bool:
        """Nothing was received at all."""
        return self.head is None and not self._buffer

    def take(self) -> bytes:
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self.waiting = 0
        return data

    def feed(self, data: bytes) -> None:
        if self._mode == "length" and not self._buffer:
            self._counted(data)
            return
        if self._mode == "close":
            self._body(data)
            return
        self._buffer += data
        while self._step():
            pass

    def end(self) -> None:
        """The peer closed the connection."""
        if self._mode == "close":
            self._finish()
            self.keeps_alive = False
        elif not self.complete:
            raise ProtocolViolation("the connection was closed in the middle of an answer")

    def _step(self) -> bool:
        """Read one more part of what is buffered; False where more bytes are needed."""
        match self._mode:
            case "head":
                return self._read_head()
            case "length":
                data = bytes(self._buffer)
                self._buffer.clear()
                self._counted(data)
                return False
            case "size":
                return self._read_size()
            case "chunk":
                return self._read_chunk()
            case "chunk end":
                return self._read_chunk_end()
            case "trailers":
                return self._read_trailers()
            case "close":
                data = bytes(self._buffer)
                self._buffer.clear()
                self._body(data)
                return False
            case "done":
                if self._buffer:
                    self.keeps_alive = False
                return False

    def _read_head(self) -> bool:
        end = _HEAD_END.search(self._buffer)
        if end is None or end.end() > MAX_HEAD:
            if len(self._buffer) > MAX_HEAD:
                raise ProtocolViolation(f"the headers are longer than {MAX_HEAD} bytes")
            return False
        lines = _LINE_END.split(bytes(self._buffer[: end.start()]))
        del self._buffer[: end.end()]
        status = _STATUS_LINE.fullmatch(lines[0])
        if status is None:
            raise ProtocolViolation("the answer does not start with an HTTP/1.1 status line")
        fields = _fields(lines[1:])
        code = int(status[2])
        if code < 200:
            self._left += 1
            if code == 101 or self._left > MAX_INTERIM:
                raise ProtocolViolation("unexpected answers with a 1xx status")
            return True
        self._left = 0
        self._version = int(status[1])
        self.head = Head(code, fields)
        self._frame(code, fields)
        return True

    def _frame(self, status: int, fields: Fields) -> None:
        """How the end of the body is known (RFC 9112 section 6.3)."""
        lengths: set[bytes] = set()
        codings: list[bytes] = []
        options: set[bytes] = set()
        for name, value in fields:
            if name == b"content-length":
                lengths.update(part.strip() for part in value.split(b","))
            elif name == b"transfer-encoding":
                codings += [part.strip().lower() for part in value.split(b",")]
            elif name == b"connection":
                options.update(part.strip().lower() for part in value.split(b","))
        self.keeps_alive = b"close" not in options and (self._version == 1 or b"keep-alive" in options)
        if self._method == "HEAD" or status in (204, 304):
            self._finish()
        elif codings:
            if codings != [b"chunked"]:
                raise ProtocolViolation("a Transfer-Encoding other than chunked")
            if lengths:
                self.keeps_alive = False
            self._mode = "size"
        elif lengths:
            if (
                len(lengths) != 1
                or _LENGTH.fullmatch(length := next(iter(lengths))) is None
                or int(length) > MAX_LENGTH
            ):
                raise ProtocolViolation("an invalid Content-Length")
            self._left = int(length)
            self._mode = "length"
            if self._left == 0:
                self._finish()
        else:
            self._mode = "close"
            self.keeps_alive = False

    def _counted(self, data: bytes) -> None:
        if len(data) > self._left:
            data = data[: self._left]
            self.keeps_alive = False
        self._body(data)
        self._left -= len(data)
        if self._left == 0:
            self._finish()

    def _read_size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        size = _CHUNK_SIZE.fullmatch(line)
        if size is None:
            raise ProtocolViolation("an invalid chunk size")
        self._left = int(size[1], 16)
        self._mode = "chunk" if self._left else "trailers"
        return True

    def _read_chunk(self) -> bool:
        data = bytes(self._buffer[: self._left])
        if not data:
            return False
        del self._buffer[: len(data)]
        self._body(data)
        self._left -= len(data)
        if self._left == 0:
            self._mode = "chunk end"
        return True

    def _read_chunk_end(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if line:
            raise ProtocolViolation("a chunk longer than its size")
        self._mode = "size"
        return True

    def _read_trailers(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self._left += len(line) + 1
        if self._left > MAX_HEAD:
            raise ProtocolViolation("trailers that are too long")
        if not line:
            self._finish()
        return True

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > MAX_HEAD:
                raise ProtocolViolation("a line that is too long")
            return None
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        return line

    def _body(self, data: bytes) -> None:
        if data:
            self._parts.append(data)
            self.waiting += len(data)

    def _finish(self) -> None:
        self._mode = "done"
        self.complete = True


def _fields(lines: list[bytes]) -> Fields:
    if len(lines) > MAX_FIELDS:
        raise ProtocolViolation(f"more than {MAX_FIELDS} header fields")
    fields: Fields = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or _TOKEN.fullmatch(name) is None or _CONTROL.search(value):
            raise ProtocolViolation("an invalid header field")
        fields.append((name.lower(), value.strip(b" \t")))
    return fields
