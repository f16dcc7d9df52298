"""One table says which rule holds in which release."""

from __future__ import annotations

from itertools import pairwise

import pytest
from packaging.version import Version

from explorer.profiles import NEWEST_KNOWN, PIP_RULES, UV_RULES, Rule, UnknownProfile, parse_profile, profile_of


@pytest.mark.parametrize("rule", [*UV_RULES, *PIP_RULES], ids=lambda rule: f"{rule.tool} {rule.id}")
def test_every_rule_says_what_it_is_about_and_lists_its_releases_in_order(rule: Rule) -> None:
    releases = [Version(release) for release, _ in rule.since]
    assert releases == sorted(set(releases))
    assert rule.sentence.endswith(".") and rule.source
    values = [value for _, value in rule.since]
    assert all(a != b for a, b in pairwise(values)), "each entry changes the value"


def test_rule_names_are_unique() -> None:
    for rules in (UV_RULES, PIP_RULES):
        assert len({rule.id for rule in rules}) == len(rules)


@pytest.mark.parametrize(
    ("release", "meaning"),
    [("0.1.14", "abort"), ("0.1.40", "absent"), ("0.6.17", "absent"), ("0.7.0", "stop"), ("0.13.8", "stop")],
)
def test_a_release_has_the_value_of_the_last_change_before_it(release: str, meaning: str) -> None:
    assert parse_profile(f"uv@{release}").text("page_401") == meaning


def test_a_newer_release_uses_the_newest_rules_and_says_so() -> None:
    newest = profile_of("uv", Version(NEWEST_KNOWN["uv"]))
    unknown = parse_profile("uv@99.0")
    assert unknown.values == newest.values
    assert "99.0" in unknown.note and not newest.note


@pytest.mark.parametrize("text", ["", "poetry", "uv@", "uv@new", "npm@1.0"])
def test_what_names_no_release_is_refused(text: str) -> None:
    with pytest.raises(UnknownProfile):
        parse_profile(text)
