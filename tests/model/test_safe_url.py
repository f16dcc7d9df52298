"""A URL cannot show a secret, and still asks for what it names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.model.url import InvalidUrl, SafeUrl, mask_url, split_credentials

secrets = st.text(st.characters(codec="ascii", exclude_characters=" "), min_size=6, max_size=20).filter(str.isalnum)


@given(secrets, secrets)
def test_user_info_is_split_off(user: str, password: str) -> None:
    url, credentials = split_credentials(f"https://{user}:{password}@host/simple")
    assert url == url.wire == "https://host/simple"
    assert credentials is not None and credentials.user == user
    assert credentials.password is not None and credentials.password.reveal() == password
    assert repr(credentials.password) == str(credentials.password) == "****"
    assert repr(credentials) == f"Credentials(user={user!r}, password=****, scheme='basic')"


def test_credentials_are_percent_decoded() -> None:
    _, credentials = split_credentials("https://dev%40org:p%2Fw@host/simple")
    assert credentials is not None and credentials.user == "dev@org"
    assert credentials.password is not None and credentials.password.reveal() == "p/w"


@pytest.mark.parametrize("name", ["token", "X-Amz-Signature", "access_token", "sig", "PASSWORD"])
def test_secret_query_values_are_sent_but_not_shown(name: str) -> None:
    url = SafeUrl.parse(f"https://host/file.whl?{name}=hunter2&v=1")
    assert "hunter2" not in str(url) and "hunter2" in url.wire and "v=1" in url


@pytest.mark.parametrize(
    "text", ["", "host/simple", "ftp://host/", "https://", "https://h:port/", "https://h/\x00", "x" * 9000]
)
def test_what_is_no_url_is_refused_with_a_safe_reason(text: str) -> None:
    with pytest.raises(InvalidUrl) as error:
        split_credentials(text)
    assert len(str(error.value)) < 400


def test_a_refusal_does_not_show_the_password() -> None:
    with pytest.raises(InvalidUrl) as error:
        split_credentials("https://user:hunter2@host:port/simple")
    assert "hunter2" not in str(error.value)


def test_relative_references_are_resolved() -> None:
    url, credentials = SafeUrl.parse("https://host/simple/a/").resolve("../../files/a.whl")
    assert (url, credentials) == ("https://host/files/a.whl", None)


@given(st.text(max_size=80))
def test_masking_is_idempotent(text: str) -> None:
    masked = mask_url(f"see https://me:hunter2secret@host/{text}")
    assert mask_url(masked) == masked
    assert "hunter2secret" not in masked


@pytest.mark.parametrize("mark", ["/", "?", "#", " ", "'", '"', "<", ">", "@", "\\"])
def test_a_password_that_was_not_encoded_is_masked_all_the_same(mark: str) -> None:
    text = f"https://me:hunter2{mark}secret@host.test/simple"
    assert mask_url(f"--index-url={text}") == "--index-url=https://me:****@host.test/simple"
    with pytest.raises(InvalidUrl) as refused:
        split_credentials(text.replace("host.test", "host.test:99999"))
    assert "hunter2" not in str(refused.value) and "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["https://host.test:8080/a@1.0", "git+https://host.test/a.git@main", "http://h:80 and me@corp.test"]
)
def test_an_at_sign_after_the_host_hides_nothing(text: str) -> None:
    assert mask_url(text) == text


@pytest.mark.parametrize("host", ["no such", "a<b", "exa%20mple", "a^b", "a|b"])
def test_a_host_that_no_url_can_have_is_refused(host: str) -> None:
    with pytest.raises(InvalidUrl, match="invalid international domain name"):
        split_credentials(f"https://me:hunter2@{host}/simple")
