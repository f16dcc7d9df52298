"""What a status, a type or a failure means: the table of indexes.md section 3, cell by cell."""

from __future__ import annotations

import pytest

from explorer.indexes.answer import (
    charset_of,
    meaning_of_bad_page,
    meaning_of_failure,
    meaning_of_status,
    page_format,
    with_attributes_of_first_equal,
)
from explorer.indexes.listed import PageError
from explorer.model.index import Index, IndexStrategy
from explorer.model.url import SafeUrl
from explorer.profiles import RULES, parse_profile

PLAIN = Index(url=SafeUrl.parse("https://index.test/simple"))
IGNORING = Index(url=PLAIN.url, ignore_error_codes=frozenset({401, 403, 410, 500}))
PYTORCH = Index(url=SafeUrl.parse("https://download.pytorch.org/whl/cpu"))
STATUSES = (400, 401, 402, 403, 404, 405, 407, 408, 410, 429, 500, 502, 503, 511)


def meanings(profile: str, index: Index = PLAIN, strategy: IndexStrategy = "first-index") -> dict[int, str]:
    """Status → meaning, without the statuses that abort."""
    rules = parse_profile(profile)
    found = {status: meaning_of_status(status, index, strategy, rules).meaning for status in STATUSES}
    return {status: meaning for status, meaning in found.items() if meaning != "abort"}


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("uv@0.1.14", {403: "absent", 404: "absent"}),
        ("uv@0.1.40", {401: "absent", 403: "absent", 404: "absent"}),
        ("uv@0.6.17", {401: "absent", 403: "absent", 404: "absent"}),
        ("uv@0.7.0", {401: "stop", 403: "stop", 404: "absent"}),
        ("uv@0.13.8", {401: "stop", 403: "stop", 404: "absent"}),
    ],
)
def test_first_index_by_release(profile: str, expected: dict[int, str]) -> None:
    assert meanings(profile) == expected


def test_listed_codes_are_absent_since_uv_0_7() -> None:
    assert meanings("uv@0.7.0", IGNORING) == dict.fromkeys((401, 403, 404, 410, 500), "absent")
    assert meanings("uv@0.6.17", IGNORING) == meanings("uv@0.6.17")


@pytest.mark.parametrize("strategy", ["unsafe-first-match", "unsafe-best-match"])
def test_unsafe_strategies_pass_over_authentication_errors_and_ignore_listed_codes(strategy: IndexStrategy) -> None:
    assert meanings("uv@0.6.17", IGNORING, strategy) == dict.fromkeys((401, 403, 404), "absent")
    assert meanings("uv@0.7.0", IGNORING, strategy) == dict.fromkeys((401, 403, 404, 407, 511), "absent")


def test_pytorch_answers_403_for_absent_packages() -> None:
    assert meanings("uv@0.7.0", PYTORCH)[403] == "absent"
    assert meanings("uv@0.7.0", PYTORCH)[401] == "stop"


def test_codes_listed_for_pytorch_replace_its_default() -> None:
    assert meanings("uv@0.7.0", Index(url=PYTORCH.url, ignore_error_codes=frozenset({500})))[403] == "stop"


def test_pip_skips_whatever_fails() -> None:
    assert set(meanings("pip", strategy="pool").values()) == {"skipped"}
    assert meaning_of_failure(parse_profile("pip")).meaning == "skipped"
    assert meaning_of_failure(parse_profile("uv")).meaning == "abort"


def test_every_rule_named_is_a_row_of_the_profiles() -> None:
    for name in ("uv@0.1.14", "uv@0.6.17", "uv@0.13.8", "pip"):
        rules = parse_profile(name)
        for status in (200, *STATUSES):
            for index in (PLAIN, IGNORING, PYTORCH):
                for strategy in ("first-index", "unsafe-best-match", "pool"):
                    if (strategy == "pool") == (rules.tool == "pip"):
                        verdict = meaning_of_status(status, index, strategy, rules)  # type: ignore[arg-type]
                        assert verdict.rule in RULES[rules.tool]


@pytest.mark.parametrize(
    ("content_type", "uv", "pip"),
    [
        ("text/html", "html", "html"),
        ("text/html; charset=utf-8", "html", "html"),
        ("application/vnd.pypi.simple.v1+html", "html", "html"),
        ("application/vnd.pypi.simple.v1+json;x=1", "json", "json"),
        ("Text/HTML", None, "html"),
        ("text/html ;charset=utf-8", None, "html"),
        ("application/vnd.pypi.simple.v2+json", None, None),
        ("application/json", None, None),
        ("text/plain", None, None),
        ("application/xhtml+xml", None, None),
        (None, None, None),
    ],
)
def test_the_type_decides_how_a_page_is_read(content_type: str | None, uv: str | None, pip: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    for tool, expected in (("uv", uv), ("pip", pip)):
        if expected is None:
            with pytest.raises(PageError):
                page_format(headers, parse_profile(tool))
        else:
            assert page_format(headers, parse_profile(tool)) == expected


def test_a_bad_page_aborts_uv_and_pip_goes_on_but_for_broken_json() -> None:
    for problem in ("content type", "json", "html"):
        assert meaning_of_bad_page(PageError(problem, ""), parse_profile("uv")).meaning == "abort"  # type: ignore[arg-type]
    pip = parse_profile("pip")
    assert meaning_of_bad_page(PageError("content type", ""), pip).meaning == "skipped"
    assert meaning_of_bad_page(PageError("json", ""), pip).meaning == "abort"


def test_the_charset_is_a_parameter_of_the_type() -> None:
    assert charset_of({"content-type": "text/html; x=1; Charset='ISO-8859-1'"}) == "ISO-8859-1"
    assert charset_of({"content-type": "text/html"}) == "utf-8"


def test_attributes_are_those_of_the_first_entry_with_an_equal_url() -> None:
    with_slash = Index(url=SafeUrl.parse("https://index.test/simple/"))
    assert with_attributes_of_first_equal(with_slash, (IGNORING, with_slash)) is IGNORING
    assert with_attributes_of_first_equal(IGNORING, (with_slash, IGNORING)) is with_slash
