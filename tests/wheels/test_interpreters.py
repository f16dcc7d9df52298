"""Which Python uv or pip would run, and what it says about itself."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from explorer.wheels import interpreter, interpreter_facts
from explorer.wheels.interpreter import InterpreterNotFound, describe_interpreter, running_interpreter
from explorer.wheels.platforms import Platform

pytestmark = pytest.mark.skipif(os.name != "posix", reason="stands in shell scripts for interpreters")


class Machine:
    """A folder of scripts that answer as interpreters would."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.environ = {"PATH": str(folder / "bin"), "HOME": str(folder)}

    def python(self, place: str, version: str, **facts: object) -> Path:
        """A Python `version` at `place`; `facts` replace what it says."""
        markers = {
            **interpreter_facts.facts()["markers"],
            "python_full_version": version,
            "python_version": ".".join(version.split(".")[:2]),
            "implementation_version": version,
            "implementation_name": facts.pop("implementation", "cpython"),
        }
        path = self.home / place
        answer = {**interpreter_facts.facts(), "executable": str(path), "markers": markers, **facts}
        return self.script(place, f"cat <<'END'\n{json.dumps(answer)}\nEND")

    def script(self, place: str, text: str) -> Path:
        path = self.home / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def found(self, request: str | None = None, requires: str | None = None, **environ: str) -> str:
        """Where the chosen interpreter lies, relative to this machine."""
        wanted = SpecifierSet(requires) if requires else None
        chosen = describe_interpreter(request, {**self.environ, **environ}, self.home, wanted)
        return chosen.executable.removeprefix(f"{self.home}/")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_running_interpreter_is_described_without_a_subprocess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter.subprocess, "Popen", None)
    chosen = describe_interpreter(sys.executable, {}, Path("/"))
    assert chosen == running_interpreter()
    assert chosen.markers["python_full_version"] == ".".join(map(str, sys.version_info[:3]))


def test_another_interpreter_is_asked_once(machine: Machine) -> None:
    machine.script("bin/counting", f'echo x >> "{machine.home}/count"; exec "{sys.executable}" "$@"')
    for _ in range(3):
        machine.found("counting")
    assert (machine.home / "count").read_text() == "x\n"


class TestRequests:
    def test_a_path_to_an_executable(self, machine: Machine) -> None:
        path = machine.python("somewhere/my-python", "3.12.1")
        assert machine.found(str(path)) == "somewhere/my-python"

    def test_a_path_is_relative_to_the_folder_of_the_command(self, machine: Machine) -> None:
        machine.python("somewhere/my-python", "3.12.1")
        assert machine.found("somewhere/my-python") == "somewhere/my-python"

    def test_a_folder_with_an_environment(self, machine: Machine) -> None:
        machine.python("env/bin/python", "3.12.1")
        assert machine.found("./env") == "env/bin/python"

    def test_a_name_on_path(self, machine: Machine) -> None:
        machine.python("bin/special", "3.12.1")
        assert machine.found("special") == "bin/special"

    @pytest.mark.parametrize(
        "request_", ["3.12", "3.12.1", "cpython@3.12", "cp312", ">=3.12", "==3.12.*", "python@3.12"]
    )
    def test_a_version(self, machine: Machine, request_: str) -> None:
        machine.python("bin/python3", "3.11.4")
        machine.python("bin/python3.12", "3.12.1")
        assert machine.found(request_) == "bin/python3.12"

    def test_an_implementation(self, machine: Machine) -> None:
        machine.python("bin/python3", "3.10.4")
        machine.python("bin/pypy3.10", "3.10.13", implementation="pypy")
        assert machine.found("pypy@3.10") == "bin/pypy3.10"

    def test_a_free_threaded_one_only_where_it_was_asked_for(self, machine: Machine) -> None:
        machine.python("bin/python3.13t", "3.13.0", gil_disabled=True)
        machine.python("bin/python3.13", "3.13.0")
        assert machine.found("3.13t") == "bin/python3.13t"
        assert machine.found("3.13") == "bin/python3.13"

    @pytest.mark.parametrize("request_", ["./outside", "3.11"])
    def test_one_that_the_project_excludes_is_refused(self, machine: Machine, request_: str) -> None:
        machine.python("outside", "3.11.4")
        machine.python("bin/python3.11", "3.11.4")
        with pytest.raises(
            InterpreterNotFound, match=r"is Python 3\.11\.4, which the project's requires-python \(>=3\.12\)"
        ):
            machine.found(request_, requires=">=3.12")

    @pytest.mark.parametrize("request_", ["3.99", "no-such-name", "./no/such/path", ">=3.99", "pypy"])
    def test_one_that_nothing_fits_is_named(self, machine: Machine, request_: str) -> None:
        machine.python("bin/python3", "3.11.4")
        with pytest.raises(InterpreterNotFound, match=request_.strip("./>=")):
            machine.found(request_)


