"""The answer as a requirements file and as pylock.toml: what installers read back is what was resolved."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.pylock import Pylock
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from explorer.events import Pinned, PinnedFile, Resolved
from explorer.model.url import SafeUrl
from explorer.record.export import CannotExport, pylock_text, requirements_text

WHEEL = PinnedFile(
    "demo-1.0-py3-none-any.whl",
    "wheel",
    SafeUrl.parse("https://user:secret@files.test/demo-1.0-py3-none-any.whl"),
    {"sha256": "ab" * 32},
    size=12,
    upload_time="2026-01-02T03:04:05Z",
)
SDIST = PinnedFile(
    "demo-1.0.tar.gz", "sdist", SafeUrl.parse("https://files.test/demo-1.0.tar.gz"), {"sha256": "cd" * 32}
)
DEMO = Pinned(
    name="demo",
    version="1.0",
    index=SafeUrl.parse("https://main.test/simple"),
    index_id="main",
    markers="sys_platform == 'linux'",
    metadata_from=None,
    files={},
    why="newest",
    required_by=("web 2.0", "you"),
    distributions=(WHEEL, SDIST),
)


def written(*packages: Pinned, requires_python: str = "") -> Pylock:
    return Pylock.from_dict(tomllib.loads(pylock_text(Resolved(packages), SpecifierSet(requires_python))))


def test_requirements_are_sorted_pins_with_markers_and_who_wants_them() -> None:
    other = replace(DEMO, name="base", markers=None, requested_extras=("x",), required_by=("demo 1.0",))
    assert requirements_text(Resolved((DEMO, other))) == (
        "base[x]==1.0\n    # via demo\ndemo==1.0 ; sys_platform == 'linux'\n    # via\n    #   web\n    #   you\n"
    )


def test_versions_of_several_forks_stand_next_to_each_other() -> None:
    newer = replace(DEMO, version="1.10", markers="sys_platform != 'linux'")
    newest = replace(DEMO, version="1.9", markers="sys_platform == 'win32'")
    lines = requirements_text(Resolved((newer, newest, DEMO))).splitlines()
    assert [line.partition(" ")[0] for line in lines if "==" in line] == ["demo==1.0", "demo==1.9", "demo==1.10"]


def test_every_pin_is_a_requirement() -> None:
    direct = replace(DEMO, name="direct", source="https://files.test/direct-1.0-py3-none-any.whl", required_by=())
    for line in requirements_text(Resolved((DEMO, direct))).splitlines():
        if not line.lstrip().startswith("#"):
            assert Requirement(line).marker is not None


def test_a_lock_lists_each_file_with_its_hash() -> None:
    lock = written(DEMO, requires_python=">=3.9")
    (package,) = lock.packages
    assert (package.name, str(package.version), str(package.marker)) == ("demo", "1.0", 'sys_platform == "linux"')
    assert lock.requires_python == SpecifierSet(">=3.9")
    assert package.wheels is not None
    assert package.wheels[0].hashes == {"sha256": "ab" * 32}
    assert package.wheels[0].size == 12
    assert package.wheels[0].upload_time is not None
    assert package.sdist is not None
    assert package.sdist.name == "demo-1.0.tar.gz"


def test_no_password_reaches_the_lock() -> None:
    assert "secret" not in pylock_text(Resolved((DEMO,)))


def test_an_empty_answer_is_a_valid_lock() -> None:
    assert written().packages == []


def test_a_local_project_stands_with_its_path() -> None:
    (package,) = written(replace(DEMO, source="../demo", distributions=())).packages
    assert package.directory is not None
    assert package.directory.path == "../demo"


@pytest.mark.parametrize(
    "pinned",
    [replace(DEMO, distributions=()), replace(DEMO, source="https://files.test/demo.zip")],
    ids=["no hash", "direct archive"],
)
def test_what_the_format_cannot_hold_is_named(pinned: Pinned) -> None:
    with pytest.raises(CannotExport, match="demo"):
        pylock_text(Resolved((pinned,)))


@given(st.text(max_size=30))
def test_any_text_of_an_index_is_escaped(text: str) -> None:
    odd = replace(DEMO, markers=None, source=f"./x{text}", distributions=())
    (package,) = written(odd).packages
    assert package.directory is not None
    assert package.directory.path == f"./x{text}"
