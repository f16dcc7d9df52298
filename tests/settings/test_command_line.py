"""Words → options: what uv (clap) and pip (optparse) accept, and what a mistake is told."""

from __future__ import annotations

import pytest
from commanded_folder import CommandedFolder, noted, unused
from hypothesis import given
from hypothesis import strategies as st

from explorer.settings.command_line import Given, Option, Style, parse_command_line
from explorer.settings.read import is_known_command, masked_command
from explorer.settings.settings import UsageError

OPTIONS = (
    Option("index", ("--index",), takes_value=True, many=True),
    Option("output", ("--output", "-o"), takes_value=True),
    Option("offline", ("--offline", "-x"), ("--no-offline",)),
    Option("quiet", ("--quiet", "-q"), matters=False),
)


def values(found: tuple[Given, ...]) -> list[str]:
    return [given.value for given in found]


def test_a_value_may_follow_or_be_joined() -> None:
    line = parse_command_line("t", ["--index", "a", "--index=b", "-oc"], OPTIONS, Style())
    assert values(line.given["index"]) == ["a", "b"]
    assert values(line.given["output"]) == ["c"]


def test_short_switches_can_be_bundled_with_a_value_at_the_end() -> None:
    line = parse_command_line("t", ["-qxo", "file", "word"], OPTIONS, Style())
    assert set(line.given) == {"quiet", "offline", "output"}
    assert line.words == ("word",)


def test_everything_behind_two_dashes_is_a_word() -> None:
    assert parse_command_line("t", ["a", "--", "--offline"], OPTIONS, Style()).words == ("a", "--offline")


def test_the_origin_names_the_spelling() -> None:
    line = parse_command_line("t", ["-o", "file"], OPTIONS, Style())
    assert str(line.given["output"][0].origin) == "-o"


def test_the_last_of_a_switch_and_its_opposite_counts() -> None:
    line = parse_command_line("t", ["--offline", "--no-offline"], OPTIONS, Style())
    assert not line.given["offline"][-1].is_on


def test_an_unknown_option_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"t has no option --indx; did you mean --index\?"):
        parse_command_line("t", ["--indx", "a"], OPTIONS, Style())


def test_a_missing_value_is_named() -> None:
    with pytest.raises(UsageError, match="--output needs a value"):
        parse_command_line("t", ["--output"], OPTIONS, Style())
    with pytest.raises(UsageError, match="--output needs a value"):
        parse_command_line("t", ["--output", "--offline"], OPTIONS, Style())


def test_a_switch_takes_no_value() -> None:
    with pytest.raises(UsageError, match="--offline takes no value"):
        parse_command_line("t", ["--offline=yes"], OPTIONS, Style())


def test_a_single_value_twice_is_an_error_for_uv_and_the_last_for_pip() -> None:
    with pytest.raises(UsageError, match="more than once"):
        parse_command_line("t", ["-o", "a", "-o", "b"], OPTIONS, Style())
    line = parse_command_line("t", ["-o", "a", "-o", "b"], OPTIONS, Style(repeats=True))
    assert values(line.given["output"]) == ["a", "b"]


def test_pip_accepts_the_beginning_of_a_long_option() -> None:
    line = parse_command_line("t", ["--ind", "a"], OPTIONS, Style(abbreviations=True))
    assert values(line.given["index"]) == ["a"]


def test_the_first_word_ends_the_options_of_uv_run() -> None:
    line = parse_command_line("t", ["-q", "script.py", "--offline"], OPTIONS, Style(words_end_options=True))
    assert line.words == ("script.py", "--offline")


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_words_are_parsed_or_refused_with_one_sentence(words: list[str]) -> None:
    try:
        parse_command_line("t", words, OPTIONS, Style())
    except UsageError as error:
        assert str(error).strip()


@pytest.mark.parametrize(
    "words",
    [
        ["uv", "lock"],
        ["uv", "pip", "compile", "x"],
        ["uv", "--offline", "sync"],
        ["uv", "venv"],
        ["uv", "cache", "clean"],
        ["uv", "pip", "freeze"],
        ["pip", "install", "x"],
        ["pip", "--proxy", "http://p", "download", "x"],
        ["pip", "list"],
    ],
)
def test_commands_are_known(words: list[str]) -> None:
    assert is_known_command(words)


