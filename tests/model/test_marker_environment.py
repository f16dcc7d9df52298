"""Requires-Python and lists of environments as markers."""

from __future__ import annotations

from packaging.specifiers import SpecifierSet

from explorer.model.marker_algebra import TRUE, parse_marker
from explorer.model.marker_environment import (
    disjoint_from_python,
    overlapping,
    replacement_for_overlap,
    requires_python_marker,
)

LINUX, NEW, WINDOWS = (
    parse_marker(text) for text in ("sys_platform == 'linux'", "python_version >= '3.12'", "sys_platform == 'win32'")
)


def test_requires_python_is_a_marker_of_its_outer_bounds() -> None:
    marker = requires_python_marker(SpecifierSet(">=3.9,!=3.10.*,<4"))
    assert marker.text() == "python_full_version >= '3.9' and python_full_version < '4'"


def test_requires_python_without_bounds_or_sense_bounds_nothing() -> None:
    assert requires_python_marker(SpecifierSet("")) is TRUE
    assert requires_python_marker(SpecifierSet(">=3.12,<3.11")) is TRUE


def test_an_exact_python_is_one_release() -> None:
    assert requires_python_marker(SpecifierSet("==3.11")).text() == "python_full_version == '3.11'"


def test_overlapping_environments_are_found_with_the_replacement_that_uv_hints_at() -> None:
    assert overlapping([LINUX, NEW]) == (0, 1)
    assert str(replacement_for_overlap(LINUX, NEW)) == "python_full_version >= '3.12' and sys_platform != 'linux'"


def test_disjoint_environments_do_not_overlap() -> None:
    assert overlapping([LINUX, WINDOWS]) is None
    assert overlapping([LINUX]) is None


def test_only_neighbours_are_compared() -> None:
    assert overlapping([LINUX, WINDOWS, LINUX]) is None


def test_an_environment_outside_requires_python() -> None:
    old = parse_marker("python_version < '3.11'")
    assert disjoint_from_python(old, SpecifierSet(">=3.11"))
    assert not disjoint_from_python(old, SpecifierSet(">=3.10"))
