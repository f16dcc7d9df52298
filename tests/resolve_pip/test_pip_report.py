"""How pip's failures are worded, and the facts they rest on."""

from __future__ import annotations

from pip_world import World, stated

from explorer.events import DerivationNode
from explorer.model.origin import Origin


def leaves_of(node: DerivationNode) -> list[DerivationNode]:
    return [leaf for child in node.children for leaf in leaves_of(child)] if node.children else [node]


def test_a_project_that_no_index_has() -> None:
    failure = World().failure("a>=1")
    assert failure.headline == "No matching distribution found for a>=1"
    assert failure.report == ("Could not find a version that satisfies the requirement a>=1 (from versions: none)",)
    assert failure.derivation is not None
    requirement, nothing = failure.derivation.children
    assert (requirement.sentence, requirement.cause) == ("you require a>=1", "root")
    assert (nothing.cause, nothing.evidence) == ("no versions", (1,))


def test_a_dependency_that_no_index_has_names_its_parent() -> None:
    failure = World().release("a", "1.0", "b>=1").failure("a")
    assert failure.headline == "No matching distribution found for b>=1 (from a)"
    assert failure.derivation is not None
    facts = {(leaf.sentence, leaf.cause, leaf.evidence) for leaf in leaves_of(failure.derivation)}
    assert ("a 1.0 depends on b>=1", "dependency", (2,)) in facts
    assert ("you require a", "root", ()) in facts


def test_versions_that_exist_are_listed_in_order() -> None:
    world = World().release("a", "1.10").release("a", "1.9").release("a", "2.0")
    assert "(from versions: 1.9, 1.10, 2.0)" in world.failure("a>3").report[0]


def test_yanked_and_python_specific_versions_are_listed_apart_since_23_3() -> None:
    world = World().release("a", "1.0").release("a", "2.0", yanked="").release("a", "3.0", requires_python=">=3.12")
    assert world.failure("a>1").report == (
        "Ignored the following yanked versions: 2.0",
        "Ignored the following versions that require a different Python version: 3.0 Requires-Python >=3.12",
        "Could not find a version that satisfies the requirement a>1 (from versions: 1.0)",
    )
    assert world.failure("a>1", release="23.2.1").report[-1].endswith("(from versions: 1.0, 2.0)")


def test_a_conflict_names_what_was_installed_and_why() -> None:
    world = World().release("a", "1.0", "c<2").release("b", "1.0", "c>=2,<3").release("c", "1.0").release("c", "2.0")
    failure = world.failure("a", "b")
    assert (
        failure.headline
        == "Cannot install a==1.0 and b==1.0 because these package versions have conflicting dependencies"
    )
    assert failure.report == (
        "The conflict is caused by:",
        "    a 1.0 depends on c<2",
        "    b 1.0 depends on c<3 and >=2",
    )
    assert failure.derivation is not None
    leaves = leaves_of(failure.derivation)
    assert all(leaf.evidence for leaf in leaves if leaf.cause != "root")
    assert {leaf.sentence for leaf in leaves if leaf.cause == "dependency"} == {
        "a 1.0 depends on c<2",
        "b 1.0 depends on c<3 and >=2",
    }


def test_a_conflict_with_what_the_user_requires() -> None:
    world = World().release("a", "1.0", "c<2").release("c", "1.0").release("c", "2.0")
    failure = world.failure("a", "c>=2")
    assert failure.headline.startswith("Cannot install a==1.0 and c>=2 because")
    assert "    you require c>=2" in failure.report


def test_a_requirement_of_a_file_is_named_by_its_line() -> None:
    world = World().release("a", "1.0", "c<2").release("c", "2.0").release("c", "1.0")
    line = Origin("requirement line", "requirements.in", 3)
    failure = world.failure(stated("a", origin=line), "c>=2")
    assert "requirements.in:3" in failure.headline


def test_a_constraint_that_takes_part_is_named() -> None:
    failure = World().release("a", "1.0").failure("a", constraints=["a>2"])
    assert failure.headline.startswith("Cannot install a because")
    assert "    your constraints admit a>2" in failure.report


def test_a_python_that_does_not_fit() -> None:
    failure = World().release("a", "1.0", python=">=3.12").failure("a")
    assert failure.headline == "Package 'a' requires a different Python: 3.11.7 not in '>=3.12'"
    assert failure.derivation is not None
    assert "requires python" in {leaf.cause for leaf in leaves_of(failure.derivation)}


def test_a_conflict_names_projects_without_any_candidate_since_25_3() -> None:
    world = World().release("a", "1.0", "c<2").release("b", "1.0", "c>=2").file("c-1.0-cp311-cp311-win_amd64.whl")
    failure = world.failure("a", "b", constraints=["c>0"])
    assert failure.report[-1] == "These packages have no matching distribution for your environment: c"
    assert "no matching distribution" not in world.failure("a", "b", constraints=["c>0"], release="25.2").report[-1]


def test_hints_count_why_listed_files_cannot_be_used() -> None:
    world = World().file("a-1.0-cp311-cp311-win_amd64.whl").file("a-1.0-cp310-cp310-manylinux_2_17_x86_64.whl")
    world.release("a", "1.0", requires_python="<3")
    assert world.failure("a").hints == (
        "Files of a in that range are listed but cannot be used here: "
        "1 for other Pythons by Requires-Python and 2 for other platforms or Pythons.",
    )


def test_a_hint_names_prereleases_that_would_fit() -> None:
    world = World().release("a", "1.0").release("a", "2.0rc1")
    assert world.failure("a>1", release="25.3").hints == ("Pre-releases fit (2.0rc1); --pre admits them.",)
