"""Ranges are sets of versions: membership as PEP 440 says, algebra as sets have it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from explorer.model.ranges import (
    EMPTY,
    FULL,
    Range,
    exactly,
    from_specifier,
    from_specifiers,
    python_range,
    version_key,
)

releases = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda r: ".".join(map(str, r)))
suffixes = st.sampled_from(["", "a1", "b2", "rc1", ".post1", ".dev1", "a1.dev1", "rc1.post1", ".post1.dev2"])
public = st.builds(str.__add__, releases, suffixes)
versions = st.builds(lambda p, local: Version(p + local), public, st.sampled_from(["", "", "+cpu", "+1", "+cpu.2"]))
operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
specifiers = st.one_of(
    st.builds(str.__add__, operators, public),
    st.builds(lambda o, r: f"{o}{r}.*", st.sampled_from(["==", "!="]), releases),
    st.builds(lambda r: f"~={r}.0", releases),
)
sets = st.lists(specifiers, max_size=3).map(",".join)
ranges = sets.map(lambda text: from_specifiers(SpecifierSet(text)))


@given(versions, versions)
def test_keys_order_versions_as_packaging_does(a: Version, b: Version) -> None:
    assert (version_key(a) < version_key(b)) == (a < b)
    assert (version_key(a) == version_key(b)) == (a == b)


@given(sets, versions)
def test_a_version_is_in_a_range_where_its_specifiers_admit_it(text: str, version: Version) -> None:
    """uv differs from packaging at the borders of post- and local versions only; those are tested by name below."""
    parsed = SpecifierSet(text)
    same_release = any(version.base_version == Version(s.version.removesuffix(".*")).base_version for s in parsed)
    if same_release and (version.is_postrelease or version.local or version.is_prerelease):
        return
    assert (version in from_specifiers(parsed)) == parsed.contains(version, prereleases=True)


@pytest.mark.parametrize(
    ("specifier", "inside", "outside"),
    [
        (">2", ["2.0.1", "3"], ["2", "2.post1", "2+cpu"]),
        ("<2", ["1.9"], ["2", "2a1", "2.dev1", "2+cpu"]),
        ("<2a2", ["2a1", "1.9"], ["2a2", "2"]),
        ("==2", ["2", "2.0", "2+cpu"], ["2.post1", "2a1"]),
        ("==2+cpu", ["2+cpu"], ["2", "2+gpu"]),
        ("<=2", ["2", "2+cpu"], ["2.post1"]),
        ("!=2", ["2.post1", "2a1"], ["2", "2+cpu"]),
        ("==2.*", ["2", "2.dev1", "2a1", "2.9", "2.post1", "2.1+cpu"], ["3.dev1", "1.9"]),
        ("~=2.2", ["2.2", "2.9"], ["3", "2.1", "3.dev1"]),
        ("===2.0", ["2.0"], ["2.0+cpu"]),
    ],
)
def test_borders_are_those_of_uv(specifier: str, inside: list[str], outside: list[str]) -> None:
    versions_in_range = from_specifiers(SpecifierSet(specifier))
    assert [v for v in inside if Version(v) not in versions_in_range] == []
    assert [v for v in outside if Version(v) in versions_in_range] == []


def test_nothing_lies_below_the_lowest_version() -> None:
    assert from_specifier("<", "0.dev0").is_empty
    assert from_specifier(">=", "0.dev0").is_full


@given(ranges, ranges, versions)
def test_operations_are_those_of_sets(a: Range, b: Range, version: Version) -> None:
    assert (version in a.intersection(b)) == (version in a and version in b)
    assert (version in a.union(b)) == (version in a or version in b)
    assert (version in a.complement()) == (version not in a)


@given(ranges, ranges)
def test_laws_of_sets_hold_exactly(a: Range, b: Range) -> None:
    assert a.complement().complement() == a
    assert a.intersection(b) == b.intersection(a)
    assert a.union(a.complement()) == FULL
    assert a.intersection(a.complement()) == EMPTY
    assert a.union(b).complement() == a.complement().intersection(b.complement())
    assert a.is_subset(b) == (a.intersection(b) == a)
    assert a.is_disjoint(b) == a.intersection(b).is_empty


@given(versions)
def test_a_single_version_pins(version: Version) -> None:
    assert exactly(version).singleton == version
    assert exactly(version).is_singleton_constraint
    assert from_specifier("==", str(version)).is_singleton_constraint


@pytest.mark.parametrize(
    ("specifier", "text"),
    [("", "*"), (">=1,<2", ">=1, <2"), ("==1", "==1"), ("!=1.5", "<1.5 | >1.5"), ("<=2", "<=2"), (">2,<1", "∅")],
)
def test_ranges_read_as_uv_writes_them(specifier: str, text: str) -> None:
    assert str(from_specifiers(SpecifierSet(specifier))) == text


def test_requires_python_speaks_of_releases_only() -> None:
    python = python_range(SpecifierSet(">3.10,!=3.12.*,<3.14"))
    assert [v for v in ("3.10", "3.10.1", "3.11", "3.12.4", "3.13.9", "3.14") if Version(v) in python] == [
        "3.10.1",
        "3.11",
        "3.13.9",
    ]
