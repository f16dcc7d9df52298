"""What pip reads beside the indexes: the environment it installs into, folders, and what a build needs."""

from __future__ import annotations

from pathlib import Path

from packaging.version import Version
from pip_world import LINUX, World, stated

from explorer.profiles import parse_profile
from explorer.resolve.pip.build_requirements import resolve_build_requirements
from explorer.resolve.pip.installed import read_installed
from explorer.settings.settings import FileSettings, Settings
from explorer.wheels.core_metadata import CoreMetadata


def test_installed_distributions_are_read_with_what_they_require(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    _install(site / "My_Package-1.0.dist-info" / "METADATA", "Name: My.Package\nVersion: 1.0\nRequires-Dist: b>1\n")
    _install(site / "old-2.0.egg-info" / "PKG-INFO", "Name: old\nVersion: 2.0\n")
    found = read_installed(tmp_path)
    assert {name: str(metadata.version) for name, metadata in found.items()} == {"my-package": "1.0", "old": "2.0"}
    assert [str(required) for required in found[stated("my-package").name].requires] == ["b>1"]


def test_metadata_that_does_not_parse_is_left_out(tmp_path: Path) -> None:
    site = tmp_path / "Lib" / "site-packages"
    _install(site / "bad-1.0.dist-info" / "METADATA", "Name: bad\nVersion: first\n")
    _install(site / "worse-1.0.dist-info" / "METADATA", "\x00")
    _install(site / "good-1.0.dist-info" / "METADATA", "Name: good\nVersion: 1.0\n")
    assert list(read_installed(tmp_path)) == ["good"]


def test_an_environment_without_packages_holds_nothing(tmp_path: Path) -> None:
    assert read_installed(tmp_path) == {}


def test_dependencies_of_an_installed_version_that_stays_are_installed_if_they_are_missing() -> None:
    world = World().release("b", "1.0")
    name = stated("a").name
    present = {name: CoreMetadata(name=name, version=Version("1.0"), requires=(stated("b"),))}
    assert world.pins("a", installed=present) == {"b": "1.0"}


def test_a_folder_is_read_like_an_sdist(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    world = World().release("b", "1.0")
    name = stated("a").name
    world.metadata_of[folder.as_uri()] = CoreMetadata(name=name, version=Version("3.0"), requires=(stated("b"),))
    solution = world.resolve(stated("a", path=str(folder)))
    assert [(package.name, str(package.version), package.source) for package in solution.packages] == [
        ("a", "3.0", str(folder)),
        ("b", "1.0", None),
    ]


def test_build_requirements_are_resolved_by_the_rules_of_the_run_but_for_its_constraints() -> None:
    world = (
        World().release("backend", "1.0").release("backend", "2.0", "z", "a").release("a", "1.0").release("z", "1.0")
    )
    settings = Settings(
        tool="pip",
        kind="pip install",
        mode="platform",
        command=(),
        directory=Path("/project"),
        constraints=(stated("backend<2"),),
        no_deps=True,
        files=FileSettings(require_hashes=True),
    )
    chosen = resolve_build_requirements((stated("backend"),), settings, parse_profile("pip@26.3"), LINUX, world)
    assert [file.filename.partition("-")[0] for _, file in chosen] == ["backend", "a", "z"]
    assert not any(asked.startswith("download") for asked in world.asked)


def _install(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(f"Metadata-Version: 2.1\n{text}")
