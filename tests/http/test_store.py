"""Entries on disk: complete or absent."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.http import store
from explorer.http.freshness import Policy
from explorer.http.store import DiskStore, Entry, MemoryStore, Store, key_of

KEY = key_of("uv", "GET", "https://h.test/simple/a/")


def entry(body: bytes = b"page", stamp: str = "s1") -> Entry:
    policy = Policy({"etag": '"x"'}, 100, 101, {"accept": "json"})
    return Entry("https://h.test/simple/a/", 200, {"content-type": "text/html"}, policy, stamp, body)


@pytest.fixture(params=["memory", "disk"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else DiskStore(tmp_path / "new" / "cache")


def test_an_entry_comes_back_as_it_was_kept(kept: Store) -> None:
    assert kept.load(KEY) is None
    kept.save(KEY, entry())
    assert kept.load(KEY) == entry()
    kept.save(KEY, entry(b"other", "s2"))
    assert kept.load(KEY) == entry(b"other", "s2")
    kept.drop(KEY)
    assert kept.load(KEY) is None


def test_what_was_read_from_a_body_belongs_to_that_body_only(kept: Store) -> None:
    kept.save_derived(KEY, "page", "s1", b"parsed")
    assert kept.load_derived(KEY, "page", "s1") == b"parsed"
    assert kept.load_derived(KEY, "page", "s2") is None
    assert kept.load_derived(KEY, "metadata", "s1") is None
    assert kept.has_derived(KEY, "s1")
    assert not kept.has_derived(KEY, "s2")


@given(data=st.data())
def test_a_damaged_file_counts_as_missing_and_is_removed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    kept = DiskStore(folder)
    kept.save(KEY, entry())
    whole = (folder / KEY).read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    (folder / KEY).write_bytes(whole[:cut])
    assert kept.load(KEY) is None
    assert not (folder / KEY).exists()
    (folder / KEY).write_bytes(data.draw(st.binary(max_size=60)))
    assert kept.load(KEY) is None


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    DiskStore(tmp_path).save(KEY, entry())
    assert [path.name for path in tmp_path.iterdir()] == [KEY]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    DiskStore(tmp_path / "cache").save(KEY, entry())
    assert stat.S_IMODE((tmp_path / "cache" / KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_stores_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = DiskStore(tmp_path / "file" / "cache")
    kept.save(KEY, entry())
    assert kept.load(KEY) is None


def test_keys_tell_tool_method_and_url_apart_and_show_none_of_them() -> None:
    urls = ["https://h.test/a", "https://h.test/b"]
    keys = {key_of(tool, method, url) for tool in ("uv", "pip") for method in ("GET", "HEAD") for url in urls}
    assert len(keys) == 8
    assert not any("h.test" in key for key in keys)


def test_a_body_beyond_the_limit_is_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_BODY", 3)
    DiskStore(tmp_path).save(KEY, entry(b"page"))
    assert DiskStore(tmp_path).load(KEY) is None


def test_pruning_removes_the_oldest_beyond_the_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_ENTRIES", 4)
    kept = DiskStore(tmp_path)
    for age in range(6):
        kept.save(f"entry{age}", entry())
        os.utime(tmp_path / f"entry{age}", (1000 - age, 1000 - age))
    kept.prune()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["entry0", "entry1", "entry2"]
