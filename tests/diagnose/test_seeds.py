"""Each of the five reports: its cause is named, rests on evidence, and a remedy is proved."""

from __future__ import annotations

import pytest
from diagnosed import lesson

from explorer.diagnose import tried


@pytest.mark.parametrize(
    ("name", "rule", "evidence", "remedy"),
    [
        ("11100", "F12", {"PageRead", "RequestStarted", "RequestEnded"}, "dependency-metadata for tornado 6.4.2"),
        ("11926", "F12", {"PageRead", "RequestStarted", "RequestEnded"}, "dependency-metadata for tornado 6.4.2"),
        ("11244", "F13", {"CredentialSent", "RequestStarted", "RequestEnded"}, "as uv@0.6.3"),
        ("13216", "F05", {"IndexAnswered", "SearchEnded", "RequestEnded"}, "wrongpath: ignore 401"),
        ("2205", "F04", {"PageRead", "SearchEnded", "IncompatibilityAdded"}, "strategy unsafe-best-match"),
    ],
)
def test_the_cause_is_named_and_a_remedy_proved(name: str, rule: str, evidence: set[str], remedy: str) -> None:
    with lesson(name) as run:
        assert run.diagnoses[0].rule == rule
        assert evidence <= run.cited(rule)
        findings = tried(run.diagnoses, lambda toggle: run.try_(toggle, asks=True))
        proved = {r.toggle: r for r in findings[0].remedies}
        assert (proved[remedy].outcome, proved[remedy].message) == ("resolved", "tried: resolves")


def test_advice_that_does_not_help_is_shown_not_to() -> None:
    with lesson("11100") as run:
        findings = tried(run.diagnoses, run.try_)
        advice = next(r for r in findings[0].remedies if r.toggle.startswith("environments"))
        assert advice.outcome == "failed" and advice.message.startswith("tried: still fails with: ")


@pytest.mark.parametrize("name", ["11100", "11926", "11244", "13216", "2205"])
def test_trying_on_held_answers_sends_nothing(name: str) -> None:
    with lesson(name) as run:
        before = len(run.server.log)
        for finding in tried(run.diagnoses, run.try_):
            for remedy in finding.remedies:
                assert remedy.message.startswith(("tried: ", "not tried"))
        assert len(run.server.log) == before


@pytest.mark.parametrize("name", ["11926", "13216", "2205"])
def test_the_same_events_give_the_same_findings(name: str) -> None:
    with lesson(name) as run:
        assert tried(run.diagnoses, run.try_) == tried(run.diagnoses, run.try_)


def test_what_needs_requests_says_so() -> None:
    with lesson("13216") as run:
        remedies = tried(run.diagnoses, run.try_)[0].remedies
        assert remedies[0].outcome is None and remedies[0].message == "not tried: needs at least 1 request"


def test_no_more_is_tried_than_allowed() -> None:
    with lesson("13216") as run:
        tries: list[object] = []

        def try_(toggle: object) -> object:
            tries.append(toggle)
            return run.try_(run.diagnoses[0].toggles[0])

        tried(run.diagnoses, try_, most=2)  # type: ignore[arg-type]
        assert len(tries) == 2
