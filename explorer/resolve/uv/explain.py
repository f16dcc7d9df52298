"""From the last incompatibility of a failed search to what is shown: the tree, the sentences, the hints."""

from __future__ import annotations

from packaging.utils import NormalizedName
from packaging.version import Version

from ... import events
from ...events import DerivationNode
from ...profiles import Profile
from ...settings.settings import Settings
from ..facts import Facts
from ..pubgrub.incompatibility import Dependency, NotRoot, NoVersions, Unavailable
from ..pubgrub.term import Term
from ..solution import NoSolution
from .derivation import Conclusion, Known, LeafNode, Tree, derivation_of
from .hints import hints_for
from .inputs import Inputs
from .narrate import shown_range
from .reduction import reduce
from .report import Report, Wording
from .resolver import Resolver, Unsatisfied


def explain(
    end: Unsatisfied, resolver: Resolver, settings: Settings, profile: Profile, inputs: Inputs, facts: Facts
) -> NoSolution:
    """The failure of a fork as a value to raise."""
    state = end.state
    known = _known_versions(resolver, end, facts)
    members = frozenset(n for n, source in inputs.direct.items() if source.is_member)
    tree = derivation_of(state.search.store, end.number)
    _, reduced = reduce(
        tree, known, members, resolver.allows_prereleases, widened=profile.holds("sorted_initial_forks")
    )
    wording = Wording(members, state.python, known)
    report = Report(wording)
    lines = report.write(reduced)
    fork = state.environment.describe()
    headline = "No solution found when resolving dependencies" + (f" for {fork}" if fork else "")
    hints = hints_for(reduced, resolver, state, settings, profile, facts)
    return NoSolution(headline, tuple(lines), hints, _node(reduced, wording, report, facts, resolver, state.indexes))


def _known_versions(resolver: Resolver, end: Unsatisfied, facts: Facts) -> Known:
    """The versions of each package that the search looked at (others may be known, depending on timing)."""
    known = {}
    for name in resolver.chooser.visited:
        index = end.state.indexes.get(name)
        if facts.has_page(name, index):
            result = facts.search(name, index)
            if result.listings:
                known[name] = _included(result.versions, name, resolver)
    return known


def _included(versions: tuple[Version, ...], name: NormalizedName, resolver: Resolver) -> tuple[Version, ...]:
    """Without the versions that exclude-newer drops altogether."""
    return tuple(v for v in versions if not resolver.is_excluded(name, v))


def _node(
    tree: Tree,
    wording: Wording,
    report: Report,
    facts: Facts,
    resolver: Resolver,
    indexes: dict[NormalizedName, str],
) -> DerivationNode:
    """The reduced tree as an event's value, each leaf with the exchanges that are its evidence."""
    if isinstance(tree, Conclusion):
        children = tuple(_node(c, wording, report, facts, resolver, indexes) for c in (tree.first, tree.second))
        return DerivationNode(
            incompatibility=tree.number,
            cause="conclusion",
            sentence=wording.terms(tree.terms),
            children=children,
            number=report.numbered.get(id(tree)),
            terms=tuple(_term(str(p), t) for p, t in tree.terms.items()),
        )
    cause = tree.cause
    return DerivationNode(
        incompatibility=tree.number if tree.number is not None else -1,
        cause=_kind(cause),
        sentence=wording.leaf(cause),
        evidence=_evidence(tree, facts, resolver, indexes),
    )


def _term(package: str, term: Term) -> events.Term:
    return events.Term(package, shown_range(term.range), term.positive)


def _kind(cause: NotRoot | NoVersions | Dependency | Unavailable) -> str:
    match cause:
        case NotRoot():
            return "root"
        case NoVersions():
            return "no versions"
        case Dependency(dependency=dependency):
            return "requires python" if dependency.kind == "python" else "dependency"
        case Unavailable(range=versions):
            return "unavailable package" if versions.is_full else "unavailable version"


def _evidence(leaf: LeafNode, facts: Facts, resolver: Resolver, indexes: dict[NormalizedName, str]) -> tuple[int, ...]:
    """The exchanges that a leaf rests on: the metadata that states a requirement, else the page."""
    cause = leaf.cause
    if isinstance(cause, NotRoot) or not cause.package.has_name:
        return ()
    name = cause.package.name
    if isinstance(cause, Dependency):
        requests = resolver.narrator.metadata_requests(name, cause.range)
        if requests:
            return requests
    index = indexes.get(name)
    return facts.search(name, index).requests if facts.has_page(name, index) else ()
