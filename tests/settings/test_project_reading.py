"""What `uv lock`, `sync`, `add` and `run` resolve (wheels-and-universal.md 5 and 8)."""

from __future__ import annotations

import pytest
from commanded_folder import CommandedFolder, noted, unused
from packaging.utils import canonicalize_name

from explorer.settings.settings import LockedDependency, Project, RefusedSettings, Settings, UsageError

HEAD = '[project]\nname = "My.Proj"\nversion = "1"\nrequires-python = ">=3.11"\n'


def read(folder: CommandedFolder, text: str, *words: str, profile: str = "", **variables: str) -> Settings:
    folder.write({"pyproject.toml": text})
    return folder.read("uv", *(words or ("lock",)), profile=profile, **variables)


def project_of(settings: Settings) -> Project:
    assert settings.project is not None
    return settings.project


def texts(settings: Settings) -> list[str]:
    return [str(requirement) for requirement in project_of(settings).requires]


def test_requirements_carry_file_and_line(folder: CommandedFolder) -> None:
    settings = read(folder, HEAD + 'dependencies = [\n  "alpha",\n  "beta>=1",\n]\n')
    assert texts(settings) == ["alpha", "beta>=1"]
    assert [str(entry.origin) for entry in project_of(settings).requires] == [
        "pyproject.toml:6 (project.dependencies[1])",
        "pyproject.toml:7 (project.dependencies[2])",
    ]
    assert (settings.mode, settings.installs, project_of(settings).name) == ("universal", False, "my-proj")


def test_extras_and_groups_are_all_read(folder: CommandedFolder) -> None:
    settings = read(
        folder,
        HEAD
        + """
[project.optional-dependencies]
Fast_IO = ["alpha"]
[dependency-groups]
dev = ["beta", { include-group = "Lint" }]
lint = ["gamma"]
""",
    )
    project = project_of(settings)
    assert {name: [str(r) for r in found] for name, found in project.extras.items()} == {"fast-io": ["alpha"]}
    assert {name: [str(r) for r in found] for name, found in project.groups.items()} == {
        "dev": ["beta", "gamma"],
        "lint": ["gamma"],
    }
    assert project.groups[canonicalize_name("dev")][1].group == "dev"


def test_old_dev_dependencies_are_the_group_dev(folder: CommandedFolder) -> None:
    settings = read(folder, HEAD + '[tool.uv]\ndev-dependencies = ["alpha"]\n')
    assert [str(r) for r in project_of(settings).groups[canonicalize_name("dev")]] == ["alpha"]


def test_groups_that_include_each_other_are_refused(folder: CommandedFolder) -> None:
    text = '[dependency-groups]\na = [{ include-group = "b" }]\nb = [{ include-group = "a" }]\n'
    with pytest.raises(UsageError, match="a -> b -> a"):
        read(folder, HEAD + text)


def test_an_extra_that_names_its_own_project_is_flattened(folder: CommandedFolder) -> None:
    settings = read(
        folder,
        HEAD
        + """
[project.optional-dependencies]
all = ["my-proj[x, y]"]
x = ["alpha"]
y = ["beta; sys_platform == 'win32'"]
""",
    )
    everything = project_of(settings).extras[canonicalize_name("all")]
    assert [(entry.name, entry.extra) for entry in everything] == [("alpha", "all"), ("beta", "all")]


