"""Sdists: what they state about themselves, safe unpacking, and reading them from an index (wheels 2.3)."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from file_site import Site, read, serving
from hypothesis import given, settings
from hypothesis import strategies as st
from made_files import metadata_text, sdist, sdist_bytes
from packaging.utils import NormalizedName
from packaging.version import Version

from explorer.model.reasons import BuildNeedsPython, InvalidPackage
from explorer.wheels import sdist_archive
from explorer.wheels.build import BuildError
from explorer.wheels.core_metadata import CoreMetadata
from explorer.wheels.sdist_archive import BrokenArchive, SourceArchive, SourceFolder
from explorer.wheels.sdist_static import static_metadata

A, ONE = NormalizedName("a"), Version("1.0")
PKG_INFO = metadata_text("Requires-Dist: b").replace("Metadata-Version: 2.1", "Metadata-Version: 2.2")
PROJECT = '[project]\nname = "a"\nversion = "1.0"\n'


def static(files: Mapping[str, str], version: Version | None = ONE) -> CoreMetadata | None:
    return static_metadata({name: text.encode() for name, text in files.items()}, A, version)[0]


def why(files: Mapping[str, str]) -> str:
    return static_metadata({name: text.encode() for name, text in files.items()}, A, ONE)[1]


class TestStatic:
    def test_pyproject_states_everything(self) -> None:
        found = static(
            {
                "pyproject.toml": PROJECT
                + 'requires-python = ">=3.9"\ndependencies = ["b>=1"]\n'
                + "[project.optional-dependencies]\nx = [\"c; python_version > '3'\", 'd']\n"
            }
        )
        assert found is not None
        assert [str(r) for r in found.requires] == [
            "b>=1",
            'c ; python_version > "3" and extra == "x"',
            'd ; extra == "x"',
        ]
        assert (found.requires_python, found.extras) == (">=3.9", {"x"})

    def test_pyproject_comes_before_pkg_info(self) -> None:
        found = static({"pyproject.toml": PROJECT, "PKG-INFO": PKG_INFO})
        assert found is not None
        assert found.requires == ()

    @pytest.mark.parametrize(
        ("pyproject", "reason"),
        [
            ("[build-system]\nrequires = []\n", "no \\[project\\] table"),
            (PROJECT + 'dynamic = ["dependencies"]\n', "dependencies is dynamic"),
            (PROJECT + 'dynamic = ["optional-dependencies"]\n', "optional-dependencies is dynamic"),
            (PROJECT + 'dynamic = ["requires-python"]\n', "requires-python is dynamic"),
            (PROJECT + "[tool.poetry]\n", "Poetry"),
            (PROJECT + "dependencies = 3\n", "dependencies is no list"),
            (PROJECT + 'dependencies = ["!!"]\n', "'!!'"),
            ("not toml", "does not parse"),
            ('[project]\nname = "other"\nversion = "1.0"\n', "that of other"),
            ('[project]\nname = "a"\nversion = "2.0"\n', "that of a 2.0"),
        ],
    )
    def test_where_pyproject_does_not_state_it_pkg_info_does(self, pyproject: str, reason: str) -> None:
        found = static({"pyproject.toml": pyproject, "PKG-INFO": PKG_INFO})
        assert found is not None
        assert [r.name for r in found.requires] == ["b"]
        with pytest.raises(AssertionError, match=reason):
            raise AssertionError(why({"pyproject.toml": pyproject}))

    def test_a_dynamic_version_is_that_of_the_file_name(self) -> None:
        text = '[project]\nname = "a"\ndynamic = ["version"]\n'
        found = static({"pyproject.toml": text})
        assert found is not None
        assert found.version == ONE
        assert static({"pyproject.toml": text}, None) is None

    def test_pkg_info_before_2_2_needs_a_build(self) -> None:
        assert static({"PKG-INFO": metadata_text()}) is None

    def test_nothing_at_all_needs_a_build(self) -> None:
        assert "neither" in why({})

    @given(st.dictionaries(st.sampled_from(["pyproject.toml", "PKG-INFO"]), st.text(max_size=200)))
    def test_any_files_state_something_or_nothing(self, files: dict[str, str]) -> None:
        assert static(files) is None


class TestArchives:
    FILES = {"PKG-INFO": PKG_INFO, "pyproject.toml": PROJECT, "a/__init__.py": ""}

    def zipped(self) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, text in self.FILES.items():
                archive.writestr(f"a-1.0/{name}", text)
        return made.getvalue()

    @pytest.mark.parametrize(
        ("ending", "mode"), [("tar.gz", "w:gz"), ("tar.bz2", "w:bz2"), ("tar.xz", "w:xz"), ("tar", "w:")]
    )
    def test_tar_archives_of_each_compression(self, ending: str, mode: str, tmp_path: Path) -> None:
        archive = SourceArchive(f"a-1.0.{ending}", sdist_bytes(self.FILES, mode=mode))
        assert set(archive.static_files()) == {"PKG-INFO", "pyproject.toml"}
        assert (archive.unpack(tmp_path) / "a" / "__init__.py").is_file()

    def test_zip_archives(self, tmp_path: Path) -> None:
        archive = SourceArchive("a-1.0.zip", self.zipped())
        assert set(archive.static_files()) == {"PKG-INFO", "pyproject.toml"}
        assert (archive.unpack(tmp_path) / "pyproject.toml").read_text() == PROJECT

    def test_files_without_a_common_folder_lie_at_the_top(self, tmp_path: Path) -> None:
        archive = SourceArchive("a-1.0.tar.gz", sdist_bytes(self.FILES, top=""))
        assert "PKG-INFO" in archive.static_files()
        assert archive.unpack(tmp_path) == tmp_path

    def test_static_files_further_down_do_not_count(self) -> None:
        assert SourceArchive("a-1.0.tar.gz", sdist_bytes({"x/PKG-INFO": PKG_INFO})).static_files() == {}

    @pytest.mark.parametrize("name", ["../outside", "/absolute", "a/../../outside", "C:/windows", "a\\..\\outside"])
    def test_nothing_is_written_outside(self, name: str, tmp_path: Path) -> None:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as archive:
            for member_name in (name, "a-1.0/fine"):
                member = tarfile.TarInfo(member_name)
                member.size = 1
                archive.addfile(member, io.BytesIO(b"x"))
        folder = tmp_path / "inside"
        SourceArchive("a-1.0.tar.gz", made.getvalue()).unpack(folder)
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["fine"]

    def test_links_and_devices_are_left_out(self, tmp_path: Path) -> None:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as archive:
            for kind, target in ((tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "a-1.0/x"), (tarfile.CHRTYPE, "")):
                member = tarfile.TarInfo(f"a-1.0/link{ord(kind)}")
                member.type, member.linkname = kind, target
                archive.addfile(member)
        SourceArchive("a-1.0.tar.gz", made.getvalue()).unpack(tmp_path)
        assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []

    @pytest.mark.parametrize("data", [b"", b"no archive", sdist_bytes({"x": "y"})[:40]])
    @pytest.mark.parametrize("ending", ["tar.gz", "tar.bz2", "tar.xz", "tar", "zip", "rar"])
    def test_what_is_no_archive_is_refused(self, data: bytes, ending: str) -> None:
        with pytest.raises(BrokenArchive):
            SourceArchive(f"a-1.0.{ending}", data).static_files()

    def test_an_archive_that_unpacks_to_too_much_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sdist_archive, "MAX_UNPACKED", 100_000)
        data = sdist_bytes({"zeros": b"\0" * 200_000})
        assert len(data) < 1_000
        with pytest.raises(BrokenArchive, match="more than 100000"):
            SourceArchive("a-1.0.tar.gz", data).static_files()

    def test_too_many_members_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sdist_archive, "MAX_MEMBERS", 3)
        with pytest.raises(BrokenArchive, match="more than 3 files"):
            SourceArchive("a-1.0.tar.gz", sdist_bytes({f"f{n}": "" for n in range(9)})).static_files()

    @given(st.binary(max_size=300), st.sampled_from(["tar.gz", "tar", "zip"]))
    @settings(max_examples=60, deadline=None)
    def test_any_bytes_are_refused(self, data: bytes, ending: str) -> None:
        try:
            assert SourceArchive(f"a-1.0.{ending}", data).static_files() == {}
        except BrokenArchive:
            return


class TestFolders:
    def test_a_folder_is_believed_for_its_pyproject_only(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text(PROJECT)
        (tmp_path / "PKG-INFO").write_text(PKG_INFO)
        assert set(SourceFolder(tmp_path).static_files()) == {"pyproject.toml"}

    def test_a_folder_is_copied_to_be_built(self, tmp_path: Path) -> None:
        source, work = tmp_path / "source", tmp_path / "work"
        (source / ".venv").mkdir(parents=True)
        (source / "setup.py").write_text("")
        work.mkdir()
        top = SourceFolder(source).unpack(work)
        assert sorted(path.name for path in top.iterdir()) == ["setup.py"]


class TestReading:
    @pytest.fixture
    def site(self) -> Iterator[Site]:
        with serving() as made:
            yield made

    def test_a_static_sdist_takes_one_request(self, site: Site) -> None:
        site.files["/a-1.0.tar.gz"] = sdist_bytes({"PKG-INFO": PKG_INFO})
        listing, [file] = site.listing(sdist())
        result = read(listing, file).result
        assert (site.asked, result.way, result.requests) == (["GET /a-1.0.tar.gz"], "static sdist", (1,))
        assert result.metadata is not None
        assert [r.name for r in result.metadata.requires] == ["b"]

    def test_a_broken_one_rules_out_the_version(self, site: Site) -> None:
        site.files["/a-1.0.tar.gz"] = b"broken"
        listing, [file] = site.listing(sdist())
        assert isinstance(read(listing, file).result.refusal, InvalidPackage)

    def test_one_that_needs_a_build_under_a_later_python_rules_out_the_version(self, site: Site) -> None:
        site.files["/a-1.0.tar.gz"] = sdist_bytes({"setup.py": ""})
        listing, [file] = site.listing(sdist(requires_python=">=3.99"))
        assert isinstance(read(listing, file).result.refusal, BuildNeedsPython)

    def test_a_build_whose_requirements_cannot_be_resolved_ends_the_run(self, site: Site) -> None:
        site.files["/a-1.0.tar.gz"] = sdist_bytes({"setup.py": ""})
        listing, [file] = site.listing(sdist())

        def unsatisfiable(requirements: object) -> list[object]:
            raise ValueError("there is no setuptools")

        with pytest.raises(BuildError) as error:
            read(listing, file, prepare=lambda reader: setattr(reader.builder, "resolve", unsatisfiable))
        assert error.value.causes == (
            "Failed to resolve requirements from `build-system.requires`",
            "there is no setuptools",
        )

    def test_pip_builds_even_what_is_static(self, site: Site) -> None:
        site.files["/a-1.0.tar.gz"] = sdist_bytes({"PKG-INFO": PKG_INFO})
        listing, [file] = site.listing(sdist())
        with pytest.raises(BuildError):
            read(listing, file, profile="pip@26.3")

    def test_the_version_of_a_direct_sdist_may_be_unknown_until_it_is_read(self, site: Site) -> None:
        site.files["/a-1.0.tar.gz"] = sdist_bytes({"pyproject.toml": PROJECT})
        listing, [file] = site.listing(sdist())
        unnamed = replace(file, version=Version("0"))
        result = read(replace(listing, files={}), unnamed).result
        assert result.metadata is not None
        assert result.metadata.version == ONE
