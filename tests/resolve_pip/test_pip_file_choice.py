"""Which file pip takes: the pool of all indexes, its filters and its order (indexes.md 2.4 and 6, wheels 1.5)."""

from __future__ import annotations

import pytest
from packaging.version import Version
from pip_world import LINUX, World, stated

from explorer.events import CandidateJudged, WheelChosen
from explorer.model.reasons import InconsistentMetadata, InvalidMetadata, PythonMismatch, TagMismatch


def test_the_newest_version_of_all_indexes_wins() -> None:
    world = World().release("a", "1.0", on="first").release("a", "2.0", on="second").release("a", "1.5", on="third")
    assert world.chosen_file("a") == "second/a-2.0-py3-none-any.whl"


def test_of_equal_files_the_one_found_last_wins() -> None:
    world = World().release("a", "1.0", on="first").release("a", "1.0", on="second")
    assert world.chosen_file("a") == "second/a-1.0-py3-none-any.whl"


def test_a_local_folder_loses_ties_against_indexes() -> None:
    world = World()
    world.release("a", "1.0", on="folder", url="file:///links/a-1.0-py3-none-any.whl").release("a", "1.0", on="main")
    assert world.chosen_file("a") == "main/a-1.0-py3-none-any.whl"


def test_of_equal_local_files_the_smallest_url_wins() -> None:
    world = World()
    world.release("a", "1.0", on="one", url="file:///x/a-1.0-py3-none-any.whl")
    world.release("a", "1.0", on="two", url="file:///y/a-1.0-py3-none-any.whl")
    (package,) = world.resolve("a").packages
    assert package.files is not None
    assert package.files.for_install is not None
    assert package.files.for_install.url == "file:///x/a-1.0-py3-none-any.whl"


def test_within_a_version_the_better_tag_wins_whatever_the_order_of_the_page() -> None:
    world = World().file("a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl").release("a", "1.0")
    assert world.chosen_file("a") == "main/a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"


def test_the_build_tag_breaks_ties_of_equal_tags() -> None:
    world = World().file("a-1.0-10-py3-none-any.whl").file("a-1.0-9-py3-none-any.whl").release("a", "1.0")
    assert world.chosen_file("a") == "main/a-1.0-10-py3-none-any.whl"


def test_a_better_tag_beats_a_greater_build_tag() -> None:
    world = World().file("a-1.0-cp311-abi3-manylinux_2_17_x86_64.whl").file("a-1.0-7-py3-none-any.whl")
    assert world.chosen_file("a") == "main/a-1.0-cp311-abi3-manylinux_2_17_x86_64.whl"


def test_a_newer_sdist_beats_an_older_wheel() -> None:
    world = World().release("a", "1.0").file("a-2.0.tar.gz")
    assert world.chosen_file("a") == "main/a-2.0.tar.gz"


def test_prefer_binary_takes_the_older_wheel() -> None:
    world = World().release("a", "1.0").file("a-2.0.tar.gz")
    assert world.chosen_file("a", prefer_binary=True) == "main/a-1.0-py3-none-any.whl"


def test_a_wheel_beats_the_sdist_of_its_version() -> None:
    world = World().release("a", "1.0").file("a-1.0.tar.gz")
    assert world.chosen_file("a") == "main/a-1.0-py3-none-any.whl"


def test_no_binary_takes_the_sdist() -> None:
    world = World().release("a", "1.0").file("a-1.0.tar.gz")
    assert world.chosen_file("a", no_binary=True) == "main/a-1.0.tar.gz"


def test_only_binary_passes_over_versions_with_an_sdist_alone() -> None:
    world = World().release("a", "1.0").file("a-2.0.tar.gz")
    assert world.chosen_file("a", no_build=True) == "main/a-1.0-py3-none-any.whl"


def test_wheels_of_other_platforms_are_never_read() -> None:
    world = World().release("a", "1.0").file("a-2.0-cp311-cp311-win_amd64.whl")
    assert world.chosen_file("a") == "main/a-1.0-py3-none-any.whl"
    assert world.asked == ["page a", "metadata a-1.0-py3-none-any.whl", "download a-1.0-py3-none-any.whl"]


