"""uv's options that say how to choose: upgrades, pre-releases, files, dates, static metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from ..model.requirement import Requirement
from .command_line import Given
from .layers import ConfiguredTable
from .requirement_text import parse_name, parse_requirement
from .requirements_txt import RequirementsFile, package_choice
from .settings import FileSettings, Preference, PrereleaseMode, StaticMetadata, UsageError
from .uv_command import PRERELEASE_MODES
from .uv_inputs import UvInputs


@dataclass(frozen=True, slots=True)
class Upgrade:
    """--upgrade and --upgrade-package: which preferences are forgotten, and the bounds that `-P 'name<2'` adds."""

    everything: bool
    packages: frozenset[NormalizedName]
    constraints: tuple[Requirement, ...]

    def kept(self, preferences: Sequence[Preference]) -> tuple[Preference, ...]:
        """The preferences that stay in force."""
        if self.everything:
            return ()
        return tuple(preference for preference in preferences if preference.name not in self.packages)


def read_upgrade(inputs: UvInputs) -> Upgrade:
    """Raises `UsageError` for a package that does not parse."""
    layers = inputs.layers
    given = layers.all("upgrade-package") if "upgrade-package" in layers.options else []
    requirements = [parse_requirement(entry.value, entry.origin, inputs.directory) for entry in given]
    everything = "upgrade" in layers.options and layers.is_on("upgrade")
    names = frozenset(requirement.name for requirement in requirements) | _upgraded_groups(inputs)
    return Upgrade(everything, names, tuple(requirement for requirement in requirements if requirement.specifier))


def _upgraded_groups(inputs: UvInputs) -> frozenset[NormalizedName]:
    """--upgrade-group: the packages that a dependency group of the project names."""
    from .project import read_groups

    given = inputs.layers.stated("upgrade-group")
    if not given or inputs.workspace is None:
        return frozenset()
    groups = read_groups(inputs.workspace.current)
    names = [parse_name(entry.value, str(entry.origin)) for entry in given]
    return frozenset(requirement.name for name in names for requirement in groups.get(name, ()))


def read_prerelease(inputs: UvInputs) -> tuple[PrereleaseMode | None, Mapping[NormalizedName, PrereleaseMode]]:
    """The mode (None: the release's default) and the modes of single packages."""
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
    """(package, value, where it stands): `NAME=VALUE` flags first, then the tables of files."""
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


def read_dependency_metadata(inputs: UvInputs) -> tuple[StaticMetadata, ...]:
    """The `[[dependency-metadata]]` entries of all files. Raises `UsageError` for one without a name."""
    found = []
    for value, table in inputs.layers.configured("dependency-metadata"):
        for number, entry in enumerate(value if isinstance(value, list) else []):
            metadata = _static_metadata(entry, table, number)
            inputs.notes.note("dependency-metadata", metadata.name, table.origin("dependency-metadata", number))
            found.append(metadata)
    return tuple(found)


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
        requires=_text_list(entry, "requires-dist", str(origin)),
        requires_python=python if isinstance(python, str) else None,
        extras=tuple(canonicalize_name(text) for text in _text_list(entry, "provides-extra", str(origin))),
    )


def _text_list(entry: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise UsageError(f"{where}: {key} is a list of texts.")
    return tuple(value)


def read_files(inputs: UvInputs, files: Sequence[RequirementsFile]) -> FileSettings:
    """Which files may be used. `uv pip` lists packages in --no-binary and --only-binary, other commands switch."""
    layers = inputs.layers
    no_binary, binary_names = package_choice(_choice(inputs, files, "no-binary"))
    only_binary, only_names = package_choice(_choice(inputs, files, "only-binary"))
    return FileSettings(
        no_build=layers.is_on("no-build") or only_binary,
        no_build_packages=_packages(inputs, "no-build-package") | only_names,
        no_binary=no_binary or _binary_switch(inputs),
        no_binary_packages=_packages(inputs, "no-binary-package") | binary_names,
        exclude_newer=read_exclude_newer(inputs),
        exclude_newer_packages=_exclude_newer_packages(inputs),
        require_hashes=_require_hashes(inputs, files),
        no_build_isolation=layers.is_on("no-build-isolation"),
    )


def _choice(inputs: UvInputs, files: Sequence[RequirementsFile], name: str) -> list[Given]:
    """The lists of packages for `:all:`, names and `:none:`, those of requirement files last."""
    if inputs.is_project_command:
        return []
    found = list(inputs.layers.stated(name))
    for value, table in inputs.layers.configured(name):
        if isinstance(value, list):
            found += [Given(str(part), table.origin(name, number)) for number, part in enumerate(value)]
    for file in files:
        found += file.no_binary if name == "no-binary" else file.only_binary
    for given in found:
        inputs.notes.note(name, given.value, given.origin)
    return found


def _binary_switch(inputs: UvInputs) -> bool:
    if inputs.is_project_command:
        return inputs.layers.is_on("no-binary")
    for value, table in inputs.layers.configured("no-binary"):
        if isinstance(value, bool):
            inputs.notes.note("no-binary", str(value).lower(), table.origin("no-binary"))
            return value
    return False


def _packages(inputs: UvInputs, name: str) -> frozenset[NormalizedName]:
    if name in inputs.layers.options:
        return inputs.layers.packages(name)
    found = inputs.layers.texts(name)
    for given in found:
        inputs.notes.note(name, given.value, given.origin)
    return frozenset(parse_name(given.value, str(given.origin)) for given in found)


def read_exclude_newer(inputs: UvInputs) -> str | None:
    """The instant or date from which files do not count, as stated; None for no such cut."""
    stated = inputs.layers.stated("exclude-newer")
    if stated:
        inputs.notes.note("exclude-newer", stated[-1].value, stated[-1].origin)
        return stated[-1].value
    for value, table in inputs.layers.configured("exclude-newer"):
        origin = table.origin("exclude-newer")
        inputs.notes.note("exclude-newer", str(value), origin)
        return None if value is False else str(value)
    return None


def _exclude_newer_packages(inputs: UvInputs) -> Mapping[NormalizedName, str | Literal[False]]:
    found: dict[NormalizedName, str | Literal[False]] = {}
    for name, value, _ in _by_package(inputs, "exclude-newer-package"):
        found.setdefault(name, False if value is False or value == "false" else str(value))
    return found


def _require_hashes(inputs: UvInputs, files: Sequence[RequirementsFile]) -> bool:
    if inputs.layers.is_on("require-hashes"):
        return True
    line = next((file.require_hashes for file in files if file.require_hashes is not None), None)
    if line is not None:
        inputs.notes.note("require-hashes", "true", line.origin)
    return line is not None
