"""--find-links and flat indexes: when they are fetched and how their files meet those of an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from index_site import Site, Told

from explorer.events import PageRead
from explorer.indexes.listing import SearchAborted
from explorer.model.index import Index
from explorer.model.reasons import NotFound
from explorer.model.url import SafeUrl

UV = "uv@0.13.8"
PIP = "pip@23.2.1"


def places(told: Told) -> list[tuple[str, list[tuple[str, bool]]]]:
    """(index, [(file name, flat)]) of each listing, in order."""
    return [
        (listing.index.id, [(file.filename, file.flat) for files in listing.files.values() for file in files])
        for listing in told.result.listings
    ]


def folder(path: Path, *filenames: str) -> Index:
    path.mkdir(exist_ok=True)
    for name in filenames:
        (path / name).write_bytes(b"")
    return Index(url=SafeUrl.parse(path.as_uri()), find_links=True, name=path.name)


def test_uv_fetches_find_links_once_at_the_start(site: Site, search: Any) -> None:
    site.links("/links", "alpha-1.0.tar.gz")
    search(UV, "beta", "gamma", find_links=[site.index("/links")], indexes=[site.index("/one")])
    assert site.asked == ["/links", "/one/beta/", "/one/gamma/"]
    assert site.headers[0]["accept"] == "text/html"


def test_pip_fetches_find_links_again_for_every_package(site: Site, search: Any) -> None:
    site.links("/links", "alpha-1.0.tar.gz")
    search(PIP, "beta", "gamma", find_links=[site.index("/links")], indexes=[site.index("/one")])
    assert site.asked == ["/links", "/one/beta/", "/links", "/one/gamma/"]


def test_uv_merges_find_links_before_the_files_of_the_index(site: Site, search: Any) -> None:
    site.links("/links", "alpha-1.0.zip", "alpha-2.0.zip")
    site.links("/one/alpha/", "alpha-1.0.tar.gz")
    told = search(UV, "alpha", find_links=[site.index("/links")], indexes=[site.index("/one")])
    assert places(told) == [("one", [("alpha-1.0.zip", True), ("alpha-1.0.tar.gz", False), ("alpha-2.0.zip", True)])]


def test_what_each_location_has_is_told_for_each_package(site: Site, search: Any) -> None:
    site.links("/links", "alpha-1.0.zip")
    told = search(UV, "alpha", "beta", find_links=[site.index("/links")])
    assert told.answers == [("links", "found", "flat_location"), ("links", "absent", "flat_location")]
    assert [(e.package, e.versions) for e in told.events if isinstance(e, PageRead)] == [("alpha", ("1.0",))]
    told = search(PIP, "alpha", find_links=[site.index("/nowhere")])
    assert told.answers == [("nowhere", "skipped", "flat_location")]


def test_find_links_alone_serve_a_package_that_no_index_has(site: Site, search: Any) -> None:
    site.links("/links", "alpha-1.0.zip")
    told = search(UV, "alpha", find_links=[site.index("/links")], indexes=[site.index("/one")])
    assert places(told) == [("links", [("alpha-1.0.zip", True)])]
    assert told.result.refusal is None
    assert site.asked == ["/links", "/one/alpha/"]


def test_find_links_serve_even_where_the_search_was_stopped(site: Site, search: Any) -> None:
    site.links("/links", "alpha-1.0.zip")
    site.serve("/one/alpha/", status=401)
    assert search(UV, "alpha", find_links=[site.index("/links")], indexes=[site.index("/one")]).versions == ["1.0"]


def test_find_links_are_merged_into_each_index_under_unsafe_strategies(site: Site, search: Any) -> None:
    site.links("/links", "alpha-3.0.zip")
    site.links("/one/alpha/", "alpha-1.0.zip")
    site.links("/two/alpha/", "alpha-2.0.zip")
    indexes = [site.index("/one"), site.index("/two")]
    told = search(UV, "alpha", find_links=[site.index("/links")], indexes=indexes, strategy="unsafe-best-match")
    assert [len(listing) for listing in told.result.listings] == [2, 2]


def test_a_pinned_package_ignores_find_links(site: Site, search: Any) -> None:
    site.links("/links", "alpha-1.0.zip")
    told = search(UV, "alpha", index="one", find_links=[site.index("/links")], indexes=[site.index("/one")])
    assert told.result.refusal == NotFound()


def test_without_an_index_find_links_remain(site: Site, search: Any) -> None:
    site.links("/links", "alpha-1.0.zip")
    for profile in (UV, PIP):
        told = search(profile, "alpha", find_links=[site.index("/links")], indexes=[site.index("/one")], no_index=True)
        assert told.versions == ["1.0"]
    assert site.asked == ["/links", "/links"]


def test_a_find_links_page_that_fails_aborts_uv_and_is_skipped_by_pip(site: Site, search: Any) -> None:
    with pytest.raises(SearchAborted):
        search(UV, "alpha", find_links=[site.index("/nowhere")], indexes=[site.index("/one")])
    assert site.asked == ["/nowhere"]
    search(PIP, "alpha", find_links=[site.index("/nowhere")], indexes=[site.index("/one")])
    assert site.asked[1:] == ["/nowhere", "/one/alpha/"]


def test_a_missing_folder_aborts_uv_and_is_skipped_by_pip(search: Any, tmp_path: Path) -> None:
    missing = Index(url=SafeUrl.parse((tmp_path / "missing").as_uri()), find_links=True)
    with pytest.raises(SearchAborted):
        search(UV, "alpha", find_links=[missing])
    assert search(PIP, "alpha", find_links=[missing]).result.refusal == NotFound()


def test_a_folder_needs_no_request(site: Site, search: Any, tmp_path: Path) -> None:
    links = folder(tmp_path / "wheels", "alpha-1.0.zip", "readme.txt")
    assert places(search(UV, "alpha", find_links=[links])) == [("wheels", [("alpha-1.0.zip", True)])]
    assert site.asked == []


def test_a_local_page_is_a_location_since_uv_0_12_1(search: Any, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<a href="alpha-1.0.zip">x</a>')
    page = Index(url=SafeUrl.parse((tmp_path / "page.html").as_uri()), find_links=True)
    for profile in ("uv@0.12.1", PIP):
        assert search(profile, "alpha", find_links=[page]).versions == ["1.0"]
    with pytest.raises(SearchAborted, match="is no folder"):
        search("uv@0.12.0", "alpha", find_links=[page])


def test_to_pip_a_local_file_is_that_file(search: Any, tmp_path: Path) -> None:
    (tmp_path / "alpha-1.0.zip").write_bytes(b"")
    file = Index(url=SafeUrl.parse((tmp_path / "alpha-1.0.zip").as_uri()), find_links=True, name="f")
    assert places(search(PIP, "alpha", find_links=[file])) == [("f", [("alpha-1.0.zip", True)])]


def test_of_equal_names_the_location_with_the_smaller_url_comes_first(search: Any, tmp_path: Path) -> None:
    a, b = folder(tmp_path / "a", "alpha-1.0.zip"), folder(tmp_path / "b", "alpha-1.0.zip")
    [listing] = search(UV, "alpha", find_links=[b, a]).result.listings
    [files] = listing.files.values()
    assert [file.url.rsplit("/", 2)[1] for file in files] == ["a", "b"]


def test_pip_lists_folders_then_find_links_pages_then_indexes(site: Site, search: Any, tmp_path: Path) -> None:
    site.links("/links", "alpha-1.0.zip")
    site.links("/one/alpha/", "alpha-1.0.zip")
    find_links = [site.index("/links"), folder(tmp_path / "wheels", "alpha-1.0.zip")]
    told = search(PIP, "alpha", find_links=find_links, indexes=[site.index("/one")])
    assert [name for name, _ in places(told)] == ["wheels", "links", "one"]


def test_a_flat_index_is_fetched_once_at_its_turn(site: Site, search: Any) -> None:
    site.links("/flat", "alpha-1.0.zip")
    site.links("/one/beta/", "beta-1.0.zip")
    indexes = [site.index("/one"), site.index("/flat", format="flat"), site.index("/two")]
    told = search(UV, "beta", "alpha", "gamma", indexes=indexes)
    assert site.asked == ["/one/beta/", "/one/alpha/", "/flat", "/one/gamma/", "/two/gamma/"]
    assert [result.not_asked for result in told.results] == [("flat", "two"), ("two",), ()]


def test_a_flat_index_is_one_index_of_its_own_under_unsafe_strategies(site: Site, search: Any) -> None:
    site.links("/flat", "alpha-1.0.zip")
    site.links("/one/alpha/", "alpha-1.0.tar.gz")
    indexes = [site.index("/flat", format="flat"), site.index("/one")]
    told = search(UV, "alpha", indexes=indexes, strategy="unsafe-best-match")
    assert places(told) == [("flat", [("alpha-1.0.zip", True)]), ("one", [("alpha-1.0.tar.gz", False)])]


def test_a_flat_index_that_fails_aborts(site: Site, search: Any) -> None:
    with pytest.raises(SearchAborted):
        search(UV, "alpha", indexes=[site.index("/nowhere", format="flat")])


def test_to_pip_the_url_of_a_file_is_that_file_after_a_head_request(site: Site, search: Any) -> None:
    site.serve("/f/alpha-1.0.zip", "", content_type="application/zip")
    told = search(PIP, "alpha", find_links=[site.index("/f/alpha-1.0.zip", name="f")])
    assert places(told) == [("f", [("alpha-1.0.zip", True)])]
    assert site.asked == ["HEAD /f/alpha-1.0.zip"]
