"""The sources behind a fetch: netrc, uv's credential store, the keyring command; each fetch once per key and run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import Final, TypeVar

from ..events import Rung
from ..model.credentials import Credentials
from ..profiles import Profile
from ..settings.settings import AuthSettings
from .credential_store import InvalidStore, StoredCredential, from_store, read_store
from .keyring import Keyring, Style
from .netrc import EMPTY, InvalidNetrc, Netrc, read_netrc
from .steps import AskKeyring, Consider, Found, Search, Searched, SourceKey

FETCHED: Final[tuple[Rung, ...]] = ("netrc", "credential store", "keyring")

T = TypeVar("T")


class Sources:
    """Answers `Search` and `AskKeyring`. Files are read once, at the first look."""

    def __init__(self, auth: AuthSettings, profile: Profile, keyring: Keyring) -> None:
        self._auth = auth
        self._profile = profile
        self._keyring = keyring
        self._fetches: dict[SourceKey, asyncio.Task[Searched]] = {}
        self._problems: dict[str, str] = {}

    @cached_property
    def netrc(self) -> Netrc:
        """The netrc file; empty where it does not exist or cannot be used, as for the real tools."""
        return self._read("netrc", lambda: read_netrc(self._auth.netrc), EMPTY)

    @cached_property
    def store(self) -> tuple[StoredCredential, ...]:
        """The entries of uv's credential store; none where it does not exist or cannot be used."""
        return self._read("credential store", lambda: read_store(self._auth.store), ())

    @property
    def keyring_style(self) -> Style | None:
        """How this tool asks the keyring command for a user's password; None where it is not to be asked."""
        if self._auth.keyring == "disabled":
            return None
        if self._profile.tool == "uv":
            return "password" if self._auth.keyring == "subprocess" and self._profile.holds("keyring") else None
        if self._auth.keyring == "auto" and not self._auth.prompting:
            return None
        return "json" if self._profile.holds("keyring_creds_mode") else "password"

    async def search(self, step: Search) -> Searched:
        """Run the fetch for its key, or wait for the one that runs, or give what was found then."""
        running = self._fetches.get(step.key)
        if running is None:
            task = self._fetches[step.key] = asyncio.create_task(self._fetch(step))
            return await asyncio.shield(task)
        return remembered(await asyncio.shield(running), step)

    async def ask(self, step: AskKeyring) -> Searched:
        """pip's look into the keyring."""
        found, considered = await self._ask_keyring(step.services, step.user, self.keyring_style)
        return Searched(found, (considered,))

    async def _fetch(self, step: Search) -> Searched:
        considered: list[Consider] = []
        found: Found | None = None
        for look in (self._look_in_netrc, self._look_in_store):
            if self._profile.holds("netrc" if look == self._look_in_netrc else "credential_store"):
                found, told = look(step)
                considered.append(told)
            if found is not None:
                return Searched(found, tuple(considered))
        style = self.keyring_style
        if style is not None and step.services:
            found, told = await self._ask_keyring(step.services, step.user, "two lines" if step.creds_mode else style)
        else:
            why = "not configured" if style is None else "only asked with a user name"
            told = Consider("keyring", "not asked", None, "keyring", why)
        return Searched(found, (*considered, told))

    def _look_in_netrc(self, step: Search) -> tuple[Found | None, Consider]:
        credentials = self.netrc.credentials(step.url.host, step.user)
        return self._file_rung(
            "netrc", credentials, step.url.host, step.user, self.netrc.entry(step.url.host) is not None
        )

    def _look_in_store(self, step: Search) -> tuple[Found | None, Consider]:
        ties = self._profile.holds("store_refuses_ties")
        entry = from_store(self.store, step.url, step.user, refuse_ties=ties)
        other = entry is None and from_store(self.store, step.url, None, refuse_ties=False) is not None
        where = str(entry.service) if entry is not None else ""
        return self._file_rung("credential store", entry.credentials if entry else None, where, step.user, other)

    def _file_rung(
        self, rung: Rung, credentials: Credentials | None, where: str, user: str | None, has_other: bool
    ) -> tuple[Found | None, Consider]:
        rule = rung.replace(" ", "_")
        problem = self._problems.get(rung)
        if problem is not None:
            return None, Consider(rung, "failed", None, rule, problem)
        if credentials is None:
            outcome = Consider(rung, "other user" if has_other else "nothing", None, rule, where)
            return None, outcome
        found = Found(credentials, rung, where, f"{rung} entry of {where}")
        return found, Consider(rung, "used", credentials, rule, where)

    async def _ask_keyring(
        self, services: tuple[str, ...], user: str | None, style: Style | None
    ) -> tuple[Found | None, Consider]:
        rule = "keyring_service" if self._profile.tool == "uv" else "keyring_creds_mode"
        asked = []
        for service in services:
            if style is None or (style == "password" and user is None):
                break
            asked.append(service)
            credentials = await self._keyring.get(style, service, user)
            if credentials is not None:
                found = Found(credentials, "keyring", service, f"keyring entry of {service}")
                return found, Consider("keyring", "used", credentials, rule, f"asked for {', '.join(asked)}")
        detail = f"asked for {', '.join(asked)}" if asked else "only asked with a user name"
        return None, Consider("keyring", "nothing" if asked else "not asked", None, rule, detail)

    def _read(self, rung: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except (InvalidNetrc, InvalidStore, OSError) as error:
            self._problems[rung] = error.strerror or "unreadable" if isinstance(error, OSError) else str(error)
            return otherwise


def remembered(searched: Searched, step: Search) -> Searched:
    """What a later asker learns of a fetch that ran before: its result, not looked for again."""
    who = f"for {step.key[1]}@{step.key[0]}" if step.key[1] else f"for {step.key[0]}"
    if searched.found is not None:
        rung = searched.found.rung
        told = Consider(rung, "used", searched.found.credentials, "fetch_key", f"found before {who}")
        return Searched(searched.found, (told,))
    failed = tuple(
        Consider(c.rung, "remembered failure", None, "fetch_key", f"looked for before {who}")
        for c in searched.considered
        if c.outcome != "not asked"
    )
    return Searched(None, failed)
