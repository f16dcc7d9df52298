"""The reduction of a proof keeps what it says of existing versions, and copes with any tree."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from packaging.version import Version
from proofs import ROOT, chain, concluded, diamonds, listed, nothing, package, requires, versions

from explorer.model.ranges import FULL, Range, exactly, union_of
from explorer.model.reasons import InvalidMetadata, Yanked
from explorer.resolve.pubgrub.incompatibility import Dependency, NoVersions, Unavailable
from explorer.resolve.uv.availability import drop_redundant_no_versions, merge_no_versions, restate_availability
from explorer.resolve.uv.derivation import Conclusion, LeafNode, leaves, nodes
from explorer.resolve.uv.listed_versions import ListedVersions
from explorer.resolve.uv.reduction import drop_root_on_project, merge_unavailable, reduce
from explorer.resolve.uv.tree_ranges import narrow, simplify

A, B = package("a"), package("b")
LISTINGS = st.sets(st.integers(0, 30), min_size=1, max_size=20)
BOUNDS = st.lists(st.tuples(st.sampled_from(["==", ">=", "<=", ">", "<"]), st.integers(0, 30)), min_size=1, max_size=6)


def _range(bounds: list[tuple[str, int]]) -> Range:
    return union_of(versions(f"{operator}{number}") for operator, number in bounds)


def _held(versions_of: ListedVersions, in_range: Range) -> set[Version]:
    return {v for v in versions_of.versions if v in in_range}


@given(LISTINGS, BOUNDS)
def test_a_simplified_range_holds_the_same_listed_versions_in_no_more_intervals(
    numbers: set[int], bounds: list[tuple[str, int]]
) -> None:
    known, stated = ListedVersions(Version(str(n)) for n in numbers), _range(bounds)
    simplified = simplify(stated, known)
    assert _held(known, simplified) == _held(known, stated)
    assert len(simplified.cuts) <= len(stated.cuts)
    assert simplify(simplified, known) == simplified


@given(LISTINGS, BOUNDS)
def test_a_narrowed_range_holds_the_same_listed_versions(numbers: set[int], bounds: list[tuple[str, int]]) -> None:
    known, stated = ListedVersions(Version(str(n)) for n in numbers), _range(bounds)
    assert _held(known, narrow(stated, known)) == _held(known, stated)


@given(LISTINGS, BOUNDS)
def test_bisection_finds_what_a_scan_finds(numbers: set[int], bounds: list[tuple[str, int]]) -> None:
    known, stated = ListedVersions(Version(str(n)) for n in numbers), _range(bounds)
    found = [v for _, first, end in known.held(stated) for v in known.versions[first:end]]
    assert found == [v for v in known.versions if v in stated]
    assert known.any_in(stated) == bool(found)
    assert known.highest_in(stated) == (found[-1] if found else None)


def test_ranges_over_thousands_of_versions_are_simplified_quickly() -> None:
    known = ListedVersions(Version(f"1.{n}") for n in range(5000))
    every_other = union_of(exactly(v) for v in known.versions[:400:2])
    started = time.perf_counter()
    for _ in range(100):
        simplify(every_other, known)
    assert time.perf_counter() - started < 2


def test_versions_that_cannot_be_read_for_different_details_are_one_statement() -> None:
    first = LeafNode(Unavailable(A, versions("==1"), InvalidMetadata("no Name")), 1)
    second = LeafNode(Unavailable(A, versions("==2"), InvalidMetadata("no Version")), 2)
    merged = merge_unavailable(concluded({A: (True, "<=2")}, first, second))
    assert isinstance(merged, LeafNode)
    assert isinstance(merged.cause, Unavailable)
    assert merged.cause.range == versions("==1").union(versions("==2"))


def test_versions_yanked_for_different_reasons_stay_two_statements() -> None:
    first = LeafNode(Unavailable(A, versions("==1"), Yanked("broken")), 1)
    second = LeafNode(Unavailable(A, versions("==2"), Yanked("slow")), 2)
    assert isinstance(merge_unavailable(concluded({A: (True, "<=2")}, first, second)), Conclusion)


def test_the_edge_from_the_root_to_the_only_project_is_dropped() -> None:
    edge = requires(ROOT, "*", A, "*")
    rest = concluded({A: (True, "*")}, requires(A, "*", B, ">=2"), nothing(B, ">=2"))
    assert drop_root_on_project(concluded({ROOT: (True, "*")}, edge, rest), NormalizedName("a")) is rest


def test_what_lies_below_another_requirement_of_the_root_is_left_alone() -> None:
    inner = concluded({ROOT: (True, "*")}, requires(ROOT, "*", A, "*"), nothing(A, "*"))
    outer = concluded({ROOT: (True, "*")}, requires(ROOT, "*", B, "*"), inner)
    assert drop_root_on_project(outer, NormalizedName("a")) is outer


def test_two_statements_of_absence_under_one_conclusion_are_one() -> None:
    inner = concluded({A: (True, ">=2")}, nothing(A, ">=3"), nothing(A, "==2"))
    merged = merge_no_versions(concluded({A: (True, "*")}, nothing(A, "<2"), inner))
    assert isinstance(merged, LeafNode)
    assert merged.cause == NoVersions(A, FULL)


def test_absence_is_not_stated_where_the_conclusion_says_as_much() -> None:
    edge = requires(A, ">=1", B, "*")
    assert drop_redundant_no_versions(concluded({A: (True, "*"), B: (False, "*")}, edge, nothing(A, "<1"))) is edge


def test_that_only_one_version_exists_is_stated() -> None:
    others = LeafNode(NoVersions(A, exactly(Version("1")).complement()), None)
    tree = concluded({A: (True, "*"), B: (False, "*")}, requires(A, "==1", B, "*"), others)
    assert drop_redundant_no_versions(tree) is tree


def test_a_conclusion_that_reaches_past_its_causes_says_which_versions_exist() -> None:
    refused = LeafNode(Unavailable(A, exactly(Version("1")), Yanked("")), 1)
    other = LeafNode(Unavailable(A, exactly(Version("2")), Yanked("slow")), 2)
    tree = restate_availability(concluded({A: (True, "<=2")}, refused, other), {NormalizedName("a"): listed("1", "2")})
    stated = [leaf.cause for leaf in leaves(tree) if isinstance(leaf.cause, NoVersions)]
    assert len(stated) == 1
    assert Version("1.5") in stated[0].range
    assert Version("2") not in stated[0].range


def test_a_tree_of_twenty_thousand_levels_is_reduced() -> None:
    _, tree = reduce(chain(20_000), {}, frozenset({NormalizedName("q")}), lambda name: True, FULL, widened=True)
    assert sum(isinstance(leaf.cause, Dependency) for leaf in leaves(tree)) == 20_001


def test_a_tree_with_a_trillion_paths_is_reduced_node_by_node() -> None:
    _, tree = reduce(diamonds(40), {}, frozenset(), lambda name: True, FULL, widened=True)
    assert len(list(nodes(tree))) <= 43
