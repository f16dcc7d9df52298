"""Which projects pip chooses: constraints, extras, markers, direct references, and what is resolved next."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement as Pep508Requirement
from packaging.version import Version
from pip_world import World, stated

from explorer.events import (
    Backtracked,
    Conflict,
    Decision,
    IncompatibilityAdded,
    MetadataRead,
    RequirementAdded,
    Warned,
)
from explorer.model.reasons import InvalidMetadata
from explorer.resolve.solution import GaveUp, NoSolution

RELEASES = ("23.2.1", "24.2", "25.1", "25.2", "26.0", "26.3")


def test_a_constraint_narrows_what_is_required_and_adds_nothing() -> None:
    world = World().release("a", "1.0").release("a", "2.0").release("b", "1.0")
    assert world.pins("a", constraints=["a<2", "b==1.0"]) == {"a": "1.0"}


def test_constraints_of_one_project_add_up() -> None:
    world = World().release("a", "1.0").release("a", "2.0").release("a", "3.0")
    assert world.pins("a", constraints=["a<3", "a!=2.0", "a>9; python_version < '3'"]) == {"a": "1.0"}


def test_requirements_whose_marker_does_not_hold_are_left_out() -> None:
    world = World().release("a", "1.0", "b; sys_platform == 'win32'", "c; sys_platform == 'linux'").release("c", "1.0")
    assert world.pins("a", "d; python_version < '3'") == {"a": "1.0", "c": "1.0"}


def test_an_extra_adds_its_dependencies_to_those_of_the_project() -> None:
    world = World().release("a", "1.0", "b", "c; extra == 'x'", "d; extra == 'y'", extras=["x", "y"])
    world.release("b", "1.0").release("c", "1.0").release("d", "1.0")
    assert world.pins("a[x]") == {"a": "1.0", "b": "1.0", "c": "1.0"}
    assert world.resolve("a[x]").packages[0].extras == {"x"}


def test_an_unknown_extra_is_ignored_with_a_warning() -> None:
    world = World().release("a", "1.0")
    assert world.pins("a[nope]") == {"a": "1.0"}
    assert [warning.message for warning in world.events(Warned)] == ["a 1.0 does not provide the extra 'nope'"]


@pytest.mark.parametrize("release", RELEASES)
def test_all_extras_of_a_project_get_one_version(release: str) -> None:
    world = World()
    world.release("a", "1.0", "b; extra == 'x'", extras=["x", "y"])
    world.release("a", "2.0", "b>1; extra == 'x'", "c; extra == 'y'", extras=["x", "y"])
    world.release("b", "1.0").release("c", "1.0")
    assert world.pins("a[x]", "a[y]", release=release) == {"a": "1.0", "b": "1.0"}


def test_a_direct_url_is_the_only_candidate() -> None:
    world = World().release("a", "2.0").release("a", "1.0", on="other", sidecar=False)
    assert world.pins("a @ https://other.test/files/a-1.0-py3-none-any.whl", "a>=1") == {"a": "1.0"}
    assert world.asked == ["metadata a-1.0-py3-none-any.whl"]


def test_a_direct_url_outside_the_range_that_a_dependency_allows_is_a_conflict() -> None:
    world = World().release("b", "1.0", "a>1").release("a", "1.0", on="other", sidecar=False)
    failure = world.failure("a @ https://other.test/files/a-1.0-py3-none-any.whl", "b")
    assert "because these package versions have conflicting dependencies" in failure.headline


def test_a_direct_wheel_of_another_platform_ends_the_run() -> None:
    failure = World().failure("a @ https://other.test/files/a-1.0-cp311-cp311-win_amd64.whl")
    assert failure.headline == "a-1.0-cp311-cp311-win_amd64.whl is not a supported wheel on this platform"


def test_a_direct_url_whose_metadata_is_invalid_is_unavailable() -> None:
    world = World().release("a", "1.0", on="other", refusal=InvalidMetadata("no name"))
    assert "a (unavailable)" in world.failure("a @ https://other.test/files/a-1.0-py3-none-any.whl").headline


def test_a_repository_cannot_be_explored_and_says_so() -> None:
    failure = World().failure(stated("a", path="/nowhere/at/all"))
    assert "/nowhere/at/all cannot be explored" in failure.headline


def test_a_url_constraint_replaces_the_indexes_for_its_project() -> None:
    world = World().release("a", "2.0").release("a", "1.0", on="other", sidecar=False)
    assert world.pins("a", constraints=["a @ https://other.test/files/a-1.0-py3-none-any.whl"]) == {"a": "1.0"}


def test_a_url_constraint_beside_extras_breaks_pip_up_to_26_0() -> None:
    world = World().release("a", "1.0", on="other", sidecar=False, extras=["x"])
    constraint = "a @ https://other.test/files/a-1.0-py3-none-any.whl"
    with pytest.raises(GaveUp, match="AssertionError"):
        world.resolve("a[x]", constraints=[constraint], release="26.0")
    assert world.pins("a[x]", constraints=[constraint], release="26.1") == {"a": "1.0"}


def test_older_releases_resolve_what_is_nearer_first_newer_ones_what_is_bounded() -> None:
    def order(release: str) -> list[str]:
        world = World().release("a", "1.0", "z<2").release("b", "1.0").release("z", "1.0")
        world.resolve("a", "b", release=release)
        return [event.package for event in world.events(Decision)]

    assert order("25.0") == ["a", "b", "z"]
    assert order("25.1") == ["a", "z", "b"]


@pytest.mark.parametrize("release", RELEASES)
def test_a_conflict_between_newest_versions_is_solved_by_an_older_one(release: str) -> None:
    world = World().release("a", "1.0").release("a", "2.0", "c<2").release("b", "1.0", "c>=2")
    world.release("c", "1.0").release("c", "2.0")
    assert world.pins("a", "b", release=release) == {"a": "1.0", "b": "1.0", "c": "2.0"}


def test_what_a_backjump_undid_is_told() -> None:
    world = World().release("a", "1.0").release("a", "2.0", "c<2").release("b", "1.0", "c>=2")
    world.release("c", "1.0").release("c", "2.0")
    world.resolve("a", "b")
    first = world.events(Decision)[0]
    assert (first.package, first.version, first.level) == ("a", "2.0", 1)
    assert "a 2.0" in [name for event in world.events(Backtracked) for name in event.undone]
    told = {event.incompatibility for event in world.events(IncompatibilityAdded)}
    assert {event.incompatibility for event in world.events(Conflict)} <= told
    assert world.events(Conflict)


def test_what_metadata_says_is_told() -> None:
    world = World().release("a", "1.0", "b>1; extra == 'x'", python=">=3.8", extras=["x"])
    world.resolve("a")
    (read,) = world.events(MetadataRead)
    assert (read.package, read.version, read.way, read.requests) == ("a", "1.0", "sidecar", (2,))
    assert (read.requires, read.requires_python, read.extras) == (('b>1 ; extra == "x"',), ">=3.8", ("x",))


def test_each_requirement_is_told_once_with_who_states_it() -> None:
    world = World().release("a", "1.0", "b>=1", "b<3").release("b", "1.0", "a")
    world.resolve("a")
    told = [(event.parent, event.package, event.range) for event in world.events(RequirementAdded)]
    assert told == [(None, "a", "*"), ("a", "b", ">=1"), ("a", "b", "<3"), ("b", "a", "*")]


def test_the_answer_says_who_required_what() -> None:
    world = World().release("a", "1.0", "b").release("b", "1.0")
    first, second = world.resolve("a").packages
    assert (first.required_by, first.dependencies) == (("you",), (("b", None),))
    assert second.required_by == ("a 1.0",)


def test_a_yanked_choice_is_warned_about() -> None:
    world = World().release("a", "1.0", yanked="use 2.0")
    world.resolve("a==1.0")
    assert "yanked (reason: use 2.0)" in world.events(Warned)[0].message


@pytest.mark.parametrize("release", ["23.2.1", "26.3"])
def test_a_cycle_that_nothing_needs_any_more_breaks_pip_and_is_named(release: str) -> None:
    world = (
        World().release("a", "1.0", "c").release("b", "1.0").release("b", "2.0", "c").release("c", "1.0", "b<2", "a")
    )
    with pytest.raises(GaveUp, match="RecursionError"):
        world.resolve("b", release=release)


@pytest.mark.parametrize("release", ["23.2.1", "26.3"])
def test_an_answer_in_which_pip_lost_sight_of_a_requirement_is_told(release: str) -> None:
    """As the real pip 23.2.1 to 26.3 were seen to answer: c 1.0, d 3.0 and, against what d requires, a 3.0."""
    world = World().release("a", "2.0", "b<2.0", "d~=2.0").release("a", "3.0").release("c", "1.0", "d")
    world.release("d", "3.0", "a~=2.0").release("d", "2.0").release("b", "1.0", "a!=2.0")
    assert world.pins("a", "c", release=release, dry_run=True) == {"a": "3.0", "c": "1.0", "d": "3.0"}
    assert [event.message for event in world.events(Warned)] == [
        "pip takes a 3.0 although d 3.0 requires a~=2.0: its resolver lost sight of it."
    ]


def test_a_long_chain_of_dependencies_is_resolved() -> None:
    world = World()
    for number in range(1200):
        world.release(f"p{number}", "1.0", f"p{number + 1}")
    world.release("p1200", "1.0")
    assert len(world.pins("p0", dry_run=True)) == 1201


names = st.sampled_from(["a", "b", "c", "d"])
specifiers = st.sampled_from(["", "", ">=2.0", "<2.0", "==1.0", "==2.0", "!=2.0", "<=3.0", "==1.*", "~=2.0"])
requirements = st.builds(lambda name, specifier: f"{name}{specifier}", names, specifiers)
releases = st.dictionaries(
    st.tuples(names, st.sampled_from(["1.0", "2.0", "3.0"])),
    st.lists(requirements, max_size=2),
    min_size=1,
    max_size=10,
)


@given(releases, st.lists(requirements, min_size=1, max_size=3), st.sampled_from(RELEASES))
@settings(max_examples=300, deadline=None)
def test_an_answer_satisfies_every_requirement_and_nothing_is_asked_twice(
    listed: dict[tuple[str, str], list[str]], roots: list[str], release: str
) -> None:
    world = World()
    for (name, version), requires in listed.items():
        world.release(name, version, *(text for text in requires if not text.startswith(name)))
    try:
        pins = world.pins(*roots, release=release, dry_run=True)
    except NoSolution as failure:
        pins = {}
        assert failure.headline
        if not isinstance(failure, GaveUp):
            assert failure.derivation is not None
            assert failure.derivation.children
    else:
        wanted = [
            *roots,
            *(text for name, version in pins.items() for text in listed[name, version] if text[0] != name),
        ]
        warnings = [event.message for event in world.events(Warned)]
        for requirement in map(Pep508Requirement, wanted):
            if Version(pins[requirement.name]) not in requirement.specifier:
                assert any(f"requires {requirement}" in warning for warning in warnings)
        reachable = {Pep508Requirement(text).name for text in wanted}
        assert set(pins) == reachable
    asked = [text for text in world.asked if not text.startswith("download")]
    assert len(asked) == len(set(asked))
