"""JSON pages: uv reads them strictly, pip takes whatever has a URL."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName

from explorer.indexes import listed, page_json
from explorer.indexes.listed import PageError, page_rules
from explorer.indexes.page import Page, parse_page
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile

BASE = SafeUrl.parse("https://index.test/simple/alpha/")
ALPHA = NormalizedName("alpha")
WHEEL = "alpha-1.0-py3-none-any.whl"
DIGEST = "0123456789abcdef" * 4


def read(data: object, profile: str = "uv@0.13.8") -> Page:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return parse_page(body, "json", BASE, ALPHA, page_rules(parse_profile(profile)))


def entry(**more: Any) -> dict[str, Any]:
    file: dict[str, Any] = {"filename": WHEEL, "url": f"https://files.test/{WHEEL}", "hashes": {}}
    return file | {name.replace("_", "-"): value for name, value in more.items()}


def page_of(*files: dict[str, Any]) -> dict[str, Any]:
    return {"meta": {"api-version": "1.1"}, "name": "alpha", "files": list(files)}


def test_a_file_has_all_that_the_page_states() -> None:
    [file] = read(
        page_of(
            entry(
                hashes={"sha256": DIGEST},
                requires_python=">=3.8",
                size=5,
                upload_time="2024-01-01T00:00:00Z",
                yanked="broken",
                core_metadata={"sha256": DIGEST},
            )
        )
    ).files
    assert (file.hashes, file.core_metadata) == ({"sha256": DIGEST}, {"sha256": DIGEST})
    assert (file.requires_python, file.size, file.upload_time) == (">=3.8", 5, "2024-01-01T00:00:00Z")
    assert file.yanked == "broken"


@pytest.mark.parametrize(("value", "yanked"), [(True, ""), (False, False), ("", ""), ("why", "why")])
def test_yanked_is_true_or_a_reason(value: object, yanked: object) -> None:
    assert read(page_of(entry(yanked=value))).files[0].yanked == yanked


@pytest.mark.parametrize("key", ["yanked", "size", "upload-time"])
def test_null_spoils_the_page_since_uv_0_6_7(key: str) -> None:
    page = page_of(entry() | {key: None})
    assert len(read(page, "uv@0.6.6").files) == len(read(page, "pip").files) == 1
    with pytest.raises(PageError, match="null"):
        read(page, "uv@0.6.7")


@pytest.mark.parametrize(("key", "value"), [("upload-time", "yesterday"), ("upload-time", "2024-01-01"), ("size", -1)])
def test_other_values_spoil_the_page_in_every_release(key: str, value: object) -> None:
    for profile in ("uv@0.1.14", "uv@0.13.8"):
        with pytest.raises(PageError):
            read(page_of(entry() | {key: value}), profile)


def test_a_requires_python_that_is_no_text_ends_pip() -> None:
    with pytest.raises(PageError):
        read(page_of(entry(requires_python=3)), "pip")


def test_to_pip_an_empty_reason_is_no_yank() -> None:
    assert read(page_of(entry(yanked="")), "pip@23.2.1").files[0].yanked is False


@pytest.mark.parametrize("key", ["core-metadata", "dist-info-metadata", "data-dist-info-metadata"])
def test_core_metadata_has_three_names(key: str) -> None:
    assert read(page_of(entry() | {key: True})).files[0].core_metadata == {}


def test_the_name_core_metadata_is_unknown_to_the_first_releases() -> None:
    assert read(page_of(entry(core_metadata=True)), "uv@0.1.14").files[0].core_metadata is None
    assert read(page_of(entry(dist_info_metadata=True)), "uv@0.1.14").files[0].core_metadata == {}


def test_core_metadata_false_is_not_announced_even_if_the_old_key_says_true() -> None:
    assert read(page_of(entry(core_metadata=False, dist_info_metadata=True))).files[0].core_metadata is None


def test_unknown_algorithms_are_ignored_in_json() -> None:
    assert read(page_of(entry(hashes={"crc32": "00"}))).files[0].hashes == {}


def test_a_short_digest_spoils_the_page_since_uv_0_12() -> None:
    page = page_of(entry(hashes={"sha256": "00"}))
    with pytest.raises(PageError):
        read(page)
    assert read(page, "uv@0.7.13").files[0].hashes == {"sha256": "00"}


@pytest.mark.parametrize(
    "data",
    [
        b'{"meta": ',
        {"meta": {"api-version": "1.0"}},
        [],
        {"files": {}},
        {"files": [{}]},
        {"files": [entry() | {"url": 1}]},
    ],
)
def test_uv_takes_no_page_that_lacks_what_it_needs(data: object) -> None:
    with pytest.raises(PageError) as raised:
        read(data)
    assert raised.value.problem == "json"


def test_pip_reads_a_page_without_files_as_empty_and_skips_files_without_a_url() -> None:
    assert read({"meta": {}}, "pip@23.2.1").files == ()
    assert len(read({"files": [{}, 5, {"url": f"x/{WHEEL}"}]}, "pip@23.2.1").files) == 1


def test_the_api_version_of_a_page_is_not_checked() -> None:
    page = page_of(entry()) | {"meta": {"api-version": "2.0"}}
    for profile in ("uv", "pip@23.2.1", "pip@26.3"):
        assert len(read(page, profile).files) == 1


def test_deep_nesting_is_a_page_error() -> None:
    for profile in ("uv", "pip"):
        with pytest.raises(PageError):
            read(b'{"files": ' + b"[" * 500_000, profile)


def test_more_files_than_any_page_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (listed, page_json):
        monkeypatch.setattr(module, "MAX_FILES", 3)
    with pytest.raises(PageError, match="more than 3 files"):
        read(page_of(*[entry()] * 4))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["files", "meta", "filename", "url", "hashes", "yanked", "core-metadata", "requires-python", "size"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(
    _json | st.lists(_json, max_size=3).map(lambda files: {"files": files}), st.sampled_from(["uv@0.1.14", "uv", "pip"])
)
def test_any_json_is_a_page_or_a_page_error(data: object, profile: str) -> None:
    try:
        assert isinstance(read(data, profile), Page)
    except PageError as error:
        assert error.reason


@given(st.binary(max_size=100))
def test_any_bytes_are_a_page_or_a_page_error(body: bytes) -> None:
    for profile in ("uv", "pip"):
        try:
            assert isinstance(read(body, profile), Page)
        except PageError as error:
            assert error.reason
