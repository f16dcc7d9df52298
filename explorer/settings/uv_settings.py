"""uv's settings: one command line, the variables and the files, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from ..model.index import IndexStrategy
from ..model.requirement import Requirement
from ..paths import credential_store, netrc_file
from ..profiles import Profile
from .command_line import ON, CommandLine, Given, Option
from .layers import ConfiguredTable
from .lock_file import output_preferences
from .markers import check_environments
from .network import DEFAULT_RETRIES, DEFAULT_TIMEOUT, assemble_network, variable
from .notes import Notes
from .requirement_text import parse_marker, parse_name, parse_requirement
from .requirements_txt import RequirementsFile, package_choice
from .settings import (
    AuthSettings,
    CommandKind,
    Context,
    FileSettings,
    ForkStrategy,
    KeyringProvider,
    NetworkSettings,
    Preference,
    PrereleaseMode,
    ResolutionMode,
    Settings,
    StaticMetadata,
    TargetSettings,
    UsageError,
)
from .unused import leave_for_uv
from .uv_command import PRERELEASE_MODES
from .uv_indexes import read_indexes
from .uv_inputs import UvInputs, gather
from .uv_project import WorkspaceReading, read_workspace
from .uv_requirements import read_wanted

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
    notes = Notes()
    inputs = gather(kind, command, options, context, profile, notes)
    if inputs.is_project_command:
        return _project_settings(inputs, shown)
    return _pip_settings(inputs, shown)


def _project_settings(inputs: UvInputs, shown: tuple[str, ...]) -> Settings:
    reading = read_workspace(inputs)
    indexes = read_indexes(inputs, (), reading.pinned)
    lock = reading.lock
    upgrade = _Upgrade.of(inputs)
    preferences = upgrade.kept(lock.preferences) if lock is not None else ()
    target = TargetSettings(
        python=_text(inputs, "python"),
        python_platform=_text(inputs, "python-platform"),
        requires_python=reading.requires_python,
        environments=reading.environments,
        required_environments=reading.required_environments,
        minimum_libc=_minimum_libc(inputs),
    )
    return _settings(
        inputs,
        shown,
        mode="universal",
        project=reading.project,
        constraints=(*reading.constraints, *_constraint_files(inputs), *upgrade.constraints),
        overrides=reading.overrides,
        excludes=reading.excludes,
        build_constraints=reading.build_constraints,
        selected_extras=reading.selected_extras,
        selected_groups=reading.selected_groups,
        conflicts=reading.conflicts,
        indexes=indexes.asked,
        find_links=indexes.flat,
        no_index=indexes.no_index,
        preferences=preferences,
        locked=lock.packages if lock is not None else (),
        locked_markers=_locked_markers(reading),
        frozen=inputs.layers.is_on("frozen"),
        files=_file_settings(inputs, ()),
        target=target,
        upgrade=upgrade,
    )


def _locked_markers(reading: WorkspaceReading) -> tuple[Marker, ...]:
    """The forks of the lock; dropped where what they depend on has changed (wheels-and-universal.md 3)."""
    lock = reading.lock
    if lock is None or (lock.requires_python is not None and lock.requires_python != reading.requires_python):
        return ()
    return lock.markers


def _constraint_files(inputs: UvInputs) -> list[Requirement]:
    from .requirements_txt import Reader

    reader = Reader("uv", inputs.directory, inputs.environ, inputs.notes)
    found = []
    for given in inputs.layers.stated("constraints"):
        read = reader.read(given.value, str(given.origin), constraint=True)
        found += read.constraints
    return found


def _pip_settings(inputs: UvInputs, shown: tuple[str, ...]) -> Settings:
    wanted = read_wanted(inputs)
    layers, notes = inputs.layers, inputs.notes
    universal = layers.is_on("universal")
    python_version = layers.one("python-version")
    if python_version is not None:
        _check_python_version(python_version)
    pinned = frozenset(requirement.index for requirement in wanted.requirements if requirement.index is not None)
    indexes = read_indexes(inputs, wanted.files, pinned)
    upgrade = _Upgrade.of(inputs)
    output = layers.one("output-file")
    preferences: tuple[Preference, ...] = ()
    if output is not None:
        preferences = upgrade.kept(
            output_preferences(inputs.directory / output.value, inputs.directory, inputs.environ)
        )
    requires_python = SpecifierSet(f">={python_version.value}") if universal and python_version else None
    environments = _configured_markers(inputs, "environments") if universal else ()
    check_environments(environments, requires_python)
    target = TargetSettings(
        python=_text(inputs, "python") or variable_text(inputs, "UV_PYTHON"),
        python_version=python_version.value if python_version else None,
        python_platform=_text(inputs, "python-platform"),
        requires_python=requires_python,
        environments=environments,
        required_environments=_configured_markers(inputs, "required-environments")
        if universal and inputs.profile.holds("required_environments")
        else (),
        minimum_libc=_minimum_libc(inputs) if universal else {},
    )
    for name in ("torch-backend",):
        given = layers.one(name)
        if given is not None:
            notes.warn(
                f"{given.origin}: the explorer does not follow {name} ({given.value}); the usual indexes are asked."
            )
    return _settings(
        inputs,
        shown,
        mode="universal" if universal else "platform",
        requirements=tuple(wanted.requirements),
        constraints=(
            *wanted.constraints,
            *_configured_requirements(inputs, "constraint-dependencies"),
            *upgrade.constraints,
        ),
        overrides=(*wanted.overrides, *_configured_requirements(inputs, "override-dependencies")),
        excludes=frozenset(wanted.excludes)
        | {parse_name(given.value, str(given.origin)) for given in layers.texts("exclude-dependencies")},
        build_constraints=(
            *wanted.build_constraints,
            *_configured_requirements(inputs, "build-constraint-dependencies"),
        ),
        indexes=indexes.asked,
        find_links=indexes.flat,
        no_index=indexes.no_index,
        no_deps=inputs.kind == "uv pip sync" or layers.is_on("no-deps"),
        preferences=preferences,
        files=_file_settings(inputs, wanted.files),
        target=target,
        upgrade=upgrade,
    )


def _settings(inputs: UvInputs, shown: tuple[str, ...], *, upgrade: _Upgrade, mode: str, **parts: Any) -> Settings:
    """What every command has in common, around the parts that differ."""
    layers, notes = inputs.layers, inputs.notes
    strategy = layers.one("index-strategy")
    resolution = layers.one("resolution")
    fork = layers.one("fork-strategy")
    installs = inputs.kind in INSTALLING_KINDS and not any(layers.is_on(name) for name in ("dry-run", "no-sync"))
    network, auth = _network(inputs, upgrade), _auth(inputs)
    prerelease, prerelease_packages = _prerelease(inputs)
    metadata = tuple(_dependency_metadata(inputs))
    leave_idle_options(inputs)
    leave_for_uv(inputs, parts["indexes"])
    text = strategy.value.lower() if strategy else "first-index"
    return Settings(
        tool="uv",
        kind=inputs.kind,
        mode=cast(Any, mode),
        command=shown,
        directory=inputs.directory,
        strategy=cast(IndexStrategy, "unsafe-first-match" if text == "unsafe-any-match" else text),
        resolution=cast(ResolutionMode, resolution.value.lower() if resolution else "highest"),
        fork_strategy=cast(ForkStrategy, fork.value.lower() if fork else "requires-python"),
        prerelease=prerelease,
        prerelease_packages=prerelease_packages,
        dependency_metadata=metadata,
        installs=installs,
        network=network,
        auth=auth,
        noted=tuple(notes.noted),
        unused=tuple(notes.unused),
        warnings=tuple(notes.warnings),
        **parts,
    )


def _text(inputs: UvInputs, name: str) -> str | None:
    given = inputs.layers.one(name)
    return given.value if given is not None else None


def variable_text(inputs: UvInputs, name: str) -> str | None:
    """A variable that no option stands for; noted."""
    given = variable(inputs.environ, name)
    if given is None:
        return None
    inputs.notes.note(name, given.value, given.origin)
    return given.value


def _check_python_version(given: Given) -> None:
    try:
        Version(given.value)
    except InvalidVersion:
        raise UsageError(f"{given.origin}: {given.value[:40]!r} is no Python version.") from None


def _configured_requirements(inputs: UvInputs, key: str) -> list[Requirement]:
    found = []
    for value, table in inputs.layers.configured(key):
        if not isinstance(value, list):
            raise UsageError(f"{table.origin(key)}: expected a list of requirements.")
        for number, text in enumerate(value):
            requirement = parse_requirement(str(text), table.origin(key, number), table.file.folder)
            inputs.notes.note(key, str(requirement), requirement.origin)
            found.append(requirement)
    return found


def _configured_markers(inputs: UvInputs, key: str) -> tuple[Marker, ...]:
    for value, table in inputs.layers.configured(key):
        entries = [value] if isinstance(value, str) else value
        if isinstance(entries, list):
            origins = [table.origin(key, number) for number in range(len(entries))]
            return tuple(parse_marker(str(text), str(origin)) for text, origin in zip(entries, origins, strict=True))
    return ()


def _minimum_libc(inputs: UvInputs) -> Mapping[str, str]:
    for value, _ in inputs.layers.configured("minimum-libc-version"):
        if isinstance(value, Mapping):
            return {str(name): str(version) for name, version in value.items()}
    return {}


class _Upgrade:
    """--upgrade and --upgrade-package: which preferences are forgotten, and what new bounds they state."""

    def __init__(self, everything: bool, requirements: Sequence[Requirement]) -> None:
        self.everything = everything
        self.packages = frozenset(requirement.name for requirement in requirements)
        self.constraints = [requirement for requirement in requirements if requirement.specifier]

    @classmethod
    def of(cls, inputs: UvInputs) -> _Upgrade:
        given = inputs.layers.all("upgrade-package")
        requirements = [parse_requirement(entry.value, entry.origin, inputs.directory) for entry in given]
        return cls(inputs.layers.is_on("upgrade"), requirements)

    def kept(self, preferences: Sequence[Preference]) -> tuple[Preference, ...]:
        if self.everything:
            return ()
        return tuple(preference for preference in preferences if preference.name not in self.packages)


def _prerelease(inputs: UvInputs) -> tuple[PrereleaseMode | None, Mapping[NormalizedName, PrereleaseMode]]:
    layers = inputs.layers
    mode = layers.one("prerelease")
    packages: dict[NormalizedName, PrereleaseMode] = {}
    for name, value, where in _by_package(inputs, "prerelease-package"):
        if value not in PRERELEASE_MODES:
            raise UsageError(f"{where}: {value!r} is none of {', '.join(PRERELEASE_MODES)}.")
        packages.setdefault(name, cast(PrereleaseMode, value))
    if mode is None and layers.is_on("pre"):
        return "allow", packages
    return cast(PrereleaseMode | None, mode.value.lower() if mode else None), packages


def _by_package(inputs: UvInputs, name: str) -> list[tuple[NormalizedName, Any, str]]:
    """Values per package: `NAME=VALUE` flags first, then the tables of files."""
    found: list[tuple[NormalizedName, Any, str]] = []
    for given in inputs.layers.stated(name):
        package, equals, value = given.value.partition("=")
        if not equals:
            raise UsageError(f"{given.origin}: expected PACKAGE=VALUE, not {given.value[:80]!r}.")
        inputs.notes.note(name, given.value, given.origin)
        found.append((parse_name(package, str(given.origin)), value.strip(), str(given.origin)))
    for table_value, table in inputs.layers.configured(name):
        if not isinstance(table_value, Mapping):
            raise UsageError(f"{table.origin(name)}: expected a table of packages.")
        for package, value in table_value.items():
            origin = table.origin(name, package)
            inputs.notes.note(name, f"{package}={value}", origin)
            found.append((parse_name(package, str(origin)), value, str(origin)))
    return found


def _dependency_metadata(inputs: UvInputs) -> list[StaticMetadata]:
    found = []
    for value, table in inputs.layers.configured("dependency-metadata"):
        for number, entry in enumerate(value if isinstance(value, list) else []):
            found.append(_static_metadata(entry, table, number))
            origin = table.origin("dependency-metadata", number)
            inputs.notes.note("dependency-metadata", str(entry.get("name")), origin)
    return found


def _static_metadata(entry: Any, table: ConfiguredTable, number: int) -> StaticMetadata:
    origin = table.origin("dependency-metadata", number)
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise UsageError(f"{origin}: an entry needs a name.")
    version = entry.get("version")
    try:
        parsed = Version(version) if isinstance(version, str) else None
    except InvalidVersion:
        raise UsageError(f"{origin}: {version!r} is no version.") from None
    python = entry.get("requires-python")
    return StaticMetadata(
        name=parse_name(entry["name"], str(origin)),
        version=parsed,
        requires=tuple(str(text) for text in entry.get("requires-dist", [])),
        requires_python=python if isinstance(python, str) else None,
        extras=tuple(
            canonicalize_name(str(text)) for text in entry.get("provides-extra", entry.get("provides-extras", []))
        ),
    )


def _file_settings(inputs: UvInputs, files: Sequence[RequirementsFile]) -> FileSettings:
    layers = inputs.layers
    newer = _exclude_newer(inputs)
    newer_packages = {
        name: value if value is False else str(value)
        for name, value, _ in reversed(_by_package(inputs, "exclude-newer-package"))
    }
    hashes = layers.is_on("require-hashes") or any(file.require_hashes is not None for file in files)
    isolation = layers.is_on("no-build-isolation")
    if inputs.is_project_command:
        return FileSettings(
            no_build=layers.is_on("no-build"),
            no_build_packages=layers.packages("no-build-package"),
            no_binary=layers.is_on("no-binary"),
            no_binary_packages=layers.packages("no-binary-package"),
            exclude_newer=newer,
            exclude_newer_packages=newer_packages,
            no_build_isolation=isolation,
        )
    lines_binary = [given for file in files for given in file.no_binary]
    lines_only = [given for file in files for given in file.only_binary]
    all_binary, binary_names = package_choice([*_pip_choice(inputs, "no-binary"), *lines_binary])
    all_only, only_names = package_choice([*_pip_choice(inputs, "only-binary"), *lines_only])
    return FileSettings(
        no_build=_switch_or_top_level(inputs, "no-build") or all_only,
        no_build_packages=_top_level_packages(inputs, "no-build-package") | only_names,
        no_binary=all_binary or _top_level_switch(inputs, "no-binary"),
        no_binary_packages=binary_names | _top_level_packages(inputs, "no-binary-package"),
        exclude_newer=newer,
        exclude_newer_packages=newer_packages,
        require_hashes=hashes,
        no_build_isolation=isolation,
    )


def _pip_choice(inputs: UvInputs, name: str) -> list[Given]:
    found = list(inputs.layers.stated(name))
    for value, table in inputs.layers.configured(name):
        if isinstance(value, list):
            found += [Given(str(part), table.origin(name, number)) for number, part in enumerate(value)]
    for given in found:
        inputs.notes.note(name, given.value, given.origin)
    return found


def _switch_or_top_level(inputs: UvInputs, name: str) -> bool:
    given = inputs.layers.switch(name)
    return given is not None and given.value == ON


def _top_level_switch(inputs: UvInputs, name: str) -> bool:
    for value, table in inputs.layers.configured(name):
        if isinstance(value, bool):
            inputs.notes.note(name, str(value).lower(), table.origin(name))
            return value
    return False


def _top_level_packages(inputs: UvInputs, name: str) -> frozenset[NormalizedName]:
    found = inputs.layers.texts(name)
    for given in found:
        inputs.notes.note(name, given.value, given.origin)
    return frozenset(parse_name(given.value, str(given.origin)) for given in found)


def _exclude_newer(inputs: UvInputs) -> str | None:
    stated = inputs.layers.stated("exclude-newer")
    if stated:
        inputs.notes.note("exclude-newer", stated[-1].value, stated[-1].origin)
        return stated[-1].value
    for value, table in inputs.layers.configured("exclude-newer"):
        inputs.notes.note("exclude-newer", str(value), table.origin("exclude-newer"))
        return None if value is False else str(value)
    return None


def _network(inputs: UvInputs, upgrade: _Upgrade) -> NetworkSettings:
    layers, environ, notes = inputs.layers, inputs.environ, inputs.notes
    retries = variable(environ, "UV_HTTP_RETRIES")
    if retries is not None and not inputs.profile.holds("retries_variable"):
        notes.leave("retries", retries.value, retries.origin, f"uv {inputs.profile.version} does not read it")
        retries = None
    refresh = layers.is_on("refresh") or upgrade.everything or layers.is_on("reinstall")
    refreshed = layers.packages("refresh-package") | upgrade.packages | layers.packages("reinstall-package")
    cache = layers.one("cache-dir")
    hosts = frozenset(given.value for given in layers.all("allow-insecure-host"))
    cert = layers.one("cert") if "cert" in layers.options else None
    configured: dict[str, str] = {}
    for scheme in ("http", "https"):
        if not any(environ.get(name) for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")):
            for value, table in layers.configured(f"{scheme}-proxy"):
                configured.setdefault(scheme, str(value))
                notes.note(f"{scheme}-proxy", str(value), table.origin(f"{scheme}-proxy"))
    return assemble_network(
        environ=environ,
        directory=inputs.directory,
        home=inputs.home,
        notes=notes,
        offline=layers.is_on("offline"),
        no_cache=layers.is_on("no-cache"),
        named_cache=cache.value if cache is not None else None,
        refresh=refresh,
        refresh_packages=refreshed,
        retries=retries,
        timeout=variable(environ, "UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT"),
        default_timeout=DEFAULT_TIMEOUT,
        default_retries=DEFAULT_RETRIES,
        ca_bundle=cert or variable(environ, "SSL_CERT_FILE"),
        ca_directory=variable(environ, "SSL_CERT_DIR"),
        client_cert=variable(environ, "SSL_CLIENT_CERT"),
        trusted_hosts=hosts,
        further_proxies=configured,
    )


def _auth(inputs: UvInputs) -> AuthSettings:
    given = inputs.layers.one("keyring-provider")
    provider = given.value.lower() if given else "disabled"
    return AuthSettings(
        keyring=cast(KeyringProvider, provider if provider == "subprocess" else "disabled"),
        netrc=netrc_file(inputs.environ, inputs.home) if inputs.profile.holds("netrc") else None,
        store=credential_store(inputs.environ, inputs.home) if inputs.profile.holds("credential_store") else None,
        environ=dict(inputs.environ),
    )


def leave_idle_options(inputs: UvInputs) -> None:
    """Options that were given although no resolution depends on them."""
    for name, option in inputs.layers.options.items():
        if not option.matters:
            for given in inputs.command.given.get(name, ()):
                inputs.notes.leave(given.origin.name, given.value, given.origin, "has no effect on a resolution")
