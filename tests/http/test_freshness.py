"""RFC 9111 as the releases apply it (indexes.md section 7)."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.http.freshness import (
    Policy,
    confirms,
    directives,
    freshness,
    is_storable,
    lifetime_of,
    policy_of,
    validators,
)
from explorer.profiles import parse_profile

NOW = 1_700_000_000
NEWEST = parse_profile("uv@0.13.8")
PIP = parse_profile("pip@26.3")


def date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def policy(**headers: str) -> Policy:
    return policy_of({name.replace("_", "-"): value for name, value in headers.items()}, {}, NOW, NOW)


def fresh(after: int, release: str = "uv@0.13.8", **headers: str) -> bool:
    return freshness(policy(**headers), NOW + after, parse_profile(release), {}).is_fresh


def test_max_age_is_the_lifetime() -> None:
    assert fresh(599, cache_control="max-age=600")
    assert not fresh(601, cache_control="max-age=600")


@pytest.mark.parametrize(("release", "is_fresh"), [("uv@0.11.27", True), ("uv@0.11.28", False), ("pip@26.3", False)])
def test_an_age_equal_to_the_lifetime(release: str, is_fresh: bool) -> None:
    assert fresh(600, release, cache_control="max-age=600") is is_fresh
    assert fresh(0, release) is is_fresh


def test_expires_counts_from_date() -> None:
    headers = {"expires": date(NOW + 60), "date": date(NOW)}
    assert fresh(59, **headers)
    assert not fresh(60, **headers)


@pytest.mark.parametrize(("release", "lifetime"), [("uv@0.2.32", 10_000), ("uv@0.2.33", 600), ("pip@26.3", 0)])
def test_an_answer_with_last_modified_only(release: str, lifetime: int) -> None:
    stored = policy(last_modified=date(NOW - 100_000), date=date(NOW))
    assert lifetime_of(stored, parse_profile(release)) == lifetime


def test_s_maxage_is_for_shared_caches() -> None:
    assert not fresh(1, cache_control="s-maxage=600")


def test_age_adds_what_it_spent_elsewhere() -> None:
    assert not fresh(0, cache_control="max-age=600", age="600")
    assert not fresh(0, cache_control="max-age=600", date=date(NOW - 600))
    assert fresh(0, cache_control="max-age=600", age="599")


def test_no_cache_and_a_changed_vary_header_are_always_stale() -> None:
    assert not fresh(0, cache_control="no-cache, max-age=600")
    stored = policy_of({"cache-control": "max-age=600", "vary": "Accept"}, {"Accept": "json"}, NOW, NOW)
    assert freshness(stored, NOW, NEWEST, {"accept": "json"}).is_fresh
    assert not freshness(stored, NOW, NEWEST, {"accept": "html"}).is_fresh
    assert not fresh(0, cache_control="max-age=600", vary="*")


@pytest.mark.parametrize("value", ["max-age=soon", "max-age=-1", "max-age="])
def test_an_invalid_max_age_is_no_lifetime(value: str) -> None:
    assert not fresh(1, cache_control=value)
    assert "must-revalidate" in directives(value)


@pytest.mark.parametrize(
    ("status", "control", "stored"),
    [(200, "", True), (200, "private", True), (200, "no-store", False), (404, "max-age=60", False), (206, "", False)],
)
def test_what_is_stored(status: int, control: str, stored: bool) -> None:
    assert is_storable(status, {"cache-control": control}, NEWEST) is stored


def test_pip_stores_only_what_has_a_lifetime_or_a_tag() -> None:
    assert not is_storable(200, {}, PIP)
    assert is_storable(200, {"etag": '"a"'}, PIP)
    assert is_storable(200, {"cache-control": "max-age=60"}, PIP)


def test_validators_leave_weak_tags_out() -> None:
    modified = date(NOW)
    assert validators(policy(etag='"a"', last_modified=modified)) == {
        "If-None-Match": '"a"', "If-Modified-Since": modified
    }  # fmt: skip
    assert validators(policy(etag='W/"a"', last_modified="yesterday")) == {}


@pytest.mark.parametrize(
    ("stored", "told", "is_confirmed"),
    [
        ({"etag": '"a"'}, {"etag": '"a"'}, True),
        ({"etag": '"a"'}, {"etag": '"b"'}, False),
        ({"etag": '"a"'}, {}, False),
        ({"etag": 'W/"a"'}, {"etag": 'W/"a"'}, False),
        ({"last-modified": date(NOW)}, {"last-modified": date(NOW)}, True),
        ({}, {}, True),
    ],
)
def test_which_304_confirms_an_entry(stored: dict[str, str], told: dict[str, str], is_confirmed: bool) -> None:
    assert confirms(policy_of(stored, {}, NOW, NOW), told) is is_confirmed


@given(
    st.dictionaries(
        st.sampled_from(["cache-control", "age", "date", "expires", "last-modified", "vary"]), st.text(max_size=30)
    )
)
def test_any_header_is_judged(headers: dict[str, str]) -> None:
    judged = freshness(policy_of(headers, {}, NOW, NOW), NOW + 5, NEWEST, {})
    assert judged.age >= 5
    assert judged.lifetime >= 0