class TestWithoutRequest:
    def test_the_active_environment_comes_first_then_that_of_the_project_then_path(self, machine: Machine) -> None:
        machine.python("bin/python3", "3.11.1")
        assert machine.found() == "bin/python3"
        machine.python(".venv/bin/python", "3.11.2")
        assert machine.found() == ".venv/bin/python"
        machine.python("active/bin/python", "3.11.3")
        assert machine.found(VIRTUAL_ENV=str(machine.home / "active")) == "active/bin/python"

    def test_requires_python_passes_over_those_that_do_not_satisfy_it(self, machine: Machine) -> None:
        machine.python(".venv/bin/python", "3.9.1")
        machine.python("bin/python3", "3.10.1")
        machine.python("bin/python3.12", "3.12.1")
        assert machine.found(requires=">=3.11,<3.13") == "bin/python3.12"

    def test_uvs_managed_pythons_come_before_path_newest_first(self, machine: Machine) -> None:
        machine.python("bin/python3", "3.13.0")
        for version in ("3.11.9", "3.12.4"):
            machine.python(f".local/share/uv/python/cpython-{version}-linux-x86_64-gnu/bin/python3", version)
        assert machine.found().startswith(".local/share/uv/python/cpython-3.12.4-")

    def test_with_nothing_else_it_is_the_python_that_runs_this(self, machine: Machine) -> None:
        assert describe_interpreter(None, machine.environ, machine.home) == running_interpreter()


class TestHostileInterpreters:
    @pytest.mark.parametrize(
        "text", ["exit 1", "echo '{}'", "echo nonsense", "head -c 10000000 /dev/zero", "echo '[1, 2'", "kill -9 $$"]
    )
    def test_one_that_answers_nonsense_is_passed_over(self, machine: Machine, text: str) -> None:
        machine.script("bin/python3", text)
        machine.python("bin/python", "3.12.1")
        assert machine.found() == "bin/python"

    def test_one_that_hangs_is_ended(self, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(interpreter, "ASK_SECONDS", 0.2)
        machine.script("bin/python3", "sleep 60 & sleep 60")
        machine.python("bin/python", "3.12.1")
        assert machine.found() == "bin/python"

    def test_one_asked_for_by_path_is_named(self, machine: Machine) -> None:
        machine.script("broken", "exit 3")
        with pytest.raises(InterpreterNotFound, match="broken does not answer as a Python"):
            machine.found("./broken")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"glibc": [2, 31]}, Platform("manylinux", (2, 31), "x86_64")),
        ({"glibc": None, "musl": [1, 2]}, Platform("musllinux", (1, 2), "x86_64")),
        ({"glibc": [2, 31], "pointer_bits": 32}, Platform("manylinux", (2, 31), "i686")),
        ({"glibc": None, "macos": "14.2.1", "machine": "arm64"}, Platform("macos", (14, 2), "arm64")),
        (
            {"glibc": None, "platform": "win-amd64", "machine": "AMD64"},
            Platform("windows", arch="x86_64", tag="win_amd64"),
        ),
        ({"glibc": None, "platform": "freebsd-14.0-amd64"}, Platform("other", arch="x86_64", tag="freebsd_14_0_amd64")),
    ],
)
def test_the_platform_follows_from_what_it_says(machine: Machine, facts: dict[str, object], expected: Platform) -> None:
    base = {"musl": None, "macos": "", "pointer_bits": 64, "platform": "linux-x86_64", **facts}
    machine_name = base.pop("machine", "x86_64")
    markers = {**interpreter_facts.facts()["markers"], "platform_machine": machine_name}
    answer = {**interpreter_facts.facts(), **base, "markers": markers}
    path = machine.script("python", f"cat <<'END'\n{json.dumps(answer)}\nEND")
    assert describe_interpreter(str(path), {}, machine.home).platform == expected
