"""What the name of a file says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName, parse_wheel_filename

from explorer.indexes.filenames import SdistName, WheelName, parse_filename, parse_sdist_name, parse_wheel_name
from explorer.model.reasons import NotADistribution

FOO = NormalizedName("foo-bar")


def wheel(filename: str) -> WheelName:
    name = parse_wheel_name(filename)
    assert isinstance(name, WheelName), name
    return name


def sdist(filename: str, package: NormalizedName | None = FOO) -> SdistName:
    name = parse_sdist_name(filename, package)
    assert isinstance(name, SdistName), name
    return name


def test_a_wheel_name_has_name_version_and_tags() -> None:
    name = wheel("Foo_Bar-1.0-py2.py3-none-any.whl")
    assert (name.name, str(name.version), name.python, name.abi, name.platform) == (
        FOO,
        "1.0",
        "py2.py3",
        "none",
        "any",
    )
    assert name.build is None
    assert name.variant == ""


def test_a_third_part_that_begins_with_a_digit_is_a_build_tag() -> None:
    assert wheel("foo_bar-1.0-12abc-py3-none-any.whl").build == (12, "abc")


def test_a_sixth_part_after_the_tags_is_a_variant_label() -> None:
    name = wheel("foo_bar-1.0-py3-none-any-x86_64_v3.whl")
    assert (name.build, name.variant) == (None, "x86_64_v3")


def test_seven_parts_are_build_tag_and_variant_label() -> None:
    name = wheel("foo_bar-1.0-1-py3-none-any-cu12.whl")
    assert (name.build, name.variant) == ((1, ""), "cu12")


@pytest.mark.parametrize(
    "filename",
    [
        "foo-1.0.whl",
        "foo-1.0-py3-none.whl",
        "foo-1.0-x-py3-none-any-cu12.whl",
        "foo-1.0-1-py3-none-any-a-b.whl",
        "foo-one-py3-none-any.whl",
        "-1.0-py3-none-any.whl",
        "foo-1.0-py3-none-.whl",
        "foo-1.0-py3..py2-none-any.whl",
        "foo-1.0-3py-none-any.whl",
        "foo-1.0-py3-none-any-CU12.whl",
        "foo-1.0-py3-none-any.exe",
        "foo-" + "1" * 300 + "-py3-none-any.whl",
        "",
    ],
)
def test_other_names_are_refused_with_a_reason(filename: str) -> None:
    refusal = parse_filename(filename, NormalizedName("foo"))
    assert isinstance(refusal, NotADistribution)
    assert refusal.detail


def test_the_name_of_a_source_distribution_begins_with_the_project() -> None:
    name = sdist("foo.bar-1.0.tar.gz")
    assert (name.name, str(name.version), name.ending) == (FOO, "1.0", ".tar.gz")


def test_a_dash_in_the_version_is_understood_where_the_project_is_known() -> None:
    assert str(sdist("foo_bar-1-1.zip").version) == "1.post1"


def test_on_a_flat_page_the_last_dash_separates_the_version() -> None:
    assert sdist("foo-bar-1.0.zip", None).name == FOO


@pytest.mark.parametrize("filename", ["other-1.0.tar.gz", "foo_bar1.0.tar.gz", "foo_bar-.tar.gz", "foo_bar-x.tar.gz"])
def test_source_distributions_of_other_names_are_refused(filename: str) -> None:
    assert isinstance(parse_sdist_name(filename, FOO), NotADistribution)


_names = st.from_regex(r"\A[A-Za-z][A-Za-z0-9]{0,5}(_[a-z0-9]{1,3})?\Z")
_versions = st.from_regex(r"\A[0-9]{1,2}(\.[0-9]{1,2}){0,2}((a|rc|\.post|\.dev)[0-9])?\Z")
_tags = st.sampled_from(["py3", "py2.py3", "cp311", "none", "abi3", "any", "win_amd64", "manylinux_2_17_x86_64"])


@given(_names, _versions, st.none() | st.from_regex(r"\A[0-9]{1,3}[a-z]{0,2}\Z"), _tags, _tags, _tags)
def test_wheels_are_read_as_packaging_reads_them(
    name: str, version: str, build: str | None, python: str, abi: str, platform: str
) -> None:
    filename = "-".join([name, version, *([build] if build else []), python, abi, platform]) + ".whl"
    theirs = parse_wheel_filename(filename)
    ours = wheel(filename)
    assert (ours.name, ours.version, ours.build or ()) == theirs[:3]


@given(st.text(max_size=60) | st.text(alphabet="a1-._+whltargzip", max_size=60), st.sampled_from([None, FOO]))
def test_any_text_gives_a_name_or_a_reason(text: str, package: NormalizedName | None) -> None:
    for filename in (text, text + ".whl", text + ".tar.gz", text + ".zip"):
        assert isinstance(parse_filename(filename, package), (WheelName, SdistName, NotADistribution))
