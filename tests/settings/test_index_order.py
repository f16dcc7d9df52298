"""Which indexes are asked, and in which order (indexes.md section 1)."""

from __future__ import annotations

import pytest
from commanded_folder import CommandedFolder, named, searched, unused

from explorer.settings.settings import RefusedSettings, UsageError

COMPILE = ("uv", "pip", "compile", "r.in")


@pytest.fixture(autouse=True)
def requirements(folder: CommandedFolder) -> None:
    folder.write({"r.in": "alpha\n"})


def test_without_any_setting_pypi_is_asked(folder: CommandedFolder) -> None:
    assert [entry.id for entry in folder.read(*COMPILE).indexes] == ["PyPI"]


def test_indexes_then_extra_indexes_then_the_default(folder: CommandedFolder) -> None:
    settings = folder.read(
        *COMPILE, "--index-url", "http://h/url", "--extra-index-url", "http://h/extra", "--index", "http://h/index"
    )
    assert searched(settings) == ["http://h/index", "http://h/extra", "http://h/url"]


def test_a_default_index_flag_removes_the_index_url(folder: CommandedFolder) -> None:
    settings = folder.read(*COMPILE, "--index-url", "http://h/url", "--default-index", "http://h/default")
    assert searched(settings) == ["http://h/default"]
    assert "the default index is" in unused(settings, "index")[0]


def test_flags_come_before_configured_indexes_and_the_default_is_last_wherever_it_is_written(
    folder: CommandedFolder,
) -> None:
    folder.write(
        {
            "pyproject.toml": """
                [[tool.uv.index]]
                name = "default"
                url = "http://h/default"
                default = true
                [[tool.uv.index]]
                name = "configured"
                url = "http://h/configured"
            """
        }
    )
    assert searched(folder.read(*COMPILE, "--index", "flag=http://h/flag")) == ["flag", "configured", "default"]


def test_project_before_user_before_system_files(folder: CommandedFolder) -> None:
    folder.write(
        {
            "pyproject.toml": '[[tool.uv.index]]\nname = "project"\nurl = "http://h/project"\n',
            "~/.config/uv/uv.toml": '[[index]]\nname = "user"\nurl = "http://h/user"\n',
        }
    )
    system = folder.root / "etc" / "uv" / "uv.toml"
    system.parent.mkdir(parents=True)
    system.write_text('[[index]]\nname = "system"\nurl = "http://h/system"\n')
    assert searched(folder.read(*COMPILE))[:3] == ["project", "user", "system"]


def test_a_uv_toml_replaces_the_table_in_pyproject(folder: CommandedFolder) -> None:
    folder.write(
        {
            "uv.toml": '[[index]]\nname = "beside"\nurl = "http://h/beside"\n',
            "pyproject.toml": '[[tool.uv.index]]\nname = "shadowed"\nurl = "http://h/shadowed"\n',
        }
    )
    settings = folder.read(*COMPILE)
    assert searched(settings)[0] == "beside"
    assert unused(settings, "index") == ["the uv.toml beside it replaces [tool.uv]"]


def test_no_config_drops_every_file_and_says_so(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": '[[tool.uv.index]]\nname = "project"\nurl = "http://h/project"\n'})
    settings = folder.read(*COMPILE, "--no-config")
    assert [entry.id for entry in settings.indexes] == ["PyPI"]
    assert unused(settings, "configuration") == ["--no-config is given"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("UV_INDEX", "http://h/a http://h/b"), ("UV_EXTRA_INDEX_URL", "http://h/a\n http://h/b")],
)
def test_variables_with_several_urls_are_split_at_white_space(
    folder: CommandedFolder, variable: str, value: str
) -> None:
    assert searched(folder.read(*COMPILE, **{variable: value}))[:2] == ["http://h/a", "http://h/b"]


def test_a_flag_hides_all_of_its_own_variable_and_no_other(folder: CommandedFolder) -> None:
    settings = folder.read(
        *COMPILE, "--index", "http://h/flag", UV_INDEX="http://h/a http://h/b", UV_DEFAULT_INDEX="http://h/default"
    )
    assert searched(settings) == ["http://h/flag", "http://h/default"]
    assert unused(settings, "UV_INDEX") == ["--index is given", "--index is given"]


def test_lines_of_requirement_files_come_last(folder: CommandedFolder) -> None:
    folder.write({"r.in": "--index-url http://h/line\n--extra-index-url http://h/extra\nalpha\n"})
    assert searched(folder.read(*COMPILE, "--index", "http://h/flag")) == [
        "http://h/flag",
        "http://h/extra",
        "http://h/line",
    ]


