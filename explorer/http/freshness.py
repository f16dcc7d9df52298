"""RFC 9111 as uv and pip apply it: what may be stored, how old it is, whether it is fresh (indexes.md section 7).

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from ..profiles import Profile

POLICY_HEADERS: Final = ("cache-control", "age", "date", "expires", "last-modified", "etag", "vary")
"""Headers that decide about an entry."""
UNSTORABLE: Final = frozenset({206, 304})
NEVER_EXPIRES: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class Policy:
    """What is known of a stored answer: its deciding headers, when it was asked for and came (whole seconds since
    1970).

    `varied` are the request headers that Vary names, with the values that were sent.
    """

    headers: Mapping[str, str]
    asked: int
    came: int
    varied: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Freshness:
    """Age and lifetime in seconds, and whether the entry may be used without asking."""

    age: int
    lifetime: int
    is_fresh: bool


def policy_of(headers: Mapping[str, str], request_headers: Mapping[str, str], asked: int, came: int) -> Policy:
    """The policy of an answer to a request."""
    names = [name.strip().lower() for name in headers.get("vary", "").split(",") if name.strip()]
    sent = {name.lower(): value for name, value in request_headers.items()}
    kept = {name: headers[name] for name in POLICY_HEADERS if name in headers}
    return Policy(kept, asked, came, {name: sent.get(name, "") for name in names})


def directives(cache_control: str) -> dict[str, str]:
    """Cache-Control as names and values; an invalid number counts as `must-revalidate` (RFC 9111 section 4.2.1)."""
    found: dict[str, str] = {}
    for part in cache_control.split(","):
        name, _, value = part.strip().partition("=")
        name, value = name.strip().lower(), value.strip().strip('"')
        if name == "max-age" and not (value.isascii() and value.isdigit()):
            name, value = "must-revalidate", ""
        if name:
            found[name] = value
    return found


def is_storable(status: int, headers: Mapping[str, str], profile: Profile) -> bool:
    """A success that does not forbid it.

    Error answers are never stored, 404 included; pip needs a lifetime or a validator.
    """
    if not 200 <= status < 300 or status in UNSTORABLE:
        return False
    control = directives(headers.get("cache-control", ""))
    if "no-store" in control:
        return False
    return profile.tool == "uv" or bool(control.keys() & {"max-age"} or headers.keys() & {"expires", "etag"})


def freshness(policy: Policy, now: int, profile: Profile, request_headers: Mapping[str, str]) -> Freshness:
    """Judge a stored answer: `no-cache` and a changed Vary header always make it stale."""
    control = directives(policy.headers.get("cache-control", ""))
    age, lifetime = age_of(policy, now), lifetime_of(policy, profile)
    sent = {name.lower(): value for name, value in request_headers.items()}
    varies = any(name == "*" or sent.get(name, "") != value for name, value in policy.varied.items())
    in_time = age <= lifetime if profile.holds("fresh_at_lifetime") else age < lifetime
    return Freshness(age, lifetime, in_time and not varies and "no-cache" not in control)


def is_immutable(policy: Policy) -> bool:
    """RFC 8246: a reload does not ask for it as long as it is fresh."""
    return "immutable" in directives(policy.headers.get("cache-control", ""))


def age_of(policy: Policy, now: int) -> int:
    """RFC 9111 section 4.2.3, in whole seconds."""
    date = _seconds(policy.headers.get("date"))
    apparent = max(0, policy.came - (policy.came if date is None else date))
    corrected = _number(policy.headers.get("age", "")) + max(0, policy.came - policy.asked)
    return min(max(apparent, corrected) + max(0, now - policy.came), NEVER_EXPIRES)


def lifetime_of(policy: Policy, profile: Profile) -> int:
    """max-age, else Expires less Date, else the profile's guess from Last-Modified, else 0. s-maxage is for
    shared caches.
    """
    control = directives(policy.headers.get("cache-control", ""))
    if "max-age" in control:
        return _number(control["max-age"])
    date = _seconds(policy.headers.get("date"))
    if date is None:
        date = policy.came
    expires = _seconds(policy.headers.get("expires"))
    if expires is not None:
        return max(0, expires - date)
    modified = _seconds(policy.headers.get("last-modified"))
    if modified is None:
        return 0
    match profile.text("last_modified_lifetime"):
        case "600 seconds":
            return 600
        case "tenth of its age":
            return max(0, date - modified) // 10
        case _:
            return 0


def validators(policy: Policy) -> dict[str, str]:
    """The headers of a conditional request; weak entity tags are not used."""
    headers: dict[str, str] = {}
    etag = policy.headers.get("etag", "")
    if etag and not etag.startswith("W/"):
        headers["If-None-Match"] = etag
    modified = policy.headers.get("last-modified")
    if modified is not None and _seconds(modified) is not None:
        headers["If-Modified-Since"] = modified
    return headers


def confirms(policy: Policy, headers: Mapping[str, str]) -> bool:
    """A 304 with these headers is about the stored answer (RFC 9111 section 4.3.4)."""
    old, new = policy.headers, headers
    old_tag, new_tag = old.get("etag"), new.get("etag")
    if old_tag and old_tag == new_tag and not old_tag.startswith("W/"):
        return True
    old_date, new_date = _seconds(old.get("last-modified")), _seconds(new.get("last-modified"))
    if old_date is not None and old_date == new_date:
        return True
    return not (old_tag or new_tag or old_date is not None or new_date is not None)


def _number(text: str) -> int:
    return min(int(text[:15]), NEVER_EXPIRES) if text.isascii() and text.isdigit() else 0


@lru_cache(maxsize=4096)
def _seconds(date: str | None) -> int | None:
    """An HTTP date as seconds since 1970."""
    if not date or len(date) > 64:
        return None
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError, TypeError):
        return None
