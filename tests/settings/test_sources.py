"""`tool.uv.sources`: pins to indexes, paths, workspace members, URLs (indexes.md 1.3)."""

from __future__ import annotations

import pytest
from commanded_folder import CommandedFolder, named, searched, unused

from explorer.model.requirement import Requirement
from explorer.settings.settings import RefusedSettings, Settings, UsageError

CORP = '[[tool.uv.index]]\nname = "corp"\nurl = "http://h/corp"\nexplicit = true\n'


def read(folder: CommandedFolder, requirement: str, rest: str, *words: str, **variables: str) -> Settings:
    head = f'[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["{requirement}"]\n'
    folder.write({"pyproject.toml": head + rest})
    return folder.read("uv", *(words or ("lock",)), **variables)


def requires(settings: Settings) -> tuple[Requirement, ...]:
    assert settings.project is not None
    return settings.project.requires


def test_a_requirement_is_pinned_to_the_named_index(folder: CommandedFolder) -> None:
    settings = read(folder, "alpha", CORP + '[tool.uv.sources]\nAlpha = { index = "corp" }\n')
    assert requires(settings)[0].index == "corp"
    assert searched(settings) == ["https://pypi.org/simple"]


def test_an_undeclared_index_is_refused_with_where_it_was_found(folder: CommandedFolder) -> None:
    folder.write({"~/.config/uv/uv.toml": '[[index]]\nname = "corp"\nurl = "http://h/corp"\n'})
    with pytest.raises(RefusedSettings, match="Package `alpha` references an undeclared index: `corp`") as caught:
        read(folder, "alpha", '[tool.uv.sources]\nalpha = { index = "corp" }\n')
    assert "uv.toml" in caught.value.hints[0]


def test_the_command_line_and_its_variable_may_define_the_name(folder: CommandedFolder) -> None:
    pin = '[tool.uv.sources]\nalpha = { index = "corp" }\n'
    flag = read(folder, "alpha", pin, "lock", "--index", "corp=http://h/flag")
    assert str(named(flag, "corp").url) == "http://h/flag"
    variable = read(folder, "alpha", pin, UV_INDEX="corp=http://h/variable")
    assert str(named(variable, "corp").url) == "http://h/variable"


def test_a_pin_covers_only_its_marker(folder: CommandedFolder) -> None:
    pin = '[tool.uv.sources]\nalpha = { index = "corp", marker = "sys_platform == \'win32\'" }\n'
    pinned, rest = requires(read(folder, "alpha>=1", CORP + pin))
    assert (pinned.index, str(pinned.marker)) == ("corp", 'sys_platform == "win32"')
    assert (rest.index, str(rest.marker)) == (None, 'sys_platform != "win32"')


def test_several_sources_need_disjoint_markers(folder: CommandedFolder) -> None:
    two = (
        '[tool.uv.sources]\nalpha = [{ index = "corp", marker = "sys_platform == \'win32\'" },'
        ' { index = "corp", marker = "os_name == \'nt\'" }]\n'
    )
    with pytest.raises(UsageError, match="must be disjoint"):
        read(folder, "alpha", CORP + two)


def test_a_source_for_an_extra_leaves_other_places_alone(folder: CommandedFolder) -> None:
    text = CORP + (
        '[tool.uv.sources]\nalpha = { index = "corp", extra = "gpu" }\n'
        '[project.optional-dependencies]\ngpu = ["alpha"]\n'
    )
    settings = read(folder, "alpha", text)
    assert requires(settings)[0].index is None
    assert settings.project is not None
    assert [r.index for found in settings.project.extras.values() for r in found] == ["corp"]


def test_a_source_of_no_direct_dependency_has_no_effect(folder: CommandedFolder) -> None:
    settings = read(folder, "alpha", CORP + '[tool.uv.sources]\nbeta = { index = "corp" }\n')
    assert "no direct dependency" in unused(settings, "source of beta")[0]


def test_no_sources_removes_the_pins_and_not_the_indexes(folder: CommandedFolder) -> None:
    settings = read(folder, "alpha", CORP + '[tool.uv.sources]\nalpha = { index = "corp" }\n', "lock", "--no-sources")
    assert requires(settings)[0].index is None
    assert named(settings, "corp").explicit
    assert unused(settings, "source of alpha") == ["--no-sources is in force"]


