"""What `uv lock`, `uv sync`, `uv add` and `uv run` resolve: the whole workspace, every extra and group of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from ..model.origin import Origin
from ..model.requirement import Requirement
from .lock_file import LockFile, read_lock
from .markers import check_environments
from .pins import Pins, read_sources
from .project import (
    Conflict,
    Workspace,
    conflicts,
    default_groups,
    markers_at,
    project_name,
    read_project,
    requirements_at,
    requires_python,
)
from .requirement_text import parse_marker, parse_name, parse_requirement
from .requirements_txt import Reader
from .settings import Project, RefusedSettings, UsageError
from .uv_indexes import names_elsewhere, pin_names, stated_entries
from .uv_inputs import UvInputs

DEV = canonicalize_name("dev")


@dataclass(frozen=True, slots=True)
class WorkspaceReading:
    """The workspace with everything in its root that bears on a resolution."""

    project: Project
    requires_python: SpecifierSet | None
    environments: tuple[Marker, ...]
    required_environments: tuple[Marker, ...]
    conflicts: tuple[Conflict, ...]
    constraints: tuple[Requirement, ...]
    overrides: tuple[Requirement, ...]
    excludes: frozenset[NormalizedName]
    build_constraints: tuple[Requirement, ...]
    selected_extras: frozenset[NormalizedName]
    selected_groups: frozenset[NormalizedName]
    pinned: frozenset[str]
    lock: LockFile | None


def read_workspace(inputs: UvInputs) -> WorkspaceReading:
    """Raises `UsageError` (no project, a broken file) and `RefusedSettings` (undeclared index, overlapping environments …)."""
    workspace = inputs.workspace
    if workspace is None:
        raise UsageError(f"{inputs.kind}: there is no pyproject.toml in {inputs.directory} or above it.")
    root = workspace.root
    project = _projects(inputs, workspace)
    python = requires_python(workspace)
    if python is not None:
        stating = next(file for file in workspace.files if "requires-python" in file.table("project"))
        inputs.notes.note("requires-python", str(python), stating.origin("project", "requires-python"))
    else:
        inputs.notes.warn(
            "No requires-python is stated; uv takes the minor version of the interpreter as its lower bound."
        )
    environments = markers_at(root, "environments")
    required = markers_at(root, "required-environments") if inputs.profile.holds("required_environments") else []
    for key, markers in (("environments", environments), ("required-environments", required)):
        for number, marker in enumerate(markers):
            inputs.notes.note(key, str(marker), root.origin("tool", "uv", key, number))
    check_environments(environments, python)
    extras, groups = _selected(inputs, workspace, project)
    everything = _all_requirements(project)
    return WorkspaceReading(
        project=project,
        requires_python=python,
        environments=tuple(environments),
        required_environments=tuple(required),
        conflicts=conflicts(workspace),
        constraints=_listed(inputs, workspace, "constraint-dependencies"),
        overrides=_listed(inputs, workspace, "override-dependencies"),
        excludes=frozenset(
            parse_name(str(text), str(root.origin("tool", "uv", "exclude-dependencies", number)))
            for number, text in enumerate(root.table("tool", "uv").get("exclude-dependencies", []))
        ),
        build_constraints=_listed(inputs, workspace, "build-constraint-dependencies"),
        selected_extras=extras,
        selected_groups=groups,
        pinned=frozenset(requirement.index for requirement in everything if requirement.index is not None),
        lock=read_lock(root.folder, inputs.directory),
    )


def _projects(inputs: UvInputs, workspace: Workspace) -> Project:
    members = {name: str(file.folder) for file in workspace.files if (name := project_name(file)) is not None}
    names, elsewhere = pin_names(inputs), names_elsewhere(inputs)
    packages = inputs.layers.packages("no-sources-package")
    disabled = True if inputs.layers.is_on("no-sources") else packages
    root_sources = read_sources(workspace.root)
    used = set()
    projects = []
    for file in workspace.files:
        own = root_sources if file is workspace.root else read_sources(file)
        pins = Pins(own, root_sources, names, members, elsewhere, disabled)
        project = read_project(file, pins, inputs.notes, inputs.directory)
        if file is workspace.current and inputs.kind == "uv add":
            project = _with_added(inputs, project, pins)
        projects.append(project)
        used |= pins.used
    for file in workspace.files:
        for package, sources in (root_sources if file is workspace.root else read_sources(file)).items():
            for source in sources:
                if source.key not in used:
                    why = (
                        "--no-sources is given"
                        if disabled is True
                        else f"{package} is no direct dependency, and a source counts for those only"
                    )
                    inputs.notes.leave(f"source of {package}", str(source.value)[:120], file.origin(*source.key), why)
    return replace(projects[0], members=tuple(projects[1:]))


def _with_added(inputs: UvInputs, project: Project, pins: Pins) -> Project:
    """`uv add`: the new requirements stand among the project's own, replacing those of the same name."""
    layers = inputs.layers
    texts = [(word, Origin("flag", "the command line")) for word in inputs.command.words]
    optional, group = layers.one("optional"), layers.one("group")
    extra_name = parse_name(optional.value, str(optional.origin)) if optional else None
    group_name = DEV if layers.is_on("dev") else parse_name(group.value, str(group.origin)) if group else None
    added = [
        parse_requirement(text, origin, inputs.directory, extra=extra_name, group=group_name) for text, origin in texts
    ]
    reader = Reader("uv", inputs.directory, inputs.environ, inputs.notes)
    for given in layers.stated("requirements"):
        found = reader.read(given.value, str(given.origin)).requirements
        added += [replace(requirement, extra=extra_name, group=group_name) for requirement in found]
    if not added:
        raise UsageError("uv add needs a package or `-r FILE`.")
    marker = layers.one("marker")
    extras = frozenset(parse_name(given.value, str(given.origin)) for given in layers.stated("extra"))
    named = [entry for entry in stated_entries(inputs) if entry.name]
    pin = named[0].name if len(named) == 1 and len(layers.stated("index")) == 1 else None
    lowered = []
    for requirement in added:
        requirement = replace(requirement, extras=requirement.extras | extras)
        if marker is not None:
            requirement = replace(requirement, marker=parse_marker(marker.value, str(marker.origin)))
        lowered += [replace(requirement, index=pin)] if pin else pins.lower(requirement, project.name)
    names = {requirement.name for requirement in added}

    def joined(old: Sequence[Requirement]) -> tuple[Requirement, ...]:
        return (*(requirement for requirement in old if requirement.name not in names), *lowered)

    if extra_name is not None:
        return replace(project, extras={**project.extras, extra_name: joined(project.extras.get(extra_name, ()))})
    if group_name is not None:
        return replace(project, groups={**project.groups, group_name: joined(project.groups.get(group_name, ()))})
    return replace(project, requires=joined(project.requires))


