"""What `uv lock`, `uv sync`, `uv add` and `uv run` resolve: the whole workspace, every extra and group of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from ..model.origin import Origin
from ..model.requirement import Requirement
from .lock_file import LockFile, read_lock
from .markers import check_environments
from .pins import Pins
from .project import (
    Conflict,
    Workspace,
    conflicts,
    default_groups,
    markers_at,
    read_project,
    requirements_at,
    requires_python,
)
from .requirement_text import parse_marker, parse_name, parse_requirement
from .requirements_txt import Reader
from .settings import Project, RefusedSettings, UsageError
from .toml_file import Key, TomlFile
from .uv_indexes import check_declared, stated_entries
from .uv_inputs import UvInputs
from .uv_pins import pins_of_member, pins_of_script

DEV: Final = canonicalize_name("dev")
"""The group of `--dev`, and the one that is installed unasked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceReading:
    """The workspace (or script) with everything in its root that bears on a resolution.

    `pinned` are the names of indexes that sources refer to; `lock` is an existing lock file; `members` are the project
    files, the root first, with the sources that lower their requirements (none for a script).
    """

    project: Project
    requires_python: SpecifierSet | None
    environments: tuple[Marker, ...] = ()
    required_environments: tuple[Marker, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    overrides: tuple[Requirement, ...] = ()
    excludes: frozenset[NormalizedName] = frozenset()
    build_constraints: tuple[Requirement, ...] = ()
    selected_extras: frozenset[NormalizedName] = frozenset()
    selected_groups: frozenset[NormalizedName] = frozenset()
    pinned: frozenset[str] = frozenset()
    lock: LockFile | None = None
    members: tuple[tuple[TomlFile, Pins], ...] = ()


def read_workspace(inputs: UvInputs) -> WorkspaceReading:
    """Raises `UsageError` (no project, a broken file) and `RefusedSettings` (an undeclared index, overlaps …)."""
    workspace = inputs.workspace
    if workspace is None:
        raise UsageError(f"{inputs.kind}: there is no pyproject.toml in {inputs.directory} or above it.")
    python = requires_python(workspace)
    if python is not None:
        stating = next(file for file in workspace.files if "requires-python" in file.table("project"))
        inputs.notes.note("requires-python", str(python), stating.origin("project", "requires-python"))
    else:
        inputs.notes.warn("No requires-python is stated: the minor version of the interpreter is its lower bound.")
    project, members = _projects(inputs, workspace)
    extras, groups = _selected(inputs, workspace, project)
    lock = read_lock(workspace.root.folder / "uv.lock", inputs.directory)
    reading = _reading(inputs, workspace.root, members[0][1], project, python, lock)
    return replace(
        reading,
        conflicts=conflicts(workspace),
        selected_extras=extras,
        selected_groups=groups,
        members=tuple(members),
    )


def read_script_alone(inputs: UvInputs) -> WorkspaceReading:
    """A script with inline metadata as the project that is locked. Raises like `read_workspace`."""
    script = inputs.script
    assert script is not None
    pins = pins_of_script(inputs, script)
    requires = [lowered for requirement in script.requirements for lowered in pins.lower(requirement, None)]
    project = Project(
        name=None,
        version=None,
        requires=tuple(requires),
        extras={},
        groups={},
        folder=script.file.folder,
        is_package=False,
    )
    if inputs.kind == "uv add":
        project = _with_added(inputs, project, pins)
    _leave_sources(inputs, [(script.file, pins)])
    lock = read_lock(script.file.path.with_name(script.file.path.name + ".lock"), inputs.directory)
    return _reading(inputs, script.file, pins, project, script.requires_python, lock)


def _reading(
    inputs: UvInputs,
    root: TomlFile,
    pins: Pins,
    project: Project,
    python: SpecifierSet | None,
    lock: LockFile | None,
) -> WorkspaceReading:
    check_declared(inputs)
    environments = markers_at(root, "environments")
    required = markers_at(root, "required-environments") if inputs.profile.holds("required_environments") else []
    for key, markers in (("environments", environments), ("required-environments", required)):
        for number, marker in enumerate(markers):
            inputs.notes.note(key, str(marker), root.origin("tool", "uv", key, number))
    check_environments(environments, python)
    constraints = _listed(inputs, root, pins, "constraint-dependencies")
    overrides = _listed(inputs, root, pins, "override-dependencies")
    everything = [*_all_requirements(project), *constraints, *overrides]
    return WorkspaceReading(
        project=project,
        requires_python=python,
        environments=tuple(environments),
        required_environments=tuple(required),
        constraints=constraints,
        overrides=overrides,
        excludes=_excludes(inputs, root),
        build_constraints=_listed(inputs, root, pins, "build-constraint-dependencies"),
        pinned=frozenset(requirement.index for requirement in everything if requirement.index is not None),
        lock=lock,
    )


def _projects(inputs: UvInputs, workspace: Workspace) -> tuple[Project, list[tuple[TomlFile, Pins]]]:
    """All projects, the root with the others as its members, and each file with the sources that lower it."""
    projects = []
    read = []
    for file in workspace.files:
        pins = pins_of_member(inputs, workspace, file)
        project = read_project(file, pins, inputs.notes)
        if file is workspace.current and inputs.kind == "uv add":
            project = _with_added(inputs, project, pins)
        projects.append(project)
        read.append((file, pins))
    _leave_sources(inputs, read)
    return replace(projects[0], members=tuple(projects[1:])), read


def _leave_sources(inputs: UvInputs, read: Sequence[tuple[TomlFile, Pins]]) -> None:
    """Entries of `tool.uv.sources` that had no effect."""
    used: set[Key] = {key for _, pins in read for key in pins.used}
    for file, pins in read:
        for package, sources in pins.own.items():
            for source in sources:
                if source.key not in used:
                    why = f"{package} is no direct dependency here, and a source counts for those only"
                    why = "--no-sources is in force" if pins.disabled is True else why
                    origin = file.origin(*source.key)
                    inputs.notes.leave(f"source of {package}", str(source.value)[:120], origin, why)


def _with_added(inputs: UvInputs, project: Project, pins: Pins) -> Project:
    """`uv add`: the new requirements stand among the project's own, replacing those of the same name."""
    added = _added(inputs)
    extra, group = added[0].extra, added[0].group
    index = _index_of_added(inputs)
    lowered = []
    for requirement in added:
        lowered += [replace(requirement, index=index)] if index else pins.lower(requirement, project.name)
    names = {requirement.name for requirement in added}

    def joined(old: Sequence[Requirement]) -> tuple[Requirement, ...]:
        return (*(requirement for requirement in old if requirement.name not in names), *lowered)

    def with_part(
        parts: Mapping[NormalizedName, tuple[Requirement, ...]], name: NormalizedName
    ) -> dict[NormalizedName, tuple[Requirement, ...]]:
        return {**parts, name: joined(parts.get(name, ()))}

    if extra is not None:
        return replace(project, extras=with_part(project.extras, extra))
    if group is not None:
        return replace(project, groups=with_part(project.groups, group))
    return replace(project, requires=joined(project.requires))


def _added(inputs: UvInputs) -> list[Requirement]:
    """What `uv add` is asked to add. Raises `UsageError` where that is nothing."""
    layers = inputs.layers
    optional, group = layers.one("optional"), layers.one("group")
    extra_name = parse_name(optional.value, str(optional.origin)) if optional else None
    group_name = DEV if layers.is_on("dev") else parse_name(group.value, str(group.origin)) if group else None
    origin = Origin("flag", "the command line")
    added = [parse_requirement(word, origin, inputs.directory) for word in inputs.command.words]
    reader = Reader("uv", inputs.directory, inputs.environ, inputs.notes)
    for given in layers.stated("requirements"):
        added += reader.read(given.value, str(given.origin)).requirements
    if not added:
        raise UsageError("uv add needs a package or `-r FILE`.")
    stated = layers.one("marker")
    marker = parse_marker(stated.value, str(stated.origin)) if stated is not None else None
    extras = frozenset(parse_name(given.value, str(given.origin)) for given in layers.stated("extra"))
    return [
        replace(
            requirement,
            extras=requirement.extras | extras,
            marker=marker if marker is not None else requirement.marker,
            extra=extra_name,
            group=group_name,
        )
        for requirement in added
    ]


def _index_of_added(inputs: UvInputs) -> str | None:
    """One index named on the command line, and no other, is what `uv add` pins all its packages to."""
    stated = inputs.layers.stated("index")
    if len(stated) != 1:
        return None
    return next((entry.name for entry in stated_entries(inputs) if entry.origin == stated[0].origin), None)


def _all_requirements(project: Project) -> list[Requirement]:
    found = [*project.requires]
    for part in (project.extras, project.groups):
        for requirements in part.values():
            found += requirements
    for member in project.members:
        found += _all_requirements(member)
    return found


def _listed(inputs: UvInputs, root: TomlFile, pins: Pins, key: str) -> tuple[Requirement, ...]:
    """Requirements of the root's `tool.uv` table; its sources apply to them as well."""
    found = []
    for requirement in requirements_at(root, ("tool", "uv", key)):
        inputs.notes.note(key, str(requirement), requirement.origin)
        found += pins.lower(requirement, requirement.name)
    return tuple(found)


def _excludes(inputs: UvInputs, root: TomlFile) -> frozenset[NormalizedName]:
    found = set()
    for number, entry in enumerate(root.entries("tool", "uv", "exclude-dependencies")):
        origin = root.origin("tool", "uv", "exclude-dependencies", number)
        if isinstance(entry, str):
            found.add(parse_name(entry, str(origin)))
            inputs.notes.note("exclude-dependencies", entry, origin)
        else:
            inputs.notes.leave("exclude-dependencies", "a scoped entry", origin, "the explorer knows plain names only")
    return frozenset(found)


def _selected(
    inputs: UvInputs, workspace: Workspace, project: Project
) -> tuple[frozenset[NormalizedName], frozenset[NormalizedName]]:
    """The extras and groups that would be installed. Raises `RefusedSettings` for one that does not exist."""
    if inputs.kind == "uv lock":
        return frozenset(), frozenset()
    layers = inputs.layers
    chosen = next((p for p in (project, *project.members) if p.folder == workspace.current.folder), project)

    def names(option: str) -> frozenset[NormalizedName]:
        return frozenset(parse_name(given.value, str(given.origin)) for given in layers.all(option))

    extras: frozenset[NormalizedName] = frozenset()
    if inputs.kind != "uv add":
        extras = frozenset(chosen.extras) if layers.is_on("all-extras") else names("extra")
        extras -= names("no-extra")
    for missing in sorted(extras - set(chosen.extras)):
        raise RefusedSettings(f"Extra `{missing}` is not defined in the project's `optional-dependencies` table")
    groups = frozenset(chosen.groups)
    only = names("only-group") | (frozenset({DEV}) if layers.is_on("only-dev") else frozenset())
    unasked = frozenset[NormalizedName]()
    if not layers.is_on("no-default-groups"):
        unasked = default_groups(workspace.current, list(groups))
    asked = names("group") if inputs.kind != "uv add" else frozenset()
    selected = only or (groups if layers.is_on("all-groups") else unasked | asked)
    selected -= names("no-group")
    if layers.is_on("no-dev"):
        selected -= {DEV}
    for missing in sorted(selected - groups - {DEV}):
        raise RefusedSettings(f"Group `{missing}` is not defined in the project's `dependency-groups` table")
    return extras, selected & groups