def test_a_pin_reaches_an_index_that_left_the_search_list(folder: CommandedFolder) -> None:
    text = (
        '[[tool.uv.index]]\nname = "mine"\nurl = "http://h/mine"\ndefault = true\n'
        '[tool.uv.sources]\nalpha = { index = "mine" }\n'
    )
    settings = read(folder, "alpha", text, "lock", "--default-index", "http://h/flag")
    assert searched(settings) == ["http://h/flag"]
    assert named(settings, "mine").explicit


def test_an_index_of_a_member_serves_the_pins_of_that_member(folder: CommandedFolder) -> None:
    folder.write(
        {
            "lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\ndependencies = ["beta"]\n'
            '[tool.uv.sources]\nbeta = { index = "libs" }\n[[tool.uv.index]]\nname = "libs"\nurl = "http://h/libs"\n'
        }
    )
    settings = read(folder, "alpha", '[tool.uv.workspace]\nmembers = ["lib"]\n')
    assert searched(settings) == ["https://pypi.org/simple"]
    assert named(settings, "libs").explicit


@pytest.mark.parametrize("profile", ["uv@0.5.25", "uv@0.7.13", "uv@0.10.12", "uv@0.13.8"])
def test_an_index_of_a_member_serves_no_pin_of_the_root(folder: CommandedFolder, profile: str) -> None:
    """Measured with these releases; in 0.5.25 as in the newest."""
    folder.write({"lib/pyproject.toml": f'[project]\nname = "lib"\nversion = "1"\n{CORP}'})
    members = '[tool.uv.workspace]\nmembers = ["lib"]\n[tool.uv.sources]\nalpha = { index = "corp" }\n'
    with pytest.raises(RefusedSettings, match="references an undeclared index: `corp`") as caught:
        read(folder, "alpha", members)
    undeclared = caught.value.undeclared
    assert undeclared is not None
    assert (undeclared.package, undeclared.name, undeclared.known) == ("alpha", "corp", ())
    assert [str(index.origin) for index in undeclared.found] == ["lib/pyproject.toml:4 (tool.uv.index[1])"]


def test_an_index_of_a_member_is_left_with_what_it_would_be(folder: CommandedFolder) -> None:
    folder.write({"lib/pyproject.toml": f'[project]\nname = "lib"\nversion = "1"\n{CORP}'})
    settings = read(folder, "alpha", '[tool.uv.workspace]\nmembers = ["lib"]\n')
    assert "only the indexes of its root are searched" in unused(settings, "index")[0]
    (left,) = settings.unread_indexes
    assert (left.because, left.index.name, str(left.index.url)) == ("workspace member", "corp", "http://h/corp")


def test_workspace_members_need_a_workspace_source(folder: CommandedFolder) -> None:
    folder.write({"lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n'})
    members = '[tool.uv.workspace]\nmembers = ["lib"]\n'
    with pytest.raises(RefusedSettings, match=r"missing an entry in `tool\.uv\.sources`"):
        read(folder, "lib", members)
    settings = read(folder, "lib", members + "[tool.uv.sources]\nlib = { workspace = true }\n")
    assert requires(settings)[0].path == str(folder.project / "lib")


def test_a_workspace_source_must_be_a_member(folder: CommandedFolder) -> None:
    with pytest.raises(RefusedSettings, match="is not a workspace member"):
        read(folder, "lib", "[tool.uv.sources]\nlib = { workspace = true }\n")


def test_path_url_and_git_sources(folder: CommandedFolder) -> None:
    path = requires(read(folder, "lib", '[tool.uv.sources]\nlib = { path = "../lib", editable = true }\n'))[0]
    assert path.path is not None and path.path.endswith("lib") and path.editable
    url = requires(read(folder, "lib", '[tool.uv.sources]\nlib = { url = "http://u:p@h/lib-1.0.zip" }\n'))[0]
    assert str(url.url) == "http://h/lib-1.0.zip" and url.url_credentials is not None
    git = requires(read(folder, "lib", '[tool.uv.sources]\nlib = { git = "https://u:p@h/lib", tag = "v1" }\n'))[0]
    assert str(git.url) == "git+https://u:****@h/lib@v1"


def test_a_source_of_two_kinds_is_an_error_that_names_the_line(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match=r"pyproject\.toml:7 \(tool\.uv\.sources\.lib\): expected exactly one of"):
        read(folder, "lib", '[tool.uv.sources]\nlib = { url = "http://h/a.zip", index = "corp" }\n')
