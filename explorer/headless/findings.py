"""The findings of a run that is over, with remedies tried on the answers that it left."""

from __future__ import annotations

from collections.abc import Sequence

from ..events import CredentialConsidered, Event, Finding, RunEnded
from ..http.held import HeldAnswers
from ..profiles import Profile
from ..settings.settings import Settings


def findings(events: Sequence[Event], settings: Settings, profile: Profile, held: HeldAnswers) -> tuple[Finding, ...]:
    """What the rules see; remedies are tried without a request.

    Of a run that resolved only those of errors and warnings are, for each takes about as long as the run itself. A run
    that asked the keyring is not repeated: it would ask again.
    """
    from ..diagnose import find, tried
    from ..diagnose.find import untried

    ended = events[-1].body
    if not isinstance(ended, RunEnded) or ended.outcome == "cancelled":
        return ()
    diagnoses = find(events, settings, profile)
    if any(map(_asked_keyring, events)):
        return untried(diagnoses, "it would ask the keyring again")
    worth = [d for d in diagnoses if ended.outcome != "resolved" or d.severity != "note"]
    notes = [d for d in diagnoses if d not in worth]
    from ..run.what_if import attempt

    proved = tried(worth, lambda toggle: attempt(settings, profile, held, toggle)) if worth else ()
    return (*proved, *untried(notes, "the command resolves"))


def _asked_keyring(event: Event) -> bool:
    body = event.body
    return isinstance(body, CredentialConsidered) and body.rung == "keyring" and body.outcome != "not asked"
