"""A run that ends before its first request because the settings are refused, with what is found in the refusal."""

from __future__ import annotations

from dataclasses import replace

from ..events import Event, Finding
from ..profiles import Profile
from ..settings.settings import Context, RefusedSettings
from ..what_if.toggle import Toggle
from .faces import refusal_events


def refused_events(
    words: tuple[str, ...], context: Context, profile: Profile, refusal: RefusedSettings
) -> tuple[Event, ...]:
    """All events of the run; the findings come before the last one. A remedy is tried without a request."""
    if refusal.undeclared is None:
        return refusal_events(words, profile, "settings", str(refusal), refusal.hints)
    from ..diagnose.refused import told_of

    told = told_of(refusal)
    events = refusal_events(words, profile, "settings", str(refusal), refusal.hints, told)
    *before, ended = events
    found = _found(before, words, context, profile, refusal)
    bodies = (*found, ended.body)
    return (*before, *(replace(ended, number=number, body=body) for number, body in enumerate(bodies, ended.number)))


def _found(
    events: list[Event], words: tuple[str, ...], context: Context, profile: Profile, refusal: RefusedSettings
) -> tuple[Finding, ...]:
    from ..diagnose.find import tried
    from ..diagnose.refused import find_refused, read_declared
    from ..http.held import HeldAnswers
    from ..run.what_if import Attempt, attempt_reading

    held = HeldAnswers()

    def try_(toggle: Toggle) -> Attempt:
        return attempt_reading(lambda: read_declared(words, context, profile, refusal, toggle), profile, held)

    return tried(find_refused(events, refusal), try_)
