"""Toggles that no tool has: a status in place of an index's answer, another file to read the metadata from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from explorer.events import Event, IndexAnswered, MetadataRead, RequestEnded, RequestStarted, WheelChosen
from explorer.http.held import HeldAnswers
from explorer.profiles import parse_profile
from explorer.run.worker import run_to_end
from explorer.settings.read import read_settings
from explorer.what_if import toggle as t
from explorer.what_if.toggles import Toggles
from explorer.worlds.lesson import OpenLesson, find_lesson, open_lesson


@dataclass(slots=True)
class Lesson:
    """A lesson's command, run again and again in one session."""

    opened: OpenLesson
    held: HeldAnswers = field(default_factory=HeldAnswers)
    events: list[Event] = field(default_factory=list)

    def run(self, *toggles: t.Toggle) -> str:
        profile = parse_profile("uv@0.13.8")
        base = read_settings(self.opened.words, self.opened.context, profile)
        self.events = []
        return run_to_end(Toggles(toggles).settings(base), profile, self.events.append, self.held)

    @property
    def asked_over_the_network(self) -> list[str]:
        ended = {e.body.request: e.body.source for e in self.events if isinstance(e.body, RequestEnded)}
        started = [e.body for e in self.events if isinstance(e.body, RequestStarted)]
        return [str(each.url) for each in started if ended.get(each.request) == "network"]

    def told(self, kind: type) -> list[object]:
        return [e.body for e in self.events if isinstance(e.body, kind)]


@pytest.fixture
def lesson(request: pytest.FixtureRequest) -> Iterator[Lesson]:
    found = find_lesson(request.param)
    assert found is not None
    with open_lesson(found) as opened:
        yield Lesson(opened)


@pytest.mark.parametrize("lesson", ["issue-2205"], indirect=True)
def test_an_injected_status_ends_the_search_as_the_index_s_own_would(lesson: Lesson) -> None:
    lesson.run()
    first = next(b for b in lesson.told(IndexAnswered) if isinstance(b, IndexAnswered) and b.meaning == "found")
    assert lesson.run(t.InjectStatus(first.index, 403)) == "unsatisfiable"
    meanings = [(b.index, b.meaning, b.status) for b in lesson.told(IndexAnswered) if isinstance(b, IndexAnswered)]
    assert (first.index, "stop", 403) in meanings
    assert lesson.asked_over_the_network == []
    assert {b.source for b in lesson.told(RequestEnded) if isinstance(b, RequestEnded)} >= {"what if"}


@pytest.mark.parametrize("lesson", ["issue-2205"], indirect=True)
def test_what_was_injected_is_neither_held_nor_cached(lesson: Lesson) -> None:
    outcome = lesson.run()
    lesson.run(t.InjectStatus("public", 404), t.InjectStatus("vendor", 500))
    assert lesson.run(t.InjectStatus("vendor", 500), t.InjectStatus("vendor", None)) == outcome
    assert not [b for b in lesson.told(RequestEnded) if isinstance(b, RequestEnded) and b.source == "what if"]
    assert lesson.asked_over_the_network == []


@pytest.mark.parametrize("lesson", ["issue-2205"], indirect=True)
def test_a_status_for_one_package_leaves_the_other_pages_alone(lesson: Lesson) -> None:
    lesson.run()
    answered = next(b for b in lesson.told(IndexAnswered) if isinstance(b, IndexAnswered) and b.meaning == "found")
    lesson.run(t.InjectStatus(answered.index, 404, answered.package))
    injected = {b.request for b in lesson.told(RequestEnded) if isinstance(b, RequestEnded) and b.source == "what if"}
    started = [b for b in lesson.told(RequestStarted) if isinstance(b, RequestStarted) and b.request in injected]
    assert {(b.index, b.package) for b in started} == {(answered.index, answered.package)}


@pytest.mark.parametrize("lesson", ["issue-11926", "issue-11100"], indirect=True)
def test_metadata_from_a_wheel_that_is_served_resolves_what_a_ghost_wheel_ended(lesson: Lesson) -> None:
    assert lesson.run() == "failed"
    choices = [b for b in lesson.told(WheelChosen) if isinstance(b, WheelChosen)]
    chosen, served = next((b, v.filename) for b in choices for v in b.verdicts if "manylinux" in v.filename)
    assert lesson.run(t.ReadMetadataFrom(chosen.package, chosen.version, served)) == "resolved"
    read = [b for b in lesson.told(MetadataRead) if isinstance(b, MetadataRead) and b.package == chosen.package]
    assert {b.filename for b in read} == {served}
    choices = [b for b in lesson.told(WheelChosen) if isinstance(b, WheelChosen) and b.package == chosen.package]
    assert {b.rule for b in choices} == {"read_from"}
