"""The toggles of a session in the order in which they were made, with undo and redo."""

from __future__ import annotations

from dataclasses import dataclass

from ..profiles import Profile
from ..settings.settings import Settings
from .apply import apply, apply_to_profile
from .other_tool import with_pip
from .toggle import Toggle, UseProfile, title


@dataclass(frozen=True, slots=True)
class Toggles:
    """`done` are in force, `undone` may be done again, the latest of them last."""

    done: tuple[Toggle, ...] = ()
    undone: tuple[Toggle, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.done)

    def with_(self, toggle: Toggle) -> Toggles:
        """One more; what was undone before is forgotten."""
        return Toggles((*self.done, toggle))

    def undo(self) -> Toggles:
        """Without the latest one; the same where there is none."""
        return Toggles(self.done[:-1], (*self.undone, self.done[-1])) if self.done else self

    def redo(self) -> Toggles:
        """With the one undone last; the same where there is none."""
        return Toggles((*self.done, self.undone[-1]), self.undone[:-1]) if self.undone else self

    def titles(self) -> tuple[str, ...]:
        """In words, in order."""
        return tuple(title(toggle) for toggle in self.done)

    def settings(self, base: Settings) -> Settings:
        """What a run depends on with the toggles made. Raises `UsageError` for a text that does not parse."""
        settings = base
        for toggle in self.done:
            settings = apply(toggle, settings, base)
        rules = next((toggle.profile for toggle in reversed(self.done) if isinstance(toggle, UseProfile)), "")
        return with_pip(settings) if rules.startswith("pip") and settings.tool == "uv" else settings

    def profile(self, base: Profile) -> Profile:
        """The rules with the toggles made. Raises `profiles.UnknownProfile`."""
        profile = base
        for toggle in self.done:
            profile = apply_to_profile(toggle, profile)
        return profile
