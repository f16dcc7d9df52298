"""The answer: the packages chosen as a table or as a tree of requirements; or the failure in the real tool's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..events import Failed, Pinned, Resolved, RunEnded, Unsatisfiable
from . import words
from .line import EMPTY, Line, Span, line
from .packages import Packages, PackageStory

MAX_TREE_ROWS = 5_000
"""Rows of the tree; beyond that the table is the better view."""


class Answer:
    """Fold of Resolved, Unsatisfiable, Failed and RunEnded."""

    def __init__(self) -> None:
        self.resolved: Resolved | None = None
        self.unsatisfiable: Unsatisfiable | None = None
        self.failed: Failed | None = None
        self.ended: RunEnded | None = None
        self.stamp = 0

    def take(self, body: Resolved | Unsatisfiable | Failed | RunEnded) -> None:
        """One of the events that end a run; the first answer stays."""
        match body:
            case Resolved():
                self.resolved = body
            case Unsatisfiable():
                self.unsatisfiable = body
            case Failed():
                self.failed = self.failed or body
            case RunEnded():
                self.ended = body
        self.stamp += 1

    @property
    def outcome(self) -> str | None:
        """`resolved`, `unsatisfiable`, `failed`, `cancelled`; None while the run goes on."""
        if self.failed is not None:
            return "cancelled" if self.failed.kind == "cancelled" else "failed"
        if self.unsatisfiable is not None:
            return "unsatisfiable"
        if self.ended is not None:
            return self.ended.outcome
        return "resolved" if self.resolved is not None else None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row: cells for the table (empty for a line of text), and the package it is about."""

    cells: tuple[Span, ...] = ()
    line: Line = ()
    package: str | None = None
    version: str | None = None


TABLE_COLUMNS = ("package", "version", "index", "only if", "why this version", "required by")


def table_rows(resolved: Resolved) -> list[AnswerRow]:
    """The resolution as a table in the order of TABLE_COLUMNS."""
    return [
        AnswerRow(
            cells=(
                Span(_name(pinned), "strong" if "you" in pinned.required_by else "plain"),
                Span(pinned.version, "accent"),
                Span(pinned.index_id or pinned.source or "", "plain"),
                Span(pinned.markers or "", "warning"),
                Span(words.because_words(pinned.why), "muted"),
                Span(", ".join(pinned.required_by), "muted"),
            ),
            package=pinned.name,
            version=pinned.version,
        )
        for pinned in resolved.packages
    ]


def live_rows(packages: Packages) -> list[AnswerRow]:
    """The decisions in force while the run goes on, in the columns of the table."""
    rows = []
    for story in packages.stories.values():
        for decision in dict.fromkeys(story.decided.values()):
            required_by = ", ".join(dict.fromkeys(_parent(edge.parent, edge.parent_version) for edge in story.required))
            cells = (
                Span(story.name, "plain"),
                Span(decision.version, "accent"),
                Span(decision.index or ""),
                Span(""),
                Span(words.because_words(decision.because), "muted"),
                Span(required_by, "muted"),
            )
            rows.append(AnswerRow(cells=cells, package=story.name, version=decision.version))
    return rows


def _parent(name: str | None, version: str | None) -> str:
    return f"{name} {version or ''}".strip() if name else "you"


def _name(pinned: Pinned) -> str:
    return f"{pinned.name}[{','.join(pinned.requested_extras)}]" if pinned.requested_extras else pinned.name


def tree_rows(resolved: Resolved, stories: Mapping[str, PackageStory]) -> list[AnswerRow]:
    """The resolution as a tree from what you require; one that was shown before is closed by `…`."""
    pinned = {each.name: each for each in resolved.packages}
    rows: list[AnswerRow] = []
    shown: set[str] = set()
    roots = [each for each in resolved.packages if "you" in each.required_by] or list(resolved.packages)
    waiting: list[tuple[Pinned, str, str, str | None]] = [(each, "", "", None) for each in reversed(roots)]
    while waiting and len(rows) < MAX_TREE_ROWS:
        each, lead, below, marker = waiting.pop()
        children = [(pinned[name], condition) for name, condition in each.dependencies if name in pinned]
        again = each.name in shown and bool(children)
        rows.append(_tree_row(each, lead, marker, again, stories.get(each.name)))
        if again:
            continue
        shown.add(each.name)
        for position in range(len(children) - 1, -1, -1):
            last = position == len(children) - 1
            branch, more = ("└ ", "  ") if last else ("├ ", "│ ")
            waiting.append((children[position][0], below + branch, below + more, children[position][1]))
    return rows


def _tree_row(pinned: Pinned, lead: str, marker: str | None, again: bool, story: PackageStory | None) -> AnswerRow:
    ranges = (
        ", ".join(dict.fromkeys(edge.range for edge in story.required if edge.range not in ("", "*"))) if story else ""
    )
    text = line(
        Span(lead, "faint"),
        Span(_name(pinned), "plain" if lead else "strong"),
        Span(f" {pinned.version}", "accent"),
        Span(f"  {pinned.index_id or pinned.source or ''}", "muted"),
        Span(f"  {ranges}" if ranges else "", "faint"),
        Span(f"  if {marker}" if marker else "", "warning"),
        Span("  … see above" if again else "", "faint"),
    )
    return AnswerRow(line=text, package=pinned.name, version=pinned.version)


def failure_rows(answer: Answer) -> list[AnswerRow]:
    """The failure: headline, report, chain and hints."""
    rows: list[AnswerRow] = []
    if answer.unsatisfiable is not None:
        rows.append(AnswerRow(line=line(Span("✗ ", "bad"), Span(answer.unsatisfiable.headline, "strong"))))
        rows += [AnswerRow(line=line("  " + text)) for text in answer.unsatisfiable.report]
        rows += _hints(answer.unsatisfiable.hints)
    if answer.failed is not None:
        rows.append(AnswerRow(line=line(Span("✗ ", "bad"), Span(answer.failed.message, "strong"))))
        rows += [AnswerRow(line=line(Span("  " + text))) for text in answer.failed.chain]
        rows += _hints(answer.failed.hints)
    return rows


def _hints(hints: tuple[str, ...]) -> list[AnswerRow]:
    return (
        [AnswerRow(line=EMPTY), *(AnswerRow(line=line(Span("hint: ", "accent"), text)) for text in hints)]
        if hints
        else []
    )
