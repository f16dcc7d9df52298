"""A cause named by a rule, with the changes that may prove it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..events import Finding, Remedy
from ..what_if.toggle import Toggle, title
from .case import Case

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """`claim` says what happened and why, as far as the events show; `evidence` are their numbers.

    `toggles` are changes that may turn the outcome. `would_tell` is the query that would settle what no answer shows.
    """

    rule: str
    severity: Severity
    claim: str
    evidence: tuple[int, ...]
    toggles: tuple[Toggle, ...] = ()
    would_tell: str = ""

    @property
    def finding(self) -> Finding:
        """As an event; nothing was tried yet."""
        remedies = tuple(Remedy(title(toggle), None) for toggle in self.toggles)
        return Finding(self.rule, self.severity, self.claim, self.evidence, remedies, self.would_tell)


Rule = Callable[[Case], Iterator[Diagnosis]]
