"""What the runs of a session share besides held answers: what was read from them, and the private cache as it was
when the session first looked.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from .store import DiskStore, Entry

MAX_MEMORY: Final = 256 * 1024 * 1024
"""Bytes; what comes beyond is read or parsed again."""


class SessionMemory:
    """For runs on any thread, bounded by `limit` bytes. `began` is the time by which cached answers are aged."""

    def __init__(self, limit: int = MAX_MEMORY) -> None:
        self._lock = threading.Lock()
        self._left = limit
        self._derived: dict[tuple[str, str], bytes] = {}
        self._cached: dict[tuple[str, str], Entry | None] = {}
        self._had: dict[tuple[str, str], bool] = {}
        self._stored: set[str] = set()
        self.began = time.time()

    def derived(self, stamp: str, kind: str) -> bytes | None:
        """What `keep_derived` kept."""
        return self._derived.get((stamp, kind))

    def keep_derived(self, stamp: str, kind: str, data: bytes) -> None:
        """Keep something read from the body of this name."""
        if (stamp, kind) not in self._derived and self._takes(len(data)):
            self._derived[stamp, kind] = data

    def cached(self, folder: DiskStore, key: str) -> Entry | None:
        """What the folder held when the session first looked."""
        place = (folder.name, key)
        if place in self._cached:
            return self._cached[place]
        entry = folder.load(key)
        if self._takes(0 if entry is None else len(entry.body)):
            self._cached[place] = entry
        return entry

    def had_derived(self, folder: DiskStore, key: str, stamp: str) -> bool:
        """Whether the folder held something read from this body when the session first looked."""
        place = (folder.name, f"{key}.{stamp}")
        if place not in self._had:
            self._had[place] = folder.has_derived(key, stamp)
        return self._had[place]

    def is_first(self, name: str) -> bool:
        """True once for each name: what goes into the folder goes there once in a session."""
        with self._lock:
            before = len(self._stored)
            self._stored.add(name)
            return len(self._stored) > before

    def _takes(self, size: int) -> bool:
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True


class SessionStore:
    """The private cache as one run of a session sees it: as it was when the session began, and what this run adds.

    What was fetched reaches the folder once, from the run that fetched it (`writes` False: never).
    """

    def __init__(self, memory: SessionMemory, folder: DiskStore, *, writes: bool) -> None:
        self._memory = memory
        self._folder = folder
        self._writes = writes
        self._own: dict[str, Entry | None] = {}

    def load(self, key: str) -> Entry | None:
        return self._own[key] if key in self._own else self._memory.cached(self._folder, key)

    def save(self, key: str, entry: Entry) -> None:
        self.load(key)
        self._own[key] = entry
        if self._writes and self._memory.is_first(f"{key}.{entry.stamp}"):
            self._folder.save(key, entry)

    def drop(self, key: str) -> None:
        self.load(key)
        self._own[key] = None
        if self._writes:
            self._folder.drop(key)

    def load_derived(self, key: str, kind: str, stamp: str) -> bytes | None:
        held = self._memory.derived(f"{key}.{stamp}", kind)
        if held is None:
            held = self._folder.load_derived(key, kind, stamp)
            if held is not None:
                self._memory.keep_derived(f"{key}.{stamp}", kind, held)
        return held

    def save_derived(self, key: str, kind: str, stamp: str, data: bytes) -> None:
        self._memory.keep_derived(f"{key}.{stamp}", kind, data)
        if self._writes and self._memory.is_first(f"{key}.{stamp} {kind}"):
            self._folder.save_derived(key, kind, stamp, data)

    def has_derived(self, key: str, stamp: str) -> bool:
        return self._memory.had_derived(self._folder, key, stamp)
