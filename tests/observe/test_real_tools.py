"""The real uv and pip in the lessons: what is observed is what the simulation says."""

from __future__ import annotations

import pytest

from explorer.events import Event
from explorer.http.held import HeldAnswers
from explorer.observe.real_run import observe
from explorer.profiles import parse_profile
from explorer.run.worker import run_to_end
from explorer.settings.read import read_settings
from explorer.view.diff import difference
from explorer.worlds.lesson import find_lesson, open_lesson

pytestmark = pytest.mark.network


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("issue-13216", "uv@0.7.0"),
        ("issue-13216", "uv@0.6.17"),
        ("issue-11244", "uv@0.6.3"),  # in 0.5.28 parallel requests decide whose key is sent: it differs run by run
        ("issue-11926", "uv@0.6.3"),
        ("issue-11100", "uv@0.13.8"),
        ("issue-2205", "uv@0.13.8"),
        ("yanked", "uv@0.13.8"),
    ],
)
def test_what_is_observed_is_what_is_simulated(name: str, profile: str) -> None:
    lesson = find_lesson(name)
    assert lesson is not None
    rules = parse_profile(profile)
    with open_lesson(lesson) as opened:
        settings = read_settings(opened.words, opened.context, rules)
        simulated: list[Event] = []
        observed: list[Event] = []
        run_to_end(settings, rules, simulated.append, HeldAnswers())
        observe(settings, rules, opened.words, opened.context, observed.append, fetch=True)
    compared = difference(simulated, observed)
    assert compared.after.observed and compared.before.outcome == compared.after.outcome, compared.after.message
    assert [change for change in compared.requests if not change.same] == []
    assert [change for change in compared.packages if not change.same] == []