def test_requires_python_of_all_members_together(folder: CommandedFolder) -> None:
    folder.write({"lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\nrequires-python = "<3.14"\n'})
    settings = read(folder, HEAD + '[tool.uv.workspace]\nmembers = ["li*"]\n')
    assert str(settings.target.requires_python) == "<3.14,>=3.11"
    assert [member.name for member in project_of(settings).members] == ["lib"]


def test_a_member_resolves_its_whole_workspace(folder: CommandedFolder) -> None:
    folder.write(
        {
            "pyproject.toml": HEAD + '[tool.uv.workspace]\nmembers = ["pkgs/*"]\nexclude = ["pkgs/old"]\n',
            "pkgs/lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\ndependencies = ["alpha"]\n',
            "pkgs/old/pyproject.toml": '[project]\nname = "old"\nversion = "1"\n',
        }
    )
    settings = folder.read("uv", "--directory", "pkgs/lib", "lock")
    assert project_of(settings).name == "my-proj"
    assert [member.name for member in project_of(settings).members] == ["lib"]


def test_without_requires_python_there_is_a_warning(folder: CommandedFolder) -> None:
    settings = read(folder, '[project]\nname = "p"\nversion = "1"\n')
    assert settings.target.requires_python is None
    assert "No requires-python" in settings.warnings[0]


def test_without_a_project_there_is_an_error(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match=r"there is no pyproject\.toml"):
        folder.read("uv", "lock")


def test_a_broken_pyproject_is_named_with_its_line(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match=r"pyproject\.toml:3: this is no valid TOML"):
        read(folder, '[project]\nname = "p"\nversion = \n')


def test_limits_of_the_root(folder: CommandedFolder) -> None:
    settings = read(
        folder,
        HEAD
        + """
[tool.uv]
constraint-dependencies = ["alpha<2"]
override-dependencies = ["beta==1"]
exclude-dependencies = ["gamma"]
build-constraint-dependencies = ["setuptools<80"]
[[tool.uv.dependency-metadata]]
name = "delta"
version = "1"
requires-dist = ["epsilon"]
requires-python = ">=3.8"
""",
    )
    assert [str(r) for r in settings.constraints] == ["alpha<2"]
    assert [str(r) for r in settings.overrides] == ["beta==1"]
    assert settings.excludes == {"gamma"}
    assert [str(r) for r in settings.build_constraints] == ["setuptools<80"]
    metadata = settings.dependency_metadata[0]
    assert (metadata.name, str(metadata.version), metadata.requires) == ("delta", "1", ("epsilon",))


def test_conflicts_name_package_kind_and_name(folder: CommandedFolder) -> None:
    first, second = '[{ extra = "A" }, { group = "b" }]', '[{ extra = "x", package = "q" }, { extra = "y" }]'
    text = f"[tool.uv]\nconflicts = [{first}, {second}]\n"
    assert read(folder, HEAD + text).conflicts == (
        (("my-proj", "extra", "a"), ("my-proj", "group", "b")),
        (("q", "extra", "x"), ("my-proj", "extra", "y")),
    )


def test_environments_are_read_and_checked(folder: CommandedFolder) -> None:
    settings = read(
        folder,
        HEAD
        + """
[tool.uv]
environments = ["sys_platform == 'linux'"]
required-environments = "sys_platform == 'win32'"
""",
    )
    assert [str(marker) for marker in settings.target.environments] == ['sys_platform == "linux"']
    assert [str(marker) for marker in settings.target.required_environments] == ['sys_platform == "win32"']


def test_overlapping_environments_are_refused_with_a_replacement(folder: CommandedFolder) -> None:
    text = "[tool.uv]\nenvironments = [\"sys_platform == 'linux'\", \"python_version >= '3.12'\"]\n"
    with pytest.raises(RefusedSettings, match="must be disjoint") as caught:
        read(folder, HEAD + text)
    assert "sys_platform != 'linux'" in caught.value.hints[0]


def test_an_environment_outside_requires_python_is_refused(folder: CommandedFolder) -> None:
    text = "[tool.uv]\nenvironments = [\"python_version < '3.10'\"]\n"
    with pytest.raises(RefusedSettings, match="don't overlap with Python requirement"):
        read(folder, HEAD + text)


def test_required_environments_exist_from_0_6_1(folder: CommandedFolder) -> None:
    text = HEAD + "[tool.uv]\nrequired-environments = [\"sys_platform == 'win32'\"]\n"
    assert read(folder, text, profile="uv@0.6.0").target.required_environments == ()


def test_sync_selects_the_default_group_and_what_flags_name(folder: CommandedFolder) -> None:
    text = HEAD + "[project.optional-dependencies]\nx = []\ny = []\n[dependency-groups]\ndev = []\ndocs = []\n"
    settings = read(folder, text, "sync", "--extra", "X", "--group", "docs")
    assert settings.selected_extras == {"x"}
    assert settings.selected_groups == {"dev", "docs"}
    assert read(folder, text, "sync", "--no-dev").selected_groups == set()
    assert read(folder, text, "sync", "--only-group", "docs").selected_groups == {"docs"}
    assert read(folder, text, "sync", "--all-extras", "--no-extra", "y").selected_extras == {"x"}


def test_an_unknown_extra_or_group_is_refused(folder: CommandedFolder) -> None:
    with pytest.raises(RefusedSettings, match="Extra `nope` is not defined"):
        read(folder, HEAD, "sync", "--extra", "nope")
    with pytest.raises(RefusedSettings, match="Group `nope` is not defined"):
        read(folder, HEAD, "sync", "--group", "nope")


def test_add_puts_its_packages_among_the_requirements(folder: CommandedFolder) -> None:
    text = HEAD + 'dependencies = ["alpha<2", "beta"]\n'
    settings = read(folder, text, "add", "alpha>=3", "gamma")
    assert texts(settings) == ["beta", "alpha>=3", "gamma"]
    assert settings.installs


def test_add_to_a_group_or_an_extra(folder: CommandedFolder) -> None:
    group = project_of(read(folder, HEAD, "add", "--dev", "alpha")).groups
    assert [str(r) for r in group[canonicalize_name("dev")]] == ["alpha"]
    extra = project_of(read(folder, HEAD, "add", "--optional", "x", "alpha")).extras
    assert [str(r) for r in extra[canonicalize_name("x")]] == ["alpha"]


def test_add_with_one_named_index_pins_to_it(folder: CommandedFolder) -> None:
    settings = read(folder, HEAD, "add", "alpha", "--index", "corp=http://h/s")
    assert project_of(settings).requires[0].index == "corp"


def test_a_script_with_metadata_is_resolved_for_this_machine(folder: CommandedFolder) -> None:
    folder.write({"s.py": '# /// script\n# requires-python = ">=3.9"\n# dependencies = [\n#   "alpha",\n# ]\n# ///\n'})
    settings = folder.read("uv", "run", "s.py", "--its-own-option")
    assert (settings.mode, settings.installs) == ("platform", True)
    assert [(str(r), str(r.origin)) for r in settings.requirements] == [("alpha", "s.py:4 (dependencies[1])")]


def test_a_script_can_be_locked_with_its_own_indexes(folder: CommandedFolder) -> None:
    folder.write(
        {
            "s.py": """\
# /// script
# dependencies = ["alpha"]
# [tool.uv.sources]
# alpha = { index = "corp" }
# [[tool.uv.index]]
# name = "corp"
# url = "http://h/s"
# explicit = true
# ///
"""
        }
    )
    settings = folder.read("uv", "lock", "--script", "s.py")
    assert (settings.mode, project_of(settings).requires[0].index) == ("universal", "corp")
    assert settings.indexes[0].name == "corp"


def test_run_without_project_and_packages_resolves_nothing(folder: CommandedFolder) -> None:
    assert folder.read("uv", "run", "python").kind == "no resolution"
    settings = folder.read("uv", "run", "--with", "alpha[x,y]>=1,<2,beta", "python")
    assert [str(r) for r in settings.requirements] == ["alpha[x,y]<2,>=1", "beta"]


def test_a_lock_gives_preferences_forks_and_packages(folder: CommandedFolder) -> None:
    folder.write({"uv.lock": LOCK})
    settings = read(folder, HEAD + 'dependencies = ["alpha"]\n')
    assert [(p.name, str(p.version), str(p.marker)) for p in settings.preferences] == [
        ("alpha", "1.0", 'sys_platform == "win32"')
    ]
    assert [str(marker) for marker in settings.locked_markers] == [
        'sys_platform == "win32"',
        'sys_platform != "win32"',
    ]
    locked = settings.locked[0]
    assert locked.wheels == (("alpha-1.0-py3-none-any.whl", "http://h/f/alpha-1.0-py3-none-any.whl"),)
    assert locked.dependencies == (LockedDependency("beta", None, "sys_platform == 'linux'"),)


def test_upgrade_forgets_the_preferences_and_refreshes(folder: CommandedFolder) -> None:
    folder.write({"uv.lock": LOCK})
    settings = read(folder, HEAD, "lock", "--upgrade")
    assert settings.preferences == () and settings.network.refresh
    one = read(folder, HEAD, "lock", "-P", "alpha<2")
    assert one.preferences == () and [str(r) for r in one.constraints] == ["alpha<2"]
    assert one.network.refresh_packages == {"alpha"}


def test_forks_of_a_lock_are_dropped_when_requires_python_changed(folder: CommandedFolder) -> None:
    folder.write({"uv.lock": LOCK.replace(">=3.11", ">=3.9")})
    assert read(folder, HEAD).locked_markers == ()


@pytest.mark.parametrize("option", ["--frozen", "--locked"])
def test_a_lock_that_is_still_to_be_made_is_pointed_out(folder: CommandedFolder, option: str) -> None:
    assert f"There is no uv.lock yet, so {option} would stop uv" in read(folder, HEAD, "sync", option).warnings[0]


LOCK = """\
version = 1
requires-python = ">=3.11"
resolution-markers = ["sys_platform == 'win32'", "sys_platform != 'win32'"]

[[package]]
name = "alpha"
version = "1.0"
source = { registry = "http://u:p@h/s" }
resolution-markers = ["sys_platform == 'win32'"]
dependencies = [{ name = "beta", marker = "sys_platform == 'linux'" }]
wheels = [{ url = "http://h/f/alpha-1.0-py3-none-any.whl", hash = "sha256:00" }]

[[package]]
name = "my-proj"
version = "1"
source = { virtual = "." }
"""


def test_a_locked_index_shows_no_password(folder: CommandedFolder) -> None:
    folder.write({"uv.lock": LOCK})
    assert read(folder, HEAD).locked[0].index == "http://u:****@h/s"


def test_lock_frozen_resolves_nothing(folder: CommandedFolder) -> None:
    assert read(folder, HEAD, "lock", "--frozen").kind == "no resolution"


def test_settings_name_where_they_stand(folder: CommandedFolder) -> None:
    settings = read(folder, HEAD + '[tool.uv]\nindex-strategy = "unsafe-best-match"\n', "lock", UV_RESOLUTION="lowest")
    assert noted(settings, "index-strategy") == [("unsafe-best-match", "pyproject.toml:6 (tool.uv.index-strategy)")]
    assert noted(settings, "resolution") == [("lowest", "UV_RESOLUTION")]
    assert (settings.strategy, settings.resolution) == ("unsafe-best-match", "lowest")


def test_a_weaker_value_is_listed_with_the_stronger_one(folder: CommandedFolder) -> None:
    settings = read(folder, HEAD + '[tool.uv]\nprerelease = "allow"\n', "lock", "--prerelease", "disallow")
    assert settings.prerelease == "disallow"
    assert unused(settings, "prerelease") == ["--prerelease says disallow"]
