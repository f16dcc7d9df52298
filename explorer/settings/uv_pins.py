"""Which sources lower the requirements of which file of uv's projects (indexes.md 1.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.utils import NormalizedName

from .pins import Pins, Source, read_sources
from .project import Workspace, find_workspace, project_name
from .script import Script
from .toml_file import TomlFile
from .uv_indexes import configured_entries, declared_entries, stated_entries
from .uv_inputs import UvInputs


def pins_of_member(inputs: UvInputs, workspace: Workspace, file: TomlFile) -> Pins:
    """A member's own sources come before those of the workspace's root."""
    members = {name: str(other.folder) for other in workspace.files if (name := project_name(other)) is not None}
    declaring = (file, workspace.root) if file is not workspace.root else (file,)
    others = [other for other in workspace.files if other not in declaring]
    return _pins(inputs, read_sources(file), read_sources(workspace.root), members, declaring, others)


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
    others: Sequence[TomlFile] = (),
) -> Pins:
    """`declaring` are the files whose indexes a pin may name: the member's own and the root's; `others` may not be.

    Measured with uv 0.5.25, 0.7.13, 0.10.12 and 0.13.8: a pin to an index of another member is refused.
    """
    disabled = True if inputs.layers.is_on("no-sources") else inputs.layers.packages("no-sources-package")
    elsewhere = (*configured_entries(inputs), *(entry for file in others for entry in declared_entries(inputs, file)))
    return Pins(own, workspace, _index_names(inputs, declaring), members, elsewhere, disabled)


def _index_names(inputs: UvInputs, declaring: Sequence[TomlFile]) -> frozenset[str]:
    """Names that a pin may use: of the command line and its variables, and of the project's own files."""
    names = {entry.name for entry in (*stated_entries(inputs), *inputs.declared) if entry.name}
    for file in declaring:
        for entry in file.entries("tool", "uv", "index"):
            if isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
                names.add(entry["name"])
    return frozenset(names)
