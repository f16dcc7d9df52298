"""Exchanges of the real tool, as the proxy or the log tells them, become events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..events import Body, RequestEnded, RequestStarted
from ..model.credentials import MASK
from ..model.index import Index
from ..model.reasons import ConnectionFailure
from ..model.url import InvalidUrl, SafeUrl
from ..settings.settings import Settings
from .classify import Classifier, Method

MAX_EXCHANGES: Final = 100_000
"""More are not told: no command asks that often."""

RETRIED: Final = (408, 429, 500, 502, 503, 504)
ASKED_AGAIN: Final = (401, 403, 404)
REDIRECTS: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a request says it comes from. `name` is None for nobody; `lone`: without a password, so it may be a secret;
    `known` is False where it cannot be seen.
    """

    name: str | None = None
    lone: bool = False
    known: bool = True

    @property
    def shown(self) -> str | None:
        """The name as it may be shown."""
        return MASK if self.lone else self.name


NOT_SEEN: Final = Sender(known=False)


@dataclass(slots=True)
class _Exchange:
    started: RequestStarted
    began: float = field(default_factory=time.perf_counter)
    status: int | None = None
    failed: bool = False
    location: str | None = None


class Traffic:
    """The exchanges of one run, numbered in order of their start. Called from any thread."""

    def __init__(self, settings: Settings, emit: Callable[[Body], None]) -> None:
        self._emit = emit
        self._classifier = Classifier(settings)
        self._lock = threading.Lock()
        self._count = 0
        self._open: dict[int, _Exchange] = {}
        self._last: dict[tuple[str, str], _Exchange] = {}
        self._redirected: dict[str, _Exchange] = {}

    def begin(
        self,
        method: Method,
        url: str,
        sender: Sender,
        byte_range: tuple[int, int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> int | None:
        """An exchange begins: its number; None where it is not told, because its URL is none or there are too many."""
        try:
            address = SafeUrl.parse(url)
        except InvalidUrl:
            return None
        with self._lock:
            if self._count >= MAX_EXCHANGES:
                return None
            self._count += 1
            meaning = self._classifier.meaning(address, method, ranged=byte_range is not None)
            started = RequestStarted(
                request=self._count,
                logical=self._count,
                method=method,
                url=address,
                purpose=meaning.purpose,
                index=meaning.index,
                package=meaning.package,
                byte_range=byte_range,
                user=sender.name,
                user_shown=sender.shown,
                headers=headers or {},
                user_known=sender.known,
            )
            exchange = _Exchange(self._following(started))
            self._open[self._count] = self._last[method, address.wire] = exchange
            self._emit(exchange.started)
            return self._count

    def end(
        self,
        number: int | None,
        status: int | None,
        *,
        received: int = 0,
        failure: ConnectionFailure | None = None,
        headers: Mapping[str, str] | None = None,
        excerpt: str = "",
        location: str | None = None,
    ) -> None:
        """Exchange `number` is over; one that is over already, or was not told, changes nothing."""
        with self._lock:
            exchange = self._open.pop(number, None) if number is not None else None
            if exchange is None:
                return
            exchange.status, exchange.failed = status, failure is not None
            started = exchange.started
            if status in REDIRECTS and location is not None:
                self._note_redirect(exchange, location)
            self._classifier.answered(started.url, 500 if failure is not None else status)
            is_shown = status is not None and (started.purpose in ("page", "find-links") or status >= 400)
            self._emit(
                RequestEnded(
                    request=started.request,
                    status=status,
                    source="network",
                    bytes=received,
                    milliseconds=(time.perf_counter() - exchange.began) * 1000,
                    failure=failure,
                    headers=headers or {},
                    excerpt=excerpt if is_shown else "",
                )
            )

    def only_index(self, package: str) -> Index | None:
        """The index that was seen to have a package; None for none, or several."""
        return self._classifier.only_index(package)

    def lister(self, package: str, url: str) -> Index | None:
        """The index that lists the file at `url` of a package, as far as the pages that were seen tell."""
        try:
            return self._classifier.lister(SafeUrl.parse(url), package)
        except InvalidUrl:
            return None

    def end_all(self) -> int:
        """The tool ended: whatever is still open got no answer that was seen; how many those are."""
        still_open = list(self._open)
        for number in still_open:
            self.end(number, None)
        return len(still_open)

    def _note_redirect(self, exchange: _Exchange, location: str) -> None:
        try:
            target, _ = exchange.started.url.resolve(location)
        except InvalidUrl:
            return
        self._redirected[target.without_fragment().wire] = exchange

    def _following(self, started: RequestStarted) -> RequestStarted:
        """The exchange with the one that it follows: a redirect's hop, a retry, a repeat with credentials."""
        source = self._redirected.pop(started.url.wire, None)
        if source is not None:
            before = source.started
            return replace(
                started,
                logical=before.logical,
                redirect_of=before.request,
                index=before.index,
                package=before.package,
                purpose=before.purpose,
            )
        last = self._last.get((started.method, started.url.wire))
        if last is None or last.started.request in self._open or last.started.byte_range != started.byte_range:
            return started
        before = last.started
        other_user = started.user != before.user or not (started.user_known and before.user_known)
        if last.failed or last.status in RETRIED:
            return replace(started, logical=before.logical, attempt=before.attempt + 1)
        if last.status in ASKED_AGAIN and other_user:
            return replace(started, logical=before.logical)
        return started
