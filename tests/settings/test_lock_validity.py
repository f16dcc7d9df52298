"""Whether an existing lock holds, held against what uv 0.13.8 does (its validation of an existing lock)."""

from __future__ import annotations

import pytest
from commanded_folder import CommandedFolder, noted, unused

PYPROJECT = """\
[project]
name = "p"
version = "1"
requires-python = ">=3.11"
dependencies = ["Alpha[io]>=1, <2 ; python_version >= '3.8'", "lib", "p[x]"]
[project.optional-dependencies]
x = ["beta>=0.5"]
[dependency-groups]
lint = ["beta"]
dev = ["gamma", { include-group = "lint" }]
[tool.uv]
constraint-dependencies = ["beta<5"]
override-dependencies = ["gamma==1.0"]
environments = ["sys_platform == 'linux'", "sys_platform == 'win32'"]
[tool.uv.workspace]
members = ["lib"]
[tool.uv.sources]
lib = { workspace = true }
alpha = { index = "x" }
[[tool.uv.index]]
name = "x"
url = "http://h/x"
default = true
"""

LIB = '[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["gamma>=1"]\n'

LOCK = """\
version = 1
revision = 5
requires-python = ">=3.11"
resolution-markers = [
    "sys_platform == 'linux'",
    "sys_platform == 'win32'",
]
supported-markers = [
    "sys_platform == 'linux'",
    "sys_platform == 'win32'",
]

[manifest]
members = [
    "lib",
    "p",
]
constraints = [{ name = "beta", specifier = "<5" }]
overrides = [{ name = "gamma", specifier = "==1.0" }]

[[package]]
name = "alpha"
version = "1.0"
source = { registry = "http://h/x" }
wheels = [{ url = "http://h/x/alpha-1.0-py3-none-any.whl" }]

[[package]]
name = "lib"
version = "1"
source = { editable = "lib" }

[package.metadata]
requires-dist = [{ name = "gamma", specifier = ">=1" }]

[[package]]
name = "p"
version = "1"
source = { virtual = "." }

[package.metadata]
requires-dist = [
    { name = "alpha", extras = ["io"], marker = "MARKER", specifier = ">=1,<2", index = "http://h/x" },
    { name = "beta", marker = "extra == 'x'", specifier = ">=0.5" },
    { name = "lib", editable = "lib" },
    { name = "p", extras = ["x"] },
]
provides-extras = ["x"]

[package.metadata.requires-dev]
dev = [
    { name = "beta" },
    { name = "gamma" },
]
lint = [{ name = "beta" }]
""".replace("MARKER", "python_full_version >= '3.8'")


