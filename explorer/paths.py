"""Where the explorer keeps what outlives a run, and where the real tools keep theirs (read, never written)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

OUR_NAME: Final = "resolve-tui"


def cache_folder(environ: Mapping[str, str], home: Path, inside: str | None = None) -> Path:
    """The folder of our cache: one of ours `inside` the cache that a command names, else below the user's."""
    if inside is not None:
        return Path(inside).expanduser() / OUR_NAME
    if named := environ.get("XDG_CACHE_HOME"):
        return Path(named) / OUR_NAME
    match sys.platform:
        case "darwin":
            return home / "Library" / "Caches" / OUR_NAME
        case "win32":
            return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / OUR_NAME / "Cache"
        case _:
            return home / ".cache" / OUR_NAME


def state_folder(environ: Mapping[str, str], home: Path) -> Path:
    """The folder for what the user would miss: recordings, lessons done, key bindings."""
    if named := environ.get("XDG_STATE_HOME"):
        return Path(named) / OUR_NAME
    match sys.platform:
        case "darwin":
            return home / "Library" / "Application Support" / OUR_NAME
        case "win32":
            return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / OUR_NAME
        case _:
            return home / ".local" / "state" / OUR_NAME


def configuration_folder(environ: Mapping[str, str], home: Path) -> Path:
    """The user's configuration folder (uv looks for `uv/uv.toml` in it)."""
    if sys.platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config")


def system_configuration_folders(environ: Mapping[str, str]) -> list[Path]:
    """Folders searched for a system-wide `uv/uv.toml`, in order."""
    if sys.platform == "win32":
        return [Path(environ.get("SYSTEMDRIVE", "C:") + "\\") / "ProgramData"]
    named = environ.get("XDG_CONFIG_DIRS", "").strip()
    folders = [Path(text) for text in named.split(":") if text] if named else [Path("/etc/xdg")]
    return [*folders, Path("/etc")]


def credential_store(environ: Mapping[str, str], home: Path) -> Path:
    """uv's credential store: `$UV_CREDENTIALS_DIR/credentials.toml`, else in uv's data folder."""
    if named := environ.get("UV_CREDENTIALS_DIR"):
        return Path(named) / "credentials.toml"
    if sys.platform == "win32":
        data = Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "uv" / "data"
    else:
        data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "uv"
    return data / "credentials" / "credentials.toml"


def netrc_file(environ: Mapping[str, str], home: Path) -> Path:
    """The netrc that tools read: `$NETRC`, else `.netrc` in the home folder."""
    named = environ.get("NETRC")
    return Path(named).expanduser() if named else home / ".netrc"
