"""Mode 3: the picker of the lessons, in the order in which they build on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Input

from ...view.line import Span, line
from ..widgets.event_list import EventList, TextList, TextRow, content_of
from ..widgets.status_line import KeyLine, StatusLine
from .learn_lesson_screen import LessonScreen
from .learn_text import preview_lines

if TYPE_CHECKING:
    from ...worlds.lesson import Lesson
    from ...worlds.progress import Progress
    from ..app import ResolveApp
    from ..session import Session


class LessonText(Protocol):
    """What the application needs of a lesson: `explorer.worlds.lesson.Lesson`."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def claim(self) -> str: ...


class LearnScreen(Screen[None]):
    """A list of lessons with what was done, and the text of the one under the cursor.

    A lesson that was opened is `under_way` until it is closed: back from the explorer, it comes first.
    `started` is the lesson that the explorer shows, with its session.
    """

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
        & #search { display: none; height: 1; border: none; padding: 0 1; background: $foreground 6%; }
        &.-narrow #lessons-and-text { layout: vertical; }
        &.-narrow #lessons { width: 1fr; height: 10; }
        &.-narrow #text { width: 1fr; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", show=False),
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("g,home", "end(-1)", show=False),
        Binding("G,end", "end(1)", show=False),
        Binding("slash", "search", show=False),
        Binding("escape", "back", show=False),
    ]
    app: ResolveApp

    def __init__(self, opened: Lesson | None = None) -> None:
        super().__init__()
        self.under_way = opened
        self.started: tuple[str, Session] | None = None
        self._progress: Progress | None = None
        self._wanted: str | None = None

    @property
    def progress(self) -> Progress:
        """What was predicted and done, read once."""
        if self._progress is None:
            from ...worlds.progress import progress_file, read_progress

            self._progress = read_progress(progress_file())
            self._wanted = self._wanted or self._progress.last
        return self._progress

    def compose(self) -> ComposeResult:
        yield StatusLine("status")
        with Container(id="lessons-and-text"):
            lessons = TextList("lessons")
            lessons.border_title = content_of(line("Lessons"))
            lessons.empty = line(Span("No lesson fits.", "muted"))
            yield lessons
            text = TextList("text")
            text.border_title = content_of(line("What it shows"))
            yield text
        yield Input(id="search", placeholder="words of a lesson", compact=True)
        yield KeyLine("keys")

    def on_mount(self) -> None:
        self.query_one("#text").can_focus = False

    def on_screen_resume(self) -> None:
        self.call_later(self._resume)

    def _resume(self) -> None:
        if self.app.screen is not self:
            return
        self.draw()
        if self.under_way is not None:
            self._open(self.under_way)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """List the lessons that fit the search."""
        lessons, done = self.found(), self.progress.done
        listed = self.query_one("#lessons", TextList)
        rows: list[TextRow] = []
        topic = None
        for lesson in lessons:
            if lesson.topic != topic:
                topic = lesson.topic
                rows.append(TextRow(line(Span(topic, "heading"))))
            mark = Span("✔ ", "good") if lesson.id in done else Span("  ")
            rows.append(TextRow(line(mark, lesson.title), lesson.id, 2))
        listed.set_rows(rows)
        if self._wanted is not None:
            listed.select_subject(self._wanted)
            self._wanted = None
        if not self.query_one("#search", Input).has_focus:
            listed.focus()
        every = self.app.lessons()
        known = sum(lesson.id in done for lesson in every)
        self.query_one(StatusLine).set_sides(
            [
                Span("resolve-tui", "heading"),
                Span("  learn", "strong"),
                Span(" · worlds on this machine, no network", "muted"),
            ],
            [Span(f"{known} of {len(every)} done", "muted")],
        )
        self.draw_text()

    def draw_text(self) -> None:
        """Show the lesson under the cursor."""
        lesson = self.lesson
        rows = preview_lines(lesson, done=lesson.id in self.progress.done) if lesson is not None else []
        self.query_one("#text", TextList).set_rows([TextRow(each) for each in rows])
        self.query_one(KeyLine).set_keys(
            [
                ("open", "enter", "open the lesson"),
                ("down", "j k", "move"),
                ("search", "/", "search"),
                ("explorer", "1", "explorer"),
                ("help", "?", "help"),
                ("quit", "q", "quit"),
            ]
        )

    def found(self) -> list[Lesson]:
        """The lessons that hold every word searched for."""
        words = self.query_one("#search", Input).value.lower().split()
        lessons = cast("list[Lesson]", list(self.app.lessons()))
        return [lesson for lesson in lessons if all(word in _searched(lesson) for word in words)]

    @property
    def lesson(self) -> Lesson | None:
        """The lesson under the cursor."""
        id_ = self.query_one("#lessons", TextList).subject
        return next((lesson for lesson in self.found() if lesson.id == id_), None)

    def on_event_list_moved(self, _: EventList.Moved) -> None:
        self.draw_text()

    def on_event_list_chosen(self, _: EventList.Chosen) -> None:
        self.action_open()

    def on_tab_strip_chosen(self, event: KeyLine.Chosen) -> None:
        match event.tab:
            case "open":
                self.action_open()
            case "search":
                self.action_search()
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

    def action_search(self) -> None:
        """Type words that the lessons listed shall hold."""
        search = self.query_one("#search", Input)
        search.display = True
        search.focus()

    def on_input_changed(self, _: Input.Changed) -> None:
        if self.is_mounted:
            self.draw()

    def on_input_submitted(self, _: Input.Submitted) -> None:
        self.query_one("#lessons", TextList).focus()

    def action_open(self) -> None:
        """Open the lesson under the cursor."""
        if self.lesson is not None:
            self._open(self.lesson)

    def _open(self, lesson: Lesson) -> None:
        self._wanted = lesson.id
        self.under_way = lesson
        self.app.push_screen(LessonScreen(lesson, self))

    def start(self, lesson: Lesson, flip: int) -> None:
        """Show the run of a lesson (`flip` 1 with its first change …) in the explorer."""
        before = self.app.explorer.session
        self.app.start_lesson(lesson, flip)
        session = self.app.explorer.session
        if session is not None and session is not before:
            self.started = (lesson.id, session)
            self.app.explorer.go_to(lesson.pane)

    def close(self) -> None:
        """The lesson under way is left: the picker shows its list again."""
        self.under_way = None

    def go_on(self, lesson: Lesson) -> None:
        """The lesson is left for the one after it, where the cursor is put."""
        self.close()
        ids = [each.id for each in self.found()]
        if lesson.id in ids[:-1]:
            self._wanted = ids[ids.index(lesson.id) + 1]

    def action_back(self) -> None:
        """End the search, else go to the explorer."""
        search = self.query_one("#search", Input)
        if search.display:
            search.value = ""
            search.display = False
            self.query_one("#lessons", TextList).focus()
            self.draw()
        else:
            self.app.action_act("explorer")


def _searched(lesson: Lesson) -> str:
    return " ".join((lesson.id, lesson.title, lesson.topic, lesson.claim, lesson.seed, lesson.profile)).lower()
