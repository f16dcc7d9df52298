"""What a run did, step by step, in a form in which two runs can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote

from .. import events as ev
from ..events import Event
from .answer import Answer
from .queries import Exchange, Queries, answer_of, user_words

Identity = tuple[str, ...]
StepKind = Literal["request", "answer of an index", "search", "version", "metadata", "install", "decision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a run did. Steps of two runs with equal `identity` are the same step; `value` may differ.

    `sentence` says what was done; `rule` is the id of the rule it rests on, "" where none is cited.
    """

    kind: StepKind
    identity: Identity
    value: Identity
    sentence: str
    rule: str = ""
    request: int | None = None
    package: str | None = None
    installs: bool = False


UNKNOWN: Final = "?"
"""Stands for what an observed run cannot show; it is like everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs: its rules, its outcome and the first line of its failure; `observed`: of the real tool."""

    profile: str
    observed: bool
    outcome: str | None
    message: str
    requests: int
    decisions: tuple[str, ...]


class RunSteps:
    """What is compared of one run; `observed`: of the real tool, of which only exchanges and the answer can be seen."""

    def __init__(self, events: Sequence[Event], *, sees_ranges: bool = True) -> None:
        """`sees_ranges` False: byte ranges over TLS do not count, for the run to compare with cannot show them."""
        self.sees_ranges = sees_ranges
        self.profile = ""
        self.observed = bool(events) and events[0].basis == "observed"
        self.queries = Queries()
        self.answer = Answer()
        self.steps: dict[Identity, Step] = {}
        self.decisions: list[str] = []
        self._read: set[tuple[str, str, str]] = set()
        self._sent: dict[int, ev.CredentialSent] = {}
        self._times: Counter[Identity] = Counter()
        self._identities: dict[int, Identity] = {}
        for event in events:
            self._take(event, event.body)

    def side(self) -> Side:
        """The run in short."""
        failure = self.answer.unsatisfiable or self.answer.failed
        message = failure.headline if isinstance(failure, ev.Unsatisfiable) else failure.message if failure else ""
        return Side(
            profile=self.profile,
            observed=self.observed,
            outcome=self.answer.outcome,
            message=message.partition("\n")[0],
            requests=len(self.queries.by_number),
            decisions=tuple(self.decisions),
        )

    def _take(self, event: Event, body: ev.Body) -> None:
        match body:
            case ev.RunStarted():
                self.profile = body.profile
            case ev.RequestStarted():
                self.queries.start(event, body)
                self._request(body.request)
            case ev.CredentialSent():
                self.queries.sent(body)
                self._sent[body.request] = body
            case ev.RequestEnded():
                self.queries.end(event, body)
                self._request(body.request)
            case ev.IndexAnswered():
                self._step(
                    "answer of an index",
                    (body.package, body.index),
                    (body.meaning,),
                    f"{body.index}: {body.package} {body.meaning}" + (f" ({body.status})" if body.status else ""),
                    rule=body.rule,
                    request=body.requests[-1] if body.requests else None,
                    package=body.package,
                )
            case ev.SearchEnded():
                found = f"found on {', '.join(body.found_on)}" if body.found_on else "found nowhere"
                skipped = f", not asked: {', '.join(body.not_asked)}" if body.not_asked else ""
                value = (*body.found_on, "|", *body.not_asked)
                self._step(
                    "search",
                    (body.package,),
                    value,
                    f"search for {body.package}: {found}{skipped}",
                    rule=body.rule,
                    package=body.package,
                )
            case ev.CandidateJudged() if body.refusal is not None:
                self._step(
                    "version",
                    (body.package, body.version, body.index),
                    (type(body.refusal).__name__,),
                    f"{body.package} {body.version} of {body.index} is refused",
                    package=body.package,
                )
            case ev.WheelChosen():
                self._files(body)
            case ev.Decision(because="direct", index=None):
                pass  # the project itself, or what a URL names: given, not chosen
            case ev.Decision():
                self.decisions.append(f"{body.package} {body.version}")
                self._step(
                    "decision",
                    (body.package,),
                    (body.version, body.index or ""),
                    f"{body.package} {body.version} is chosen" + (f" from {body.index}" if body.index else ""),
                    package=body.package,
                )
            case ev.Unsatisfiable() | ev.Failed() | ev.Resolved() | ev.RunEnded():
                self.answer.take(body)
            case _:
                pass

    def _files(self, body: ev.WheelChosen) -> None:
        """Which file is read is one question for all environments; which is installed one for each."""
        read = (body.package, body.version, body.index)
        if read not in self._read:
            self._read.add(read)
            self._step(
                "metadata",
                read,
                (body.for_metadata or "",),
                f"{body.package} {body.version}: metadata from {body.for_metadata or 'no file'}",
                rule=body.rule,
                package=body.package,
            )
        if body.environment == "any":
            return
        self._step(
            "install",
            (*read, body.environment),
            (body.for_install or "",),
            f"{body.package} {body.version}: {body.for_install or 'no file'} would be installed for {body.environment}",
            rule=body.rule,
            package=body.package,
        )

    def _request(self, number: int) -> None:
        """The step of an exchange stands where it began, and is told again when it has ended."""
        exchange = self.queries.by_number.get(number)
        if exchange is None:
            return
        sent = self._sent.get(number)
        value = carried(exchange)
        user = "anonymous" if value[0] == "–" else f"as {value[0]}"
        self._step(
            "request",
            about(exchange, sees_ranges=self.sees_ranges),
            value,
            f"{exchange.started.method} {exchange.started.url} {user}: {answer_of(exchange)[0]}",
            rule=sent.rule if sent else "",
            request=number,
            package=exchange.started.package,
            installs=exchange.started.purpose == "install",
        )

    def _step(
        self,
        kind: StepKind,
        about: Identity,
        value: Identity,
        sentence: str,
        *,
        rule: str = "",
        request: int | None = None,
        package: str | None = None,
        installs: bool = False,
    ) -> None:
        identity = self._identities.get(request) if kind == "request" and request is not None else None
        if identity is None:
            self._times[(kind, *about)] += 1
            identity = (kind, *about, str(self._times[(kind, *about)]))
        if kind == "request" and request is not None:
            self._identities[request] = identity
        self.steps[identity] = Step(
            kind=kind,
            identity=identity,
            value=value,
            sentence=sentence,
            rule=rule,
            request=request,
            package=package,
            installs=installs,
        )


def about(exchange: Exchange, *, sees_ranges: bool) -> Identity:
    """What an exchange asks for: method, URL (as it reads, however it is quoted) and range."""
    started = exchange.started
    shown = started.byte_range if sees_ranges or started.url.scheme != "https" else None
    ranged = f"{shown[0]}-{shown[1]}" if shown else ""
    return (started.method, unquote(str(started.url).partition("#")[0]), ranged)


def carried(exchange: Exchange) -> Identity:
    """Who asked and what came back; an answer out of the cache is as good as one over the wire."""
    answer = answer_of(exchange)[0]
    return (user_words(exchange), "200" if answer in ("cache", "folder", "304", "206", "recording") else answer)


def alike(one: Identity, other: Identity) -> bool:
    """The same values, as far as both are known."""
    return len(one) == len(other) and all(a == b or UNKNOWN in (a, b) for a, b in zip(one, other, strict=True))
