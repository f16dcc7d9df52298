"""What each logical request carried and why: the rungs in the order they were looked at, and the one that was used."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Self

from ..events import CredentialConsidered, CredentialSent, CredentialStored
from ..profiles import RULES, Rule, Tool
from . import words
from .line import EMPTY, Line, Span, Tone, line
from .queries import Exchange, Queries, answer_of, user_words

GENERIC_RULE = "auth_layer"
"""The rule that says only how credentials are found at all: the sentence of the rung says more."""

SHORT_DETAIL = 20
"""Details up to this length stand on the line of their rung, longer ones below it."""


class Ladders:
    """Fold of CredentialConsidered, CredentialSent and CredentialStored."""

    def __init__(self) -> None:
        self.steps: dict[int, tuple[CredentialConsidered | CredentialSent, ...]] = {}
        self.stored: list[CredentialStored] = []
        self.last_logical: int | None = None
        self.stamp = 0

    def copied(self) -> Self:
        """The same state, which further events do not change."""
        twin = copy(self)
        twin.steps, twin.stored = self.steps.copy(), self.stored.copy()
        return twin

    def step(self, body: CredentialConsidered | CredentialSent) -> None:
        """One more step of the ladder of a logical request."""
        self.steps[body.logical] = (*self.steps.get(body.logical, ()), body)
        self.last_logical = body.logical
        self.stamp += 1

    def store(self, body: CredentialStored) -> None:
        """A store keeps credentials."""
        self.stored.append(body)
        self.stamp += 1


@dataclass(frozen=True, slots=True)
class LadderRow:
    """A row of the Auth pane: the exchange and the rule it is about, and where its wrapped parts begin."""

    line: Line
    request: int | None = None
    rule: str = ""
    indent: int | None = None


def ladder_rows(ladders: Ladders, queries: Queries, request: int | None, tool: Tool, version: str) -> list[LadderRow]:
    """The ladder of the logical request that exchange `request` belongs to (None: of the newest one)."""
    exchange = queries.by_number.get(request) if request is not None else None
    logical = exchange.started.logical if exchange else ladders.last_logical if request is None else request
    if logical is None:
        return []
    group = [queries.by_number[number] for number in queries.groups.get(logical, ())]
    rows = [LadderRow(_head(group[0]), group[0].number), LadderRow(EMPTY)] if group else []
    steps = ladders.steps.get(logical, ())
    rows += _step_rows(steps, queries)
    if not any(isinstance(step, CredentialSent) for step in steps):
        rows += [LadderRow(_sent_line(member, None), member.number) for member in group if member.number > 0]
        if any(member.number < 0 for member in group):
            rows.append(
                LadderRow(line(Span("  ✗ not asked: credentials are demanded, none are known", "bad")), indent=4)
            )
    rows += _rule_rows(steps, tool, version)
    rows += _stored_rows(ladders.stored, {member.number for member in group})
    return rows


def _head(exchange: Exchange) -> Line:
    started = exchange.started
    return line(Span(f"{started.method} ", "muted"), Span(short_url(exchange), "strong"))


def short_url(exchange: Exchange) -> str:
    """The URL without its scheme: what a narrow pane can hold."""
    return str(exchange.started.url).partition("://")[2] or str(exchange.started.url)


def _step_rows(steps: Sequence[CredentialConsidered | CredentialSent], queries: Queries) -> list[LadderRow]:
    rows: list[LadderRow] = []
    rung_number = 0
    width = max((len(step.rung) for step in steps if isinstance(step, CredentialConsidered)), default=0)
    for step in steps:
        if isinstance(step, CredentialConsidered):
            rung_number += 1
            rows.append(LadderRow(_considered_line(step, rung_number, width), rule=step.rule, indent=width + 6))
            if len(step.detail) > SHORT_DETAIL:
                rows.append(LadderRow(line(Span("      " + step.detail, "faint")), rule=step.rule, indent=6))
        else:
            member = queries.by_number.get(step.request)
            sent = _sent_line(member, step) if member else line(Span(f"sent {step.user_shown or 'nobody'}", "strong"))
            rows.append(LadderRow(sent, step.request, step.rule))
    return rows


def _considered_line(step: CredentialConsidered, number: int, width: int) -> Line:
    used = step.outcome == "used"
    tone: Tone = "good" if used else "warning" if step.outcome in ("failed", "not determined") else "muted"
    outcome = step.user_shown or words.rung_outcome(step.outcome)
    if step.user_shown and not used:
        outcome = f"{step.user_shown} · {words.rung_outcome(step.outcome)}"
    detail = f"  {step.detail}" if 0 < len(step.detail) <= SHORT_DETAIL else ""
    mark = Span("  ← used", "good") if used else Span("")
    name: Tone = "strong" if used else "plain"
    return line(
        Span(f"{number:>3} ", "faint"),
        Span(f"{step.rung:<{width}}  ", name),
        Span(outcome, tone),
        mark,
        Span(detail, "faint"),
    )


def _sent_line(exchange: Exchange | None, sent: CredentialSent | None) -> Line:
    if exchange is None:
        return EMPTY
    answer, tone = answer_of(exchange)
    user = user_words(exchange)
    carried = Span("anonymous", "muted") if user == "–" else Span(user, "strong")
    owner = _owner(exchange, sent)
    number = Span(f"#{exchange.number:<3} ", "accent")
    return line(
        Span("  → ", "faint"), number, Span("sent "), carried, owner, Span("  answer ", "faint"), Span(answer, tone)
    )


def _owner(exchange: Exchange, sent: CredentialSent | None) -> Span:
    """Whose credentials were sent; in red where they belong to another index than the one that is asked."""
    if sent is None or not sent.owner:
        return Span("")
    asked = exchange.started.index
    if asked is not None and sent.owner != asked:
        return Span(f"  of {sent.owner}, to {asked}", "bad")
    return Span(f"  of {sent.owner}", "muted")


def _rule_rows(steps: Sequence[CredentialConsidered | CredentialSent], tool: Tool, version: str) -> list[LadderRow]:
    shown: dict[str, None] = {}
    rows: list[LadderRow] = []
    for step in steps:
        if step.rule == GENERIC_RULE:
            if isinstance(step, CredentialSent):
                sentence = line(Span("rule ", "muted"), Span(words.RUNG_SENTENCES[step.rung]))
                if all(row.line != sentence for row in rows):
                    rows += [LadderRow(EMPTY), LadderRow(sentence, rule=step.rule, indent=5)]
        elif step.rule and (
            isinstance(step, CredentialSent) or step.outcome in ("used", "not asked", "not determined")
        ):
            shown.setdefault(step.rule)
    for rule_id in shown:
        rows.append(LadderRow(EMPTY))
        rows += [LadderRow(each, rule=rule_id, indent=5) for each in rule_lines(rule_id, tool, version)]
    return rows


def _stored_rows(stored: Sequence[CredentialStored], numbers: set[int]) -> list[LadderRow]:
    rows = []
    for each in stored:
        if each.request in numbers:
            text = line(
                Span("stored ", "muted"),
                Span(each.user_shown, "strong"),
                Span(f" for {each.store} ", "muted"),
                each.key,
            )
            rows.append(LadderRow(text, each.request))
    return [LadderRow(EMPTY), *rows] if rows else []


def rule_lines(rule_id: str, tool: Tool, version: str) -> list[Line]:
    """The sentence of a rule, since when it is as it is, and what other releases do. An unknown rule shows its id."""
    rule = RULES[tool].get(rule_id)
    if rule is None:
        return [line(Span("rule ", "muted"), Span(words.RULE_SENTENCES.get(rule_id, rule_id), "plain"))]
    lines = [line(Span("rule ", "muted"), Span(rule.sentence, "plain"))]
    if len(rule.since) > 1:
        lines.append(_releases_line(rule, tool, version))
    else:
        lines.append(line(Span(f"     in every {tool} · {rule.source}", "faint")))
    return lines


def _releases_line(rule: Rule, tool: Tool, version: str) -> Line:
    here = _in_force(rule, version)
    spans: list[Span] = [Span("     ", "faint")]
    for position, (release, value) in enumerate(rule.since):
        if position:
            spans.append(Span(" · ", "faint"))
        until = "before" if position == 0 else f"{tool} {release}+"
        spans.append(Span(f"{until}: {value_words(value)}", "accent" if position == here else "faint"))
    return tuple(spans)


def value_words(value: object) -> str:
    """A rule's value for reading: yes and no, lists with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)


def _in_force(rule: Rule, version: str) -> int:
    from packaging.version import InvalidVersion, Version

    try:
        wanted = Version(version)
    except InvalidVersion:
        return len(rule.since) - 1
    later = [position for position, (release, _) in enumerate(rule.since) if position and wanted >= Version(release)]
    return later[-1] if later else 0
