"""What changed between two runs: outcome, packages, requests with their users, decisions; and where they part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from .. import events as ev
from ..events import Event
from ..profiles import RULES, Tool
from .answer import Answer
from .queries import Exchange, Queries, answer_of, user_words

Identity = tuple[str, ...]
StepKind = Literal["request", "answer of an index", "search", "version", "files", "decision"]


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


@dataclass(frozen=True, slots=True)
class Divergence:
    """A step that one run took otherwise, or not at all (None)."""

    before: Step | None
    after: Step | None

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules cited on either side, the later run's first."""
        return tuple(dict.fromkeys(step.rule for step in (self.after, self.before) if step is not None and step.rule))

    @property
    def package(self) -> str | None:
        step = self.after or self.before
        return step.package if step else None


@dataclass(frozen=True, slots=True)
class PackageChange:
    """Versions of a package with their indexes, as text; "" where the package is not in the answer."""

    name: str
    before: str
    after: str

    @property
    def same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class RequestChange:
    """The same request in both runs, or one that only one of them made."""

    before: Exchange | None
    after: Exchange | None

    @property
    def same(self) -> bool:
        return self.before is not None and self.after is not None and _carried(self.before) == _carried(self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs: its rules, its outcome and the first line of its failure."""

    profile: str
    outcome: str | None
    message: str
    requests: int
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that two runs differ in. `first` is where they part; `decisive` the first answer of an index, search
    or choice that differs: what the outcome rests on. `rule` is the rule that made the decisive step differ, "" where
    none is known.
    """

    before: Side
    after: Side
    packages: tuple[PackageChange, ...]
    requests: tuple[RequestChange, ...]
    first: Divergence | None
    decisive: Divergence | None
    rule: str
    diverging: frozenset[int] = field(default_factory=frozenset)
    """Exchanges of the later run that the earlier one did not make so."""

    @property
    def flipped(self) -> bool:
        """One run has an answer and the other has none."""
        return (self.before.outcome == "resolved") != (self.after.outcome == "resolved")

    @property
    def changed_packages(self) -> int:
        return sum(not change.same for change in self.packages)

    @property
    def changed_requests(self) -> int:
        return sum(not change.same for change in self.requests)

    @property
    def marked(self) -> int | None:
        """The exchange of the later run at which it became another one."""
        for divergence in (self.decisive, self.first):
            if divergence is not None and divergence.after is not None and divergence.after.request is not None:
                return divergence.after.request
        return None

    def summary(self) -> str:
        """`outcome flipped · 2 packages · 3 requests`; `nothing changed`."""
        parts = ["outcome flipped"] if self.flipped else []
        for count, noun in ((self.changed_packages, "package"), (self.changed_requests, "request")):
            if count:
                parts.append(f"{count} {noun}{'' if count == 1 else 's'}")
        if not parts:
            return "nothing changed" if self.decisive is None else "same outcome on another way"
        return " · ".join(parts)


def difference(before: Sequence[Event], after: Sequence[Event]) -> Difference:
    """Compare two runs by their events. Steps are matched by what they are about, not by the order in which they came:
    requests that run at the same time may come in any order.
    """
    left, right = _Run(before), _Run(after)
    first = _first_divergence(left, right, None)
    decisive = _first_divergence(left, right, frozenset({"answer of an index", "search", "version", "decision"}))
    requests = _request_changes(left.queries, right.queries)
    return Difference(
        before=left.side(),
        after=right.side(),
        packages=_package_changes(left.answer, right.answer),
        requests=requests,
        first=first,
        decisive=decisive,
        rule=_rule_of(left, right, decisive or first),
        diverging=frozenset(change.after.number for change in requests if not change.same and change.after),
    )


class _Run:
    """What is compared of one run."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.profile = ""
        self.queries = Queries()
        self.answer = Answer()
        self.steps: dict[Identity, Step] = {}
        self.decisions: list[str] = []
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
                self._step(
                    "files",
                    (body.package, body.version, body.environment),
                    (body.for_metadata or "", body.for_install or ""),
                    f"{body.package} {body.version}: metadata from {body.for_metadata or 'no file'}",
                    rule=body.rule,
                    package=body.package,
                )
            case ev.Decision():
                self.decisions.append(f"{body.package} {body.version}")
                self._step(
                    "decision",
                    (body.package, str(event.fork)),
                    (body.version, body.index or ""),
                    f"{body.package} {body.version} is chosen" + (f" from {body.index}" if body.index else ""),
                    package=body.package,
                )
            case ev.Unsatisfiable() | ev.Failed() | ev.Resolved() | ev.RunEnded():
                self.answer.take(body)
            case _:
                pass

    def _request(self, number: int) -> None:
        """The step of an exchange stands where it began, and is told again when it has ended."""
        exchange = self.queries.by_number.get(number)
        if exchange is None:
            return
        sent = self._sent.get(number)
        carried = _carried(exchange)
        user = "anonymous" if carried[0] == "–" else f"as {carried[0]}"
        self._step(
            "request",
            _about(exchange),
            carried,
            f"{exchange.started.method} {exchange.started.url} {user}: {answer_of(exchange)[0]}",
            rule=sent.rule if sent else "",
            request=number,
            package=exchange.started.package,
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
        )


def _about(exchange: Exchange) -> Identity:
    started = exchange.started
    ranged = f"{started.byte_range[0]}-{started.byte_range[1]}" if started.byte_range else ""
    return (started.method, str(started.url), ranged)


def _carried(exchange: Exchange) -> Identity:
    """Who asked and what came back; an answer out of the cache is as good as one over the wire."""
    answer = answer_of(exchange)[0]
    return (user_words(exchange), "200" if answer in ("cache", "folder", "304", "206", "recording") else answer)


def _first_divergence(left: _Run, right: _Run, kinds: frozenset[str] | None) -> Divergence | None:
    """The earliest step, by its place in its run, that the other run took otherwise or not at all."""
    found: list[tuple[int, int, Divergence]] = []
    for side, (run, other) in enumerate(((right, left), (left, right))):
        for position, (identity, step) in enumerate(run.steps.items()):
            if kinds is not None and step.kind not in kinds:
                continue
            twin = other.steps.get(identity)
            if twin is None or twin.value != step.value:
                found.append((position, side, Divergence(twin, step) if side == 0 else Divergence(step, twin)))
                break
    if not found:
        return None
    both = [each for each in found if each[2].before is not None and each[2].after is not None]
    return min(both or found, key=lambda each: each[:2])[2]


def _rule_of(left: _Run, right: _Run, divergence: Divergence | None) -> str:
    """Of the rules cited where the runs part, the first whose value differs between their releases; else the first."""
    if divergence is None:
        return ""
    cited = list(divergence.rules)
    for run, other in ((right, left), (left, right)):
        for identity, step in run.steps.items():
            twin = other.steps.get(identity)
            if step.package == divergence.package and step.rule and (twin is None or twin.value != step.value):
                cited.append(step.rule)
    return next((rule for rule in cited if _differs(rule, left.profile, right.profile)), cited[0] if cited else "")


def _differs(rule_id: str, before: str, after: str) -> bool:
    old, new = rule_value(rule_id, before), rule_value(rule_id, after)
    return old is not None and new is not None and old != new


def rule_value(rule_id: str, profile: str) -> object:
    """What a rule says under a profile like `uv@0.7.0`; None where it is no rule of a release."""
    from packaging.version import InvalidVersion, Version

    name, _, version = profile.partition("@")
    tools: dict[str, Tool] = {"uv": "uv", "pip": "pip"}
    rule = RULES[tools[name]].get(rule_id) if name in tools else None
    try:
        return rule.value_at(Version(version)) if rule is not None else None
    except InvalidVersion:
        return None


def _package_changes(before: Answer, after: Answer) -> tuple[PackageChange, ...]:
    left, right = _pins(before), _pins(after)
    return tuple(PackageChange(name, left.get(name, ""), right.get(name, "")) for name in sorted({*left, *right}))


def _pins(answer: Answer) -> dict[str, str]:
    """Package → its versions with index and marker."""
    pins: dict[str, list[str]] = {}
    for pinned in answer.resolved.packages if answer.resolved and answer.outcome == "resolved" else ():
        place = f" from {pinned.index_id}" if pinned.index_id else f" from {pinned.source}" if pinned.source else ""
        condition = f" if {pinned.markers}" if pinned.markers else ""
        pins.setdefault(pinned.name, []).append(f"{pinned.version}{place}{condition}")
    return {name: ", ".join(sorted(each)) for name, each in pins.items()}


def _request_changes(before: Queries, after: Queries) -> tuple[RequestChange, ...]:
    """All requests of both runs in the order of the later one; what only the earlier one made stands where it was."""
    left, right = _numbered(before), _numbered(after)
    only_left: dict[tuple[Identity, int] | None, list[Exchange]] = {}
    anchor: tuple[Identity, int] | None = None
    for key, exchange in left.items():
        if key in right:
            anchor = key
        else:
            only_left.setdefault(anchor, []).append(exchange)
    changes = [RequestChange(exchange, None) for exchange in only_left.get(None, ())]
    for key, exchange in right.items():
        changes.append(RequestChange(left.get(key), exchange))
        changes += [RequestChange(each, None) for each in only_left.get(key, ())]
    return tuple(changes)


def _numbered(queries: Queries) -> dict[tuple[Identity, int], Exchange]:
    """Exchanges by what they ask for and how often it was asked before."""
    times: Counter[Identity] = Counter()
    found: dict[tuple[Identity, int], Exchange] = {}
    for number in queries.order:
        exchange = queries.by_number[number]
        about = _about(exchange)
        found[(about, times[about])] = exchange
        times[about] += 1
    return found
