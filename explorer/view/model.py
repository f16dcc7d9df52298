"""The one fold: everything the panes show of a run, kept up to date event by event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Final, Self, assert_never, cast

from .. import events as ev
from ..model.url import SafeUrl
from ..profiles import Tool
from .answer import Answer
from .auth_ladder import Ladders
from .derivation_tree import Derivation
from .index_matrix import IndexMatrix
from .packages import Packages
from .queries import Queries
from .setup import Setup
from .timeline import Timeline
from .wheel_matrix import Wheels

FILE_PURPOSES = frozenset({"metadata", "wheel", "sdist", "install"})
"""Purposes of requests whose URL ends in the name of a distribution file."""


SPACING: Final = 2_500
"""Events between two moments whose view is kept: folding them takes about 12 ms."""

MOST_KEPT: Final = 64
"""Views kept of one run; each holds a few megabytes where a run has 50,000 events."""


class RunView:
    """A run as far as it was told. Equal prefixes of events give equal views; `apply` costs the same for each event."""

    def __init__(self) -> None:
        self.setup = Setup()
        self.queries = Queries()
        self.ladders = Ladders()
        self.matrix = IndexMatrix()
        self.wheels = Wheels()
        self.packages = Packages()
        self.derivation = Derivation()
        self.answer = Answer()
        self.timeline = Timeline()
        self.builds: dict[str, ev.BuildChanged] = {}
        self.bases: set[ev.Basis] = set()
        self.request_of_event: dict[int, int] = {}
        self.count = 0
        self.last: ev.Event | None = None

    def copied(self) -> Self:
        """The view of the same moment, which further events do not change; what it shares with this one is values."""
        twin = copy(self)
        twin.setup, twin.queries, twin.ladders = self.setup.copied(), self.queries.copied(), self.ladders.copied()
        twin.matrix, twin.wheels, twin.packages = self.matrix.copied(), self.wheels.copied(), self.packages.copied()
        twin.derivation, twin.answer, twin.timeline = (
            self.derivation.copied(),
            copy(self.answer),
            self.timeline.copied(),
        )
        twin.builds, twin.bases = self.builds.copy(), self.bases.copy()
        twin.request_of_event = self.request_of_event.copy()
        return twin

    def apply(self, event: ev.Event) -> None:
        """Fold one event in."""
        self.count += 1
        self.last = event
        self.bases.add(event.basis)
        self.timeline.take(self.count, event.body)
        request = request_of(event.body)
        if request is not None:
            self.request_of_event[event.number] = request
        self._apply(event, event.body)

    def _apply(self, event: ev.Event, body: ev.Body) -> None:
        match body:
            case ev.RequestStarted():
                self._request(event, body)
            case ev.RequestEnded():
                self.queries.end(event, body)
                exchange = self.queries.by_number.get(body.request)
                if exchange is not None and body.failure is not None and exchange.started.purpose == "page":
                    self.matrix.unanswered(exchange.started.package, exchange.started.index, body.failure)
            case ev.CredentialConsidered():
                self.ladders.step(body)
            case ev.CredentialSent():
                self.ladders.step(body)
                self.queries.sent(body)
            case ev.CredentialStored():
                self.ladders.store(body)
            case ev.IndexAnswered():
                self.matrix.answered(body)
                index = next((each for each in self.setup.indexes if each.id == body.index), None)
                if body.meaning in ("stop", "abort") and not body.requests and body.detail and index is not None:
                    page = SafeUrl.parse(f"{str(index.url).rstrip('/')}/{body.package}/")
                    self.queries.refused(event, body, page, self.ladders.last_logical)
            case ev.SearchEnded():
                self.matrix.ended(body)
            case ev.PageRead():
                self.wheels.page(body)
            case ev.CandidateJudged():
                self.packages.judged(body)
            case ev.WheelChosen():
                self.wheels.chosen(body)
            case ev.MetadataRead():
                self.packages.metadata(body)
                self.wheels.stamp += 1
            case ev.BuildChanged():
                self.builds[f"{body.package} {body.version}"] = body
            case ev.RequirementAdded():
                self.packages.required(body)
            case ev.Decision():
                self.packages.decided(event.fork, body)
            case ev.Backtracked():
                self.packages.undone(event.fork, body)
                self.derivation.backtracks += 1
            case ev.IncompatibilityAdded():
                self.derivation.add(body)
            case ev.Conflict():
                self.derivation.conflict(body)
            case ev.ForkOpened() | ev.ForkClosed():
                self.setup.fork(body)
            case ev.Unsatisfiable():
                self.derivation.failed(body)
                self.answer.take(body)
            case ev.Resolved() | ev.Failed() | ev.RunEnded():
                self.answer.take(body)
            case ev.Finding() | ev.Warned() | ev.NotModelled():
                self.setup.note(body)
            case (
                ev.RunStarted()
                | ev.IndexInForce()
                | ev.EnvironmentInForce()
                | ev.SettingInForce()
                | ev.SettingIgnored()
            ):
                self.setup.take(body)
            case _:
                assert_never(body)

    def _request(self, event: ev.Event, body: ev.RequestStarted) -> None:
        self.queries.start(event, body)
        self.matrix.asked(body)
        if body.purpose in FILE_PURPOSES:
            self.wheels.fetch(body.url.filename, body.request)

    @property
    def profile(self) -> tuple[Tool, str]:
        """(tool, version) of the rules in force."""
        name = self.setup.started.profile if self.setup.started else "uv@0"
        tool, _, version = name.partition("@")
        return (cast(Tool, tool) if tool in ("uv", "pip") else "uv"), version

    @property
    def index_order(self) -> list[str]:
        """Ids of the indexes in the order they are asked, others that answered after them."""
        return self.matrix.order_of([index.id for index in self.setup.indexes])

    def package_of(self, request: int) -> tuple[str | None, str | None]:
        """(package, version) that an exchange is about, as far as it is known; the version from the file's name."""
        exchange = self.queries.by_number.get(request)
        if exchange is None:
            return None, None
        package = exchange.started.package
        if package is None or exchange.started.purpose not in FILE_PURPOSES:
            return package, None
        return package, self.wheels.version_of_file(package, exchange.started.url.filename.removesuffix(".metadata"))

    def shown_version(self, package: str) -> str | None:
        """The version to show of a package when none is selected: the one in force, else the one judged last."""
        story = self.packages.stories.get(package)
        version = story.version if story else None
        files = self.wheels.packages.get(package)
        if files and files.chosen and version not in files.chosen:
            return next(reversed(files.chosen))
        if version is None and files:
            return next((page.versions[-1] for page in files.pages if page.versions), None)
        return version


