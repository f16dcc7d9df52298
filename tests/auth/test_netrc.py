"""netrc files."""

from __future__ import annotations

import contextlib
import netrc
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.auth.netrc import MAX_SIZE, InvalidNetrc, parse_netrc, read_netrc


def login(text: str, host: str, user: str | None = None) -> tuple[str | None, str] | None:
    credentials = parse_netrc(text).credentials(host, user)
    return (
        None
        if credentials is None or credentials.password is None
        else (credentials.user, credentials.password.reveal())
    )


def test_one_line_and_many_lines_are_the_same() -> None:
    assert login("machine h.test login a password b", "h.test") == ("a", "b")
    assert login("machine h.test\n\tlogin a\n  account x\n  password b\n", "h.test") == ("a", "b")


def test_default_serves_every_other_host() -> None:
    text = "machine h.test login a password b\ndefault login c password d"
    assert (login(text, "h.test"), login(text, "other.test")) == (("a", "b"), ("c", "d"))


def test_a_machine_that_exists_is_final_even_for_another_user() -> None:
    text = "machine h.test login a password b\ndefault login c password d"
    assert login(text, "h.test", "c") is None
    assert login(text, "h.test", "a") == ("a", "b")


def test_the_key_is_the_host_without_a_port() -> None:
    assert login("machine h.test:8080 login a password b", "h.test") is None


def test_quotes_backslashes_comments_and_macros() -> None:
    text = '# top\nmacdef init\n  machine h.test\n\nmachine h.test login "a b" # note\n password p\\ #q\n'
    assert login(text, "h.test") == ("a b", "p #q")


def test_a_password_never_shows() -> None:
    assert "secret" not in repr(parse_netrc("machine h.test login a password secret"))


@pytest.mark.parametrize("text", ["login a", "machine", "machine h.test bogus x", "nonsense"])
def test_what_is_no_netrc_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(InvalidNetrc, match="line 1"):
        parse_netrc(text)


def test_a_missing_file_is_empty_and_a_huge_one_refused(tmp_path: Path) -> None:
    assert not read_netrc(tmp_path / "none").machines
    assert not read_netrc(None).machines
    (tmp_path / "huge").write_bytes(b"#" * (MAX_SIZE + 1))
    with pytest.raises(InvalidNetrc, match="longer"):
        read_netrc(tmp_path / "huge")


words = st.text("abcXYZ09.:@/!-_", min_size=1, max_size=12)
entries = st.lists(st.tuples(words, words, words), max_size=4, unique_by=lambda e: e[0])


@given(entries)
def test_reads_what_python_reads(machines: list[tuple[str, str, str]]) -> None:
    text = "".join(f"machine {host} login {user}\n password {password}\n" for host, user, password in machines)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "netrc"
        file.write_text(text)
        theirs = netrc.netrc(str(file))
    ours = parse_netrc(text)
    assert {h: (e.login, e.password.reveal()) for h, e in ours.machines.items()} == {
        h: (e[0], e[2]) for h, e in theirs.hosts.items()
    }


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidNetrc):
        parse_netrc(text)
