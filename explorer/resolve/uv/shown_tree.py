"""The reduced tree as an event's value: bounded, each conclusion unfolded once, leaves with what they rest on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from packaging.utils import NormalizedName

from ... import events
from ...events import DerivationNode
from ...model.origin import Origin
from ...model.ranges import Range
from ...model.reasons import MissingPlatform, NoBinary, NoBuild, NoIndex, OfflineNotCached, TooNew
from ...settings.settings import Settings
from ..facts import Facts
from ..pubgrub.incompatibility import Dependency, Incompatibility, NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from .derivation import Conclusion, Leaf, LeafNode, Tree
from .fork_state import ForkState
from .inputs import Inputs
from .narrate import Narrator, shown_range
from .reason_words import is_package_refusal
from .requirements import Wanted
from .wording import Wording

MAX_DEPTH: Final = 90
"""Deeper causes are not shown (a recording holds a hundred levels)."""

MAX_NODES: Final = 5000
MAX_SENTENCE: Final = 4000

_SETTINGS: Final = (
    (NoBuild, ("no-build", "no-build-package", "only-binary")),
    (NoBinary, ("no-binary", "no-binary-package")),
    (TooNew, ("exclude-newer", "exclude-newer-package")),
    (MissingPlatform, ("required-environments", "environments")),
    (NoIndex, ("no-index",)),
    (OfflineNotCached, ("offline",)),
)
"""The names of the settings by which files, versions and packages are refused."""


def shown_tree(tree: Tree, wording: Wording, numbered: Mapping[int, int], grounds: Grounds) -> DerivationNode:
    """The tree from its root down; `numbered` are the numbers of the report, by the id of a node."""
    shown: list[tuple[Tree, list[int], bool]] = []
    unfolded: set[int] = set()
    waiting = deque([(tree, 0, -1)])
    while waiting:
        node, depth, parent = waiting.popleft()
        if parent >= 0:
            shown[parent][1].append(len(shown))
        unfolds = isinstance(node, Conclusion) and id(node) not in unfolded
        fits = depth < MAX_DEPTH and len(shown) + len(waiting) < MAX_NODES
        if isinstance(node, Conclusion) and unfolds and fits:
            unfolded.add(id(node))
            waiting += ((node.first, depth + 1, len(shown)), (node.second, depth + 1, len(shown)))
        shown.append((node, [], isinstance(node, Conclusion) and not (unfolds and fits)))
    built: dict[int, DerivationNode] = {}
    for position in range(len(shown) - 1, -1, -1):
        node, below, is_cut = shown[position]
        children = tuple(built.pop(child) for child in below)
        built[position] = _node(node, children, is_cut, wording, numbered, grounds)
    return built[0]


def _node(
    node: Tree,
    children: tuple[DerivationNode, ...],
    is_cut: bool,
    wording: Wording,
    numbered: Mapping[int, int],
    grounds: Grounds,
) -> DerivationNode:
    if isinstance(node, Conclusion):
        return DerivationNode(
            incompatibility=node.number,
            cause="conclusion",
            sentence=_bounded(wording.terms(node.terms)),
            children=children,
            number=numbered.get(id(node)),
            terms=tuple(_term(package, term.range, term.positive) for package, term in node.terms.items()),
            cut=is_cut,
        )
    return DerivationNode(
        incompatibility=node.number if node.number is not None else -1,
        cause=_kind(node.cause),
        sentence=_bounded(wording.leaf(node.cause)),
        evidence=grounds.evidence(node.cause),
        origin=grounds.origin(node),
        terms=_terms_of(node.cause),
    )


def _terms_of(cause: Leaf) -> tuple[events.Term, ...]:
    match cause:
        case Dependency(package, versions, dependency, required):
            return _term(package, versions, True), _term(dependency, required, False)
        case NoVersions(package, versions) | Unavailable(package, versions):
            return (_term(package, versions, True),)
        case NotRoot(package):
            return (events.Term(str(package), "", False),)
        case _:
            assert_never(cause)


def _term(package: Package, versions: Range, positive: bool) -> events.Term:
    return events.Term(str(package), shown_range(versions), positive)


def _bounded(text: str) -> str:
    text = text.rstrip()
    return text if len(text) <= MAX_SENTENCE else text[:MAX_SENTENCE] + " …"


def _kind(cause: Leaf) -> str:
    match cause:
        case NotRoot():
            return "root"
        case NoVersions():
            return "no versions"
        case Dependency(dependency=dependency):
            return "requires python" if dependency.kind == "python" else "dependency"
        case Unavailable(reason=reason):
            return "unavailable package" if is_package_refusal(reason) else "unavailable version"
        case _:
            assert_never(cause)


class Grounds:
    """What leaves rest on: exchanges, and requirements and settings of the user."""

    def __init__(self, state: ForkState, inputs: Inputs, settings: Settings, facts: Facts, narrator: Narrator) -> None:
        self._store = state.search.store
        self._indexes = state.indexes
        self._settings = settings
        self._facts = facts
        self._narrator = narrator
        self._stated: dict[NormalizedName, list[Wanted]] = {}
        for wanted in _first_party(inputs):
            self._stated.setdefault(wanted.name, []).append(wanted)
        self._limits: dict[NormalizedName, list[Wanted]] = {}
        for name in (*inputs.constraints, *inputs.overrides):
            self._limits[name] = [*inputs.overrides.get(name, ()), *inputs.constraints.get(name, ())]
        self._members = frozenset(n for n, source in inputs.direct.items() if source.is_member)

    def evidence(self, cause: Leaf) -> tuple[int, ...]:
        """The exchanges that a leaf rests on: the metadata that states a requirement, else the page."""
        if isinstance(cause, NotRoot) or not cause.package.has_name:
            return ()
        name = cause.package.name
        if not isinstance(cause, NoVersions):
            requests = self._narrator.metadata_requests(name, cause.range)
            if requests:
                return requests
        index = self._indexes.get(name)
        return self._facts.search(name, index).requests if self._facts.has_page(name, index) else ()

    def origin(self, node: LeafNode) -> Origin | None:
        """Where the user stated what a leaf says; None where it is a fact of an index."""
        cause = node.cause
        match cause:
            case Dependency(package=package, dependency=dependency):
                required = self._as_stated(node.number, cause.required)
                return self._requirement(package, dependency, required)
            case NoVersions(package=package) if package.kind == "python":
                return self._setting("python-version", "requires-python", "python")
            case Unavailable(reason=reason):
                return self._setting(*next((names for kind, names in _SETTINGS if isinstance(reason, kind)), ()))
            case _:
                return None

    def _as_stated(self, number: int | None, required: Range) -> Range:
        """A required range before it was simplified for reading."""
        stated: Incompatibility | None = self._store[number] if number is not None else None
        return stated.cause.required if stated is not None and isinstance(stated.cause, Dependency) else required

    def _requirement(self, package: Package, dependency: Package, required: Range) -> Origin | None:
        if not dependency.has_name:
            return None
        is_first_party = package.kind == "root" or (package.has_name and package.name in self._members)
        stated = self._stated.get(dependency.name, []) if is_first_party else []
        for wanted in [*stated, *self._limits.get(dependency.name, [])]:
            if wanted.range == required:
                return wanted.stated.origin
        return None

    def _setting(self, *names: str) -> Origin | None:
        origins: dict[str, Origin] = {noted.name: noted.origin for noted in self._settings.noted}
        return next((origins[name] for name in names if name in origins), None)


def _first_party(inputs: Inputs) -> Iterator[Wanted]:
    yield from inputs.roots
    for source in inputs.direct.values():
        if source.is_member:
            yield from source.requires
            for group in source.groups.values():
                yield from group
