"""Markers as an algebra: parsing, laws, simplification, evaluation."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker, default_environment
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from explorer.model.marker_algebra import (
    FALSE,
    TRUE,
    InvalidMarker,
    MarkerTooComplex,
    MarkerTree,
    extra_marker,
    parse_marker,
    within_python,
)
from explorer.model.ranges import EMPTY, FULL, Range, above, at_least, below, python_range


def python(specifiers: str) -> Range:
    return python_range(SpecifierSet(specifiers))


# Markers over three variables, beside the function that each of them means.

Environment = dict[str, str]
Meaning = Callable[[Environment, frozenset[str]], bool]

VERSIONS = ("3.8", "3.9", "3.9.2", "3.10", "3.12")
MACHINES = ("arm64", "x86_64")
EXTRAS = ("a", "b")


def version_test(operator: str, value: str) -> tuple[str, Meaning]:
    compare: dict[str, Callable[[Version, Version], bool]] = {
        "<": lambda x, y: x < y,
        "<=": lambda x, y: x <= y,
        ">": lambda x, y: x > y,
        ">=": lambda x, y: x >= y,
        "==": lambda x, y: x == y,
        "!=": lambda x, y: x != y,
    }
    wanted = Version(value)
    return (
        f"python_full_version {operator} '{value}'",
        lambda environment, _: compare[operator](Version(environment["python_full_version"]), wanted),
    )


def machine_test(operator: str, value: str) -> tuple[str, Meaning]:
    return (
        f"platform_machine {operator} '{value}'",
        lambda environment, _: (environment["platform_machine"] == value) == (operator == "=="),
    )


def extra_test(operator: str, value: str) -> tuple[str, Meaning]:
    return f"extra {operator} '{value}'", lambda _, extras: (value in extras) == (operator == "==")


def joined(word: str, parts: list[tuple[str, Meaning]]) -> tuple[str, Meaning]:
    quantifier = all if word == "and" else any
    meanings = [meaning for _, meaning in parts]
    return (
        f" {word} ".join(f"({text})" for text, _ in parts),
        lambda environment, extras: quantifier(meaning(environment, extras) for meaning in meanings),
    )


equality = st.sampled_from(["==", "!="])
atoms = st.one_of(
    st.builds(version_test, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.sampled_from(VERSIONS)),
    st.builds(machine_test, equality, st.sampled_from(MACHINES)),
    st.builds(extra_test, equality, st.sampled_from(EXTRAS)),
)
markers = st.recursive(
    atoms,
    lambda inner: st.builds(joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=8,
)

WORLD: list[tuple[Environment, frozenset[str]]] = [
    ({"python_full_version": version, "platform_machine": machine}, frozenset(extras))
    for version in ("3.7", "3.8", "3.8.5", "3.9", "3.9.1", "3.9.2", "3.9.9", "3.10", "3.11", "3.12", "3.13")
    for machine in (*MACHINES, "riscv64")
    for extras in itertools.chain.from_iterable(itertools.combinations(EXTRAS, n) for n in range(3))
]
"""One environment for each combination of intervals that the markers above can tell apart."""


def table(marker: MarkerTree) -> tuple[bool, ...]:
    return tuple(marker.evaluate(environment, extras) for environment, extras in WORLD)


@given(markers)
def test_a_marker_means_what_its_text_says(one: tuple[str, Meaning]) -> None:
    text, meaning = one
    assert table(parse_marker(text)) == tuple(meaning(environment, extras) for environment, extras in WORLD)


@given(markers, markers)
def test_equal_meaning_is_the_same_object(one: tuple[str, Meaning], other: tuple[str, Meaning]) -> None:
    first, second = parse_marker(one[0]), parse_marker(other[0])
    assert (first is second) == (table(first) == table(second))


@given(markers, markers)
def test_conjunction_and_disjunction_are_those_of_the_meanings(
    one: tuple[str, Meaning], other: tuple[str, Meaning]
) -> None:
    first, second = parse_marker(one[0]), parse_marker(other[0])
    pairs = list(zip(table(first), table(second), strict=True))
    assert table(first & second) == tuple(a and b for a, b in pairs)
    assert table(first | second) == tuple(a or b for a, b in pairs)


@given(markers, markers, markers)
def test_the_laws_of_boolean_algebra_hold(
    first: tuple[str, Meaning], second: tuple[str, Meaning], third: tuple[str, Meaning]
) -> None:
    a, b, c = (parse_marker(text) for text, _ in (first, second, third))
    assert a & b is b & a
    assert a | b is b | a
    assert (a & b) & c is a & (b & c)
    assert (a | b) | c is a | (b | c)
    assert a & (b | c) is (a & b) | (a & c)
    assert a | (b & c) is (a | b) & (a | c)
    assert a & (a | b) is a
    assert ~(a & b) is ~a | ~b
    assert ~~a is a
    assert a & ~a is FALSE
    assert a | ~a is TRUE
    assert a & TRUE is a
    assert a | FALSE is a


@given(markers, markers)
def test_disjoint_and_implies_follow_from_the_meaning(one: tuple[str, Meaning], other: tuple[str, Meaning]) -> None:
    first, second = parse_marker(one[0]), parse_marker(other[0])
    pairs = list(zip(table(first), table(second), strict=True))
    assert first.is_disjoint(second) == (not any(a and b for a, b in pairs))
    assert first.implies(second) == all(b for a, b in pairs if a)


@given(markers)
def test_text_reads_back_as_the_same_marker(one: tuple[str, Meaning]) -> None:
    marker = parse_marker(one[0])
    assert parse_marker(marker.text()) is marker


@given(markers, st.sampled_from([">=3.9", "<3.12", ">=3.8.5,<3.12", ">3.9", "<=3.10"]))
def test_simplified_by_requires_python_it_means_the_same_where_requires_python_holds(
    one: tuple[str, Meaning], specifiers: str
) -> None:
    marker, bounds = parse_marker(one[0]), python(specifiers)
    simplified = marker.simplify_python(bounds)
    assert simplified & within_python(bounds) is marker & within_python(bounds)
    assert simplified.complexify_python(bounds).simplify_python(bounds) is simplified


@given(markers, markers)
def test_restricted_by_an_assumption_it_means_the_same_where_that_holds(
    one: tuple[str, Meaning], other: tuple[str, Meaning]
) -> None:
    marker, assumption = parse_marker(one[0]), parse_marker(other[0])
    assert marker.restrict(assumption) & assumption is marker & assumption


@given(markers, st.sets(st.sampled_from(EXTRAS)))
def test_known_extras_vanish(one: tuple[str, Meaning], extras: set[str]) -> None:
    marker = parse_marker(one[0])
    on, off = marker.simplify_extras(extras), marker.simplify_not_extras(extras)
    assert not on.extras() & extras
    assert not off.extras() & extras
    for environment, others in WORLD:
        assert on.evaluate(environment, others) == marker.evaluate(environment, others | extras)
        assert off.evaluate(environment, others) == marker.evaluate(environment, others - extras)


@given(markers)
def test_python_range_bounds_every_python_that_satisfies_the_marker(one: tuple[str, Meaning]) -> None:
    marker = parse_marker(one[0])
    bounds = marker.python_range()
    for environment, extras in WORLD:
        if marker.evaluate(environment, extras):
            assert Version(environment["python_full_version"]) in bounds
    assert marker.implies(within_python(bounds))


@given(
    st.lists(
        st.sampled_from(
            [
                "sys_platform == 'linux'",
                "sys_platform != 'win32'",
                "os_name == 'nt'",
                "python_version >= '3.9'",
                "python_version == '3.11'",
                "python_version in '3.10 3.11'",
                "python_full_version < '3.11.4'",
                "platform_machine == 'x86_64'",
                "'86' in platform_machine",
                "platform_machine not in 'arm64 aarch64'",
                "implementation_name == 'cpython'",
                "platform_python_implementation != 'PyPy'",
                "python_version ~= '3.8'",
                "python_version == '3.*'",
                "'3.10' <= python_version",
            ]
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["and", "or"]),
    st.sampled_from(["3.9.0", "3.10.7", "3.11.3", "3.11.4", "3.12.0"]),
    st.sampled_from([("linux", "posix", "x86_64"), ("win32", "nt", "AMD64"), ("darwin", "posix", "arm64")]),
)
def test_evaluates_like_packaging_in_ordinary_environments(
    tests: list[str], word: str, version: str, platform: tuple[str, str, str]
) -> None:
    environment: dict[str, str] = {key: str(value) for key, value in default_environment().items()}
    environment |= {
        "python_full_version": version,
        "python_version": version.rpartition(".")[0],
        "sys_platform": platform[0],
        "os_name": platform[1],
        "platform_machine": platform[2],
    }
    text = f" {word} ".join(tests)
    assert parse_marker(text).evaluate(environment) == Marker(text).evaluate(environment)  # type: ignore[arg-type]


# Reading.


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("python_version >= '3.8'", "python_full_version >= '3.8'"),
        ("python_version > '3.7'", "python_full_version >= '3.8'"),
        ("python_version <= '3.7'", "python_full_version < '3.8'"),
        ("python_version == '3.7'", "python_full_version == '3.7.*'"),
        ("python_version != '3'", "python_full_version != '3.0.*'"),
        ("python_version ~= '3.8.0'", "python_version == '3.8'"),
        ("python_version == '3.8.0.*'", "python_version == '3.8'"),
        ("python_version < '3.7.8'", "python_version <= '3.7'"),
        ("python_version >= '3.7.8'", "python_version > '3.7'"),
        ("python_version in '3.8  3.9'", "python_full_version >= '3.8' and python_full_version < '3.10'"),
        ("python_full_version >= '3.13.0rc1'", "python_full_version >= '3.13'"),
        ("'3.8' <= python_version", "python_version >= '3.8'"),
        ("'linux' == sys_platform", "sys_platform == 'linux'"),
        ('os.name == "nt"', "os_name == 'nt'"),
        ("sys.platform == 'linux'", "sys_platform == 'linux'"),
        ("platform.machine == 'x'", "platform_machine == 'x'"),
        ("python_implementation == 'CPython'", "platform_python_implementation == 'CPython'"),
        ("platform_system == 'Windows'", "sys_platform == 'win32'"),
        ("platform_system != 'Darwin'", "sys_platform != 'darwin'"),
        ("sys_platform >= 'linux'", "sys_platform == 'linux'"),
        ("extra == 'A_b.C'", "extra == 'a-b-c'"),
        ("os_name == 'nt' and(extra == 'a')", "extra == 'a' and os_name == 'nt'"),
        ("platform_release not   in 'x'", "platform_release not in 'x'"),
    ],
)
def test_two_ways_of_writing_the_same_condition(one: str, other: str) -> None:
    assert parse_marker(one) is parse_marker(other)


@pytest.mark.parametrize(
    "text",
    [
        "python_version == '3.8.1'",
        "python_version ~= '3.8.1'",
        "python_version == '3.8.1.*'",
        "python_version < '0'",
        "sys_platform < 'linux'",
        "extra == '-'",
        "extra != '-'",
        "python_version not in '3.8 3.8.1'",
        "python_version in ''",
    ],
)
def test_conditions_that_nothing_satisfies(text: str) -> None:
    assert parse_marker(text) is FALSE


@pytest.mark.parametrize("text", ["python_version != '3.8.1'", "python_version >= '0'", "python_version not in ''"])
def test_conditions_that_everything_satisfies(text: str) -> None:
    assert parse_marker(text) is TRUE


@pytest.mark.parametrize(
    "nonsense",
    [
        "os_name ~= 'nt'",
        "'a' == 'b'",
        "os_name == sys_platform",
        "python_version == os_name",
        "extra == os_name",
        "python_version >= 'three'",
        "python_version > '3.*'",
        "'3.*' == python_version",
        "python_version ~= '3'",
        "python_version >= '3.8+local'",
        "python_version in '3.8 x'",
        "'3.8' in python_version",
        "extra > 'a'",
        "python_version > '3.18446744073709551615'",
    ],
)
def test_comparisons_without_sense_are_left_out(nonsense: str) -> None:
    assert parse_marker(nonsense) is TRUE
    assert parse_marker(f"{nonsense} and os_name == 'nt'") is parse_marker("os_name == 'nt'")
    assert parse_marker(f"({nonsense} or {nonsense}) or os_name == 'nt'") is parse_marker("os_name == 'nt'")


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("os_name", 7),
        ("os_name == ", 11),
        ("os_name == 'nt", 11),
        ("os_name = 'nt'", 8),
        ("os_name === 'nt'", 8),
        ("os_nam == 'nt'", 0),
        ("(os_name == 'nt'", 16),
        ("os_name == 'nt')", 15),
        ("os_name == 'nt' xor os_name == 'nt'", 16),
        ("os_name not is 'nt'", 8),
        ("extras == 'a'", 0),
        ("'a' == extras", 0),
    ],
)
def test_text_that_is_no_marker_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(InvalidMarker) as caught:
        parse_marker(text)
    assert caught.value.position == position
    assert caught.value.text == text


@given(st.text(alphabet="()'\" <>=!~andorpython_version3.8xtras*in", max_size=40))
def test_any_text_is_a_marker_or_refused(text: str) -> None:
    try:
        marker = parse_marker(text)
    except InvalidMarker:
        return
    assert marker.text() is None or parse_marker(marker.text()) is marker


def test_a_packaging_marker_is_taken_as_it_is() -> None:
    assert parse_marker(Marker("python_version >= '3.8' or os_name == \"nt\"")) is parse_marker(
        "os_name == 'nt' or python_version >= '3.8'"
    )


def test_no_marker_always_holds() -> None:
    assert parse_marker(None) is TRUE
    assert TRUE.text() is None


def test_extras_have_a_marker_of_their_own() -> None:
    assert extra_marker("Dev_Tools") is parse_marker("extra == 'dev-tools'")


# Known contradictions.


@pytest.mark.parametrize(
    "text",
    [
        "os_name == 'nt' and sys_platform == 'linux'",
        "os_name == 'nt' and sys_platform == 'darwin'",
        "os_name == 'posix' and sys_platform == 'win32'",
        "platform_system == 'FreeBSD' and sys_platform == 'linux'",
        "platform_system == 'iOS' and sys_platform == 'darwin'",
        "os_name == 'nt' and extra == 'a' and sys_platform == 'ios'",
    ],
)
def test_systems_that_exclude_each_other(text: str) -> None:
    assert parse_marker(text) is FALSE
    first, _, second = text.partition(" and ")
    assert parse_marker(first).is_disjoint(parse_marker(second))


@pytest.mark.parametrize(
    "text",
    [
        "os_name == 'posix' and sys_platform == 'cygwin'",
        "platform_system == 'iOS' and sys_platform == 'ios'",
        "platform_system == 'Java' and sys_platform == 'linux'",
    ],
)
def test_systems_that_go_together(text: str) -> None:
    assert parse_marker(text) is not FALSE


# Python bounds.


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("python_version >= '3.8'", at_least(Version("3.8"))),
        ("python_full_version > '3.8'", above(Version("3.8"))),
        ("python_version < '3.8' and extra == 'a'", below(Version("3.8"))),
        ("python_version == '3.8' or python_version == '3.10'", python(">=3.8,<3.11")),
        ("python_version >= '3.8' or os_name == 'nt'", FULL),
        ("(python_version >= '3.9' and os_name == 'nt') or python_version == '3.8'", at_least(Version("3.8"))),
        ("os_name == 'nt'", FULL),
        ("python_version != '3.9'", FULL),
    ],
)
def test_the_pythons_that_a_marker_implies(text: str, bounds: Range) -> None:
    assert parse_marker(text).python_range() == bounds


def test_no_python_satisfies_a_marker_that_never_holds() -> None:
    assert FALSE.python_range() == EMPTY
    assert within_python(EMPTY) is FALSE


def test_requires_python_vanishes_from_markers() -> None:
    marker = parse_marker("python_version >= '3.11' and sys_platform == 'linux'")
    assert marker.simplify_python(python(">=3.11")) is parse_marker("sys_platform == 'linux'")
    assert marker.simplify_python(python(">=3.9")) is marker
    assert marker.simplify_python(python("<3.11")) is FALSE
    assert marker.simplify_python(FULL) is marker


def test_holes_of_requires_python_do_not_count() -> None:
    assert within_python(python(">=3.9,!=3.10.*,<3.13")) is within_python(python(">=3.9,<3.13"))


# Extras and evaluation.


def test_without_extras_takes_them_as_passed() -> None:
    marker = parse_marker("(os_name == 'nt' and extra == 'a') or (os_name == 'posix' and extra != 'a')")
    assert marker.without_extras() is parse_marker("os_name == 'nt' or os_name == 'posix'")
    assert marker.only_extras() is TRUE
    assert parse_marker("os_name == 'nt' and extra == 'a'").only_extras() is parse_marker("extra == 'a'")


def test_without_an_environment_only_extras_decide() -> None:
    marker = parse_marker("os_name == 'nt' and extra == 'a'")
    assert marker.evaluate(None, ["a"])
    assert not marker.evaluate(None, [])
    assert not FALSE.evaluate(None, ["a"])


@pytest.mark.parametrize(
    ("version", "holds"), [("3.12.9", False), ("3.13.0b1", False), ("3.13.0", True), ("3.13.0.post1", True)]
)
def test_a_prerelease_python_lies_before_its_release(version: str, holds: bool) -> None:
    assert parse_marker("python_full_version >= '3.13'").evaluate({"python_full_version": version}) == holds


def test_an_unreadable_version_satisfies_nothing() -> None:
    for text in ("python_full_version < '3'", "python_full_version >= '3'"):
        assert not parse_marker(text).evaluate({"python_full_version": "unknown"})


@pytest.mark.parametrize(("release", "holds"), [("9.0.0", False), ("22.1.0", True), ("unknown", False)])
def test_darwin_releases_compare_as_versions(release: str, holds: bool) -> None:
    environment = {"sys_platform": "darwin", "platform_release": release}
    assert parse_marker("platform_release >= '20'").evaluate(environment) == holds


def test_other_releases_compare_as_text() -> None:
    assert parse_marker("platform_release >= '20'").evaluate({"sys_platform": "linux", "platform_release": "6.1"})


# Identity, bounds, threads.


def test_copies_are_the_same_object() -> None:
    marker = parse_marker("os_name == 'nt'")
    assert copy.copy(marker) is marker
    assert copy.deepcopy([marker])[0] is marker


@pytest.mark.parametrize(
    "text",
    [
        " or ".join(f"extra == 'e{number}'" for number in range(3000)),
        " or ".join(f"(extra == 'a{number}' and extra == 'b{number}')" for number in range(40)),
        "(" * 5000 + "os_name == 'nt'" + ")" * 5000,
        "os_name == 'nt' or " * 5000 + "os_name == 'nt'",
    ],
    ids=["many variables", "many combinations", "deep", "long"],
)
def test_a_pathological_marker_ends_with_a_clear_error(text: str) -> None:
    with pytest.raises(MarkerTooComplex):
        parse_marker(text)


def test_operations_are_bounded_too() -> None:
    with pytest.raises(MarkerTooComplex):
        combine([parse_marker(f"extra == 'a{n:02}'") & parse_marker(f"extra == 'b{n:02}'") for n in range(40)])


def combine(parts: Iterable[MarkerTree]) -> MarkerTree:
    result = FALSE
    for part in parts:
        result = result | part
    return result


def test_a_marker_too_large_to_write_out_still_has_a_name() -> None:
    parity = FALSE
    for number in range(14):
        bit = extra_marker(f"x{number}")
        parity = (parity & ~bit) | (~parity & bit)
    with pytest.raises(MarkerTooComplex):
        parity.text()
    assert "too complex" in str(parity)


def test_threads_share_one_diagram() -> None:
    found: list[MarkerTree] = []

    def build() -> None:
        found.append(combine(parse_marker(f"platform_machine == 'm{number}'") for number in range(200)))

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(marker is found[0] for marker in found)
