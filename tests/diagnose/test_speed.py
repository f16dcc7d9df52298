"""Long runs are diagnosed in a moment: a rule looks at what it is about, not each time at everything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from diagnosed import Diagnosed
from test_any_events import WORLDS, run_of

from explorer.diagnose import find
from explorer.diagnose.case import case_of
from explorer.diagnose.find import RULES
from explorer.events import (
    Event,
    Failed,
    IncompatibilityAdded,
    IndexInForce,
    RequestStarted,
    Resolved,
    RunEnded,
    RunStarted,
    SettingIgnored,
    Unsatisfiable,
)

EVENTS, SECONDS = 50_000, 1.0


@pytest.mark.parametrize("name", WORLDS)
def test_fifty_thousand_events_are_diagnosed_within_a_second(name: str) -> None:
    """Processor time, so that what else the machine does counts little; every rule to its end, beyond what is shown."""
    run = run_of(name)
    events = list(_many(run))
    assert len(events) > EVENTS * 0.7
    began = time.process_time()
    find(events, run.settings, run.profile, strict=True)
    assert time.process_time() - began < SECONDS
    case = case_of(events, run.settings, run.profile)
    for rule in RULES:
        began = time.process_time()
        for _ in rule(case):
            pass
        assert time.process_time() - began < SECONDS, rule


def _many(run: Diagnosed) -> Iterator[Event]:
    """The events of a run over and over, each time about other packages and requests; what is told once stays so."""
    once = (RunStarted, IndexInForce, SettingIgnored)
    last = (Failed, Unsatisfiable, Resolved, RunEnded)
    requests = 1 + max((e.body.request for e in run.events if isinstance(e.body, RequestStarted)), default=0)
    rounds, number = EVENTS // len(run.events), 0
    for turn in range(rounds):
        for event in run.events:
            body = event.body
            if (isinstance(body, once) and turn) or (isinstance(body, last) and turn < rounds - 1):
                continue
            number += 1
            yield replace(event, number=number, body=_renamed(body, f"-{turn}", turn * requests))


def _renamed(body: Any, suffix: str, shift: int) -> Any:
    """For another package; numbers of requests moved by `shift`. A derivation is cut: then each leaf counts."""
    changes: dict[str, Any] = {}
    if getattr(body, "package", None):
        changes["package"] = body.package + suffix
    for name in ("request", "logical", "redirect_of"):
        if isinstance(getattr(body, name, None), int):
            changes[name] = getattr(body, name) + shift
    if isinstance(getattr(body, "requests", None), tuple):
        changes["requests"] = tuple(number + shift for number in body.requests)
    if isinstance(body, IncompatibilityAdded):
        changes["terms"] = tuple(replace(term, package=term.package + suffix) for term in body.terms)
    if isinstance(body, Unsatisfiable):
        changes["derivation"] = None
    return replace(body, **changes)
