"""Which indexes are asked, and what a search finds, against a server on loopback."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from index_site import Site

from explorer.events import PageRead, SearchEnded
from explorer.indexes.listing import SearchAborted
from explorer.indexes.origins import is_secure_origin
from explorer.model.index import Index
from explorer.model.reasons import (
    ConnectionFailure,
    NoIndex,
    NotFound,
    OfflineNotCached,
    SearchStoppedBy,
    StatusFailure,
)
from explorer.model.url import SafeUrl

UV = "uv@0.13.8"
PIP = "pip@23.2.1"


def three(site: Site) -> list[Index]:
    return [site.index("/one"), site.index("/two"), site.index("/three", default=True)]


def test_the_page_is_at_the_normalized_name_with_one_slash(site: Site, search: Any) -> None:
    for path in ("/simple", "/simple/", "/simple?x=1#y"):
        search(UV, "alpha-beta", indexes=[site.index(path)])
    assert site.asked == ["/simple/alpha-beta/", "/simple/alpha-beta/", "/simple/alpha-beta/?x=1"]


def test_pages_are_asked_with_the_accept_header_of_the_tool(site: Site, search: Any) -> None:
    search(UV, "alpha", indexes=[site.index("/one")])
    search(PIP, "alpha", indexes=[site.index("/one")])
    uv, pip = site.headers
    assert re.findall(r"q=[\d.]+", uv["accept"]) == ["q=0.2", "q=0.01"]
    assert re.findall(r"q=[\d.]+", pip["accept"]) == ["q=0.1", "q=0.01"]
    assert pip["cache-control"] == "max-age=0"


def test_first_index_ends_at_the_first_page(site: Site, search: Any) -> None:
    site.links("/two/alpha/", "alpha-1.0.tar.gz")
    site.links("/three/alpha/", "alpha-2.0.tar.gz")
    told = search(UV, "alpha", indexes=three(site))
    assert site.asked == ["/one/alpha/", "/two/alpha/"]
    assert told.versions == ["1.0"]
    assert told.result.not_asked == ("three",)
    assert told.answers == [("one", "absent", "page_404"), ("two", "found", "page_found")]


def test_an_empty_page_is_found_and_hides_the_others(site: Site, search: Any) -> None:
    site.serve("/one/alpha/", "")
    site.links("/two/alpha/", "alpha-1.0.tar.gz")
    told = search(UV, "alpha", indexes=three(site))
    assert site.asked == ["/one/alpha/"]
    assert len(told.result.listings) == 1
    assert told.versions == []


def test_a_401_stops_the_search(site: Site, search: Any) -> None:
    site.serve("/one/alpha/", status=401)
    told = search(UV, "alpha", indexes=three(site))
    assert told.result.refusal == SearchStoppedBy("one", 401)
    assert told.result.not_asked == ("two", "three")
    assert site.asked == ["/one/alpha/"]


def test_before_uv_0_7_the_search_goes_on_after_a_401(site: Site, search: Any) -> None:
    site.serve("/one/alpha/", status=401)
    site.links("/two/alpha/", "alpha-1.0.tar.gz")
    assert search("uv@0.6.17", "alpha", indexes=three(site)).versions == ["1.0"]


def test_another_error_aborts_with_its_index_and_status(site: Site, search: Any) -> None:
    site.serve("/one/alpha/", status=410)
    with pytest.raises(SearchAborted) as raised:
        search(UV, "alpha", indexes=three(site))
    assert (raised.value.index, raised.value.failure) == ("one", StatusFailure(410))
    assert raised.value.requests == (1,)


def test_a_refused_connection_aborts_uv_and_is_skipped_by_pip(site: Site, search: Any) -> None:
    dead = Index(url=SafeUrl.parse("http://127.0.0.1:9/simple"), name="dead")
    site.links("/one/alpha/", "alpha-1.0.tar.gz")
    with pytest.raises(SearchAborted) as raised:
        search(UV, "alpha", indexes=[dead, site.index("/one")])
    assert isinstance(raised.value.failure, ConnectionFailure)
    assert search(PIP, "alpha", indexes=[dead, site.index("/one")]).versions == ["1.0"]


def test_nothing_anywhere_is_not_found(site: Site, search: Any) -> None:
    told = search(UV, "alpha", indexes=three(site))
    assert told.result.refusal == NotFound()
    assert [e.rule for e in told.events if isinstance(e, SearchEnded)] == ["first-index"]


def test_codes_to_ignore_are_those_of_the_first_entry_with_the_url(site: Site, search: Any) -> None:
    site.serve("/one/alpha/", status=403)
    configured = site.index("/one/", name="configured", ignore_error_codes=frozenset({403}), explicit=True)
    assert search(UV, "alpha", indexes=[configured, site.index("/one")]).result.refusal == NotFound()


def test_an_index_written_twice_is_asked_once_since_uv_0_7_3(site: Site, search: Any) -> None:
    twice = [site.index("/one"), site.index("/one"), site.index("/one/")]
    search("uv@0.7.3", "alpha", indexes=twice)
    assert site.asked == ["/one/alpha/"] * 2
    search("uv@0.7.2", "alpha", indexes=twice)
    assert len(site.asked) == 5


@pytest.mark.parametrize("strategy", ["unsafe-first-match", "unsafe-best-match"])
def test_unsafe_strategies_ask_every_index(site: Site, search: Any, strategy: str) -> None:
    site.links("/one/alpha/", "alpha-1.0.tar.gz")
    site.serve("/two/alpha/", status=403)
    site.links("/three/alpha/", "alpha-2.0.tar.gz")
    told = search(UV, "alpha", indexes=three(site), strategy=strategy)
    assert sorted(site.asked) == ["/one/alpha/", "/three/alpha/", "/two/alpha/"]
    assert [listing.index.id for listing in told.result.listings] == ["one", "three"]


def test_under_unsafe_strategies_an_error_still_aborts(site: Site, search: Any) -> None:
    site.links("/one/alpha/", "alpha-1.0.tar.gz")
    site.serve("/two/alpha/", status=410)
    with pytest.raises(SearchAborted):
        search(UV, "alpha", indexes=three(site), strategy="unsafe-best-match")


def test_a_pin_asks_only_its_index(site: Site, search: Any) -> None:
    site.links("/corp/alpha/", "alpha-1.0.tar.gz")
    indexes = [site.index("/one"), site.index("/corp", explicit=True)]
    assert search(UV, "alpha", index="corp", indexes=indexes).versions == ["1.0"]
    assert site.asked == ["/corp/alpha/"]


def test_up_to_uv_0_5_a_pinned_package_is_asked_along_the_list_too(site: Site, search: Any) -> None:
    site.links("/corp/alpha/", "alpha-1.0.tar.gz")
    indexes = [site.index("/one"), site.index("/corp", explicit=True)]
    assert search("uv@0.5.25", "alpha", index="corp", indexes=indexes).versions == ["1.0"]
    assert sorted(site.asked) == ["/corp/alpha/", "/one/alpha/"]


def test_an_explicit_index_is_not_in_the_list(site: Site, search: Any) -> None:
    search(UV, "alpha", indexes=[site.index("/corp", explicit=True), site.index("/one")])
    assert site.asked == ["/one/alpha/"]


def test_each_package_is_searched_once(site: Site, search: Any) -> None:
    told = search(UV, "alpha", "alpha", indexes=[site.index("/one")])
    assert site.asked == ["/one/alpha/"]
    assert told.results[0] is told.results[1]


def test_without_indexes_nothing_is_asked(site: Site, search: Any) -> None:
    told = search(UV, "alpha", indexes=[site.index("/one")], no_index=True)
    assert told.result.refusal == NoIndex()
    assert site.asked == []


def test_offline_and_not_cached_is_absent_everywhere(site: Site, search: Any) -> None:
    told = search(UV, "alpha", indexes=three(site), offline=True)
    assert told.result.refusal == OfflineNotCached()
    assert {answer[1:] for answer in told.answers} == {("absent", "offline_not_cached")}
    assert site.asked == []


def test_a_page_of_another_type_aborts_uv_and_is_skipped_by_pip(site: Site, search: Any) -> None:
    site.serve("/one/alpha/", "hello", content_type="text/plain")
    site.links("/two/alpha/", "alpha-1.0.tar.gz")
    with pytest.raises(SearchAborted, match="text/plain"):
        search(UV, "alpha", indexes=three(site))
    assert search(PIP, "alpha", indexes=three(site)).versions == ["1.0"]


def test_links_are_resolved_against_the_url_after_redirects(site: Site, search: Any) -> None:
    site.serve("/old/alpha/", status=302, Location="/new/alpha/")
    site.links("/new/alpha/", "alpha-1.0.tar.gz")
    [listing] = search(UV, "alpha", indexes=[site.index("/old")]).result.listings
    [[file]] = listing.files.values()
    assert file.url.path == "/new/alpha/alpha-1.0.tar.gz"
    assert listing.requests == (1, 2)


def test_files_of_a_version_are_sorted_by_name_for_uv_and_in_page_order_for_pip(site: Site, search: Any) -> None:
    names = ["alpha-1.0-py3-none-any.whl", "alpha-1.0.tar.gz", "alpha-1.0-cp311-cp311-win_amd64.whl"]
    site.links("/one/alpha/", *names)
    for profile, expected in ((UV, sorted(names)), (PIP, names)):
        [listing] = search(profile, "alpha", indexes=[site.index("/one")]).result.listings
        [files] = listing.files.values()
        assert [file.filename for file in files] == expected


def test_the_page_is_told_with_every_file(site: Site, search: Any) -> None:
    site.links("/one/alpha/", "alpha-1.0.tar.gz", "alpha-1.0.exe", "alpha-0.9.tar.gz")
    [page] = [e for e in search(UV, "alpha", indexes=[site.index("/one")]).events if isinstance(e, PageRead)]
    assert page.versions == ("0.9", "1.0")
    assert [(seen.filename, seen.refusal is None) for seen in page.files] == [
        ("alpha-1.0.tar.gz", True),
        ("alpha-0.9.tar.gz", True),
        ("alpha-1.0.exe", False),
    ]


def test_pip_asks_all_pages_one_after_the_other_index_url_first(site: Site, search: Any) -> None:
    for path in ("one", "two", "three"):
        site.links(f"/{path}/alpha/", "alpha-1.0.tar.gz")
    told = search(PIP, "alpha", indexes=three(site))
    assert site.asked == ["/three/alpha/", "/one/alpha/", "/two/alpha/"]
    assert [listing.index.id for listing in told.result.listings] == ["three", "one", "two"]


def test_pip_asks_pages_whose_urls_coincide_once(site: Site, search: Any) -> None:
    search(PIP, "alpha", indexes=[site.index("/one"), site.index("/one/")])
    assert site.asked == ["/one/alpha/"]


def test_json_that_does_not_parse_ends_pip(site: Site, search: Any) -> None:
    site.serve("/one/alpha/", "{", content_type="application/vnd.pypi.simple.v1+json")
    with pytest.raises(SearchAborted):
        search(PIP, "alpha", indexes=three(site))


def test_a_folder_is_an_index_without_requests(site: Site, search: Any, tmp_path: Path) -> None:
    (tmp_path / "alpha").mkdir()
    (tmp_path / "alpha" / "index.html").write_text('<a href="alpha-1.0.tar.gz">x</a>')
    folder = Index(url=SafeUrl.parse(tmp_path.as_uri()))
    site.links("/one/beta/", "beta-1.0.tar.gz")
    told = search(UV, "alpha", "beta", indexes=[folder, site.index("/one")])
    assert [str(v) for result in told.results for v in result.versions] == ["1.0", "1.0"]
    assert site.asked == ["/one/beta/"]
    [file] = [file for files in told.result.listings[0].files.values() for file in files]
    assert file.url == (tmp_path / "alpha" / "alpha-1.0.tar.gz").as_uri()


def test_pip_ignores_plain_http_on_other_hosts_unless_trusted(search: Any) -> None:
    far = Index(url=SafeUrl.parse("http://index.test/simple"), name="far")
    told = search(PIP, "alpha", indexes=[far], find_links=[far])
    assert told.answers == [("far", "skipped", "insecure_origin")] * 2
    assert not is_secure_origin(far.url, frozenset({"other.test"}))
    for url, trusted in (
        ("http://index.test/", {"index.test"}),
        ("http://index.test:8000/", {"index.test:8000"}),
        ("https://index.test/", {}),
        ("http://127.8.9.1/", {}),
        ("http://[::1]/", {}),
        ("http://localhost:80/", {}),
        ("file:///folder", {}),
    ):
        assert is_secure_origin(SafeUrl.parse(url), frozenset(trusted))


def test_a_page_that_is_still_fresh_is_neither_asked_nor_parsed_again(site: Site, search: Any, tmp_path: Path) -> None:
    site.serve("/one/alpha/", '<a href="alpha-1.0.tar.gz">x</a>', Cache_Control="max-age=600")
    runs = [search(UV, "alpha", indexes=[site.index("/one")], cache=tmp_path) for _ in range(2)]
    assert site.asked == ["/one/alpha/"]
    pages = [event for told in runs for event in told.events if isinstance(event, PageRead)]
    assert [page.from_parsed_cache for page in pages] == [False, True]
    assert pages[0].files == pages[1].files
    assert runs[0].result.listings[0].files == runs[1].result.listings[0].files
