"""What an environment holds already: names and versions of its installed distributions, read from folder names."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from .command_line import Given
from .settings import Preference

MAX_DISTRIBUTIONS: Final = 20_000

_INSTALLED: Final = re.compile(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[^-]+)\.(dist-info|egg-info)")


def installed_preferences(environment: Path) -> tuple[Preference, ...]:
    """The distributions in the site-packages of an environment, sorted by name; none where there is no such folder."""
    found: dict[NormalizedName, Preference] = {}
    for folder in _site_packages(environment):
        try:
            names = sorted(path.name for path in folder.iterdir())
        except OSError:
            continue
        for name in names[:MAX_DISTRIBUTIONS]:
            match = _INSTALLED.fullmatch(name)
            if match is None:
                continue
            try:
                version = Version(match["version"])
            except InvalidVersion:
                continue
            project = canonicalize_name(match["name"])
            found.setdefault(project, Preference(project, version, None, "installed"))
    return tuple(found[name] for name in sorted(found))


def _site_packages(environment: Path) -> list[Path]:
    windows = environment / "Lib" / "site-packages"
    if windows.is_dir():
        return [windows]
    return sorted((environment / "lib").glob("python3*/site-packages"))


def uv_environment(environ: Mapping[str, str], directory: Path, python: Given | None) -> Path | None:
    """The environment that `uv pip` works in: of --python if that is a path, the active one, or `.venv` at or above."""
    if python is not None and ("/" in python.value or "\\" in python.value):
        named = directory / python.value
        return named if (named / "pyvenv.cfg").is_file() else named.parent.parent
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environ.get(name):
            return directory / environ[name]
    for folder in (directory, *directory.parents):
        if (folder / ".venv" / "pyvenv.cfg").is_file():
            return folder / ".venv"
    return None


def pip_environment(environ: Mapping[str, str], directory: Path, python: str | None) -> Path | None:
    """The environment that pip works in: of --python, else the one whose `pip` comes first on PATH."""
    if python is not None:
        named = directory / python
        return named if named.is_dir() else named.parent.parent
    found = shutil.which("pip", path=environ.get("PATH", ""))
    return Path(found).parent.parent if found is not None else None
