"""METADATA, PKG-INFO and the repairs of requirements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_files import metadata_text
from packaging.requirements import Requirement as Pep508Requirement
from packaging.specifiers import SpecifierSet

from explorer.wheels.core_metadata import CoreMetadata
from explorer.wheels.lenient import InvalidText, parse_extra, parse_requirement, parse_specifiers
from explorer.wheels.metadata_parse import InvalidMetadataText, NotStatic, parse_metadata, parse_pkg_info


def parse(*lines: str, **fields: str) -> CoreMetadata:
    return parse_metadata(metadata_text(*lines, **fields).encode())


class TestRepairs:
    """Each as uv 0.13.8 makes it."""

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("elasticsearch-dsl (>=7.2.0<8.0.0)", "elasticsearch-dsl (>=7.2.0,<8.0.0)"),
            ("jupyter-core (!=~5.0,>=4.12)", "jupyter-core (!=5.0.*,>=4.12)"),
            ("torch (>=1.9.*)", "torch (>=1.9)"),
            ("torch (>= 1.9.*)", "torch (>=1.9)"),
            ("pyzmq (>=2.7,!=3.0*,!=3.1*)", "pyzmq (>=2.7,!=3.0.*,!=3.1.*)"),
            ("pyzmq >=3.6,", "pyzmq >=3.6"),
            ("apache-airflow >=2.0.1'; python_version > '3.6'", "apache-airflow >=2.0.1; python_version > '3.6'"),
        ],
    )
    def test_requirements(self, written: str, meant: str) -> None:
        expected = Pep508Requirement(meant)
        found = parse_requirement(written)
        assert (found.name, found.specifier, found.marker) == (expected.name, expected.specifier, expected.marker)

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            (">=7.2.0<8.0.0", ">=7.2.0,<8.0.0"),
            (">=3.6,", ">=3.6"),
            (">=2.7,!=3.0*,!=3.1*", ">=2.7,!=3.0.*,!=3.1.*"),
            (">=1.9.*", ">=1.9"),
            (">=9.0.0a1.0", ">=9.0.0a1"),
            ("'>= 2.7'", ">= 2.7"),
        ],
    )
    def test_specifiers(self, written: str, meant: str) -> None:
        assert parse_specifiers(written) == SpecifierSet(meant)

    def test_pip_repairs_nothing(self) -> None:
        with pytest.raises(InvalidText):
            parse_requirement("torch (>=1.9.*)", repairs=False)

    def test_what_no_repair_mends_is_quoted_without_secrets(self) -> None:
        with pytest.raises(InvalidText) as error:
            parse_requirement("a @@ https://ann:hunter2@host.test/x")
        assert "hunter2" not in str(error.value)
        assert "****" in str(error.value)

    @given(st.text(max_size=60))
    def test_any_text_is_a_requirement_or_refused(self, text: str) -> None:
        try:
            assert parse_requirement(text).name
        except InvalidText as error:
            assert len(str(error)) < 500

    def test_a_very_long_requirement_is_refused(self) -> None:
        with pytest.raises(InvalidText, match="longer than"):
            parse_requirement("a ; " + "(" * 100_000)

    @pytest.mark.parametrize(
        ("text", "extra"), [("Dev_Tools", "dev-tools"), ("not valid!", None), ("", None), ("x" * 300, None)]
    )
    def test_extras_are_normalized_and_bad_ones_passed_over(self, text: str, extra: str | None) -> None:
        assert parse_extra(text) == extra


class TestDirectReferences:
    def test_credentials_are_split_from_the_url(self) -> None:
        found = parse_requirement("a @ https://ann:secret@host.test/a-1.0-py3-none-any.whl")
        assert found.url == "https://host.test/a-1.0-py3-none-any.whl"
        assert "secret" not in repr(found)
        assert found.url_credentials is not None

    def test_a_repository_is_kept_as_text(self) -> None:
        assert parse_requirement("a @ git+https://host.test/a.git@main").url == "git+https://host.test/a.git@main"

    def test_a_file_url_is_a_path(self) -> None:
        assert parse_requirement("a @ file:///tmp/a-1.0.tar.gz").path == "/tmp/a-1.0.tar.gz"


class TestMetadata:
    def test_all_that_a_resolver_needs(self) -> None:
        found = parse(
            "Requires-Dist: b>=1 ; extra == 'x'",
            "Requires-Dist: C",
            "Requires-Python: >=3.8",
            "Provides-Extra: X",
            name="A_a",
        )
        assert (found.name, str(found.version)) == ("a-a", "1.0")
        assert [str(requirement) for requirement in found.requires] == ['b>=1 ; extra == "x"', "c"]
        assert (found.requires_python, found.extras) == (">=3.8", {"x"})

    def test_the_description_is_not_looked_at(self) -> None:
        text = metadata_text() + "\nRequires-Dist: not-this-one\n"
        assert parse_metadata(text.encode()).requires == ()

    def test_folded_lines_are_joined(self) -> None:
        assert str(parse("Requires-Dist: b", " >=1").requires[0]) == "b>=1"

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_line_ends_of_either_kind(self, end: str) -> None:
        text = metadata_text("Requires-Dist: b").replace("\n", end)
        assert [r.name for r in parse_metadata(text.encode()).requires] == ["b"]

    def test_unknown_stands_for_no_value(self) -> None:
        assert parse("Requires-Python: UNKNOWN").requires_python is None

    def test_encoded_words_and_other_text_than_utf_8_do_not_hurt(self) -> None:
        assert parse(name="=?utf-8?q?foobar?=").name == "foobar"
        assert parse_metadata(metadata_text("Author: J\xf6rg").encode("latin-1")).name == "a"

    def test_an_invalid_extra_is_passed_over(self) -> None:
        assert parse("Provides-Extra: not valid!", "Provides-Extra: fine").extras == {"fine"}

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("Version: 1.0", "Name is missing"),
            ("Name: a", "Version is missing"),
            ("Name: a\nVersion: one", "'one' is no version"),
            ("Name: a b\nVersion: 1", "'a b' is no package name"),
            ("Name: a\nVersion: 1\nRequires-Dist: !!!", "'!!!'"),
            ("Name: a\nVersion: 1\nRequires-Python: new", "'new'"),
            ("", "Name is missing"),
        ],
    )
    def test_what_does_not_parse_names_the_field(self, text: str, why: str) -> None:
        with pytest.raises(InvalidMetadataText, match=why):
            parse_metadata(text.encode())

    @given(st.binary(max_size=300))
    def test_any_bytes_are_metadata_or_refused(self, data: bytes) -> None:
        with pytest.raises(InvalidMetadataText):
            parse_metadata(data.replace(b"ame", b""))


class TestPkgInfo:
    def text(self, version: str, *lines: str) -> bytes:
        return metadata_text(*lines).replace("Metadata-Version: 2.1", f"Metadata-Version: {version}").encode()

    def test_from_2_2_on_it_is_believed(self) -> None:
        assert parse_pkg_info(self.text("2.2", "Requires-Dist: b")).requires[0].name == "b"

    @pytest.mark.parametrize("version", ["1.0", "2.1", "3.0", "two"])
    def test_other_versions_are_not(self, version: str) -> None:
        with pytest.raises(NotStatic, match="Metadata-Version"):
            parse_pkg_info(self.text(version))

    @pytest.mark.parametrize("field", ["Requires-Dist", "Requires-Python", "Provides-Extra"])
    def test_nor_is_it_where_something_that_matters_is_dynamic(self, field: str) -> None:
        with pytest.raises(NotStatic, match=field):
            parse_pkg_info(self.text("2.2", f"Dynamic: {field}"))

    def test_a_dynamic_version_or_summary_does_not_matter(self) -> None:
        assert parse_pkg_info(self.text("2.2", "Dynamic: Version", "Dynamic: Summary")).name == "a"
