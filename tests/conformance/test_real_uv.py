"""The real uv in the same worlds and lessons, at this moment: our server gives it what was recorded, and we agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import conformance_runner as runner
import pytest
from conformance_runner import cases, explore, perform, request_differences
from packaging.requirements import Requirement
from real_client import real_uv, run_real

from explorer.events import Resolved
from explorer.profiles import parse_profile
from explorer.record.export import requirements_text
from explorer.settings.settings import Context
from explorer.worlds.lesson import Lesson, load_lessons, open_lesson

pytestmark = pytest.mark.network

LIVE = [case for case in cases() if case.client == "uv 0.13.8" and case.expected.get("exit") == 0]
"""Runs that succeed: one that fails may ask a little more or less, as its parallel requests happen to end."""


@pytest.mark.parametrize("case", LIVE[::4], ids=str)
def test_our_server_gives_the_real_uv_what_was_recorded(case, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    program = real_uv("0.13.8")

    def real(words: tuple[str, ...], context: Context, profile: object) -> tuple[tuple[()], dict[str, list[object]]]:
        run_real([program, *words[1:]], context.directory, context.environ)
        return (), {"requests": []}

    monkeypatch.setattr(runner, "explore", real)
    assert request_differences(case, perform(case).exchanges) == ([], [])


def changed_lessons() -> list[Lesson]:
    lessons = load_lessons()
    changed = [lesson.flipped(flip) for lesson in lessons for flip in lesson.flips]
    return [lesson for lesson in (*lessons, *changed) if lesson.profile.startswith("uv@")]


@pytest.mark.parametrize("lesson", changed_lessons(), ids=lambda lesson: f"{lesson.id}-{lesson.profile}")
def test_a_lesson_tells_what_the_real_uv_does(lesson: Lesson) -> None:
    with open_lesson(lesson) as opened:
        program = real_uv(str(opened.profile.version))
        environ = {**opened.context.environ, "UV_CACHE_DIR": str(opened.context.home / "cache"), "NO_COLOR": "1"}
        ran = run_real([program, *opened.words[1:]], opened.context.directory, environ)
        made = [f"{e.method} {e.path} {e.status}{f' as {e.user}' if e.user else ''}" for e in opened.server.log]
    assert (ran.status == 0) == (lesson.expected.outcome == "resolved"), ran.err
    assert ("No solution found" in ran.err) == (lesson.expected.outcome == "unsatisfiable")
    if opened.words[:2] != ("uv", "lock"):
        assert lesson.expected.packages.items() <= ran.pins().items()
    assert set(lesson.expected.asked) <= set(made)
    assert not {row.split()[1] for row in made} & set(lesson.expected.not_asked)


@pytest.mark.parametrize("requirements", ["flask\n"], ids=["flask"])
def test_pypi_gives_the_same_versions_as_the_real_uv(requirements: str, tmp_path: Path) -> None:
    (tmp_path / "r.in").write_text(requirements)
    environ = {**os.environ, "UV_PYTHON": sys.executable, "UV_CACHE_DIR": str(tmp_path / "cache")}
    words = ("uv", "pip", "compile", "r.in")
    ran = run_real([real_uv("0.13.8"), *words[1:]], tmp_path, environ)
    if ran.status:
        pytest.skip(f"PyPI cannot be asked: {ran.err.strip()[-200:]}")
    context = Context(environ=environ, directory=tmp_path, home=Path.home())
    _, answer = explore(words, context, parse_profile("uv@0.13.8"))
    assert answer["outcome"] == "resolved", answer["error"]
    assert {package["name"]: package["version"] for package in answer["packages"]} == ran.pins()


def test_pypi_gives_the_same_versions_as_the_real_pip(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    words = ("pip", "install", "--dry-run", "--ignore-installed", "--report", str(report), "flask")
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f"PyPI cannot be asked: {done.stderr.strip()[-200:]}")
    chosen = {
        row["metadata"]["name"].lower(): row["metadata"]["version"] for row in json.loads(report.read_text())["install"]
    }
    context = Context(environ=os.environ, directory=tmp_path, home=Path.home())
    _, answer = explore(words, context, parse_profile(f"pip@{version('pip')}"))
    assert answer["outcome"] == "resolved", answer["error"]
    assert {package["name"]: package["version"] for package in answer["packages"]} == chosen


def exported(text: str) -> set[tuple[str, str, str]]:
    """(name, version, marker) of the pins of an export; markers in one spelling."""
    pins = [Requirement(line) for line in text.splitlines() if line and not line.lstrip().startswith(("#", "-"))]
    return {(pin.name, str(pin.specifier), str(pin.marker or "")) for pin in pins}


def test_a_universal_lock_of_a_project_is_that_of_the_real_uv(tmp_path: Path) -> None:
    """Old and new Pythons need several versions of numpy, so the lock forks: packages, versions and markers agree."""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["numpy"]\n'
    )
    environ = {**os.environ, "UV_PYTHON": sys.executable, "UV_CACHE_DIR": str(tmp_path / "cache")}
    context = Context(environ=environ, directory=tmp_path, home=Path.home())
    told, answer = explore(("uv", "lock"), context, parse_profile("uv@0.13.8"))
    program = real_uv("0.13.8")
    locked = run_real([program, "lock"], tmp_path, environ)
    if locked.status:
        pytest.skip(f"PyPI cannot be asked: {locked.err.strip()[-200:]}")
    words = ["export", "--frozen", "--no-hashes", "--no-annotate", "--no-header", "--no-emit-project"]
    real = exported(run_real([program, *words], tmp_path, environ).out)
    assert answer["outcome"] == "resolved", answer["error"]
    (resolved,) = [event.body for event in told if isinstance(event.body, Resolved)]
    ours = exported(requirements_text(resolved))
    assert len(ours) > 1
    assert ours == real
