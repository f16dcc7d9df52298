"""What is found where the settings themselves are refused: no run, so the refusal is all there is (user-needs F36)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..events import Event, Failed, SettingIgnored
from ..profiles import Profile
from ..settings.read import read_settings
from ..settings.settings import Context, RefusedSettings, Settings
from ..what_if.toggle import Toggle
from .declared import declaration
from .diagnosis import Diagnosis
from .words import names

NOT_NAMED = (
    "a source may name indexes of its own pyproject.toml, of that of the workspace's root and of the command line only"
)


def told_of(refusal: RefusedSettings) -> tuple[SettingIgnored, ...]:
    """What the run that never began tells before it says why: the indexes of a name that do not count for a source."""
    undeclared = refusal.undeclared
    if undeclared is None:
        return ()
    return tuple(
        SettingIgnored("index", f"{index.name}={index.url}", index.origin, NOT_NAMED) for index in undeclared.found
    )


def find_refused(events: Iterable[Event], refusal: RefusedSettings) -> tuple[Diagnosis, ...]:
    """The diagnoses of a refusal; `events` are those of the run that it ended, with what `told_of` gives."""
    events = tuple(events)
    failed = [event.number for event in events if isinstance(event.body, Failed)]
    undeclared = refusal.undeclared
    if undeclared is None or not failed:
        return ()
    package, name, found = undeclared.package, undeclared.name, undeclared.found
    places = [str(index.origin) for index in found]
    where = f" {names(places)} {'declares' if len(places) == 1 else 'declare'} it, and {NOT_NAMED}." if found else ""
    near = difflib.get_close_matches(name, undeclared.known, n=1, cutoff=0.6) if not found else []
    meant = f" An index named {near[0]} is declared." if near else ""
    told = {index.origin for index in found}
    ignored = (e.number for e in events if isinstance(e.body, SettingIgnored) and e.body.origin in told)
    return (
        Diagnosis(
            rule="F36",
            severity="error",
            claim=f"{undeclared.origin} says that {package} comes from the index {name}, which is not declared where "
            f"it counts.{where}{meant}",
            evidence=(*failed, *ignored),
            toggles=tuple(declaration(index) for index in found),
            would_tell="" if found else f"the URL of the index {name}: no file that was read has it",
        ),
    )


def read_declared(
    words: Sequence[str], context: Context, profile: Profile, refusal: RefusedSettings, toggle: Toggle
) -> Settings:
    """The command read again as if the project declared the index of `toggle`, as the place that has it declares it.

    Raises like `read_settings`.
    """
    found = refusal.undeclared.found if refusal.undeclared is not None else ()
    declared = tuple(index for index in found if declaration(index) == toggle)
    return read_settings(words, replace(context, declared=(*context.declared, *declared)), profile)
