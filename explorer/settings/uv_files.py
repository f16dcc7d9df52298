"""uv's configuration files: which are read, in which order, and which of them replaces which (indexes.md 1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..model.origin import Origin
from ..paths import configuration_folder, system_configuration_folders
from ..profiles import Profile
from .index_list import index_from_table
from .layers import ConfiguredTable
from .notes import Notes
from .settings import UsageError
from .toml_file import BrokenToml, Key, TomlFile, read_toml, shown_path

TOOL_UV: Final = ("tool", "uv")

_KEYS: Final = frozenset(
    {
        "required-version", "system-certs", "native-tls", "offline", "no-cache", "cache-dir", "preview",
        "preview-features", "python-preference", "python-downloads", "concurrent-downloads", "concurrent-builds",
        "concurrent-installs", "allow-insecure-host", "http-proxy", "https-proxy", "no-proxy", "index", "index-url",
        "extra-index-url", "no-index", "find-links", "index-strategy", "keyring-provider", "resolution", "prerelease",
        "prerelease-package",
        "fork-strategy", "dependency-metadata", "config-settings", "config-settings-package", "no-build-isolation",
        "no-build-isolation-package", "extra-build-dependencies", "extra-build-variables", "exclude-newer",
        "exclude-newer-package", "link-mode", "compile-bytecode", "no-sources", "no-sources-package",
        "require-build-hashes", "upgrade", "upgrade-package", "reinstall", "reinstall-package", "no-build",
        "no-build-package", "no-binary", "no-binary-package", "torch-backend", "python-install-mirror",
        "pypy-install-mirror", "graalpy-install-mirror", "pyodide-install-mirror", "python-downloads-json-url",
        "publish-url", "trusted-publishing", "check-url", "add-bounds", "audit", "pip", "cache-keys",
        "override-dependencies", "exclude-dependencies", "constraint-dependencies", "build-constraint-dependencies",
    }
)  # fmt: skip

_PROJECT_KEYS: Final = frozenset(
    {
        "environments", "required-environments", "minimum-libc-version", "conflicts", "workspace", "sources",
        "dev-dependencies", "default-groups", "dependency-groups", "managed", "package", "build-backend",
    }
)  # fmt: skip
"""Keys that only a pyproject.toml may have."""

_PIP_KEYS: Final = frozenset(
    {
        "python", "system", "break-system-packages", "target", "prefix", "index-url", "extra-index-url", "no-index",
        "find-links", "index-strategy", "keyring-provider", "no-build", "no-binary", "only-binary",
        "no-build-isolation", "require-build-hashes", "no-build-isolation-package", "extra-build-dependencies",
        "extra-build-variables", "strict", "extra", "all-extras", "no-extra",
        "no-deps", "group", "allow-empty-requirements", "resolution",
        "prerelease", "fork-strategy", "dependency-metadata", "output-file", "no-strip-extras", "no-strip-markers",
        "no-annotate", "no-header", "custom-compile-command", "generate-hashes", "config-settings",
        "config-settings-package", "python-version", "python-platform", "universal", "exclude-newer",
        "exclude-newer-package", "no-emit-package", "emit-index-url", "emit-find-links", "emit-build-options",
        "emit-marker-expression", "emit-index-annotation", "annotation-style", "link-mode", "compile-bytecode",
        "require-hashes", "verify-hashes", "no-sources", "no-sources-package", "upgrade", "upgrade-package",
        "reinstall", "reinstall-package", "torch-backend",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """A file whose options count, and where in it they stand."""

    file: TomlFile
    prefix: tuple[str, ...]

    @property
    def table(self) -> ConfiguredTable:
        return ConfiguredTable(self.file, self.prefix)

    @property
    def pip_table(self) -> ConfiguredTable:
        return ConfiguredTable(self.file, (*self.prefix, "pip"))


def discover(
    start: Path, directory: Path, environ: Mapping[str, str], home: Path, profile: Profile, notes: Notes
) -> list[ConfigurationFile]:
    """The files whose options count for a command in `directory`, most specific first; the search begins at `start`.

    Raises `UsageError` for a uv.toml that uv refuses; a pyproject.toml that it refuses is dropped with a warning (F36).
    """
    found = []
    project = _project_file(start, directory, profile, notes)
    if project is not None:
        found.append(project)
    user = configuration_folder(environ, home) / "uv" / "uv.toml"
    if user.is_file():
        found.append(read_uv_toml(user, directory, profile))
    for folder in system_configuration_folders(environ):
        system = folder / "uv" / "uv.toml"
        if system.is_file():
            found.append(read_uv_toml(system, directory, profile))
            break
    return found


def read_uv_toml(path: Path, directory: Path, profile: Profile) -> ConfigurationFile:
    """One uv.toml. Raises `UsageError` for an unknown key, or one that belongs into a pyproject.toml."""
    file = read_toml(path, shown_path(path, directory))
    for key in file.content:
        if key in _PROJECT_KEYS:
            raise file.error((key,), f"{key} is not allowed in a uv.toml, only in a pyproject.toml")
    check_options(file, (), profile)
    return ConfigurationFile(file, ())


def _project_file(start: Path, directory: Path, profile: Profile, notes: Notes) -> ConfigurationFile | None:
    for folder in (start, *start.parents):
        uv_toml, pyproject = folder / "uv.toml", folder / "pyproject.toml"
        if uv_toml.is_file():
            found = read_uv_toml(uv_toml, directory, profile)
            _leave_shadowed(pyproject, directory, notes)
            return found
        if pyproject.is_file():
            try:
                file = read_toml(pyproject, shown_path(pyproject, directory))
                if not file.table(*TOOL_UV):
                    continue
                check_options(file, TOOL_UV, profile)
            except UsageError as error:
                notes.warn(f"uv cannot read {shown_path(pyproject, directory)} and drops all of its [tool.uv]: {error}")
                origin = Origin("file", shown_path(pyproject, directory), None, "tool.uv")
                notes.leave("configuration", "[tool.uv]", origin, f"this release drops the whole table: {error}")
                continue
            return ConfigurationFile(file, TOOL_UV)
    return None


def _leave_shadowed(pyproject: Path, directory: Path, notes: Notes) -> None:
    if not pyproject.is_file():
        return
    try:
        file = read_toml(pyproject, shown_path(pyproject, directory))
        table = file.table(*TOOL_UV)
    except (BrokenToml, UsageError):
        return
    for key in table:
        if key not in _PROJECT_KEYS:
            notes.leave(key, _brief(table[key]), file.origin(*TOOL_UV, key), "the uv.toml beside it replaces [tool.uv]")


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def check_options(file: TomlFile, prefix: tuple[str, ...], profile: Profile) -> None:
    """Raises `UsageError` where uv would refuse the table: an unknown key, or an index it cannot read."""
    table = file.table(*prefix)
    known = (_KEYS | (_PROJECT_KEYS if prefix else frozenset())) - profile.words("unknown_keys")
    for key in table:
        if key not in known:
            raise file.error((*prefix, key), f"uv {profile.version} does not know the key {key!r}")
    for key in file.table(*prefix, "pip"):
        if key not in _PIP_KEYS - profile.words("unknown_pip_keys"):
            raise file.error((*prefix, "pip", key), f"uv {profile.version} does not know the key {key!r}")
    indexes = table.get("index", [])
    if not isinstance(indexes, list):
        raise file.error((*prefix, "index"), "expected a list of tables ([[index]])")
    for number, entry in enumerate(indexes):
        place: Key = (*prefix, "index", number)
        index = index_from_table(file, place, entry, profile)
        if index.explicit and index.name is None and profile.holds("explicit_needs_name"):
            raise file.error(place, f"an index with `explicit = true` requires a `name`: {index.url}")
