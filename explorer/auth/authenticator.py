"""Drives the authentication flow of a profile for one request after the other, and tells each step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar, assert_never

from ..events import CredentialConsidered, CredentialSent, CredentialStored, Emit, Rung
from ..model.credentials import Credentials
from ..model.index import Index
from ..model.url import SafeUrl
from ..profiles import Profile
from ..settings.settings import Settings
from .keyring import Keyring
from .pip_flow import PipState, pip_flow, pip_redirected
from .roots import origin_text, stored_root
from .sources import Sources
from .steps import Asked, AskKeyring, Consider, Flow, Found, Keep, LetPagesThrough, Reply, Search, Send
from .stores import CredentialStores
from .uv_flow import situation_of, uv_flow

R = TypeVar("R", bound=Reply)
Begun = Callable[[int, int], None]
"""Called once an exchange has begun, with its number and that of the first exchange of the logical request."""
Exchange = Callable[[Credentials | None, Begun], Awaitable[R]]
"""Makes the request with these credentials."""

LADDERS: Final[dict[str, tuple[Rung, ...]]] = {
    "URL only": ("URL of the index", "URL of the request"),
    "before the request": ("URL of the index", "URL of the request", "known for this host", "netrc", "keyring"),
    "stores": (
        "URL of the index", "URL of the request", "known for this root", "known for this host",
        "netrc", "credential store", "keyring",
    ),
    "pip": ("URL of the request", "URL of the index", "netrc", "last used for this host", "keyring"),
}  # fmt: skip
"""The rungs of each design, in the order in which they may be looked at."""


class Authenticator:
    """The authentication of one run. Its stores start with the credentials of the configured indexes."""

    def __init__(
        self, settings: Settings, profile: Profile, emit: Emit, let_pages_through: Callable[[SafeUrl], Awaitable[None]]
    ) -> None:
        self._let_pages_through = let_pages_through
        self._profile = profile
        self._emit = emit
        self._indexes: Sequence[Index] = (*settings.indexes, *settings.find_links)
        self._dependabot = settings.auth.environ.get("DEPENDABOT") == "true"
        self._stores = CredentialStores()
        self._sources = Sources(settings.auth, profile, Keyring(settings.auth.environ, settings.directory))
        self._pip: PipState | None = None
        self._listed = settings.indexes
        self._started = False

    async def run(self, asked: Asked, exchange: Exchange[R], logical: Callable[[], int]) -> R:
        """Make one request as the profile authenticates it; gives the reply that counts.

        `logical` gives the number of the first exchange of the logical request (0 before there is one). Raises
        `AuthenticationRefused`, and whatever `exchange` raises.
        """
        self._start()
        flow = self._flow(asked)
        told: list[Consider] = []
        rungs: set[Rung] = set()
        result: object = None
        try:
            while True:
                step = flow.send(result)
                result = None
                match step:
                    case Send():
                        result = await exchange(_credentials(step.found), self._teller(step, told))
                    case Consider():
                        told.append(step)
                        rungs.add(step.rung)
                    case Keep():
                        self._keep(step)
                    case Search():
                        result = await self._sources.search(step)
                    case AskKeyring():
                        result = await self._sources.ask(step)
                    case LetPagesThrough():
                        await self._let_pages_through(step.url)
                    case _:
                        assert_never(step)
        except StopIteration as end:
            reply: R = end.value
            return reply
        finally:
            flow.close()
            self._tell(told, logical())
            self._tell(self._not_asked(asked, rungs), logical())

    def _flow(self, asked: Asked) -> Flow:
        if self._pip is not None:
            flow = pip_redirected if asked.redirected else pip_flow
            return flow(asked, self._profile, self._pip)
        return uv_flow(situation_of(asked, self._profile, self._stores, self._indexes, dependabot=self._dependabot))

    def _start(self) -> None:
        """What is known before the first request."""
        if self._started:
            return
        self._started = True
        if self._profile.tool == "pip":
            asks_keyring = self._sources.keyring_style is not None and self._profile.holds("keyring_command")
            self._pip = PipState(self._listed, self._sources.netrc, asks_keyring)
            return
        if self._profile.text("auth_layer") == "URL only":
            return
        for index in reversed(self._indexes):  # lowest priority first
            self._store_index(index)

    def _store_index(self, index: Index) -> None:
        """Credentials from variables, else from the URL, are known for the root and for the URL (auth.md section 4)."""
        found: Found | None = None
        if index.variable_credentials is not None and self._profile.holds("index_variables"):
            names = " and ".join(index.variable_names)
            found = Found(index.variable_credentials, "environment variable", index.id, names)
        elif index.credentials is not None:
            found = Found(index.credentials, "URL of the index", index.id, f"URL of index {index.id}")
        if found is None or index.url.scheme == "file":
            return
        root = None if index.find_links else stored_root(index.url, self._profile)
        if root is not None:
            self._keep(Keep(root, found, 0))
        self._keep(Keep(index.url, found, 0))

    def _keep(self, step: Keep) -> None:
        found = step.found
        if step.number:
            found = Found(
                found.credentials, found.rung, found.owner, found.detail or f"stored after query {step.number}"
            )
        self._stores.keep(step.url, found)
        shown = found.credentials.shown_user
        number = step.number or None
        self._emit(CredentialStored("URL", str(step.url), shown, number))
        self._emit(CredentialStored("host", origin_text(step.url), shown, number))

    def _teller(self, step: Send, told: list[Consider]) -> Begun:
        def begun(number: int, logical: int) -> None:
            self._tell(told, logical)
            found = step.found
            rung: Rung = found.rung if found is not None else "no credentials"
            shown = found.credentials.shown_user if found is not None else None
            self._emit(
                CredentialSent(number, logical, rung, shown, step.rule, found.owner if found is not None else "")
            )

        return begun

    def _tell(self, told: list[Consider], logical: int) -> None:
        for step in told:
            shown = step.found.shown_user if step.found is not None else None
            self._emit(CredentialConsidered(logical, step.rung, step.outcome, shown, step.rule, step.detail))
        told.clear()

    def _not_asked(self, asked: Asked, rungs: set[Rung]) -> list[Consider]:
        ladder = LADDERS["pip" if self._pip is not None else self._profile.text("auth_layer")]
        page = asked.purpose in ("page", "find-links")
        skipped: set[Rung] = {"URL of the request" if page else "URL of the index"} if self._pip is None else set()
        if "known for this URL" in rungs:
            skipped.add("known for this root")
        if self._pip is None and "credential store" in ladder and not self._profile.holds("credential_store"):
            skipped.add("credential store")
        return [Consider(r, "not asked", None, "auth_layer") for r in ladder if r not in rungs and r not in skipped]


def _credentials(found: Found | None) -> Credentials | None:
    return found.credentials if found is not None else None
