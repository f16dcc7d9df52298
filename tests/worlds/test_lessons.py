"""The built-in lessons are complete, isolated, and gone when they are closed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.profiles import RULES
from explorer.view.filters import parse_filter
from explorer.worlds.lesson import Lesson, find_lesson, load_lessons, open_lesson

SEEDS = {"uv#2205", "uv#13216", "uv#11244", "uv#11100", "uv#11926"}
LESSONS = pytest.mark.parametrize("lesson", load_lessons(), ids=lambda lesson: lesson.id)


def test_there_are_at_least_fourteen_lessons_and_every_seed_has_one() -> None:
    assert len(load_lessons()) >= 14
    assert {lesson.seed for lesson in load_lessons()} >= SEEDS


def test_lessons_of_one_topic_stand_together_in_the_order_in_which_they_build_up() -> None:
    topics = [lesson.topic for lesson in load_lessons()]
    changes = [topic for before, topic in zip([None, *topics], topics, strict=False) if topic != before]
    assert len(changes) == len(set(changes))
    assert len({lesson.order for lesson in load_lessons()}) == len(load_lessons())


@LESSONS
def test_a_lesson_has_a_change_that_turns_its_outcome_or_its_requests(lesson: Lesson) -> None:
    assert any(
        flip.expected.outcome != lesson.expected.outcome
        or dict(flip.expected.packages) != dict(lesson.expected.packages)
        or set(flip.expected.asked) != set(lesson.expected.asked)
        for flip in lesson.flips
    )


@LESSONS
def test_a_lesson_tells_what_other_releases_did(lesson: Lesson) -> None:
    assert lesson.releases
    assert lesson.profile not in {release.profile for release in lesson.releases}


@LESSONS
def test_the_texts_are_short_enough_for_a_projector(lesson: Lesson) -> None:
    assert len(lesson.title) <= 64
    assert len(lesson.claim) <= 160
    assert len(lesson.setup) <= 320 and len(lesson.answer) <= 400
    assert all(len(choice) <= 90 for choice in lesson.choices)
    assert all(len(flip.change) <= 90 for flip in lesson.flips)


@LESSONS
def test_evidence_is_a_filter_and_rules_are_rules(lesson: Lesson) -> None:
    assert lesson.evidence
    parse_filter(lesson.evidence)
    assert all(any(rule in rules for rules in RULES.values()) for rule in lesson.rules)


@LESSONS
def test_an_open_lesson_lives_in_a_folder_of_its_own(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX_STRATEGY", "unsafe-best-match")
    with open_lesson(lesson) as opened:
        home = Path(opened.context.environ["HOME"])
        assert opened.context.directory.parent == home
        assert home != Path.home()
        assert "UV_INDEX_STRATEGY" not in opened.context.environ
        assert not any("{" in word for word in opened.words)
    assert not home.exists()


def test_the_files_of_an_open_lesson_name_the_addresses_of_its_indexes() -> None:
    lesson = find_lesson("11926")
    assert lesson is not None
    with open_lesson(lesson) as opened:
        assert opened.server.url("mirror") in (opened.context.directory / "pyproject.toml").read_text()


def test_a_lesson_is_found_by_its_id_or_number() -> None:
    assert find_lesson("issue-2205") is find_lesson("2205") is not None
    assert find_lesson("9") is None
    assert find_lesson("merges") is None


def test_a_changed_lesson_has_the_files_of_the_change() -> None:
    lesson = find_lesson("11926")
    assert lesson is not None
    changed = lesson.flipped(lesson.flips[0])
    assert "dependency-metadata" in changed.world.files["pyproject.toml"]
    assert changed.expected.outcome == "resolved"


def test_lessons_leave_the_environment_of_the_process_alone() -> None:
    before = dict(os.environ)
    with open_lesson(load_lessons()[0]):
        pass
    assert dict(os.environ) == before
