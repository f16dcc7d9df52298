"""What the keys of "what if" do: each makes a toggle, and the command is resolved again with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, cast, get_args

from ...events import Finding
from ...profiles import NEWEST_KNOWN
from ...settings.settings import PrereleaseMode, RefusedSettings, ResolutionMode, UsageError
from ...what_if import toggle as t
from ...what_if.toggles import Toggles
from ..diagnosing import Diagnosing
from ..panes.setup import FindingsPane
from .copy_screen import CopyScreen
from .input_screen import InputScreen
from .package_actions import PackageActions

ENVIRONMENTS: Final = "sys_platform == 'linux' | sys_platform == 'darwin'"
MAX_COMMAND: Final = 40
PLATFORMS: Final = ("linux", "macos", "windows", "aarch64-unknown-linux-gnu", "x86_64-apple-darwin")
"""What `uv pip compile --python-platform` is often given."""


class WhatIfActions(PackageActions):
    """The `do_` methods of the group "What if" that are about the whole run."""

    def do_strategy(self) -> None:
        if self.session is not None:
            self.change(t.UseStrategy(self.session.next_strategy()))

    def do_release(self) -> None:
        self._use_release(1)

    def do_release_back(self) -> None:
        self._use_release(-1)

    def _use_release(self, direction: int) -> None:
        if self.session is not None:
            self.change(t.UseProfile(self.session.next_profile(direction)))

    def do_universal(self) -> None:
        if self.session is not None:
            universal = self.session.settings_shown().mode == "universal"
            self.change(t.ResolveFor() if universal else t.ResolveUniversally())

    def do_platform(self) -> None:
        self._choose("Resolve for one platform", PLATFORMS, t.ResolveFor)

    def do_environments(self) -> None:
        self._type("environments, with | between markers", ENVIRONMENTS, lambda text: t.LimitEnvironments(_parts(text)))

    def do_required_environments(self) -> None:
        self._type(
            "required-environments, with | between markers",
            ENVIRONMENTS,
            lambda text: t.RequireEnvironments(_parts(text)),
        )

    def do_requires_python(self) -> None:
        self._type("requires-python", ">=3.10", t.RequirePython)

    def do_require(self) -> None:
        self._type("Require", "numpy>=2", t.AddRequirement)

    def do_builds(self) -> None:
        files = self.session.settings_shown().files if self.session is not None else None
        if files is not None:
            self.change(t.AllowBuilds(files.no_build))

    def do_wheels(self) -> None:
        files = self.session.settings_shown().files if self.session is not None else None
        if files is not None:
            self.change(t.AllowWheels(files.no_binary))

    def do_netrc(self) -> None:
        if self.session is not None:
            self.change(t.UseNetrc(self.session.settings_shown().auth.netrc is None))

    def do_preferences(self) -> None:
        self.change(t.ForgetPreferences())

    def do_ask_again(self) -> None:
        self.change(t.AskAgain())

    def do_prerelease(self) -> None:
        self._choose(
            "Pre-releases", get_args(PrereleaseMode), lambda text: t.UsePrereleases(cast(PrereleaseMode, text))
        )

    def do_resolution(self) -> None:
        self._choose("Versions", get_args(ResolutionMode), lambda text: t.UseResolution(cast(ResolutionMode, text)))

    def do_exclude_newer(self) -> None:
        self._type("Exclude newer than", "2024-06-01 or 2024-06-01T00:00:00Z", t.ExcludeNewer)

    def do_constraint(self) -> None:
        self._type("Constraint", "numpy<2", t.AddConstraint)

    def do_override(self) -> None:
        self._type("Override", "numpy==1.26.4", t.AddOverride)

    def do_profile(self) -> None:
        if self.session is not None:
            tool = self.session.profile.tool

            def named(text: str) -> t.Toggle:
                return t.UseProfile(text if text.partition("@")[0] in ("uv", "pip") else f"{tool}@{text}")

            self._type("Rules of", self.session.next_profile(), named)

    def do_command(self) -> None:
        """The same requirements as `uv pip` or pip would resolve them, or as the command was given."""
        session = self.session
        if session is None:
            return
        as_given = tuple(x for x in session.toggles.done if not isinstance(x, t.ResolveFor | t.UseProfile))
        given = " ".join(session.settings.command)[:MAX_COMMAND]
        choices = {
            f"{given}: as given": Toggles(as_given),
            "uv pip compile, for this machine": Toggles((*as_given, t.ResolveFor())),
            "pip install, for this machine": Toggles((*as_given, t.UseProfile(f"pip@{NEWEST_KNOWN['pip']}"))),
        }

        def chosen(words: str | None) -> None:
            if words is not None:
                self.set_toggles(choices[words], words)

        self.app.push_screen(CopyScreen([(words, words) for words in choices], "The same, as"), chosen)

    def _choose(self, title: str, choices: Sequence[str], make: Callable[[str], t.Toggle]) -> None:
        def chosen(text: str | None) -> None:
            if text is not None:
                self.change(make(text))

        self.app.push_screen(CopyScreen([(choice, choice) for choice in choices], title), chosen)

    def _type(self, title: str, example: str, make: Callable[[str], t.Toggle]) -> None:
        session = self.session
        if session is None:
            return

        def complaint(text: str) -> str:
            toggles = session.toggles.with_(make(text))
            try:
                toggles.profile(session.profile)
                toggles.settings(session.base)
            except (UsageError, ValueError) as error:
                return str(error)
            except RefusedSettings:
                return ""
            return ""

        def typed(text: str | None) -> None:
            if text is not None:
                self.change(make(text))

        self.app.push_screen(InputScreen(title, example, complaint), typed)

    def do_undo(self) -> None:
        if self.session is not None:
            toggles = self.session.toggles
            self.set_toggles(toggles.undo(), f"undone: {t.title(toggles.done[-1])}")

    def do_redo(self) -> None:
        if self.session is not None:
            toggles = self.session.toggles
            self.set_toggles(toggles.redo(), f"again: {t.title(toggles.undone[-1])}")

    def do_as_given(self) -> None:
        self.set_toggles(Toggles(), "as the command was given")

    @property
    def finding(self) -> Finding | None:
        """The finding under the cursor, else the first one that has a remedy."""
        note = cast(FindingsPane, self.pane("findings")).note
        if isinstance(note, Finding) and note.remedies:
            return note
        return next((each for each in self.shown.findings if each.remedies), None)

    def do_remedy(self) -> None:
        """Resolve with what the finding proposes; where nothing is proven yet, each change is tried first."""
        finding, diagnosing = self.finding, self.session.diagnosing if self.session is not None else None
        if finding is None or diagnosing is None:
            return

        def prove() -> None:
            toggle = diagnosing.prove(finding)
            self.app.call_from_thread(self._take_remedy, diagnosing, toggle)

        self.run_worker(prove, thread=True, exclusive=True, group="remedy", exit_on_error=False)

    def _take_remedy(self, diagnosing: Diagnosing, toggle: t.Toggle | None) -> None:
        if self.session is None or self.session.diagnosing is not diagnosing:
            return
        if toggle is None:
            self.notify("This remedy cannot be tried here.", markup=False, timeout=4)
        else:
            self.change(toggle)


def _parts(text: str) -> tuple[str, ...]:
    """The markers of `a | b`."""
    return tuple(part.strip() for part in text.split("|") if part.strip())
