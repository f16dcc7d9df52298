"""In each world our engine decides as the real client did: outcome, versions, requests, and an honest document."""

from __future__ import annotations

import sys

import pytest
from conformance_runner import Case, cases, disagreements, interpreter_of, perform, run_of

RECORDED_WITH = (3, 11)
HERE = sys.version_info[:2] == RECORDED_WITH and sys.platform == "linux"


@pytest.mark.skipif(not HERE, reason="the answers were recorded with CPython 3.11 on Linux")
@pytest.mark.parametrize("case", list(cases()), ids=str)
def test_our_run_agrees_with_the_real_client(case: Case) -> None:
    if interpreter_of(run_of(case)) is None:
        pytest.skip(f"there is no Python {run_of(case)['python']} here")
    assert disagreements(case, perform(case)) == []