@pytest.fixture(autouse=True)
def locked(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": PYPROJECT, "lib/pyproject.toml": LIB, "uv.lock": LOCK})


def test_a_lock_of_the_same_requirements_is_the_answer(folder: CommandedFolder) -> None:
    settings = folder.read("uv", "lock")
    assert settings.lock_is_current
    assert noted(settings, "lock") == [("holds as it is: no index is asked for it", "uv.lock")]
    assert folder.read("uv", "sync", profile="uv@0.5.25").lock_is_current


@pytest.mark.parametrize(
    ("before", "after", "because"),
    [
        ("beta<5", "beta<4", "the constraints changed"),
        ("gamma==1.0", "gamma==1.1", "the overrides changed"),
        ("beta>=0.5", "beta>=0.6", "the requirements of p changed"),
        (", <2 ;", ";", "the requirements of p changed"),
        ("'3.8'", "'3.12'", "the requirements of p changed"),
        ('lint = ["beta"]', "lint = []", "the dependency groups of p changed"),
        ('version = "1"', 'version = "2"', "the version of p changed"),
        ('members = ["lib"]', "members = []", "the members of the workspace changed"),
        ('url = "http://h/x"', 'url = "http://h/y"', "the requirements of p changed"),
    ],
)
def test_changes_after_which_versions_and_forks_are_preferred(
    folder: CommandedFolder, before: str, after: str, because: str
) -> None:
    text = PYPROJECT.replace(before, after, 1)
    text = text if after != "members = []" else text.replace('"lib", ', "").replace("lib = { workspace = true }", "")
    folder.write({"pyproject.toml": text})
    settings = folder.read("uv", "lock")
    assert not settings.lock_is_current
    assert noted(settings, "lock")[0][0] == f"resolved again, its versions and forks are preferred: {because}"
    assert [p.name for p in settings.preferences] == ["alpha"] and len(settings.locked_markers) == 2


@pytest.mark.parametrize(
    ("before", "after", "because"),
    [
        ('requires-python = ">=3.11"', 'requires-python = ">=3.12"', "requires-python changed"),
        ("\"sys_platform == 'linux'\", ", "", "environments changed"),
        (
            "[tool.uv.workspace]",
            'conflicts = [[{ extra = "x" }, { group = "dev" }]]\n[tool.uv.workspace]',
            "conflicts changed",
        ),
    ],
)
def test_changes_after_which_only_versions_are_preferred(
    folder: CommandedFolder, before: str, after: str, because: str
) -> None:
    folder.write({"pyproject.toml": PYPROJECT.replace(before, after, 1)})
    settings = folder.read("uv", "lock")
    assert noted(settings, "lock")[0][0] == f"resolved again, its versions are preferred: {because}"
    assert settings.preferences and settings.locked_markers == ()


@pytest.mark.parametrize(
    ("flags", "because"),
    [
        (("--upgrade",), "--upgrade is given"),
        (("--resolution", "lowest"), "the resolution mode changed"),
        (("--fork-strategy", "fewest"), "the fork strategy changed"),
    ],
)
def test_changes_after_which_nothing_of_the_lock_counts(
    folder: CommandedFolder, flags: tuple[str, ...], because: str
) -> None:
    settings = folder.read("uv", "lock", *flags)
    assert unused(settings, "lock") == [because]
    assert settings.preferences == () and not settings.lock_is_current


@pytest.mark.parametrize(
    ("flags", "because"),
    [
        (("-P", "beta"), "some packages are to be upgraded"),
        (("--prerelease", "allow"), "the pre-release mode changed"),
        (("--refresh",), "--refresh is given"),
        (("--exclude-newer", "2024-01-01"), "exclude-newer changed"),
        (("--no-sources",), "the requirements of p changed"),
    ],
)
def test_flags_that_resolve_again(folder: CommandedFolder, flags: tuple[str, ...], because: str) -> None:
    assert noted(folder.read("uv", "lock", *flags), "lock")[0][0].endswith(because)


def test_a_bound_spelt_otherwise_changes_nothing(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": PYPROJECT.replace("gamma==1.0", "gamma == 1").replace("<2 ;", "<2.0 ;")})
    assert folder.read("uv", "lock").lock_is_current


def test_refresh_left_the_lock_alone_before_0_9_0(folder: CommandedFolder) -> None:
    assert folder.read("uv", "lock", "--refresh", profile="uv@0.8.8").lock_is_current


def test_an_index_that_is_gone_resolves_again(folder: CommandedFolder) -> None:
    text = PYPROJECT.replace('alpha = { index = "x" }\n', "")
    lock = LOCK.replace(', index = "http://h/x" }', " }")
    folder.write({"pyproject.toml": text, "uv.lock": lock})
    assert folder.read("uv", "lock").lock_is_current
    gone = folder.read("uv", "lock", "--default-index", "http://h/other")
    assert noted(gone, "lock")[0][0].endswith("alpha is from an index that is not configured")


def test_a_pin_keeps_its_index(folder: CommandedFolder) -> None:
    assert folder.read("uv", "lock", "--default-index", "http://h/other").lock_is_current


def test_adding_resolves_again(folder: CommandedFolder) -> None:
    assert not folder.read("uv", "add", "beta").lock_is_current
