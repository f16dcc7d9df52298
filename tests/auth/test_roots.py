"""The root of an index, and which URLs it covers (auth.md section 1)."""

from __future__ import annotations

import pytest

from explorer.auth.roots import covers, host_and_port, origin_text, root_of, stored_root
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("http://h.test/corp/simple", "http://h.test/corp"),
        ("http://h.test/corp/Simple/", "http://h.test/corp"),
        ("http://h.test/simple", "http://h.test/"),
        ("http://h.test/root/dev/+simple/", "http://h.test/root/dev"),
        ("http://h.test/corp/simple/links", None),
        ("http://h.test/", None),
    ],
)
def test_root(url: str, root: str | None) -> None:
    assert root_of(SafeUrl.parse(url), parse_profile("uv@0.13.8")) == root


def test_devpis_root_is_known_from_0_7_10_on() -> None:
    url = SafeUrl.parse("http://h.test/root/dev/+simple/")
    assert root_of(url, parse_profile("uv@0.7.9")) is None
    assert root_of(url, parse_profile("uv@0.7.10")) == "http://h.test/root/dev"


@pytest.mark.parametrize(
    ("release", "plain", "slash"),
    [("0.5.25", False, False), ("0.5.26", True, False), ("0.5.29", True, False), ("0.5.30", True, True)],
)
def test_which_roots_a_release_knows_at_the_start(release: str, plain: bool, slash: bool) -> None:
    profile = parse_profile(f"uv@{release}")
    assert (stored_root(SafeUrl.parse("http://h.test/c/simple"), profile) is not None) is plain
    assert (stored_root(SafeUrl.parse("http://h.test/c/simple/"), profile) is not None) is slash


@pytest.mark.parametrize(
    ("url", "as_text", "by_segments"),
    [
        ("http://h.test/corp", True, True),
        ("http://h.test/corp/files/x", True, True),
        ("http://h.test/corp2/simple", True, False),
        ("http://h.test/other", False, False),
        ("https://h.test/corp/x", False, False),
        ("http://h.test:80/corp/x", True, True),
    ],
)
def test_covers(url: str, as_text: bool, by_segments: bool) -> None:
    corp = SafeUrl.parse("http://h.test/corp")
    assert covers(corp, SafeUrl.parse(url), whole_segments=False) is as_text
    assert covers(corp, SafeUrl.parse(url), whole_segments=True) is by_segments


def test_an_index_at_the_top_covers_its_host() -> None:
    assert covers(SafeUrl.parse("http://h.test/"), SafeUrl.parse("http://h.test/files/x"), whole_segments=True)


def test_hosts_leave_the_default_port_out() -> None:
    assert host_and_port(SafeUrl.parse("https://h.test:443/x")) == "h.test"
    assert origin_text(SafeUrl.parse("http://h.test:8080/x")) == "http://h.test:8080"
    assert origin_text(SafeUrl.parse("http://[::1]:8080/x")) == "http://[::1]:8080"
