"""Mode 3: the built-in worlds. Claim and question before the run, the answer after it, the change that flips it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen

from ...view.line import EMPTY, Line, Span, line
from ..widgets.event_list import EventList, TextList, TextRow, content_of
from ..widgets.status_line import KeyLine, StatusLine

if TYPE_CHECKING:
    from ..app import ResolveApp


class FlipText(Protocol):
    """A change that turns the outcome of a lesson."""

    @property
    def change(self) -> str: ...


class LessonText(Protocol):
    """What is shown of a lesson: `explorer.worlds.lesson.Lesson`."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def seed(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def claim(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def profile(self) -> str: ...
    @property
    def command(self) -> tuple[str, ...]: ...
    @property
    def flips(self) -> Sequence[FlipText]: ...


class LearnScreen(Screen[None]):
    """A list of lessons and the text of the one under the cursor."""

    DEFAULT_CSS = """
    LearnScreen {
        background: $surface;
        & #lessons-and-text { height: 1fr; layout: horizontal; }
        & #lessons { width: 2fr; }
        & #text { width: 3fr; }
        & TextList {
            height: 1fr; border: round $foreground 20%; padding: 0 1; border-title-color: $foreground 65%;
            &:focus { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
        }
        &.-narrow #lessons-and-text { layout: vertical; }
        &.-narrow #lessons { width: 1fr; height: 9; }
        &.-narrow #text { width: 1fr; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,r", "open(0)", show=False),
        *(Binding(key, f"open({number})", show=False) for number, key in enumerate(("exclamation_mark", "at"), 1)),
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("g,home", "end(-1)", show=False),
        Binding("G,end", "end(1)", show=False),
        Binding("escape", "back", show=False),
    ]
    app: ResolveApp

    def compose(self) -> ComposeResult:
        yield StatusLine("status")
        with Container(id="lessons-and-text"):
            lessons = TextList("lessons")
            lessons.border_title = content_of(line("Lessons"))
            lessons.empty = line(Span("No lesson could be read.", "muted"))
            yield lessons
            text = TextList("text")
            text.border_title = content_of(line("What it shows"))
            yield text
        yield KeyLine("keys")

    def on_mount(self) -> None:
        self.query_one("#text").can_focus = False
        self.call_after_refresh(self.draw)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """List the lessons."""
        lessons = self.app.lessons()
        listed = self.query_one("#lessons", TextList)
        rows: list[TextRow] = []
        for topic in dict.fromkeys(lesson.topic for lesson in lessons):
            rows.append(TextRow(line(Span(topic, "heading"))))
            rows += [
                TextRow(
                    line(Span("✔ " if lesson.id in self.app.started_lessons else "  ", "good"), lesson.title), number
                )
                for number, lesson in enumerate(lessons)
                if lesson.topic == topic
            ]
        listed.set_rows(rows)
        listed.focus()
        self.query_one(StatusLine).set_sides(
            [
                Span("resolve-tui", "heading"),
                Span("  learn", "strong"),
                Span(" · worlds on this machine, no network", "muted"),
            ],
            [Span(f"{len(lessons)} lessons", "muted")],
        )
        self.draw_text()

    def draw_text(self) -> None:
        """Show the lesson under the cursor."""
        lesson = self.lesson
        text = self.query_one("#text", TextList)
        keys = [
            ("open", "enter", "start the lesson"),
            ("down", "j k", "move"),
            ("explorer", "1", "explorer"),
            ("help", "?", "help"),
            ("quit", "q", "quit"),
        ]
        if lesson is not None:
            text.set_rows(
                [TextRow(each) for each in lesson_lines(lesson, started=lesson.id in self.app.started_lessons)]
            )
            if lesson.flips:
                keys.insert(1, ("flip", "!", "start it with the change"))
        self.query_one(KeyLine).set_keys(keys)

    @property
    def lesson(self) -> LessonText | None:
        """The lesson under the cursor."""
        number = self.query_one("#lessons", TextList).subject
        lessons = self.app.lessons()
        return lessons[number] if isinstance(number, int) and number < len(lessons) else None

    def on_event_list_moved(self, _: EventList.Moved) -> None:
        self.draw_text()

    def on_event_list_chosen(self, _: EventList.Chosen) -> None:
        self.action_open(0)

    def on_tab_strip_chosen(self, event: KeyLine.Chosen) -> None:
        match event.tab:
            case "open" | "flip":
                self.action_open(int(event.tab == "flip"))
            case "explorer" | "help" | "quit":
                self.app.action_act(event.tab)

    def action_step(self, direction: int) -> None:
        self.query_one("#lessons", TextList).step(direction)

    def action_end(self, direction: int) -> None:
        listed = self.query_one("#lessons", TextList)
        if direction < 0:
            listed.first()
        else:
            listed.last()

    def action_open(self, flip: int) -> None:
        """Start the lesson; `flip` 1 with its first change, 2 with its second."""
        lesson = self.lesson
        if lesson is None:
            return
        if flip > len(lesson.flips):
            self.notify("This lesson has no such change.", markup=False, timeout=3)
            return
        self.app.start_lesson(lesson, flip)

    def action_back(self) -> None:
        self.app.action_act("explorer")


def lesson_lines(lesson: LessonText, *, started: bool) -> list[Line]:
    """The text of a lesson; its answer is there once it was started."""
    lines: list[Line] = [
        line(Span(lesson.title, "strong")),
        line(Span(f"{lesson.seed} · {lesson.profile}", "faint")),
        EMPTY,
    ]
    sections = [("Claim", lesson.claim), ("Question", lesson.question)]
    if started:
        sections.append(("Answer", lesson.answer))
    for title, text in sections:
        lines += [line(Span(title, "heading")), line(text), EMPTY]
    lines += [line(Span("Command", "heading")), line(Span(" ".join(lesson.command), "accent"))]
    if lesson.flips:
        lines += [EMPTY, line(Span("What turns the outcome", "heading"))]
        lines += [line(Span(f"{key}  ", "accent"), flip.change) for key, flip in zip("!@", lesson.flips, strict=False)]
        lines += [line(flip.change) for flip in lesson.flips[2:]]
    return lines
