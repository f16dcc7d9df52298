"""uv's authentication, release by release (auth.md sections 3 to 6)."""

from __future__ import annotations

import pytest
from conversation import Uv, accepts, index

from explorer.auth.steps import AuthenticationRefused, Search
from explorer.events import Purpose

CORP = "http://corp.test/corp/simple"
PAGE = "http://corp.test/corp/simple/alpha/"
FILE = "http://corp.test/corp/files/alpha.whl"
ALICE = "alice:secret"


def test_complete_credentials_of_the_url_are_final() -> None:
    uv = Uv("0.13.8", index(CORP))
    talk = uv.asks("http://alice:wrong@corp.test/corp/simple/alpha/", accepts(ALICE), found=ALICE)
    assert (talk.sent, talk.searches, talk.status) == (["alice:wrong"], [], 401)


def test_what_succeeded_is_known_for_the_url_and_the_host() -> None:
    uv = Uv("0.13.8", index(CORP))
    uv.asks("http://alice:secret@corp.test/corp/simple/alpha/", accepts(ALICE))
    assert uv.asks(PAGE + "more", accepts(ALICE)).sent == [ALICE]
    assert uv.asks("http://corp.test/other", accepts(ALICE)).sent == [None, ALICE]


@pytest.mark.parametrize(("status", "searches"), [(401, 1), (403, 1), (404, 1), (400, 0), (407, 0), (410, 0), (500, 0)])
def test_which_refusals_make_uv_look_for_credentials(status: int, searches: int) -> None:
    talk = Uv("0.13.8", index(CORP)).asks(PAGE, accepts(refusal=status))
    assert (talk.sent, len(talk.searches), talk.status) == ([None], searches, status)


def test_a_fetched_credential_is_kept_for_exactly_this_url() -> None:
    uv = Uv("0.13.8", index(CORP))
    assert uv.asks(PAGE, accepts(ALICE), found=ALICE).sent == [None, ALICE]
    assert uv.asks(PAGE, accepts(ALICE)).sent == [ALICE]
    assert uv.asks("http://corp.test/corp/simple/beta/", accepts(ALICE)).sent == [None, ALICE]


def test_credentials_of_the_host_are_sent_but_not_kept() -> None:
    uv = Uv("0.13.8", index(CORP)).known("http://corp.test/other", ALICE)
    assert uv.asks(PAGE, accepts(ALICE)).sent == [None, ALICE]
    assert uv.asks(PAGE, accepts(ALICE)).sent == [None, ALICE]


@pytest.mark.parametrize(
    ("release", "sent"), [("0.6.17", [None, ALICE]), ("0.7.0", [None]), ("0.7.3", [None]), ("0.7.4", [None, ALICE])]
)
def test_a_neighbours_credentials_for_a_configured_index(release: str, sent: list[str | None]) -> None:
    assert Uv(release, index(CORP)).known("http://corp.test/other", ALICE).asks(PAGE, accepts(ALICE)).sent == sent


def test_a_neighbours_credentials_for_a_url_of_no_index_in_every_release() -> None:
    for release in ("0.5.25", "0.7.0", "0.13.8"):
        uv = Uv(release, index(CORP)).known(CORP, ALICE)
        assert uv.asks("http://corp.test/far/file.whl", accepts(ALICE), purpose="direct url").sent == [None, ALICE]


def test_a_user_alone_is_completed_before_the_one_request() -> None:
    url = "http://alice@corp.test/corp/simple/alpha/"
    assert Uv("0.13.8", index(CORP)).asks(url, accepts(ALICE), found=ALICE).sent == [ALICE]
    assert Uv("0.13.8", index(CORP)).asks(url, accepts(ALICE)).sent == ["alice:"]


