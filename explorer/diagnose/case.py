"""What the rules look at: the events of one run, sorted by what they are about, each with its number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from packaging.utils import canonicalize_name

from ..events import (
    CandidateJudged,
    CredentialConsidered,
    CredentialSent,
    Decision,
    DerivationNode,
    EnvironmentInForce,
    Event,
    Failed,
    IncompatibilityAdded,
    IndexAnswered,
    IndexInForce,
    MetadataRead,
    PageRead,
    RequestEnded,
    RequestStarted,
    RequirementAdded,
    Resolved,
    SearchEnded,
    SettingIgnored,
    Unsatisfiable,
    WheelChosen,
)
from ..profiles import Profile
from ..settings.settings import Settings

MAX_DEPTH: Final = 200
"""How deep a derivation is looked into."""

B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Row(Generic[B]):
    """A body with the number of its event."""

    number: int
    body: B


@dataclass(slots=True)
class Exchange:
    """One request with its answer and the credentials it carried, as far as told."""

    start: Row[RequestStarted]
    end: Row[RequestEnded] | None = None
    sent: Row[CredentialSent] | None = None

    @property
    def status(self) -> int | None:
        return self.end.body.status if self.end is not None else None

    @property
    def evidence(self) -> tuple[int, ...]:
        """The numbers of its events, what it carried first."""
        rows = (self.sent, self.start, self.end)
        return tuple(row.number for row in rows if row is not None)


@dataclass(slots=True)
class Case:
    """Events of one run by kind, in order; `settings` and `profile` are those of the run.

    `…_about` are by package, `answers_on` by index, `last_exchange` by the logical request it ended.
    """

    settings: Settings
    profile: Profile
    indexes: dict[str, Row[IndexInForce]] = field(default_factory=dict)
    exchanges: dict[int, Exchange] = field(default_factory=dict)
    last_exchange: dict[int, Exchange] = field(default_factory=dict)
    considered: dict[int, list[Row[CredentialConsidered]]] = field(default_factory=lambda: defaultdict(list))
    answers: list[Row[IndexAnswered]] = field(default_factory=list)
    answers_about: dict[str, list[Row[IndexAnswered]]] = field(default_factory=lambda: defaultdict(list))
    answers_on: dict[str, list[Row[IndexAnswered]]] = field(default_factory=lambda: defaultdict(list))
    searches: dict[str, Row[SearchEnded]] = field(default_factory=dict)
    pages: list[Row[PageRead]] = field(default_factory=list)
    pages_about: dict[str, list[Row[PageRead]]] = field(default_factory=lambda: defaultdict(list))
    judged: list[Row[CandidateJudged]] = field(default_factory=list)
    chosen: list[Row[WheelChosen]] = field(default_factory=list)
    metadata: list[Row[MetadataRead]] = field(default_factory=list)
    requirements: list[Row[RequirementAdded]] = field(default_factory=list)
    requirements_for: dict[str, list[Row[RequirementAdded]]] = field(default_factory=lambda: defaultdict(list))
    leaves: list[Row[IncompatibilityAdded]] = field(default_factory=list)
    decisions: list[Row[Decision]] = field(default_factory=list)
    ignored: list[Row[SettingIgnored]] = field(default_factory=list)
    failed: Row[Failed] | None = None
    unsatisfiable: Row[Unsatisfiable] | None = None
    resolved: Row[Resolved] | None = None
    host: Mapping[str, str] = field(default_factory=dict)
    _unfit: dict[str, list[Row[IncompatibilityAdded]]] | None = None

    def pages_of(self, package: str, index: str | None = None) -> Iterator[Row[PageRead]]:
        """The pages of a package that were read."""
        return (p for p in self.pages_about.get(package, ()) if index in (None, p.body.index))

    def answers_of(self, package: str) -> Sequence[Row[IndexAnswered]]:
        """What the indexes said about a package."""
        return self.answers_about.get(package, ())

    def page_exchanges(self, index: str) -> Iterator[Exchange]:
        """The last exchange of each page that was asked of an index."""
        for answer in self.answers_on.get(index, ()):
            if answer.body.requests and answer.body.requests[-1] in self.exchanges:
                yield self.exchanges[answer.body.requests[-1]]

    def page_exchanges_of(self, package: str) -> Iterator[Exchange]:
        """The last exchange of each page of a package."""
        for answer in self.answers_of(package):
            if answer.body.requests and answer.body.requests[-1] in self.exchanges:
                yield self.exchanges[answer.body.requests[-1]]

    def page_exchange(self, package: str, index: str) -> Exchange | None:
        """The last exchange of the page of a package on an index."""
        exchanges = [e for e in self.page_exchanges_of(package) if e.start.body.index == index]
        return exchanges[-1] if exchanges else None

    def wanted_in_vain(self) -> Mapping[str, Sequence[int]]:
        """Packages of which the proof says that no version fits, with the numbers of the incompatibilities."""
        return {package: [leaf.number for leaf in leaves] for package, leaves in self._in_vain().items()}

    def ranges_in_vain(self, package: str) -> tuple[str, ...]:
        """The ranges of which the proof says that no version of `package` is in them."""
        terms = (t for leaf in self._in_vain().get(package, ()) for t in leaf.body.terms)
        return tuple(dict.fromkeys(t.range for t in terms if t.positive and base_name(t.package) == package))

    def _in_vain(self) -> Mapping[str, Sequence[Row[IncompatibilityAdded]]]:
        if self._unfit is None:
            self._unfit = defaultdict(list)
            answer = self.unsatisfiable
            leaves = set(_leaves(answer.body.derivation, "no versions")) if answer is not None else set()
            for leaf in self.leaves if answer is not None else ():
                if leaf.body.cause == "no versions" and (leaf.body.incompatibility in leaves or not leaves):
                    for package in dict.fromkeys(base_name(t.package) for t in leaf.body.terms if t.positive):
                        self._unfit[package].append(leaf)
        return self._unfit


def case_of(events: Iterable[Event], settings: Settings, profile: Profile) -> Case:
    """Sort the events of one run."""
    case = Case(settings, profile)
    for event in events:
        _add(case, event.number, event)
    return case


def _add(case: Case, number: int, event: Event) -> None:
    match event.body:
        case EnvironmentInForce(host=True) as environment:
            case.host = environment.markers
        case IndexInForce() as index:
            case.indexes.setdefault(index.id, Row(number, index))
        case RequestStarted() as start:
            case.exchanges[start.request] = Exchange(Row(number, start))
            case.last_exchange[start.logical] = case.exchanges[start.request]
        case RequestEnded() as end:
            if end.request in case.exchanges:
                case.exchanges[end.request].end = Row(number, end)
        case CredentialSent() as sent:
            if sent.request in case.exchanges:
                case.exchanges[sent.request].sent = Row(number, sent)
        case CredentialConsidered() as considered:
            case.considered[considered.logical].append(Row(number, considered))
        case IndexAnswered() as answer:
            answered = Row(number, answer)
            case.answers.append(answered)
            case.answers_about[answer.package].append(answered)
            case.answers_on[answer.index].append(answered)
        case SearchEnded() as search:
            case.searches[search.package] = Row(number, search)
        case PageRead() as page:
            case.pages.append(Row(number, page))
            case.pages_about[page.package].append(case.pages[-1])
        case CandidateJudged() as judged:
            case.judged.append(Row(number, judged))
        case WheelChosen() as chosen:
            case.chosen.append(Row(number, chosen))
        case MetadataRead() as metadata:
            case.metadata.append(Row(number, metadata))
        case RequirementAdded() as requirement:
            case.requirements.append(Row(number, requirement))
            case.requirements_for[canonicalize_name(requirement.package)].append(case.requirements[-1])
        case IncompatibilityAdded(parents=None) as leaf:
            case.leaves.append(Row(number, leaf))
        case Decision() as decision:
            case.decisions.append(Row(number, decision))
        case SettingIgnored() as ignored:
            case.ignored.append(Row(number, ignored))
        case Failed() as failed:
            case.failed = Row(number, failed)
        case Unsatisfiable() as answer:
            case.unsatisfiable = Row(number, answer)
        case Resolved() as resolved:
            case.resolved = Row(number, resolved)
        case _:
            pass


def base_name(package: str) -> str:
    """A package of the solver without extras and markers."""
    return package.partition("[")[0].partition("{")[0].strip()


def _leaves(node: DerivationNode | None, cause: str, depth: int = 0) -> Iterator[int]:
    if node is None or depth > MAX_DEPTH:
        return
    if not node.children and node.cause == cause:
        yield node.incompatibility
    for child in node.children:
        yield from _leaves(child, cause, depth + 1)
