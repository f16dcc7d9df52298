"""A user and a password that cannot be printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

MASK = "****"
"""What stands where a secret was."""


@final
class Secret:
    """A text that only `reveal` gives back; printing, comparing to text or formatting shows the mask."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself: for the Authorization header and for nothing else."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one source knows: a user, a password, or both (auth.md section 1).

    `user` is None where only a password (or a token) is known. With the scheme `bearer` the password is the token.
    """

    user: str | None
    password: Secret | None
    scheme: Literal["basic", "bearer"] = "basic"

    @property
    def is_full(self) -> bool:
        """A password is known, with or without a user."""
        return self.password is not None

    @property
    def is_half(self) -> bool:
        """A user without a password."""
        return self.password is None and self.user is not None

    @property
    def shown_user(self) -> str:
        """The user name as a log or a pane may show it: a lone user name may be a token, so it is masked."""
        if self.is_half:
            return MASK
        return self.user or ""

    @property
    def sent_user(self) -> str:
        """The user name as the server receives it (empty where only a password is known)."""
        return self.user or ""
