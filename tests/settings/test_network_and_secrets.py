"""How requests are made, where credentials are looked for, what is unused; and that no secret is shown."""

from __future__ import annotations

import pytest
from commanded_folder import CommandedFolder, noted, unused

from explorer.settings.settings import RefusedSettings, UsageError

COMPILE = ("uv", "pip", "compile", "r.in")


@pytest.fixture(autouse=True)
def requirements(folder: CommandedFolder) -> None:
    folder.write({"r.in": "alpha\n"})


def test_defaults(folder: CommandedFolder) -> None:
    network = folder.read(*COMPILE).network
    assert (network.retries, network.timeout, network.offline, network.no_cache) == (3, 30.0, False, False)
    assert network.cache == folder.home / ".cache" / "resolve-tui"


def test_our_cache_is_never_the_one_of_the_real_tool(folder: CommandedFolder) -> None:
    assert folder.read(*COMPILE, "--cache-dir", "c").network.cache == folder.project / "c" / "resolve-tui"
    assert folder.read(*COMPILE, UV_CACHE_DIR="/x").network.cache is not None
    assert str(folder.read(*COMPILE, UV_CACHE_DIR="/x").network.cache).endswith("resolve-tui")
    assert folder.read(*COMPILE, "--no-cache").network.cache is None


def test_uv_http_retries_is_read_from_0_7_21(folder: CommandedFolder) -> None:
    assert folder.read(*COMPILE, UV_HTTP_RETRIES="0").network.retries == 0
    old = folder.read(*COMPILE, UV_HTTP_RETRIES="0", profile="uv@0.7.13")
    assert old.network.retries == 3
    assert unused(old, "retries") == ["uv 0.7.13 does not read it"]


