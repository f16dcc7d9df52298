"""Files and folders that a requirement names itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from explorer.model.requirement import Requirement
from explorer.model.url import SafeUrl
from explorer.wheels.direct_files import UNKNOWN_VERSION, direct_file


def at_url(text: str) -> Requirement:
    return Requirement(name=NormalizedName("a"), url=SafeUrl.trusted(text))


def test_a_wheel_brings_its_version_and_tags() -> None:
    file = direct_file(at_url("https://host.test/a-1.0-2x-cp311-abi3-win_amd64.whl#sha256=aa"), Path("/"))
    assert file is not None
    assert (file.version, file.build) == (Version("1.0"), (2, "x"))
    assert (file.python_tags, file.abi_tags, file.platform_tags) == ("cp311", "abi3", "win_amd64")
    assert "#" not in file.url


@pytest.mark.parametrize(
    ("name", "version"),
    [("a-1.0.tar.gz", Version("1.0")), ("main.zip", UNKNOWN_VERSION), ("a-1.0.tar.xz", UNKNOWN_VERSION)],
)
def test_the_version_of_an_sdist_is_that_of_its_name_where_it_has_one(name: str, version: Version) -> None:
    file = direct_file(at_url(f"https://host.test/{name}"), Path("/"))
    assert file is not None
    assert (file.kind, file.version) == ("sdist", version)


@pytest.mark.parametrize(
    "text", ["git+https://host.test/a.git@main", "https://host.test/a.exe", "https://host.test/bad.whl"]
)
def test_repositories_and_other_files_are_none(text: str) -> None:
    assert direct_file(at_url(text), Path("/")) is None


def test_a_folder_has_the_version_that_its_pyproject_states(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    wanted = Requirement(name=NormalizedName("a"), path="a folder")
    empty = direct_file(wanted, tmp_path)
    assert empty is not None
    assert (empty.version, empty.url) == (UNKNOWN_VERSION, folder.as_uri())
    (folder / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "3.1"\n')
    stated = direct_file(wanted, tmp_path)
    assert stated is not None
    assert stated.version == Version("3.1")


def test_a_path_to_a_file_is_a_file_url(tmp_path: Path) -> None:
    wanted = Requirement(name=NormalizedName("a"), path="a-1.0-py3-none-any.whl")
    file = direct_file(wanted, tmp_path)
    assert file is not None
    assert file.url.scheme == "file"