def _all_requirements(project: Project) -> list[Requirement]:
    found = [*project.requires]
    for part in (project.extras, project.groups):
        for requirements in part.values():
            found += requirements
    for member in project.members:
        found += _all_requirements(member)
    return found


def _listed(inputs: UvInputs, workspace: Workspace, key: str) -> tuple[Requirement, ...]:
    """Requirements of the root's `tool.uv` table: its sources apply to them as well."""
    found = requirements_at(workspace.root, ("tool", "uv", key), inputs.directory)
    for requirement in found:
        inputs.notes.note(key, str(requirement), requirement.origin)
    return tuple(found)


def _selected(
    inputs: UvInputs, workspace: Workspace, project: Project
) -> tuple[frozenset[NormalizedName], frozenset[NormalizedName]]:
    """The extras and groups that would be installed."""
    layers = inputs.layers
    chosen = next((p for p in (project, *project.members) if p.folder == workspace.current.folder), project)

    def names(option: str) -> frozenset[NormalizedName]:
        return frozenset(parse_name(given.value, str(given.origin)) for given in layers.stated(option))

    extras = frozenset(chosen.extras) if layers.is_on("all-extras") else names("extra")
    extras -= names("no-extra")
    for missing in sorted(extras - set(chosen.extras)) if inputs.kind in ("uv sync", "uv run") else []:
        raise RefusedSettings(f"Extra `{missing}` is not defined in the project's `optional-dependencies` table")
    if inputs.kind == "uv lock":
        return frozenset(), frozenset()
    groups = frozenset(chosen.groups)
    only = names("only-group") | (frozenset({DEV}) if layers.is_on("only-dev") else frozenset())
    if only:
        selected = only
    else:
        unasked = frozenset() if layers.is_on("no-default-groups") else default_groups(workspace.current, list(groups))
        selected = (
            groups
            if layers.is_on("all-groups")
            else unasked | (names("group") if inputs.kind != "uv add" else frozenset())
        )
    selected -= names("no-group")
    if layers.is_on("no-dev"):
        selected -= {DEV}
    for missing in sorted(selected - groups - {DEV}):
        raise RefusedSettings(f"Group `{missing}` is not defined in the project's `dependency-groups` table")
    return extras, selected
