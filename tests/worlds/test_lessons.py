"""The built-in lessons are complete, isolated, and gone when they are closed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.worlds.lesson import find_lesson, load_lessons, open_lesson, read_lesson
from explorer.worlds.table import BadWorld

SEEDS = {"uv#2205", "uv#13216", "uv#11244", "uv#11100", "uv#11926"}


def test_every_seed_has_a_lesson() -> None:
    assert {lesson.seed for lesson in load_lessons()} >= SEEDS


@pytest.mark.parametrize("lesson", load_lessons(), ids=lambda lesson: lesson.id)
def test_a_lesson_fails_as_reported_and_has_a_change_that_resolves(lesson) -> None:  # type: ignore[no-untyped-def]
    assert lesson.expected.outcome != "resolved"
    assert any(flip.expected.outcome == "resolved" for flip in lesson.flips)


@pytest.mark.parametrize("lesson", load_lessons(), ids=lambda lesson: lesson.id)
def test_an_open_lesson_lives_in_a_folder_of_its_own(lesson, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("UV_INDEX_STRATEGY", "unsafe-best-match")
    with open_lesson(lesson) as opened:
        home = Path(opened.context.environ["HOME"])
        assert opened.context.directory.parent == home
        assert home != Path.home()
        assert "UV_INDEX_STRATEGY" not in opened.context.environ
        assert not any("{" in word for word in opened.words)
        for name in lesson.world.files:
            assert "127.0.0.1" in (text := (opened.context.directory / name).read_text()) or "{" not in text
    assert not home.exists()


def test_a_lesson_is_found_by_its_id_or_number() -> None:
    assert find_lesson("issue-2205") is find_lesson("2205") is not None
    assert find_lesson("9") is None


def test_a_changed_lesson_has_the_files_of_the_change() -> None:
    lesson = find_lesson("11926")
    assert lesson is not None
    changed = lesson.flipped(lesson.flips[0])
    assert "dependency-metadata" in changed.world.files["pyproject.toml"]
    assert changed.expected.outcome == "resolved"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id = ", "Invalid value"),
        ('profile = "uv@x"\n', "no version"),
        ("", "profile is missing"),
    ],
)
def test_a_wrong_lesson_is_an_error_that_names_the_file(text: str, complaint: str) -> None:
    with pytest.raises(BadWorld, match=rf"broken\.toml.*{complaint}"):
        read_lesson(
            f'{text}\nid="x"\ntitle=""\nseed=""\ntopic=""\nclaim=""\nquestion=""\nanswer=""\n[expected]\noutcome="failed"\n',
            "broken.toml",
        )


def test_lessons_leave_the_environment_of_the_process_alone() -> None:
    before = dict(os.environ)
    with open_lesson(load_lessons()[0]):
        pass
    assert dict(os.environ) == before
