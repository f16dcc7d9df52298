"""Which URLs belong to an index: its root, and the index of a URL (auth.md sections 1 and 5)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.index import Index
from ..model.url import DEFAULT_PORTS, SafeUrl
from ..profiles import Profile

ROOT_NAMES = frozenset({"simple", "+simple"})
"""Last segments that are no part of the root; the second is devpi's."""


def root_of(url: SafeUrl) -> SafeUrl | None:
    """The URL of an index without its last segment if that is `simple` (any case); None where it is another."""
    segments = url.path.split("/")
    if segments and not segments[-1]:
        segments.pop()
    if not segments or segments[-1].lower() not in ROOT_NAMES:
        return None
    return url.with_path("/".join(segments[:-1]) or "/")


def stored_root(url: SafeUrl, profile: Profile) -> SafeUrl | None:
    """The root under which the credentials of an index are stored at the start; None where the release knows none."""
    match profile.text("roots_of_indexes"):
        case "no roots":
            return None
        case "unless the URL ends in a slash":
            return None if url.path.endswith("/") else root_of(url)
        case _:
            return root_of(url)


def covers(index: Index, url: SafeUrl, *, whole_segments: bool) -> bool:
    """`url` lies below the root of `index`: compared as text, so `/corp` covers `/corp2`, or by whole segments."""
    root = root_of(index.url) or index.url
    if root.origin != url.origin:
        return False
    prefix, path = root.path or "/", url.path or "/"
    if not path.startswith(prefix):
        return False
    return not whole_segments or prefix == path or prefix.endswith("/") or path[len(prefix)] == "/"


def indexes_of(url: SafeUrl, indexes: Iterable[Index], matching: str) -> tuple[Index, ...]:
    """All configured indexes that cover `url`; `matching` is `none`, `text prefix` or `whole segments`."""
    if matching == "none":
        return ()
    whole = matching == "whole segments"
    return tuple(index for index in indexes if covers(index, url, whole_segments=whole))


def host_and_port(url: SafeUrl) -> str:
    """`host:port`, the scheme's default port left out."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return host if url.port == DEFAULT_PORTS.get(url.scheme) else f"{host}:{url.port}"


def origin_text(url: SafeUrl) -> str:
    """`http://host:port`, the default port left out."""
    return f"{url.scheme}://{host_and_port(url)}"
