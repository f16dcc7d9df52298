"""One run's part in a session: what it takes from earlier runs, and what it leaves to later ones."""

from __future__ import annotations

from .held import HeldAnswers, HoldingTransport
from .memory import SessionStore
from .store import DiskStore, Store
from .transport import Transport


class SessionPart:
    """For one run. With `asks` False nothing is asked of the network nor written anywhere: a run that needs more than
    is held fails, and `missing` counts what it would have asked.
    """

    def __init__(self, held: HeldAnswers, *, asks: bool = True) -> None:
        self._held = held
        self._asks = asks
        self._transport: HoldingTransport | None = None

    @property
    def missing(self) -> int:
        """Exchanges that were needed and not held."""
        return self._transport.missing if self._transport is not None else 0

    def transport(self, real: Transport) -> Transport:
        """What the run sends its requests through; the caller keeps and closes `real`."""
        self._transport = HoldingTransport(self._held, real if self._asks else None)
        return self._transport

    def store(self, store: Store | None) -> Store | None:
        """`store` as this run sees it; a store in memory is the run's own anyway."""
        if isinstance(store, DiskStore):
            return SessionStore(self._held.memory, store, writes=self._asks)
        return store

    def clock(self) -> float:
        """The time at which the session began: all its runs find the same answers fresh."""
        return self._held.memory.began

    def remembered(self, stamp: str, kind: str) -> bytes | None:
        """What an earlier run kept with `remember`."""
        return self._held.memory.derived(stamp, kind)

    def remember(self, stamp: str, kind: str, data: bytes) -> None:
        """Keep what was read from the body of this name for later runs."""
        self._held.memory.keep_derived(stamp, kind, data)
