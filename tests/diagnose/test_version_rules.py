"""Rules about versions, each in a world that has its cause."""

from __future__ import annotations

from diagnosed import world

from explorer.what_if.toggle import AllowYanked, ExcludeNewer, RequirePython, UsePrereleases

COMPILE = ("uv", "pip", "compile", "requirements.in", "--default-index", "idx={idx}")
OLD = ("uv", "pip", "compile", "requirements.in", "--index-url", "{idx}", "--exclude-newer", "2024-01-01")
ONE = """
[files]
"requirements.in" = "{needs}"
"pyproject.toml" = '''
[project]
name = "p"
version = "1"
requires-python = ">=3.8"
dependencies = ["a"]
[[tool.uv.index]]
name = "idx"
url = "{idx}"
default = true
'''
[[server]]
id = "s"
[[server.index]]
id = "idx"
{options}
[server.index.packages.a.versions."{version}"]
sdist = false
{more}
"""


def one(needs: str = "a", version: str = "1.0", more: str = "", options: str = "") -> str:
    text = ONE.replace("{needs}", needs).replace("{version}", version)
    return text.replace("{more}", more).replace("{options}", options)


def test_f08_a_dependency_needs_a_newer_python_than_the_project() -> None:
    with world(one(more='requires-python = ">=3.10"'), "uv@0.13.8", "uv", "lock") as run:
        found = run.of("F08")
        assert found.toggles == (RequirePython(">=3.10"),)
        assert run.try_(found.toggles[0], asks=True).outcome == "resolved"


def test_f08_for_one_environment_names_its_python() -> None:
    with world(one(more='requires-python = ">=3.99"'), "uv@0.13.8", *COMPILE, "--python-version", "3.11") as run:
        found = run.of("F08")
        assert found.claim == "a needs Python >=3.99; the Python resolved for is 3.11."
        assert not found.toggles


def test_f09_only_a_prerelease_fits() -> None:
    text = (
        one("a>=2.0b1,<3\\nb", "2.0b1").replace("{more}", "")
        + '[server.index.packages.b.versions."1.0"]\nsdist = false\nrequires = ["c>=1"]\n'
        '[server.index.packages.c.versions."1.0a1"]\nsdist = false\n'
        '[server.index.packages.c.versions."2.0a1"]\nsdist = false\n'
    )
    with world(text, "uv@0.7.13", *COMPILE, "--prerelease", "explicit") as run:
        found = run.of("F09")
        assert found.toggles[0] == UsePrereleases("allow", "c")
        assert run.try_(found.toggles[1], asks=True).outcome == "resolved"


def test_f18_an_html_page_states_no_upload_times() -> None:
    with world(one(options='format = "html"\ncore-metadata = false'), "uv@0.1.14", *OLD) as run:
        found = run.of("F18")
        assert "no upload times" in found.claim and not found.would_tell
        assert run.try_(ExcludeNewer(None), asks=True).outcome == "resolved"


def test_f40_the_version_that_fits_was_yanked() -> None:
    with world(one(more='yanked = "broken"'), "uv@0.13.8", *COMPILE) as run:
        found = run.of("F40")
        assert "'broken'" in found.claim and found.toggles == (AllowYanked("a", "1.0"),)
        assert run.try_(found.toggles[0], asks=True).outcome == "resolved"


def test_f41_a_preference_keeps_an_old_version() -> None:
    text = one() + '[server.index.packages.a.versions."2.0"]\nsdist = false\n'
    text = text.replace("[files]", '[files]\n"out.txt" = "a==1.0"')
    with world(text, "uv@0.13.8", *COMPILE, "-o", "out.txt") as run:
        assert "a stays at 1.0" in run.of("F41").claim
        assert run.try_(run.of("F41").toggles[0], asks=True).outcome == "resolved"


def test_f15_the_page_came_from_the_cache() -> None:
    """The second run of a session of the real tool: the first one stored the page."""
    text = one("a>1", options='cache-control = "max-age=600"')
    with world(text, "uv@0.13.8", *COMPILE) as run:
        assert "F15" not in run.rules


def test_f06_an_index_in_a_file_of_pip() -> None:
    text = one("missing").replace("[files]", '[files]\n"~/.config/pip/pip.conf" = "[global]\\nindex-url = {idx}"')
    with world(text, "uv@0.13.8", *COMPILE) as run:
        assert "never reads" in run.of("F06").claim


def test_f16_the_lock_was_made_with_another_index() -> None:
    lock = """version = 1
requires-python = ">=3.8"
[[package]]
name = "a"
version = "1.0"
source = { registry = "http://elsewhere.test/simple" }
wheels = [{ url = "http://elsewhere.test/a-1.0-py3-none-any.whl", hash = "sha256:00" }]
[[package]]
name = "p"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "a" }]
[package.metadata]
requires-dist = [{ name = "a" }]
"""
    text = one().replace("[files]", f"[files]\n\"uv.lock\" = '''\n{lock}'''")
    with world(text, "uv@0.13.8", "uv", "sync", "--frozen") as run:
        assert "elsewhere.test" in run.of("F16").claim
