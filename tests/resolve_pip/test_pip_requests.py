"""What pip asks for, and in which order: pages and metadata one at a time, downloads at the end (wheels 2.4)."""

from __future__ import annotations

import pytest
from pip_world import World, installed, stated

from explorer.events import NotModelled
from explorer.http.exchange import FetchError
from explorer.model.reasons import StatusFailure
from explorer.model.url import SafeUrl


def test_a_page_and_the_best_file_of_each_requirement_then_the_dependencies() -> None:
    world = World().release("a", "1.0", "c").release("b", "1.0").release("c", "1.0")
    world.resolve("a", "b", dry_run=True)
    assert world.asked == [
        "page a",
        "metadata a-1.0-py3-none-any.whl",
        "page b",
        "metadata b-1.0-py3-none-any.whl",
        "page c",
        "metadata c-1.0-py3-none-any.whl",
    ]


def test_older_versions_are_read_only_after_a_conflict() -> None:
    world = World().release("a", "1.0").release("a", "2.0", "b<1").release("b", "1.0")
    assert world.pins("a", "b", dry_run=True) == {"a": "1.0", "b": "1.0"}
    assert world.asked[-1] == "metadata a-1.0-py3-none-any.whl"


def test_nothing_is_asked_twice() -> None:
    world = World().release("a", "1.0", "b").release("b", "1.0", "a")
    world.resolve("a", "b", dry_run=True)
    assert len(world.asked) == len(set(world.asked)) == 4


@pytest.mark.parametrize(("release", "downloads"), [("23.2.1", 1), ("25.2", 1), ("25.3", 0), ("26.3", 0)])
def test_a_dry_run_downloads_up_to_25_2(release: str, downloads: int) -> None:
    world = World().release("a", "1.0")
    world.resolve("a", dry_run=True, release=release)
    assert world.asked.count("download a-1.0-py3-none-any.whl") == downloads


def test_wheels_known_by_their_sidecar_are_downloaded_in_the_order_of_pinning() -> None:
    world = World().release("a", "1.0", "c").release("b", "1.0", sidecar=False).release("c", "1.0").file("d-1.0.tar.gz")
    world.resolve("b", "a", "d")
    downloads = [asked for asked in world.asked if asked.startswith("download")]
    assert downloads == ["download a-1.0-py3-none-any.whl", "download c-1.0-py3-none-any.whl"]


def test_hash_checking_reads_the_file_itself() -> None:
    world = World().release("a", "1.0", hashes={"sha256": "aa"})
    world.resolve(stated("a==1.0", hashes=("sha256:aa",)))
    assert not any(asked.startswith("download") for asked in world.asked)


@pytest.mark.parametrize(
    ("release", "asked"),
    [
        ("25.0", ["page a", "metadata a-2.0-py3-none-any.whl", "page b", "metadata b-1.0-py3-none-any.whl"]),
        ("25.1", ["page a", "metadata a-2.0-py3-none-any.whl", "metadata a-1.0-py3-none-any.whl"]),
    ],
)
def test_requires_python_of_metadata_is_checked_before_dependencies_since_25_1(release: str, asked: list[str]) -> None:
    world = World().release("a", "1.0").release("a", "2.0", "b", python=">=3.12").release("b", "1.0")
    assert world.pins("a", release=release, dry_run=True) == {"a": "1.0"}
    assert world.asked[: len(asked)] == asked


def test_an_installed_version_that_fits_is_kept_without_any_request() -> None:
    world = World().release("a", "2.0")
    assert world.pins("a", installed=installed(a="1.0")) == {}
    assert world.asked == []


def test_upgrade_looks_for_a_newer_version_of_what_was_asked_for_only() -> None:
    world = World().release("a", "2.0", "b").release("b", "2.0")
    present = installed(a="1.0", b="1.0")
    assert world.pins("a", installed=present, upgrade="only-if-needed") == {"a": "2.0"}
    assert "page b" not in world.asked


def test_eager_upgrades_dependencies_too() -> None:
    world = World().release("a", "2.0", "b").release("b", "2.0")
    assert world.pins("a", installed=installed(a="1.0", b="1.0"), upgrade="eager") == {"a": "2.0", "b": "2.0"}


def test_upgrade_keeps_an_installed_version_that_is_the_newest() -> None:
    world = World().release("a", "1.0").release("a", "2.0")
    assert world.pins("a", installed=installed(a="2.0"), upgrade="eager") == {}
    assert world.asked == ["page a"]


def test_an_installed_version_that_does_not_fit_is_replaced() -> None:
    assert World().release("a", "2.0").pins("a>1", installed=installed(a="1.0")) == {"a": "2.0"}


@pytest.mark.parametrize("choice", [{"ignore_installed": True}, {"force_reinstall": True}, {"kind": "pip download"}])
def test_installed_versions_do_not_count_where_pip_is_told_so(choice: dict[str, object]) -> None:
    assert World().release("a", "2.0").pins("a", installed=installed(a="1.0"), **choice) == {"a": "2.0"}


def test_it_is_told_where_installed_packages_would_count_but_are_not_known() -> None:
    world = World().release("a", "1.0")
    world.resolve("a", installed=None)
    world.resolve("a", installed=None, ignore_installed=True)
    assert [event.what for event in world.events(NotModelled)] == ["packages that are installed already"]


def test_a_file_that_fails_ends_the_run() -> None:
    failure = FetchError(StatusFailure(404), SafeUrl.trusted("https://main.test/files/a-2.0-py3-none-any.whl.metadata"))
    world = World().release("a", "1.0").release("a", "2.0", refusal=failure)
    with pytest.raises(FetchError):
        world.resolve("a")


def test_no_deps_reads_no_dependency() -> None:
    world = World().release("a", "1.0", "b", extras=["x"])
    assert world.pins("a[x]", no_deps=True) == {"a": "1.0"}
    assert "page b" not in world.asked


def test_only_deps_leaves_out_what_was_asked_for() -> None:
    world = World().release("a", "1.0", "b").release("b", "1.0")
    assert world.pins("a", only_dependencies=True) == {"b": "1.0"}
    assert "download a-1.0-py3-none-any.whl" not in world.asked
