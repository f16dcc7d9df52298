"""No stream of events makes a rule stumble: cut off anywhere, with holes, with fields that say nothing.

A recording may be cut off, an observed run tells less than a simulated one, and a what-if may know other indexes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields, replace
from functools import cache

import pytest
from diagnosed import Diagnosed, lesson, world
from hypothesis import given, settings
from hypothesis import strategies as some
from test_credential_rules import COMPILE, PRIVATE
from test_declared_rules import PRIVATE as DECLARED
from test_declared_rules import dropped, workspace
from test_file_rules import one
from test_index_rules import HAS_A, indexes, two

from explorer.diagnose import find
from explorer.diagnose.find import RULES
from explorer.events import Event

WORLDS: dict[str, AbstractContextManager[Diagnosed]] = {
    **{name: lesson(name) for name in ("11100", "11244", "13216", "2205", "11926")},
    "member": world(workspace(DECLARED), "uv@0.13.8", "uv", "lock"),
    "dropped": world(dropped("no-such-key = 1"), "uv@0.13.8", "uv", "lock"),
    "tags": world(one('sdist = false\nwheel-tags = ["py3-none-win_amd64"]'), "uv@0.13.8", "uv", "sync"),
    "refused": world(PRIVATE, "uv@0.6.17", *COMPILE, "--default-index", "{corp|alice:wrong}"),
    "confusion": world(
        two("a", 'auth = { user = "u", password = "right" }\n' + HAS_A.format("1.0"), HAS_A.format("9.0")),
        "uv@0.13.8", *indexes("--index-strategy", "unsafe-best-match"),
    ),
    "pip": world(
        two("a", 'auth = { user = "u", password = "right" }\n' + HAS_A.format("1.0"), HAS_A.format("9.0")),
        "pip@26.3", "pip", "install", "--dry-run", "-r", "requirements.in",
        "--index-url", "{second}", "--extra-index-url", "{first|u:right}",
    ),
}  # fmt: skip


@cache
def run_of(name: str) -> Diagnosed:
    with WORLDS[name] as run:
        return run


def check(run: Diagnosed, events: Sequence[Event]) -> None:
    """Nothing is raised, every claim rests on events that there are, and none is named twice."""
    numbers = {event.number for event in events}
    for found in find(events, run.settings, run.profile, strict=True):
        assert found.evidence and set(found.evidence) <= numbers, found
        assert len(set(found.evidence)) == len(found.evidence)
        assert found.claim.strip() and "None" not in found.claim, found.claim


def told_less(event: Event) -> Event:
    """Every field that may be None is, every tuple and text that may be empty is."""
    blank: dict[str, object] = {}
    for field in fields(event.body):
        kind, value = str(field.type), getattr(event.body, field.name)
        if "None" in kind:
            blank[field.name] = None
        elif isinstance(value, tuple):
            blank[field.name] = ()
        elif isinstance(value, str) and not kind.startswith(("Literal", "Rung", "Purpose", "ExchangeFrom")):
            blank[field.name] = "" if type(value) is str and field.name in ("detail", "owner", "excerpt") else value
    return replace(event, body=replace(event.body, **blank))


@pytest.mark.parametrize("name", WORLDS)
def test_every_beginning_of_a_run_is_diagnosed(name: str) -> None:
    run = run_of(name)
    for length in range(len(run.events) + 1):
        check(run, run.events[:length])


@pytest.mark.parametrize("name", WORLDS)
def test_every_end_of_a_run_is_diagnosed(name: str) -> None:
    run = run_of(name)
    for start in range(len(run.events)):
        check(run, run.events[start:])


@settings(max_examples=300, deadline=None)
@given(some.sampled_from(list(WORLDS)), some.integers(0, 2**32), some.floats(0.02, 0.9), some.booleans())
def test_holes_in_a_run_are_no_hindrance(name: str, seed: int, holes: float, less: bool) -> None:
    run, chance = run_of(name), random.Random(seed)
    kept = [event for event in run.events if chance.random() > holes]
    check(run, [told_less(event) if less and chance.random() < holes else event for event in kept])


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("other", ["11100", "11244", "member"])
def test_events_of_one_run_and_settings_of_another(name: str, other: str) -> None:
    """Indexes that the settings do not know, and none of those that they know."""
    run, stranger = run_of(name), run_of(other)
    check(replace(run, settings=stranger.settings, profile=stranger.profile), run.events)


def test_a_rule_that_stumbles_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of("2205")
    found = run.diagnoses

    def stumbles(case: object) -> Iterator[object]:
        yield found[0]
        raise KeyError(case)

    monkeypatch.setattr(sys.modules[find.__module__], "RULES", (stumbles, *RULES))
    assert set(find(run.events, run.settings, run.profile)) >= set(found)
    with pytest.raises(KeyError):
        find(run.events, run.settings, run.profile, strict=True)
