"""Whole runs: how they end, what they ask, and that they can be stopped."""

from __future__ import annotations

import threading

import pytest
from engine_world import bodies, place

from explorer.engine import resolve
from explorer.events import Event, Failed, NotModelled, RequestStarted, Resolved, RunEnded, RunStarted, Unsatisfiable
from explorer.profiles import parse_profile
from explorer.run.stream import EventStream
from explorer.run.worker import Run

SIMPLE = """
[[server]]
id = "s"
[[server.index]]
id = "main"
path = "/simple"
files = "/files"
[server.index.packages.a.versions."1.0"]
requires = ["b>=2"]
sdist = false
[server.index.packages.b.versions."1.0"]
sdist = false
[server.index.packages.b.versions."2.0"]
sdist = false
[files]
"r.in" = "a\\n"
"git.in" = "x @ git+https://host.invalid/x\\n"
"""
COMPILE = ["uv", "pip", "compile", "r.in", "--default-index", "{main}"]


def test_a_run_begins_with_its_settings_and_ends_with_its_outcome() -> None:
    with place(SIMPLE) as world:
        outcome, events = world.run(COMPILE)
    assert outcome == "resolved"
    assert isinstance(events[0].body, RunStarted) and isinstance(events[-1].body, RunEnded)
    assert [event.number for event in events] == list(range(1, len(events) + 1))


def test_the_answer_says_who_requires_what() -> None:
    with place(SIMPLE) as world:
        _, events = world.run(COMPILE)
    (answer,) = bodies(events, Resolved)
    assert {p.name: (p.version, p.required_by) for p in answer.packages} == {
        "a": ("1.0", ("you",)),
        "b": ("2.0", ("a 1.0",)),
    }


def test_a_conflict_ends_with_the_clauses_that_contradict_each_other() -> None:
    with place(SIMPLE.replace('"a\\n"', '"a\\nb<2\\n"')) as world:
        outcome, events = world.run(COMPILE)
    (failure,) = bodies(events, Unsatisfiable)
    assert outcome == "unsatisfiable"
    assert list(failure.report) == [
        "Because all versions of a depend on b>=2 and you require a, we can conclude that you require b>=2.",
        "And because you require b<2, we can conclude that your requirements are unsatisfiable.",
    ]
    assert failure.derivation is not None and failure.derivation.children


def test_a_file_that_is_refused_ends_the_run_and_names_the_exchange() -> None:
    with place(SIMPLE.replace('files = "/files"', 'files = "/files"\nfile-status = { "a-*" = 403 }')) as world:
        outcome, events = world.run(COMPILE)
    (failure,) = bodies(events, Failed)
    assert (outcome, failure.kind) == ("failed", "fetch")
    refused = next(b for b in bodies(events, RequestStarted) if b.request == failure.request)
    assert refused.purpose == "metadata"


def test_a_run_that_was_cancelled_asks_nothing_and_says_so() -> None:
    with place(SIMPLE) as world:
        events: list[Event] = []
        stream = EventStream(events.append)
        stream.cancel()
        outcome = resolve(world.settings(COMPILE), parse_profile("uv@0.13.8"), stream)
        assert world.paths() == []
    assert outcome == "cancelled"
    assert [type(event.body) for event in events] == [Failed, RunEnded]


def test_a_run_can_be_cancelled_while_a_server_keeps_it_waiting() -> None:
    with place(SIMPLE.replace('id = "s"', 'id = "s"\nlatency-ms = 60000')) as world:
        run = Run(world.settings(COMPILE), parse_profile("uv@0.13.8"))
        asked = threading.Event()
        original = run._queue.append

        def noticing(event: Event) -> None:
            original(event)
            if isinstance(event.body, RequestStarted):
                asked.set()

        run._stream._sink = noticing
        run.start()
        assert asked.wait(20)
        run.cancel()
        run.join(20)
        assert run.outcome == "cancelled"


def test_a_repository_is_said_to_be_not_modelled() -> None:
    with place(SIMPLE) as world:
        outcome, events = world.run(["uv", "pip", "compile", "git.in", "--default-index", "{main}"])
    assert outcome == "failed"
    assert bodies(events, NotModelled)


@pytest.mark.parametrize("words", [["uv", "cache", "clean"], ["uv", "venv"]])
def test_a_command_that_resolves_nothing_has_an_empty_answer(words: list[str]) -> None:
    with place(SIMPLE) as world:
        outcome, events = world.run(words)
        assert world.paths() == []
    assert outcome == "resolved" and bodies(events, Resolved) == [Resolved(())]
