"""A page kept beside its answer comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName

from explorer.indexes.listed import page_rules
from explorer.indexes.page import Page, parse_page
from explorer.indexes.page_memory import memory_kind, page_from_memory, page_to_memory
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile

BASE = SafeUrl.parse("https://index.test/simple/alpha/")
ALPHA = NormalizedName("alpha")
DIGEST = "0123456789abcdef" * 4
RULES = page_rules(parse_profile("uv"))


def page(body: str) -> Page:
    return parse_page(body.encode(), "html", BASE, ALPHA, RULES)


FULL_PAGE = page(
    f'<a href="alpha-1.0-1x-py3-none-any.whl?token=abc#sha256={DIGEST}" data-requires-python="&gt;=3.8"'
    f' data-yanked="bad" data-core-metadata="sha256={DIGEST}"'
    ' data-size="5" data-upload-time="2024-01-01T00:00:00Z">x</a>'
    '<a href="alpha-1.0.tar.gz" data-core-metadata="true">x</a><a href="alpha-2.0-py3-none-any-cu12.whl">x</a>'
    '<a href="alpha.exe">x</a><a href="other-1.0-py3-none-any.whl">x</a>'
    '<a href="alpha-1.1.tar.gz" data-requires-python="bogus">x</a>'
)


def test_a_page_comes_back_with_every_file_and_refusal() -> None:
    data = page_to_memory(FULL_PAGE, BASE)
    assert data is not None
    again = page_from_memory(data, BASE)
    assert again == FULL_PAGE
    assert [file.url.wire for file in again.files] == [file.url.wire for file in FULL_PAGE.files]


def test_the_url_of_a_file_stays_masked() -> None:
    data = page_to_memory(FULL_PAGE, BASE)
    assert data is not None
    again = page_from_memory(data, BASE)
    assert again is not None
    assert "abc" not in str(again.files[0].url)
    assert "token=abc" in again.files[0].url.wire


def test_a_page_with_credentials_in_its_links_is_not_kept() -> None:
    assert page_to_memory(page('<a href="https://me:secret@files.test/alpha-1.0.tar.gz">x</a>'), BASE) is None


def test_a_page_from_another_url_is_parsed_again() -> None:
    data = page_to_memory(FULL_PAGE, BASE)
    assert data is not None
    assert page_from_memory(data, SafeUrl.parse("https://moved.test/simple/alpha/")) is None


@pytest.mark.parametrize("other", ["uv@0.1.14", "uv@0.5.25", "pip@23.2.1"])
def test_rules_that_read_pages_differently_have_different_keys(other: str) -> None:
    assert memory_kind("html", ALPHA, RULES) != memory_kind("html", ALPHA, page_rules(parse_profile(other)))


def test_formats_and_packages_have_different_keys() -> None:
    keys = {
        memory_kind(form, package, RULES) for form in ("html", "json") for package in (ALPHA, NormalizedName("beta"))
    }  # type: ignore[arg-type]
    assert len(keys) == 4


@given(st.binary(max_size=50) | st.integers(0, 400).map(lambda n: (page_to_memory(FULL_PAGE, BASE) or b"")[:n]))
def test_bytes_that_are_no_page_are_none(data: bytes) -> None:
    assert page_from_memory(data, BASE) is None
