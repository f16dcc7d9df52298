"""The texts of the learn mode: a lesson before and after its run, and what of the run belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...view.filters import FilterError, parse_filter
from ...view.line import EMPTY, Line, Span, line
from ...view.queries import answer_of

if TYPE_CHECKING:
    from ...worlds.lesson import Lesson
    from ...worlds.worksheet import RunSummary
    from ..session import Session

MAX_EVIDENCE: Final = 40
"""Requests that an explanation lists."""

MAX_PACKAGES: Final = 20


def summary_of(session: Session, lesson: Lesson) -> RunSummary | None:
    """What the newest run of a session ended with, and its requests that the lesson's filter keeps; None while it
    goes on.
    """
    from ...worlds.worksheet import RunSummary

    view = session.recorded.view
    outcome = view.answer.outcome
    if outcome is None or session.running:
        return None
    if view.answer.resolved is not None:
        rows = [f"{package.name} {package.version}" for package in view.answer.resolved.packages]
        answer = (*rows[:MAX_PACKAGES], *([f"… {len(rows) - MAX_PACKAGES} more"] if len(rows) > MAX_PACKAGES else []))
    elif view.answer.unsatisfiable is not None:
        answer = (view.answer.unsatisfiable.headline,)
    else:
        answer = (view.answer.failed.message,) if view.answer.failed is not None else ()
    try:
        keeps = parse_filter(lesson.evidence).keeps
    except FilterError:
        keeps = parse_filter("").keeps
    exchanges = [exchange for _, exchange in sorted(view.queries.by_number.items()) if keeps(exchange)]
    evidence = tuple(
        f"{exchange.started.method} {exchange.started.url.parts.path} {answer_of(exchange)[0]}"
        + (f" as {exchange.started.user_shown}" if exchange.started.user_shown else "")
        for exchange in exchanges[:MAX_EVIDENCE]
    )
    return RunSummary(profile=session.effective_profile().name, outcome=outcome, answer=answer, evidence=evidence)


def preview_lines(lesson: Lesson, *, done: bool) -> list[Line]:
    """A lesson in the picker."""
    told = f"{lesson.seed} · {lesson.profile}" if lesson.seed else lesson.profile
    state = (Span(" · done", "good"),) if done else ()
    return [
        line(Span(lesson.title, "strong")),
        (Span(told, "faint"), *state),
        EMPTY,
        line(Span("Claim", "heading")),
        line(lesson.claim),
        EMPTY,
        line(Span("The world", "heading")),
        line(lesson.setup),
    ]


def question_lines(lesson: Lesson) -> list[Line]:
    """A lesson before its run, up to the question."""
    return [
        line(Span(lesson.title, "strong")),
        line(Span(lesson.claim, "accent")),
        EMPTY,
        line(lesson.setup),
        EMPTY,
        line(Span(f"As {lesson.profile}: ", "muted"), " ".join(lesson.command)),
        EMPTY,
        line(Span("What do you expect? ", "heading"), Span(lesson.question, "strong")),
    ]


def explanation_lines(lesson: Lesson, predicted: int | None, run: RunSummary, *, later: bool = False) -> list[Line]:
    """A lesson after its run. `later`: the run is not the first of the lesson."""
    from ...worlds.worksheet import expected_words, release_rows, rule_rows

    lines: list[Line] = [line(Span(lesson.title, "strong")), line(Span(lesson.claim, "accent")), EMPTY]
    if predicted is not None and predicted < len(lesson.choices):
        right = predicted == lesson.right
        mark = Span("✔ right: ", "good") if right else Span("✘ not so: ", "bad")
        lines += [line(Span("You expected", "heading")), line(mark, lesson.choices[predicted])]
        lines += [] if right else [line(Span("  instead: ", "muted"), lesson.choices[lesson.right])]
        lines.append(EMPTY)
    tone: Span = Span(run.outcome, "good" if run.outcome == "resolved" else "bad")
    lines += [line(Span("What happened", "heading")), line(f"As {run.profile}: ", tone)]
    lines += [line(Span(row, "muted")) for row in run.answer]
    if later:
        lines.append(line(Span("This is a later run of yours; r starts the lesson's own again.", "warning")))
    lines += [EMPTY, line(Span("Why", "heading")), line(lesson.answer), EMPTY]
    lines += [line(Span("Evidence", "heading"), Span(f"  requests that / {lesson.evidence} keeps", "faint"))]
    lines += [line(Span("▸ ", "accent"), row) for row in run.evidence] or [line(Span("No such request.", "muted"))]
    if lesson.flips:
        lines += [EMPTY, line(Span("Changes to try", "heading"))]
        keys = "!@" + " " * len(lesson.flips)
        for key, flip in zip(keys, lesson.flips, strict=False):
            outcome = Span(expected_words(flip.expected), "good" if flip.expected.outcome == "resolved" else "bad")
            lines.append(line(Span(f"{key}  ", "accent"), flip.change, Span(" → ", "faint"), outcome))
    if lesson.releases:
        lines += [EMPTY, line(Span("What the releases did", "heading"))]
        for name, expected in release_rows(lesson):
            outcome = Span(expected_words(expected), "good" if expected.outcome == "resolved" else "bad")
            lines.append(line(f"{name:12}", outcome))
    if rules := rule_rows(lesson):
        lines += [EMPTY, line(Span("Rules", "heading"))]
        lines += [line(Span(f"{id_}  ", "accent"), sentence) for id_, sentence in rules]
    return lines
