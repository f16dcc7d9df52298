"""The vocabulary of the authentication flows: what a flow may ask for, and what it is told.

A flow is a generator without I/O (as httpx's auth flows are): it yields steps and is sent their results, and returns
the reply that counts. Which flow is taken, and what it does, depends on the profile only.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from ..events import Purpose, Rung, RungOutcome
from ..model.credentials import Credentials
from ..model.index import Index
from ..model.url import SafeUrl


class Reply(Protocol):
    """What a flow learns of an answer: its status and the number of its exchange."""

    @property
    def status(self) -> int: ...

    @property
    def number(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Found:
    """Credentials with the rung that gave them; `owner` is whose they are (an index, a machine of netrc, a keyring
    service).

    `detail` says where exactly they were found, without a secret.
    """

    credentials: Credentials
    rung: Rung
    owner: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that wants to be authenticated: its URL, the credentials that stood in it, and the index it belongs to.

    `purpose` tells a page (whose URL carries the credentials of the index URL) from other URLs. On a redirect
    `credentials` are those that the request still carries, `in_location` those that stood in the Location.
    """

    url: SafeUrl
    credentials: Credentials | None
    purpose: Purpose
    index: Index | None = None
    redirected: bool = False
    in_location: Credentials | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Make the request with these credentials; the result is the `Reply`."""

    found: Found | None
    rule: str


@dataclass(frozen=True, slots=True)
class Consider:
    """A rung was looked at (or not); there is no result."""

    rung: Rung
    outcome: RungOutcome
    found: Credentials | None
    rule: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """Put credentials in the stores under `url`, after the exchange `number`; there is no result."""

    url: SafeUrl
    found: Found
    number: int


SourceKey: TypeAlias = tuple[str, str | None]
"""What a fetched credential is remembered for: an origin or the URL of an index, and the user asked for."""


@dataclass(frozen=True, slots=True)
class Search:
    """Ask netrc, credential store and keyring command, in this order, once per `key` and run; the result is `Searched`.

    `services` are what the keyring command is asked for in turn (none: it is not asked), `creds_mode` asks without a
    user.
    """

    key: SourceKey
    url: SafeUrl
    user: str | None
    services: tuple[str, ...]
    creds_mode: bool = False


@dataclass(frozen=True, slots=True)
class AskKeyring:
    """pip: ask the keyring command for each of `services` until one answers, each time; the result is `Searched`."""

    services: tuple[str, ...]
    user: str | None


@dataclass(frozen=True, slots=True)
class Searched:
    """What the sources gave, and the rungs that were looked at."""

    found: Found | None
    considered: tuple[Consider, ...]


@dataclass(frozen=True, slots=True)
class LetPagesThrough:
    """Give pages of the same host that are under way the time to be answered; there is no result.

    Where several users are known for a host, the one stored last counts. uv asks for a file a moment later than for
    the next page (it parses and stores the page in between), so of two answers at the same distance the page's is
    stored first: in 39 of 40 measured runs (auth.md section 8).
    """

    url: SafeUrl


Step: TypeAlias = Send | Consider | Keep | Search | AskKeyring | LetPagesThrough
Flow: TypeAlias = Generator[Step, Any, Reply]
"""Yields steps, is sent `Reply`, `Searched` or None, returns the reply that counts. Raises `AuthenticationRefused`."""


class AuthenticationRefused(Exception):
    """The tool sends no request at all; the message is the tool's own, with the URL masked."""


Policy = Literal["auto", "always", "never"]


def send(found: Found | None, rule: str) -> Flow:
    """Yield a `Send`, give its reply."""
    reply: Reply = yield Send(found, rule)
    return reply


def search(step: Search | AskKeyring) -> Generator[Step, Any, Found | None]:
    """Yield a search and the rungs it looked at, give what was found."""
    searched: Searched = yield step
    yield from searched.considered
    return searched.found
