"""The search finds a solution exactly where brute force does, and its proofs follow from what was stated."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from explorer.model.ranges import Range, exactly, from_specifiers
from explorer.resolve.pubgrub.incompatibility import Incompatibility
from explorer.resolve.pubgrub.packages import Package, Packages
from explorer.resolve.pubgrub.state import ROOT_VERSION, Search, Unsolvable

NAMES = ["a", "b", "c", "d"]
Index = dict[str, dict[int, dict[str, str]]]
"""name → version → required name → specifier."""


class Silent:
    def added(self, number: int, incompatibility: Incompatibility) -> None: ...

    def conflict(self, number: int, package: Package) -> None: ...

    def backtracked(self, from_level: int, to_level: int, undone: Sequence[Package]) -> None: ...


def solve(index: Index, roots: dict[str, str]) -> dict[str, int] | None:
    packages = Packages()
    node = {n: packages.node("package", NormalizedName(n)) for n in NAMES}
    root = packages.node("root", NormalizedName(""))
    search = Search(root, Silent())
    following = root
    while True:
        try:
            search.propagate(following)
        except Unsolvable:
            return None
        undecided = dict(search.partial.undecided())
        if not undecided:
            chosen = search.partial.solution()
            return {p.name: v.major for p, v in chosen.items() if p is not root}
        following = min(undecided, key=lambda p: p.name)
        allowed = undecided[following].range
        if following is root:
            required = [(node[n], ranged(s)) for n, s in roots.items()]
            search.add_version(root, ROOT_VERSION, exactly(ROOT_VERSION), required)
            continue
        versions = [v for v in index.get(following.name, {}) if Version(str(v)) in allowed]
        if not versions:
            search.add_no_versions(following, allowed)
            continue
        version = Version(str(max(versions)))
        required = [(node[n], ranged(s)) for n, s in index[following.name][max(versions)].items()]
        search.add_version(following, version, exactly(version), required)


def ranged(specifier: str) -> Range:
    return from_specifiers(SpecifierSet(specifier))


def solves(index: Index, roots: dict[str, str], chosen: dict[str, int]) -> bool:
    required = [roots, *(index[n][v] for n, v in chosen.items())]
    return all(
        n in chosen and Version(str(chosen[n])) in SpecifierSet(s) for needs in required for n, s in needs.items()
    )


def brute_force(index: Index, roots: dict[str, str]) -> bool:
    choices = [[None, *index.get(n, {})] for n in NAMES]
    return any(
        solves(index, roots, {n: v for n, v in zip(NAMES, combination, strict=True) if v is not None})
        for combination in itertools.product(*choices)
    )


specifiers = st.sampled_from(["", "==1", "==2", ">=2", "<2", "!=2", ">=3", "<3", "==1.*"])
requirements = st.dictionaries(st.sampled_from(NAMES), specifiers, max_size=3)
indexes = st.dictionaries(
    st.sampled_from(NAMES), st.dictionaries(st.integers(1, 3), requirements, max_size=3), max_size=4
)


@settings(max_examples=400, deadline=None)
@given(indexes, requirements)
def test_the_search_agrees_with_brute_force(index: Index, roots: dict[str, str]) -> None:
    chosen = solve(index, roots)
    if chosen is None:
        assert not brute_force(index, roots)
    else:
        assert solves(index, roots, chosen)
