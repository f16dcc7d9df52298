"""The project in a folder: the pyproject.toml files of a workspace as `uv lock` reads them (wheels-and-universal 8)."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from ..model.ranges import python_range
from ..model.requirement import Requirement
from .markers import both
from .notes import Notes
from .pins import Pins
from .requirement_text import parse_marker, parse_requirement
from .settings import Project
from .toml_file import Key, TomlFile, read_toml, shown_path

MAX_MEMBERS: Final = 2000
MAX_DEPTH: Final = 50

Conflict = tuple[tuple[NormalizedName, Literal["extra", "group", "project"], NormalizedName], ...]


@dataclass(frozen=True, slots=True)
class Workspace:
    """The pyproject.toml of the root and of every other member; `current` is the one a command was started in.

    A root may have no project table of its own.
    """

    root: TomlFile
    members: tuple[TomlFile, ...]
    current: TomlFile

    @property
    def files(self) -> tuple[TomlFile, ...]:
        return (self.root, *self.members)


def find_pyproject(directory: Path) -> Path | None:
    """The nearest pyproject.toml at or above a folder."""
    return next(
        (
            folder / "pyproject.toml"
            for folder in (directory, *directory.parents)
            if (folder / "pyproject.toml").is_file()
        ),
        None,
    )


def find_workspace(directory: Path) -> Workspace | None:
    """The workspace around a folder; None without any pyproject.toml. Raises `UsageError` for a broken one."""
    path = find_pyproject(directory)
    if path is None:
        return None
    current = read_toml(path, shown_path(path, directory))
    root = current
    if not current.table("tool", "uv", "workspace"):
        for folder in path.parent.parents:
            above = folder / "pyproject.toml"
            if above.is_file():
                candidate = read_toml(above, shown_path(above, directory))
                if candidate.table("tool", "uv", "workspace"):
                    if path.parent in member_folders(candidate):
                        root = candidate
                    break
    members = []
    for folder in member_folders(root):
        if folder == current.folder:
            members.append(current)
        else:
            members.append(read_toml(folder / "pyproject.toml", shown_path(folder / "pyproject.toml", directory)))
    return Workspace(root, tuple(members), current)


def member_folders(root: TomlFile) -> list[Path]:
    """The folders of a workspace's members (its own not among them), as its globs say."""
    excluded = root.texts("tool", "uv", "workspace", "exclude")
    found: dict[Path, None] = {}
    for pattern in root.texts("tool", "uv", "workspace", "members"):
        for folder in _glob(root.folder, pattern):
            relative = folder.relative_to(root.folder).as_posix() if folder.is_relative_to(root.folder) else str(folder)
            if folder == root.folder or any(fnmatch.fnmatch(relative, glob.rstrip("/")) for glob in excluded):
                continue
            if (folder / "pyproject.toml").is_file():
                found[folder] = None
            if len(found) > MAX_MEMBERS:
                raise root.error(("tool", "uv", "workspace", "members"), f"more than {MAX_MEMBERS} members")
    return list(found)


def _glob(folder: Path, pattern: str) -> Iterator[Path]:
    pattern = pattern.rstrip("/")
    try:
        if not any(c in pattern for c in "*?["):
            yield (folder / pattern).resolve() if ".." in pattern else folder / pattern
        else:
            yield from sorted(path for path in folder.glob(pattern) if path.is_dir())
    except (ValueError, NotImplementedError, OSError):
        return


def project_name(file: TomlFile) -> NormalizedName | None:
    """`project.name`, normalized; None where there is no project table. Raises `UsageError` for a bad one."""
    table = file.table("project")
    if not table:
        return None
    name = table.get("name")
    if not isinstance(name, str):
        raise file.error(("project",), "the project has no name")
    try:
        return canonicalize_name(name, validate=True)
    except InvalidName:
        raise file.error(("project", "name"), f"{name[:80]!r} is no package name") from None


