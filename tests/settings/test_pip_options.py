"""pip's settings: flag, variable, file; the lines of requirement files (indexes.md 1.4)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from commanded_folder import CommandedFolder, noted, searched, unused

from explorer.settings.settings import UsageError

INSTALL = ("pip", "install", "alpha")


def test_the_index_url_comes_first_and_the_extra_ones_after_it(folder: CommandedFolder) -> None:
    settings = folder.read(*INSTALL, "--extra-index-url", "http://h/extra", "-i", "http://h/url")
    assert searched(settings) == ["http://h/url", "http://h/extra"]
    assert (settings.strategy, settings.mode, settings.installs) == ("pool", "platform", True)


def test_without_an_index_url_pypi_is_first(folder: CommandedFolder) -> None:
    settings = folder.read(*INSTALL, "--extra-index-url", "http://h/extra")
    assert [entry.id for entry in settings.indexes] == ["PyPI", "h/extra"]


def test_a_line_replaces_the_whole_list(folder: CommandedFolder) -> None:
    folder.write(
        {"r.txt": "--extra-index-url http://h/a\n--index-url http://h/b\n--extra-index-url http://h/c\nbeta\n"}
    )
    settings = folder.read("pip", "install", "-r", "r.txt", "--extra-index-url", "http://h/flag")
    assert searched(settings) == ["http://h/b", "http://h/c"]
    assert "replaces the whole list" in unused(settings, "index")[0]


def test_no_index_drops_everything_that_follows(folder: CommandedFolder) -> None:
    folder.write({"r.txt": "--no-index\n--index-url http://h/b\nbeta\n"})
    settings = folder.read("pip", "install", "-r", "r.txt")
    assert settings.no_index and settings.indexes == ()


def test_variables_stand_in_for_flags(folder: CommandedFolder) -> None:
    settings = folder.read(*INSTALL, PIP_INDEX_URL="http://h/v", PIP_EXTRA_INDEX_URL="http://h/a http://h/b")
    assert searched(settings) == ["http://h/v", "http://h/a", "http://h/b"]
    flag = folder.read(*INSTALL, "-i", "http://h/flag", PIP_INDEX_URL="http://h/v")
    assert searched(flag) == ["http://h/flag"]
    assert unused(flag, "index-url") == ["-i is stronger"]


def test_files_count_last_and_the_section_of_the_command_beats_global(folder: CommandedFolder) -> None:
    folder.write(
        {
            "~/.config/pip/pip.conf": "[global]\nindex_url = http://h/global\ntimeout = 7\n"
            "[install]\nindex-url = http://h/install\n[download]\nindex-url = http://h/download\n"
        }
    )
    settings = folder.read(*INSTALL)
    assert searched(settings) == ["http://h/install"]
    assert settings.network.timeout == 7
    value, origin = noted(settings, "index-url")[0]
    assert value == "http://h/install" and origin.endswith("pip.conf:5 (install.index-url)")
    assert searched(folder.read(*INSTALL, PIP_INDEX_URL="http://h/v")) == ["http://h/v"]


def test_pip_config_file_replaces_the_files_of_the_user(folder: CommandedFolder) -> None:
    folder.write({"~/.pip/pip.conf": "[global]\nindex-url = http://h/user\n", "my.conf": "[global]\nretries = 2\n"})
    assert searched(folder.read(*INSTALL)) == ["http://h/user"]
    named = folder.read(*INSTALL, PIP_CONFIG_FILE=str(folder.project / "my.conf"))
    assert [entry.id for entry in named.indexes] == ["PyPI"] and named.network.retries == 2
    assert [entry.id for entry in folder.read(*INSTALL, PIP_CONFIG_FILE=os.devnull).indexes] == ["PyPI"]


def test_a_broken_file_is_named(folder: CommandedFolder) -> None:
    folder.write({"~/.pip/pip.conf": "no section\n"})
    with pytest.raises(UsageError, match=r"pip\.conf:1: pip cannot read this file"):
        folder.read(*INSTALL)


def test_defaults_of_pip(folder: CommandedFolder) -> None:
    settings = folder.read(*INSTALL)
    assert (settings.network.retries, settings.network.timeout) == (5, 15.0)
    assert (settings.auth.keyring, settings.auth.prompting) == ("auto", True)


def test_credentials_options(folder: CommandedFolder) -> None:
    settings = folder.read(*INSTALL, "--no-input", "--keyring-provider", "subprocess")
    assert (settings.auth.keyring, settings.auth.prompting) == ("subprocess", False)


@pytest.mark.parametrize("value", ["1", "0", "false"])
def test_any_value_of_the_no_cache_variable_switches_the_cache_off(folder: CommandedFolder, value: str) -> None:
    assert folder.read(*INSTALL, PIP_NO_CACHE_DIR=value).network.no_cache


def test_pre_as_flag_and_as_line(folder: CommandedFolder) -> None:
    folder.write({"r.txt": "--pre\nbeta\n"})
    assert folder.read(*INSTALL, "--pre").prerelease == "allow"
    assert folder.read("pip", "install", "-r", "r.txt").prerelease == "allow"
    assert folder.read(*INSTALL, "--only-final", ":all:").prerelease == "disallow"
    assert folder.read(*INSTALL, "--all-releases", "beta").prerelease_packages == {"beta": "allow"}


def test_target_options(folder: CommandedFolder) -> None:
    target = folder.read(
        "pip",
        "download",
        "alpha",
        "--platform",
        "win_amd64",
        "--platform",
        "any",
        "--python-version",
        "3.12",
        "--abi",
        "cp312",
    ).target
    assert (target.platforms, target.python_version, target.abis) == (("win_amd64", "any"), "3.12", ("cp312",))


def test_hashes_in_a_file_require_hashes_of_all(folder: CommandedFolder) -> None:
    folder.write({"r.txt": "beta==1 --hash=sha256:00\n"})
    assert folder.read("pip", "install", "-r", "r.txt").files.require_hashes


def test_binary_options(folder: CommandedFolder) -> None:
    files = folder.read(*INSTALL, "--no-binary", ":all:", "--only-binary", "Beta", "--prefer-binary").files
    assert files.no_binary and files.only_binary_packages == {"beta"} and files.prefer_binary


def test_constraints_from_flag_variable_and_file(folder: CommandedFolder) -> None:
    folder.write({"c.txt": "alpha<2\n"})
    assert [str(r) for r in folder.read(*INSTALL, "-c", "c.txt").constraints] == ["alpha<2"]
    assert [str(r) for r in folder.read(*INSTALL, PIP_CONSTRAINT="c.txt").constraints] == ["alpha<2"]


def environment_with(folder: CommandedFolder, *names: str) -> Path:
    environment = folder.root / "env"
    (environment / "bin").mkdir(parents=True)
    pip = environment / "bin" / "pip"
    pip.touch(mode=0o755)
    for name in names:
        (environment / "lib" / "python3.11" / "site-packages" / name).mkdir(parents=True)
    return environment


@pytest.mark.skipif(os.name == "nt", reason="a POSIX environment is laid out")
def test_what_is_installed_is_preferred_unless_it_is_ignored(folder: CommandedFolder) -> None:
    environment = environment_with(folder, "Alpha_x-1.0.dist-info", "beta-2.0.egg-info", "gamma", "bad-x.y.dist-info")
    path = str(environment / "bin")
    settings = folder.read(*INSTALL, PATH=path)
    assert [(p.name, str(p.version), p.source) for p in settings.preferences] == [
        ("alpha-x", "1.0", "installed"),
        ("beta", "2.0", "installed"),
    ]
    assert folder.read(*INSTALL, "--ignore-installed", PATH=path).preferences == ()
    assert folder.read(*INSTALL, "--target", "t", PATH=path).preferences == ()


def test_upgrade_strategies(folder: CommandedFolder) -> None:
    assert folder.read(*INSTALL).pip.upgrade == "to-satisfy-only"
    assert folder.read(*INSTALL, "-U").pip.upgrade == "only-if-needed"
    assert folder.read(*INSTALL, "-U", "--upgrade-strategy", "eager").pip.upgrade == "eager"


def test_uv_variables_and_files_are_listed_as_unused(folder: CommandedFolder) -> None:
    folder.write({"uv.toml": "offline = true\n"})
    settings = folder.read(*INSTALL, UV_INDEX_URL="http://u:p@h/s", UV_INDEX_CORP_PASSWORD="pw")
    assert unused(settings, "UV_INDEX_URL") == ["pip never reads uv's variables"]
    assert unused(settings, "UV_INDEX_CORP_PASSWORD")
    assert unused(settings, "configuration") == ["pip never reads uv's files"]


def test_nothing_to_install_is_an_error(folder: CommandedFolder) -> None:
    with pytest.raises(UsageError, match="pip install needs a package"):
        folder.read("pip", "install")


def test_isolated_leaves_out_variables_and_the_files_of_the_user(folder: CommandedFolder) -> None:
    folder.write({"~/.pip/pip.conf": "[global]\nretries = 2\n"})
    settings = folder.read(*INSTALL, "--isolated", PIP_INDEX_URL="http://h/v")
    assert [entry.id for entry in settings.indexes] == ["PyPI"] and settings.network.retries == 5


def test_a_bare_path_is_no_index_for_pip(folder: CommandedFolder) -> None:
    settings = folder.read(*INSTALL, "-i", "./simple", "--extra-index-url", "http://h/s")
    assert searched(settings) == ["http://h/s"]
    assert unused(settings, "index") == ["pip takes URLs as indexes, no paths"]
