"""What a redirect does to credentials (auth.md section 7)."""

from __future__ import annotations

import pytest
from conversation import pair, shown

from explorer.auth.redirects import BadRedirect, Way, next_hop, way_of
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile

FROM = SafeUrl.parse("http://h.test/a/b")


def hop(way: Way, location: str, status: int = 302) -> tuple[str, str | None] | None:
    following = next_hop(status, {"location": location}, FROM, pair("alice:secret"), way)
    return (following.url, shown(following.credentials)) if following is not None else None


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("uv@0.6.17", "library"), ("uv@0.7.0", "kept everywhere"), ("uv@0.7.1", "library"), ("uv@0.7.14", "own"),
        ("uv@0.13.8", "own"), ("pip@26.3", "pip"),
    ],
)  # fmt: skip
def test_who_follows(name: str, way: Way) -> None:
    assert way_of(parse_profile(name)) == way


@pytest.mark.parametrize("way", ["library", "kept everywhere", "own", "pip"])
def test_the_same_host_keeps_credentials(way: Way) -> None:
    assert hop(way, "../c") == ("http://h.test/c", "alice:secret")


@pytest.mark.parametrize(
    ("way", "carried"), [("library", None), ("kept everywhere", "alice:secret"), ("own", None), ("pip", None)]
)
def test_another_host_or_port(way: Way, carried: str | None) -> None:
    for target in ("http://x.test/c", "http://h.test:81/c"):
        assert hop(way, target) == (target, carried)


@pytest.mark.parametrize(
    ("way", "carried"), [("own", "bob:pw"), ("kept everywhere", "bob:pw"), ("library", None), ("pip", None)]
)
def test_credentials_in_the_location(way: Way, carried: str | None) -> None:
    assert hop(way, "http://bob:pw@x.test/c") == ("http://x.test/c", carried)


def test_pip_keeps_credentials_when_http_becomes_https() -> None:
    assert hop("pip", "https://h.test/c") == ("https://h.test/c", "alice:secret")
    assert hop("own", "https://h.test/c") == ("https://h.test/c", None)


@pytest.mark.parametrize("status", [200, 300, 304, 404])
def test_what_is_no_redirect(status: int) -> None:
    assert hop("own", "http://x.test/", status) is None


@pytest.mark.parametrize("location", ["ftp://h.test/x", "http://[", "http://h.test/\x01", "file:///etc/passwd"])
def test_where_no_redirect_goes(location: str) -> None:
    with pytest.raises(BadRedirect):
        hop("own", location)


def test_a_redirect_without_a_target() -> None:
    assert next_hop(302, {}, FROM, None, "library") is None
    with pytest.raises(BadRedirect, match="without a Location"):
        next_hop(302, {}, FROM, None, "own")
