"""The document is a fold over events."""

from __future__ import annotations

from explorer.events import (
    Body,
    DerivationNode,
    Event,
    Failed,
    Finding,
    NotModelled,
    Pinned,
    Remedy,
    RequestEnded,
    RequestStarted,
    Resolved,
    RunEnded,
    RunStarted,
    Unsatisfiable,
)
from explorer.headless.document import MAX_DEPTH, Document
from explorer.model.reasons import ConnectionFailure
from explorer.model.url import SafeUrl

STARTED = RunStarted("uv@0.7.0", ("uv", "lock"), "universal", ("any",))


def folded(*bodies: Body) -> dict:  # type: ignore[type-arg]
    document = Document()
    for number, body in enumerate(bodies, 1):
        document.add(Event(number, 0.0, 1, 0, body))
    return document.as_dict()


def request(number: int, **changes: object) -> RequestStarted:
    values: dict[str, object] = {
        "request": number,
        "logical": number,
        "method": "GET",
        "url": SafeUrl.parse("https://ann:secret@corp.example/simple/a/"),
        "purpose": "page",
        "index": "corp",
        "package": "a",
        "byte_range": None,
        "user": "ann",
        "user_shown": "ann",
    }
    return RequestStarted(**{**values, **changes})  # type: ignore[arg-type]


def test_one_row_for_each_exchange_in_the_order_sent() -> None:
    rows = folded(
        STARTED,
        request(1, user=None),
        request(2, byte_range=(0, 99)),
        RequestEnded(2, 206, "network", 100, 12.34),
        RequestEnded(1, 401, "network", 5, 1.0),
    )["requests"]
    assert [(row["number"], row["status"], row["user"], row["range"]) for row in rows] == [
        (1, 401, None, False),
        (2, 206, "ann", True),
    ]
    assert rows[1]["ms"] == 12.3 and rows[1]["bytes"] == 100 and rows[1]["from"] == "network"


def test_no_password_in_a_row() -> None:
    assert "secret" not in str(folded(STARTED, request(1)))


def test_an_exchange_without_an_answer_has_no_status_but_its_failure() -> None:
    ended = RequestEnded(1, None, "network", 0, 3.0, failure=ConnectionFailure("refused", ""))
    row = folded(STARTED, request(1), ended)["requests"][0]
    assert (row["status"], row["failure"]) == (None, "ConnectionFailure")


def test_packages_say_where_they_come_from_and_what_would_be_installed() -> None:
    pinned = Pinned(
        "a",
        "1.0",
        SafeUrl.parse("https://corp.example/simple"),
        "corp",
        None,
        "a-1.0.whl",
        {"linux": None},
        "newest",
        ("you",),
    )
    document = folded(STARTED, Resolved((pinned,)), RunEnded("resolved", 0.5, 3))
    assert document["outcome"] == "resolved" and document["error"] is None
    assert document["packages"][0]["index"] == "https://corp.example/simple"
    assert document["packages"][0]["files"] == {"linux": None}


def test_what_a_url_names_stands_apart_where_the_command_writes_it_without_a_version() -> None:
    pinned = Pinned("a", "1.0", None, None, None, None, {}, "pinned", ("you",), source="https://corp.example/a.whl")
    for kind, listed, direct in (("uv pip compile", 0, 1), ("uv lock", 1, 0)):
        document = Document(kind)
        document.add(Event(1, 0.0, 1, 0, Resolved((pinned,))))
        answer = document.as_dict()
        assert (len(answer["packages"]), len(answer["direct"])) == (listed, direct)


def test_no_solution_carries_report_hints_and_derivation() -> None:
    leaf = DerivationNode(2, "no versions", "there is no a", evidence=(1,))
    answer = Unsatisfiable("No solution", ("because",), ("try b",), DerivationNode(1, "conclusion", "so", (leaf,)))
    document = folded(STARTED, answer, RunEnded("unsatisfiable", 0.1, 1))
    assert document["error"] == {"kind": "unsatisfiable", "message": "No solution\nbecause", "hints": ["try b"]}
    assert document["derivation"]["children"][0]["evidence"] == [1]


def test_a_derivation_deeper_than_shown_is_cut_and_says_so() -> None:
    node = DerivationNode(0, "root", "end")
    for number in range(MAX_DEPTH + 50):
        node = DerivationNode(number, "conclusion", "so", (node,))
    shown = folded(STARTED, Unsatisfiable("No", (), (), node))["derivation"]
    while shown["children"]:
        shown = shown["children"][0]
    assert shown["cut"] is True


def test_a_failure_names_its_kind_and_request() -> None:
    document = folded(
        STARTED, Failed("fetch", "403", ("log in",), ("a was included because you require it",), request=7)
    )
    assert document["outcome"] == "failed"
    assert document["error"]["kind"] == "fetch" and document["error"]["request"] == 7
    assert document["error"]["chain"] == ["a was included because you require it"]


def test_findings_carry_the_remedies_that_were_tried() -> None:
    finding = Finding("hidden", "warning", "hidden by corp", (3,), (Remedy("strategy", "resolved", "a 2.0"),))
    assert folded(STARTED, finding)["findings"] == [
        {
            "rule": "hidden",
            "severity": "warning",
            "message": "hidden by corp",
            "evidence": [3],
            "try": [{"toggle": "strategy", "outcome": "resolved", "message": "a 2.0"}],
        }
    ]


def test_what_is_not_modelled_is_said() -> None:
    assert folded(STARTED, NotModelled("wheel variants", "not chosen"))["not_modelled"] == [
        {"what": "wheel variants", "consequence": "not chosen"}
    ]
