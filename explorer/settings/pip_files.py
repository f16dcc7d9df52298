"""pip's configuration files: which there are, in which order they count, and what stands in them.

Source: pip's documentation of its configuration files: global, then user, then the environment's (site), then
PIP_CONFIG_FILE; later ones win. `[global]` holds for every command, `[install]` for one.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..model.origin import Origin
from .settings import UsageError
from .toml_file import read_text

PIP_KEYS_OF_INTEREST: Final = frozenset(
    {
        "index-url", "pypi-url", "extra-index-url", "no-index", "find-links", "trusted-host", "cert", "client-cert",
        "proxy", "timeout", "retries", "constraint", "requirement", "pre", "no-binary", "only-binary", "prefer-binary",
        "keyring-provider", "no-input", "cache-dir", "no-cache-dir", "require-hashes", "no-deps", "python-version",
        "platform", "abi", "implementation", "no-build-isolation", "use-feature", "use-deprecated",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PipEntry:
    """One key of a file: its section, its name with dashes, its text and its line."""

    section: str
    key: str
    value: str
    origin: Origin


def configuration_paths(
    environ: Mapping[str, str], home: Path, environment: Path | None = None, *, isolated: bool = False
) -> list[Path]:
    """The files that pip would read, the ones that win last; they need not exist.

    `environment` is the one pip runs in. PIP_CONFIG_FILE replaces the user's files, `isolated` leaves them out; as the
    null device PIP_CONFIG_FILE means that no file is read.
    """
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    system, user = _platform_paths(environ, home)
    paths = [*system]
    if not isolated and (not named or not Path(named).expanduser().exists()):
        paths += user
    if environment is not None:
        paths.append(environment / ("pip.ini" if sys.platform == "win32" else "pip.conf"))
    if named:
        paths.append(Path(named).expanduser())
    return paths


def _platform_paths(environ: Mapping[str, str], home: Path) -> tuple[list[Path], list[Path]]:
    user = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    match sys.platform:
        case "win32":
            roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
            system = [Path(environ.get("PROGRAMDATA", "C:\\ProgramData")) / "pip" / "pip.ini"]
            return system, [home / "pip" / "pip.ini", roaming / "pip" / "pip.ini"]
        case "darwin":
            support = home / "Library" / "Application Support" / "pip" / "pip.conf"
            chosen = support if support.parent.is_dir() else user
            return [Path("/Library/Application Support/pip/pip.conf")], [home / ".pip" / "pip.conf", chosen]
        case _:
            folders = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
            system = [Path(folder) / "pip" / "pip.conf" for folder in folders if folder]
            return [*system, Path("/etc/pip.conf")], [home / ".pip" / "pip.conf", user]


def read_pip_file(path: Path) -> list[PipEntry]:
    """The entries of one file in order. Raises `UsageError` for a file that cannot be parsed."""
    shown = str(path)
    text = read_text(path, shown)
    parser = configparser.RawConfigParser(strict=True)
    try:
        parser.read_string(text, shown)
    except configparser.Error as error:
        line = getattr(error, "lineno", None)
        raise UsageError(f"{shown}{f':{line}' if line else ''}: pip cannot read this file.") from None
    lines = _lines(text)
    found = []
    for section in parser.sections():
        for key, value in parser.items(section):
            name = key.replace("_", "-").removeprefix("--")
            line = lines.get((section, key))
            found.append(PipEntry(section, name, value, Origin("file", shown, line, f"{section}.{name}")))
    return found


def _lines(text: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("[") and "]" in stripped:
            section = stripped[1 : stripped.index("]")]
        elif line[:1].strip() and stripped[:1] not in ("#", ";"):
            key = min((stripped.partition(mark)[0] for mark in ("=", ":")), key=len).strip().lower()
            found.setdefault((section, key), number)
    return found
