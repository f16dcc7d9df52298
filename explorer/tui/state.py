"""What the panes are shown: the view of a run, what is selected, and what the user switched."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..events import Finding, IndexInForce
from ..view.filters import Filter, parse_filter
from ..view.model import RunView
from ..view.setup import EnvironmentChoice


@dataclass(frozen=True, slots=True)
class Selection:
    """What the linked panes are about. All None: the newest of everything."""

    request: int | None = None
    package: str | None = None
    version: str | None = None


@dataclass(slots=True)
class Shown:
    """Everything a pane may draw from. Panes never change it; the screen does.

    `diverging` are the exchanges that the run before did not make so; `marked` is the one at which it became another.
    `diagnosed`: the findings of the run are known, though there may be none.
    """

    view: RunView = field(default_factory=RunView)
    selection: Selection = field(default_factory=Selection)
    filter: Filter = field(default_factory=lambda: parse_filter(""))
    running: bool = False
    indexes_off: tuple[IndexInForce, ...] = ()
    modes: tuple[tuple[str, str], ...] = ()
    environments: tuple[EnvironmentChoice, ...] = ()
    diverging: frozenset[int] = frozenset()
    marked: int | None = None
    findings: tuple[Finding, ...] = ()
    diagnosed: bool = False

    def package(self) -> str | None:
        """The selected package, else the one that something happened to last."""
        if self.selection.package is not None:
            return self.selection.package
        wheels = self.view.wheels.newest
        return self.view.packages.newest or (wheels[0] if wheels else None)

    def version(self) -> str | None:
        """The selected version, else the one in force of the selected package."""
        if self.selection.version is not None:
            return self.selection.version
        package = self.package()
        return self.view.shown_version(package) if package else None


def selection_of_request(view: RunView, request: int) -> Selection:
    """Selecting an exchange selects its package and, for a file, its version."""
    package, version = view.package_of(request)
    return Selection(request, package, version)


def selection_of_package(view: RunView, package: str, version: str | None) -> Selection:
    """Selecting a package selects the last exchange for one of its pages."""
    cells = [cell for (name, _), cell in view.matrix.cells.items() if name == package]
    requests = [cell.request for cell in cells if cell.request is not None]
    return Selection(requests[-1] if requests else None, package, version)


def selection_at_end(view: RunView) -> Selection:
    """What to look at when a run has ended and nothing was selected: the exchange that ended it, if one did."""
    answer = view.answer
    if answer.failed is not None and answer.failed.request in view.queries.by_number:
        return selection_of_request(view, answer.failed.request)
    for cell in view.matrix.cells.values():
        if answer.outcome == "unsatisfiable" and cell.answered and cell.answered.meaning == "stop" and cell.request:
            return selection_of_request(view, cell.request)
    if answer.unsatisfiable is not None and answer.unsatisfiable.derivation is not None:
        waiting = [answer.unsatisfiable.derivation]
        while waiting:
            node = waiting.pop(0)
            for number in node.evidence:
                if number in view.queries.by_number:
                    return selection_of_request(view, number)
            waiting.extend(node.children)
    if answer.resolved is not None:
        for pinned in answer.resolved.packages:
            if "you" in pinned.required_by:
                return selection_of_package(view, pinned.name, pinned.version)
    return Selection()
