"""Toggles change settings, can be undone, and copy as configuration without secrets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from packaging.utils import canonicalize_name
from packaging.version import Version

from explorer.model.credentials import Credentials, Secret
from explorer.model.index import Index
from explorer.model.origin import Origin
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile
from explorer.settings.settings import Settings, StaticMetadata, UnreadIndex, UsageError
from explorer.what_if import toggle as t
from explorer.what_if.apply import YOU_NOW
from explorer.what_if.configuration import as_configuration
from explorer.what_if.toggle import Toggle, title
from explorer.what_if.toggles import Toggles

SECRET = Secret("hunter2")


def index(name: str, *, default: bool = False, kind: str = "file") -> Index:
    url = SafeUrl.trusted(f"http://{name}.test/simple")
    return Index(url=url, name=name, default=default, origin=Origin(kind, "uv.toml"))  # type: ignore[arg-type]


MEMBER = UnreadIndex(replace(index("member"), credentials=Credentials("alice", SECRET)), "workspace member")
BASE = Settings(
    tool="uv",
    kind="uv lock",
    mode="universal",
    command=("uv", "lock"),
    directory=Path("/project"),
    indexes=(index("corp"), index("cpu"), index("PyPI", default=True, kind="default")),
    unread_indexes=(MEMBER,),
)
METADATA = StaticMetadata(canonicalize_name("a"), Version("1.0"), ("b>=1",), ">=3.8", ("x",))
EACH: tuple[Toggle, ...] = (
    t.SwitchIndex("corp", False),
    t.AddIndex("extra", SafeUrl.parse("http://alice:hunter2@extra.test/simple?token=hunter2")),
    t.AddIndex(None, SafeUrl.parse("http://extra.test/simple"), default=True),
    t.AddIndex("member", MEMBER.index.url, explicit=True),
    t.MoveIndex("corp", 1),
    t.MarkExplicit("cpu", True),
    t.MakeDefault("corp"),
    t.UseStrategy("unsafe-best-match"),
    t.Authenticate("corp", "always"),
    t.ReplaceCredentials("corp", Credentials("alice", SECRET)),
    t.ReplaceCredentials("corp", Credentials("hunter2", None)),
    t.ReplaceCredentials("corp", None),
    t.UseNetrc(False),
    t.IgnoreStatus("corp", 403, True),
    t.InjectStatus("corp", 403),
    t.InjectStatus("corp", 404, "a"),
    t.ResolveFor("linux", "3.12"),
    t.ResolveUniversally(),
    t.LimitEnvironments(("sys_platform == 'linux'",)),
    t.RequireEnvironments(("sys_platform == 'win32'",)),
    t.RequirePython(">=3.10"),
    t.UsePrereleases("allow"),
    t.UsePrereleases("allow", "a"),
    t.AllowYanked("a", "1.0"),
    t.ExcludeNewer("2024-01-01"),
    t.ExcludeNewer(None, package="a"),
    t.ExcludeNewer(None, index="corp"),
    t.UseResolution("lowest"),
    t.AllowBuilds(False),
    t.AllowBuilds(False, "a"),
    t.AllowWheels(False),
    t.AllowWheels(False, "a"),
    t.StateMetadata(METADATA),
    t.ReadMetadataFrom("a", "1.0", "a-1.0-py3-none-any.whl"),
    t.AddConstraint("a<2"),
    t.AddOverride("a==1.5"),
    t.AddRequirement("b>=2", "corp"),
    t.LoosenRequirement("a"),
    t.DropRequirement("a"),
    t.ForgetPreferences(),
    t.ForgetPreferences("a"),
    t.AskAgain(),
    t.AskAgain("a"),
    t.UseProfile("uv@0.6.17"),
)
toggles = some.lists(some.sampled_from(EACH), max_size=8).map(lambda chosen: Toggles(tuple(chosen)))


def ids(settings: Settings) -> list[str]:
    return [i.id for i in settings.indexes]


@pytest.mark.parametrize("toggle", EACH, ids=title)
def test_each_toggle_is_noted_with_the_origin_you_now(toggle: Toggle) -> None:
    noted = Toggles((toggle,)).settings(BASE).noted
    assert [(n.value, n.origin) for n in noted] == [(title(toggle), YOU_NOW)]


@pytest.mark.parametrize("toggle", EACH, ids=title)
def test_no_toggle_shows_a_secret(toggle: Toggle) -> None:
    done = Toggles((toggle,))
    changed = done.settings(BASE)
    assert "hunter2" not in title(toggle) + as_configuration(done, BASE) + repr(changed.noted)


@given(toggles, some.sampled_from(EACH))
def test_undo_gives_what_was_before_and_redo_what_was_undone(before: Toggles, toggle: Toggle) -> None:
    after = before.with_(toggle)
    assert after.undo().settings(BASE) == before.settings(BASE)
    assert after.undo().redo().settings(BASE) == after.settings(BASE)
    assert after.undo().redo().profile(parse_profile("uv@0.7.0")) == after.profile(parse_profile("uv@0.7.0"))


@given(toggles)
def test_undoing_everything_gives_the_command_as_it_was_given(done: Toggles) -> None:
    while done:
        done = done.undo()
    assert done.settings(BASE) == BASE


def test_there_is_nothing_to_undo_or_redo_at_first_and_a_new_toggle_forgets_what_was_undone() -> None:
    assert Toggles().undo() == Toggles() == Toggles().redo()
    assert not Toggles((EACH[0],)).undo().with_(EACH[1]).undone


def test_an_index_that_is_switched_on_again_returns_to_its_place() -> None:
    off = t.SwitchIndex("corp", False)
    assert ids(Toggles((off,)).settings(BASE)) == ["cpu", "PyPI"]
    assert ids(Toggles((off, t.SwitchIndex("corp", True))).settings(BASE)) == ["corp", "cpu", "PyPI"]


def test_whatever_index_comes_to_be_last_is_the_default() -> None:
    moved = Toggles((t.MoveIndex("corp", 2),)).settings(BASE)
    assert [(i.id, i.default) for i in moved.indexes] == [("cpu", False), ("PyPI", False), ("corp", True)]


def test_a_default_takes_the_place_of_pypi_that_nobody_asked_for() -> None:
    assert ids(Toggles((t.MakeDefault("corp"),)).settings(BASE)) == ["cpu", "corp"]


def test_an_index_more_is_asked_before_the_default_with_the_credentials_it_has_elsewhere() -> None:
    changed = Toggles((t.AddIndex("member", MEMBER.index.url),)).settings(BASE)
    assert ids(changed) == ["corp", "cpu", "member", "PyPI"]
    assert changed.indexes[2].credentials == Credentials("alice", SECRET)
    assert [i.id for i in changed.known_indexes] == ["member"]


def test_an_index_more_takes_the_place_of_pypi_as_default_and_changes_nothing_where_its_name_is_taken() -> None:
    added = t.AddIndex("extra", SafeUrl.parse("http://extra.test/simple"), default=True)
    assert ids(Toggles((added,)).settings(BASE)) == ["corp", "cpu", "extra"]
    assert ids(Toggles((t.AddIndex("corp", MEMBER.index.url),)).settings(BASE)) == ids(BASE)


def test_an_index_more_reads_its_variables() -> None:
    environ = {"UV_INDEX_EXTRA_USERNAME": "bob", "UV_INDEX_EXTRA_PASSWORD": "hunter2"}
    base = replace(BASE, auth=replace(BASE.auth, environ=environ))
    added = t.AddIndex("extra", SafeUrl.parse("http://extra.test/simple"))
    changed = Toggles((added,)).settings(base)
    assert changed.indexes[2].variable_credentials == Credentials("bob", SECRET)
    text = as_configuration(Toggles((added,)), base)
    assert '[[tool.uv.index]]\nname = "extra"\nurl = "http://extra.test/simple"' in text and "hunter2" not in text


def test_toggles_of_what_is_not_there_change_no_index() -> None:
    assert Toggles((t.MarkExplicit("gone", True), t.MoveIndex("gone", 1))).settings(BASE).indexes == BASE.indexes


def test_a_text_that_does_not_parse_is_a_mistake_of_the_user() -> None:
    for wrong in (t.AddConstraint("a=<2"), t.RequirePython("3..8"), t.LimitEnvironments(("linux",))):
        with pytest.raises(UsageError):
            Toggles((wrong,)).settings(BASE)


def test_the_configuration_says_what_to_write_where() -> None:
    done = Toggles((t.UseStrategy("unsafe-first-match"), t.IgnoreStatus("corp", 403, True), t.StateMetadata(METADATA)))
    text = as_configuration(done, BASE)
    assert 'index-strategy = "unsafe-first-match"' in text
    assert '[[tool.uv.index]]\nname = "corp"\nurl = "http://corp.test/simple"\nignore-error-codes = [403]' in text
    assert 'requires-dist = ["b>=1"]' in text


def test_credentials_are_copied_as_the_names_of_variables() -> None:
    text = as_configuration(Toggles((t.ReplaceCredentials("corp", Credentials("alice", SECRET)),)), BASE)
    assert "UV_INDEX_CORP_USERNAME=alice" in text and "UV_INDEX_CORP_PASSWORD=…" in text
