"""The findings of a run that is over, with remedies tried on the answers that it left."""

from __future__ import annotations

from collections.abc import Sequence

from ..events import CredentialConsidered, Event, Finding, RunEnded
from ..http.held import HeldAnswers
from ..profiles import Profile
from ..settings.settings import Settings


def findings(events: Sequence[Event], settings: Settings, profile: Profile, held: HeldAnswers) -> tuple[Finding, ...]:
    """What the rules see; remedies of a run that failed are tried without a request.

    A run that asked the keyring is not repeated: it would ask again.
    """
    from ..diagnose import find, tried

    ended = events[-1].body
    if not isinstance(ended, RunEnded) or ended.outcome == "cancelled":
        return ()
    diagnoses = find(events, settings, profile)
    if ended.outcome == "resolved" or not diagnoses or any(map(_asked_keyring, events)):
        return tuple(diagnosis.finding for diagnosis in diagnoses)
    from ..run.what_if import attempt

    return tried(diagnoses, lambda toggle: attempt(settings, profile, held, toggle))


def _asked_keyring(event: Event) -> bool:
    body = event.body
    return isinstance(body, CredentialConsidered) and body.rung == "keyring" and body.outcome != "not asked"
