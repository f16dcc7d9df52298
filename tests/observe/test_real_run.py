"""The real tool in a scratch copy: what it asked, what it answered, and that nothing else was touched."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from played_uv import play_uv

from explorer.events import (
    Event,
    Failed,
    RequestEnded,
    RequestStarted,
    Resolved,
    RunEnded,
    RunStarted,
    Unsatisfiable,
    Warned,
)
from explorer.observe.real_run import RealRun, observe
from explorer.profiles import parse_profile
from explorer.settings.read import read_settings
from explorer.settings.settings import Context, Settings
from explorer.worlds.server import WorldServer
from explorer.worlds.table import Table
from explorer.worlds.world import read_world

WORLD = """
[[server]]
id = "s"
[[server.index]]
id = "corp"
auth = { user = "ann", password = "hunter2" }
[server.index.packages.a.versions."1.0"]
"""
PYPROJECT = """
[project]
name = "project"
version = "1.0"
dependencies = ["a"]
requires-python = ">=3.11"
[[tool.uv.index]]
name = "corp"
url = "{corp|ann:hunter2}"
default = true
"""
LOCK = """
version = 1
[[package]]
name = "project"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "a" }]
[[package]]
name = "a"
version = "1.0"
source = { registry = "REGISTRY" }
"""
PROFILE = parse_profile("uv@0.13.8")


@dataclass(slots=True)
class Project:
    """A project with an index, and the program that plays uv."""

    server: WorldServer
    home: Path
    events: list[Event] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.home / "project"

    @property
    def context(self) -> Context:
        path = os.pathsep.join((str(self.home / "bin"), os.environ["PATH"]))
        environ = {"PATH": path, "HOME": str(self.home), "UV_PYTHON": sys.executable}
        return Context(environ, self.folder, self.home)

    def settings(self, *words: str) -> Settings:
        return read_settings(words, self.context, PROFILE)

    def observe(self, *words: str) -> str:
        self.events = []
        tools = self.home / "tools"
        return observe(self.settings(*words), PROFILE, words, self.context, self.events.append, tools=tools)

    def of(self, kind: type) -> list[object]:
        return [event.body for event in self.events if isinstance(event.body, kind)]

    @property
    def ran(self) -> dict[str, object]:
        return dict(json.loads((self.home / "bin" / "ran.json").read_text()))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with WorldServer(read_world(Table(tomllib.loads(WORLD), "test"), "test")) as server:
        made = Project(server, tmp_path)
        made.folder.mkdir()
        (made.folder / "pyproject.toml").write_text(server.fill(PYPROJECT))
        yield made


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def page_of_a(server: WorldServer) -> str:
    return server.fill("{corp|ann:hunter2}/a/")


def test_each_exchange_is_told_with_its_user_its_answer_and_what_it_is_for(project: Project) -> None:
    anonymous = project.server.fill("{corp}/a/")
    lock = LOCK.replace("REGISTRY", project.server.fill("{corp}"))
    play_uv(project.home / "bin", asks=(anonymous, page_of_a(project.server)), lock=lock)
    assert project.observe("uv", "lock") == "resolved"
    started = [body for body in project.of(RequestStarted) if isinstance(body, RequestStarted)]
    statuses = {body.request: body.status for body in project.of(RequestEnded) if isinstance(body, RequestEnded)}
    told = [(b.method, str(b.url), b.user, statuses[b.request], b.purpose, b.index, b.package) for b in started]
    assert told == [
        ("GET", anonymous, None, 401, "page", "corp", "a"),
        ("GET", anonymous, "ann", 200, "page", "corp", "a"),
    ]
    assert started[1].logical == started[0].request
    assert {event.basis for event in project.events} == {"observed"}
    assert isinstance(project.events[0].body, RunStarted) and isinstance(project.events[-1].body, RunEnded)


def test_the_answer_is_that_of_the_lock_without_the_project_itself(project: Project) -> None:
    play_uv(project.home / "bin", lock=LOCK.replace("REGISTRY", project.server.fill("{corp}")))
    project.observe("uv", "lock")
    answer = project.of(Resolved)[0]
    assert isinstance(answer, Resolved)
    assert [(p.name, p.version, p.index_id, p.required_by) for p in answer.packages] == [("a", "1.0", "corp", ("you",))]


def test_nothing_of_the_project_changes(project: Project) -> None:
    play_uv(project.home / "bin", lock=LOCK)
    before = contents(project.folder)
    project.observe("uv", "lock")
    assert contents(project.folder) == before
    assert not str(project.ran["cwd"]).startswith(str(project.home))


def test_a_sync_is_observed_as_a_lock_which_installs_nothing(project: Project) -> None:
    play_uv(project.home / "bin", lock=LOCK)
    project.observe("uv", "sync", "--index-strategy", "unsafe-best-match", "--no-install-project")
    assert project.ran["words"] == ["lock", "--index-strategy=unsafe-best-match"]


def test_the_cache_is_a_cold_one_of_its_own_and_home_stays_the_users(project: Project) -> None:
    play_uv(project.home / "bin", lock=LOCK)
    project.observe("uv", "lock")
    environ = project.ran["environ"]
    assert isinstance(environ, dict)
    assert environ["HOME"] == str(project.home)
    assert not environ["UV_CACHE_DIR"].startswith(str(project.home))


def test_no_password_is_told(project: Project) -> None:
    says = "DEBUG Caching credentials for http://ann:hunter2@h.test/\nerror: http://ann:hunter2@h.test/a failed\n"
    play_uv(project.home / "bin", asks=(page_of_a(project.server),), says=says, status=2)
    assert project.observe("uv", "lock") == "failed"
    assert "ann:****@h.test" in str(project.of(Failed)[0])
    assert "hunter2" not in repr(project.events)


def test_no_solution_is_told_in_plain_sentences(project: Project) -> None:
    says = (
        "  × No solution found when resolving dependencies:\n"
        "  ╰─▶ Because a was not found in the package registry and\n"
        "      you require a, we can conclude that your requirements are unsatisfiable.\n"
    )
    play_uv(project.home / "bin", says=says, status=1)
    assert project.observe("uv", "lock") == "unsatisfiable"
    answer = project.of(Unsatisfiable)[0]
    assert isinstance(answer, Unsatisfiable)
    assert answer.headline == "No solution found when resolving dependencies"
    assert " ".join(answer.report).startswith("Because a was not found in the package registry and you require a,")


def test_hostile_output_is_cleaned_and_bounded(project: Project) -> None:
    says = "error: \x1b[31mred\x1b]0;title\x07 \x00 \u202e" + "x" * 1_000_000 + "\n" + "\udcff\n"
    play_uv(project.home / "bin", says=says, status=2)
    assert project.observe("uv", "lock") == "failed"
    failed = project.of(Failed)[0]
    assert isinstance(failed, Failed)
    assert "\x1b" not in failed.message and "\x00" not in failed.message and len(failed.message) < 3000


def test_a_server_that_answers_nothing_is_a_failed_exchange(project: Project) -> None:
    play_uv(project.home / "bin", asks=("http://127.0.0.1:9/simple/a/",), says="error: no connection\n", status=2)
    project.observe("uv", "lock")
    ended = project.of(RequestEnded)[0]
    assert isinstance(ended, RequestEnded)
    assert (ended.status, getattr(ended.failure, "kind", None)) == (None, "refused")


def test_another_release_on_path_is_not_run_in_its_place(project: Project) -> None:
    play_uv(project.home / "bin", version="0.7.0")
    assert project.observe("uv", "lock") == "failed"
    failed = project.of(Failed)[0]
    assert isinstance(failed, Failed)
    assert "The uv on PATH is 0.7.0, not 0.13.8" in failed.message
    assert not (project.home / "bin" / "ran.json").exists()


def test_a_tool_that_never_ends_is_cancelled(project: Project) -> None:
    play_uv(project.home / "bin", asks=(page_of_a(project.server),), waits=True)
    run = RealRun(project.settings("uv", "lock"), PROFILE, ("uv", "lock"), project.context)
    run.start()
    events: list[Event] = []
    waiting = threading.Event()
    while not any(isinstance(event.body, RequestEnded) for event in events):
        events += run.drain()
        waiting.wait(0.01)
    run.cancel()
    run.join(20)
    events += run.drain()
    assert run.outcome == "cancelled" and run.finished
    assert isinstance(events[-1].body, RunEnded) and events[-1].body.outcome == "cancelled"


def test_an_output_file_is_written_into_the_copy_only(project: Project) -> None:
    (project.folder / "requirements.in").write_text("a\n")
    play_uv(project.home / "bin")
    elsewhere = project.home / "elsewhere.txt"
    project.observe("uv", "pip", "compile", "requirements.in", "-o", str(elsewhere))
    words = project.ran["words"]
    assert isinstance(words, list)
    written = next(word for word in words if word.endswith("elsewhere.txt"))
    assert str(elsewhere) != written and "resolve-tui-" in written
    assert not elsewhere.exists()


def test_a_folder_named_by_its_absolute_path_is_refused_for_it_would_be_built_in_place(project: Project) -> None:
    other = project.home / "other"
    other.mkdir()
    (other / "pyproject.toml").write_text("[project]\nname = 'other'\nversion = '1'\n")
    with (project.folder / "pyproject.toml").open("a") as file:
        file.write(f'[tool.uv.sources]\na = {{ path = "{other}" }}\n')
    play_uv(project.home / "bin")
    assert project.observe("uv", "lock") == "failed"
    assert "by its absolute path" in str(project.of(Failed)[0])


def test_an_environment_of_the_project_is_not_touched(project: Project) -> None:
    environment = project.folder / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\n")
    play_uv(project.home / "bin", lock=LOCK)
    before = contents(project.folder)
    project.observe("uv", "pip", "install", "a", "--python", str(environment / "bin" / "python"))
    assert contents(project.folder) == before
    assert str(project.folder) not in str(project.ran["words"]).replace(str(project.ran["cwd"]), "")


def test_a_tool_that_takes_too_long_is_ended(project: Project) -> None:
    play_uv(project.home / "bin", waits=True)
    words = ("uv", "lock")
    outcome = observe(project.settings(*words), PROFILE, words, project.context, project.events.append, limit=1.0)
    assert outcome == "failed"
    assert "did not end within 1 seconds" in str(project.of(Failed)[0])


def test_a_paused_run_tells_nothing_more_and_goes_on_step_by_step(project: Project) -> None:
    play_uv(project.home / "bin", asks=(page_of_a(project.server),), lock=LOCK)
    run = RealRun(project.settings("uv", "lock"), PROFILE, ("uv", "lock"), project.context)
    run.pause()
    run.start()
    run.join(30)
    assert run.drain() == [] and run.is_paused and not run.finished
    run.resume(lambda body: isinstance(body, RequestStarted))
    assert [type(event.body) for event in run.drain()] == [RunStarted, RequestStarted]
    assert run.is_paused
    run.resume()
    assert isinstance(run.drain()[-1].body, RunEnded) and run.finished


def test_a_proxy_of_the_users_own_is_left_alone_and_said(project: Project) -> None:
    play_uv(project.home / "bin", lock=LOCK)
    environ = {**project.context.environ, "HTTP_PROXY": "http://ann:hunter2@127.0.0.1:9"}
    context = Context(environ, project.folder, project.home)
    settings = read_settings(("uv", "lock"), context, PROFILE)
    observe(settings, PROFILE, ("uv", "lock"), context, project.events.append)
    assert any("proxy that is configured" in str(body) for body in project.of(Warned))
    assert "hunter2" not in repr(project.events)


def test_an_interrupt_ends_the_tool_too(project: Project) -> None:
    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    play_uv(project.home / "bin", waits=True)
    settings, context = project.settings("uv", "lock"), project.context
    before = set(processes())
    with pytest.raises(KeyboardInterrupt):
        observe(settings, PROFILE, ("uv", "lock"), context, project.events.append, cancelled=Interrupted())
    assert [name for name in processes() if name not in before and str(project.home) in name] == []


def processes() -> list[str]:
    """The command lines of the programs that run; empty where the system does not list them in /proc."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return lines
