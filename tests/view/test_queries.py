"""Exchanges grouped by logical request."""

from __future__ import annotations

from sample_run import CORP, Script, failed_run, resolved_run

from explorer import events as ev
from explorer.model.origin import Origin
from explorer.model.url import SafeUrl
from explorer.view.model import fold


def test_a_repeat_with_credentials_stands_under_the_first_try() -> None:
    queries = fold(resolved_run()).queries
    first, again = queries.row(1), queries.row(2)
    assert (first.child, first.user, first.answer) == (False, "–", "401")
    assert (again.child, again.what, again.user, again.answer) == (True, "again", "ann", "200")


def test_a_redirect_hop_names_the_host_it_goes_to() -> None:
    assert fold(resolved_run()).queries.row(7).what == "↪ files.corp.example"


def test_a_retry_counts_its_attempt() -> None:
    assert fold(resolved_run()).queries.row(11).what == "retry 2"


def test_a_part_of_a_file_says_so() -> None:
    assert fold(resolved_run()).queries.row(8).what == "wheel part"


def test_no_answer_shows_the_kind_of_failure() -> None:
    row = fold(failed_run()).queries.row(7)
    assert (row.answer, row.answer_tone) == ("timeout", "bad")


def test_groups_stay_together_when_exchanges_interleave() -> None:
    script = Script()
    first = script.wire(f"{CORP}/a/", 401, package="a")
    second = script.wire(f"{CORP}/b/", 401, package="b")
    script.wire(f"{CORP}/a/", 200, package="a", user="ann", logical=first)
    script.wire(f"{CORP}/b/", 200, package="b", user="ann", logical=second)
    queries = fold(script.events).queries
    assert queries.order == [1, 3, 2, 4]
    assert [queries.by_number[number].last for number in queries.order] == [False, True, False, True]


def test_an_answer_from_the_cache_is_no_request_on_the_wire() -> None:
    script = Script()
    script.wire(f"{CORP}/a/", None, package="a", source="cache")
    queries = fold(script.events).queries
    assert (queries.on_wire, queries.row(1).answer) == (0, "cache")


def test_an_answer_without_its_request_is_dropped() -> None:
    script = Script()
    script.wire(f"{CORP}/a/", 200, package="a")
    assert fold(script.events[2:]).queries.order == []


def test_a_page_refused_before_any_exchange_has_a_row_without_a_number() -> None:
    origin = Origin("default")
    url = SafeUrl.parse("https://pkgs.corp.example/simple")
    bodies = (
        ev.IndexInForce(0, "corp", url, True, False, "simple", "always", None, "", origin),
        ev.IndexAnswered("torch", "corp", "abort", None, 0, "authenticate", (), "no credentials"),
    )
    view = fold(ev.Event(number, 0.0, 1, 0, body) for number, body in enumerate(bodies, 1))
    (number,) = view.queries.order
    row = view.queries.row(number)
    assert (row.number, row.index, row.package, row.what, row.answer) == ("–", "corp", "torch", "page", "login?")
    assert view.queries.on_wire == 0
