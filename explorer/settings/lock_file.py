"""What an earlier resolution left: uv.lock, or the output file of `uv pip compile`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..model.url import mask_url
from .markers import either
from .notes import Notes
from .requirements_txt import Reader
from .settings import LockedDependency, LockedPackage, Preference, UsageError
from .toml_file import TomlFile, parse_toml, read_text, shown_path


@dataclass(frozen=True, slots=True)
class LockFile:
    """The content of a uv.lock that counts for a resolution."""

    file: TomlFile
    requires_python: SpecifierSet | None
    markers: tuple[Marker, ...]
    supported: tuple[str, ...]
    required: tuple[str, ...]
    packages: tuple[LockedPackage, ...]
    preferences: tuple[Preference, ...]


def read_lock(path: Path, directory: Path) -> LockFile | None:
    """The lock file at `path`, None where there is none. Raises `UsageError` for one that does not parse."""
    if not path.is_file():
        return None
    shown = shown_path(path, directory)
    file = parse_toml(read_text(path, shown), path, shown, with_lines=False)
    if file.content.get("version") != 1:
        raise UsageError(
            f"{shown}: only lock files of version 1 are known, this one says {file.content.get('version')!r}."
        )
    packages, preferences = [], []
    for entry in _tables(file.content.get("package")):
        package = _package(entry)
        if package is None:
            continue
        packages.append(package)
        if package.index is not None:
            marker = either([_marker(text) for text in package.markers])
            preferences.append(Preference(package.name, package.version, marker, "lock"))
    return LockFile(
        file=file,
        requires_python=_specifiers(file.content.get("requires-python")),
        markers=tuple(m for m in map(_marker, _texts(file.content.get("resolution-markers"))) if m is not None),
        supported=_texts(file.content.get("supported-markers")),
        required=_texts(file.content.get("required-markers")),
        packages=tuple(packages),
        preferences=tuple(preferences),
    )


def _package(entry: Mapping[str, Any]) -> LockedPackage | None:
    name, source = entry.get("name"), entry.get("source")
    parsed = _version(entry.get("version", "0"))
    if not isinstance(name, str) or parsed is None or not isinstance(source, Mapping):
        return None
    registry = source.get("registry")
    sdist = entry.get("sdist")
    return LockedPackage(
        name=canonicalize_name(name),
        version=parsed,
        index=mask_url(registry) if isinstance(registry, str) else None,
        wheels=tuple(_file(wheel) for wheel in _tables(entry.get("wheels"))),
        sdist=_file(sdist) if isinstance(sdist, Mapping) else None,
        markers=_texts(entry.get("resolution-markers")),
        dependencies=_dependencies(entry.get("dependencies")),
        optional=_optional(entry),
    )


def _dependencies(value: object) -> tuple[LockedDependency, ...]:
    found = []
    for entry in _tables(value):
        name, marker, version = entry.get("name"), entry.get("marker"), entry.get("version")
        if isinstance(name, str):
            found.append(
                LockedDependency(
                    canonicalize_name(name),
                    _version(version),
                    marker if isinstance(marker, str) else None,
                    tuple(canonicalize_name(extra) for extra in _texts(entry.get("extra"))),
                )
            )
    return tuple(found)


def _optional(entry: Mapping[str, Any]) -> dict[str, tuple[LockedDependency, ...]]:
    """The dependencies of extras by name, those of groups by name behind a colon."""
    extras, groups = entry.get("optional-dependencies"), entry.get("dev-dependencies")
    found: dict[str, tuple[LockedDependency, ...]] = {}
    for table, prefix in ((extras, ""), (groups, ":")):
        if isinstance(table, Mapping):
            found |= {prefix + canonicalize_name(str(name)): _dependencies(edges) for name, edges in table.items()}
    return found


def _version(value: object) -> Version | None:
    try:
        return Version(value) if isinstance(value, str) else None
    except InvalidVersion:
        return None


def _file(entry: Mapping[str, Any]) -> tuple[str, str]:
    url = str(entry.get("url") or entry.get("path") or entry.get("filename") or "")
    return url.split("#")[0].split("?")[0].rsplit("/", 1)[-1], url


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def _marker(text: str) -> Marker | None:
    try:
        return Marker(text)
    except InvalidMarker:
        return None


def _specifiers(value: object) -> SpecifierSet | None:
    try:
        return SpecifierSet(value) if isinstance(value, str) else None
    except InvalidSpecifier:
        return None


def output_preferences(path: Path, directory: Path, environ: Mapping[str, str]) -> tuple[Preference, ...]:
    """The pins of an existing output file of `uv pip compile`; none where it does not exist. Raises `UsageError`."""
    if not path.is_file():
        return ()
    shown = shown_path(path, directory)
    found = Reader("uv", directory, environ, Notes()).read_lines(read_text(path, shown), path)
    preferences = []
    for requirement in found.requirements:
        pins = [s for s in requirement.specifier if s.operator in ("==", "===") and not s.version.endswith(".*")]
        if len(pins) == 1 and len(list(requirement.specifier)) == 1:
            version = Version(pins[0].version)
            preferences.append(
                Preference(requirement.name, version, requirement.marker, "output file", requirement.hashes)
            )
    return tuple(preferences)
