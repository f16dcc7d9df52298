"""Nothing that passes the door can act on the terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from explorer.view.safe_text import safe, safe_lines


def test_plain_text_passes_unchanged() -> None:
    assert safe("uvicorn[standard]>=0.30") == "uvicorn[standard]>=0.30"


def test_letters_of_any_language_pass_unchanged() -> None:
    assert safe("пакет 包 café") == "пакет 包 café"


def test_escape_sequences_become_visible() -> None:
    assert safe("\x1b[31mred\x1b[0m") == "\\x1b[31mred\\x1b[0m"


def test_controls_of_the_eight_bit_range_become_visible() -> None:
    assert safe("\x9b31m") == "\\x9b31m"


def test_reordering_and_zero_width_characters_become_visible() -> None:
    assert safe("a\u202eb\u2066c\u200bd\ufeffe") == "a\\u202eb\\u2066c\\u200bd\\ufeffe"


def test_line_ends_stay_on_the_line() -> None:
    assert safe("one\ntwo\r\tthree\u2028four") == "one\\ntwo\\r\\tthree\\u2028four"


def test_a_pile_of_combining_marks_is_cut_down() -> None:
    assert safe("e\u0301\u0301\u0301\u0301") == "e\u0301\u0301\\u0301\\u0301"


def test_characters_outside_the_first_plane_are_named_in_full() -> None:
    assert safe("\U000e0041") == "\\U000e0041"


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert safe("x" * 50, limit=10) == "x" * 9 + "…"


def test_a_body_keeps_its_lines_and_loses_its_tabs() -> None:
    assert safe_lines("a\tb\n\x1bc") == ("a   b", "\\x1bc")


@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_text_keeps_a_character_that_acts(text: str) -> None:
    acting = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [character for character in safe(text) if unicodedata.category(character) in acting]


@given(st.text(alphabet=st.characters(), max_size=300))
def test_escaping_twice_changes_nothing_more(text: str) -> None:
    assert safe(safe(text)) == safe(text)
