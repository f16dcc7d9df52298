"""How requests are made and where credentials may be found, as variables, options and files say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from packaging.utils import NormalizedName

from ..model.origin import Origin
from ..paths import cache_folder
from .command_line import Given
from .notes import Notes
from .settings import NetworkSettings, UsageError

DEFAULT_RETRIES: Final = 3
DEFAULT_TIMEOUT: Final = 30.0
MAX_RETRIES: Final = 100
MAX_TIMEOUT: Final = 3600.0

PROXY_VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "https": ("https_proxy", "HTTPS_PROXY"),
    "http": ("http_proxy", "HTTP_PROXY"),
    "all": ("all_proxy", "ALL_PROXY"),
}
"""Scheme → the variables that name its proxy, the one that wins first."""


def proxies(environ: Mapping[str, str], notes: Notes) -> dict[str, str]:
    """Scheme → proxy URL as written. HTTP_PROXY is not trusted where a web server started the process (httpoxy)."""
    found = {}
    for scheme, names in PROXY_VARIABLES.items():
        name = next((name for name in names if environ.get(name)), None)
        if name is None or (name == "HTTP_PROXY" and "REQUEST_METHOD" in environ):
            continue
        found[scheme] = environ[name]
        notes.note(f"{scheme} proxy", environ[name], Origin("variable", name))
    return found


def no_proxy(environ: Mapping[str, str], notes: Notes) -> tuple[str, ...]:
    """The hosts that are asked directly."""
    name = next((name for name in ("no_proxy", "NO_PROXY") if environ.get(name)), None)
    if name is None:
        return ()
    notes.note("no proxy", environ[name], Origin("variable", name))
    return tuple(part.strip() for part in environ[name].split(",") if part.strip())


def count(given: Given | None, default: int, where: str) -> int:
    """A number of repeats. Raises `UsageError`."""
    if given is None:
        return default
    if not given.value.strip().isdecimal() or len(given.value) > 9:
        raise UsageError(f"{given.origin}: {given.value[:40]!r} is no number of {where}.")
    return min(int(given.value), MAX_RETRIES)


def seconds(given: Given | None, default: float) -> float:
    """A time limit. Raises `UsageError`."""
    if given is None:
        return default
    try:
        value = float(given.value)
    except ValueError:
        value = -1
    if not 0 < value < float("inf"):
        raise UsageError(f"{given.origin}: {given.value[:40]!r} is no number of seconds.")
    return min(value, MAX_TIMEOUT)


def variable(environ: Mapping[str, str], *names: str) -> Given | None:
    """The first of these variables that is set and not empty."""
    return next((Given(environ[name], Origin("variable", name)) for name in names if environ.get(name)), None)


def existing_path(given: Given | None, folder: Path, notes: Notes, what: str) -> Path | None:
    """A path that a setting names, or None with a warning where nothing is there."""
    if given is None:
        return None
    path = folder / Path(given.value).expanduser()
    if not path.exists():
        notes.leave(what, given.value, given.origin, "nothing is there")
        notes.warn(f"{given.origin}: {given.value} does not exist; it is not used.")
        return None
    notes.note(what, given.value, given.origin)
    return path


def assemble_network(
    *,
    environ: Mapping[str, str],
    directory: Path,
    home: Path,
    notes: Notes,
    offline: bool,
    no_cache: bool,
    named_cache: str | None,
    refresh: bool,
    refresh_packages: frozenset[NormalizedName],
    retries: Given | None,
    timeout: Given | None,
    default_timeout: float,
    default_retries: int,
    ca_bundle: Given | None,
    ca_directory: Given | None,
    client_cert: Given | None,
    trusted_hosts: frozenset[str],
    further_proxies: Mapping[str, str],
) -> NetworkSettings:
    """The network settings from what the tool at hand says; proxies of the variables are the same for both tools."""
    if retries is not None:
        notes.note("retries", retries.value, retries.origin)
    if timeout is not None:
        notes.note("timeout", timeout.value, timeout.origin)
    inside = str(directory / Path(named_cache).expanduser()) if named_cache is not None else None
    return NetworkSettings(
        offline=offline,
        no_cache=no_cache,
        cache=None if no_cache else cache_folder(environ, home, inside),
        refresh=refresh,
        refresh_packages=refresh_packages,
        retries=count(retries, default_retries, "retries"),
        timeout=seconds(timeout, default_timeout),
        ca_bundle=existing_path(ca_bundle, directory, notes, "CA bundle"),
        ca_directory=existing_path(ca_directory, directory, notes, "CA directory"),
        client_cert=existing_path(client_cert, directory, notes, "client certificate"),
        trusted_hosts=trusted_hosts,
        proxies={**proxies(environ, notes), **further_proxies},
        no_proxy=no_proxy(environ, notes),
    )