def read_project(file: TomlFile, pins: Pins, notes: Notes) -> Project:
    """One pyproject.toml as a `Project`, its requirements lowered by its sources.

    Raises `UsageError` for what uv cannot read and `RefusedSettings` for what it refuses.
    """
    name = project_name(file)
    table = file.table("project")
    dynamic = file.texts("project", "dynamic")
    for part in ("dependencies", "optional-dependencies"):
        if part in dynamic and part not in table:
            notes.warn(
                f"{file.shown}: {part} is dynamic; the explorer does not build the project and takes it as empty."
            )
    requires = [
        lowered
        for requirement in requirements_at(file, ("project", "dependencies"))
        for lowered in pins.lower(requirement, name)
    ]
    stated: dict[NormalizedName, list[Requirement]] = {}
    for extra in file.table("project", "optional-dependencies"):
        key = ("project", "optional-dependencies", extra)
        normal = canonicalize_name(extra)
        stated[normal] = [
            lowered
            for requirement in requirements_at(file, key, extra=normal)
            for lowered in pins.lower(requirement, name)
        ]
    groups = {
        group: tuple(lowered for requirement in found for lowered in pins.lower(requirement, name))
        for group, found in read_groups(file).items()
    }
    version = table.get("version")
    uv = file.table("tool", "uv")
    package = uv.get("package")
    return Project(
        name=name,
        version=version if isinstance(version, str) else None,
        requires=tuple(without_self_references(requires, name, stated)),
        extras={extra: tuple(without_self_references(found, name, stated)) for extra, found in stated.items()},
        groups=groups,
        folder=file.folder,
        is_package=package if isinstance(package, bool) else bool(file.table("build-system")),
    )


def requirements_at(
    file: TomlFile,
    key: tuple[str, ...],
    extra: NormalizedName | None = None,
    group: NormalizedName | None = None,
) -> list[Requirement]:
    """The list of requirements at `key`; an absent one is empty. Raises `UsageError`."""
    return [
        parse_requirement(text, file.origin(*key, number), file.folder, extra=extra, group=group)
        for number, text in enumerate(file.texts(*key))
    ]


def without_self_references(
    requirements: Sequence[Requirement],
    name: NormalizedName | None,
    extras: Mapping[NormalizedName, Sequence[Requirement]],
    depth: int = 0,
) -> list[Requirement]:
    """`project[x]` among a project's own requirements replaced by the requirements of its extra x.

    What a project requires of its own version stays: uv reports it as a conflict (measured with 0.13.8).
    """
    found: list[Requirement] = []
    for requirement in requirements:
        if requirement.name != name or depth > MAX_DEPTH:
            found.append(requirement)
            continue
        if not requirement.extras or requirement.specifier:
            found.append(replace(requirement, extras=frozenset()))
        for extra in sorted(requirement.extras):
            for inner in without_self_references(extras.get(extra, ()), name, extras, depth + 1):
                marker: Marker | None = both(requirement.marker, inner.marker)
                found.append(replace(inner, marker=marker, extra=requirement.extra, group=requirement.group))
    return found


def read_groups(file: TomlFile) -> dict[NormalizedName, list[Requirement]]:
    """`[dependency-groups]` with their includes resolved (PEP 735), and uv's older `dev-dependencies` as group dev."""
    table = file.table("dependency-groups")
    names = {canonicalize_name(group): group for group in table}
    found = {name: _group(file, names, name, name, ()) for name in names}
    older = requirements_at(file, ("tool", "uv", "dev-dependencies"), group=canonicalize_name("dev"))
    if older:
        found.setdefault(canonicalize_name("dev"), []).extend(older)
    return found


