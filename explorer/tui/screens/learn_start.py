"""The program started with the lessons: all of them, or one that is opened at once."""

from __future__ import annotations

from collections.abc import Sequence

from ...worlds.lesson import Lesson, load_lessons
from ..app import ResolveApp
from .learn_screen import LearnScreen, LessonText


def run_learn(lesson: Lesson | None) -> int:
    """Show the lessons, `lesson` opened first where there is one; the exit status."""
    app = learn_app(lesson)
    try:
        status = app.run()
    finally:
        app.close_lesson()
    return status if status is not None else app.return_code or 0


def learn_app(lesson: Lesson | None) -> ResolveApp:
    """The application with the lessons in front; a lesson that is none of the built-in ones stands before them."""

    def lessons() -> Sequence[LessonText]:
        built_in = load_lessons()
        return built_in if lesson is None or lesson in built_in else (lesson, *built_in)

    app = ResolveApp(learn=True, load_lessons=lessons)
    app._learn_screen = LearnScreen(lesson)
    return app
