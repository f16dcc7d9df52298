"""How pip authenticates a request (auth.md section 9)."""

from __future__ import annotations

import posixpath
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model.credentials import Credentials, Secret
from ..model.index import Index
from ..model.url import SafeUrl
from ..profiles import Profile
from .netrc import Netrc
from .roots import host_and_port
from .steps import Asked, AskKeyring, Consider, Flow, Found, Reply, Step, search, send
from .uv_flow import own_credentials, used

Looking = Generator[Step, Any, Found | None]


@dataclass(slots=True)
class PipState:
    """What pip knows during a run: its indexes in the order given, netrc, and the pair last used for each netloc."""

    indexes: Sequence[Index]
    netrc: Netrc
    asks_keyring: bool
    last_used: dict[str, Found] = field(default_factory=dict)


def pip_flow(asked: Asked, profile: Profile, state: PipState) -> Flow:
    """What is known goes out with the first request; after a 401 pip looks again, without netrc, and repeats once."""
    netloc = host_and_port(asked.url)
    found = yield from _new_credentials(asked, profile, state, first=True)
    if found is None or not found.credentials.is_full:
        found = yield from _last_used(found, state.last_used.get(netloc), netloc)
    if found is not None:
        found = state.last_used[netloc] = completed(found)
    reply = yield from send(found, "repeat_same_pair")
    return (yield from _after_401(reply, Asked(asked.url, None, asked.purpose, asked.index), profile, state))


def pip_redirected(asked: Asked, profile: Profile, state: PipState) -> Flow:
    """A hop of a redirect: netrc of the new host, else what the request still carries; a 401 is handled as ever.

    requests does this (`rebuild_auth`), below pip's own authentication.
    """
    kept = Found(asked.credentials, "URL of the request") if asked.credentials is not None else None
    own = Asked(asked.url, asked.in_location, asked.purpose, asked.index)
    from_netrc = yield from _netrc(own, profile, state.netrc)
    reply = yield from send(from_netrc or kept, "netrc_overrides_user")
    return (yield from _after_401(reply, own, profile, state))


def _after_401(reply: Reply, asked: Asked, profile: Profile, state: PipState) -> Flow:
    """401 only: look again, without netrc, and send once more; newer pips even what was refused."""
    if reply.status != 401 or not (state.asks_keyring or profile.holds("repeat_same_pair")):
        return reply
    again = yield from _new_credentials(asked, profile, state, first=False)
    if again is None:
        return reply
    if again.credentials.is_full:
        state.last_used[host_and_port(asked.url)] = again
    return (yield from send(completed(again), "repeat_same_pair"))


def _new_credentials(asked: Asked, profile: Profile, state: PipState, *, first: bool) -> Looking:
    """The URL, the index of the URL, then netrc (before the first request) or keyring (after a refusal)."""
    best = yield from own_credentials(asked)
    if best is not None and best.credentials.is_full:
        return best
    index = index_of(asked.url, state.indexes, by_segments=profile.holds("index_by_segments"))
    of_index = None
    if index is not None and index.credentials is not None:
        of_index = Found(index.credentials, "URL of the index", index.id)
    if asked.credentials is None and (asked.purpose != "page" or of_index is not None):
        yield Consider(
            "URL of the index",
            used(of_index),
            index.credentials if index else None,
            "index_by_segments",
            index.id if index else "",
        )
    if of_index is not None and of_index.credentials.user is not None:
        best = of_index
    if of_index is not None and of_index.credentials.is_full:
        return of_index
    if first:
        from_netrc = yield from _netrc(asked, profile, state.netrc)
        return from_netrc or best
    if state.asks_keyring:
        netloc = host_and_port(asked.url)
        services = (netloc,) if index is None else (index.url.without_fragment().wire.rstrip("/") + "/", netloc)
        user = best.credentials.user if best is not None else None
        from_keyring = yield from search(AskKeyring(services, user))
        return from_keyring or best
    yield Consider("keyring", "not asked", None, "keyring_command", "not configured")
    return best


def _netrc(asked: Asked, profile: Profile, netrc: Netrc) -> Looking:
    """The host's entry, even if the URL names another user than its login.

    Older pips find nothing where the URL names a user.
    """
    rule, host = "netrc_overrides_user", asked.url.host
    if asked.credentials is not None and not profile.holds(rule):
        yield Consider("netrc", "nothing", None, rule, f"looked up as user@{host}")
        return None
    credentials = netrc.credentials(host)
    yield Consider("netrc", "nothing" if credentials is None else "used", credentials, rule, host)
    return None if credentials is None else Found(credentials, "netrc", host)


def _last_used(found: Found | None, last: Found | None, netloc: str) -> Looking:
    """Still incomplete: the pair last used for the netloc, if the user is unknown or equal."""
    rung, rule = "last used for this host", "repeat_same_pair"
    if last is None:
        yield Consider("last used for this host", "nothing", None, rule, netloc)
        return found
    if (
        found is not None
        and found.credentials.user is not None
        and found.credentials.user != last.credentials.sent_user
    ):
        yield Consider("last used for this host", "other user", last.credentials, rule, netloc)
        return found
    yield Consider("last used for this host", "used", last.credentials, rule, netloc)
    return Found(last.credentials, "last used for this host", last.owner, f"{rung}: {last.rung}")


def completed(found: Found) -> Found:
    """A missing password is sent, and kept, as an empty one."""
    if found.credentials.is_full:
        return found
    return Found(Credentials(found.credentials.user, Secret("")), found.rung, found.owner, found.detail)


def index_of(url: SafeUrl, indexes: Sequence[Index], *, by_segments: bool) -> Index | None:
    """The index with this URL, else the one of its netloc with the longest common path; of equal ones the first
    listed.
    """
    path = url.path.rstrip("/") + "/"
    best: Index | None = None
    best_length = -1
    for index in indexes:
        if index.url.netloc != url.netloc:
            continue
        other = index.url.path.rstrip("/") + "/"
        if index.url.scheme == url.scheme and other == path:
            return index
        if by_segments:
            length = len(posixpath.commonpath([path, other]))
        else:
            length = posixpath.commonprefix([path, other]).rfind("/")
        if length > best_length:
            best, best_length = index, length
    return best