@pytest.mark.parametrize("specifier", [">=3.12", "<3.11", "==3.10.*"])
def test_requires_python_of_the_page_counts_with_its_upper_bound(specifier: str) -> None:
    world = World().release("a", "1.0").release("a", "2.0", requires_python=specifier)
    assert world.pins("a") == {"a": "1.0"}


def test_requires_python_that_does_not_parse_admits_every_python() -> None:
    world = World().release("a", "1.0").release("a", "2.0", requires_python="three or more")
    assert world.pins("a") == {"a": "2.0"}


def test_ignore_requires_python_takes_the_newest() -> None:
    world = World().release("a", "1.0").release("a", "2.0", requires_python=">=3.12", python=">=3.12")
    assert world.pins("a", ignore_requires_python=True) == {"a": "2.0"}


def test_python_version_judges_requires_python_but_not_markers() -> None:
    older = LINUX.__class__(name="3.8", markers=LINUX.markers, tags=LINUX.tags, wanted_python=Version("3.8"))
    world = World().release("a", "1.0", "b; python_version >= '3.11'").release("a", "2.0", requires_python=">=3.9")
    world.release("b", "1.0")
    assert world.pins("a", environment=older) == {"a": "1.0", "b": "1.0"}


def test_a_yanked_version_is_passed_over() -> None:
    world = World().release("a", "1.0").release("a", "2.0", yanked="broken")
    assert world.pins("a>=1") == {"a": "1.0"}


def test_a_yanked_version_is_taken_where_the_user_pins_it() -> None:
    world = World().release("a", "1.0").release("a", "2.0", yanked="broken")
    assert world.pins("a==2.0") == {"a": "2.0"}
    assert world.failure("a==2.*").headline == "No matching distribution found for a==2.*"


def test_a_yanked_version_is_taken_where_a_dependency_pins_it() -> None:
    world = World().release("b", "1.0", "a==2.0").release("a", "1.0").release("a", "2.0", yanked="")
    assert world.pins("b") == {"a": "2.0", "b": "1.0"}


def test_a_yanked_file_does_not_hide_another_file_of_its_version() -> None:
    world = World().file("a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", yanked="bad build").release("a", "1.0")
    assert world.chosen_file("a==1.0") == "main/a-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("release", "requirement", "chosen"),
    [
        ("23.2.1", "a", "1.0"),
        ("23.2.1", "a>=1.0a1", "1.1rc1"),
        ("23.2.1", "a!=1.1a1", "1.0"),
        ("23.2.1", "a>1.0", None),
        ("25.3", "a>1.0", None),
        ("26.0", "a>1.0", "1.1rc1"),
        ("26.3", "a", "1.0"),
        ("26.3", "a<2.0b1", "1.1rc1"),
        ("25.0", "a<2.0b1", "1.1rc1"),
        ("24.3", "a<2.0b1", "1.0"),
    ],
)
def test_prereleases_by_specifier_and_release(release: str, requirement: str, chosen: str | None) -> None:
    world = World().release("a", "1.0").release("a", "1.1rc1")
    if chosen is None:
        assert (
            world.failure(requirement, release=release).headline == f"No matching distribution found for {requirement}"
        )
    else:
        assert world.pins(requirement, release=release) == {"a": chosen}


@pytest.mark.parametrize("release", ["23.2.1", "26.3"])
def test_a_project_with_nothing_but_prereleases_resolves_without_specifier(release: str) -> None:
    assert World().release("a", "1.0b1").release("a", "1.0b2").pins("a", release=release) == {"a": "1.0b2"}


def test_a_transitive_specifier_that_names_a_prerelease_opts_in() -> None:
    world = World().release("b", "1.0", "a>=1.1a1").release("a", "1.0").release("a", "1.1rc1")
    assert world.pins("b", release="23.2.1") == {"a": "1.1rc1", "b": "1.0"}


def test_pre_admits_prereleases_everywhere() -> None:
    assert World().release("a", "1.0").release("a", "1.1rc1").pins("a", prerelease="allow") == {"a": "1.1rc1"}


