"""Everything that a uv command reads before it asks anything: options, variables, configuration files, the workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..model.origin import Origin
from ..profiles import Profile
from .command_line import CommandLine, Option
from .layers import Layers, boolean_text, by_name
from .notes import Notes
from .project import Workspace, find_workspace
from .settings import CommandKind, Context, UsageError
from .toml_file import BrokenToml
from .uv_files import ConfigurationFile, discover, read_uv_toml

PROJECT_KINDS: Final[frozenset[CommandKind]] = frozenset({"uv lock", "uv sync", "uv add", "uv run"})
"""Commands that lock the project first, so they resolve universally."""

PIP_KINDS: Final[frozenset[CommandKind]] = frozenset({"uv pip compile", "uv pip install", "uv pip sync"})
"""Commands that obey `[tool.uv.pip]`."""


@dataclass(slots=True)
class UvInputs:
    """What the parts of the reader share. `directory` is where the command works, `workspace` the project around it."""

    kind: CommandKind
    command: CommandLine
    layers: Layers
    environ: Mapping[str, str]
    home: Path
    directory: Path
    profile: Profile
    notes: Notes
    files: Sequence[ConfigurationFile]
    workspace: Workspace | None

    @property
    def is_project_command(self) -> bool:
        return self.kind in PROJECT_KINDS


def gather(
    kind: CommandKind, command: CommandLine, options: Sequence[Option], context: Context, profile: Profile, notes: Notes
) -> UvInputs:
    """Find folder, workspace and files of a command. Raises `UsageError` for what uv refuses to read."""
    directory = _working_folder(command, context)
    environ = context.environ
    workspace = _workspace(kind, directory, notes)
    files = _files(command, directory, workspace, context, profile, notes)
    tables = [found.table for found in files]
    if kind in PIP_KINDS:
        tables = [*(found.pip_table for found in files), *tables]
    else:
        _leave_pip_tables(files, kind, notes)
    layers = Layers(by_name(options), command, environ, tables, notes)
    return UvInputs(kind, command, layers, environ, context.home, directory, profile, notes, files, workspace)


def _working_folder(command: CommandLine, context: Context) -> Path:
    directory = context.directory
    for option, variable in (("directory", "UV_WORKING_DIR"), ("project", "UV_PROJECT")):
        flags = command.given.get(option)
        text = flags[-1].value if flags else context.environ.get(variable)
        if text:
            folder = directory / Path(text).expanduser()
            folder = folder.parent if folder.name == "pyproject.toml" and folder.is_file() else folder
            if not folder.is_dir():
                raise UsageError(f"--{option}: the folder {text} does not exist.")
            directory = folder
    return directory


def _workspace(kind: CommandKind, directory: Path, notes: Notes) -> Workspace | None:
    try:
        return find_workspace(directory)
    except BrokenToml as error:
        if kind in PROJECT_KINDS:
            raise
        notes.warn(str(error))
        return None


def _files(
    command: CommandLine,
    directory: Path,
    workspace: Workspace | None,
    context: Context,
    profile: Profile,
    notes: Notes,
) -> list[ConfigurationFile]:
    if not profile.holds("config_in_pip_compile"):
        return []
    flags = command.given.get("config-file")
    named = flags[-1].value if flags else context.environ.get("UV_CONFIG_FILE")
    if named:
        path = directory / Path(named).expanduser()
        origin = flags[-1].origin if flags else Origin("variable", "UV_CONFIG_FILE")
        if not path.is_file():
            raise UsageError(f"{origin}: the file {named} does not exist.")
        return [read_uv_toml(path, directory, profile)]
    off = command.given.get("no-config")
    variable = context.environ.get("UV_NO_CONFIG", "")
    is_off = bool(off) or (bool(variable) and boolean_text(variable, "UV_NO_CONFIG") == "true")
    start = workspace.root.folder if workspace is not None else directory
    if not is_off:
        return discover(start, directory, context.environ, context.home, profile, notes)
    quiet = Notes()
    for found in discover(start, directory, context.environ, context.home, profile, quiet):
        origin = off[0].origin if off else Origin("variable", "UV_NO_CONFIG")
        notes.leave("configuration", found.file.shown, found.table.origin(), f"{origin} is given")
    return []


def _leave_pip_tables(files: Sequence[ConfigurationFile], kind: CommandKind, notes: Notes) -> None:
    for found in files:
        for key, value in found.file.table(*found.prefix, "pip").items():
            why = f"[tool.uv.pip] counts for `uv pip` only, not for `{kind}`"
            notes.leave(f"pip.{key}", str(value)[:120], found.pip_table.origin(key), why)
