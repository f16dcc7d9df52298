"""resolvelib's hooks as events: requirements, decisions, conflicts, and what a backjump undid."""

from __future__ import annotations

from collections.abc import Collection

from resolvelib import BaseReporter
from resolvelib.resolvers import Criterion

from ...events import Backtracked, Conflict, Decision, Emit, RequirementAdded
from .candidates import BaseCandidate, Candidate, ExtrasCandidate, FileCandidate, InstalledCandidate, PythonCandidate
from .leaves import Leaves
from .provider import Information
from .requirements import PipRequirement, SpecifierRequirement, range_text
from .resolution import PipState


class EventReporter(BaseReporter[PipRequirement, Candidate, str]):
    """Tells each requirement once, each pin as a decision, each conflict with the requirement that brought it about."""

    def __init__(self, emit: Emit, leaves: Leaves) -> None:
        self._emit = emit
        self._leaves = leaves
        self._told: set[tuple[int, int]] = set()
        self._pins: dict[str, Candidate] = {}
        self._undoing = False

    def adding_requirement(self, requirement: PipRequirement, parent: Candidate | None) -> None:
        key = (id(requirement), id(parent))
        if key in self._told:
            return
        self._told.add(key)
        if isinstance(parent, ExtrasCandidate) and requirement.project == parent.project:
            return
        stated = requirement.stated if isinstance(requirement, SpecifierRequirement) else None
        self._emit(
            RequirementAdded(
                parent=None if parent is None else parent.identifier,
                parent_version=None if parent is None else str(parent.version),
                package=requirement.identifier,
                range=range_text(requirement),
                requirement=str(requirement) if stated is None else str(stated),
                marker=str(stated.marker) if stated is not None and stated.marker is not None else None,
                origin=stated.origin if stated is not None and parent is None else None,
            )
        )

    def pinning(self, candidate: Candidate) -> None:
        self._pins.pop(candidate.identifier, None)
        self._pins[candidate.identifier] = candidate
        if isinstance(candidate, PythonCandidate | ExtrasCandidate):
            return
        self._emit(
            Decision(
                package=candidate.project,
                version=str(candidate.version),
                level=len(self._pins),
                because=why(candidate),
                index=index_of(candidate),
            )
        )

    def rejecting_candidate(self, criterion: Criterion[PipRequirement, Candidate], candidate: Candidate) -> None:
        *_, newest = criterion.information
        self._emit(Conflict(incompatibility=self._leaves.number(newest), package=newest.requirement.identifier))

    def resolving_conflicts(self, causes: Collection[Information]) -> None:
        for cause in causes:
            self._leaves.number(cause)

    def ending_round(self, index: int, state: PipState) -> None:
        kept = state.mapping
        undone = [pin for name, pin in self._pins.items() if kept.get(name) is not pin]
        if undone:
            shown = tuple(f"{pin.project} {pin.version}" for pin in undone if isinstance(pin, BaseCandidate))
            self._emit(Backtracked(from_level=len(self._pins), to_level=len(kept), undone=shown))
        self._pins = dict(kept)

    def ending(self, state: PipState) -> None:
        self._pins = dict(state.mapping)


def why(candidate: BaseCandidate) -> str:
    """The words of `Decision.because`."""
    match candidate:
        case FileCandidate(why=reason):
            return reason
        case InstalledCandidate():
            return "installed"


def index_of(candidate: Candidate) -> str | None:
    """The id of the index that a candidate comes from; None for direct references and what is installed."""
    match candidate:
        case FileCandidate(source=None, listing=listing):
            return listing.index.id
        case ExtrasCandidate(base=base):
            return index_of(base)
        case _:
            return None