@pytest.mark.parametrize(
    ("name", "value"), [("UV_HTTP_RETRIES", "many"), ("UV_HTTP_TIMEOUT", "-1"), ("UV_HTTP_TIMEOUT", "nan")]
)
def test_numbers_that_are_none_are_refused(folder: CommandedFolder, name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        folder.read(*COMPILE, **{name: value})


def test_refresh_all_or_some(folder: CommandedFolder) -> None:
    assert folder.read(*COMPILE, "--refresh").network.refresh
    assert folder.read(*COMPILE, "--refresh-package", "Alpha_x").network.refresh_packages == {"alpha-x"}


def test_proxies_keep_their_credentials_and_show_none(folder: CommandedFolder) -> None:
    settings = folder.read(*COMPILE, HTTPS_PROXY="http://u:secret@proxy:8080", NO_PROXY="localhost, .corp")
    assert settings.network.proxies == {"https": "http://u:secret@proxy:8080"}
    assert settings.network.no_proxy == ("localhost", ".corp")
    assert noted(settings, "https proxy") == [("http://u:****@proxy:8080", "HTTPS_PROXY")]
    assert "secret" not in repr(settings)


def test_certificates(folder: CommandedFolder) -> None:
    folder.write({"ca.pem": ""})
    assert folder.read(*COMPILE, SSL_CERT_FILE="ca.pem").network.ca_bundle == folder.project / "ca.pem"
    missing = folder.read(*COMPILE, SSL_CERT_FILE="nothere.pem")
    assert missing.network.ca_bundle is None
    assert unused(missing, "CA bundle") == ["nothing is there"]


def test_where_credentials_are_looked_for(folder: CommandedFolder) -> None:
    auth = folder.read(*COMPILE, "--keyring-provider", "subprocess", NETRC="/n", UV_CREDENTIALS_DIR="/c").auth
    assert (auth.keyring, str(auth.netrc), str(auth.store)) == ("subprocess", "/n", "/c/credentials.toml")
    old = folder.read(*COMPILE, profile="uv@0.1.14").auth
    assert (old.netrc, old.store) == (None, None)


def test_files_and_variables_of_pip_are_listed_as_unused(folder: CommandedFolder) -> None:
    folder.write({"~/.pip/pip.conf": "[global]\nindex-url = http://u:secret@h/s\nformat = columns\n"})
    settings = folder.read(*COMPILE, PIP_EXTRA_INDEX_URL="http://u:secret@h/e")
    assert unused(settings, "PIP_EXTRA_INDEX_URL") == ["uv never reads pip's variables"]
    assert unused(settings, "index-url") == ["uv never reads pip's configuration files"]
    assert unused(settings, "format") == []
    assert "secret" not in repr(settings)


def test_credentials_of_a_nearly_right_name_are_pointed_out(folder: CommandedFolder) -> None:
    settings = folder.read(
        *COMPILE, "--index", "my-corp=http://h/s", UV_INDEX_MYCORP_PASSWORD="secret", UV_INDEX_ZZ_USERNAME="ann"
    )
    assert "UV_INDEX_MY_CORP_PASSWORD" in unused(settings, "UV_INDEX_MYCORP_PASSWORD")[0]
    assert unused(settings, "UV_INDEX_ZZ_USERNAME") == ["no index has this name"]
    assert "secret" not in repr(settings.unused)


def test_a_misspelt_variable_is_pointed_out(folder: CommandedFolder) -> None:
    assert (
        "UV_EXTRA_INDEX_URL is one"
        in unused(folder.read(*COMPILE, UV_EXTRA_INDEX_URLS="http://h/a"), "UV_EXTRA_INDEX_URLS")[0]
    )


def test_an_unknown_key_drops_the_table_with_a_warning(folder: CommandedFolder) -> None:
    folder.write(
        {
            "pyproject.toml": '[tool.uv]\nrequired-environments = []\n[[tool.uv.index]]\nname = "corp"\nurl = "http://h/s"\n'
        }
    )
    old = folder.read(*COMPILE, profile="uv@0.5.25")
    assert [entry.id for entry in old.indexes] == ["PyPI"]
    assert "pyproject.toml:2 (tool.uv.required-environments): uv 0.5.25 does not know" in old.warnings[0]
    assert unused(old, "configuration")
    assert folder.read(*COMPILE).indexes[0].name == "corp"


def test_an_unknown_key_in_a_uv_toml_is_an_error(folder: CommandedFolder) -> None:
    folder.write({"uv.toml": "\nnonsense = 1\n"})
    with pytest.raises(UsageError, match=r"uv\.toml:2 \(nonsense\): uv 0\.13\.8 does not know"):
        folder.read(*COMPILE)


def test_a_project_key_in_a_uv_toml_is_an_error(folder: CommandedFolder) -> None:
    folder.write({"uv.toml": "[sources]\n"})
    with pytest.raises(UsageError, match="only in a pyproject"):
        folder.read(*COMPILE)


def test_a_bare_version_of_python_is_the_target_of_pip_compile(folder: CommandedFolder) -> None:
    assert folder.read(*COMPILE, "-p", "3.9").target.python_version == "3.9"
    path = folder.read(*COMPILE, "-p", "/usr/bin/python3").target
    assert (path.python, path.python_version) == ("/usr/bin/python3", None)


def test_universal_compile(folder: CommandedFolder) -> None:
    settings = folder.read(*COMPILE, "--universal", "--python-version", "3.9")
    assert (settings.mode, str(settings.target.requires_python)) == ("universal", ">=3.9")


def test_an_output_file_is_preferred(folder: CommandedFolder) -> None:
    folder.write({"out.txt": "# header\nalpha==1.5 \\\n    --hash=sha256:00\nbeta>=2\n    # via alpha\n"})
    settings = folder.read(*COMPILE, "-o", "out.txt")
    assert [(p.name, str(p.version), p.source, p.hashes) for p in settings.preferences] == [
        ("alpha", "1.5", "output file", ("sha256:00",))
    ]
    assert folder.read(*COMPILE, "-o", "out.txt", "--upgrade").preferences == ()
    assert folder.read(*COMPILE, "-o", "new.txt").preferences == ()


def test_package_lists_and_dates(folder: CommandedFolder) -> None:
    folder.write(
        {"uv.toml": 'exclude-newer = "2024-01-01"\nexclude-newer-package = { Alpha = false, beta = "2023-01-01" }\n'}
    )
    files = folder.read(
        *COMPILE, "--no-binary", "a,b", "--only-binary", ":all:", "--exclude-newer-package", "beta=2022-01-01"
    ).files
    assert files.no_binary_packages == {"a", "b"} and files.no_build
    assert files.exclude_newer == "2024-01-01"
    assert files.exclude_newer_packages == {"alpha": False, "beta": "2022-01-01"}


SECRET = "hunter2"


@pytest.mark.parametrize(
    "files",
    [
        {"r.in": f"-i http://u:{SECRET}@h/s\nalpha @ http://u:{SECRET}@h/alpha-1.0.zip\n"},
        {"pyproject.toml": f'[[tool.uv.index]]\nname = "corp"\nurl = "http://u:{SECRET}@h/s"\n'},
        {"uv.toml": f'index-url = "http://u:{SECRET}@h/s"\nfind-links = ["http://u:{SECRET}@h/l"]\n'},
        {"uv.toml": f'https-proxy = "http://u:{SECRET}@h:1"\n'},
    ],
)
def test_no_password_is_shown(folder: CommandedFolder, files: dict[str, str]) -> None:
    folder.write(files)
    settings = folder.read(*COMPILE, "--extra-index-url", f"http://u:{SECRET}@h/e", UV_INDEX_CORP_PASSWORD=SECRET)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (("--index-url", f"ftp://u:{SECRET}@h/s"), {}),
        (("--index", f"bad!=http://u:{SECRET}@h/s"), {}),
        (("--inxed", f"http://u:{SECRET}@h/s"), {}),
        ((f"--inxed=http://u:{SECRET}@h/s",), {}),
        ((), {"r.in": f"--foo http://u:{SECRET}@h/s\n"}),
        ((), {"r.in": f"http://u:{SECRET}@h/s\n"}),
        ((), {"r.in": f"alpha @@ http://u:{SECRET}@h/s\n"}),
        ((), {"r.in": f"-i http://u:{SECRET}@h/s\n-i http://u:{SECRET}@h/t\n"}),
        ((), {"r.in": f"-r http://u:{SECRET}@h/s\n"}),
        ((), {"uv.toml": f'index-url = "ftp://u:{SECRET}@h/s"\n'}),
        ((), {"uv.toml": f'index-strategy = "http://u:{SECRET}@h/s"\n'}),
    ],
)
def test_no_password_is_told_in_an_error(
    folder: CommandedFolder, words: tuple[str, ...], files: dict[str, str]
) -> None:
    folder.write(files)
    with pytest.raises((UsageError, RefusedSettings)) as caught:
        folder.read(*COMPILE, *words)
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_variables_of_options_that_a_release_lacks_are_unused(folder: CommandedFolder) -> None:
    settings = folder.read(*COMPILE, UV_INDEX="http://h/a", profile="uv@0.1.14")
    assert [entry.id for entry in settings.indexes] == ["PyPI"]
    assert unused(settings, "UV_INDEX") == ["uv 0.1.14 does not read it"]


