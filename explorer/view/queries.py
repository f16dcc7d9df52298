"""The exchanges of a run by logical request: the first try, repeats with credentials, retries, redirect hops."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal, Self

from ..events import Basis, CredentialSent, Event, IndexAnswered, RequestEnded, RequestStarted
from ..model.reasons import MissingCredentials
from ..model.url import SafeUrl
from . import words
from .line import Tone

Link = Literal["first", "with credentials", "retry", "redirect", "repeat"]
"""How an exchange follows from the one before it in its group."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange with everything known of it so far; `stamp` is greater in the value that takes its place whenever
    something is learned.
    """

    started: RequestStarted
    event: int
    at: float
    basis: Basis
    link: Link
    ended: RequestEnded | None = None
    ended_at: float | None = None
    sent: CredentialSent | None = None
    last: bool = True
    stamp: int = 0

    @property
    def number(self) -> int:
        return self.started.request

    @property
    def status(self) -> int | None:
        return self.ended.status if self.ended else None


@dataclass(frozen=True, slots=True)
class QueryRow:
    """The texts of one row of the Queries pane."""

    number: str
    index: str
    package: str
    what: str
    user: str
    answer: str
    answer_tone: Tone
    time: str
    size: str
    child: bool
    last: bool
    basis: Basis


def index_label(index: str, width: int = 22) -> str:
    """An index in a narrow column: its name, or the end of its address, where addresses differ."""
    shown = index.removesuffix("/simple")
    if len(shown) <= width:
        return shown
    return "…" + shown[len(shown) - width + 1 :] if "/" in shown else shown[: width - 1] + "…"


class Queries:
    """Fold of RequestStarted, CredentialSent and RequestEnded. Groups stand in the order in which they began."""

    def __init__(self) -> None:
        self.by_number: dict[int, Exchange] = {}
        self.groups: dict[int, tuple[int, ...]] = {}
        self.stamp = 0
        self.on_wire = 0
        self.held = 0
        self.under_way = 0
        self.longest_user = 0
        self._sent_early: dict[int, CredentialSent] = {}
        self._order: list[int] | None = []
        self._names: dict[str, str] = {}

    def copied(self) -> Self:
        """The same state, which further events do not change."""
        twin = copy(self)
        twin.by_number, twin.groups = self.by_number.copy(), self.groups.copy()
        twin._sent_early, twin._names = self._sent_early.copy(), self._names.copy()
        twin._order = self._order.copy() if self._order is not None else None
        return twin

    def start(self, event: Event, body: RequestStarted) -> None:
        """A new exchange joins its group."""
        group = self.groups.get(body.logical, ())
        previous = self.by_number[group[-1]] if group else None
        sent = self._sent_early.pop(body.request, None)
        exchange = Exchange(body, event.number, event.at, event.basis, _link(body, previous), sent=sent)
        if previous is not None:
            self.by_number[previous.number] = replace(previous, last=False, stamp=previous.stamp + 1)
        self.by_number[body.request] = exchange
        self.groups[body.logical] = (*group, body.request)
        if self._order is not None and not group:
            self._order.append(body.request)
        else:
            self._order = None
        self.on_wire += 1
        self.longest_user = max(self.longest_user, len(body.user_shown or ""))
        self.under_way += 1
        self.stamp += 1

    def end(self, event: Event, body: RequestEnded) -> None:
        """An exchange is over; an answer to an unknown exchange is dropped (a cut recording)."""
        exchange = self.by_number.get(body.request)
        if exchange is None or exchange.ended is not None:
            return
        self.by_number[body.request] = replace(exchange, ended=body, ended_at=event.at, stamp=exchange.stamp + 1)
        if body.source != "network":
            self.on_wire -= 1
        if body.source == "recording":
            self.held += 1
        self.under_way -= 1
        self.stamp += 1

    def sent(self, body: CredentialSent) -> None:
        """What an exchange carries; may come before the exchange itself."""
        exchange = self.by_number.get(body.request)
        if exchange is None:
            self._sent_early[body.request] = body
        else:
            self.by_number[body.request] = replace(exchange, sent=body, stamp=exchange.stamp + 1)
        self.stamp += 1

    def refused(self, event: Event, body: IndexAnswered, url: SafeUrl, logical: int | None) -> None:
        """A page that was never asked for, because credentials are demanded and none are known: a row without a
        number (its key is negative), so that the list shows what ended the run. `logical` is that of its ladder.
        """
        number = -1 - sum(key < 0 for key in self.by_number)
        logical = number if logical is None or logical in self.groups else logical
        started = RequestStarted(number, logical, "GET", url, "page", body.index, body.package, None, None, None)
        ended = RequestEnded(number, None, "network", 0, 0.0, MissingCredentials(body.detail))
        self.by_number[number] = Exchange(started, event.number, event.at, event.basis, "first", ended)
        self.groups[logical] = (number,)
        if self._order is not None:
            self._order.append(number)
        self.stamp += 1

    @property
    def order(self) -> list[int]:
        """Numbers of all exchanges, group after group."""
        if self._order is None:
            self._order = [number for group in self.groups.values() for number in group]
        return self._order

    def group_of(self, number: int) -> tuple[int, ...]:
        """All exchanges of the logical request that exchange `number` belongs to."""
        exchange = self.by_number.get(number)
        return self.groups.get(exchange.started.logical, ()) if exchange else ()

    def matching(self, wanted: Callable[[Exchange], bool]) -> list[int]:
        """The numbers in order whose exchange is wanted."""
        return [number for number in self.order if wanted(self.by_number[number])]

    def row(self, number: int) -> QueryRow:
        """The texts of one row."""
        exchange = self.by_number[number]
        started, ended = exchange.started, exchange.ended
        child = exchange.link != "first"
        answer, tone = answer_of(exchange)
        return QueryRow(
            number=str(number) if number > 0 else "–",
            index=started.index or started.url.netloc or "file",
            package=started.package or started.url.filename or "/",
            what=what_words(exchange),
            user=user_words(exchange),
            answer=answer,
            answer_tone=tone,
            time=words.time_words(ended.milliseconds) if ended and ended.source == "network" and number > 0 else "",
            size=words.size_words(ended.bytes) if ended and ended.bytes else "",
            child=child,
            last=exchange.last,
            basis=exchange.basis,
        )


def purpose_of(exchange: Exchange) -> str:
    """`page`, `sidecar`, `wheel HEAD`, `wheel part`: what an exchange is for, whatever it follows."""
    started = exchange.started
    ranged = started.byte_range is not None
    return words.purpose_words(started.purpose, head=started.method == "HEAD", ranged=ranged)


def what_words(exchange: Exchange) -> str:
    """`page`, `sidecar`, `↪ files.corp` for a hop, `again` for a repeat."""
    started = exchange.started
    match exchange.link:
        case "redirect":
            return f"↪ {started.url.netloc}"
        case "retry":
            return f"retry {started.attempt}"
        case "with credentials":
            return "again"
        case _:
            return purpose_of(exchange)


def user_words(exchange: Exchange) -> str:
    """The user name sent, `–` for an anonymous exchange, `?` where it cannot be seen."""
    if not exchange.started.user_known:
        return "?"
    if exchange.started.user_shown:
        return exchange.started.user_shown
    return "–" if exchange.started.user is None else "(no name)"


def answer_of(exchange: Exchange) -> tuple[str, Tone]:
    """The answer column and its tone: green for an answer, yellow for refused or absent, red for no answer."""
    ended = exchange.ended
    if ended is None:
        return "…", "accent"
    if ended.failure is not None and ended.status is None:
        return words.failure_word(ended.failure), "bad"
    if ended.source == "cache" and (ended.status is None or ended.status == 200):
        return "cache", "muted"
    if ended.source == "local folder":
        return "folder", "muted"
    if ended.status is None:
        return ("?" if ended.source == "network" else ended.source), "muted"
    if ended.source == "what if":
        return f"if {ended.status}", status_tone(ended.status)
    return str(ended.status), status_tone(ended.status)


def status_tone(status: int) -> Tone:
    """How a status is coloured everywhere."""
    if status < 300:
        return "good"
    if status < 400:
        return "accent"
    return "warning" if status in (401, 403, 404, 407, 410) else "bad"


def _link(started: RequestStarted, previous: Exchange | None) -> Link:
    if previous is None:
        return "first"
    if started.redirect_of is not None:
        return "redirect"
    if started.attempt > previous.started.attempt:
        return "retry"
    before = previous.started
    if started.url == before.url and started.method == before.method and started.user != before.user:
        return "with credentials"
    return "repeat"
