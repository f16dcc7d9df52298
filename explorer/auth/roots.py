"""Which URLs belong to an index: its root, and the index of a URL (auth.md sections 1 and 5)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.index import Index
from ..model.url import DEFAULT_PORTS, SafeUrl
from ..profiles import Profile


def root_of(url: SafeUrl, profile: Profile) -> SafeUrl | None:
    """The URL of an index without its last segment if that is `simple` (any case); None where it is another.

    Newer releases know devpi's `+simple` too.
    """
    segments = url.path.split("/")
    if segments and not segments[-1]:
        segments.pop()
    last = segments[-1].lower() if segments else ""
    if last != "simple" and not (last == "+simple" and profile.holds("devpi_roots")):
        return None
    return url.with_path("/".join(segments[:-1]) or "/")


def stored_root(url: SafeUrl, profile: Profile) -> SafeUrl | None:
    """The root under which the credentials of an index are stored at the start; None where the release knows none."""
    match profile.text("roots_of_indexes"):
        case "no roots":
            return None
        case "unless the URL ends in a slash":
            return None if url.path.endswith("/") else root_of(url, profile)
        case _:
            return root_of(url, profile)


def covers(root: SafeUrl, url: SafeUrl, *, whole_segments: bool) -> bool:
    """`url` lies below `root`: compared as text, so `/corp` covers `/corp2`, or by whole segments."""
    if root.origin != url.origin:
        return False
    prefix, path = root.path or "/", url.path or "/"
    if not path.startswith(prefix):
        return False
    return not whole_segments or prefix == path or prefix.endswith("/") or path[len(prefix)] == "/"


def indexes_of(url: SafeUrl, indexes: Iterable[Index], profile: Profile, rule: str) -> tuple[Index, ...]:
    """All configured indexes whose root covers `url`, matched as `rule` (`index_of_url`, `policy_scope`) says."""
    matching = profile.text(rule)
    if matching == "none":
        return ()
    whole = matching == "whole segments"
    roots = ((index, root_of(index.url, profile) or index.url) for index in indexes)
    return tuple(index for index, root in roots if covers(root, url, whole_segments=whole))


def host_and_port(url: SafeUrl) -> str:
    """`host:port`, the scheme's default port left out."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return host if url.port == DEFAULT_PORTS.get(url.scheme) else f"{host}:{url.port}"


def origin_text(url: SafeUrl) -> str:
    """`http://host:port`, the default port left out."""
    return f"{url.scheme}://{host_and_port(url)}"
