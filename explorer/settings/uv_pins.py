"""Which sources lower the requirements of which file of uv's projects (indexes.md 1.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.utils import NormalizedName

from .pins import Pins, Source, read_sources
from .project import Workspace, find_workspace, project_name
from .script import Script
from .toml_file import TomlFile
from .uv_indexes import configured_entries, stated_entries
from .uv_inputs import UvInputs


def pins_of_member(inputs: UvInputs, workspace: Workspace, file: TomlFile) -> Pins:
    """A member's own sources come before those of the workspace's root."""
    members = {name: str(other.folder) for other in workspace.files if (name := project_name(other)) is not None}
    return _pins(inputs, read_sources(file), read_sources(workspace.root), members, workspace.files)


def pins_of_file(inputs: UvInputs, folder: Path) -> Pins:
    """The sources for the pyproject.toml in `folder`, with the workspace around it."""
    workspace = inputs.workspace
    if workspace is None or workspace.current.folder != folder:
        workspace = find_workspace(folder)
    if workspace is None:
        return _pins(inputs, {}, {}, {}, ())
    return pins_of_member(inputs, workspace, workspace.current)


def pins_of_script(inputs: UvInputs, script: Script) -> Pins:
    """A script has its own sources and indexes only."""
    return _pins(inputs, read_sources(script.file), {}, {}, (script.file,))


def _pins(
    inputs: UvInputs,
    own: Mapping[NormalizedName, tuple[Source, ...]],
    workspace: Mapping[NormalizedName, tuple[Source, ...]],
    members: Mapping[NormalizedName, str],
    declaring: Sequence[TomlFile],
) -> Pins:
    disabled = True if inputs.layers.is_on("no-sources") else inputs.layers.packages("no-sources-package")
    elsewhere = {entry.name: entry.origin.name for entry in configured_entries(inputs) if entry.name}
    return Pins(own, workspace, _index_names(inputs, declaring), members, elsewhere, disabled)


def _index_names(inputs: UvInputs, declaring: Sequence[TomlFile]) -> frozenset[str]:
    """Names that a pin may use: of the command line and its variables, and of the project's own files."""
    names = {entry.name for entry in stated_entries(inputs) if entry.name}
    for file in declaring:
        for entry in file.entries("tool", "uv", "index"):
            if isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
                names.add(entry["name"])
    return frozenset(names)
