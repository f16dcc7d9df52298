"""uv's two stores: by URL with the shortest prefix, by host and user."""

from __future__ import annotations

from conversation import pair
from hypothesis import given
from hypothesis import strategies as st

from explorer.auth.steps import Found
from explorer.auth.stores import CredentialStores
from explorer.model.url import SafeUrl


def keep(stores: CredentialStores, url: str, credentials: str) -> None:
    stores.keep(SafeUrl.parse(url), Found(pair(credentials), "URL of the index", credentials))


def owner(found: Found | None) -> str | None:
    return found.owner if found is not None else None


def by_url(stores: CredentialStores, url: str, user: str | None = None) -> str | None:
    return owner(stores.for_url(SafeUrl.parse(url), user))


def by_host(stores: CredentialStores, url: str, user: str | None = None) -> str | None:
    return owner(stores.for_host(SafeUrl.parse(url), user))


def test_empty_segments_do_not_count() -> None:
    stores = CredentialStores()
    keep(stores, "http://h.test/simple", "a:1")
    assert by_url(stores, "http://h.test/simple/") == by_url(stores, "http://h.test//simple/x") == "a:1"


def test_whole_segments_of_the_same_origin_only() -> None:
    stores = CredentialStores()
    keep(stores, "http://h.test/corp", "a:1")
    for other in (
        "http://h.test/corp2",
        "http://h.test/",
        "https://h.test/corp",
        "http://h.test:81/corp",
        "http://x.test/corp",
    ):
        assert by_url(stores, other) is None
    assert by_url(stores, "http://h.test:80/corp/x") == "a:1"


def test_another_user_or_no_password_is_nothing_and_longer_prefixes_are_not_tried() -> None:
    stores = CredentialStores()
    keep(stores, "http://h.test/a", "alice:1")
    keep(stores, "http://h.test/a/b", "bob:2")
    assert by_url(stores, "http://h.test/a/b", "bob") is None
    keep(stores, "http://h.test/a", "alice")
    assert by_url(stores, "http://h.test/a/b", "alice") is None
    assert by_url(stores, "http://h.test/a/b") == "alice"


def test_the_host_knows_what_was_stored_last_and_each_user() -> None:
    stores = CredentialStores()
    keep(stores, "http://h.test/a", "alice:1")
    keep(stores, "http://h.test/b", "bob:2")
    assert by_host(stores, "http://h.test/x") == "bob:2"
    assert by_host(stores, "http://h.test/x", "alice") == "alice:1"
    assert by_host(stores, "http://h.test/x", "carol") is None


def test_a_user_alone_does_not_replace_a_password() -> None:
    stores = CredentialStores()
    keep(stores, "http://h.test/a", "alice:1")
    keep(stores, "http://h.test/b", "alice")
    assert by_host(stores, "http://h.test/x") == by_host(stores, "http://h.test/x", "alice") == "alice:1"
    assert by_url(stores, "http://h.test/b") == "alice"


paths = st.lists(st.sampled_from("abc"), max_size=4).map(lambda segments: "/" + "/".join(segments))


@given(st.lists(paths, min_size=1, max_size=6), paths)
def test_the_shortest_stored_prefix_wins(stored: list[str], asked: str) -> None:
    stores = CredentialStores()
    for path in stored:
        keep(stores, f"http://h.test{path}", f"{path}:pw")
    above = [p for p in stored if (asked.rstrip("/") + "/").startswith(p.rstrip("/") + "/")]
    shortest = min(above, key=len, default=None)
    assert by_url(stores, f"http://h.test{asked}") == (f"{shortest}:pw" if shortest is not None else None)