@pytest.mark.parametrize(
    ("release", "sent"), [("0.6.17", ALICE), ("0.7.0", "alice:"), ("0.7.4", ALICE), ("0.13.8", ALICE)]
)
def test_a_user_alone_beside_the_neighbours_password(release: str, sent: str) -> None:
    uv = Uv(release, index(CORP)).known("http://corp.test/other", ALICE)
    assert uv.asks("http://alice@corp.test/corp/simple/alpha/", accepts(ALICE)).sent == [sent]


def test_a_user_alone_is_also_looked_up_by_the_root_from_0_8_18_on() -> None:
    url = "http://alice@corp.test/corp/simple/alpha/"
    for release, rungs in (("0.8.17", 1), ("0.8.18", 2)):
        talk = Uv(release, index(CORP)).asks(url, accepts(ALICE))
        assert talk.considered.count(("known for this root", "nothing")) == rungs


def test_a_user_known_for_the_root_is_sent_first_and_not_repeated() -> None:
    uv = Uv("0.13.8", index(CORP)).known("http://corp.test/corp", "alice")
    talk = uv.asks(PAGE, accepts(ALICE))
    assert talk.sent == ["alice:"]
    assert isinstance(talk.searches[0], Search) and talk.searches[0].user == "alice"


def test_a_user_known_for_the_host_is_sent_after_the_refusal() -> None:
    uv = Uv("0.13.8").known("http://corp.test/other", "alice")
    assert uv.asks("http://corp.test/file.whl", accepts(ALICE), purpose="direct url").sent == [None, "alice:"]


def test_the_shorter_root_decides() -> None:
    uv = Uv("0.13.8").known("http://h.test/pypi/team", "in:key").known("http://h.test/pypi", "out:key")
    assert uv.asks("http://h.test/pypi/team/simple/alpha/", accepts("in:key", refusal=403)).sent == ["out:key"]


@pytest.mark.parametrize("release", ["0.6.17", "0.7.0", "0.13.8"])
def test_never_asks_nobody_but_sends_what_the_url_says(release: str) -> None:
    uv = Uv(release, index(CORP, authenticate="never")).known(CORP, ALICE)
    assert uv.asks(PAGE, accepts(ALICE), found=ALICE).sent == [None]
    assert uv.asks("http://alice:secret@corp.test/corp/simple/alpha/", accepts(ALICE)).sent == [ALICE]


@pytest.mark.parametrize("release", ["0.6.17", "0.7.0", "0.13.8"])
def test_always_never_sends_an_anonymous_request(release: str) -> None:
    uv = Uv(release, index(CORP, authenticate="always"))
    assert uv.asks(PAGE, accepts(ALICE), found=ALICE).sent == [ALICE]
    nothing = Uv(release, index(CORP, authenticate="always"))
    with pytest.raises(AuthenticationRefused, match="Missing credentials"):
        nothing.asks(PAGE, accepts(ALICE))


@pytest.mark.parametrize(("release", "says"), [("0.10.12", "Missing password"), ("0.11.0", "Incomplete credentials")])
def test_always_refuses_a_user_alone_without_a_request(release: str, says: str) -> None:
    with pytest.raises(AuthenticationRefused, match=says):
        Uv(release, index(CORP, authenticate="always")).asks(
            "http://alice@corp.test/corp/simple/alpha/", accepts(ALICE)
        )


def test_authenticate_is_ignored_before_0_6_6() -> None:
    assert Uv("0.5.25", index(CORP, authenticate="always")).asks(PAGE, accepts(ALICE), found=ALICE).sent == [
        None,
        ALICE,
    ]


@pytest.mark.parametrize(("release", "refused"), [("0.11.8", True), ("0.11.9", False)])
def test_a_policy_covers_text_prefixes_and_later_whole_segments(release: str, refused: bool) -> None:
    uv = Uv(release, index(CORP, authenticate="always"))
    if refused:
        with pytest.raises(AuthenticationRefused):
            uv.asks("http://corp.test/corp2/simple/alpha/", accepts(ALICE))
    else:
        assert uv.asks("http://corp.test/corp2/simple/alpha/", accepts(ALICE)).sent == [None]


