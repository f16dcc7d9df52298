"""Whatever stands in a configuration file: settings, or one clear refusal; never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from commanded_folder import CommandedFolder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.settings.settings import RefusedSettings, UsageError

LEAVES = st.one_of(
    st.booleans(),
    st.integers(-5, 700),
    st.sampled_from(
        ["", "x", ">=3.8", "alpha>=1", "http://h/s", "sys_platform == 'win32'", "extra", "2024-01-01", "\u0000"]
    ),
)
NAMES = st.sampled_from(
    ["name", "version", "url", "index", "marker", "extra", "group", "package", "members", "exclude", "default",
     "explicit", "include-group", "path", "git", "workspace", "requires-dist", "ignore-error-codes", "x"]
)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
PROJECT_KEYS = st.sampled_from(
    ["name", "version", "dependencies", "optional-dependencies", "requires-python", "dynamic"]
)
UV_KEYS = st.sampled_from(
    ["index", "index-url", "extra-index-url", "find-links", "no-index", "sources", "workspace", "environments",
     "required-environments", "conflicts", "constraint-dependencies", "override-dependencies", "exclude-dependencies",
     "build-constraint-dependencies", "dev-dependencies", "default-groups", "dependency-metadata", "prerelease",
     "exclude-newer", "exclude-newer-package", "no-build-package", "minimum-libc-version", "pip", "package",
     "keyring-provider", "cache-dir", "offline", "allow-insecure-host", "http-proxy", "resolution"]
)  # fmt: skip

PYPROJECTS = st.fixed_dictionaries(
    {},
    optional={
        "project": st.dictionaries(PROJECT_KEYS, VALUES, max_size=4) | VALUES,
        "dependency-groups": st.dictionaries(NAMES, VALUES, max_size=2) | VALUES,
        "tool": st.fixed_dictionaries({"uv": st.dictionaries(UV_KEYS, VALUES, max_size=4)}),
    },
)


def toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | str():
            return json.dumps(value).replace("\\u0000", "\\u0001")
        case list():
            return f"[{', '.join(toml(part) for part in value)}]"
        case _:
            return "{" + ", ".join(f"{json.dumps(key)} = {toml(part)}" for key, part in value.items()) + "}"


@pytest.mark.parametrize(
    "words", [("uv", "lock"), ("uv", "pip", "compile", "pyproject.toml"), ("uv", "sync", "--all-extras")]
)
@given(content=PYPROJECTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_any_pyproject_is_read_or_refused(
    folder: CommandedFolder, words: tuple[str, ...], content: dict[str, Any]
) -> None:
    folder.write({"pyproject.toml": "\n".join(f"{key} = {toml(value)}" for key, value in content.items()) + "\n"})
    try:
        folder.read(*words)
    except (UsageError, RefusedSettings) as error:
        assert str(error)


@given(content=st.dictionaries(UV_KEYS, VALUES, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_any_uv_toml_is_read_or_refused(folder: CommandedFolder, content: dict[str, Any]) -> None:
    folder.write({"r.in": "alpha\n", "uv.toml": "\n".join(f"{k} = {toml(v)}" for k, v in content.items()) + "\n"})
    try:
        folder.read("uv", "pip", "compile", "r.in")
    except (UsageError, RefusedSettings) as error:
        assert str(error)


@given(
    content=st.dictionaries(st.sampled_from(["version", "package", "requires-python", "resolution-markers"]), VALUES)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
def test_any_lock_is_read_or_refused(folder: CommandedFolder, content: dict[str, Any]) -> None:
    text = "\n".join(f"{key} = {toml(value)}" for key, value in {"version": 1, **content}.items())
    folder.write({"pyproject.toml": '[project]\nname = "p"\nversion = "1"\n', "uv.lock": text})
    try:
        folder.read("uv", "lock")
    except (UsageError, RefusedSettings) as error:
        assert str(error)


def test_a_folder_in_place_of_a_file_is_refused(folder: CommandedFolder) -> None:
    (folder.project / "r.in").mkdir()
    with pytest.raises(UsageError, match=r"r\.in"):
        folder.read("uv", "pip", "compile", "r.in")