def test_only_final_for_a_project_refuses_prereleases() -> None:
    world = World().release("a", "1.0b1")
    assert world.failure("a", prerelease_packages={"a": "disallow"}).headline == "No matching distribution found for a"


@pytest.mark.parametrize(
    ("requirement", "chosen"),
    [
        ("torch==2.1.1", "2.1.1+cpu"),
        ("torch==2.1.1+cpu", "2.1.1+cpu"),
        ("torch<=2.1.1", "2.1.1+cpu"),
        ("torch<2.1.1", "2.0.0"),
        ("torch!=2.1.1", "2.0.0"),
    ],
)
def test_local_versions_match_as_pep_440_says(requirement: str, chosen: str) -> None:
    world = World().release("torch", "2.0.0").release("torch", "2.1.1").release("torch", "2.1.1+cpu")
    assert world.pins(requirement) == {"torch": chosen}


def test_a_file_with_an_allowed_hash_is_preferred() -> None:
    world = (
        World().release("a", "1.0", on="first", hashes={"sha256": "aa"}).release("a", "1.0", hashes={"sha256": "bb"})
    )
    solution = world.resolve(stated("a==1.0", hashes=("sha256:aa",)))
    assert solution.packages[0].files is not None
    assert solution.packages[0].files.for_install is not None
    assert solution.packages[0].files.for_install.hashes == {"sha256": "aa"}


def test_a_file_without_an_allowed_hash_ends_the_run() -> None:
    world = World().release("a", "1.0", hashes={"sha256": "bb"})
    assert "does not match the hashes" in world.failure(stated("a==1.0", hashes=("sha256:aa",))).headline


def test_hash_checking_wants_every_requirement_pinned_and_hashed() -> None:
    world = World().release("a", "1.0", "b", hashes={"sha256": "aa"}).release("b", "1.0")
    assert "must be pinned with ==" in world.failure(stated("a==1.0", hashes=("sha256:aa",))).headline
    assert "must have a hash" in world.failure("b==1.0", require_hashes=True).headline


def test_inconsistent_metadata_makes_pip_try_another_file_of_the_version() -> None:
    world = (
        World()
        .release("a", "1.0")
        .file("a-1.0-cp311-none-any.whl", refusal=InconsistentMetadata(stated="a 9", expected="a 1.0"))
    )
    assert world.chosen_file("a") == "main/a-1.0-py3-none-any.whl"
    assert world.asked[1:3] == ["metadata a-1.0-cp311-none-any.whl", "metadata a-1.0-py3-none-any.whl"]


@pytest.mark.parametrize(("release", "chosen"), [("24.0", "2.0"), ("24.1", "1.0")])
def test_invalid_metadata_rules_out_the_version_since_24_1(release: str, chosen: str) -> None:
    world = World().release("a", "1.0").release("a", "2.0")
    world.file("a-2.0-cp311-none-any.whl", refusal=InvalidMetadata("Requires-Dist is no requirement"))
    assert world.pins("a", release=release) == {"a": chosen}


def test_the_verdict_on_every_file_of_a_version_is_told() -> None:
    world = World().release("a", "1.0").file("a-1.0-cp311-cp311-win_amd64.whl").release("a", "1.0", on="second")
    world.pins("a")
    main, second = world.events(WheelChosen)
    assert [(verdict.filename, type(verdict.refusal)) for verdict in main.verdicts] == [
        ("a-1.0-py3-none-any.whl", type(None)),
        ("a-1.0-cp311-cp311-win_amd64.whl", TagMismatch),
    ]
    assert (main.for_install, second.for_install) == (None, "a-1.0-py3-none-any.whl")


def test_newer_versions_that_cannot_be_used_are_told_with_their_reason() -> None:
    world = World().release("a", "1.0").release("a", "2.0", requires_python=">=3.12").release("a", "3.0", yanked="oops")
    world.pins("a")
    judged = {event.version: event.refusal for event in world.events(CandidateJudged)}
    assert set(judged) == {"1.0", "2.0", "3.0"}
    assert judged["2.0"] == PythonMismatch(">=3.12", "3.11.7")
    assert judged["1.0"] is None
