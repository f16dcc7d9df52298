"""uv's configuration files: which are read, in which order, and which of them replaces which (indexes.md 1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..model.index import Index
from ..model.origin import Origin
from ..paths import configuration_folder, system_configuration_folders
from ..profiles import Profile
from .index_list import index_from_table, index_from_text
from .layers import ConfiguredTable
from .notes import Notes
from .settings import UsageError
from .toml_file import BrokenToml, TomlFile, read_toml, shown_path
from .uv_keys import PROJECT_KEYS, check_options

TOOL_UV: Final = ("tool", "uv")


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """A file whose options count, and where in it they stand."""

    file: TomlFile
    prefix: tuple[str, ...]

    @property
    def table(self) -> ConfiguredTable:
        return ConfiguredTable(self.file, self.prefix)

    @property
    def pip_table(self) -> ConfiguredTable:
        return ConfiguredTable(self.file, (*self.prefix, "pip"))


def discover(
    start: Path, directory: Path, environ: Mapping[str, str], home: Path, profile: Profile, notes: Notes
) -> list[ConfigurationFile]:
    """The files whose options count for a command in `directory`, most specific first; the search begins at `start`.

    Raises `UsageError` for a uv.toml that uv refuses; a pyproject.toml that it refuses is dropped with a warning (F36).
    """
    found = []
    project = _project_file(start, directory, profile, notes)
    if project is not None:
        found.append(project)
    user = configuration_folder(environ, home) / "uv" / "uv.toml"
    if user.is_file():
        found.append(read_uv_toml(user, directory, profile))
    for folder in system_configuration_folders(environ):
        system = folder / "uv" / "uv.toml"
        if system.is_file():
            found.append(read_uv_toml(system, directory, profile))
            break
    return found


def read_uv_toml(path: Path, directory: Path, profile: Profile) -> ConfigurationFile:
    """One uv.toml. Raises `UsageError` for an unknown key, or one that belongs into a pyproject.toml."""
    file = read_toml(path, shown_path(path, directory))
    for key in file.content:
        if key in PROJECT_KEYS:
            raise file.error((key,), f"{key} is not allowed in a uv.toml, only in a pyproject.toml")
    check_options(file, (), profile)
    return ConfigurationFile(file, ())


def _project_file(start: Path, directory: Path, profile: Profile, notes: Notes) -> ConfigurationFile | None:
    for folder in (start, *start.parents):
        uv_toml, pyproject = folder / "uv.toml", folder / "pyproject.toml"
        if uv_toml.is_file():
            found = read_uv_toml(uv_toml, directory, profile)
            _leave_shadowed(pyproject, directory, profile, notes)
            return found
        if pyproject.is_file():
            file = None
            try:
                file = read_toml(pyproject, shown_path(pyproject, directory))
                if not file.table(*TOOL_UV):
                    continue
                check_options(file, TOOL_UV, profile)
            except UsageError as error:
                notes.warn(f"uv cannot read {shown_path(pyproject, directory)} and drops all of its [tool.uv]: {error}")
                origin = Origin("file", shown_path(pyproject, directory), None, "tool.uv")
                notes.leave("configuration", "[tool.uv]", origin, f"this release drops the whole table: {error}")
                for key, index in declared_indexes(file, TOOL_UV, profile) if file is not None else ():
                    notes.leave_index(index, "dropped table", "the whole [tool.uv] is dropped", key)
                continue
            return ConfigurationFile(file, TOOL_UV)
    return None


def declared_indexes(file: TomlFile, prefix: tuple[str, ...], profile: Profile) -> Iterator[tuple[str, Index]]:
    """(key, index) of each index that a table declares, in use or not; what cannot be read as an index is left out."""
    try:
        table = file.table(*prefix)
    except UsageError:
        return
    for key in ("index", "extra-index-url", "index-url"):
        value = table.get(key)
        for number, entry in enumerate(value if isinstance(value, list) else [value] if value is not None else ()):
            place = (*prefix, key, number) if isinstance(value, list) else (*prefix, key)
            try:
                if key != "index" and isinstance(entry, str):
                    yield key, index_from_text(entry, file.origin(*place), file.folder, default=key == "index-url")
                elif key == "index" and isinstance(entry, Mapping) and profile.holds("named_indexes"):
                    yield key, index_from_table(file, place, entry, profile)
            except UsageError:
                continue


def _leave_shadowed(pyproject: Path, directory: Path, profile: Profile, notes: Notes) -> None:
    if not pyproject.is_file():
        return
    try:
        file = read_toml(pyproject, shown_path(pyproject, directory))
        table = file.table(*TOOL_UV)
    except (BrokenToml, UsageError):
        return
    why = "the uv.toml beside it replaces [tool.uv]"
    indexes = list(declared_indexes(file, TOOL_UV, profile))
    for key in table:
        if key not in PROJECT_KEYS and key not in (other for other, _ in indexes):
            notes.leave(key, _brief(table[key]), file.origin(*TOOL_UV, key), why)
    for key, index in indexes:
        notes.leave_index(index, "uv.toml beside it", why, key)


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"
