"""What settings are in force, what was found but not used, and what deserves a warning: collected while reading."""

from __future__ import annotations

from ..model.credentials import MASK
from ..model.origin import Origin
from ..model.url import mask_url
from .settings import Noted, Unused


class Notes:
    """Collects, in order of discovery; every text is masked on its way in."""

    def __init__(self) -> None:
        self.noted: list[Noted] = []
        self.unused: list[Unused] = []
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

    def leave_secret(self, name: str, origin: Origin, why: str) -> None:
        """As `leave`, for a value that is a secret as a whole."""
        self.leave(name, MASK, origin, why)

    def warn(self, message: str) -> None:
        """A sentence that the real tool, or we, would print as a warning."""
        if message not in self.warnings:
            self.warnings.append(mask_url(message))
