"""What is known already: credentials by URL and by host (auth.md section 1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from ..model.credentials import Credentials
from ..model.url import SafeUrl
from .steps import Found

Origin: TypeAlias = tuple[str, str, int | None]


@dataclass(slots=True)
class _Node:
    """One path segment of the tree."""

    found: Found | None = None
    children: dict[str, _Node] = field(default_factory=dict)


class CredentialStores:
    """uv's two stores: a tree by URL, and one entry per host and user (auth.md: U and R)."""

    def __init__(self) -> None:
        self._trees: dict[Origin, _Node] = {}
        self._hosts: dict[tuple[Origin, str | None], Found] = {}

    def keep(self, url: SafeUrl, found: Found) -> None:
        """Remember credentials for the URL and everything below it, and for its host.

        The URL's entry is always replaced; for the host a user without a password does not replace one with a password.
        """
        node = self._trees.setdefault(url.origin, _Node())
        for segment in url.segments:
            node = node.children.setdefault(segment, _Node())
        node.found = found
        for user in {found.credentials.user, None}:
            known = self._hosts.get((url.origin, user))
            if found.credentials.is_full or known is None or not known.credentials.is_full:
                self._hosts[url.origin, user] = found

    def for_url(self, url: SafeUrl, user: str | None) -> Found | None:
        """What is known for the SHORTEST stored URL above `url`; longer ones are not tried.

        With a user asked for, an entry of another user or without a password is nothing.
        """
        node = self._trees.get(url.origin)
        if node is None:
            return None
        found = node.found
        for segment in url.segments:
            if found is not None:
                break
            child = node.children.get(segment)
            if child is None:
                return None
            node, found = child, child.found
        return found if found is not None and _serves(found.credentials, user) else None

    def for_host(self, url: SafeUrl, user: str | None) -> Found | None:
        """What is known for the host of `url` and exactly this user (None: what was stored last for the host)."""
        found = self._hosts.get((url.origin, user))
        return found if found is not None and _serves(found.credentials, user) else None

    def is_contested(self, url: SafeUrl) -> bool:
        """Several users are known for the host, so that the one stored last decides (auth.md section 8)."""
        return sum(origin == url.origin and user is not None for origin, user in self._hosts) > 1


def _serves(credentials: Credentials, user: str | None) -> bool:
    return user is None or (credentials.user == user and credentials.is_full)
