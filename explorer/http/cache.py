"""The private HTTP cache of a run: what may be answered from it, what must be asked again, what is kept
(indexes.md section 7).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from packaging.utils import canonicalize_name

from ..model.url import InvalidUrl, SafeUrl
from ..profiles import Profile
from ..settings.settings import NetworkSettings
from .exchange import Request
from .exchanges import Received
from .freshness import confirms, freshness, is_immutable, is_storable, policy_of, validators
from .store import DiskStore, Entry, MemoryStore, Store, key_of, new_stamp

FOLDER: Final = "http-1"
"""Below the cache folder; another number for another form of the files."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored answer that may be used at once; `note` says why."""

    entry: Entry
    key: str
    note: str


@dataclass(frozen=True, slots=True)
class Stale:
    """A stored answer that must be confirmed; `headers` make the request conditional."""

    entry: Entry
    key: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing usable is stored; `key` is None where the answer will not be stored either."""

    key: str | None


Lookup: TypeAlias = Hit | Stale | Miss


class Cache:
    """Decides for each request; `clock` gives seconds since 1970, `store` is where answers are kept (None: nowhere)."""

    def __init__(
        self,
        network: NetworkSettings,
        profile: Profile,
        store: Store | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._network = network
        self._profile = profile
        self._clock = clock
        self._store = store
        self._written: set[str] = set()

    @property
    def now(self) -> int:
        """Whole seconds, as the tools count them."""
        return int(self._clock())

    def look(self, request: Request, headers: Mapping[str, str]) -> Lookup:
        """What is stored for `request`, which would be sent with `headers`."""
        key = self._key(request)
        if key is None or self._store is None:
            return Miss(None)
        entry = self._store.load(key)
        if entry is None or not (entry.has_body or self._store.has_derived(key, entry.stamp)):
            return Miss(key)
        if self._network.offline:
            return Hit(entry, key, "offline: used whatever its age")
        judged = freshness(entry.policy, self.now, self._profile, headers)
        refresh = self._is_refreshed(request, key)
        if judged.is_fresh and self._profile.tool == "pip" and _asks_for_newest(headers):
            judged = replace(judged, is_fresh=False)
        if judged.is_fresh and (not refresh or is_immutable(entry.policy)):
            return Hit(entry, key, f"fresh: age {judged.age} s of {judged.lifetime} s")
        conditional = validators(entry.policy)
        if refresh:
            conditional["Cache-Control"] = "no-cache"
        return Stale(entry, key, conditional)

    def confirmed(
        self, stale: Stale, received: Received, request: Request, headers: Mapping[str, str], asked: int
    ) -> Entry | None:
        """The stored answer after a 304; None where the 304 is not about it, so that it must be fetched anew.

        As in uv the entry's policy becomes that of the 304's own headers.
        """
        if not confirms(stale.entry.policy, received.headers):
            self._drop(stale.key)
            return None
        told = self._overridden(request, received.headers)
        entry = replace(
            stale.entry,
            headers={**stale.entry.headers, **told},
            policy=policy_of(told, headers, asked, self.now),
        )
        self._save(stale.key, entry)
        return entry

    def keep(self, key: str, received: Received, request: Request, headers: Mapping[str, str], asked: int) -> str:
        """Store an answer if it may be stored; gives its stamp, or an empty text."""
        told = self._overridden(request, received.headers)
        if not is_storable(received.status, told, self._profile):
            return ""
        has_body = _keeps_body(request)
        entry = Entry(
            url=str(received.url),
            status=received.status,
            headers=dict(received.headers),
            policy=policy_of(told, headers, asked, self.now),
            stamp=received.stamp or new_stamp(),
            body=received.body if has_body else b"",
            has_body=has_body,
        )
        self._save(key, entry)
        return stamp_of(key, entry)

    def derived(self, stamp: str, kind: str) -> bytes | None:
        """What `keep_derived` kept for the body of this stamp."""
        key, _, name = stamp.partition(".")
        return self._store.load_derived(key, kind, name) if self._store is not None else None

    def keep_derived(self, stamp: str, kind: str, data: bytes) -> None:
        """Keep what was read from a body, beside it."""
        key, _, name = stamp.partition(".")
        if self._store is not None:
            self._store.save_derived(key, kind, name, data)

    def prune(self) -> None:
        """Keep the folder within its bounds."""
        if isinstance(self._store, DiskStore) and self._written:
            self._store.prune()

    def _key(self, request: Request) -> str | None:
        """None for what is never stored: ranges, what the caller excludes, and for pip everything over plain http."""
        if request.cached is None or request.byte_range is not None:
            return None
        if self._profile.tool == "pip" and request.url.scheme != "https":
            return None
        what = "GET" if _keeps_body(request) else "read"
        return key_of(self._profile.tool, what, request.url.without_fragment().wire)

    def _is_refreshed(self, request: Request, key: str) -> bool:
        """--refresh and --refresh-package ask again what was not stored in this run; a cache-control of the index
        beats them.
        """
        if key in self._written or self._override(request) is not None:
            return False
        if self._network.refresh:
            return True
        return request.package is not None and canonicalize_name(request.package) in self._network.refresh_packages

    def _override(self, request: Request) -> str | None:
        if request.index is None or not self._profile.holds("index_cache_control"):
            return None
        return request.index.cache_control_api if request.cached == "api" else request.index.cache_control_files

    def _overridden(self, request: Request, headers: Mapping[str, str]) -> dict[str, str]:
        override = self._override(request)
        return dict(headers) if override is None else {**headers, "cache-control": override}

    def _save(self, key: str, entry: Entry) -> None:
        self._written.add(key)
        if self._store is not None:
            self._store.save(key, entry)

    def _drop(self, key: str) -> None:
        if self._store is not None:
            self._store.drop(key)


def stamp_of(key: str, entry: Entry) -> str:
    """What the layers above know a stored body by."""
    return f"{key}.{entry.stamp}"


def final_url(entry: Entry, request: Request) -> SafeUrl:
    """The URL a stored answer came from after redirects, which relative links are resolved against."""
    try:
        return SafeUrl.parse(entry.url)
    except InvalidUrl:
        return request.url


def _keeps_body(request: Request) -> bool:
    """False for HEAD and for bodies that are read in part: uv keeps the metadata of a wheel in one place, whichever
    of them it was read by, so that either confirms what the other brought (0.13.8, `fetch_wheel_metadata`).
    """
    return request.method == "GET" and request.enough is None


def _asks_for_newest(headers: Mapping[str, str]) -> bool:
    return any(name.lower() == "cache-control" and "max-age=0" in value for name, value in headers.items())


def store_for(network: NetworkSettings, profile: Profile) -> Store | None:
    """The store that the settings ask for: `--no-cache` is a temporary cache for uv, and none for pip."""
    if network.no_cache or network.cache is None:
        return MemoryStore() if profile.tool == "uv" else None
    return DiskStore(Path(network.cache) / FOLDER)
