"""What settings are in force, what was found but not used, and what deserves a warning: collected while reading."""

from __future__ import annotations

from ..model.credentials import MASK
from ..model.index import Index
from ..model.origin import Origin
from ..model.url import mask_url
from .settings import Noted, UnreadBecause, UnreadIndex, Unused


class Notes:
    """Collects, in order of discovery; every text is masked on its way in."""

    def __init__(self) -> None:
        self.noted: list[Noted] = []
        self.unused: list[Unused] = []
        self.unread: list[UnreadIndex] = []
        self.warnings: list[str] = []

    def note(self, name: str, value: str, origin: Origin) -> None:
        """A setting that is in force."""
        entry = Noted(name, mask_url(value), origin)
        if entry not in self.noted:
            self.noted.append(entry)

    def leave(self, name: str, value: str, origin: Origin, why: str) -> None:
        """Something found that has no influence, and why (no full stop)."""
        entry = Unused(name, mask_url(value), origin, why)
        if entry not in self.unused:
            self.unused.append(entry)

    def leave_index(self, index: Index, because: UnreadBecause, why: str, name: str = "index") -> None:
        """As `leave`, for an index that is declared where this command does not look."""
        self.leave(name, f"{index.name}={index.url}" if index.name else str(index.url), index.origin, why)
        self.pass_over(index, because)

    def pass_over(self, index: Index, because: UnreadBecause) -> None:
        """The index of something that was left: what a user may want to declare where it counts."""
        entry = UnreadIndex(index, because)
        if entry not in self.unread:
            self.unread.append(entry)

    def leave_secret(self, name: str, origin: Origin, why: str) -> None:
        """As `leave`, for a value that is a secret as a whole."""
        self.leave(name, MASK, origin, why)

    def warn(self, message: str) -> None:
        """A sentence that the real tool, or we, would print as a warning."""
        if message not in self.warnings:
            self.warnings.append(mask_url(message))
