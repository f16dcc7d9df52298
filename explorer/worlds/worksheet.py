"""A lesson as a sheet of Markdown: claim, prediction, what happened, evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..profiles import RULES
from .lesson import Expected, Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A run as a worksheet tells it: its release, how it ended, its answer and its evidence, a line each."""

    profile: str
    outcome: str
    answer: tuple[str, ...]
    evidence: tuple[str, ...]


def worksheet(lesson: Lesson, predicted: int | None, run: RunSummary | None) -> str:
    """The sheet. `predicted` is the number of the choice that was made, `run` None where the run was not made yet."""
    lines = [f"# {_plain(lesson.title)}", "", f"Claim: {_plain(lesson.claim)}", ""]
    lines += ["## The world", "", _plain(lesson.setup), "", _code(" ".join(lesson.command)), ""]
    lines += ["## Prediction", "", _plain(lesson.question), ""]
    for number, choice in enumerate(lesson.choices):
        lines.append(f"- [{'x' if number == predicted else ' '}] {_plain(choice)}")
    lines.append("")
    if run is not None:
        right = "" if predicted is None else f" The prediction was {'right' if predicted == lesson.right else 'wrong'}."
        lines += ["## What happened", "", f"As {run.profile} the run ended {run.outcome}.{right}", ""]
        lines += [*(_code(row) for row in run.answer), ""]
        lines += ["## Evidence", "", *(_code(row) for row in run.evidence), ""]
        lines += ["## Explanation", "", _plain(lesson.answer), ""]
        lines += ["## Changes to try", ""]
        lines += [f"- {_plain(flip.change)}: {expected_words(flip.expected)}" for flip in lesson.flips]
        lines.append("")
        if lesson.releases:
            lines += ["## What the releases did", "", "| release | outcome |", "| --- | --- |"]
            lines += [f"| {name} | {expected_words(expected)} |" for name, expected in release_rows(lesson)]
            lines.append("")
        if rules := rule_rows(lesson):
            lines += ["## Rules", "", *(f"- `{id_}`: {_plain(sentence)}" for id_, sentence in rules), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def expected_words(expected: Expected) -> str:
    """`resolved: demo 1.0`."""
    packages = ", ".join(f"{name} {version}" for name, version in expected.packages.items())
    return f"{expected.outcome}: {packages}" if packages else expected.outcome


def release_rows(lesson: Lesson) -> Sequence[tuple[str, Expected]]:
    """What each release named by the lesson did, its own among them, oldest first."""
    rows = [(lesson.profile, lesson.expected), *((release.profile, release.expected) for release in lesson.releases)]
    return sorted(rows, key=lambda row: [int(part) for part in re.findall(r"\d+", row[0])])


def rule_rows(lesson: Lesson) -> Sequence[tuple[str, str]]:
    """(id, sentence with the releases that changed it) of each rule of the lesson."""
    rows = []
    for id_ in lesson.rules:
        tools = [tool for tool in RULES if id_ in RULES[tool] and lesson.profile.startswith(f"{tool}@")] or [
            tool for tool in RULES if id_ in RULES[tool]
        ]
        rule = RULES[tools[0]][id_]
        changed = ", ".join(f"{tools[0]} {release}" for release, _ in rule.since[1:])
        rows.append((id_, rule.sentence + (f" Changed in {changed}." if changed else "")))
    return rows


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    return f"    {' '.join(text.split())}"
