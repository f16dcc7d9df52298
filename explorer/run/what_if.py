"""Try a change on the answers that a session holds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..engine import Outcome, resolve
from ..events import Body, Event, Failed, Unsatisfiable
from ..http.held import HeldAnswers
from ..http.session import SessionPart
from ..profiles import Profile, UnknownProfile
from ..settings.settings import RefusedSettings, Settings, UsageError
from ..what_if.toggle import Toggle
from ..what_if.toggles import Toggles
from .stream import EventStream

PATIENCE: Final = 10.0
"""Seconds after which an attempt is given up."""

__all__ = ["Attempt", "Toggles", "attempt", "attempt_reading"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a resolution with a change ended. `missing` exchanges would have been needed and are not held: then the
    outcome says nothing. `message` is the first line of a failure.
    """

    outcome: Outcome
    message: str
    missing: int
    events: tuple[Event, ...]


def attempt(settings: Settings, profile: Profile, held: HeldAnswers, toggle: Toggle, *, asks: bool = False) -> Attempt:
    """Resolve with one change more, from what is held alone; with `asks` the network gives what is not held."""
    toggles = Toggles((toggle,))
    try:
        changed, rules = toggles.settings(settings), toggles.profile(profile)
    except (UsageError, UnknownProfile) as error:
        return Attempt("failed", str(error), 0, ())
    return _resolved(changed, rules, held, asks=asks)


def attempt_reading(
    read: Callable[[], Settings], profile: Profile, held: HeldAnswers, *, asks: bool = False
) -> Attempt:
    """As `attempt`, where `read` reads the command again with the change; what it refuses is how the attempt ends."""
    try:
        settings = read()
    except (UsageError, RefusedSettings) as error:
        return Attempt("failed", str(error), 0, ())
    return _resolved(settings, profile, held, asks=asks)


def _resolved(settings: Settings, profile: Profile, held: HeldAnswers, *, asks: bool) -> Attempt:
    session = SessionPart(held, asks=asks)
    events: list[Event] = []
    stream = EventStream(events.append)
    timer = threading.Timer(PATIENCE, stream.cancel)
    timer.daemon = True
    timer.start()
    try:
        outcome = resolve(settings, profile, stream, session)
    finally:
        timer.cancel()
    return Attempt(
        outcome, next(filter(None, map(_message, (e.body for e in events))), ""), session.missing, tuple(events)
    )


def _message(body: Body) -> str:
    match body:
        case Unsatisfiable(headline, report):
            return report[0] if report else headline
        case Failed(_, message):
            return message.partition("\n")[0]
        case _:
            return ""
