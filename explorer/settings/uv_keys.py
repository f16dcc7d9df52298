"""The keys of uv's configuration files: which there are, and what may stand under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..profiles import Profile
from .index_list import index_from_table
from .toml_file import Key, TomlFile
from .uv_command import INDEX_STRATEGIES, PRERELEASE_MODES, RESOLUTION_MODES

_KEYS: Final = frozenset(
    {
        "required-version", "system-certs", "native-tls", "offline", "no-cache", "cache-dir", "preview",
        "preview-features", "python-preference", "python-downloads", "concurrent-downloads", "concurrent-builds",
        "concurrent-installs", "allow-insecure-host", "http-proxy", "https-proxy", "no-proxy", "index", "index-url",
        "extra-index-url", "no-index", "find-links", "index-strategy", "keyring-provider", "resolution", "prerelease",
        "prerelease-package", "fork-strategy", "dependency-metadata", "config-settings", "config-settings-package",
        "no-build-isolation", "no-build-isolation-package", "extra-build-dependencies", "extra-build-variables",
        "exclude-newer", "exclude-newer-package", "link-mode", "compile-bytecode", "no-sources", "no-sources-package",
        "require-build-hashes", "upgrade", "upgrade-package", "reinstall", "reinstall-package", "no-build",
        "no-build-package", "no-binary", "no-binary-package", "torch-backend", "python-install-mirror",
        "pypy-install-mirror", "graalpy-install-mirror", "pyodide-install-mirror", "python-downloads-json-url",
        "publish-url", "trusted-publishing", "check-url", "add-bounds", "audit", "pip", "cache-keys",
        "override-dependencies", "exclude-dependencies", "constraint-dependencies", "build-constraint-dependencies",
    }
)  # fmt: skip

PROJECT_KEYS: Final = frozenset(
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
        "extra-build-variables", "strict", "extra", "all-extras", "no-extra", "no-deps", "group",
        "allow-empty-requirements", "resolution", "prerelease", "fork-strategy", "dependency-metadata", "output-file",
        "no-strip-extras", "no-strip-markers", "no-annotate", "no-header", "custom-compile-command", "generate-hashes",
        "config-settings", "config-settings-package", "python-version", "python-platform", "universal",
        "exclude-newer", "exclude-newer-package", "no-emit-package", "emit-index-url", "emit-find-links",
        "emit-build-options", "emit-marker-expression", "emit-index-annotation", "annotation-style", "link-mode",
        "compile-bytecode", "require-hashes", "verify-hashes", "no-sources", "no-sources-package", "upgrade",
        "upgrade-package", "reinstall", "reinstall-package", "torch-backend",
    }
)  # fmt: skip

_SWITCHES: Final = frozenset(
    {
        "offline", "no-cache", "system-certs", "native-tls", "no-index", "no-build", "no-build-isolation", "no-sources",
        "upgrade", "reinstall", "universal", "no-deps", "require-hashes", "verify-hashes", "all-extras",
    }
)  # fmt: skip

_TEXTS: Final = frozenset(
    {
        "index-url",
        "cache-dir",
        "http-proxy",
        "https-proxy",
        "python",
        "python-version",
        "python-platform",
        "output-file",
    }
)

_LISTS: Final = frozenset(
    {
        "extra-index-url", "find-links", "no-build-package", "no-binary-package", "no-sources-package",
        "upgrade-package", "reinstall-package", "no-proxy", "allow-insecure-host", "extra", "group",
    }
)  # fmt: skip

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "index-strategy": (*INDEX_STRATEGIES, "unsafe-any-match"),
    "keyring-provider": ("disabled", "native", "subprocess"),
    "resolution": RESOLUTION_MODES,
    "prerelease": PRERELEASE_MODES,
    "fork-strategy": ("fewest", "requires-python"),
}


def check_options(file: TomlFile, prefix: tuple[str, ...], profile: Profile) -> None:
    """Raises `UsageError` where uv would refuse the table: an unknown key, a value of the wrong kind, a bad index."""
    table = file.table(*prefix)
    known = (_KEYS | (PROJECT_KEYS if prefix else frozenset())) - profile.words("unknown_keys")
    for key, value in table.items():
        if key not in known:
            raise file.error((*prefix, key), f"uv {profile.version} does not know the key {key!r}")
        _check_kind(file, (*prefix, key), key, value)
    _check_kind(file, (*prefix, "no-binary"), "no-binary", table.get("no-binary", False), bool)
    pip_keys = _PIP_KEYS - profile.words("unknown_pip_keys")
    for key, value in file.table(*prefix, "pip").items():
        place: Key = (*prefix, "pip", key)
        if key not in pip_keys:
            raise file.error(place, f"uv {profile.version} does not know the key {key!r}")
        _check_kind(file, place, key, value, list if key in ("no-binary", "only-binary") else None)
    for number, entry in enumerate(file.entries(*prefix, "index")):
        at: Key = (*prefix, "index", number)
        index = index_from_table(file, at, entry, profile)
        if index.explicit and index.name is None and profile.holds("explicit_needs_name"):
            raise file.error(at, f"an index with `explicit = true` requires a `name`: {index.url}")


def _check_kind(file: TomlFile, place: Key, key: str, value: object, kind: type | None = None) -> None:
    if (key in _SWITCHES or kind is bool) and not isinstance(value, bool):
        raise file.error(place, "expected true or false")
    if key in _TEXTS and not isinstance(value, str):
        raise file.error(place, "expected a text")
    is_list = isinstance(value, list) and all(isinstance(part, str) for part in value)
    if (key in _LISTS or kind is list) and not is_list:
        raise file.error(place, "expected a list of texts")
    choices = _CHOICES.get(key)
    if choices is not None and value not in choices:
        raise file.error(place, f"expected one of {', '.join(choices)}")
