"""Which program is run as the real tool of a release."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from played_uv import play_uv

from explorer.observe.clients import Client, NoClient, find_client
from explorer.profiles import parse_profile

PROFILE = parse_profile("uv@0.7.0")


def found(tmp_path: Path, **options: object) -> Client | NoClient:
    environ = {"PATH": str(tmp_path / "path"), "HOME": str(tmp_path)}
    return find_client(PROFILE, environ, sys.executable, tools=tmp_path / "tools", **options)  # type: ignore[arg-type]


def test_the_program_on_path_is_taken_where_it_is_that_release(tmp_path: Path) -> None:
    play_uv(tmp_path / "path", version="0.7.0")
    assert found(tmp_path) == Client((str(tmp_path / "path" / "uv"),), "PATH")


def test_a_fetched_one_is_taken_where_path_has_another(tmp_path: Path) -> None:
    play_uv(tmp_path / "path", version="0.13.8")
    play_uv(tmp_path / "tools" / "uv-0.7.0" / "bin", version="0.7.0")
    assert found(tmp_path) == Client((str(tmp_path / "tools" / "uv-0.7.0" / "bin" / "uv"),), "fetched")


def test_a_fetched_pip_runs_in_the_python_of_the_command(tmp_path: Path) -> None:
    package = tmp_path / "tools" / "pip-25.0" / "pip"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text("print('pip 25.0 from somewhere')")
    environ = {"PATH": ""} if os.name == "nt" else {"PATH": "/nowhere"}
    client = find_client(parse_profile("pip@25.0"), environ, sys.executable, tools=tmp_path / "tools")
    assert client == Client((sys.executable, str(package)), "fetched")


def test_without_one_the_reason_says_what_would_help(tmp_path: Path) -> None:
    play_uv(tmp_path / "path", version="0.13.8")
    none = found(tmp_path)
    assert isinstance(none, NoClient)
    assert "0.13.8, not 0.7.0" in none.reason and "fetched into our cache" in none.reason


def test_fetching_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    none = found(tmp_path, fetch=True, cancelled=cancelled)
    assert isinstance(none, NoClient) and "cancelled" in none.reason
    assert list((tmp_path / "tools").iterdir()) == []


def test_a_program_that_is_no_uv_is_none(tmp_path: Path) -> None:
    program = tmp_path / "path" / "uv"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    assert isinstance(found(tmp_path), NoClient)
