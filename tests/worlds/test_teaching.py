"""`learn --check`, `learn --serve` and a lesson of one's own, from the command line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from test_lesson_files import BROKEN, GOOD

from explorer.cli import main

FALSE = {
    "another outcome": (
        'outcome = "resolved"',
        'outcome = "unsatisfiable"',
        r":15: expected: .* ended resolved, not uns",
    ),
    "another version": ('demo = "1.0"', 'demo = "9.9"', r":15: expected: .* chooses demo 1.0, not 9.9"),
    "a request that is not made": (
        'outcome = "resolved"',
        'outcome = "resolved"\nasked = ["GET /main/simple/demo/ 403"]',
        r":15: expected: .* does not ask 'GET /main/simple/demo/ 403', but 'GET /main/simple/demo/ 200'",
    ),
    "a change that changes nothing": ('"demo>1"', '"demo"', r":19: flip\[1\]: .* ended resolved, not unsatisfiable"),
}


@pytest.fixture(autouse=True)
def _no_real_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def lesson_file(folder: Path, text: str) -> str:
    path = folder / "lesson.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_good_lesson_is_told_to_be_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "--check", lesson_file(tmp_path, GOOD)]) == 0
    told = capsys.readouterr()
    assert "2 stated outcomes compared with the explorer's, 0 with the real tool's" in told.out
    assert "not compared with the real uv@0.13.8" in told.out
    assert told.err == ""


@pytest.mark.parametrize(("old", "new", "complaint"), [*BROKEN.values(), *FALSE.values()], ids=[*BROKEN, *FALSE])
def test_a_broken_lesson_is_one_sentence_and_status_two(
    old: str, new: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lesson_file(tmp_path, GOOD.replace(old, new, 1))
    assert main(["learn", "--check", path]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"resolve-tui: {path}") and told.count("\n") == 1
    assert re.search(complaint, told), told


def test_a_lesson_of_ones_own_is_explored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "learn", lesson_file(tmp_path, GOOD)]) == 0
    assert '"outcome": "resolved"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--check"], "learn --check needs a lesson's file"),
        (["--serve"], "learn --serve needs a lesson's file"),
        (["--chekc", "x.toml"], "learn knows --check and --serve, not --chekc"),
        (["--serve", "nowhere.toml"], "nowhere.toml: No such file"),
        (["--check", "--serve", "x.toml"], "learn takes one lesson"),
    ],
)
def test_wrong_words_are_told(words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", *words]) == 2
    assert complaint in capsys.readouterr().err


def test_serve_prints_addresses_that_answer_until_it_is_interrupted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "explorer", "learn", "--serve", lesson_file(tmp_path, GOOD)]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        name, url = process.stdout.readline().split()
        assert name == "main" and url.startswith("http://127.0.0.1:")
        assert "until ctrl+c" in process.stdout.readline()
        with urllib.request.urlopen(f"{url}demo/", timeout=10) as answer:
            assert b"demo-1.0-py3-none-any.whl" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{url}demo/", timeout=10)


def test_the_example_of_the_readme_is_a_good_lesson(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    example = readme.partition("```toml\n")[2].partition("```")[0]
    assert main(["learn", "--check", lesson_file(tmp_path, example)]) == 0, capsys.readouterr().err


def test_the_readme_names_every_key_of_a_world() -> None:
    root = Path(__file__).parents[2]
    readme = (root / "README.md").read_text(encoding="utf-8").partition("## Learn and teach")[2]
    read = (root / "explorer" / "worlds" / "world.py").read_text(encoding="utf-8")
    keys = set(re.findall(r'table\.(?:take|text|texts|mapping|raw|table|tables|need)\("([a-z-]+)"', read))
    assert {key for key in keys if key not in readme} == set()
