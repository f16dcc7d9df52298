"""uv's settings: one command line, the variables and the files, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, cast

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from ..model.index import IndexStrategy
from ..model.origin import Origin
from ..model.requirement import Requirement
from ..profiles import Profile
from .command_line import CommandLine, Given, Option
from .installed import installed_preferences, uv_environment
from .lock_file import output_preferences
from .markers import check_environments
from .network import variable
from .notes import Notes
from .requirement_text import parse_marker, parse_name, parse_requirement
from .requirements_txt import Reader
from .settings import (
    CommandKind,
    Context,
    ForkStrategy,
    Preference,
    ResolutionMode,
    Settings,
    TargetSettings,
    UsageError,
)
from .unused import leave_for_uv
from .uv_indexes import read_indexes
from .uv_inputs import UvInputs, gather
from .uv_lock import read_lock_use
from .uv_network import read_auth, read_network
from .uv_options import Upgrade, read_dependency_metadata, read_files, read_prerelease, read_upgrade
from .uv_project import read_script_alone, read_workspace
from .uv_requirements import read_script_run, read_wanted, with_packages

INSTALLING_KINDS: Final[frozenset[CommandKind]] = frozenset(
    {"uv sync", "uv add", "uv run", "uv pip install", "uv pip sync"}
)
"""Commands that download the chosen files as well."""


def read_uv(
    kind: CommandKind,
    command: CommandLine,
    options: Sequence[Option],
    shown: tuple[str, ...],
    context: Context,
    profile: Profile,
) -> Settings:
    """The settings of one uv command; `shown` are its words, masked. Raises `UsageError` and `RefusedSettings`."""
    inputs = gather(kind, command, options, context, profile, Notes())
    if _only_checks(inputs):
        return Settings(
            tool="uv", kind="no resolution", mode="platform", command=shown, directory=inputs.directory, frozen=True
        )
    if not inputs.is_project_command:
        return _pip_settings(inputs, shown)
    if kind == "uv run" and (inputs.script is not None or inputs.workspace is None):
        return _run_alone(inputs, shown)
    return _project_settings(inputs, shown)


def _only_checks(inputs: UvInputs) -> bool:
    """--frozen with a command that would lock and do nothing else."""
    if inputs.kind not in ("uv lock", "uv add"):
        return False
    return inputs.layers.is_on("frozen")


def _project_settings(inputs: UvInputs, shown: tuple[str, ...]) -> Settings:
    reading = read_script_alone(inputs) if inputs.script is not None else read_workspace(inputs)
    indexes = read_indexes(inputs, (), reading.pinned)
    upgrade, metadata = read_upgrade(inputs), read_dependency_metadata(inputs)
    lock = read_lock_use(inputs, reading, indexes, upgrade, metadata)
    for given in inputs.layers.stated("with"):
        why = "it is resolved by itself once the project is synced; explore it as `uv pip install`"
        inputs.notes.leave("--with", given.value, given.origin, why)
    target = TargetSettings(
        python=_text(inputs, "python"),
        python_platform=_text(inputs, "python-platform"),
        requires_python=reading.requires_python,
        environments=reading.environments,
        required_environments=reading.required_environments,
        minimum_libc=_minimum_libc(inputs),
    )
    settings = replace(
        _common(inputs, shown, "universal", upgrade),
        project=reading.project,
        constraints=(*reading.constraints, *_constraint_files(inputs), *upgrade.constraints),
        overrides=reading.overrides,
        excludes=reading.excludes,
        build_constraints=reading.build_constraints,
        selected_extras=reading.selected_extras,
        selected_groups=reading.selected_groups,
        conflicts=reading.conflicts,
        indexes=(*indexes.listed, *indexes.pinned),
        known_indexes=indexes.known,
        find_links=indexes.flat,
        no_index=indexes.no_index,
        preferences=lock.preferences,
        locked=lock.packages,
        locked_markers=lock.markers,
        lock_is_current=lock.is_current,
        frozen=inputs.layers.is_on("frozen"),
        files=read_files(inputs, ()),
        target=target,
    )
    return _finished(inputs, settings)


def _constraint_files(inputs: UvInputs) -> list[Requirement]:
    reader = Reader("uv", inputs.directory, inputs.environ, inputs.notes)
    found = []
    for given in inputs.layers.stated("constraints"):
        found += reader.read(given.value, str(given.origin), constraint=True).constraints
    return found


def _run_alone(inputs: UvInputs, shown: tuple[str, ...]) -> Settings:
    """`uv run` of a script with inline metadata, or outside any project: resolved for this machine alone."""
    script = read_script_run(inputs)
    requirements = [*script, *with_packages(inputs)]
    if not requirements:
        return Settings(
            tool="uv", kind="no resolution", mode="platform", command=shown, directory=inputs.directory,
            warnings=tuple(inputs.notes.warnings),
        )  # fmt: skip
    pinned = frozenset(requirement.index for requirement in requirements if requirement.index is not None)
    indexes = read_indexes(inputs, (), pinned)
    upgrade = read_upgrade(inputs)
    settings = replace(
        _common(inputs, shown, "platform", upgrade),
        requirements=tuple(requirements),
        constraints=(*_configured_requirements(inputs, "constraint-dependencies"), *upgrade.constraints),
        overrides=tuple(_configured_requirements(inputs, "override-dependencies")),
        indexes=(*indexes.listed, *indexes.pinned),
        known_indexes=indexes.known,
        find_links=indexes.flat,
        no_index=indexes.no_index,
        files=read_files(inputs, ()),
        target=TargetSettings(
            python=_text(inputs, "python"),
            python_platform=_text(inputs, "python-platform"),
            requires_python=inputs.script.requires_python if inputs.script is not None else None,
        ),
    )
    return _finished(inputs, settings)


def _pip_settings(inputs: UvInputs, shown: tuple[str, ...]) -> Settings:
    wanted = read_wanted(inputs)
    layers = inputs.layers
    universal = layers.is_on("universal")
    pinned = frozenset(requirement.index for requirement in wanted.requirements if requirement.index is not None)
    indexes = read_indexes(inputs, wanted.files, pinned)
    upgrade = read_upgrade(inputs)
    configured = {key: _configured_requirements(inputs, key) for key in _CONFIGURED_REQUIREMENTS}
    settings = replace(
        _common(inputs, shown, "universal" if universal else "platform", upgrade),
        requirements=tuple(wanted.requirements),
        stated_by=next((tree.name for tree in reversed(wanted.source_trees)), None),
        constraints=(*wanted.constraints, *configured["constraint-dependencies"], *upgrade.constraints),
        overrides=(*wanted.overrides, *configured["override-dependencies"]),
        excludes=frozenset(wanted.excludes)
        | {parse_name(given.value, str(given.origin)) for given in layers.all("exclude-dependencies")},
        build_constraints=(*wanted.build_constraints, *configured["build-constraint-dependencies"]),
        indexes=(*indexes.listed, *indexes.pinned),
        known_indexes=indexes.known,
        find_links=indexes.flat,
        no_index=indexes.no_index,
        no_deps=inputs.kind == "uv pip sync" or layers.is_on("no-deps"),
        preferences=upgrade.kept(_pip_preferences(inputs)),
        files=read_files(inputs, wanted.files),
        target=_pip_target(inputs, universal),
    )
    return _finished(inputs, settings)


_CONFIGURED_REQUIREMENTS: Final = ("constraint-dependencies", "override-dependencies", "build-constraint-dependencies")


def _pip_preferences(inputs: UvInputs) -> tuple[Preference, ...]:
    """`uv pip compile`: the pins of the output file; `uv pip install`: what the environment holds already."""
    if inputs.kind == "uv pip compile":
        output = inputs.layers.one("output-file")
        if output is None:
            return ()
        found = output_preferences(inputs.directory / output.value, inputs.directory, inputs.environ)
        for preference in found:
            inputs.notes.note("preference", f"{preference.name}=={preference.version}", Origin("file", output.value))
        return found
    if inputs.kind == "uv pip install" and not inputs.layers.is_on("reinstall"):
        environment = uv_environment(inputs.environ, inputs.directory, inputs.layers.one("python"))
        return installed_preferences(environment) if environment is not None else ()
    return ()


def _pip_target(inputs: UvInputs, universal: bool) -> TargetSettings:
    python, python_version = _python(inputs)
    required = universal and inputs.profile.holds("required_environments")
    requires_python = SpecifierSet(f">={python_version}") if universal and python_version else None
    environments = _configured_markers(inputs, "environments") if universal else ()
    check_environments(environments, requires_python)
    return TargetSettings(
        python=python,
        python_version=python_version,
        python_platform=_text(inputs, "python-platform"),
        requires_python=requires_python,
        environments=environments,
        required_environments=_configured_markers(inputs, "required-environments") if required else (),
        minimum_libc=_minimum_libc(inputs) if universal else {},
    )


def _python(inputs: UvInputs) -> tuple[str | None, str | None]:
    """(the interpreter asked for, the target version); `uv pip compile -p 3.12` means a target, no interpreter."""
    python = _text(inputs, "python") or _variable_text(inputs, "UV_PYTHON")
    given = inputs.layers.one("python-version")
    if given is not None and not _is_version(given.value):
        raise UsageError(f"{given.origin}: {given.value[:40]!r} is no Python version.")
    if given is None and inputs.kind == "uv pip compile" and python is not None and _is_version(python):
        return None, python
    return python, given.value if given is not None else None


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _common(
    inputs: UvInputs, shown: tuple[str, ...], mode: Literal["universal", "platform"], upgrade: Upgrade
) -> Settings:
    """What every command has in common."""
    layers = inputs.layers
    strategy, resolution, fork = (layers.one(name) for name in ("index-strategy", "resolution", "fork-strategy"))
    installs = inputs.kind in INSTALLING_KINDS and not any(layers.is_on(name) for name in ("dry-run", "no-sync"))
    prerelease, prerelease_packages = read_prerelease(inputs)
    text = strategy.value.lower() if strategy else "first-index"
    return Settings(
        tool="uv",
        kind=inputs.kind,
        mode=mode,
        command=shown,
        directory=inputs.directory,
        strategy=cast(IndexStrategy, "unsafe-first-match" if text == "unsafe-any-match" else text),
        resolution=cast(ResolutionMode, resolution.value.lower() if resolution else "highest"),
        fork_strategy=cast(ForkStrategy, fork.value.lower() if fork else "requires-python"),
        prerelease=prerelease,
        prerelease_packages=prerelease_packages,
        dependency_metadata=read_dependency_metadata(inputs),
        installs=installs,
        network=read_network(inputs, upgrade),
        auth=read_auth(inputs),
    )


def _finished(inputs: UvInputs, settings: Settings) -> Settings:
    """The settings with what was noted on the way, and with what was found and not used."""
    notes = inputs.notes
    torch = inputs.layers.one("torch-backend")
    if torch is not None:
        notes.warn(f"{torch.origin}: the backend {torch.value} is not followed; the usual indexes are asked.")
    for name, option in inputs.layers.options.items():
        for given in inputs.command.given.get(name, ()) if not option.matters else ():
            notes.leave(given.origin.name, given.value, given.origin, "has no effect on a resolution")
    leave_for_uv(inputs, settings.indexes)
    return replace(
        settings,
        noted=tuple(notes.noted),
        unused=tuple(notes.unused),
        unread_indexes=tuple(notes.unread),
        warnings=tuple(notes.warnings),
    )


def _text(inputs: UvInputs, name: str) -> str | None:
    given = inputs.layers.one(name)
    return given.value if given is not None else None


def _variable_text(inputs: UvInputs, name: str) -> str | None:
    given: Given | None = variable(inputs.environ, name)
    if given is None:
        return None
    inputs.notes.note(name, given.value, given.origin)
    return given.value


def _configured_requirements(inputs: UvInputs, key: str) -> list[Requirement]:
    found = []
    for value, table in inputs.layers.configured(key):
        if not isinstance(value, list):
            raise UsageError(f"{table.origin(key)}: expected a list of requirements.")
        for number, entry in enumerate(value):
            text = entry.get("requirement") if isinstance(entry, Mapping) else entry
            requirement = parse_requirement(str(text), table.origin(key, number), table.file.folder)
            inputs.notes.note(key, str(requirement), requirement.origin)
            found.append(requirement)
    return found


def _configured_markers(inputs: UvInputs, key: str) -> tuple[Marker, ...]:
    for value, table in inputs.layers.configured(key):
        entries = value if isinstance(value, list) else [value]
        found = []
        for number, text in enumerate(entries):
            origin = table.origin(key, number)
            inputs.notes.note(key, str(text), origin)
            found.append(parse_marker(str(text), str(origin)))
        return tuple(found)
    return ()


def _minimum_libc(inputs: UvInputs) -> Mapping[str, str]:
    for value, table in inputs.layers.configured("minimum-libc-version"):
        if isinstance(value, Mapping):
            for name, version in value.items():
                inputs.notes.note(f"minimum {name}", str(version), table.origin("minimum-libc-version", name))
            return {str(name): str(version) for name, version in value.items()}
    return {}
