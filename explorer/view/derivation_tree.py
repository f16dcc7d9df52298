"""The proof of a failure as foldable lines; before that the conflicts met so far, or why a package has its version."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from typing import Self

from ..events import Conflict, DerivationNode, IncompatibilityAdded, RequirementAdded, Unsatisfiable
from ..model.origin import Origin
from . import words
from .line import EMPTY, Line, Span, Tone, line
from .packages import PackageStory
from .queries import Queries

MAX_DEPTH = 60
"""Deeper parts of a proof are one closed line: nobody reads them, and a hostile tree must not blow the stack."""


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One line of the Derivation pane. `path` names the node for folding; `open` is None for a leaf."""

    line: Line
    path: tuple[int, ...] = ()
    evidence: tuple[int, ...] = ()
    open: bool | None = None
    node: DerivationNode | IncompatibilityAdded | None = None


class Derivation:
    """Fold of IncompatibilityAdded, Conflict and Unsatisfiable."""

    def __init__(self) -> None:
        self.added: dict[int, IncompatibilityAdded] = {}
        self.conflicts: list[Conflict] = []
        self.learned: list[IncompatibilityAdded] = []
        self.backtracks = 0
        self.failure: Unsatisfiable | None = None
        self.stamp = 0

    def copied(self) -> Self:
        """The same state, which further events do not change."""
        twin = copy(self)
        twin.added, twin.conflicts, twin.learned = self.added.copy(), self.conflicts.copy(), self.learned.copy()
        return twin

    def add(self, body: IncompatibilityAdded) -> None:
        """A set of terms that cannot hold together."""
        self.added[body.incompatibility] = body
        if body.cause == "conclusion":
            self.learned.append(body)
        self.stamp += 1

    def conflict(self, body: Conflict) -> None:
        """The decisions violate a set of terms."""
        self.conflicts.append(body)
        self.stamp += 1

    def failed(self, body: Unsatisfiable) -> None:
        """There is no solution."""
        self.failure = body
        self.stamp += 1


def proof_rows(root: DerivationNode, closed: Collection[tuple[int, ...]], queries: Queries) -> list[ProofRow]:
    """The tree after reduction, each node a line; children of a closed node are left out."""
    rows: list[ProofRow] = []
    _walk(root, (), "", "", closed, queries, rows)
    return rows


def _walk(
    node: DerivationNode,
    path: tuple[int, ...],
    lead: str,
    below: str,
    closed: Collection[tuple[int, ...]],
    queries: Queries,
    rows: list[ProofRow],
) -> None:
    is_open = None
    if node.children:
        is_open = path not in closed and len(path) < MAX_DEPTH
    rows.append(ProofRow(_node_line(node, lead, is_open), path, node.evidence, is_open, node))
    if node.evidence or node.origin:
        rest = evidence_words(node.evidence, node.origin, queries)
        rows.append(
            ProofRow(
                line(Span(below + ("  " if not node.children else "│ "), "faint"), Span(rest, "muted")),
                path,
                node.evidence,
                None,
                node,
            )
        )
    if not is_open:
        return
    for position, child in enumerate(node.children):
        last = position == len(node.children) - 1
        branch, more = ("└ ", "  ") if last else ("├ ", "│ ")
        _walk(child, (*path, position), below + branch, below + more, closed, queries, rows)


def _node_line(node: DerivationNode, lead: str, is_open: bool | None) -> Line:
    sign = {True: "▾ ", False: "▸ ", None: ""}[is_open]
    tone: Tone = "strong" if node.children else "plain"
    number = Span(f"  ({node.number})", "accent") if node.number is not None else Span("")
    hidden = Span(f"  {_count(node)} steps folded", "faint") if is_open is False else Span("")
    return line(Span(lead, "faint"), Span(sign, "accent"), Span(node.sentence or node.cause, tone), number, hidden)


def _count(node: DerivationNode) -> int:
    total, waiting = 0, list(node.children)
    while waiting:
        current = waiting.pop()
        total += 1
        waiting.extend(current.children)
    return total


