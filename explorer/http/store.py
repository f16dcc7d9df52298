"""Where stored answers are kept: a folder of small files, or memory for one run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import msgspec

from .freshness import Policy

MAX_BODY: Final = 64 * 1024 * 1024
"""Bytes of the longest body that is stored."""
MAX_HEADER: Final = 256 * 1024
MAX_TOTAL: Final = 2 << 30
"""Bytes of the folder; `prune` removes the oldest entries beyond it."""
MAX_ENTRIES: Final = 40_000
_MAGIC: Final = b"rtui-h1\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored answer. `url` is the final one, without secrets; `stamp` names the body.

    `has_body` is False where only what was read from the answer is kept (`remember`): HEAD, and bodies not read to
    the end.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    policy: Policy
    stamp: str
    body: bytes = field(repr=False)
    has_body: bool = True


class Store(Protocol):
    """Entries by key, with one thing that was read from each (of some `kind`); whatever is missing or damaged is
    None.
    """

    def load(self, key: str) -> Entry | None: ...

    def save(self, key: str, entry: Entry) -> None: ...

    def drop(self, key: str) -> None: ...

    def load_derived(self, key: str, kind: str, stamp: str) -> bytes | None: ...

    def save_derived(self, key: str, kind: str, stamp: str, data: bytes) -> None: ...

    def has_derived(self, key: str, stamp: str) -> bool: ...


def key_of(tool: str, method: str, url: str) -> str:
    """The name of an entry: a digest of who asks (the tools ask for other formats) for what.

    Credentials are no part of it.
    """
    return hashlib.sha256(f"{tool}\0{method}\0{url}".encode()).hexdigest()[:40]


def new_stamp() -> str:
    """A name that no other body has."""
    return secrets.token_hex(8)


class MemoryStore:
    """For one run: what a temporary cache is to the real tool."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._derived: dict[str, bytes] = {}

    def load(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def save(self, key: str, entry: Entry) -> None:
        self._entries[key] = entry

    def drop(self, key: str) -> None:
        self._entries.pop(key, None)

    def load_derived(self, key: str, kind: str, stamp: str) -> bytes | None:
        return _behind(_mark(stamp, kind), self._derived.get(key))

    def save_derived(self, key: str, kind: str, stamp: str, data: bytes) -> None:
        self._derived[key] = _mark(stamp, kind) + data

    def has_derived(self, key: str, stamp: str) -> bool:
        return self._derived.get(key, b"").startswith(stamp.encode())


class _Header(msgspec.Struct, array_like=True):
    """The first part of a file; the body follows."""

    url: str
    status: int
    headers: dict[str, str]
    policy: dict[str, str]
    asked: int
    came: int
    varied: dict[str, str]
    stamp: str
    length: int
    has_body: bool


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Header).decode


class DiskStore:
    """One file per entry and one per derived datum, written aside and renamed; damaged files count as missing.

    A folder that cannot be written is no error: nothing is stored then.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = os.fspath(folder)
        self._made = False

    @property
    def name(self) -> str:
        """Tells one folder from another."""
        return self._path

    def load(self, key: str) -> Entry | None:
        data = self._read(key)
        if data is None:
            return None
        try:
            return _parse(data)
        except (ValueError, msgspec.DecodeError):
            self.drop(key)
            return None

    def save(self, key: str, entry: Entry) -> None:
        if len(entry.body) > MAX_BODY:
            return
        policy = entry.policy
        header = _encode(
            _Header(
                entry.url,
                entry.status,
                dict(entry.headers),
                dict(policy.headers),
                policy.asked,
                policy.came,
                dict(policy.varied),
                entry.stamp,
                len(entry.body),
                entry.has_body,
            )
        )
        if len(header) <= MAX_HEADER:
            self._write(key, (_MAGIC, len(header).to_bytes(4, "big"), header, entry.body))

    def drop(self, key: str) -> None:
        with contextlib.suppress(OSError):
            os.unlink(f"{self._path}/{key}")  # noqa: PTH108

    def load_derived(self, key: str, kind: str, stamp: str) -> bytes | None:
        return _behind(_mark(stamp, kind), self._read(f"{key}.read"))

    def save_derived(self, key: str, kind: str, stamp: str, data: bytes) -> None:
        self._write(f"{key}.read", (_mark(stamp, kind), data))

    def has_derived(self, key: str, stamp: str) -> bool:
        data = self._read(f"{key}.read")
        return data is not None and data.startswith(stamp.encode())

    def prune(self) -> None:
        """Remove the oldest files where the folder has grown beyond its bounds."""
        with contextlib.suppress(OSError), os.scandir(self._path) as files:
            found = sorted(
                (f.stat().st_mtime, f.stat().st_size, f.path) for f in files if f.is_file(follow_symlinks=False)
            )
            total = sum(size for _, size, _ in found)
            if total <= MAX_TOTAL and len(found) <= MAX_ENTRIES:
                return
            left = len(found)
            for _, size, path in found:
                if total <= MAX_TOTAL * 3 // 4 and left <= MAX_ENTRIES * 3 // 4:
                    return
                with contextlib.suppress(OSError):
                    os.unlink(path)  # noqa: PTH108
                total, left = total - size, left - 1

    def _read(self, name: str) -> bytes | None:
        # os.open is several times cheaper than Path.read_bytes, and a warm run is little more than this
        try:
            file = os.open(f"{self._path}/{name}", os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError:
            return None
        try:
            size = os.fstat(file).st_size
            if size > MAX_BODY + MAX_HEADER + 64:
                return None
            data = os.read(file, size)
            while len(data) < size and (more := os.read(file, size - len(data))):
                data += more
            return data
        except OSError:
            return None
        finally:
            os.close(file)

    def _write(self, name: str, parts: tuple[bytes, ...]) -> None:
        aside = f"{self._path}/.{name}.{secrets.token_hex(4)}"
        try:
            if not self._made:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._made = True
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            file = os.open(aside, flags, 0o600)
            try:
                for part in parts:
                    view = memoryview(part)
                    while view:
                        view = view[os.write(file, view) :]
            finally:
                os.close(file)
            os.replace(aside, f"{self._path}/{name}")  # noqa: PTH105
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(aside)  # noqa: PTH108


def _mark(stamp: str, kind: str) -> bytes:
    return f"{stamp} {kind}\n".encode()


def _behind(mark: bytes, data: bytes | None) -> bytes | None:
    return data[len(mark) :] if data is not None and data.startswith(mark) else None


def _parse(data: bytes) -> Entry:
    start = len(_MAGIC) + 4
    if data[: len(_MAGIC)] != _MAGIC:
        raise ValueError("not an entry")
    end = start + int.from_bytes(data[len(_MAGIC) : start], "big")
    header = _decode(data[start:end])
    body = data[end:]
    if len(body) != header.length:
        raise ValueError("a body of another length")
    policy = Policy(header.policy, header.asked, header.came, header.varied)
    return Entry(header.url, header.status, header.headers, policy, header.stamp, body, header.has_body)
