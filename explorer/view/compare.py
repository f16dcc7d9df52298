"""Two runs side by side, as rows of cells: what mode *Compare* shows of a `Difference`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..profiles import RULES, Tool
from .auth_ladder import short_url, value_words
from .diff import Difference, Divergence, RequestChange, rule_value
from .line import EMPTY, Line, Span, Tone, line
from .queries import Exchange, answer_of, user_words
from .steps import Side, Step
from .words import RULE_SENTENCES, count_words, outcome_words

MAX_ROWS = 1_000
"""Rows of a section; of more, those that differ are shown and the others counted."""

Sign = Literal["", "=", "≠", "−", "+"]


@dataclass(frozen=True, slots=True)
class CompareRow:
    """A row over both columns (`whole`), or one cell for each run; with the exchange of each that it is about."""

    whole: Line = EMPTY
    before: Line = EMPTY
    after: Line = EMPTY
    sign: Sign = ""
    before_request: int | None = None
    after_request: int | None = None

    @property
    def paired(self) -> bool:
        return bool(self.sign)


def compare_rows(difference: Difference) -> list[CompareRow]:
    """Outcome, the divergence with its rule, packages, requests, decisions."""
    before, after = difference.before, difference.after
    rows = [
        CompareRow(
            before=_side_name(before, after),
            after=_side_name(after, before),
            sign="=" if (before.profile, before.observed) == (after.profile, after.observed) else "≠",
        ),
        CompareRow(
            before=_outcome(before),
            after=_outcome(after),
            sign="≠" if difference.flipped else "=",
        ),
    ]
    if before.message or after.message:
        rows.append(
            CompareRow(
                before=line(Span(before.message, "muted")),
                after=line(Span(after.message, "muted")),
                sign="=" if before.message == after.message else "≠",
            )
        )
    if before.observed or after.observed:
        rows += _agreement_rows(difference)
    rows += _divergence_rows("Where the runs part", difference.first)
    decisive = difference.decisive
    told = difference.first is not None and (decisive is None or None in (decisive.before, decisive.after))
    if not told and difference.decisive != difference.first:
        rows += _divergence_rows("First other answer", decisive)
    rows += _rule_rows(difference)
    rows += _package_rows(difference)
    rows += _request_rows(difference)
    if not (before.observed or after.observed):
        rows += _decision_rows(difference)
    return rows


def _side_name(side: Side, other: Side) -> Line:
    """The rules of a run; beside an observed one, which of them is the real tool's."""
    name = side.profile.replace("@", " ")
    if side.observed:
        return line(Span(f"the real {name}", "heading"), Span("  observed", "muted"))
    return line(Span(name, "heading"), Span("  simulated" if other.observed else "", "muted"))


def _outcome(side: Side) -> Line:
    good = side.outcome == "resolved"
    text = "resolved" if good else outcome_words(side.outcome or "not ended")
    return line(
        Span("✔ " if good else "✗ ", "good" if good else "bad"), Span(text, "strong"), f"  {side.requests} requests"
    )


def _agreement_rows(difference: Difference) -> list[CompareRow]:
    """Whether what was simulated is what was observed, before any detail."""
    same = not (difference.flipped or difference.changed_packages or difference.changed_requests)
    requests, packages = len(difference.requests), len(difference.packages)
    compared = f"{count_words(requests, 'request')} and {count_words(packages, 'package')} compared"
    sign, words = (Span("✔ ", "good"), "the same") if same else (Span("✗ ", "bad"), difference.summary())
    return [CompareRow(), CompareRow(whole=line(sign, Span(words, "strong"), Span(f" · {compared}", "muted")))]


def _heading(title: str, note: str = "") -> list[CompareRow]:
    return [CompareRow(), CompareRow(whole=line(Span(title, "heading"), Span(f"  {note}" if note else "", "faint")))]


def _divergence_rows(title: str, divergence: Divergence | None) -> list[CompareRow]:
    if divergence is None:
        return []
    after = divergence.after
    row = CompareRow(
        before=_step_line(divergence.before),
        after=_step_line(after),
        sign="+" if divergence.before is None else "−" if after is None else "≠",
        before_request=divergence.before.request if divergence.before else None,
        after_request=after.request if after else None,
    )
    return [*_heading(title), row]