def test_a_default_of_a_flag_beats_the_line(folder: CommandedFolder) -> None:
    folder.write({"r.in": "--index-url http://h/line\nalpha\n"})
    assert searched(folder.read(*COMPILE, "--default-index", "http://h/flag")) == ["http://h/flag"]


def test_two_different_index_url_lines_are_refused(folder: CommandedFolder) -> None:
    folder.write({"r.in": "--index-url http://h/a\n-r more.in\n", "more.in": "--index-url http://h/b\n"})
    with pytest.raises(RefusedSettings, match=r"more\.in:1"):
        folder.read(*COMPILE)


def test_a_name_on_the_command_line_replaces_the_configured_index(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": '[[tool.uv.index]]\nname = "corp"\nurl = "http://h/old"\n'})
    settings = folder.read(*COMPILE, "--index", "corp=http://h/new")
    assert str(named(settings, "corp").url) == "http://h/new"
    assert unused(settings, "index") == ["an index named corp was defined before"]


def test_a_name_can_become_the_default(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": '[[tool.uv.index]]\nname = "corp"\nurl = "http://h/old"\n'})
    assert searched(folder.read(*COMPILE, "--default-index", "corp=http://h/new")) == ["corp"]


def test_an_explicit_default_leaves_no_fallback(folder: CommandedFolder) -> None:
    folder.write(
        {"pyproject.toml": '[[tool.uv.index]]\nname = "only"\nurl = "http://h/x"\ndefault = true\nexplicit = true\n'}
    )
    assert searched(folder.read(*COMPILE)) == []


def test_equal_spellings_share_a_number_and_a_slash_makes_another(folder: CommandedFolder) -> None:
    settings = folder.read(
        *COMPILE,
        "--index",
        "http://h/a",
        "--index",
        "http://h/a",
        "--index",
        "http://h/a/",
        "--index",
        "http://u:p@h/a",
    )
    first, second, slash, user = [entry.written for entry in settings.indexes[:4]]
    assert first == second
    assert len({first, slash, user}) == 3


def test_attributes_found_by_url_are_those_of_the_first_entry(folder: CommandedFolder) -> None:
    folder.write(
        {"pyproject.toml": '[[tool.uv.index]]\nname = "corp"\nurl = "http://h/a"\nignore-error-codes = [401]\n'}
    )
    assert named(folder.read(*COMPILE), "corp").ignore_error_codes == {401}
    assert named(folder.read(*COMPILE, "--index", "http://h/a"), "corp").ignore_error_codes is None


def test_no_index_empties_the_list_and_leaves_find_links(folder: CommandedFolder) -> None:
    settings = folder.read(*COMPILE, "--no-index", "--index", "http://h/a", "--find-links", "wheels,http://h/links")
    assert settings.no_index and settings.indexes == ()
    assert [str(entry.url) for entry in settings.find_links] == [
        (folder.project / "wheels").as_uri(),
        "http://h/links",
    ]


def test_releases_before_named_indexes_know_only_the_two_url_options(folder: CommandedFolder) -> None:
    settings = folder.read(
        *COMPILE, "--index-url", "http://h/url", "--extra-index-url", "http://h/extra", profile="uv@0.1.14"
    )
    assert searched(settings) == ["http://h/extra", "http://h/url"]
    with pytest.raises(UsageError, match="no option --index"):
        folder.read(*COMPILE, "--index", "http://h/a", profile="uv@0.1.14")


def test_releases_before_0_1_13_ask_the_index_url_first(folder: CommandedFolder) -> None:
    settings = folder.read(
        *COMPILE, "--index-url", "http://h/url", "--extra-index-url", "http://h/extra", profile="uv@0.1.12"
    )
    assert searched(settings) == ["http://h/url", "http://h/extra"]


def test_flat_format_exists_from_0_6_11(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": '[[tool.uv.index]]\nname = "flat"\nurl = "http://h/l"\nformat = "flat"\n'})
    assert named(folder.read(*COMPILE), "flat").format == "flat"
    assert named(folder.read(*COMPILE, profile="uv@0.6.3"), "flat").format == "simple"


def test_a_bare_name_is_the_configured_index_in_new_releases_and_a_folder_in_old_ones(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": '[[tool.uv.index]]\nname = "corp"\nurl = "http://h/corp"\n'})
    assert searched(folder.read(*COMPILE, "--default-index", "corp")) == ["corp"]
    assert searched(folder.read(*COMPILE, "--index", "corp", profile="uv@0.7.13"))[0].startswith("file://")


def test_credentials_leave_the_url_and_are_kept(folder: CommandedFolder) -> None:
    entry = folder.read(*COMPILE, "--index", "corp=http://ann:p%40ss@h/simple").indexes[0]
    assert str(entry.url) == "http://h/simple"
    assert entry.credentials is not None and entry.credentials.user == "ann"
    assert entry.credentials.password is not None and entry.credentials.password.reveal() == "p@ss"


def test_credentials_of_variables_are_folded_into_the_named_index(folder: CommandedFolder) -> None:
    settings = folder.read(
        *COMPILE,
        "--index",
        "corp-main=http://h/simple",
        UV_INDEX_CORP_MAIN_USERNAME="ann",
        UV_INDEX_CORP_MAIN_PASSWORD="pw",
    )
    entry = named(settings, "corp-main")
    assert entry.variable_credentials is not None and entry.variable_credentials.is_full
    assert entry.variable_names == ("UV_INDEX_CORP_MAIN_USERNAME", "UV_INDEX_CORP_MAIN_PASSWORD")
    assert entry.credentials is None


def test_one_variable_is_enough(folder: CommandedFolder) -> None:
    settings = folder.read(*COMPILE, "--default-index", "corp=http://h/s", UV_INDEX_CORP_USERNAME="ann")
    credentials = named(settings, "corp").variable_credentials
    assert credentials is not None and credentials.is_half


def test_variables_of_named_indexes_are_read_from_0_4_24(folder: CommandedFolder) -> None:
    settings = folder.read(*COMPILE, "--index", "corp=http://h/s", profile="uv@0.4.23", UV_INDEX_CORP_USERNAME="ann")
    assert named(settings, "corp").variable_credentials is None
    assert unused(settings, "UV_INDEX_CORP_USERNAME")


def test_tool_uv_pip_counts_before_tool_uv_for_uv_pip_only(folder: CommandedFolder) -> None:
    folder.write(
        {
            "pyproject.toml": """
                [project]
                name = "p"
                version = "1"
                requires-python = ">=3.11"
                [tool.uv]
                index-url = "http://h/all"
                [tool.uv.pip]
                index-url = "http://h/pip"
            """
        }
    )
    assert searched(folder.read(*COMPILE)) == ["http://h/pip"]
    settings = folder.read("uv", "lock")
    assert searched(settings) == ["http://h/all"]
    assert "counts for `uv pip` only" in unused(settings, "pip.index-url")[0]


def test_two_defaults_in_one_file_are_refused_from_0_10_0(folder: CommandedFolder) -> None:
    folder.write(
        {
            "pyproject.toml": """
                [project]
                name = "p"
                version = "1"
                requires-python = ">=3.11"
                [[tool.uv.index]]
                url = "http://h/a"
                default = true
                [[tool.uv.index]]
                url = "http://h/b"
                default = true
            """
        }
    )
    with pytest.raises(RefusedSettings, match="only one index may be marked as default"):
        folder.read("uv", "lock")
    assert searched(folder.read("uv", "lock", profile="uv@0.9.0")) == ["http://h/a"]
    assert searched(folder.read(*COMPILE)) == ["http://h/a"]


def test_an_explicit_index_needs_a_name_from_0_10_0(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": '[[tool.uv.index]]\nurl = "http://h/a"\nexplicit = true\n'})
    dropped = folder.read(*COMPILE)
    assert [entry.id for entry in dropped.indexes] == ["PyPI"]
    assert "requires a `name`" in dropped.warnings[0]
    assert folder.read(*COMPILE, profile="uv@0.9.0").indexes[0].explicit


@pytest.mark.parametrize("url", ["http://", "ftp://h/simple", "http://h:99999/simple", "http://h/\x00"])
def test_a_bad_url_is_an_error_that_names_the_option(folder: CommandedFolder, url: str) -> None:
    with pytest.raises(UsageError, match="--index-url"):
        folder.read(*COMPILE, "--index-url", url)


def test_credentials_are_known_in_the_order_of_definition(folder: CommandedFolder) -> None:
    flags = ("--index", "http://h/index", "--default-index", "http://h/default", "--extra-index-url", "http://h/extra")
    known = folder.read(*COMPILE, *flags).known_indexes
    assert [str(entry.url) for entry in known] == ["http://h/default", "http://h/index", "http://h/extra"]


def test_credentials_of_a_hidden_index_are_known_from_0_8_8(folder: CommandedFolder) -> None:
    folder.write({"pyproject.toml": '[[tool.uv.index]]\nurl = "http://u:p@h/hidden"\ndefault = true\n'})
    flags = (*COMPILE, "--default-index", "http://h/flag")
    assert [str(entry.url) for entry in folder.read(*flags).known_indexes] == ["http://h/flag", "http://h/hidden"]
    assert [str(e.url) for e in folder.read(*flags, profile="uv@0.8.0").known_indexes] == ["http://h/flag"]
