"""uv's list of indexes for one command, in the order in which it is asked (indexes.md section 1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..model.index import Index
from .command_line import Given
from .index_list import (
    flat_location,
    index_from_table,
    index_from_text,
    leave_index_keys,
    order_indexes,
    shown_entry,
    with_variables,
)
from .requirements_txt import RequirementsFile
from .settings import RefusedSettings, UsageError
from .toml_file import TomlFile
from .uv_inputs import UvInputs


@dataclass(frozen=True, slots=True)
class UvIndexes:
    """`listed`: the list in its order; `pinned`: entries that only a pin still reaches; `flat`: --find-links locations.

    `known` are those whose credentials are known from the start.
    """

    listed: tuple[Index, ...] = ()
    pinned: tuple[Index, ...] = ()
    flat: tuple[Index, ...] = ()
    known: tuple[Index, ...] = ()
    no_index: bool = False


def read_indexes(inputs: UvInputs, files: Sequence[RequirementsFile], pinned: Iterable[str] = ()) -> UvIndexes:
    """All sources in order, then names, default and duplicates. `pinned` are names that pins use.

    Raises `UsageError` for a bad URL and `RefusedSettings` for two --index-url lines or two defaults.
    """
    entries = [*stated_entries(inputs), *configured_entries(inputs), *_line_entries(inputs, files)]
    entries = [_with_variables(inputs, entry) for entry in entries]
    _leave_keys(inputs)
    flat = _flat_entries(inputs, files)
    if _no_index(inputs, files):
        for entry in entries:
            inputs.notes.leave("index", shown_entry(entry), entry.origin, "--no-index is in force")
        return UvIndexes(flat=flat, no_index=True)
    listed = order_indexes(entries, inputs.profile, inputs.notes)
    reached = _pinned_only(inputs, listed.indexes, listed.shadowed, frozenset(pinned))
    for entry in (*listed.indexes, *reached):
        kind = "default index" if entry.default else "explicit index" if entry.explicit else "index"
        inputs.notes.note(kind, shown_entry(entry), entry.origin)
    _leave_members(inputs, (*listed.indexes, *reached))
    return UvIndexes(listed.indexes, tuple(reached), flat, listed.known)


def stated_entries(inputs: UvInputs) -> list[Index]:
    """Entries of flags and variables: --default-index, --index, --extra-index-url, --index-url."""
    layers, folder = inputs.layers, inputs.directory
    configured = {entry.name: entry for entry in configured_entries(inputs) if entry.name}

    def read(option: str, *, default: bool = False, named: bool = False) -> list[Index]:
        found = []
        for given in layers.stated(option):
            known = configured.get(given.value) if named and inputs.profile.holds("index_by_name") else None
            if known is not None and not (folder / given.value).exists():
                found.append(replace(known, default=default, explicit=False, origin=given.origin))
            else:
                found.append(index_from_text(given.value, given.origin, folder, default=default, named=named))
        return found

    return [
        *read("default-index", default=True, named=True),
        *read("index", named=True),
        *read("extra-index-url"),
        *read("index-url", default=True),
    ]


def configured_entries(inputs: UvInputs) -> list[Index]:
    """Entries of configuration files: all [[index]] tables, then extra-index-url, then index-url."""
    layers = inputs.layers
    entries: list[Index] = []
    if inputs.profile.holds("named_indexes"):
        for value, table in layers.configured("index"):
            if isinstance(value, list):
                for number, entry in enumerate(value):
                    entries.append(
                        index_from_table(table.file, (*table.prefix, "index", number), entry, inputs.profile)
                    )
    entries += inputs.declared
    for value, table in layers.configured("extra-index-url"):
        if not isinstance(value, list):
            raise UsageError(f"{table.origin('extra-index-url')}: expected a list of URLs.")
        for number, text in enumerate(value):
            entries.append(index_from_text(str(text), table.origin("extra-index-url", number), table.file.folder))
    for value, table in list(layers.configured("index-url"))[:1]:
        entries.append(index_from_text(str(value), table.origin("index-url"), table.file.folder, default=True))
    return entries


def _leave_keys(inputs: UvInputs) -> None:
    for value, table in inputs.layers.configured("index"):
        for number, entry in enumerate(value if isinstance(value, list) else []):
            leave_index_keys(table.file, (*table.prefix, "index", number), entry, inputs.profile, inputs.notes)


def _leave_members(inputs: UvInputs, in_force: Sequence[Index]) -> None:
    """Indexes that only a workspace member declares (user-needs F36).

    Measured with uv 0.5.25, 0.7.13, 0.10.4, 0.10.12 and 0.13.8, in the root and in the member's folder: they are not
    searched; a pin of that member reaches them.
    """
    workspace = inputs.workspace if inputs.script is None else None
    reached = {(entry.name, entry.url.rstrip("/")) for entry in in_force}
    read = {found.file.path for found in inputs.files}
    for file in workspace.members if workspace is not None else ():
        try:
            entries = declared_entries(inputs, file) if file.path not in read else []
        except UsageError:
            continue
        for entry in entries:
            if (entry.name, entry.url.rstrip("/")) not in reached:
                why = "of a workspace only the indexes of its root are searched; a member's serve what it pins to them"
                inputs.notes.leave_index(entry, "workspace member", why)


def check_declared(inputs: UvInputs) -> None:
    """Raises `RefusedSettings` for indexes that the project's own files may not declare (user-needs F37)."""
    for file in inputs.declaring_files:
        first: Index | None = None
        for entry in declared_entries(inputs, file):
            if entry.explicit and entry.name is None and inputs.profile.holds("explicit_needs_name"):
                raise RefusedSettings(f"{entry.origin}: an index with `explicit = true` requires a `name`: {entry.url}")
            if entry.default and first is not None and inputs.profile.holds("one_default_index"):
                message = "found multiple indexes with `default = true`; only one index may be marked as default"
                raise RefusedSettings(f"{entry.origin}: {message}", (f"{first.origin} is another",))
            first = entry if entry.default and first is None else first