def request_of(body: ev.Body) -> int | None:
    """The exchange that an event is about, for evidence that names events."""
    match body:
        case ev.RequestStarted() | ev.RequestEnded() | ev.CredentialSent() | ev.PageRead() | ev.Failed():
            return body.request
        case ev.IndexAnswered() | ev.MetadataRead():
            return body.requests[-1] if body.requests else None
        case _:
            return None


def fold(events: Iterable[ev.Event]) -> RunView:
    """A view of a prefix of a run."""
    view = RunView()
    for event in events:
        view.apply(event)
    return view


class Recorded:
    """The events of a run so far, and `view`: a moment in it.

    Everything that was told is folded at once, and views of some moments are kept on the way, so that going anywhere
    folds few events: at first at most `spacing` of them.
    """

    def __init__(self, spacing: int = SPACING) -> None:
        self.events: list[ev.Event] = []
        self.view = RunView()
        self._newest = self.view
        self._kept: dict[int, RunView] = {}
        self._spacing = spacing

    @property
    def at_end(self) -> bool:
        """The view shows everything that is known."""
        return self.view is self._newest

    def extend(self, events: Sequence[ev.Event]) -> None:
        """New events; the view follows them where it stood at the end."""
        self.events.extend(events)
        for event in events:
            self._newest.apply(event)
            if self._newest.count % self._spacing == 0:
                self._keep(self._newest.count)

    def go(self, position: int) -> None:
        """Show the moment after `position` events: from the nearest moment before it whose view is there."""
        if position >= len(self.events):
            self.view = self._newest
            return
        position = max(0, position)
        nearest = max((kept for kept in self._kept if kept <= position), default=0)
        if self.at_end or not nearest <= self.view.count <= position:
            self.view = self._kept[nearest].copied() if nearest else RunView()
        for event in self.events[self.view.count : position]:
            self.view.apply(event)

    @property
    def marks(self) -> Sequence[int]:
        """Positions of the decisions, conflicts and ends of the whole run, past the moment shown as well."""
        return self._newest.timeline.marks

    def _keep(self, position: int) -> None:
        """Of too many kept views every second one goes: they are twice as far apart from then on."""
        self._kept[position] = self._newest.copied()
        if len(self._kept) > MOST_KEPT:
            self._spacing *= 2
            self._kept = {kept: view for kept, view in self._kept.items() if kept % self._spacing == 0}
