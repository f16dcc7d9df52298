"""Every built-in lesson, and every change of it, ends in our engine as it does in the real tool."""

from __future__ import annotations

import pytest
from conformance_runner import dishonesties, explore

from explorer.worlds.lesson import Lesson, load_lessons, open_lesson

VARIANTS = [
    variant for lesson in load_lessons() for variant in (lesson, *(lesson.flipped(flip) for flip in lesson.flips))
]


@pytest.mark.parametrize(
    "lesson", VARIANTS, ids=lambda lesson: f"{lesson.id}-{lesson.profile}-{lesson.expected.outcome}"
)
def test_a_lesson_ends_as_it_says(lesson: Lesson) -> None:
    with open_lesson(lesson) as opened:
        _, answer = explore(opened.words, opened.context, opened.profile)
        exchanges = tuple(opened.server.log)
    assert answer["outcome"] == lesson.expected.outcome, answer["error"]
    assert lesson.expected.packages.items() <= {row["name"]: row["version"] for row in answer["packages"]}.items()
    made = {f"{e.method} {e.path} {e.status}{f' as {e.user}' if e.user else ''}" for e in exchanges}
    assert set(lesson.expected.asked) <= made
    assert not {e.path for e in exchanges} & set(lesson.expected.not_asked)
    assert dishonesties(answer, exchanges) == []
