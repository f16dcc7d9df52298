"""The program as a process: fast, quiet, without the screen's libraries, and in order when its output goes away."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "explorer"]
ROOT = Path(__file__).parents[2]


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([*PROGRAM, *words], capture_output=True, text=True, timeout=60, cwd=cwd, env=environ)


def loaded_modules(*words: str) -> set[str]:
    program = "import sys; from explorer.cli import main; main(sys.argv[1:]); sys.stderr.write(' '.join(sys.modules))"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, env=environ, timeout=60
    )
    return set(done.stderr.split())


def test_the_faces_without_a_screen_load_no_textual() -> None:
    loaded = loaded_modules("--json", "learn", "issue-2205")
    assert "explorer.engine" in loaded
    assert not {name for name in loaded if name.partition(".")[0] == "textual"}


def test_help_loads_next_to_nothing() -> None:
    assert not {
        name for name in loaded_modules("--help") if name.partition(".")[0] in ("textual", "httpx", "packaging")
    }


def test_a_lesson_as_a_document() -> None:
    done = run("--json", "learn", "issue-13216")
    document = json.loads(done.stdout)
    assert (done.returncode, document["outcome"], document["profile"]) == (1, "unsatisfiable", "uv@0.7.0")
    assert [row["status"] for row in document["requests"]] == [404, 404, 401]


def test_another_profile_turns_the_lesson() -> None:
    done = run("--json", "--as", "uv@0.6.17", "learn", "issue-13216")
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (0, "resolved")


def test_without_a_terminal_the_run_is_told_in_lines() -> None:
    done = run("learn", "issue-2205")
    assert done.returncode == 1
    assert "asks  200 GET" in done.stdout and done.stderr == ""


def test_events_are_written_one_a_line() -> None:
    done = run("--events", "learn", "issue-2205")
    kinds = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    assert kinds[0] == "RunStarted" and kinds[-1] == "RunEnded"


def test_a_closed_pipe_ends_the_program_without_a_traceback() -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*PROGRAM, "--events", "learn", "issue-2205"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="signals and pseudo-terminals of Unix")
def test_an_interrupt_cancels_the_run_and_the_document_says_so(tmp_path: Path) -> None:
    """The index never answers; the run is cancelled once its first request is on the way."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        (tmp_path / "r.in").write_text("flask\n")
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        words = [
            "--json",
            "--as",
            "uv",
            "uv",
            "pip",
            "compile",
            "--index-url",
            f"http://127.0.0.1:{port}/simple",
            "r.in",
        ]
        process = subprocess.Popen(
            [*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ, cwd=tmp_path
        )
        silent.settimeout(30)
        connection, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        connection.close()
    document = json.loads(out)
    assert (process.returncode, document["error"]["kind"]) == (130, "cancelled")
    assert b"Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals and pseudo-terminals of Unix")
def test_progress_goes_to_a_terminal_and_the_document_to_standard_output() -> None:
    controller, terminal = pty.openpty()
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*PROGRAM, "--json", "learn", "issue-2205"], stdout=subprocess.PIPE, stderr=terminal, env=environ, timeout=60
    )
    os.close(terminal)
    assert json.loads(done.stdout)["schema"] == 1
    assert b"requests" in os.read(controller, 65536)
    os.close(controller)


def test_nothing_is_written_into_the_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.11"\n')
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert run("--json", "--as", "uv", "uv", "lock", cwd=tmp_path).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