def _group(
    file: TomlFile,
    names: Mapping[NormalizedName, str],
    name: NormalizedName,
    into: NormalizedName,
    path: tuple[NormalizedName, ...],
) -> list[Requirement]:
    key = ("dependency-groups", names[name])
    if name in path:
        raise file.error(key, f"the groups include each other in a circle: {' -> '.join((*path, name))}")
    value = file.table("dependency-groups")[names[name]]
    if not isinstance(value, list):
        raise file.error(key, "expected a list of requirements")
    found: list[Requirement] = []
    for number, entry in enumerate(value):
        at = (*key, number)
        if isinstance(entry, str):
            found.append(parse_requirement(entry, file.origin(*at), file.folder, group=into))
        elif isinstance(entry, Mapping) and isinstance(entry.get("include-group"), str):
            included = canonicalize_name(entry["include-group"])
            if included not in names:
                raise file.error(at, f"there is no group {entry['include-group'][:80]!r} to include")
            found += _group(file, names, included, into, (*path, name))
        else:
            raise file.error(at, 'expected a requirement or { include-group = "name" }')
    return found


def requires_python(workspace: Workspace) -> SpecifierSet | None:
    """The Pythons that every member of the workspace admits. Raises `UsageError` for what is no specifier."""
    found: SpecifierSet | None = None
    for file in workspace.files:
        text = file.table("project").get("requires-python")
        if text is None:
            continue
        try:
            specifiers = SpecifierSet(text if isinstance(text, str) else "not a text")
        except InvalidSpecifier:
            raise file.error(("project", "requires-python"), f"{str(text)[:80]!r} is no version specifier") from None
        found = specifiers if found is None else _shortest(found & specifiers)
    return found


def _shortest(specifiers: SpecifierSet) -> SpecifierSet:
    """The same range without the bounds that others imply: `>=3.11,>=3.9` → `>=3.11`."""
    for specifier in list(specifiers):
        rest = SpecifierSet(",".join(str(other) for other in specifiers if other != specifier))
        if python_range(rest) == python_range(specifiers):
            specifiers = rest
    return specifiers


def markers_at(file: TomlFile, key: str) -> list[Marker]:
    """The markers of `tool.uv.environments` or `required-environments`; one text counts as a list of one."""
    value = file.table("tool", "uv").get(key, [])
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise file.error(("tool", "uv", key), "expected a list of environment markers")
    return [parse_marker(entry, str(file.origin("tool", "uv", key, number))) for number, entry in enumerate(entries)]


def conflicts(workspace: Workspace) -> tuple[Conflict, ...]:
    """The sets of `tool.uv.conflicts` of all members; an entry without a package means the member that states it."""
    found: list[Conflict] = []
    for file in workspace.files:
        for number, entries in enumerate(file.entries("tool", "uv", "conflicts")):
            found.append(_conflict(file, ("tool", "uv", "conflicts", number), entries))
    return tuple(found)


def _conflict(file: TomlFile, key: Key, entries: object) -> Conflict:
    if not isinstance(entries, list) or len(entries) < 2:
        raise file.error(key, "a set of conflicts has at least two entries")
    items = []
    for number, entry in enumerate(entries):
        at = (*key, number)
        if not isinstance(entry, Mapping):
            raise file.error(at, 'expected a table such as { extra = "name" }')
        package = canonicalize_name(str(entry["package"])) if "package" in entry else project_name(file)
        if package is None:
            raise file.error(at, "the entry names no package, and the file has no project")
        kind: Literal["extra", "group", "project"] = (
            "extra" if "extra" in entry else "group" if "group" in entry else "project"
        )
        name = canonicalize_name(str(entry[kind])) if kind != "project" else package
        items.append((package, kind, name))
    return tuple(items)


def default_groups(file: TomlFile, groups: Sequence[NormalizedName]) -> frozenset[NormalizedName]:
    """The groups that `uv sync` and `uv run` install unasked: `tool.uv.default-groups`, else `dev` if it exists."""
    value = file.table("tool", "uv").get("default-groups", ["dev"])
    if value == "all":
        return frozenset(groups)
    if not isinstance(value, list):
        raise file.error(("tool", "uv", "default-groups"), 'expected a list of groups or "all"')
    return frozenset(canonicalize_name(str(name)) for name in value) & frozenset(groups)
