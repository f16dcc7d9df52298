"""In each world our engine decides as the real client did: outcome, versions, requests, and an honest document."""

from __future__ import annotations

import sys

import pytest
from conformance_runner import Case, cases, disagreements, interpreter_of, perform, run_of

RECORDED_WITH = (3, 11)
HERE = sys.version_info[:2] == RECORDED_WITH and sys.platform == "linux"


ENDS_LATER = {
    "artifactory-unavailable-wheels-lock-uv@0.13.8",
    "gcp-two-registries-pip-compile-uv@0.5.28",
    "index-issue-2205-compile-uv@0.1.14",
}
"""Runs that fail while requests are under way in parallel: ours may have asked a little more by then."""


def judged() -> list[object]:
    late = pytest.mark.xfail(reason="what is asked beside a failing request depends on timing", strict=False)
    return [pytest.param(case, id=str(case), marks=[late] if str(case) in ENDS_LATER else []) for case in cases()]


@pytest.mark.skipif(not HERE, reason="the answers were recorded with CPython 3.11 on Linux")
@pytest.mark.parametrize("case", judged())
def test_our_run_agrees_with_the_real_client(case: Case) -> None:
    if interpreter_of(run_of(case)) is None:
        pytest.skip(f"there is no Python {run_of(case)['python']} here")
    assert disagreements(case, perform(case)) == []
