"""The filter language over the exchanges of the sample run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_run import failed_run, resolved_run

from explorer.view.filters import FilterError, parse_filter
from explorer.view.model import fold


def matching(text: str) -> list[int]:
    queries = fold(resolved_run()).queries
    return queries.matching(parse_filter(text).keeps)


def test_an_empty_filter_keeps_everything() -> None:
    assert len(matching("")) == 20


def test_a_status_is_compared_as_a_number() -> None:
    assert matching("status==401") == [1]
    assert matching("status>=400 status<500") == [1, 3, 11, 14, 17]


def test_a_leading_slash_belongs_to_the_key_not_to_the_filter() -> None:
    assert matching("/status==401") == [1]


def test_a_prefix_of_a_status_stands_for_its_class() -> None:
    assert matching("status:5xx") == [10]


def test_fields_of_text_contain_or_equal() -> None:
    assert matching("package:torch") == [1, 2, 6, 7, 8]
    assert matching("package==tor") == []
    assert matching("host:files.corp") == [7, 8]


def test_terms_are_joined_by_and() -> None:
    assert matching("package:torch user:ann") == [2, 6]


def test_a_minus_turns_a_term_round() -> None:
    assert matching("package:torch -user:ann") == [1, 7, 8]


def test_a_word_is_looked_for_everywhere() -> None:
    assert matching("macosx_11_0") == [6, 7, 8]


def test_a_quoted_text_may_hold_spaces() -> None:
    assert matching('what:"wheel part"') == [8]


def test_an_exchange_without_an_answer_has_no_status() -> None:
    queries = fold(failed_run()).queries
    assert queries.matching(parse_filter("answer:timeout").keeps) == [7]
    assert 7 not in queries.matching(parse_filter("status>0").keeps)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("color:red", "'color'"),
        ("status==often", "status"),
        ("host>3", "host"),
        ('"open', "not closed"),
        ("ms:", "missing"),
    ],
)
def test_a_filter_that_cannot_be_read_says_what_is_wrong(text: str, names: str) -> None:
    with pytest.raises(FilterError, match=names):
        parse_filter(text)


@given(st.text(max_size=80))
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    try:
        matching(text)
    except FilterError:
        return
