"""The `[build-system]` table of a source tree (PEP 518, PEP 517)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .metadata_parse import NotStatic
from .sdist_static import read_pyproject

LEGACY_REQUIREMENTS: Final = ("setuptools >= 40.8.0",)
LEGACY_BACKEND: Final = "setuptools.build_meta:__legacy__"


class BrokenBuildSystem(Exception):
    """The table is not as PEP 518 wants it."""


@dataclass(frozen=True, slots=True)
class BuildSystem:
    """What is needed to build, and who builds; the defaults are those for a tree with a `setup.py` only."""

    requires: tuple[str, ...] = LEGACY_REQUIREMENTS
    backend: str = LEGACY_BACKEND
    backend_path: tuple[str, ...] | None = None


def read_build_system(files: Mapping[str, bytes]) -> BuildSystem:
    """The build system that `files` (of `SourceTree.static_files`) state. Raises `BrokenBuildSystem`."""
    data = files.get("pyproject.toml")
    if data is None:
        return BuildSystem()
    try:
        table = read_pyproject(data).get("build-system")
    except NotStatic as error:
        raise BrokenBuildSystem(str(error)) from None
    if table is None:
        return BuildSystem()
    if not isinstance(table, dict) or "requires" not in table:
        raise BrokenBuildSystem("pyproject.toml has a [build-system] without requires")
    requires, backend, path = table["requires"], table.get("build-backend", LEGACY_BACKEND), table.get("backend-path")
    if not _are_texts(requires) or not isinstance(backend, str) or not (path is None or _are_texts(path)):
        raise BrokenBuildSystem("the [build-system] of pyproject.toml has values of the wrong type")
    return BuildSystem(tuple(requires), backend, tuple(path) if path is not None else None)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