@pytest.mark.parametrize("words", [[], ["flask>=3"], ["uv", "lokc"], ["pip", "instal", "x"], ["uv", "pip", "instal"]])
def test_other_words_are_no_commands(words: list[str]) -> None:
    assert not is_known_command(words)


@pytest.mark.parametrize("words", [("uv", "venv"), ("uv", "cache", "clean"), ("uv", "--version"), ("pip", "list")])
def test_commands_that_resolve_nothing(folder: CommandedFolder, words: tuple[str, ...]) -> None:
    assert folder.read(*words).kind == "no resolution"


def test_a_misspelt_command_is_named_with_the_nearest_one(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match=r"uv has no command 'lokc'; did you mean lock\?"):
        folder.read("uv", "lokc")


def test_words_without_a_command_are_requirements(folder: CommandedFolder) -> None:
    settings = folder.read("flask>=3", "--index-url", "http://h/s")
    assert settings.kind == "uv pip install"
    assert [str(requirement) for requirement in settings.requirements] == ["flask>=3"]
    assert settings.command[:3] == ("uv", "pip", "install")


def test_as_pip_such_words_are_installed_by_pip(folder: CommandedFolder) -> None:
    settings = folder.read("flask", profile="pip")
    assert settings.kind == "pip install" and settings.strategy == "pool"


def test_no_words_mean_uv_sync(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.11"\n'})
    settings = folder.read()
    assert (settings.kind, settings.mode, settings.installs) == ("uv sync", "universal", True)


def test_options_without_influence_are_accepted_and_listed(folder: CommandedFolder) -> None:
    folder.write({"r.in": "alpha\n"})
    settings = folder.read("uv", "pip", "compile", "r.in", "--no-header", "-q", "--link-mode", "copy")
    assert unused(settings, "--no-header") == ["has no effect on a resolution"]
    assert unused(settings, "-q") and unused(settings, "--link-mode")


def test_an_option_of_another_command_is_unknown(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match="uv lock has no option --universal"):
        folder.read("uv", "lock", "--universal")


def test_a_value_outside_the_choices_is_refused(folder: CommandedFolder) -> None:
    folder.write({"r.in": "alpha\n"})
    with pytest.raises(UsageError, match="--index-strategy: 'best' is none of first-index"):
        folder.read("uv", "pip", "compile", "r.in", "--index-strategy", "best")
    with pytest.raises(UsageError, match="UV_RESOLUTION: 'newest' is none of highest"):
        folder.read("uv", "pip", "compile", "r.in", UV_RESOLUTION="newest")


def test_a_boolean_variable_is_read_as_one(folder: CommandedFolder) -> None:
    folder.write({"r.in": "alpha\n"})
    assert folder.read("uv", "pip", "compile", "r.in", UV_OFFLINE="yes").network.offline
    assert not folder.read("uv", "pip", "compile", "r.in", UV_OFFLINE="0").network.offline
    with pytest.raises(UsageError, match="UV_OFFLINE: 'maybe' is neither true nor false"):
        folder.read("uv", "pip", "compile", "r.in", UV_OFFLINE="maybe")


def test_options_may_stand_before_the_command(folder: CommandedFolder) -> None:
    folder.write({"r.in": "alpha\n"})
    assert folder.read("uv", "--offline", "pip", "compile", "r.in").network.offline


def test_directory_changes_where_the_command_works(folder: CommandedFolder) -> None:
    folder.write({"sub/r.in": "alpha\n"})
    settings = folder.read("uv", "--directory", "sub", "pip", "compile", "r.in")
    assert settings.directory == folder.project / "sub"
    assert noted(settings, "directory") == []


def test_passwords_are_masked_in_the_shown_command() -> None:
    words = [
        "uv",
        "lock",
        "--index=corp=http://ann:pw@h/s",
        "--index-url",
        "http://token@h/s",
        "a @ http://u:p@h/a.whl",
    ]
    assert masked_command(words)[2:] == (
        "--index=corp=http://ann:****@h/s",
        "--index-url",
        "http://****@h/s",
        "a @ http://u:****@h/a.whl",
    )
