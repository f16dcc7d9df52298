"""What a run without a screen finds: the same each time, and also where its settings are refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["corp-lib"]\n'
PIN = '[tool.uv.sources]\ncorp-lib = { index = "private" }\n'


def document(folder: Path, *words: str) -> dict[str, Any]:
    environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "XDG_CONFIG_DIRS": str(folder / "etc")}
    command = [sys.executable, "-m", "explorer", "--json", *words]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def found(lesson: dict[str, Any]) -> list[tuple[str, str, str, list[dict[str, str]]]]:
    """Rule, severity, claim and remedies of each finding, and that its evidence are requests of the document.

    The numbers of events are left out: requests are sent in parallel, so which answer comes first, and with it the
    number of an event, differs between runs. The ports of the lesson's servers differ too.
    """
    numbers = {row["number"] for row in lesson["requests"]}
    for finding in lesson["findings"]:
        assert finding["evidence"] and set(finding.get("requests", ())) <= numbers
    text = json.dumps([[f["rule"], f["severity"], f["message"], f["try"]] for f in lesson["findings"]])
    return [tuple(row) for row in json.loads(re.sub(r"(127\.0\.0\.1|localhost):\d+", "HOST", text))]  # type: ignore[misc]


@pytest.mark.parametrize("name", ["11926", "13216", "2205"])
def test_two_runs_find_the_same_and_try_the_same(tmp_path: Path, name: str) -> None:
    first, second = (found(document(tmp_path, "learn", name)) for _ in range(2))
    assert first and first == second


def test_a_refused_source_is_a_finding_with_the_place_that_declares_its_index(tmp_path: Path) -> None:
    """Nothing is asked: the remedy says so."""
    (tmp_path / "pyproject.toml").write_text(PROJECT + PIN)
    user = tmp_path / ".config" / "uv" / "uv.toml"
    user.parent.mkdir(parents=True)
    user.write_text('[[index]]\nname = "private"\nurl = "http://alice:hunter2@127.0.0.1:9/simple"\n')
    read = document(tmp_path, "uv", "lock")
    assert (read["outcome"], read["requests"]) == ("failed", [])
    (finding,) = read["findings"]
    assert finding["rule"] == "F36" and "uv.toml:1" in finding["message"]
    assert [remedy["message"] for remedy in finding["try"]] == ["not tried: needs at least 1 request"]
    assert [row["value"] for row in read["settings_ignored"]] == ["private=http://127.0.0.1:9/simple"]
    assert "hunter2" not in json.dumps(read)


def test_a_refusal_of_another_kind_has_no_finding(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT + "[tool.uv.sources]\ncorp-lib = { workspace = true }\n")
    read = document(tmp_path, "uv", "lock")
    assert (read["error"]["kind"], read["findings"]) == ("settings", [])
