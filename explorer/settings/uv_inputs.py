"""Everything that a uv command reads before it asks anything: options, variables, files, the workspace or script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..model.index import Index
from ..model.origin import Origin
from ..profiles import Profile
from .command_line import CommandLine, Option
from .layers import Layers, boolean_text, by_name
from .notes import Notes
from .project import Workspace, find_workspace
from .script import Script, read_script
from .settings import CommandKind, Context, UsageError
from .toml_file import BrokenToml, TomlFile, shown_path
from .uv_files import TOOL_UV, ConfigurationFile, declared_indexes, discover, read_uv_toml
from .uv_keys import check_options

PROJECT_KINDS: Final[frozenset[CommandKind]] = frozenset({"uv lock", "uv sync", "uv add", "uv run"})
"""Commands that lock the project first, so they resolve universally."""

PIP_KINDS: Final[frozenset[CommandKind]] = frozenset({"uv pip compile", "uv pip install", "uv pip sync"})
"""Commands that obey `[tool.uv.pip]`."""


@dataclass(slots=True)
class UvInputs:
    """What the parts of the reader share.

    `directory` is where the command works, `workspace` the project around it, `script` the inline metadata it resolves
    instead (PEP 723). `declared` are indexes that are read as if the project's own file declared them too.
    """

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
    script: Script | None
    declared: tuple[Index, ...] = ()

    @property
    def is_project_command(self) -> bool:
        return self.kind in PROJECT_KINDS

    @property
    def declaring_files(self) -> tuple[TomlFile, ...]:
        """The files whose indexes and sources are the project's own."""
        if self.script is not None:
            return (self.script.file,)
        return self.workspace.files if self.workspace is not None else ()


def gather(
    kind: CommandKind, command: CommandLine, options: Sequence[Option], context: Context, profile: Profile, notes: Notes
) -> UvInputs:
    """Find folder, workspace and files of a command. Raises `UsageError` for what uv refuses to read."""
    directory = _working_folder(command, context)
    environ = context.environ
    script = _script(kind, command, directory)
    workspace = _workspace(kind, command, directory, notes) if script is None else None
    files = _files(command, directory, workspace, context, profile, notes)
    if script is not None and script.file.table(*TOOL_UV):
        check_options(script.file, TOOL_UV, profile)
        files = [ConfigurationFile(script.file, TOOL_UV), *files]
    tables = [found.table for found in files]
    if kind in PIP_KINDS:
        tables = [*(found.pip_table for found in files), *tables]
    else:
        _leave_pip_tables(files, kind, profile, notes)
    layers = Layers(by_name(_existing(options, environ, profile, notes)), command, environ, tables, notes)
    home, declared = context.home, context.declared
    return UvInputs(kind, command, layers, environ, home, directory, profile, notes, files, workspace, script, declared)


def _existing(options: Sequence[Option], environ: Mapping[str, str], profile: Profile, notes: Notes) -> list[Option]:
    """The options that the release has; variables of the others are listed as unused."""
    found = []
    for option in options:
        if option.rule is None or profile.holds(option.rule):
            found.append(option)
        elif option.variable is not None and environ.get(option.variable):
            origin = Origin("variable", option.variable)
            notes.leave(option.variable, environ[option.variable], origin, f"uv {profile.version} does not read it")
    return found


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


def _script(kind: CommandKind, command: CommandLine, directory: Path) -> Script | None:
    """The script of --script, or the one that `uv run` starts if it has inline metadata."""
    named = command.given.get("script")
    if kind == "uv run":
        word = command.words[0] if command.words and "module" not in command.given else ""
        path = directory / word
        is_script = bool(word) and path.is_file() and (named is not None or word.lower().endswith((".py", ".pyw")))
        return read_script(path, directory) if is_script else None
    if named is None or kind not in PROJECT_KINDS:
        return None
    path = directory / Path(named[-1].value).expanduser()
    if not path.is_file():
        raise UsageError(f"--script: the file {named[-1].value} does not exist.")
    script = read_script(path, directory)
    if script is None and kind != "uv add":
        raise UsageError(f"{shown_path(path, directory)} has no inline metadata (`# /// script`).")
    return script if script is not None else Script.empty(path, directory)


def _workspace(kind: CommandKind, command: CommandLine, directory: Path, notes: Notes) -> Workspace | None:
    if "no-project" in command.given:
        return None
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


def _leave_pip_tables(files: Sequence[ConfigurationFile], kind: CommandKind, profile: Profile, notes: Notes) -> None:
    for found in files:
        for key, value in found.file.table(*found.prefix, "pip").items():
            why = f"[tool.uv.pip] counts for `uv pip` only, not for `{kind}`"
            notes.leave(f"pip.{key}", str(value)[:120], found.pip_table.origin(key), why)
        for key, index in declared_indexes(found.file, (*found.prefix, "pip"), profile):
            notes.pass_over(replace(index, origin=found.pip_table.origin(key)), "uv pip only")