@pytest.mark.parametrize(
    ("release", "services"),
    [
        ("0.6.17", (PAGE, "corp.test")),
        ("0.7.0", (CORP, "corp.test")),
        ("0.13.8", (CORP, "corp.test", "http://corp.test")),
    ],
)
def test_what_the_keyring_command_is_asked_for(release: str, services: tuple[str, ...]) -> None:
    talk = Uv(release, index(CORP)).asks("http://alice@corp.test/corp/simple/alpha/", accepts(ALICE))
    assert isinstance(talk.searches[0], Search)
    assert (talk.searches[0].services, talk.searches[0].creds_mode) == (services, False)


def test_the_keyring_command_is_asked_without_a_user_only_for_always() -> None:
    auto = Uv("0.13.8", index(CORP)).asks(PAGE, accepts(ALICE)).searches[0]
    assert auto.services == ()
    always = Uv("0.13.8", index(CORP, authenticate="always")).asks(PAGE, accepts(ALICE), found=ALICE).searches[0]
    assert isinstance(always, Search)
    assert always.creds_mode and always.services[0] == CORP


@pytest.mark.parametrize(("release", "key"), [("0.6.17", "http://corp.test"), ("0.7.0", CORP)])
def test_what_a_fetch_is_remembered_for(release: str, key: str) -> None:
    search = Uv(release, index(CORP)).asks(PAGE, accepts(ALICE)).searches[0]
    assert isinstance(search, Search) and search.key == (key, None)


@pytest.mark.parametrize(("purpose", "rung"), [("page", "URL of the index"), ("direct url", "URL of the request")])
def test_the_first_rung_is_the_url(purpose: Purpose, rung: str) -> None:
    talk = Uv("0.13.8").asks("http://alice:secret@corp.test/x", accepts(ALICE), purpose=purpose)
    assert talk.considered[0] == (rung, "used")
    assert talk.rungs == [rung]


def test_a_url_within_several_indexes_is_told_to_be_undetermined() -> None:
    uv = Uv("0.13.8", index("http://corp.test/simple", "outer"), index(CORP, "inner"))
    assert ("URL of the index", "not determined") in uv.asks(PAGE, accepts(ALICE)).considered


def test_0_1_14_copies_the_credentials_of_the_index_into_file_urls_of_its_origin() -> None:
    corp = index("http://alice:secret@corp.test/corp/simple")
    uv = Uv("0.1.14", corp)
    assert uv.asks(FILE, accepts(ALICE), purpose="metadata", of=corp).sent == [ALICE]
    assert uv.asks("http://cdn.test/alpha.whl", accepts(ALICE), purpose="metadata", of=corp).sent == [None]


def test_0_1_14_asks_nobody_and_repeats_nothing() -> None:
    talk = Uv("0.1.14", index(CORP)).asks(PAGE, accepts(ALICE), found=ALICE)
    assert (talk.sent, talk.searches, talk.status) == ([None], [], 401)
    assert Uv("0.1.14").asks("http://alice@corp.test/corp/simple/alpha/", accepts(ALICE)).sent == ["alice:"]


def test_0_1_19_looks_into_netrc_before_the_request() -> None:
    talk = Uv("0.1.19", index(CORP)).asks(PAGE, accepts(ALICE), found=ALICE)
    assert (talk.sent, len(talk.searches)) == ([ALICE], 1)


def test_a_file_waits_for_pages_where_the_user_stored_last_decides() -> None:
    file = "http://corp.test/far/file.whl"
    uv = Uv("0.5.28").known("http://corp.test/one", "one:key").known("http://corp.test/two", "two:key")
    talk = uv.asks(file, accepts("one:key", refusal=403), purpose="metadata")
    assert (talk.sent, talk.waited) == ([None, "two:key"], True)
    assert not Uv("0.5.28").known("http://corp.test/one", "one:key").asks(file, accepts(), purpose="metadata").waited
