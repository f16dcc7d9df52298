"""Which wheels a universal resolution keeps (wheels 1.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from explorer.wheels.universal import UniversalTarget


def target(requires_python: str) -> UniversalTarget:
    return UniversalTarget.of(SpecifierSet(requires_python))


@pytest.mark.parametrize(
    "tags",
    ["cp311-cp311", "cp313-cp313t", "cp38-abi3", "cp315-abi3t", "py310-none", "py313-none", "py3-none", "py2.py3-none"],
)
def test_wheels_that_311_up_to_314_keeps(tags: str) -> None:
    assert target(">=3.11,<3.14").admits(*tags.split("-"))


@pytest.mark.parametrize(
    "tags",
    [
        "cp310-cp310", "cp310-none", "cp314-cp314", "pp310-pypy310_pp73", "py2-none", "py27-none", "py314-none",
        "cp27-cp27mu", "pp3-pypy_73", "graalpy310-graalpy230_310_native", "cp311-unknown_abi",
    ],
)  # fmt: skip
def test_wheels_that_311_up_to_314_drops(tags: str) -> None:
    assert not target(">=3.11,<3.14").admits(*tags.split("-"))


def test_one_abi_tag_that_passes_is_enough() -> None:
    assert target(">=3.11").admits("cp310.cp311", "cp310.cp311")


@pytest.mark.parametrize(
    ("specifiers", "lowest", "highest"),
    [
        (">=3.10.1", (3, 10), None),
        (">3.10.1", (3, 10), None),
        ("<3.14", None, (3, 13)),
        ("<3.14.0", None, (3, 13)),
        ("<3.14.1", None, (3, 14)),
        ("<=3.14", None, (3, 14)),
        ("==3.12.*", (3, 12), (3, 12)),
        ("~=3.11", (3, 11), (3, 256)),
        ("!=3.12.*", None, None),
        ("", None, None),
    ],
)
def test_only_the_outer_bounds_cut_to_the_minor_count(
    specifiers: str, lowest: tuple[int, int] | None, highest: tuple[int, int] | None
) -> None:
    made = target(specifiers)
    assert made.lowest == lowest
    if highest != (3, 256):
        assert made.highest == highest
    else:
        assert made.admits("cp399", "cp399")


@given(st.integers(7, 14), st.integers(14, 20), st.integers(5, 22))
def test_a_cpython_wheel_stays_exactly_within_the_bounds(low: int, high: int, minor: int) -> None:
    assert target(f">=3.{low},<=3.{high}").admits(f"cp3{minor}", f"cp3{minor}") == (low <= minor <= high)


@given(st.text("cpyabit0123456789_.", max_size=20), st.text("cpyabit0123456789_.", max_size=20))
def test_any_tags_are_judged_without_failing(python: str, abi: str) -> None:
    assert target(">=3.9").admits(python, abi) in (True, False)


def test_without_requires_python_only_python_2_is_dropped() -> None:
    everything = UniversalTarget.of(None)
    assert everything.admits("cp36", "cp36m")
    assert not everything.admits("cp27", "cp27mu")
