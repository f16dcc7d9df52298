"""Findings for the screen: those a run told itself, else found in its events on a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..events import Event, Finding
from ..profiles import Profile
from ..settings.settings import Settings
from ..what_if.toggle import Toggle, title

if TYPE_CHECKING:
    from ..http.held import HeldAnswers


class Diagnosing:
    """What stands out in one run that ended. `findings` is None until it is known.

    With `held` the remedies are tried on the held answers; nothing is asked of the network.
    """

    def __init__(
        self, events: Sequence[Event], settings: Settings, profile: Profile, held: HeldAnswers | None = None
    ) -> None:
        told = tuple(event.body for event in events if isinstance(event.body, Finding))
        self.findings: tuple[Finding, ...] | None = told or None
        self._events = events
        self._settings = settings
        self._profile = profile
        self._held = held
        if not told and held is not None:
            threading.Thread(target=self._find, name="diagnose", daemon=True).start()
        elif not told:
            self.findings = ()

    def _find(self) -> None:
        """Never fails: a finding is extra, and a rule that stumbles must not take the others along."""
        from ..diagnose.find import find, tried
        from ..run.what_if import attempt

        held = self._held
        try:
            diagnoses = find(self._events, self._settings, self._profile)
            untried = tuple(diagnosis.finding for diagnosis in diagnoses)
            self.findings = untried
            if held is not None and diagnoses:
                self.findings = tried(diagnoses, lambda toggle: attempt(self._settings, self._profile, held, toggle))
        except Exception:
            self.findings = self.findings or ()

    def toggles_of(self, finding: Finding) -> tuple[Toggle, ...]:
        """The changes that a finding proposes: those that resolve first, without those that were tried in vain."""
        from ..diagnose.find import find

        wanted = [remedy.toggle for remedy in finding.remedies if remedy.outcome == "resolved"]
        wanted += [remedy.toggle for remedy in finding.remedies if remedy.outcome is None]
        known = {
            title(toggle): toggle
            for diagnosis in find(self._events, self._settings, self._profile)
            if diagnosis.rule == finding.rule
            for toggle in diagnosis.toggles
        }
        return tuple(known[words] for words in wanted if words in known)

    def prove(self, finding: Finding) -> Toggle | None:
        """The first change that resolves, what is not held asked of the network; else the first; None for none."""
        from ..run.what_if import attempt

        toggles = self.toggles_of(finding)
        if self._held is not None and not any(remedy.outcome == "resolved" for remedy in finding.remedies):
            for toggle in toggles:
                if attempt(self._settings, self._profile, self._held, toggle, asks=True).outcome == "resolved":
                    return toggle
        return toggles[0] if toggles else None
