"""Requirement files of pip and uv: requirements, options, inclusion, variables, continued lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from commanded_folder import CommandedFolder, unused
from hypothesis import given
from hypothesis import strategies as st

from explorer.settings.notes import Notes
from explorer.settings.requirements_txt import (
    Reader,
    RequirementsFile,
    expand_variables,
    logical_lines,
    package_choice,
)
from explorer.settings.settings import RefusedSettings, UsageError


def read(folder: CommandedFolder, text: str, tool: str = "uv", **environ: str) -> RequirementsFile:
    folder.write({"r.in": text})
    reader = Reader("uv" if tool == "uv" else "pip", folder.project, environ, Notes())
    return reader.read("r.in", "test")


def texts(found: RequirementsFile) -> list[str]:
    return [str(requirement) for requirement in found.requirements]


def test_comments_blank_lines_and_continued_lines(folder: CommandedFolder) -> None:
    found = read(
        folder,
        "# head\n\nalpha>=1 # why\nbeta \\\n  >=2,\\\n  <3\ngamma#not-a-comment\n".replace("gamma#not-a-comment\n", ""),
    )
    assert texts(found) == ["alpha>=1", "beta<3,>=2"]
    assert [requirement.origin.line for requirement in found.requirements] == [3, 4]


def test_hashes_are_taken_off(folder: CommandedFolder) -> None:
    found = read(folder, "alpha==1 \\\n  --hash=sha256:aa \\\n  --hash sha256:bb\n")
    assert texts(found) == ["alpha==1"]
    assert found.requirements[0].hashes == ("sha256:aa", "sha256:bb")


def test_markers_and_extras_survive(folder: CommandedFolder) -> None:
    requirement = read(folder, "alpha[B_b,c] >= 1 ; sys_platform == 'win32'\n").requirements[0]
    assert requirement.extras == {"b-b", "c"}
    assert str(requirement.marker) == 'sys_platform == "win32"'


def test_included_files_are_relative_to_the_file_that_names_them(folder: CommandedFolder) -> None:
    folder.write({"sub/one.txt": "-r two.txt\none\n", "sub/two.txt": "two\n"})
    assert texts(read(folder, "-r sub/one.txt\nlast\n")) == ["two", "one", "last"]


def test_requirements_of_a_constraint_file_are_constraints(folder: CommandedFolder) -> None:
    folder.write({"c.txt": "alpha<2\n-r more.txt\n", "more.txt": "beta<3\n"})
    found = read(folder, "-c c.txt\nalpha\n")
    assert texts(found) == ["alpha"]
    assert [str(requirement) for requirement in found.constraints] == ["alpha<2", "beta<3"]


def test_files_that_include_each_other_are_read_once(folder: CommandedFolder) -> None:
    folder.write({"more.txt": "-r r.in\nmore\n"})
    assert texts(read(folder, "-r more.txt\nfirst\n")) == ["more", "first"]


def test_a_missing_file_is_named_with_the_line_that_wants_it(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match=r"r\.in:2: the file nothere\.txt does not exist"):
        read(folder, "alpha\n-r nothere.txt\n")


@pytest.mark.parametrize(
    "line", ["-i http://h/a", "--index-url=http://h/a", '--index-url "http://h/a"', "-ihttp://h/a"]
)
def test_spellings_of_the_index_url(folder: CommandedFolder, line: str) -> None:
    found = read(folder, f"{line}\n")
    assert [(name, given.value) for name, given in found.index_lines] == [("index-url", "http://h/a")]


def test_uv_refuses_a_second_index_url_line_and_pip_takes_both(folder: CommandedFolder) -> None:
    text = "-i http://h/a\n-i http://h/a\n"
    with pytest.raises(RefusedSettings, match=r"r\.in:2"):
        read(folder, text)
    assert len(read(folder, text, tool="pip").index_lines) == 2


def test_uv_ignores_what_pip_obeys(folder: CommandedFolder) -> None:
    assert read(folder, "--pre\n", tool="pip").pre is not None
    folder.write({"r.in": "--pre\n--trusted-host h\nalpha\n"})
    settings = folder.read("uv", "pip", "compile", "r.in")
    assert settings.prerelease is None
    assert unused(settings, "--pre") == ["uv ignores this option in requirements files"]
    assert unused(settings, "--trusted-host")


def test_binary_options_are_kept_in_order(folder: CommandedFolder) -> None:
    found = read(folder, "--no-binary :all:\n--no-binary :none:\n--no-binary a,B\n--only-binary c\n")
    assert package_choice(found.no_binary) == (False, {"a", "b"})
    assert package_choice(found.only_binary) == (False, {"c"})


def test_switches(folder: CommandedFolder) -> None:
    found = read(folder, "--no-index\n--require-hashes\n")
    assert found.no_index is not None and found.require_hashes is not None


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_find_links_beside_the_file_win(folder: CommandedFolder, tool: str) -> None:
    (folder.project / "wheels").mkdir()
    found = read(folder, "--find-links wheels\n", tool=tool)
    assert [(given.value, base) for given, base in found.find_links] == [("wheels", folder.project)]


def test_an_unknown_option_is_named_with_its_line(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match=r"r\.in:2: '--foo' is no option of a requirements file"):
        read(folder, "alpha\n--foo\n")


def test_a_broken_requirement_is_named_with_its_line(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match=r"r\.in:3: 'beta =='"):
        read(folder, "alpha\n\nbeta ==\n")


def test_a_forgotten_r_is_noticed(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match=r"did you mean `-r dev\.txt`"):
        read(folder, "dev.txt\n")


def test_editable_paths_and_urls(folder: CommandedFolder) -> None:
    folder.write({"lib/pyproject.toml": '[project]\nname = "My_Lib"\nversion = "1"\n'})
    found = read(folder, "-e ./lib[extra]\nother @ http://u:p@h/other-1.whl\nhttp://h/third-2.0-py3-none-any.whl\n")
    library, other, third = found.requirements
    assert (library.name, library.editable, library.path) == ("my-lib", True, str(folder.project / "lib"))
    assert library.extras == {"extra"}
    assert str(other.url) == "http://h/other-1.whl" and other.url_credentials is not None
    assert third.name == "third"


def test_variables_are_expanded_where_they_are_set(folder: CommandedFolder) -> None:
    found = read(folder, "--index-url http://${USER_NAME}:${TOKEN}@h/${UNSET}/s\n", USER_NAME="ann", TOKEN="pw")
    assert found.index_lines[0][1].value == "http://ann:pw@h/${UNSET}/s"


def test_an_encoded_file_is_an_error_and_no_crash(folder: CommandedFolder) -> None:
    (folder.project / "r.in").write_bytes(b"\xff\xfealpha")
    with pytest.raises(UsageError, match=r"r\.in is no UTF-8 text"):
        Reader("uv", folder.project, {}, Notes()).read("r.in", "test")


def test_remote_files_are_refused_with_what_to_do(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match="download the file"):
        read(folder, "-r https://u:secret@h/r.txt\n")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_or_refused_with_a_place(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    reader = Reader("uv", Path("/nowhere"), {}, Notes())
    try:
        found = reader.read_lines(text, Path("/nowhere/r.in"))
    except (UsageError, RefusedSettings) as error:
        assert "r.in" in str(error)
    else:
        assert len(found.requirements) <= len(text)


@given(st.lists(st.sampled_from(["alpha", "beta>=1", "# note", "", "gamma \\", "  \\", "delta # why"]), max_size=12))
def test_line_numbers_grow_and_no_line_is_blank(lines: list[str]) -> None:
    found = list(logical_lines("\n".join(lines), "r.in"))
    numbers = [number for number, _ in found]
    assert numbers == sorted(set(numbers))
    assert all(line and line == line.strip() for _, line in found)


@given(st.text(max_size=40))
def test_text_without_variables_is_not_changed(text: str) -> None:
    assert expand_variables(text, {}) == text
