"""What changed between two runs: outcome, packages, requests with their users, decisions; and where they part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ..events import Event, RequestStarted
from ..profiles import RULES, Tool
from .answer import Answer
from .queries import Exchange
from .steps import Identity, RunSteps, Side, Step, StepKind, about, alike, carried

Numbered = dict[tuple[Identity, int], Exchange]
"""Exchanges by what they ask for, and how often that was asked before."""

SEEN: Final[frozenset[StepKind]] = frozenset({"request"})
"""Steps of the real tool that can be seen."""

DECIDING: Final[frozenset[StepKind]] = frozenset({"answer of an index", "search", "version", "metadata", "decision"})
"""Steps that an outcome rests on."""


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
    def installs(self) -> bool:
        """It fetches what is to be installed: what the real tool does not do where it is only observed."""
        return all(each is None or each.started.purpose == "install" for each in (self.before, self.after))

    @property
    def same(self) -> bool:
        return self.before is not None and self.after is not None and alike(carried(self.before), carried(self.after))


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
        if not parts and (self.before.observed or self.after.observed):
            return "the same"
        if not parts:
            return "nothing changed" if self.decisive is None else "same outcome on another way"
        return " · ".join(parts)


def difference(before: Sequence[Event], after: Sequence[Event]) -> Difference:
    """Compare two runs by their events. Steps are matched by what they are about, not by the order in which they came:
    requests that run at the same time may come in any order. Of a run that was observed only the exchanges of its
    resolution and the versions of its answer are compared: more cannot be seen.
    """
    from_log = any(isinstance(e.body, RequestStarted) and not e.body.user_known for e in (*before, *after))
    steps = (RunSteps(events, sees_ranges=not from_log) for events in (before, after))
    return difference_of_steps(*steps)


def difference_of_steps(left: RunSteps, right: RunSteps) -> Difference:
    """As `difference`, of runs whose steps are known."""
    seen = left.observed or right.observed
    first = _first_divergence(left, right, SEEN if seen else None)
    decisive = None if seen else _first_divergence(left, right, DECIDING)
    requests = _request_changes(_numbered(left), _numbered(right))
    if seen:
        requests = tuple(change for change in requests if not change.installs)
    return Difference(
        before=left.side(),
        after=right.side(),
        packages=_package_changes(left.answer, right.answer, versions_only=seen),
        requests=requests,
        first=first,
        decisive=decisive,
        rule="" if seen else _rule_of(left, right, decisive or first),
        diverging=frozenset(change.after.number for change in requests if not change.same and change.after),
    )


def _first_divergence(left: RunSteps, right: RunSteps, kinds: frozenset[StepKind] | None) -> Divergence | None:
    """The earliest step, by its place in its run, that the other run took otherwise or not at all."""
    found: list[tuple[int, int, Divergence]] = []
    for side, (run, other) in enumerate(((right, left), (left, right))):
        for position, (identity, step) in enumerate(run.steps.items()):
            if (kinds is not None and step.kind not in kinds) or (kinds is SEEN and step.installs):
                continue
            twin = other.steps.get(identity)
            if twin is None or not alike(twin.value, step.value):
                found.append((position, side, Divergence(twin, step) if side == 0 else Divergence(step, twin)))
                break
    if not found:
        return None
    both = [each for each in found if each[2].before is not None and each[2].after is not None]
    return min(both or found, key=lambda each: each[:2])[2]


def _rule_of(left: RunSteps, right: RunSteps, divergence: Divergence | None) -> str:
    """Of the rules cited where the runs part, the first whose value differs between their releases; else the first."""
    if divergence is None:
        return ""
    cited = list(divergence.rules)
    for run, other in ((right, left), (left, right)):
        for identity, step in run.steps.items():
            twin = other.steps.get(identity)
            if step.package == divergence.package and step.rule and (twin is None or not alike(twin.value, step.value)):
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


def _package_changes(before: Answer, after: Answer, *, versions_only: bool) -> tuple[PackageChange, ...]:
    left, right = _pins(before, versions_only=versions_only), _pins(after, versions_only=versions_only)
    return tuple(PackageChange(name, left.get(name, ""), right.get(name, "")) for name in sorted({*left, *right}))


def _pins(answer: Answer, *, versions_only: bool) -> dict[str, str]:
    """Package → its versions with index and marker; `versions_only` without, for answers that do not say these."""
    pins: dict[str, list[str]] = {}
    for pinned in answer.resolved.packages if answer.resolved and answer.outcome == "resolved" else ():
        place = f" from {pinned.index_id}" if pinned.index_id else f" from {pinned.source}" if pinned.source else ""
        condition = f" if {pinned.markers}" if pinned.markers else ""
        pins.setdefault(pinned.name, []).append(f"{pinned.version}{'' if versions_only else place + condition}")
    return {name: ", ".join(sorted(set(each))) for name, each in pins.items()}


def _request_changes(left: Numbered, right: Numbered) -> tuple[RequestChange, ...]:
    """All requests of both runs in the order of the later one; what only the earlier one made stands where it was."""
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


def _numbered(run: RunSteps) -> Numbered:
    """Exchanges by what they ask for and how often it was asked before."""
    times: Counter[Identity] = Counter()
    found: dict[tuple[Identity, int], Exchange] = {}
    for number in run.queries.order:
        exchange = run.queries.by_number[number]
        asked = about(exchange, sees_ranges=run.sees_ranges)
        found[(asked, times[asked])] = exchange
        times[asked] += 1
    return found
