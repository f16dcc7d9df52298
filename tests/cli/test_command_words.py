"""Own options stand before the command; what is wrong is said in one sentence with exit status 2."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from explorer.cli import main, tools
from explorer.cli.arguments import CommandLine, CommandLineError, parse
from explorer.cli.resolving import face_of
from explorer.cli.tools import profile_for, tool_of, version_on_path
from explorer.profiles import NEWEST_KNOWN


def complaint(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_options_end_at_the_command_whose_own_options_stay() -> None:
    line = parse(["--json", "--as", "uv@0.7.0", "--directory=sub", "uv", "lock", "--json", "--as", "x"])
    assert line == CommandLine(
        face="json", profile="uv@0.7.0", directory="sub", words=("uv", "lock", "--json", "--as", "x")
    )


def test_two_dashes_end_the_options() -> None:
    assert parse(["--plain", "--", "uv", "lock"]) == CommandLine(face="plain", words=("uv", "lock"))


@pytest.mark.parametrize("face", ["requirements", "pylock"])
def test_an_export_is_a_form_of_output(face: str) -> None:
    assert parse(["--export", face, "uv", "lock"]) == CommandLine(face=face, words=("uv", "lock"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--colour", "uv", "lock"], "--colour is no option of resolve-tui"),
        (["--json", "--plain"], "--plain cannot be used with --json"),
        (["--as"], "--as needs a value"),
        (["--export", "toml"], "--export toml: the formats are requirements and pylock"),
        (["--json", "--export", "pylock"], "--export pylock cannot be used with another form of output"),
        (["--export=pylock", "--json"], "--json cannot be used with --export pylock"),
        (["--as", "poetry", "uv", "lock"], "expected uv, pip, uv@VERSION or pip@VERSION"),
        (["--as", "uv@one", "uv", "lock"], "'one' is no version"),
        (["--as", "pip@26.3", "uv", "lock"], "--as pip@26.3 does not fit the command"),
        (["--as", "pip"], "pip has no command for a project"),
        (["--directory", "/nowhere/at/all", "uv", "lock"], "--directory /nowhere/at/all: No such file or directory"),
        (["learn", "issue-9"], "there is no lesson 'issue-9'"),
        (["learn", "a", "b"], "learn takes one lesson"),
        (["open", "file"], "is not there yet"),
        (["attach", "--", "uv", "sync"], "is not there yet"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in complaint(capsys, *words)


def test_a_complaint_spells_control_characters_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b" not in complaint(capsys, "learn", "\x1b[2J\u202e")


@pytest.mark.parametrize(
    ("words", "profile", "tool"),
    [
        ((), None, "uv"),
        (("flask>=3",), None, "uv"),
        (("flask",), "pip@26.3", "pip"),
        (("pip", "download", "x"), None, "pip"),
        (("uv", "add", "x"), "uv@0.7.0", "uv"),
    ],
)
def test_the_tool_is_that_of_the_command_and_for_bare_requirements_that_of_the_profile(
    words: tuple[str, ...], profile: str | None, tool: str
) -> None:
    assert tool_of(words, profile) == tool


def fake_tool(folder: Path, name: str, says: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_the_profile_is_the_version_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tool(tmp_path, "uv", "echo 'uv 0.7.13 (62ed17b23 2025-06-12)'")
    fake_tool(tmp_path, "pip", "echo 'pip 25.1.1 from /somewhere (python 3.12)'")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert profile_for("uv", None).name == "uv@0.7.13"
    assert profile_for("uv", "uv").name == "uv@0.7.13"
    assert profile_for("pip", None).name == "pip@25.1.1"
    assert profile_for("uv", "uv@0.6.0").name == "uv@0.6.0"


@pytest.mark.parametrize("says", ["exit 3", "echo something else", "exec sleep 60"])
def test_without_a_usable_tool_the_newest_known_rules_hold(
    says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "VERSION_TIMEOUT", 0.2)
    fake_tool(tmp_path, "uv", says)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert version_on_path("uv") is None
    assert profile_for("uv", None).name == f"uv@{NEWEST_KNOWN['uv']}"


def test_help_and_version_need_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "exit status: 0 resolved" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("resolve-tui ")


def test_learn_without_a_terminal_lists_the_lessons(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn"]) == 0
    assert "issue-13216" in capsys.readouterr().out


def test_an_argument_the_tool_does_not_know_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "--no-such-option" in complaint(capsys, "--plain", "--as", "uv", "uv", "lock", "--no-such-option")


def test_with_json_even_a_usage_error_is_a_document(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--json", "--as", "uv", "uv", "lock", "--no-such-option"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["outcome"] == "failed" and document["error"]["kind"] == "usage"


@pytest.mark.parametrize("record", ["missing/folder/file", "."])
def test_a_recording_that_cannot_be_written_is_said(record: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"--record {record}" in complaint(capsys, "--json", "--record", record, "learn", "2205")


def test_options_stand_before_serve(capsys: pytest.CaptureFixture[str]) -> None:
    assert "serve has no option --port" in complaint(capsys, "serve", "--port", "8799", "learn")


def test_serve_without_its_extra_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    assert "resolve-tui[serve]" in complaint(capsys, "serve", "uv", "lock")


def test_a_screen_that_is_drawn_in_a_browser_needs_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert face_of(CommandLine()) == "plain"
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert face_of(CommandLine()) == "screen"


def test_a_failed_parse_is_an_error_of_its_own() -> None:
    with pytest.raises(CommandLineError):
        parse(["--nope"])
