"""`--against`: two runs of the same world, and what differs between them."""

from __future__ import annotations

import json

import pytest

from explorer.cli import main

Said = pytest.CaptureFixture[str]


def compared(capsys: Said, *words: str) -> tuple[int, str]:
    status = main([*words])
    return status, capsys.readouterr().out


def document(capsys: Said, *words: str) -> dict[str, object]:
    return json.loads(compared(capsys, "--json", *words)[1])  # type: ignore[no-any-return]


def test_two_releases_part_at_a_request_by_a_rule(capsys: Said) -> None:
    status, told = compared(capsys, "--as", "uv@0.6.17", "--against", "uv@0.7.0", "learn", "issue-13216")
    assert status == 1
    lines = told.splitlines()
    where = lines.index("Where the runs part")
    assert "wrongpath: setuptools absent (401)" in lines[where + 1] and lines[where + 1].startswith("- #")
    assert "wrongpath: setuptools stop (401)" in lines[where + 2] and lines[where + 2].startswith("+ #")
    assert "rule What a 401 of a project page means for the search." in lines
    assert [lines[lines.index("- absent") + 1]] == ["+ stop"]


def test_the_document_has_both_runs_and_names_request_and_rule(capsys: Said) -> None:
    found = document(capsys, "--as", "uv@0.6.17", "--against", "uv@0.7.0", "learn", "issue-13216")
    assert (found["before"]["outcome"], found["after"]["outcome"]) == ("resolved", "unsatisfiable")  # type: ignore[index]
    difference = found["difference"]
    assert difference["rule"]["id"] == "page_401"  # type: ignore[index]
    number = difference["decisive"]["after_request"]  # type: ignore[index]
    row = next(row for row in found["after"]["requests"] if row["number"] == number)  # type: ignore[index]
    assert row["status"] == 401 and "/org-no-pypi/simple/setuptools/" in row["url"]


def test_uv_lock_and_uv_pip_compile_part_at_the_wheel_that_is_read(capsys: Said) -> None:
    found = document(capsys, "--against", "uv pip compile pyproject.toml", "learn", "issue-11926")
    decisive = found["difference"]["decisive"]  # type: ignore[index]
    assert decisive["kind"] == "metadata"
    assert "macosx_10_9_universal2.whl" in decisive["before"] and "manylinux" in decisive["after"]
    assert found["difference"]["rule"]["id"] == "best_wheel"  # type: ignore[index]


def test_pip_asks_all_indexes_where_uv_stops_at_the_first(capsys: Said) -> None:
    status, told = compared(capsys, "--against", "pip", "learn", "issue-2205")
    assert status == 1
    assert "+ certifi 2024.2.2" in told


def test_the_same_rules_differ_in_nothing(capsys: Said) -> None:
    status, told = compared(capsys, "--as", "uv@0.13.8", "--against", "uv@0.13.8", "learn", "yanked")
    assert status == 0
    assert "0 of" in told


@pytest.mark.parametrize(
    ("what", "says"),
    [("", "needs a release"), ("uv@x.y", "no version"), ("uv 'lock", "quotation"), ("uv frobnicate", "frobnicate")],
)
def test_what_cannot_be_run_is_a_usage_error(what: str, says: str, capsys: Said) -> None:
    assert main(["--against", what, "learn", "yanked"]) == 2
    captured = capsys.readouterr()
    assert says in captured.err and captured.out == ""


def test_against_has_no_events_and_no_screen(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["--events", "--against", "uv@0.7.0", "learn", "yanked"]) == 2
    assert "--json or --plain" in capsys.readouterr().err
