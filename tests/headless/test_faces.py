"""What the faces write: data on one stream, messages on the other, nothing that acts on a terminal."""

from __future__ import annotations

import io
import json

import pytest

from explorer.events import Body, Event, Failed, IndexAnswered, Pinned, Resolved, RunEnded, RunStarted, Warned
from explorer.headless.faces import Face, Output, refusal_events, tell
from explorer.profiles import parse_profile
from explorer.record.encode import decode

STARTED = RunStarted("uv@0.7.0", ("uv", "lock"), "universal", ("any",))
HOSTILE = "\x1b[31m\u202e\x9b2J\u200b[bold]"


def written(face: Face, *bodies: Body) -> tuple[str, str, int]:
    out, err = io.StringIO(), io.StringIO()
    events = tuple(Event(number, 0.0, 1, 0, body) for number, body in enumerate(bodies, 1))
    status = tell(events, Output(face, out, err))
    return out.getvalue(), err.getvalue(), status


@pytest.mark.parametrize(
    ("outcome", "status"), [("resolved", 0), ("unsatisfiable", 1), ("failed", 1), ("cancelled", 130)]
)
def test_the_exit_status_is_that_of_the_outcome(outcome: str, status: int) -> None:
    assert written("json", STARTED, RunEnded(outcome, 0.0, 0))[2] == status  # type: ignore[arg-type]


@pytest.mark.parametrize("face", ["json", "events", "plain"])
def test_text_from_outside_does_not_act_on_the_terminal(face: Face) -> None:
    out, err, _ = written(face, STARTED, Warned(HOSTILE), Failed("fetch", HOSTILE), RunEnded("failed", 0.0, 0))
    for character in "\x1b\u202e\x9b\u200b":
        assert character not in out + err
    assert "[bold]" in out


def test_json_is_one_document_that_keeps_hostile_text_as_it_was() -> None:
    out, _, _ = written("json", STARTED, Warned(HOSTILE), RunEnded("resolved", 0.0, 0))
    assert json.loads(out)["warnings"] == [HOSTILE]


def test_events_are_one_json_object_a_line_and_can_be_read_back() -> None:
    answered = IndexAnswered("a", "corp", "found", 200, 3, "page_401", (1,))
    out, _, _ = written("events", STARTED, answered, RunEnded("resolved", 0.0, 0))
    lines = out.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["RunStarted", "IndexAnswered", "RunEnded"]
    assert decode(lines[1]).body == answered


def test_plain_tells_what_an_index_answered() -> None:
    out, err, _ = written(
        "plain", STARTED, IndexAnswered("a", "corp", "absent", 404, 0, "x"), RunEnded("resolved", 0, 0)
    )
    assert "a: corp does not have it" in out and err == ""


def test_a_failure_is_told_on_standard_error_once() -> None:
    _, err, _ = written("json", STARTED, Failed("fetch", "corp answered 403", ("log in",)), RunEnded("failed", 0.0, 0))
    assert err == "resolve-tui: corp answered 403\nresolve-tui: hint: log in\n"


def test_a_refused_setting_is_a_whole_run_with_masked_words() -> None:
    words = ("uv", "pip", "compile", "--index-url", "https://ann:secret@corp.example/simple")
    events = refusal_events(words, parse_profile("uv"), "settings", "two defaults", ("drop one",))
    out = io.StringIO()
    status = tell(events, Output("json", out, io.StringIO()))
    document = json.loads(out.getvalue())
    assert (status, document["outcome"], document["error"]["kind"]) == (1, "failed", "settings")
    assert "secret" not in out.getvalue()


def test_a_recording_has_every_event() -> None:
    record = io.BytesIO()
    tell((Event(1, 0.0, 1, 0, STARTED),), Output("json", io.StringIO(), io.StringIO(), record))
    assert decode(record.getvalue()).body == STARTED


def pinned(name: str) -> Pinned:
    return Pinned(name, "1.0", None, None, None, None, {}, "newest", ("you",))


def test_an_export_is_the_answer_alone() -> None:
    out, err, status = written("requirements", STARTED, Resolved((pinned("a"),)), RunEnded("resolved", 0.0, 0))
    assert (out, err, status) == ("a==1.0\n    # via you\n", "", 0)


def test_an_answer_that_does_not_fit_the_format_is_a_failure_with_a_message() -> None:
    out, err, status = written("pylock", STARTED, Resolved((pinned("a"),)), RunEnded("resolved", 0.0, 0))
    assert (out, status) == ("", 1)
    assert err.startswith("resolve-tui: no hash of a 1.0 is known")


def test_a_failed_run_exports_nothing() -> None:
    out, err, status = written("pylock", STARTED, Failed("fetch", "corp answered 403"), RunEnded("failed", 0.0, 0))
    assert (out, err, status) == ("", "resolve-tui: corp answered 403\n", 1)
