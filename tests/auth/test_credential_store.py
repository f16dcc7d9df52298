"""uv's credentials.toml (auth.md section 2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.auth.credential_store import InvalidStore, from_store, parse_store, read_store
from explorer.model.url import SafeUrl


def entry(service: str, user: str, password: str = "pw") -> str:
    return f'[[credential]]\nservice = "{service}"\nusername = "{user}"\nscheme = "basic"\npassword = "{password}"\n'


def look_up(text: str, url: str, user: str | None = None, *, refuse_ties: bool = True) -> str | None:
    found = from_store(parse_store(text), SafeUrl.parse(url), user, refuse_ties=refuse_ties)
    return found.credentials.user if found is not None else None


def test_an_entry_covers_every_path_below_its_service() -> None:
    text = entry("https://h.test/corp", "a")
    assert look_up(text, "https://h.test/corp/simple/x/") == "a"
    for other in ("https://h.test/corp2", "http://h.test/corp", "https://h.test:444/corp", "https://h.test/"):
        assert look_up(text, other) is None


def test_the_longest_service_wins() -> None:
    text = entry("https://h.test", "host") + entry("https://h.test/corp", "corp")
    assert look_up(text, "https://h.test/corp/x") == "corp"
    assert look_up(text, "https://h.test/x") == "host"


def test_the_user_must_be_equal_if_one_is_known() -> None:
    text = entry("https://h.test", "a")
    assert (look_up(text, "https://h.test/x", "a"), look_up(text, "https://h.test/x", "b")) == ("a", None)


def test_two_equally_long_services_give_nothing_from_0_10_on() -> None:
    text = entry("https://h.test", "a") + entry("https://h.test", "b")
    assert look_up(text, "https://h.test/x") is None
    assert look_up(text, "https://h.test/x", "b") == "b"
    assert look_up(text, "https://h.test/x", refuse_ties=False) == "a"


def test_a_bearer_token() -> None:
    (stored,) = parse_store('[[credential]]\nservice = "h.test"\nscheme = "bearer"\nusername = ""\ntoken = "t0ken"\n')
    assert (stored.service, stored.credentials.scheme, stored.credentials.user) == ("https://h.test", "bearer", None)
    assert "t0ken" not in repr(stored)


@pytest.mark.parametrize(
    "text",
    [
        "credential = 3",
        "credential = [3]",
        entry("ftp://h.test", "a"),
        entry("https://h.test", ""),
        '[[credential]]\nservice = "https://h.test"\nusername = "a"\ntoken = "t"\n',
        '[[credential]]\nservice = "https://h.test"\nscheme = "bearer"\n',
        '[[credential]]\nservice = "https://h.test"\nusername = "a"\nscheme = "digest"\n',
    ],
)
def test_an_invalid_entry_spoils_the_store(text: str) -> None:
    with pytest.raises(InvalidStore):
        parse_store(text)


def test_files(tmp_path: Path) -> None:
    assert read_store(None) == read_store(tmp_path / "none") == ()
    (tmp_path / "bad").write_text("[[")
    with pytest.raises(InvalidStore, match="TOML"):
        read_store(tmp_path / "bad")
