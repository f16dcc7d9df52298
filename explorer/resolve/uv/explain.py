"""From the last incompatibility of a failed search to what is shown: the tree, the sentences, the hints."""

from __future__ import annotations

from ...model.environment import Environment
from ...profiles import Profile
from ...settings.settings import Settings
from ..facts import Facts
from ..solution import NoSolution
from .derivation import Known, derivation_of
from .hints import Hints
from .inputs import Inputs
from .listed_versions import ListedVersions
from .reduction import reduce
from .report import Report
from .resolver import Resolver, Unsatisfied
from .shown_tree import Grounds, shown_tree
from .wording import Wording


def explain(
    end: Unsatisfied,
    resolver: Resolver,
    settings: Settings,
    profile: Profile,
    inputs: Inputs,
    facts: Facts,
    host: Environment | None = None,
) -> NoSolution:
    """The failure of a fork as a value to raise; `host` is the environment that runs here."""
    state = end.state
    known = _known_versions(end, resolver, facts, has_cutoff(settings))
    members = frozenset(n for n, source in inputs.direct.items() if source.is_member)
    _, tree = reduce(
        derivation_of(state.search.store, end.number),
        known,
        members,
        resolver.allows_prereleases,
        inputs.python.target,
        widened=profile.holds("widened_versions"),
    )
    wording = Wording(members, inputs.python, known)
    report = Report(wording)
    lines = report.write(tree)
    fork = state.environment.describe()
    headline = "No solution found when resolving dependencies" + (f" for {fork}" if fork else "")
    hints = Hints(state, resolver, settings, profile, inputs, facts, known, members, host).of(tree)
    grounds = Grounds(state, inputs, settings, facts, resolver.narrator)
    return NoSolution(headline, tuple(lines), hints, shown_tree(tree, wording, report.numbered, grounds))


def has_cutoff(settings: Settings) -> bool:
    """Some exclude-newer is set, so versions may be excluded."""
    files = settings.files
    return bool(files.exclude_newer or files.exclude_newer_packages or any(i.exclude_newer for i in settings.indexes))


def _known_versions(end: Unsatisfied, resolver: Resolver, facts: Facts, excludes: bool) -> Known:
    """The versions of each package that the search looked at (others may be known, depending on timing), without those
    that exclude-newer drops altogether.
    """
    known = {}
    for name in resolver.chooser.visited:
        index = end.state.indexes.get(name)
        if facts.has_page(name, index):
            result = facts.search(name, index)
            if result.listings:
                known[name] = ListedVersions(
                    v for v in result.versions if not (excludes and resolver.is_excluded(name, v))
                )
    return known