def test_a_variable_that_uv_never_had_is_pointed_out(folder: CommandedFolder) -> None:
    assert "--no-index is an option" in unused(folder.read(*COMPILE, UV_NO_INDEX="1"), "UV_NO_INDEX")[0]


@pytest.mark.parametrize(
    "text",
    ['resolution = "newest"', "no-index = 1", 'index-url = ["http://h/s"]', 'find-links = "x"', "[[tool.uv.index]]"],
)
def test_a_value_of_the_wrong_kind_drops_the_table_too(folder: CommandedFolder, text: str) -> None:
    folder.write({"pyproject.toml": f"[tool.uv]\noffline = true\n{text}\n"})
    settings = folder.read(*COMPILE)
    assert not settings.network.offline
    assert "drops all of its [tool.uv]: pyproject.toml:3" in settings.warnings[0]


def test_index_keys_that_a_release_does_not_obey_are_unused(folder: CommandedFolder) -> None:
    table = '[[tool.uv.index]]\nname = "corp"\nurl = "http://h/s"\nauthenticate = "always"\nnonsense = 1\n'
    folder.write({"pyproject.toml": table})
    settings = folder.read(*COMPILE, profile="uv@0.5.25")
    assert unused(settings, "index authenticate") == ["uv 0.5.25 does not obey it"]
    assert unused(settings, "index nonsense") == ["uv knows no such key of an index"]
    assert unused(folder.read(*COMPILE), "index authenticate") == []
