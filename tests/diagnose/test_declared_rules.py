"""Settings that are not in force: indexes that no command reads, each in a world where that is the cause.

What the real uv does was measured with 0.5.25, 0.7.13, 0.10.4, 0.10.12 and 0.13.8: see each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from diagnosed import Diagnosed, refused, world

from explorer.diagnose import find, tried
from explorer.diagnose.refused import find_refused
from explorer.events import Event, RequestEnded, Resolved
from explorer.what_if.toggle import AddIndex

SERVERS = """
[[server]]
id = "s"
[[server.index]]
id = "private"
auth = { user = "alice", password = "secret-key" }
[server.index.packages.corp-lib.versions."1.0"]
sdist = false
[[server.index]]
id = "public"
[server.index.packages.other.versions."1.0"]
sdist = false
"""
PRIVATE = '[[tool.uv.index]]\nname = "private"\nurl = "{private|alice:secret-key}"\n'
PUBLIC = '[[tool.uv.index]]\nname = "public"\nurl = "{public}"\ndefault = true\n'
PINNED = '[tool.uv.sources]\ncorp-lib = { index = "private" }\n'
RELEASES = ("uv@0.5.25", "uv@0.7.13", "uv@0.10.12", "uv@0.13.8")


def project(name: str, needs: str, more: str) -> str:
    """A pyproject.toml."""
    return f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [{needs}]\n{more}'


def files(**texts: str) -> str:
    """A world with these files; `__` in a name stands for a slash and `pyproject` for its whole name."""
    rows = []
    for name, text in texts.items():
        path = (
            name.replace("__", "/")
            .replace("pyproject", "pyproject.toml")
            .replace("user_config", "~/.config/uv/uv.toml")
        )
        rows.append(f"\"{path}\" = '''\n{text}'''")
    return "[files]\n" + "\n".join(rows) + SERVERS


def workspace(member: str, root: str = PUBLIC, root_needs: str = '"other"') -> str:
    members = '[tool.uv.workspace]\nmembers = ["m"]\n'
    return files(pyproject=project("p", root_needs, root + members), m__pyproject=project("m", '"corp-lib"', member))


@pytest.mark.parametrize("profile", RELEASES)
def test_f36_an_index_of_a_member_is_not_searched(profile: str) -> None:
    """uv asks the public index alone: corp-lib "was not found in the package registry", in the root and in m."""
    with world(workspace(PRIVATE), profile, "uv", "lock") as run:
        found = run.of("F36")
        assert found.severity == "error"
        assert "m/pyproject.toml declares the index private" in found.claim
        assert "corp-lib was found on no other index" in found.claim
        assert run.cited("F36") == {"SettingIgnored", "SearchEnded"}
        assert found.would_tell == "the page of corp-lib on private"
        (toggle,) = found.toggles
        assert isinstance(toggle, AddIndex) and toggle.name == "private"
        assert run.try_(toggle).missing, "its page was never asked, so nothing held can tell"
        assert run.try_(toggle, asks=True).outcome == "resolved"
        assert "secret-key" not in repr(run.diagnoses)


def test_f36_is_silent_where_the_member_pins_to_its_index_or_the_root_declares_it_too() -> None:
    """uv resolves both."""
    with world(workspace(PRIVATE + PINNED), "uv@0.13.8", "uv", "lock") as run:
        assert isinstance(run.events[-2].body, Resolved) and "F36" not in run.rules
    with world(workspace(PRIVATE, PUBLIC + PRIVATE), "uv@0.13.8", "uv", "lock") as run:
        assert isinstance(run.events[-2].body, Resolved) and "F36" not in run.rules


def test_f36_is_silent_about_an_explicit_index_of_a_member_that_nothing_is_pinned_to() -> None:
    with world(workspace(PRIVATE + "explicit = true\n"), "uv@0.13.8", "uv", "lock") as run:
        assert "F36" not in run.rules


@pytest.mark.parametrize(
    ("profile", "mistake"),
    [
        ("uv@0.5.25", "required-environments = [\"sys_platform == 'linux'\"]"),
        ("uv@0.5.25", "index-stratgy = 'first-index'"),
        ("uv@0.13.8", "index-stratgy = 'first-index'"),
        ("uv@0.13.8", "prerelease = 'sometimes'"),
    ],
)
def test_f36_a_mistake_in_the_table_drops_its_indexes_and_pypi_is_asked(profile: str, mistake: str) -> None:
    """uv warns "Failed to parse `pyproject.toml` during settings discovery" and asks pypi.org/simple/corp-lib/."""
    with world(dropped(mistake), profile, "uv", "lock") as run:
        found = run.of("F36")
        assert found.severity == "error" and "F37" not in run.rules
        assert "With it went the index private" in found.claim
        assert "PyPI was to be asked for corp-lib instead, and gave no answer" in found.claim
        assert {"SettingIgnored", "RequestStarted", "RequestEnded"} <= run.cited("F36")
        assert found.would_tell == "the page of corp-lib on private"
        (finding,) = tried([found], lambda toggle: run.try_(toggle, asks=True))
        assert [remedy.message for remedy in finding.remedies] == ["tried: resolves"]
        assert "secret-key" not in repr(run.diagnoses)


def test_f36_says_that_names_left_the_house_only_where_pypi_answered() -> None:
    with world(dropped("no-such-key = 1"), "uv@0.13.8", "uv", "lock") as run:
        (found,) = (d for d in find(list(_answered(run)), run.settings, run.profile) if d.rule == "F36")
        assert "PyPI was asked instead: the name corp-lib left the house." in found.claim


def test_f36_is_silent_where_the_release_knows_the_key() -> None:
    known = "required-environments = [\"sys_platform == 'linux'\"]"
    with world(dropped(known), "uv@0.7.13", "uv", "lock") as run:
        assert run.rules == []


def dropped(mistake: str) -> str:
    """A project whose [tool.uv] has a mistake in it, and the index that it needs."""
    return files(pyproject=project("p", '"corp-lib"', f"[tool.uv]\n{mistake}\n{PRIVATE}default = true\n"))


def _answered(run: Diagnosed) -> Iterator[Event]:
    """The events as if PyPI had said that it has no such package."""
    for event in run.events:
        body = event.body
        if isinstance(body, RequestEnded) and body.failure is not None:
            event = replace(event, body=replace(body, status=404, failure=None))
        yield event


@pytest.mark.parametrize("profile", RELEASES)
def test_f36_a_source_names_an_index_of_the_users_own_file(profile: str) -> None:
    """uv: "Package `corp-lib` references an undeclared index: `private`", since 0.10.5 with where it was found."""
    user = '[[index]]\nname = "private"\nurl = "{private|alice:secret-key}"\n'
    text = files(pyproject=project("p", '"corp-lib", "other"', PUBLIC + PINNED), user_config=user)
    with refused(text, profile, "uv", "lock") as run:
        (found,) = find_refused(run.events, run.error)
        assert found.rule == "F36" and found.severity == "error"
        assert (
            "pyproject.toml:11 (tool.uv.sources.corp-lib) says that corp-lib comes from the index private"
            in found.claim
        )
        assert ".config/uv/uv.toml:1 (index[1]) declares it" in found.claim
        assert run.cited(found) == ["SettingIgnored", "Failed"] and not found.would_tell
        (toggle,) = found.toggles
        assert run.try_(toggle).missing and run.try_(toggle, asks=True).outcome == "resolved"
        assert "secret-key" not in repr((found, run.events))


@pytest.mark.parametrize("profile", RELEASES)
@pytest.mark.parametrize("pins", ["root", "other member"])
def test_f36_a_source_names_an_index_of_another_member(profile: str, pins: str) -> None:
    """uv refuses both: a source sees the indexes of its own file and of the root's."""
    if pins == "root":
        text = workspace(PRIVATE, PUBLIC + PINNED, '"corp-lib"')
    else:
        text = files(
            pyproject=project("p", "", PUBLIC + '[tool.uv.workspace]\nmembers = ["m", "n"]\n'),
            m__pyproject=project("m", '"corp-lib"', PINNED),
            n__pyproject=project("n", "", PRIVATE),
        )
    with refused(text, profile, "uv", "lock") as run:
        assert str(run.error) == "Package `corp-lib` references an undeclared index: `private`"
        (found,) = find_refused(run.events, run.error)
        member = "m" if pins == "root" else "n"
        assert f"{member}/pyproject.toml" in found.claim
        assert run.try_(found.toggles[0], asks=True).outcome == "resolved"


