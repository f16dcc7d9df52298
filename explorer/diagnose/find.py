"""All rules over the events of one run, and the proof of what they propose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, Literal, Protocol

from ..events import Event, Finding, Remedy
from ..profiles import Profile
from ..settings.settings import Settings
from ..what_if.toggle import Toggle, title
from . import authentication, conflicts, declared, files, indexes, platforms, versions
from .case import case_of
from .diagnosis import Diagnosis, Rule

MOST_FINDINGS: Final = 12
MOST_OF_A_RULE: Final = 3
MOST_TRIES: Final = 6
RULES: Final[tuple[Rule, ...]] = (
    *files.RULES,
    *platforms.RULES,
    *indexes.RULES,
    *authentication.RULES,
    *versions.RULES,
    *declared.RULES,
    *conflicts.RULES,
)
_SEVERITIES: Final = ("error", "warning", "note")


class Tried(Protocol):
    """How an attempt ended; `missing` exchanges would have been needed that are not held."""

    @property
    def outcome(self) -> Literal["resolved", "unsatisfiable", "failed", "cancelled"]: ...
    @property
    def message(self) -> str: ...
    @property
    def missing(self) -> int: ...


def find(
    events: Iterable[Event], settings: Settings, profile: Profile, *, strict: bool = False
) -> tuple[Diagnosis, ...]:
    """What the rules see in the events of one run, errors first; the same events give the same answer.

    A rule that stumbles, say over a stream that was cut off, says nothing more and takes no other along; with `strict`
    its error is raised.
    """
    case = case_of(events, settings, profile)
    found: list[Diagnosis] = []
    for rule in RULES:
        try:
            found += _some(rule(case))
        except Exception:
            if strict:
                raise
    found.sort(key=lambda diagnosis: _SEVERITIES.index(diagnosis.severity))
    return tuple(replace(each, evidence=tuple(dict.fromkeys(each.evidence))) for each in found[:MOST_FINDINGS])


def tried(
    diagnoses: Iterable[Diagnosis], try_: Callable[[Toggle], Tried], most: int = MOST_TRIES
) -> tuple[Finding, ...]:
    """The findings with each remedy tried once, at most `most` of them, the first of each finding first."""
    diagnoses = tuple(diagnoses)
    outcomes: dict[Toggle, Remedy] = {}
    for place in range(max((len(d.toggles) for d in diagnoses), default=0)):
        for diagnosis in diagnoses:
            toggle = diagnosis.toggles[place] if place < len(diagnosis.toggles) else None
            if toggle is not None and toggle not in outcomes and len(outcomes) < most:
                outcomes[toggle] = _remedy(toggle, try_(toggle))
    return tuple(
        replace(d.finding, remedies=tuple(outcomes.get(t) or Remedy(title(t), None, "not tried") for t in d.toggles))
        for d in diagnoses
    )


def untried(diagnoses: Iterable[Diagnosis], why: str) -> tuple[Finding, ...]:
    """The findings with each remedy marked as not tried, and why not."""
    return tuple(
        replace(d.finding, remedies=tuple(Remedy(title(t), None, f"not tried: {why}") for t in d.toggles))
        for d in diagnoses
    )


def _remedy(toggle: Toggle, attempt: Tried) -> Remedy:
    if attempt.missing:  # how many more there would be depends on when the first one ended the attempt
        return Remedy(title(toggle), None, "not tried: needs at least 1 request")
    match attempt.outcome:
        case "resolved":
            return Remedy(title(toggle), "resolved", "tried: resolves")
        case "cancelled":
            return Remedy(title(toggle), None, "not tried: takes too long")
        case outcome:
            return Remedy(title(toggle), outcome, f"tried: still fails with: {attempt.message}")


def _some(found: Iterable[Diagnosis]) -> Iterator[Diagnosis]:
    """The first ones; a list that grows by them keeps those that came before an error."""
    return islice(found, MOST_OF_A_RULE)
