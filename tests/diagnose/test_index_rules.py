"""Rules about indexes, each in a world that has its cause, and silent in one that has not."""

from __future__ import annotations

from diagnosed import world

from explorer.what_if.toggle import Authenticate, IgnoreStatus, MarkExplicit, UseStrategy

COMPILE = ("uv", "pip", "compile", "requirements.in")
TWO = """
[files]
"requirements.in" = "{needs}"
[[server]]
id = "s"
[[server.index]]
id = "first"
{first}
[[server.index]]
id = "second"
{second}
"""


def two(needs: str, first: str = "", second: str = "") -> str:
    return TWO.replace("{needs}", needs).replace("{first}", first).replace("{second}", second)


def indexes(*more: str) -> tuple[str, ...]:
    return (*COMPILE, "--index", "first={first}", "--default-index", "second={second}", *more)


HAS_A = '[server.index.packages.a.versions."{}"]\nsdist = false'


def test_f04_is_silent_where_every_index_was_asked() -> None:
    with world(two("a>2", HAS_A.format("1.0")), "uv@0.13.8", *COMPILE, "--default-index", "{first}") as run:
        assert "F04" not in run.rules


def test_f21_an_index_that_says_403_for_what_it_does_not_have() -> None:
    first = 'missing = 403\n[server.index.packages.a.versions."1.0"]\nsdist = false'
    with world(two("a\\nb", first, HAS_A.format("1.0")), "uv@0.13.8", *indexes()) as run:
        assert run.of("F21").toggles == (IgnoreStatus("first", 403, True),)
        assert "RequestEnded" in run.cited("F21")


def test_f23_a_server_error_ends_the_run() -> None:
    with world(two("a", "status = { a = 500 }", HAS_A.format("1.0")), "uv@0.13.8", *indexes()) as run:
        toggle = run.of("F23").toggles[0]
        assert toggle == IgnoreStatus("first", 500, True)
        assert run.try_(toggle, asks=True).outcome == "resolved"


def test_f19_a_registry_that_has_nothing_for_anyone() -> None:
    first = 'auth = { user = "u", password = "right", rejected = 404 }'
    words = (*COMPILE, "--index", "first={first|u:wrong}", "--default-index", "second={second}")
    with world(two("a\\nb", first), "uv@0.13.8", *words) as run:
        assert "404 for all 2 pages" in run.of("F19").claim
        assert run.of("F19").would_tell


def test_f20_an_anonymous_request_is_forwarded() -> None:
    text = """
[files]
"requirements.in" = "a"
[[server]]
id = "gitlab"
[[server.index]]
id = "first"
redirect-missing-to = "second"
[[server]]
id = "public"
host = "localhost"
[[server.index]]
id = "second"
[server.index.packages.a.versions."1.0"]
sdist = false
"""
    with world(text, "uv@0.13.8", *COMPILE, "--default-index", "first={first}") as run:
        assert run.of("F20").toggles == (Authenticate("first", "always"),)


def test_f10_a_transitive_dependency_does_not_go_to_an_explicit_index() -> None:
    text = """
[files]
"pyproject.toml" = '''
[project]
name = "p"
version = "1"
requires-python = ">=3.8"
dependencies = ["a"]
[[tool.uv.index]]
name = "private"
url = "{private}"
explicit = true
[[tool.uv.index]]
name = "public"
url = "{public}"
default = true
'''
[[server]]
id = "s"
[[server.index]]
id = "private"
[server.index.packages.b.versions."1.0"]
sdist = false
[[server.index]]
id = "public"
[server.index.packages.a.versions."1.0"]
sdist = false
requires = ["b"]
"""
    with world(text, "uv@0.13.8", "uv", "lock") as run:
        found = run.of("F10")
        assert "required by a" in found.claim and found.would_tell == "the page of b on private"
        assert found.toggles[0] == MarkExplicit("private", False)
        assert run.try_(found.toggles[0], asks=True).outcome == "resolved"


def test_f39_the_public_package_is_taken_where_the_private_one_is_refused() -> None:
    first = 'auth = { user = "u", password = "right" }\n' + HAS_A.format("1.0")
    strategy = ("--index-strategy", "unsafe-best-match")
    with world(two("a", first, HAS_A.format("99.0")), "uv@0.13.8", *indexes(*strategy)) as run:
        found = run.of("F39")
        assert "comes from second, but first answered 401" in found.claim
        assert found.toggles == (UseStrategy("first-index"),)
        assert run.try_(found.toggles[0]).outcome == "unsatisfiable"


def test_f38_an_sdist_is_taken_although_another_index_has_the_wheel() -> None:
    first = '[server.index.packages.a.versions."1.0"]\nwheel = false'
    strategy = ("--index-strategy", "unsafe-best-match")
    with world(two("a", first, HAS_A.format("1.0")), "uv@0.13.8", *indexes(*strategy)) as run:
        assert "a-1.0-py3-none-any.whl" in run.of("F38").claim


def test_f37_settings_of_an_index_that_are_not_in_force() -> None:
    text = two("a", "status = { a = 403 }", HAS_A.format("1.0")).replace(
        "[files]",
        '[files]\n"pyproject.toml" = \'\'\'\n[[tool.uv.index]]\nname = "first"\nurl = "{first}"\n'
        "ignore-error-codes = [410]\n'''",
    )
    with world(text, "uv@0.6.17", *COMPILE, "--default-index", "{first}") as run:
        assert "is not in force" in run.of("F37").claim


def test_a_run_without_a_defect_has_no_finding() -> None:
    with world(two("a", HAS_A.format("1.0")), "uv@0.13.8", *COMPILE, "--default-index", "{first}") as run:
        assert run.diagnoses == ()
