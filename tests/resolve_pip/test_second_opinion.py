"""Where resolvelib ends without an answer, a complete search over the same facts says what follows from them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement as Pep508Requirement
from pip_world import World

from explorer.events import DerivationNode, Warned
from explorer.resolve.solution import GaveUp, NoSolution


def nodes(node: DerivationNode) -> Iterator[DerivationNode]:
    yield node
    for child in node.children:
        yield from nodes(child)


def issue_206() -> World:
    """resolvelib issue 206: the unique solution is p1 1 with p2 1, and resolvelib says impossible."""
    return (
        World()
        .release("p0", "2", "p2==2")
        .release("p1", "2", "p0==2")
        .release("p1", "1")
        .release("p2", "2", "p1==3")
        .release("p2", "1", "p1<3")
    )


def test_what_pip_never_looked_into_is_no_proof() -> None:
    world = issue_206()
    failure = world.failure("p2")
    assert failure.hints[-1] == (
        "This is not proved: pip never read what p1 1 requires; a constraint that pins it makes pip look."
    )
    assert world.pins("p2", constraints=["p1==1"]) == {"p1": "1", "p2": "1"}


def test_a_solution_among_what_pip_read_is_named() -> None:
    world = issue_206().release("q", "2", "p1==1", "r").release("q", "1").release("r", "1", "none")
    failure = world.failure("q", "p2")
    assert failure.headline.startswith(("Cannot install", "No matching distribution"))
    told = [event.message for event in world.events(Warned)]
    assert told == ["pip's resolver says impossible, though these versions fit together: p1==1, p2==1 and q==1."]
    assert failure.hints[-1] == told[0]


def test_a_recursion_error_of_pip_is_answered_with_versions_that_fit() -> None:
    world = (
        World().release("a", "1.0", "c").release("b", "1.0").release("b", "2.0", "c").release("c", "1.0", "b<2", "a")
    )
    with pytest.raises(GaveUp, match="RecursionError") as ended:
        world.resolve("b")
    assert ended.value.hints[-1] == "pip's resolver gives up, though these versions fit together: b==1.0."


def test_a_real_conflict_is_proved_from_the_facts() -> None:
    world = World().release("a", "1.0", "c<2").release("b", "1.0", "c>=2,<3").release("c", "1.0").release("c", "2.0")
    failure = world.failure("a", "b")
    assert not world.events(Warned)
    assert failure.derivation is not None
    sentences = {node.sentence for node in nodes(failure.derivation) if not node.children}
    assert sentences == {
        "you require a",
        "you require b",
        "a 1.0 depends on c<2",
        "b 1.0 depends on c<3 and >=2",
        "no version of a can be used besides 1.0",
        "no version of b can be used besides 1.0",
    }


def test_nothing_more_is_asked_for() -> None:
    world = issue_206()
    world.failure("p2")
    assert "metadata p1-1-py3-none-any.whl" not in world.asked


def test_direct_references_are_left_to_pip() -> None:
    world = (
        World().release("a", "1.0", "b @ https://main.test/files/b-1.0-py3-none-any.whl", "b>=2").release("b", "1.0")
    )
    failure = world.failure("a")
    assert not any("not proved" in hint or "fit together" in hint for hint in failure.hints)


names = st.sampled_from(["a", "b", "c", "d"])
specifiers = st.sampled_from(["", ">=2", "<2", "==1", "==2", "!=2", "==3", "==1.*"])
requirements = st.builds(lambda name, specifier: f"{name}{specifier}", names, specifiers)
releases = st.dictionaries(
    st.tuples(names, st.sampled_from(["1", "2", "3", "3rc1"])), st.lists(requirements, max_size=2), max_size=9
)
Releases = dict[tuple[str, str], list[str]]

ISSUE_206: Releases = {
    ("a", "2"): ["c==2"],
    ("b", "2"): ["a==2"],
    ("b", "1"): [],
    ("c", "1"): ["b<3"],
    ("c", "2"): ["b==3"],
}


def fits(listed: Releases, roots: list[str], chosen: dict[str, str]) -> bool:
    stated = [*roots, *(text for package in chosen.items() for text in listed[package])]
    wanted = [Pep508Requirement(text) for text in stated]
    return all(each.name in chosen and each.specifier.contains(chosen[each.name], prereleases=True) for each in wanted)


def solvable(listed: Releases, roots: list[str]) -> bool:
    chosen: list[dict[str, str]] = [{}]
    for name in "abcd":
        versions = [version for package, version in listed if package == name and "rc" not in version]
        chosen += [{**partial, name: version} for partial in chosen for version in versions]
    return any(fits(listed, roots, each) for each in chosen)


@settings(max_examples=300, deadline=None)
@given(releases, st.lists(requirements, min_size=1, max_size=3))
@example(ISSUE_206, ["c"])
def test_what_is_claimed_to_fit_does_and_what_is_proved_impossible_is(listed: Releases, roots: list[str]) -> None:
    world = World()
    for (name, version), requires in listed.items():
        world.release(name, version, *requires)
    try:
        world.resolve(*roots)
    except NoSolution as failure:
        for hint in failure.hints:
            if "fit together:" in hint and "though" in hint:
                pairs = hint.partition("fit together: ")[2].rstrip(".").replace(" and ", ", ").split(", ")
                assert fits(listed, roots, dict(pair.split("==") for pair in pairs))
        undecided = any("not proved" in hint or "though" in hint for hint in failure.hints)
        if failure.derivation is not None and not undecided:
            assert not solvable(listed, roots)
