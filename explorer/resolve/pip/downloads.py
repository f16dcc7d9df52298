"""Which files pip downloads once the resolution is done: those it knows by their sidecar only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...profiles import Profile
from ...settings.settings import Settings
from .candidates import Candidate, FileCandidate


def downloads(chosen: Iterable[Candidate], settings: Settings, profile: Profile) -> Iterator[FileCandidate]:
    """The candidates whose file is still to be fetched, in the order in which they were pinned.

    A wheel that was read whole, an sdist and a local file are at hand. A dry run of pip 25.3+ downloads nothing.
    """
    if settings.pip.dry_run and not profile.holds("dry_run_downloads"):
        return
    for candidate in chosen:
        if isinstance(candidate, FileCandidate) and candidate.read.way == "sidecar":
            yield candidate