def evidence_words(evidence: tuple[int, ...], origin: Origin | None, queries: Queries) -> str:
    """`query 31: torch-2.5.1….whl.metadata from PyPI`, or the file and line that states it."""
    parts = []
    for number in evidence[:3]:
        exchange = queries.by_number.get(number)
        if exchange is None:
            parts.append(f"query {number}")
            continue
        started = exchange.started
        what = started.url.filename if started.purpose != "page" else f"page of {started.package}"
        parts.append(f"query {number}: {what}" + (f" from {started.index}" if started.index else ""))
    if len(evidence) > 3:
        parts.append(f"and {len(evidence) - 3} more")
    if origin is not None and origin.kind != "default":
        parts.append(str(origin))
    return "↗ " + " · ".join(parts)


def learned_rows(derivation: Derivation, package: str | None, queries: Queries) -> list[ProofRow]:
    """What was learned from conflicts, newest first; of one package if one is named."""
    learned = [
        each
        for each in reversed(derivation.learned)
        if package is None or any(t.package == package for t in each.terms)
    ]
    rows = []
    for each in learned[:200]:
        text = line(Span(f"{each.incompatibility:>5} ", "faint"), words.incompatibility_sentence(each))
        rows.append(ProofRow(text, (each.incompatibility,), _evidence_below(derivation, each), None, each))
    if len(learned) > 200:
        rows.append(ProofRow(line(Span(f"      and {len(learned) - 200} earlier ones", "muted"))))
    return rows


def _evidence_below(derivation: Derivation, top: IncompatibilityAdded) -> tuple[int, ...]:
    found: dict[int, None] = {}
    waiting, seen = [top], {top.incompatibility}
    while waiting and len(seen) < 500:
        current = waiting.pop()
        found.update(dict.fromkeys(current.evidence))
        for parent in current.parents or ():
            if parent not in seen and parent in derivation.added:
                seen.add(parent)
                waiting.append(derivation.added[parent])
    return tuple(found)


def choice_rows(story: PackageStory, derivation: Derivation, queries: Queries) -> list[ProofRow]:
    """Why a package has its version: who requires what, which versions were passed over, what was decided."""
    rows: list[ProofRow] = []
    for decision in dict.fromkeys(story.decided.values()):
        chosen = line(
            Span(f"{story.name} {decision.version}", "strong"),
            Span("  " + words.because_words(decision.because), "good"),
        )
        rows.append(ProofRow(chosen))
    if not story.decided:
        rows.append(ProofRow(line(Span(story.name, "strong"), Span("  no version is chosen", "muted"))))
    rows += [ProofRow(required_line(edge)) for edge in story.required]
    refused = [judged for judged in story.judged.values() if judged.refusal is not None]
    if refused:
        rows += [ProofRow(EMPTY), ProofRow(line(Span("looked at and refused", "heading")))]
        for judged in refused[:100]:
            assert judged.refusal is not None
            reason = words.version_refusal(judged.refusal)
            rows.append(ProofRow(line(Span(f"  {judged.version}  "), Span(reason, "muted"))))
    learned = learned_rows(derivation, story.name, queries)
    if learned:
        rows += [ProofRow(EMPTY), ProofRow(line(Span("learned from conflicts", "heading"))), *learned]
    return rows


def required_line(edge: RequirementAdded) -> Line:
    """`you require torch>=2  pyproject.toml:5`, with the marker under which it counts."""
    verb = "requires" if edge.parent else "require"
    who = f"{edge.parent} {edge.parent_version or ''}".strip() if edge.parent else "you"
    marker = Span(f"  if {edge.marker}", "warning") if edge.marker else Span("")
    where = Span(f"  {edge.origin}", "faint") if edge.origin and edge.origin.kind != "default" else Span("")
    requirement = edge.requirement.partition(";")[0].strip() or f"{edge.package}{edge.range}"
    return line(Span("  ", "faint"), Span(f"{who} {verb} ", "muted"), Span(requirement), marker, where)
