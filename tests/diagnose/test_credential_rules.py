"""Rules about credentials, each in a world that has its cause. No claim shows a secret."""

from __future__ import annotations

import pytest
from diagnosed import world

from explorer.what_if.toggle import Authenticate

COMPILE = ("uv", "pip", "compile", "requirements.in")
PRIVATE = """
[files]
"requirements.in" = "a"
"~/.netrc" = "machine elsewhere.test login bob password hunter2"
[[server]]
id = "s"
[[server.index]]
id = "corp"
auth = { user = "alice", password = "secret-key" }
[server.index.packages.a.versions."1.0"]
sdist = false
"""


def test_f03_names_the_variables_that_are_not_set_and_those_that_nearly_match() -> None:
    words = (*COMPILE, "--default-index", "corp={corp}")
    with world(PRIVATE, "uv@0.13.8", *words, environ={"UV_INDEX_CORPS_PASSWORD": "secret-key"}) as run:
        claim = run.of("F03").claim
        assert "UV_INDEX_CORP_USERNAME and UV_INDEX_CORP_PASSWORD are not set, but UV_INDEX_CORPS_PASSWORD is" in claim
        assert "secret-key" not in repr(run.diagnoses)
        assert {"IndexAnswered", "RequestEnded", "CredentialConsidered"} <= run.cited("F03")


def test_f03_says_that_a_password_looks_like_json() -> None:
    environ = {"UV_INDEX_CORP_USERNAME": "alice", "UV_INDEX_CORP_PASSWORD": '{"token": "secret-key"}'}
    with world(PRIVATE, "uv@0.13.8", *COMPILE, "--default-index", "corp={corp}", environ=environ) as run:
        claim = run.of("F03").claim
        assert "refused the credentials of alice" in claim
        assert "UV_INDEX_CORP_PASSWORD looks like JSON" in claim and "token" not in claim


def test_f03_says_that_authenticate_always_demands_credentials() -> None:
    text = PRIVATE.replace(
        "[files]",
        '[files]\n"pyproject.toml" = \'\'\'\n[[tool.uv.index]]\nname = "corp"\nurl = "{corp}"\ndefault = true\n'
        "authenticate = \"always\"\n'''",
    )
    with world(text, "uv@0.13.8", *COMPILE) as run:
        assert run.of("F03").toggles == (Authenticate("corp", "auto"),)
        assert "authenticate = always" in run.of("F03").claim


def test_f25_netrc_has_other_hosts_only() -> None:
    with world(PRIVATE, "uv@0.13.8", *COMPILE, "--default-index", "corp={corp}") as run:
        assert "netrc has no entry for 127.0.0.1" in run.of("F25").claim
        assert "hunter2" not in repr(run.diagnoses)


def test_f25_netrc_has_the_wrong_password() -> None:
    text = PRIVATE.replace("elsewhere.test", "127.0.0.1")
    with world(text, "uv@0.13.8", *COMPILE, "--default-index", "corp={corp}") as run:
        assert "refused bob of netrc with 401" in run.of("F25").claim


def test_f26_a_redirect_to_another_host_drops_the_credentials() -> None:
    text = """
[files]
"requirements.in" = "a"
[[server]]
id = "front"
[[server.index]]
id = "corp"
redirect-missing-to = "store"
[[server]]
id = "cdn"
host = "localhost"
[[server.index]]
id = "store"
auth = { user = "alice", password = "secret-key" }
"""
    with world(text, "uv@0.13.8", *COMPILE, "--default-index", "corp={corp|alice:secret-key}") as run:
        assert "the credentials were not sent along" in run.of("F26").claim


def test_f27_a_file_outside_its_index_goes_without_credentials() -> None:
    text = """
[files]
"requirements.in" = "a"
[[server]]
id = "s"
[[server.index]]
id = "corp"
auth = { user = "alice", password = "secret-key" }
files-host = "elsewhere"
[server.index.packages.a.versions."1.0"]
sdist = false
[[server]]
id = "files"
host = "localhost"
[[server.index]]
id = "elsewhere"
files = "/corp/files"
auth = { user = "bob", password = "other-key" }
[server.index.packages.a.versions."1.0"]
sdist = false
"""
    with world(text, "uv@0.13.8", *COMPILE, "--default-index", "corp={corp|alice:secret-key}") as run:
        assert "lies outside" in run.of("F27").claim


@pytest.mark.parametrize(("profile", "told"), [("uv@0.6.17", True), ("uv@0.13.8", False)])
def test_f44_old_releases_print_credentials_into_their_logs(profile: str, told: bool) -> None:
    with world(PRIVATE, profile, *COMPILE, "--default-index", "corp={corp|alice:secret-key}") as run:
        assert ("F44" in run.rules) is told
