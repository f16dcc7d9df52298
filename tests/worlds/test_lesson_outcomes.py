"""What a lesson states of itself, of its changes and of other releases is what our engine and the real tools do."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.engine import resolve
from explorer.events import Event
from explorer.run.stream import EventStream
from explorer.settings.read import read_settings
from explorer.view.filters import parse_filter
from explorer.view.model import Recorded
from explorer.worlds.lesson import Lesson, find_lesson, load_lessons, open_lesson
from explorer.worlds.proof import (
    Happened,
    check_by_engine,
    check_by_real_client,
    differences,
    run_lesson,
    run_really,
)

KEPT_IN = Path(os.environ.get("RESOLVE_TUI_TEST_CACHE") or Path(tempfile.gettempdir()) / "resolve-tui-tests")


def statements() -> Iterator[tuple[str, Lesson]]:
    for lesson in load_lessons():
        for key, variant in lesson.variants():
            yield f"{lesson.id}-{'-'.join(map(str, key))}-{variant.profile}", variant


STATEMENTS = pytest.mark.parametrize("lesson", [pytest.param(variant, id=id_) for id_, variant in statements()])


@STATEMENTS
def test_our_engine_does_what_is_stated(lesson: Lesson) -> None:
    assert check_by_engine(lesson) == []


@pytest.mark.network
@STATEMENTS
def test_the_real_tool_does_what_is_stated(lesson: Lesson) -> None:
    assert check_by_real_client(lesson, real_client(lesson.profile)) == []


def test_the_lesson_of_the_split_holds_both_versions() -> None:
    lesson = find_lesson("python-split")
    assert lesson is not None
    with open_lesson(lesson) as opened:
        assert run_lesson(opened).packages == {"demo-math": {"1.0", "2.0"}}


@pytest.mark.network
def test_the_real_lock_of_the_split_holds_both_versions() -> None:
    lesson = find_lesson("python-split")
    assert lesson is not None
    with open_lesson(lesson) as opened:
        packages = run_really(opened, real_client(lesson.profile)).packages
    assert packages is not None and packages["demo-math"] == {"1.0", "2.0"}


@pytest.mark.parametrize("lesson", load_lessons(), ids=lambda lesson: lesson.id)
def test_the_evidence_of_a_lesson_is_among_its_requests(lesson: Lesson) -> None:
    keeps = parse_filter(lesson.evidence).keeps
    told: list[Event] = []
    with open_lesson(lesson) as opened:
        settings = read_settings(opened.words, opened.context, opened.profile)
        resolve(settings, opened.profile, EventStream(told.append))
    recorded = Recorded()
    recorded.extend(told)
    assert any(keeps(exchange) for exchange in recorded.view.queries.by_number.values())


def real_client(profile: str) -> list[str]:
    """The words that start a release of uv or pip, fetched from PyPI once; skips the test where it cannot be."""
    tool, _, version = profile.partition("@")
    program = KEPT_IN / f"{tool}-{version}" if tool == "uv" else KEPT_IN / f"pip-{version}-py3-none-any.whl"
    if not program.exists():
        with tempfile.TemporaryDirectory() as folder:
            words = ["download", "-q", "--no-deps", "-d", folder, f"{tool}=={version}"]
            fetched = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, text=True, timeout=300)
            if fetched.returncode:
                pytest.skip(f"{profile} cannot be fetched from PyPI: {fetched.stderr.strip()[-200:]}")
            KEPT_IN.mkdir(parents=True, exist_ok=True)
            wheel = next(Path(folder).glob("*.whl"))
            if tool == "pip":
                program.write_bytes(wheel.read_bytes())
            else:
                with zipfile.ZipFile(wheel) as archive:
                    names = archive.namelist()
                    member = next(name for name in names if name.endswith(("/scripts/uv", "/scripts/uv.exe")))
                    program.write_bytes(archive.read(member))
                program.chmod(0o755)
    return [str(program)] if tool == "uv" else [sys.executable, str(program / "pip")]


def happened(**changes: object) -> Happened:
    values = {"outcome": "unsatisfiable", "message": "no\nmore", "packages": {}, "asked": ()}
    return Happened(**{**values, **changes})  # type: ignore[arg-type]


def test_another_outcome_is_told_with_its_reason() -> None:
    lesson = find_lesson("yanked")
    assert lesson is not None
    assert list(differences(lesson.expected, happened())) == ["ended unsatisfiable (no), not resolved"]


def test_another_version_and_a_missing_package_are_told() -> None:
    lesson = find_lesson("yanked")
    assert lesson is not None
    chosen = happened(outcome="resolved", packages={"demo-net": frozenset({"1.1"})})
    assert list(differences(lesson.expected, chosen)) == ["chooses demo-net 1.1, not 1.0"]
    assert list(differences(lesson.expected, happened(outcome="resolved"))) == [
        "does not choose demo-net, but 1.0 is stated"
    ]


def test_a_missing_request_is_told_with_what_was_asked_instead() -> None:
    lesson = find_lesson("refused-login")
    assert lesson is not None
    asked = ("GET /private/simple/demo-log/ 401", "GET /public/simple/demo-log/ 200")
    assert list(differences(lesson.expected, happened(asked=asked))) == [
        "does not ask 'GET /private/simple/demo-log/ 403 as alice', but 'GET /private/simple/demo-log/ 401'",
        "asks /public/simple/demo-log/, which is stated as not asked",
    ]