def test_f36_a_source_names_an_index_that_stands_nowhere() -> None:
    text = files(pyproject=project("p", '"corp-lib"', PINNED + PUBLIC.replace('"public"', '"privat"')))
    with refused(text, "uv@0.13.8", "uv", "lock") as run:
        (found,) = find_refused(run.events, run.error)
        assert found.toggles == () and "An index named privat is declared." in found.claim
        assert found.would_tell == "the URL of the index private: no file that was read has it"


def test_f36_a_source_may_name_an_index_of_a_variable() -> None:
    """uv resolves that."""
    text = files(pyproject=project("p", '"corp-lib"', PINNED + PUBLIC))
    with world(text, "uv@0.13.8", "uv", "lock", environ={"UV_INDEX": "private={private|alice:secret-key}"}) as run:
        assert isinstance(run.events[-2].body, Resolved) and run.rules == []


def test_f06_an_index_in_a_file_of_pip_is_adopted() -> None:
    text = (
        files(requirements="corp-lib")
        .replace('"requirements"', '"requirements.in"')
        .replace("[files]", '[files]\n"~/.config/pip/pip.conf" = "[global]\\nindex-url = {private|alice:secret-key}"')
    )
    with world(text, "uv@0.13.8", "uv", "pip", "compile", "requirements.in") as run:
        found = run.of("F06")
        assert "never reads" in found.claim and run.cited("F06") == {"SettingIgnored"}
        (toggle,) = found.toggles
        assert isinstance(toggle, AddIndex) and toggle.default
        assert run.try_(toggle, asks=True).outcome == "resolved"
        assert "secret-key" not in repr(run.diagnoses)


