"""What an sdist or a source folder states about itself without being built (wheels 2.3)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from .core_metadata import CoreMetadata
from .metadata_parse import InvalidMetadataText, NotStatic, build_metadata, parse_pkg_info
from .sdist_archive import STATIC_FILES

DYNAMIC_FIELDS = ("dependencies", "optional-dependencies", "requires-python")


def static_metadata(
    files: Mapping[str, bytes], package: NormalizedName, version: Version | None
) -> tuple[CoreMetadata | None, str]:
    """The metadata that `files` (of `SourceTree.static_files`) state, or None and why a build is needed.

    `pyproject.toml` is looked at first, then PKG-INFO; what is stated for another name or version is passed over.
    `version` is that of the sdist's file name, None for a folder. Source: uv 0.13.8, `StaticMetadata::read`.
    """
    why = ""
    for name, read in ((STATIC_FILES[0], _from_pyproject), (STATIC_FILES[1], _from_pkg_info)):
        if name not in files:
            continue
        try:
            metadata = read(files[name], version)
        except (NotStatic, InvalidMetadataText) as reason:
            why = why or str(reason)
            continue
        if metadata.name == package and _is_version(metadata.version, version):
            return metadata, ""
        why = why or f"{name} is that of {metadata.name} {metadata.version}"
    return None, why or f"neither {' nor '.join(STATIC_FILES)} states it"


def _is_version(stated: Version, expected: Version | None) -> bool:
    return expected is None or stated == expected or str(expected) == stated.public


def _from_pkg_info(data: bytes, version: Version | None) -> CoreMetadata:
    return parse_pkg_info(data)


def read_pyproject(data: bytes) -> Mapping[str, Any]:
    """A pyproject.toml as a table. Raises `NotStatic` where it is no TOML."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise NotStatic(f"pyproject.toml does not parse: {str(error)[:200]}") from None


def _from_pyproject(data: bytes, version: Version | None) -> CoreMetadata:
    """The `[project]` table (PEP 621) where nothing that matters is dynamic.

    Raises `NotStatic`, `InvalidMetadataText`.
    """
    table = read_pyproject(data)
    project = table.get("project")
    if not isinstance(project, dict):
        raise NotStatic("pyproject.toml has no [project] table")
    dynamic = _texts(project, "dynamic")
    for field in dynamic:
        if field in DYNAMIC_FIELDS or (field == "version" and version is None):
            raise NotStatic(f"pyproject.toml says that {field} is dynamic")
    tool = table.get("tool")
    if "dependencies" not in project and isinstance(tool, dict) and "poetry" in tool:
        raise NotStatic("pyproject.toml states its dependencies for Poetry")
    name = project.get("name")
    if not isinstance(name, str):
        raise NotStatic("pyproject.toml has no project.name")
    extras = project.get("optional-dependencies", {})
    if not isinstance(extras, dict):
        raise NotStatic("project.optional-dependencies is no table")
    python = project.get("requires-python")
    return build_metadata(
        name=name,
        version=_stated_version(project, version),
        requires=(*_texts(project, "dependencies"), *_of_extras(extras)),
        requires_python=python if isinstance(python, str) else None,
        extras=extras,
    )


def _stated_version(project: Mapping[str, Any], version: Version | None) -> Version:
    stated = project.get("version")
    if isinstance(stated, str):
        try:
            return Version(stated)
        except InvalidVersion:
            raise NotStatic("project.version is no version") from None
    if version is None:
        raise NotStatic("pyproject.toml has no project.version")
    return version


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise NotStatic(f"{key} is no list of texts")
    return tuple(value)


def _of_extras(extras: Mapping[str, Any]) -> Iterator[str]:
    """Requirements of extras as core metadata writes them: with the extra in their marker."""
    for extra in extras:
        for text in _texts(extras, extra):
            requirement, semicolon, marker = text.partition(";")
            condition = f"({marker.strip()}) and extra == '{extra}'" if semicolon else f"extra == '{extra}'"
            yield f"{requirement.rstrip()} ; {condition}"