def declared_entries(inputs: UvInputs, file: TomlFile) -> list[Index]:
    """The [[tool.uv.index]] tables of one pyproject.toml, whether or not this command reads them."""
    if not inputs.profile.holds("named_indexes"):
        return []
    return [
        index_from_table(file, ("tool", "uv", "index", number), entry, inputs.profile)
        for number, entry in enumerate(file.entries("tool", "uv", "index"))
    ]


def _line_entries(inputs: UvInputs, files: Sequence[RequirementsFile]) -> list[Index]:
    lines = [line for file in files for line in file.index_lines]
    urls = [given for name, given in lines if name == "index-url"]
    for given in urls:
        if given.value != urls[0].value:
            raise RefusedSettings(f"{given.origin}: another --index-url is named already ({urls[0].origin})")
    extras = [given for name, given in lines if name == "extra-index-url"]
    return [
        *(index_from_text(given.value, given.origin, inputs.directory) for given in extras),
        *(index_from_text(given.value, given.origin, inputs.directory, default=True) for given in urls[:1]),
    ]


def _flat_entries(inputs: UvInputs, files: Sequence[RequirementsFile]) -> tuple[Index, ...]:
    layers = inputs.layers
    found = [flat_location(given.value, given.origin, inputs.directory) for given in layers.stated("find-links")]
    for value, table in layers.configured("find-links"):
        if not isinstance(value, list):
            raise UsageError(f"{table.origin('find-links')}: expected a list of locations.")
        for number, text in enumerate(value):
            found.append(flat_location(str(text), table.origin("find-links", number), table.file.folder))
    for file in files:
        found += [flat_location(given.value, given.origin, folder) for given, folder in file.find_links]
    for entry in found:
        inputs.notes.note("find-links", str(entry.url), entry.origin)
    return tuple(found)


def _no_index(inputs: UvInputs, files: Sequence[RequirementsFile]) -> bool:
    if inputs.layers.is_on("no-index"):
        return True
    line: Given | None = next((file.no_index for file in files if file.no_index), None)
    if line is not None:
        inputs.notes.note("no-index", "true", line.origin)
    return line is not None


def _with_variables(inputs: UvInputs, entry: Index) -> Index:
    return with_variables(entry, inputs.environ) if inputs.profile.holds("index_variables") else entry


def _pinned_only(
    inputs: UvInputs, asked: Sequence[Index], shadowed: Sequence[Index], pinned: frozenset[str]
) -> list[Index]:
    """Entries that left the search list but that a pin still names: reachable by that pin only."""
    if not pinned:
        return []
    present = {entry.name for entry in asked}
    found: list[Index] = []
    for entry in (*shadowed, *_member_entries(inputs)):
        if entry.name in pinned and entry.name not in present:
            present.add(entry.name)
            found.append(replace(entry, default=False, explicit=True))
    return found


def _member_entries(inputs: UvInputs) -> list[Index]:
    """Indexes that workspace members define: uv reads them for the members' own pins."""
    entries = (entry for file in inputs.declaring_files for entry in declared_entries(inputs, file))
    return [_with_variables(inputs, entry) for entry in entries]
