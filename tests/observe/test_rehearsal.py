"""How a command is run where it installs nothing, and what of the user's files the real tool gets to see."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from explorer.observe import scratch
from explorer.observe.rehearsal import Rehearsal, rehearse
from explorer.observe.scratch import CannotRehearse, ScratchCopy
from explorer.observe.variables import environment
from explorer.profiles import parse_profile
from explorer.settings.settings import Context


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "home" / "project"
    project.mkdir(parents=True)
    (project / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "1"\n')
    return project


def rehearsed(
    folder: Path, *words: str, profile: str = "uv@0.13.8", knows: bool = True, **variables: str
) -> tuple[Rehearsal, ScratchCopy]:
    copy = ScratchCopy(folder.parent.parent / "scratch")
    context = Context(variables, folder, folder.parent)

    def known(command: Sequence[str], option: str) -> bool:
        return knows

    return rehearse(words, parse_profile(profile), context, copy, known), copy


@pytest.mark.parametrize(
    ("words", "run"),
    [
        ("uv lock --upgrade", "lock --upgrade"),
        ("uv lock --dry-run", "lock"),
        ("", "lock"),
        ("uv sync --prerelease allow --no-install-project --extra x", "lock --prerelease=allow"),
        ("uv run -U -- python -m http.server", "lock -U"),
        ("uv add flask --no-sync", "add --no-sync flask"),
        ("uv pip install flask -q", "pip install --dry-run flask"),
        ("uv pip compile r.in --cache-dir /c", "pip compile r.in --emit-index-annotation"),
    ],
)
def test_a_command_is_run_as_the_part_of_it_that_only_resolves(folder: Path, words: str, run: str) -> None:
    assert rehearsed(folder, *words.split())[0].words == tuple(run.split())


def test_a_release_without_a_dry_run_compiles_the_same_requirements(folder: Path) -> None:
    run, _ = rehearsed(folder, "uv", "pip", "install", "flask>2", "-r", "r.txt", "-i", "http://h/s", knows=False)
    assert (run.words, run.stdin) == (("pip", "compile", "r.txt", "-i", "http://h/s", "-"), "flask>2\n")
    assert run.notes


def test_pip_reports_what_it_would_install(folder: Path) -> None:
    run, copy = rehearsed(folder, "pip", "install", "flask", "--report", "mine.json", profile="pip@26.3")
    assert run.words == ("install", "--dry-run", "--report", str(copy.folder / "answer.json"), "flask")


def test_pip_downloads_into_the_copy(folder: Path) -> None:
    run, copy = rehearsed(folder, "pip", "download", "flask", "-d", str(folder), profile="pip@26.3")
    assert run.words == ("download", "--dest", str(copy.folder / "answer"), "flask")


@pytest.mark.parametrize(
    ("profile", "words", "why"),
    [
        ("pip@21.0", ("pip", "install", "flask"), "cannot resolve without installing"),
        ("uv@0.13.8", ("uv", "venv"), "resolves nothing"),
        ("uv@0.13.8", ("uv", "lock", "--script", "x.py"), "script"),
    ],
)
def test_what_cannot_be_run_harmlessly_is_refused(folder: Path, profile: str, words: tuple[str, ...], why: str) -> None:
    with pytest.raises(CannotRehearse, match=why):
        rehearsed(folder, *words, profile=profile)


def test_a_folder_beside_the_project_is_copied_to_the_same_relative_place(folder: Path) -> None:
    library = folder.parent / "lib"
    library.mkdir()
    (library / "pyproject.toml").write_text('[project]\nname = "lib"\nversion = "1"\n')
    with (folder / "pyproject.toml").open("a") as file:
        file.write('[tool.uv.sources]\nlib = { path = "../lib" }\n')
    run, _ = rehearsed(folder, "uv", "lock")
    assert (run.folder / ".." / "lib" / "pyproject.toml").read_text() == (library / "pyproject.toml").read_text()


def test_a_project_named_by_its_absolute_path_is_that_of_the_copy(folder: Path) -> None:
    run, copy = rehearsed(folder, "uv", "lock", "--project", str(folder))
    assert run.words == ("lock", f"--project={copy.place(folder)}")
    assert run.answer_at == copy.place(folder) / "uv.lock"


def test_an_interpreter_of_an_environment_is_that_of_a_copy_of_it(folder: Path) -> None:
    environment_ = folder / "venv"
    (environment_ / "bin").mkdir(parents=True)
    (environment_ / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (environment_ / "bin" / "python").symlink_to("/usr/bin/python3")
    python = environment_ / "bin" / "python"
    run, copy = rehearsed(folder, "uv", "pip", "install", "flask", "--python", str(python))
    assert run.words[-1] == f"--python={copy.place(python)}"
    assert (copy.place(environment_) / "pyvenv.cfg").is_file()


def test_a_configured_place_to_write_to_is_refused(folder: Path) -> None:
    (folder / "uv.toml").write_text('[pip]\noutput-file = "/elsewhere/r.txt"\n')
    with pytest.raises(CannotRehearse, match="output-file"):
        rehearsed(folder, "uv", "pip", "compile", "r.in")


def test_version_control_environments_and_caches_are_left_out(folder: Path) -> None:
    for name in (".git", ".venv", "node_modules", "__pycache__", "mine"):
        (folder / name).mkdir()
        (folder / name / "file").write_text("x")
    (folder / "mine" / "pyvenv.cfg").write_text("")
    run, _ = rehearsed(folder, "uv", "lock")
    assert [path.name for path in run.folder.iterdir()] == ["pyproject.toml"]


def test_a_link_that_leads_out_of_the_project_is_not_followed(folder: Path) -> None:
    secret = folder.parent / "secret"
    secret.write_text("x")
    (folder / "out").symlink_to(secret)
    (folder / "in").symlink_to(folder / "pyproject.toml")
    (folder / "round").symlink_to(folder)
    run, copy = rehearsed(folder, "uv", "lock")
    assert not (run.folder / "out").exists()
    assert (run.folder / "in").resolve() == copy.place(folder / "pyproject.toml")


def test_a_pipe_is_not_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    run, _ = rehearsed(folder, "uv", "lock")
    assert not any(stat.S_ISFIFO(path.lstat().st_mode) for path in run.folder.iterdir())


def test_a_project_that_is_too_large_is_refused_with_the_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MAX_FILES", 2)
    for number in range(3):
        (folder / f"{number}.txt").write_text("x")
    with pytest.raises(CannotRehearse, match="more than 2 files"):
        rehearsed(folder, "uv", "lock")


def test_no_variable_leads_out_of_the_copy(folder: Path) -> None:
    copy = ScratchCopy(folder.parent.parent)
    given = {"UV_PROJECT": "/x", "PIP_LOG": "/x", "PIP_TARGET": "/x", "UV_CACHE_DIR": "/x", "HOME": "/h", "NETRC": "/n"}
    made = environment(given, copy, parse_profile("uv@0.13.8").version, "uv", "http://proxy")
    assert "/x" not in made.values()
    assert (made["HOME"], made["NETRC"], made["HTTP_PROXY"]) == ("/h", "/n", "http://proxy")
