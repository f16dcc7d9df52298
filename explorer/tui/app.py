"""The application: modes, themes, the command palette, and the door to a first run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import ClassVar, cast

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.events import DeliveryComplete, DeliveryFailed
from textual.screen import Screen

from ..profiles import Profile
from ..settings.settings import Context, RefusedSettings, Settings, UsageError
from ..view.line import Span
from .actions import ACTIONS, BY_ID, program_bindings
from .runs import Launch, Launcher, Observe, Reread, RunHandle
from .screens.compare_screen import CompareScreen
from .screens.explorer_screen import ExplorerScreen
from .screens.learn_screen import LearnScreen, LessonText
from .screens.settings_screen import SettingsScreen
from .session import Session
from .themes import DARK, LIGHT
from .widgets.status_line import OneLine

EXIT_STATUS = {"resolved": 0, "unsatisfiable": 1, "failed": 1, "cancelled": 1, None: 1}


class ResolveApp(App[int]):
    """The screen over one session at a time. `launch` makes runs: real ones, or recorded ones in tests."""

    TITLE = "resolve-tui"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*program_bindings()]
    CSS = """
    Toast { width: 56; }
    CommandPalette { align-horizontal: center; }
    CommandPalette > Vertical { width: 100; max-width: 96%; }
    """

    def __init__(
        self,
        session: Session | None = None,
        *,
        learn: bool = False,
        launch: Launch | None = None,
        load_lessons: Callable[[], Sequence[LessonText]] | None = None,
    ) -> None:
        super().__init__()
        self.explorer = ExplorerScreen(session)
        self._starts_with_learn = learn
        self._launch = launch
        self._load_lessons = load_lessons
        self._lessons: Sequence[LessonText] | None = None
        self._lesson_stack = ExitStack()
        self._settings_screen: SettingsScreen | None = None
        self._compare_screen: CompareScreen | None = None
        self._learn_screen: LearnScreen | None = None
        self.started_lessons: set[str] = set()
        self.claim = ""

    def get_default_screen(self) -> Screen[None]:
        return self.explorer

    def on_mount(self) -> None:
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = DARK.name
        if self.claim:
            self.call_after_refresh(self.show_claim, self.claim)
        if self._starts_with_learn:
            self.call_after_refresh(self.action_act, "learn")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        situation = self.explorer.situation()
        for action in ACTIONS:
            if action.group == "Move" or action.id == "palette":
                continue
            reason = action.unavailable(situation)
            keys = f"  ({action.key_shown})" if action.keys else ""
            title = f"{action.label[0].upper()}{action.label[1:]}{keys}"
            help_text = f"Not now: {reason}." if reason else action.help
            yield SystemCommand(title, help_text, lambda chosen=action.id: self._from_palette(chosen))
        yield SystemCommand("Theme", "Change the colours.", self.action_change_theme)

    def _from_palette(self, action: str) -> None:
        if BY_ID[action].anywhere:
            self.action_act(action)
        else:
            self._to_explorer()
            self.explorer.action_act(action)

    def action_act(self, action: str) -> None:
        """An action that holds on every screen."""
        match action:
            case "explorer":
                self._to_explorer()
            case "compare":
                self._compare_screen = self._compare_screen or CompareScreen()
                self._show(self._compare_screen)
            case "observe":
                self.action_act("compare")
                if self._compare_screen is not None:
                    self._compare_screen.action_observe()
            case "learn":
                self._learn_screen = self._learn_screen or LearnScreen()
                self._show(self._learn_screen)
            case "settings":
                self._settings_screen = self._settings_screen or SettingsScreen()
                self._show(self._settings_screen)
            case "help":
                from .screens.help_screen import HelpScreen

                if not isinstance(self.screen, HelpScreen):
                    self.push_screen(HelpScreen(self.explorer.situation()))
            case "palette":
                self.action_command_palette()
            case "quit":
                self.leave()

    def _to_explorer(self) -> None:
        while self.screen is not self.explorer and len(self.screen_stack) > 1:
            self.pop_screen()

    def _show(self, screen: Screen[None]) -> None:
        if self.screen is not screen:
            self._to_explorer()
            self.push_screen(screen)

    def leave(self) -> None:
        """End the run and the program."""
        session = self.explorer.session
        if session is not None:
            session.stop()
        self.exit(EXIT_STATUS[session.recorded.view.answer.outcome] if session else 0)

    def on_delivery_complete(self, event: DeliveryComplete) -> None:
        """A file was exported."""
        self.notify(f"Written: {event.path}" if event.path else "Handed over.", markup=False, timeout=6)

    def on_delivery_failed(self, event: DeliveryFailed) -> None:
        """A file could not be exported."""
        self.notify(f"Not written: {event.exception}", severity="error", markup=False)

    async def action_quit(self) -> None:
        self.leave()

    # lessons

    def lessons(self) -> Sequence[LessonText]:
        """The built-in lessons, read once; none where they cannot be read."""
        if self._lessons is None:
            try:
                self._lessons = self._load_lessons() if self._load_lessons else _built_in_lessons()
            except Exception as error:
                self._lessons = ()
                self.notify(f"The lessons cannot be read: {error}", severity="error", markup=False)
        return self._lessons

    def start_lesson(self, lesson: LessonText, flip: int = 0) -> None:
        """Open a lesson's world and explore its command; the world before is closed."""
        from ..settings.read import read_settings
        from ..worlds.lesson import Lesson, open_lesson

        chosen = cast(Lesson, lesson)
        if flip:
            chosen = chosen.flipped(chosen.flips[flip - 1])
        if self.explorer.session is not None:
            self.explorer.session.stop()
        self._lesson_stack.close()
        try:
            opened = self._lesson_stack.enter_context(open_lesson(chosen))
            settings = read_settings(opened.words, opened.context, opened.profile)
        except (UsageError, RefusedSettings, OSError) as error:
            self.notify(str(error), title=chosen.title, severity="error", markup=False)
            return

        def reread(profile: Profile) -> Settings:
            return read_settings(opened.words, opened.context, profile)

        session = Session(settings, opened.profile, self._launch or Launcher(), chosen.title, reread)
        session.observe = observer(opened.words, opened.context)
        self.started_lessons.add(chosen.id)
        self.show_claim(chosen.claim)
        self._to_explorer()
        self.explorer.open(session)

    def show_claim(self, claim: str) -> None:
        """The claim of a lesson above the panes."""
        self.claim = claim
        bar = self.explorer.query_one("#claim", OneLine)
        bar.display = bool(claim)
        bar.set_line((Span("claim  ", "muted"), Span(claim, "accent"), Span("  3 answer" if claim else "", "faint")))

    def explain(self, lesson_id: str) -> None:
        """The command to be explored is that of a lesson: its claim stands above the panes."""
        found = next((lesson for lesson in self.lessons() if lesson.id == lesson_id), None)
        if found is not None:
            self.started_lessons.add(found.id)
            self.claim = found.claim

    def close_lesson(self) -> None:
        """Stop the servers of a lesson."""
        self._lesson_stack.close()


def observer(words: Sequence[str], context: Context) -> Observe:
    """What runs the real tool for a command."""

    def observe(settings: Settings, profile: Profile, fetch: bool) -> RunHandle:
        from ..observe.real_run import RealRun

        return RealRun(settings, profile, words, context, fetch=fetch)

    return observe


def _built_in_lessons() -> Sequence[LessonText]:
    from ..worlds.lesson import load_lessons

    return load_lessons()


def run_app(
    settings: Settings | None,
    profile: Profile | None,
    *,
    lesson: str | None = None,
    reread: Reread | None = None,
    observe: Observe | None = None,
) -> int:
    """Show the run of a command, or the lessons where there is none; the exit status of the last answer.

    `reread` reads the command by the rules of another release, `observe` makes runs of the real tool.
    """
    session = None
    if settings is not None and profile is not None:
        session = Session(settings, profile, Launcher(), " ".join(settings.command), reread)
        session.observe = observe
    app = ResolveApp(session, learn=session is None)
    if lesson is not None:
        app.explain(lesson)
    try:
        status = app.run()
    finally:
        app.close_lesson()
    return status if status is not None else app.return_code or 0
