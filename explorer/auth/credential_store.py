"""uv's own credential store, `credentials.toml` (auth.md section 2)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..model.credentials import Credentials, Secret
from ..model.url import InvalidUrl, SafeUrl, split_credentials

MAX_SIZE: Final = 1 << 20
"""Bytes of a credentials.toml."""


class InvalidStore(ValueError):
    """The file cannot be used; the message has nothing of its content."""


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """One entry: credentials for a service URL and everything below it."""

    service: SafeUrl
    credentials: Credentials


def read_store(path: Path | None) -> tuple[StoredCredential, ...]:
    """The entries of the file; none where it does not exist. Raises `InvalidStore`, `OSError`."""
    if path is None or not path.is_file():
        return ()
    with path.open("rb") as file:
        data = file.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise InvalidStore(f"longer than {MAX_SIZE} bytes")
    try:
        return parse_store(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise InvalidStore("not valid TOML") from None


def parse_store(text: str) -> tuple[StoredCredential, ...]:
    """The entries; of several for one service and user the last.

    One invalid entry makes the whole store unusable, as for uv. Raises `InvalidStore`, `tomllib.TOMLDecodeError`.
    """
    entries = tomllib.loads(text).get("credential", [])
    if not isinstance(entries, list):
        raise InvalidStore("credential is no array of tables")
    stored = (_entry(number, entry) for number, entry in enumerate(entries, 1))
    return tuple({(entry.service, entry.credentials.user): entry for entry in stored}.values())


def _entry(number: int, entry: Any) -> StoredCredential:
    if not isinstance(entry, dict):
        raise InvalidStore(f"entry {number} is no table")
    texts = {key: value for key, value in entry.items() if isinstance(value, str)}
    scheme, user = texts.get("scheme", "basic"), texts.get("username", "")
    try:
        service, _ = split_credentials(_with_scheme(texts.get("service", "")))
    except InvalidUrl:
        raise InvalidStore(f"entry {number} has no usable service") from None
    if scheme == "bearer":
        token = texts.get("token")
        if not token or user or "password" in texts:
            raise InvalidStore(f"entry {number} is no bearer token")
        return StoredCredential(service, Credentials(None, Secret(token), scheme="bearer"))
    if scheme != "basic" or not user or "token" in texts:
        raise InvalidStore(f"entry {number} has no user name")
    return StoredCredential(service, Credentials(user, Secret(texts["password"]) if "password" in texts else None))


def _with_scheme(service: str) -> str:
    return service if "://" in service else f"https://{service}"


def from_store(
    entries: Iterable[StoredCredential], url: SafeUrl, user: str | None, *, refuse_ties: bool
) -> StoredCredential | None:
    """The entry of the longest service above `url` (same origin, whole segments; the user equal if one is known).

    Of two equally long ones the first, or none where the release refuses ties (rule `store_refuses_ties`).
    """
    best: StoredCredential | None = None
    tied = False
    for entry in entries:
        if entry.service.origin != url.origin or not _is_above(entry.service.path, url.path):
            continue
        if user is not None and entry.credentials.user != user:
            continue
        if best is None or len(entry.service.path) > len(best.service.path):
            best, tied = entry, False
        elif len(entry.service.path) == len(best.service.path):
            tied = True
    return None if tied and refuse_ties else best


def _is_above(prefix: str, path: str) -> bool:
    prefix, path = prefix or "/", path or "/"
    return prefix == path or (path.startswith(prefix) and (prefix.endswith("/") or path[len(prefix)] == "/"))
