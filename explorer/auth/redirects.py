"""Redirects: where the next hop goes and which credentials it still carries (auth.md section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ..model.credentials import Credentials
from ..model.url import DEFAULT_PORTS, InvalidUrl, SafeUrl
from ..profiles import Profile

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

Way = Literal["library", "kept everywhere", "own", "pip"]
"""Who follows: the HTTP library below the authentication, or the tool itself, which authenticates each hop."""


class BadRedirect(Exception):
    """A redirect that cannot be followed; the message has no secret."""


@dataclass(frozen=True, slots=True)
class Hop:
    """The next URL, the credentials that go with it unless more is found, and those that stood in the Location."""

    url: SafeUrl
    credentials: Credentials | None
    in_location: Credentials | None = None


def way_of(profile: Profile) -> Way:
    """How this release follows redirects."""
    if profile.tool == "pip":
        return "pip"
    match profile.text("redirects"):
        case "library":
            return "library"
        case "kept everywhere":
            return "kept everywhere"
        case _:
            return "own"


def most_hops(way: Way) -> int:
    """Redirects that are followed for one request."""
    return 30 if way == "pip" else 10


def next_hop(
    status: int, headers: Mapping[str, str], url: SafeUrl, carried: Credentials | None, way: Way
) -> Hop | None:
    """The hop that an answer from `url` asks for; None where it is no redirect. Raises `BadRedirect`.

    `carried`: what the request had sent (library, pip), or what stood in its URL (where each hop is authenticated
    anew).
    """
    if status not in REDIRECTS:
        return None
    location = headers.get("location")
    if location is None:
        if way in ("library", "pip"):
            return None
        raise BadRedirect(f"HTTP {status} without a Location")
    try:
        target, in_location = url.resolve(location)
    except InvalidUrl as error:
        raise BadRedirect(f"HTTP {status} to an unusable Location: {error.why}") from None
    if target.scheme not in ("http", "https"):
        raise BadRedirect(f"HTTP {status} to a {target.scheme} URL")
    if not keeps_credentials(url, target, way):
        carried = None
    if in_location is not None and way in ("own", "kept everywhere"):
        carried = in_location
    return Hop(target, carried, in_location)


def keeps_credentials(old: SafeUrl, new: SafeUrl, way: Way) -> bool:
    """Credentials stay with the request on this hop."""
    match way:
        case "kept everywhere":
            return True
        case "own":
            return old.origin == new.origin
        case "library":
            return (old.host, old.port) == (new.host, new.port)
        case "pip":
            return old.origin == new.origin or _is_upgrade(old, new)


def _is_upgrade(old: SafeUrl, new: SafeUrl) -> bool:
    """From http to https of one host, both on their default ports."""
    both = old.scheme == "http" and new.scheme == "https" and old.host == new.host
    return both and old.port == DEFAULT_PORTS["http"] and new.port == DEFAULT_PORTS["https"]
