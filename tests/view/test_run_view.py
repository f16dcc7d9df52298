"""The one fold: the same for equal prefixes, and every pane's rows from it."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_run import CORP, LINUX, MACOS, Script, failed_run, many_exchanges, resolved_run

from explorer.events import Backtracked, Decision, Event, FileSeen, FileVerdict, PageRead, WheelChosen
from explorer.model import reasons as why
from explorer.view import answer, words
from explorer.view.auth_ladder import ladder_rows, rule_lines
from explorer.view.derivation_tree import choice_rows, proof_rows
from explorer.view.line import text_of
from explorer.view.model import Recorded, RunView, fold
from explorer.view.settings_rows import setting_rows
from explorer.view.setup import setup_rows
from explorer.view.wheel_matrix import fetch_mark, shorter_name, why_read


def ladder_text(view: RunView, request: int | None) -> str:
    return "\n".join(text_of(row.line) for row in ladder_rows(view.ladders, view.queries, request, *view.profile))


def state(view: RunView) -> object:
    return (
        view.count,
        view.queries.order,
        [view.queries.row(number) for number in view.queries.order],
        view.matrix.cells,
        view.packages.stories,
        view.packages.decided_count,
        view.wheels.packages,
        view.wheels.fetched,
        view.ladders.steps,
        view.ladders.stored,
        view.setup,
        view.request_of_event,
        view.derivation.added,
        view.answer.outcome,
        view.timeline.marks,
    )


@given(
    st.sampled_from([resolved_run(), failed_run()]),
    st.integers(1, 9),
    st.lists(st.integers(0, 160), min_size=1, max_size=5),
    st.integers(0, 160),
)
def test_going_to_a_moment_shows_what_a_fold_of_that_prefix_shows(
    events: list[Event], spacing: int, moments: list[int], told_first: int
) -> None:
    recorded = Recorded(spacing)
    recorded.extend(events[:told_first])
    recorded.go(moments[0])
    recorded.extend(events[told_first:])
    for moment in moments:
        recorded.go(moment)
        assert state(recorded.view) == state(fold(events[:moment]))
    recorded.go(len(events))
    assert recorded.at_end and state(recorded.view) == state(fold(events))


@given(st.sampled_from([resolved_run(), failed_run()]), st.integers(0, 160))
def test_a_copied_view_is_not_changed_by_what_the_original_is_told(events: list[Event], moment: int) -> None:
    view = fold(events[:moment])
    twin = view.copied()
    for event in events[moment:]:
        view.apply(event)
    assert state(twin) == state(fold(events[:moment]))


def test_anywhere_in_fifty_thousand_events_is_less_than_fifty_milliseconds_away() -> None:
    events = many_exchanges(17_000)
    recorded = Recorded()
    recorded.extend(events)
    moments = [len(events) // 50 * part for part in (49, 1, 25, 24, 40, 3, 48, 12, 33, 30)]
    seconds = []
    for moment in moments:
        began = time.process_time()
        recorded.go(moment)
        seconds.append(time.process_time() - began)
    assert len(events) > 50_000
    assert statistics.median(seconds) < 0.05


def test_new_events_do_not_move_a_view_of_an_earlier_moment() -> None:
    events = resolved_run()
    recorded = Recorded()
    recorded.extend(events[:50])
    recorded.go(20)
    recorded.extend(events[50:])
    assert (recorded.view.count, recorded.at_end) == (20, False)


def test_the_ladder_lists_rungs_in_order_and_marks_the_one_used() -> None:
    text = ladder_text(fold(resolved_run()), 2)
    assert text.index("#1") < text.index("URL of the request") < text.index("netrc") < text.index("#2")
    assert "netrc                ann  ← used" in text


def test_the_ladder_of_a_group_is_the_same_for_each_of_its_exchanges() -> None:
    view = fold(resolved_run())
    assert ladder_text(view, 1) == ladder_text(view, 2)


def test_without_a_selection_the_newest_ladder_is_shown() -> None:
    view = fold(resolved_run())
    assert ladder_text(view, None) == ladder_text(view, 20)


def test_a_rule_says_what_holds_here_and_what_other_releases_do() -> None:
    sentence, releases = rule_lines("page_401", "uv", "0.6.17")
    assert "401 of a project page" in text_of(sentence)
    assert text_of(releases).strip() == "before: abort · uv 0.1.40+: absent · uv 0.7.0+: stop"
    assert [span.text for span in releases if span.tone == "accent"] == ["uv 0.1.40+: absent"]


def test_an_unknown_rule_shows_its_name() -> None:
    assert text_of(rule_lines("no_such_rule", "uv", "0.7.0")[0]) == "rule no_such_rule"


def test_the_matrix_tells_not_asked_from_absent_and_from_a_stop() -> None:
    view = fold(failed_run())
    assert view.matrix.cell("secret-lib", "corp").text == "■ stop 401"
    assert view.matrix.cell("secret-lib", "PyPI").text == "not asked"
    assert fold(resolved_run()).matrix.cell("uvicorn", "corp").text == "absent 404"
    assert fold(resolved_run()).matrix.cell("uvicorn", "PyPI").text == "found 2"


def test_a_page_without_an_answer_is_an_error_in_the_matrix() -> None:
    assert fold(failed_run()).matrix.cell("rich", "PyPI").text == "✗ timeout"


def test_indexes_stand_in_the_order_they_are_asked() -> None:
    assert fold(resolved_run()).index_order == ["corp", "pytorch", "PyPI"]


def test_the_wheel_matrix_tells_chosen_from_usable_from_refused() -> None:
    view = fold(resolved_run())
    table = view.wheels.table("torch", "2.5.1", view.queries, view.packages.stories["torch"])
    assert table is not None
    words_of = {row.filename: [mark.word for mark in row.marks] for row in table.files}
    assert words_of["torch-2.5.1-cp312-none-macosx_11_0_arm64.whl"] == ["platform", "✔", "platform"]
    assert words_of["torch-2.5.1-cp313-cp313t-manylinux_2_28_x86_64.whl"] == ["abi", "abi", "abi"]
    assert words_of["torch-2.5.1.tar.gz"] == ["fits", "fits", "no-build"]
    assert table.environments[:2] == (LINUX, MACOS)


def test_the_file_read_for_metadata_is_marked_with_the_reason() -> None:
    view = fold(resolved_run())
    table = view.wheels.table("torch", "2.5.1", view.queries, view.packages.stories["torch"])
    assert table is not None
    assert [row.filename for row in table.files if row.read] == ["torch-2.5.1-cp312-none-macosx_11_0_arm64.whl"]
    assert why_read(table) == "first wheel by file name · the end of the wheel, by range requests"


def test_a_file_that_the_index_cannot_serve_shows_its_status() -> None:
    events = [event for event in failed_run() if getattr(event.body, "request", None) != 6]
    view = fold(events)
    table = view.wheels.table("torch", "2.5.1", view.queries, None)
    assert table is not None
    assert fetch_mark(table.files[0]) == ("●404", "warning")


def test_files_that_do_not_count_are_listed_with_their_reason() -> None:
    dropped = fold(resolved_run()).wheels.dropped("torch")
    assert [words.file_refusal_word(file.refusal) for _, file in dropped if file.refusal] == ["no name", "too new"]


def test_a_version_on_two_indexes_has_one_column_with_the_choice_of_the_one_that_made_it() -> None:
    script = Script()
    wheel = FileVerdict("x-1.0-py3-none-any.whl", "wheel", None, 1)
    other = FileVerdict("x-1.0-1-py3-none-any.whl", "wheel", None, 1)
    script.add(
        WheelChosen("x", "1.0", "a", LINUX, (wheel,), wheel.filename, wheel.filename, "best_wheel"),
        WheelChosen("x", "1.0", "b", LINUX, (other,), None, None, "best_wheel"),
    )
    view = fold(script.events)
    table = view.wheels.table("x", "1.0", view.queries, None)
    assert table is not None
    assert [(row.filename, row.marks[0].word) for row in table.files] == [
        (wheel.filename, "✔"),
        (other.filename, "fits"),
    ]
    assert table.index == "a"


def test_files_are_listed_before_they_are_judged() -> None:
    script = Script()
    page = ("x-1.0-py3-none-any.whl", "x-0.9-py3-none-any.whl")
    script.add(
        PageRead("x", "a", None, "json", tuple(FileSeen(name, name.split("-")[1]) for name in page), ("0.9", "1.0"))
    )
    script.wire(f"{CORP}/x/{page[0]}", 404, purpose="wheel", package="x")
    view = fold(script.events)
    version = view.shown_version("x")
    table = view.wheels.table("x", version or "", view.queries, None)
    assert table is not None and [row.filename for row in table.files] == [page[0]]
    assert fetch_mark(table.files[0]) == ("●404", "warning")


def test_short_names_say_equal_tags_once() -> None:
    assert shorter_name("…cp312-cp312-manylinux_2_28_x86_64.whl") == "…cp312-manylinux_2_28_x86_64"
    assert shorter_name("…py3-none-any.whl") == "…py3-none-any"


def test_the_proof_is_a_tree_whose_leaves_name_their_evidence() -> None:
    view = fold(failed_run())
    assert view.derivation.failure is not None and view.derivation.failure.derivation is not None
    rows = proof_rows(view.derivation.failure.derivation, (), view.queries)
    lines = [text_of(row.line) for row in rows]
    assert lines[0] == "▾ your requirements are unsatisfiable"
    assert lines[1] == "├ ▾ torch>=2.4 and numpy<1.25 are incompatible  (1)"
    assert lines[2] == "│ ├ torch>=2.4 depends on numpy>=1.26"
    assert "query 6: torch-2.5.1-cp312-none-macosx_11_0_arm64.whl from corp" in lines[3]
    assert rows[2].evidence == (6,)


def test_a_folded_step_hides_what_is_below_and_counts_it() -> None:
    view = fold(failed_run())
    assert view.derivation.failure is not None and view.derivation.failure.derivation is not None
    rows = proof_rows(view.derivation.failure.derivation, {(0,)}, view.queries)
    assert text_of(rows[1].line) == "├ ▸ torch>=2.4 and numpy<1.25 are incompatible  (1)  2 steps folded"
    assert not any("depends on" in text_of(row.line) for row in rows)


def test_a_chosen_version_is_explained_by_edges_and_refusals() -> None:
    view = fold(resolved_run())
    text = "\n".join(
        text_of(row.line) for row in choice_rows(view.packages.stories["torch"], view.derivation, view.queries)
    )
    assert "torch 2.5.1  newest that fits" in text
    assert "you require torch>=2.4  pyproject.toml:6" in text
    assert "2.6.0  yanked: broken CUDA wheels" in text


def test_backtracking_takes_decisions_back() -> None:
    events = resolved_run()
    decided = next(event for event in events if isinstance(event.body, Decision))
    undone = replace(decided, body=Backtracked(1, 0, ("torch 2.5.1",)))
    view = fold([*events[: decided.number], undone])
    assert view.packages.decided_count == 0


def test_the_answer_is_a_table_and_a_tree_from_what_you_require() -> None:
    view = fold(resolved_run())
    assert view.answer.resolved is not None
    table = answer.table_rows(view.answer.resolved)
    assert [cell.text for cell in table[-1].cells][:3] == ["uvicorn[standard]", "0.30.6", "PyPI"]
    tree = [text_of(row.line).split("  ")[0] for row in answer.tree_rows(view.answer.resolved, view.packages.stories)]
    assert tree[1:4] == ["torch 2.5.1", "├ filelock 3.16.1", "└ numpy 2.1.0"]


def test_a_failure_is_told_in_the_words_of_the_report_with_its_hints() -> None:
    text = "\n".join(text_of(row.line) for row in answer.failure_rows(fold(failed_run()).answer))
    assert text.startswith("✗ No solution found when resolving dependencies")
    assert "hint: An index URL" in text


def test_the_setup_lists_indexes_environments_and_rules() -> None:
    lines = [text_of(row.line).rstrip() for row in setup_rows(fold(resolved_run()).setup, 32)]
    assert lines[1].split() == ["[x]", "1", "corp", "login"]
    assert lines[3].split() == ["[x]", "3", "PyPI", "default"]
    assert "  as uv 0.13.8" in lines


def test_settings_somebody_set_stand_before_defaults_and_unused_ones_say_why() -> None:
    in_force, ignored = setting_rows(fold(resolved_run()).setup)
    assert [row.origin == "default" for row in in_force] == [False, False, False, True, True, True]
    assert ignored[0].why == "uv never reads pip.conf"


REFUSALS: list[why.VersionRefusal] = [
    why.NotADistribution("x"), why.OtherPackage("x"), why.BadRequiresPython("x"), why.Yanked(""), why.Yanked("x"),
    why.TooNew(None, "x"), why.TooNew("x", "y"), why.NoBinary(), why.NoBuild(), why.TagMismatch("abi", "x", ""),
    why.PythonMismatch("x", "y"), why.NotPep625(), why.UnsupportedVariant(), why.HashMismatch(),
    why.MissingPlatform("x"), why.NoFiles(), why.InvalidMetadata("x"), why.InconsistentMetadata("x", "y"),
    why.InvalidPackage("x"), why.NotCached(),
    why.FetchRefused(403), why.ImpossibleSpecifier("x"), why.BuildNeedsPython("x", "y"),
]  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
def test_every_refusal_has_a_sentence_without_a_full_stop(refusal: why.VersionRefusal) -> None:
    sentence = words.refusal_words(refusal)
    assert sentence and not sentence.endswith(".") and "None" not in sentence


def test_sizes_and_times_are_short() -> None:
    assert [words.size_words(size) for size in (812, 4210, 41_000, 3_300_000)] == ["812 B", "4.2 kB", "41 kB", "3.3 MB"]
    assert [words.time_words(time) for time in (12.4, 1830)] == ["12 ms", "1.8 s"]


def test_sixty_thousand_events_fold_in_less_than_two_seconds() -> None:
    import time

    from sample_run import many_exchanges

    events: list[Event] = many_exchanges(20_000)
    began = time.perf_counter()
    fold(events)
    assert time.perf_counter() - began < 2