def _step_line(step: Step | None) -> Line:
    if step is None:
        return line(Span("not done", "faint"))
    number = Span(f"#{step.request} ", "accent") if step.request is not None else Span("")
    return line(number, Span(step.sentence))


def rule_sentence(difference: Difference) -> str:
    """What the rule says by which the runs part; its id where no sentence is known."""
    tool: Tool = "pip" if difference.after.profile.startswith("pip") else "uv"
    rule = RULES[tool].get(difference.rule)
    return rule.sentence if rule else RULE_SENTENCES.get(difference.rule, difference.rule)


def _rule_rows(difference: Difference) -> list[CompareRow]:
    if not difference.rule:
        return []
    rows = [CompareRow(), CompareRow(whole=line(Span("rule ", "muted"), Span(rule_sentence(difference), "strong")))]
    old, new = (rule_value(difference.rule, side.profile) for side in (difference.before, difference.after))
    if old is not None and new is not None and old != new:
        rows.append(
            CompareRow(
                before=line(Span(value_words(old), "accent")), after=line(Span(value_words(new), "accent")), sign="≠"
            )
        )
    return rows


def _package_rows(difference: Difference) -> list[CompareRow]:
    changes = difference.packages
    shown = [change for change in changes if len(changes) <= MAX_ROWS or not change.same]
    if not changes:
        return []
    rows = _heading("Packages", f"{difference.changed_packages} of {len(changes)} differ")
    for change in shown:
        tone: Tone = "faint" if change.same else "plain"
        rows.append(
            CompareRow(
                before=line(Span(f"{change.name} {change.before}", tone)) if change.before else EMPTY,
                after=line(Span(f"{change.name} {change.after}", tone)) if change.after else EMPTY,
                sign=_sign(bool(change.before), bool(change.after), change.same),
            )
        )
    return rows


def _request_rows(difference: Difference) -> list[CompareRow]:
    changes = difference.requests
    shown = [change for change in changes if len(changes) <= MAX_ROWS or not change.same][:MAX_ROWS]
    rows = _heading("Requests", f"{difference.changed_requests} of {len(changes)} differ")
    return rows + [_request_row(change) for change in shown]


def _request_row(change: RequestChange) -> CompareRow:
    return CompareRow(
        before=_request_line(change.before, change.same),
        after=_request_line(change.after, change.same),
        sign=_sign(change.before is not None, change.after is not None, change.same),
        before_request=change.before.number if change.before else None,
        after_request=change.after.number if change.after else None,
    )


def _request_line(exchange: Exchange | None, same: bool) -> Line:
    if exchange is None:
        return EMPTY
    answer, tone = answer_of(exchange)
    user = user_words(exchange)
    return line(
        Span(f"{exchange.number:>3} ", "faint" if same else "accent"),
        Span(f"{answer:<5} ", "faint" if same else tone),
        Span("anonymous " if user == "–" else f"{user} ", "faint" if same or user == "–" else "accent"),
        Span(short_url(exchange), "faint" if same else "plain"),
    )


def _decision_rows(difference: Difference) -> list[CompareRow]:
    before, after = difference.before.decisions, difference.after.decisions
    count = max(len(before), len(after))
    same = next((i for i in range(count) if before[i : i + 1] != after[i : i + 1]), count)
    if same == count:
        return [*_heading("Decisions", f"the same {count}")] if count else []
    rows = _heading("Decisions", f"the first {same} are the same" if same else "")
    for position in range(same, min(count, same + MAX_ROWS)):
        left, right = "".join(before[position : position + 1]), "".join(after[position : position + 1])
        sign = _sign(bool(left), bool(right), left == right)
        rows.append(CompareRow(before=line(left), after=line(right), sign=sign))
    return rows


def _sign(before: bool, after: bool, same: bool) -> Sign:
    if same:
        return "="
    return "≠" if before and after else "−" if before else "+"
