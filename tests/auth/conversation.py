"""Drives an authentication flow without a network: the server is a function from what is sent to a status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from explorer.auth.steps import Asked, AskKeyring, Consider, Flow, Found, Keep, LetPagesThrough, Search, Searched, Send
from explorer.auth.stores import CredentialStores
from explorer.auth.uv_flow import situation_of, uv_flow
from explorer.events import Purpose
from explorer.model.credentials import Credentials, Secret
from explorer.model.index import Index
from explorer.model.url import SafeUrl, split_credentials
from explorer.profiles import parse_profile


@dataclass(frozen=True)
class Replied:
    status: int
    number: int


@dataclass
class Conversation:
    """What was sent, as `user:password` (None: anonymously), what was asked of the sources, kept and considered."""

    sent: list[str | None] = field(default_factory=list)
    rungs: list[str] = field(default_factory=list)
    searches: list[Search | AskKeyring] = field(default_factory=list)
    considered: list[tuple[str, str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    status: int = 0
    waited: bool = False


def shown(credentials: Credentials | None) -> str | None:
    if credentials is None:
        return None
    return f"{credentials.sent_user}:{credentials.password.reveal() if credentials.password else ''}"


def accepts(*good: str, refusal: int = 401) -> Callable[[str | None], int]:
    """A server that accepts these credentials."""
    return lambda sent: 200 if sent in good else refusal


def drive(
    flow: Flow,
    server: Callable[[str | None], int],
    found: Credentials | None = None,
    stores: CredentialStores | None = None,
) -> Conversation:
    """Run the flow to its end; every search finds `found`."""
    talk = Conversation()
    result: object = None
    try:
        while True:
            step = flow.send(result)
            result = None
            match step:
                case Send():
                    talk.sent.append(shown(step.found.credentials if step.found else None))
                    talk.rungs.append(step.found.rung if step.found else "no credentials")
                    result = Replied(server(talk.sent[-1]), len(talk.sent))
                case LetPagesThrough():
                    talk.waited = True
                case Consider():
                    talk.considered.append((step.rung, step.outcome))
                case Keep():
                    talk.kept.append(str(step.url))
                    if stores is not None:
                        stores.keep(step.url, step.found)
                case Search() | AskKeyring():
                    talk.searches.append(step)
                    result = Searched(Found(found, "netrc", "host") if found is not None else None, ())
    except StopIteration as end:
        talk.status = end.value.status
    return talk


def index(text: str, name: str | None = None, **more: object) -> Index:
    """An index whose URL may carry credentials."""
    url, credentials = split_credentials(text)
    return Index(url=url, credentials=credentials, name=name, **more)  # type: ignore[arg-type]


def pair(text: str) -> Credentials:
    """`user:password`, `user` or `:password`."""
    user, colon, password = text.partition(":")
    return Credentials(user or None, Secret(password) if colon else None)


class Uv:
    """One release of uv with its indexes; the stores start as `Authenticator` fills them."""

    def __init__(self, release: str, *indexes: Index, stores: CredentialStores | None = None) -> None:
        self.profile = parse_profile(f"uv@{release}")
        self.indexes: Sequence[Index] = indexes
        self.stores = stores or CredentialStores()

    def known(self, url: str, credentials: str, rung: str = "URL of the index") -> Uv:
        """Put credentials in the stores."""
        self.stores.keep(SafeUrl.parse(url), Found(pair(credentials), rung))  # type: ignore[arg-type]
        return self

    def asks(
        self,
        url: str,
        server: Callable[[str | None], int],
        *,
        found: str | None = None,
        purpose: Purpose = "page",
        of: Index | None = None,
    ) -> Conversation:
        """One request for `url`, which may carry credentials."""
        safe, own = split_credentials(url)
        asked = Asked(safe, own, purpose, of)
        situation = situation_of(asked, self.profile, self.stores, self.indexes)
        return drive(uv_flow(situation), server, pair(found) if found else None, self.stores)
