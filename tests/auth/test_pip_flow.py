"""pip's authentication (auth.md section 9)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from conversation import Conversation, accepts, drive, index, pair

from explorer.auth.netrc import EMPTY, Netrc, parse_netrc
from explorer.auth.pip_flow import PipState, index_of, pip_flow, pip_redirected
from explorer.auth.steps import Asked, AskKeyring
from explorer.model.index import Index
from explorer.model.url import SafeUrl, split_credentials
from explorer.profiles import parse_profile

CORP = "http://corp.test/corp/simple"
PAGE = "http://corp.test/corp/simple/alpha/"
ALICE = "alice:secret"
NETRC = parse_netrc("machine corp.test login alice password secret")
BOTH = pytest.mark.parametrize("release", ["23.2.1", "26.3"])


class Pip:
    def __init__(self, release: str, *indexes: Index, netrc: Netrc = EMPTY, keyring: bool = False) -> None:
        self.profile = parse_profile(f"pip@{release}")
        self.state = PipState(indexes, netrc, keyring)

    def asks(self, url: str, good: Sequence[str], found: str | None = None, refusal: int = 401) -> Conversation:
        safe, own = split_credentials(url)
        flow = pip_flow(Asked(safe, own, "page"), self.profile, self.state)
        return drive(flow, accepts(*good, refusal=refusal), pair(found) if found else None)


@BOTH
def test_credentials_of_the_url_go_out_first(release: str) -> None:
    assert Pip(release).asks("http://alice:secret@corp.test/corp/simple/alpha/", [ALICE]).sent == [ALICE]


@pytest.mark.parametrize(("release", "sent"), [("23.2.1", ["alice:wrong"]), ("26.3", ["alice:wrong", "alice:wrong"])])
def test_newer_pips_send_a_refused_pair_twice(release: str, sent: list[str]) -> None:
    pip = Pip(release, index("http://alice:wrong@corp.test/corp/simple"))
    assert pip.asks("http://alice:wrong@corp.test/corp/simple/alpha/", [ALICE]).sent == sent


@BOTH
def test_netrc_is_read_before_the_first_request(release: str) -> None:
    assert Pip(release, index(CORP), netrc=NETRC).asks(PAGE, [ALICE]).sent == [ALICE]


@pytest.mark.parametrize(("release", "sent"), [("23.2.1", ["bob:"]), ("26.3", [ALICE])])
def test_netrc_for_a_url_that_names_another_user(release: str, sent: list[str]) -> None:
    pip = Pip(release, index("http://bob@corp.test/corp/simple"), netrc=NETRC)
    assert pip.asks("http://bob@corp.test/corp/simple/alpha/", [ALICE, "bob:"]).sent == sent


@BOTH
@pytest.mark.parametrize("status", [403, 404])
def test_only_a_401_is_asked_again(release: str, status: int) -> None:
    talk = Pip(release, index(CORP), keyring=True).asks(PAGE, [ALICE], found=ALICE, refusal=status)
    assert (talk.sent, talk.searches) == ([None], [])


@BOTH
def test_a_bare_index_gets_the_pair_last_used_for_its_host_at_once(release: str) -> None:
    pip = Pip(release, index("http://alice:secret@corp.test/corp/simple"), index("http://corp.test/other/simple"))
    pip.asks("http://alice:secret@corp.test/corp/simple/alpha/", [ALICE])
    assert pip.asks("http://corp.test/other/simple/alpha/", [ALICE]).sent == [ALICE]


@BOTH
def test_the_pair_of_another_user_is_not_taken(release: str) -> None:
    pip = Pip(release)
    pip.asks("http://alice:secret@corp.test/corp/simple/alpha/", [ALICE])
    assert pip.asks("http://bob@corp.test/other/simple/alpha/", ["bob:"]).sent == ["bob:"]


@BOTH
def test_a_file_takes_the_credentials_of_its_index(release: str) -> None:
    pip = Pip(release, index("http://corp.test/a/simple"), index("http://alice:secret@corp.test/corp/simple"))
    assert pip.asks("http://corp.test/corp/simple/alpha.whl", [ALICE]).sent == [ALICE]


def test_the_keyring_is_asked_after_a_401_for_the_index_and_then_the_host() -> None:
    talk = Pip("26.3", index(CORP), keyring=True).asks(PAGE, [ALICE], found=ALICE)
    assert talk.sent == [None, ALICE]
    assert talk.searches == [AskKeyring((CORP + "/", "corp.test"), None)]


def test_what_the_keyring_gave_is_used_for_the_host_from_then_on() -> None:
    pip = Pip("26.3", index(CORP), keyring=True)
    pip.asks(PAGE, [ALICE], found=ALICE)
    assert pip.asks("http://corp.test/corp/simple/beta/", [ALICE]).sent == [ALICE]


@pytest.mark.parametrize("by_segments", [True, False])
def test_the_index_of_a_url_shares_the_longest_path_on_its_host(by_segments: bool) -> None:
    indexes = [index("http://h.test/other"), index("http://h.test/pypi/simple"), index("http://x.test/pypi/files")]
    found = index_of(SafeUrl.parse("http://h.test/pypi/files/a.whl"), indexes, by_segments=by_segments)
    assert found is not None and found.url == "http://h.test/pypi/simple"


def test_of_equally_close_indexes_the_first_listed_is_taken() -> None:
    indexes = [index("http://h.test/reg/one/simple", "one"), index("http://h.test/reg/two/simple", "two")]
    found = index_of(SafeUrl.parse("http://h.test/files/two/a.whl"), indexes, by_segments=True)
    assert found is not None and found.name == "one"


@BOTH
def test_a_redirect_takes_netrc_of_its_host_before_what_is_carried(release: str) -> None:
    pip = Pip(release, netrc=NETRC)
    asked = Asked(SafeUrl.parse("http://corp.test/x"), pair("bob:other"), "page", redirected=True)
    assert drive(pip_redirected(asked, pip.profile, pip.state), accepts(ALICE)).sent == [ALICE]
    elsewhere = Asked(SafeUrl.parse("http://cdn.test/x"), pair("bob:other"), "page", redirected=True)
    assert drive(pip_redirected(elsewhere, pip.profile, pip.state), accepts("bob:other")).sent == ["bob:other"]


def test_credentials_in_a_location_are_used_after_a_401() -> None:
    pip = Pip("26.3")
    asked = Asked(SafeUrl.parse("http://cdn.test/x"), None, "page", redirected=True, in_location=pair(ALICE))
    assert drive(pip_redirected(asked, pip.profile, pip.state), accepts(ALICE)).sent == [None, ALICE]
