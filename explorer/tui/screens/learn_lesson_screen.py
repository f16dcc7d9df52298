"""One lesson: what is there, a prediction, and after the run what happened and why."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from ...view.line import EMPTY, Span, line
from ..widgets.event_list import EventList, TextList, TextRow
from ..widgets.status_line import KeyLine, StatusLine
from .learn_text import explanation_lines, question_lines, summary_of

if TYPE_CHECKING:
    from ...worlds.lesson import Lesson
    from ...worlds.worksheet import RunSummary
    from ..app import ResolveApp
    from .learn_screen import LearnScreen

LETTERS: Final = "abcde"
POLL: Final = 0.1
"""Seconds between two looks at whether the run has ended."""


class LessonScreen(Screen[None]):
    """Asks for a prediction before the run is shown; explains once it was made and the run has ended."""

    DEFAULT_CSS = """
    LessonScreen {
        background: $surface;
        & TextList { height: 1fr; padding: 1 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", show=False),
        *(Binding(letter, f"choose({number})", show=False) for number, letter in enumerate(LETTERS)),
        *(Binding(key, f"flip({number})", show=False) for number, key in enumerate(("exclamation_mark", "at"))),
        Binding("r", "run", show=False),
        Binding("p", "predict", show=False),
        Binding("w", "worksheet", show=False),
        Binding("n", "next", show=False),
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("space,pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("g,home", "end(-1)", show=False),
        Binding("G,end", "end(1)", show=False),
        Binding("escape", "back", show=False),
    ]
    app: ResolveApp

    def __init__(self, lesson: Lesson, picker: LearnScreen) -> None:
        super().__init__()
        self.lesson = lesson
        self._picker = picker
        self._asks = picker.started is None or picker.started[0] != lesson.id
        self._waits = False

    def compose(self) -> ComposeResult:
        yield StatusLine("status")
        yield TextList("text")
        yield KeyLine("keys")

    def on_mount(self) -> None:
        self.query_one(TextList).focus()
        self.set_interval(POLL, self._look)
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    @property
    def explains(self) -> bool:
        """The run was made, so that the explanation may be seen."""
        return not self._asks

    @property
    def run(self) -> RunSummary | None:
        """The lesson's run, once it has ended."""
        started = self._picker.started
        if self._asks or started is None or started[0] != self.lesson.id:
            return None
        return summary_of(started[1], self.lesson)

    def _look(self) -> None:
        if self.explains and self._waits:
            self.draw()

    def draw(self) -> None:
        """Show the question, or the explanation."""
        lesson = self.lesson
        text = self.query_one(TextList)
        run = self.run
        self._waits = self.explains and run is None
        if self._asks:
            rows = [TextRow(each) for each in question_lines(lesson)]
            rows += [
                TextRow(line(Span(f"{letter}  ", "accent"), choice), number, 3)
                for number, (letter, choice) in enumerate(zip(LETTERS, lesson.choices, strict=False))
            ]
            keys = [("enter", "enter", "that is what I expect"), ("down", "j k", "move"), ("back", "esc", "lessons")]
        elif run is None:
            rows = [TextRow(line(Span("The run goes on; its explanation follows when it has ended.", "muted")))]
            keys = [("explorer", "1", "explorer"), ("back", "esc", "lessons")]
        else:
            predicted = self._picker.progress.predicted.get(lesson.id)
            later = self._picker.started is not None and self._picker.started[1].runs > 1
            rows = [TextRow(each) for each in (*explanation_lines(lesson, predicted, run, later=later), EMPTY)]
            self._finish()
            keys = [("next", "n", "next"), ("explorer", "1", "the run")]
            keys += [("flip", "!", "change")] if lesson.flips else []
            keys += [("worksheet", "w", "worksheet"), ("predict", "p", "again"), ("down", "j k", "scroll")]
            keys.append(("back", "esc", "lessons"))
        text.set_rows(rows)
        self.query_one(StatusLine).set_sides(
            [Span("learn", "heading"), Span(f"  {lesson.topic}", "muted"), Span(f" · {lesson.id}", "faint")],
            [Span(lesson.profile, "muted")],
        )
        self.query_one(KeyLine).set_keys(keys)

    def _finish(self) -> None:
        progress = self._picker.progress
        if self.lesson.id not in progress.done:
            progress.done.add(self.lesson.id)
            progress.save()

    def on_event_list_chosen(self, _: EventList.Chosen) -> None:
        self.action_enter()

    def on_tab_strip_chosen(self, event: KeyLine.Chosen) -> None:
        match event.tab:
            case "explorer":
                self.app.action_act("explorer")
            case "flip":
                self.action_flip(0)
            case "enter" | "next" | "worksheet" | "predict" | "back":
                getattr(self, f"action_{event.tab}")()

    def action_enter(self) -> None:
        """Take the choice under the cursor as the prediction."""
        choice = self.query_one(TextList).subject
        if self._asks and isinstance(choice, int):
            self.action_choose(choice)

    def action_choose(self, choice: int) -> None:
        """Predict, then show the run."""
        if not self._asks or choice >= len(self.lesson.choices):
            return
        progress = self._picker.progress
        progress.predicted[self.lesson.id] = choice
        progress.last = self.lesson.id
        progress.save()
        self._start(0)

    def action_run(self) -> None:
        """Start the lesson's own run again."""
        if self.explains:
            self._start(0)

    def action_flip(self, number: int) -> None:
        """Start the lesson with one of its changes."""
        if self.explains and number < len(self.lesson.flips):
            self._start(number + 1)

    def _start(self, flip: int) -> None:
        self._picker.start(self.lesson, flip)

    def action_predict(self) -> None:
        """Ask the question again."""
        self._asks = True
        self.draw()

    def action_worksheet(self) -> None:
        """Write claim, prediction, run and evidence, as Markdown and as a picture."""
        from ...worlds.worksheet import worksheet
        from .worksheet_picture import picture

        if self.run is None:
            return
        sheet = worksheet(self.lesson, self._picker.progress.predicted.get(self.lesson.id), self.run)
        name = f"worksheet-{self.lesson.id}"
        self.app.deliver_text(StringIO(sheet), save_filename=f"{name}.md", name=f"{name}.md")
        svg = picture(sheet, self.lesson.title)
        self.app.deliver_text(StringIO(svg), save_filename=f"{name}.svg", name=f"{name}.svg")

    def action_next(self) -> None:
        """Back to the lessons, at the next one."""
        if self.explains:
            self._picker.go_on(self.lesson)
            self.dismiss(None)

    def action_step(self, direction: int) -> None:
        text = self.query_one(TextList)
        if self._asks:
            text.step(direction)
        else:
            text.scroll_relative(y=direction, animate=False)

    def action_page(self, direction: int) -> None:
        text = self.query_one(TextList)
        text.scroll_relative(y=direction * text.page_size(), animate=False)

    def action_end(self, direction: int) -> None:
        text = self.query_one(TextList)
        text.scroll_to(y=0 if direction < 0 else text.virtual_size.height, animate=False)

    def action_back(self) -> None:
        self._picker.close()
        self.dismiss(None)