@pytest.mark.parametrize("place", ["[tool.uv.pip]", "a uv.toml beside it"])
def test_f06_a_place_that_counts_for_other_commands_only(place: str) -> None:
    if place == "[tool.uv.pip]":
        text = files(pyproject=project("p", '"corp-lib"', '[tool.uv.pip]\nindex-url = "{private|alice:secret-key}"\n'))
    else:
        text = files(pyproject=project("p", '"corp-lib"', PRIVATE)).replace(
            "[files]", '[files]\n"uv.toml" = "offline = false"'
        )
    with world(text, "uv@0.13.8", "uv", "lock") as run:
        assert run.try_(run.of("F06").toggles[0], asks=True).outcome == "resolved"
        assert run.cited("F06") == {"SettingIgnored"}


def test_f06_is_silent_about_a_folder_whose_name_has_pip_in_it() -> None:
    text = (
        workspace(PRIVATE).replace('"m/pyproject.toml"', '"pipeline/pyproject.toml"').replace('["m"]', '["pipeline"]')
    )
    with world(text, "uv@0.13.8", "uv", "lock") as run:
        assert "F06" not in run.rules and "F36" in run.rules


def test_f36_is_a_note_where_the_run_resolved_without_the_index() -> None:
    text = workspace(PRIVATE).replace('dependencies = ["corp-lib"]', "dependencies = []")
    with world(text, "uv@0.13.8", "uv", "lock") as run:
        assert [(d.rule, d.severity, d.would_tell) for d in run.diagnoses] == [("F36", "note", "")]
        assert "found on no other index" not in run.of("F36").claim


def test_f36_a_dropped_table_without_an_index_has_no_index_to_declare() -> None:
    text = files(pyproject=project("p", '"other"', "[tool.uv]\nno-such-key = 1\n"))
    with world(text, "uv@0.13.8", "uv", "lock", "--default-index", "{public}") as run:
        found = run.of("F36")
        assert (found.severity, found.toggles, found.would_tell) == ("note", (), "")
        assert "PyPI" not in found.claim and "does not know the key 'no-such-key'" in found.claim
