"""The ladder of reading metadata (wheels 2.1, 2.2, 2.4), against a real server."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from file_site import Site, read, serving
from made_files import metadata_text, sdist_bytes, wheel, wheel_bytes
from packaging.utils import NormalizedName
from packaging.version import Version

from explorer.http.exchange import FetchError
from explorer.indexes.listing import Listing
from explorer.model.files import DistributionFile
from explorer.model.reasons import (
    ConnectionFailure,
    ContentFailure,
    FetchRefused,
    InconsistentMetadata,
    InvalidMetadata,
    InvalidPackage,
    NotCached,
    StatusFailure,
)
from explorer.model.url import SafeUrl
from explorer.settings.settings import AuthSettings, StaticMetadata

PURE = wheel("py3-none-any")
ANNOUNCED = wheel("py3-none-any", core_metadata={})
PATH = "/a-1.0-py3-none-any.whl"
SIDECAR = f"{PATH}.metadata"
TEXT = metadata_text("Requires-Dist: b>=1", "Requires-Python: >=3.8").encode()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as made:
        yield made


class TestStaticSettings:
    ENTRY = StaticMetadata(NormalizedName("a"), None, ("c>2",), ">=3.9", ("x",))

    def test_dependency_metadata_replaces_every_request(self, site: Site) -> None:
        listing, [file] = site.listing(PURE)
        result = read(listing, file, dependency_metadata=(self.ENTRY,)).result
        assert (site.asked, result.way) == ([], "dependency-metadata")
        assert result.metadata is not None
        assert [str(r) for r in result.metadata.requires] == ["c>2"]

    def test_an_entry_for_the_version_comes_before_a_general_one(self, site: Site) -> None:
        exact = replace(self.ENTRY, version=Version("1.0"), requires=("exact",))
        listing, [file] = site.listing(PURE)
        result = read(listing, file, dependency_metadata=(self.ENTRY, exact)).result
        assert result.metadata is not None
        assert [r.name for r in result.metadata.requires] == ["exact"]

    def test_an_entry_for_another_version_is_passed_over(self, site: Site) -> None:
        site.files[SIDECAR] = TEXT
        listing, [file] = site.listing(ANNOUNCED)
        result = read(listing, file, dependency_metadata=(replace(self.ENTRY, version=Version("2")),)).result
        assert result.way == "sidecar"

    def test_pip_has_no_such_setting(self, site: Site) -> None:
        site.files[SIDECAR] = TEXT
        listing, [file] = site.listing(ANNOUNCED)
        assert read(listing, file, profile="pip@26.3", dependency_metadata=(self.ENTRY,)).result.way == "sidecar"


class TestSidecar:
    def test_announced_metadata_takes_one_request(self, site: Site) -> None:
        site.files[SIDECAR] = TEXT
        listing, [file] = site.listing(ANNOUNCED)
        result = read(listing, file).result
        assert (site.asked, result.way, result.requests) == ([f"GET {SIDECAR}"], "sidecar", (1,))
        assert result.metadata is not None
        assert result.metadata.requires_python == ">=3.8"

    @pytest.mark.parametrize("status", [401, 403, 404, 500])
    def test_any_failure_ends_the_run_without_asking_for_the_wheel(self, site: Site, status: int) -> None:
        site.files[PATH] = wheel_bytes()
        site.status[f"GET {SIDECAR}"] = status
        listing, [file] = site.listing(ANNOUNCED)
        with pytest.raises(FetchError) as error:
            read(listing, file)
        assert error.value.failure == StatusFailure(status)
        assert site.asked == [f"GET {SIDECAR}"]

    def test_a_status_that_the_index_ignores_only_rules_out_the_version_since_uv_0_11_27(self, site: Site) -> None:
        listing, [file] = site.listing(ANNOUNCED, ignore_error_codes=frozenset({404}))
        result = read(listing, file).result
        assert (result.refusal, result.way) == (FetchRefused(404), "sidecar")
        with pytest.raises(FetchError):
            read(listing, file, profile="uv@0.11.26")

    def test_the_announced_hash_is_verified_in_new_releases(self, site: Site) -> None:
        site.files[SIDECAR] = TEXT
        good = replace(ANNOUNCED, core_metadata={"sha256": hashlib.sha256(TEXT).hexdigest()})
        bad = replace(ANNOUNCED, core_metadata={"sha256": "0" * 64})
        listing, [right, wrong] = site.listing(good, bad)
        assert read(listing, right).result.metadata is not None
        assert read(listing, wrong, profile="uv@0.7.13").result.metadata is not None
        with pytest.raises(FetchError, match="announces 000"):
            read(listing, wrong)

    def test_uv_adds_the_ending_to_the_path_pip_to_the_whole_url(self, site: Site) -> None:
        listing, [file] = site.listing(ANNOUNCED)
        signed = replace(file, url=SafeUrl.parse(f"{file.url}?x=1"))
        listing = replace(listing, files={file.version: (signed,)})
        for profile in ("uv@0.13.8", "pip@26.3"):
            with pytest.raises(FetchError):
                read(listing, signed, profile=profile)
        assert site.asked == [f"GET {SIDECAR}?x=1", f"GET {PATH}?x=1.metadata"]

    def test_uv_0_1_puts_it_behind_a_fragment_and_fetches_the_wheel_as_its_metadata(self, site: Site) -> None:
        site.files[PATH] = wheel_bytes(compression=zipfile.ZIP_STORED)
        listing, [file] = site.listing(ANNOUNCED)
        hashed = replace(file, url=SafeUrl.parse(f"{file.url}#sha256=aa"))
        listing = replace(listing, files={file.version: (hashed,)})
        with pytest.raises(FetchError, match="Metadata-Version is missing"):
            read(listing, hashed, profile="uv@0.1.14")
        assert site.asked == [f"GET {PATH}"]


class TestRanges:
    def test_head_then_the_last_16384_bytes(self, site: Site) -> None:
        data = site.files[PATH] = wheel_bytes(TEXT, before=50_000)
        listing, [file] = site.listing(PURE)
        result = read(listing, file).result
        assert site.asked == [f"HEAD {PATH}", f"GET {PATH} {len(data) - 16384}-{len(data) - 1}"]
        assert (result.way, result.requests) == ("range", (1, 2))
        assert result.metadata is not None

    def test_one_more_part_where_metadata_lies_in_front_of_them(self, site: Site) -> None:
        site.files[PATH] = wheel_bytes(TEXT, after=100_000)
        listing, [file] = site.listing(PURE)
        assert read(listing, file).result.metadata is not None
        assert len(site.asked) == 3
        assert site.sent == 16384 + 8192

    @pytest.mark.parametrize("status", [400, 403, 404, 405])
    def test_a_head_that_is_refused_so_means_no_ranges_for_the_rest_of_the_run(self, site: Site, status: int) -> None:
        second = wheel("py3-none-any", version="2.0")
        site.files = {
            PATH: wheel_bytes(TEXT),
            f"/{second.filename}": wheel_bytes(metadata_text(version="2.0"), folder="a-2.0.dist-info"),
        }
        site.status[f"HEAD {PATH}"] = status
        listing, files = site.listing(PURE, second)
        run = read(listing, *files)
        assert [result.way for result in run.results] == ["streamed wheel", "streamed wheel"]
        assert site.asked == [f"HEAD {PATH}", f"GET {PATH}", f"GET /{second.filename}"]
        assert not run.reader.supports_ranges(listing.index)

    def test_400_was_fatal_before_uv_0_6_1(self, site: Site) -> None:
        site.files[PATH] = wheel_bytes(TEXT)
        site.status[f"HEAD {PATH}"] = 400
        listing, [file] = site.listing(PURE)
        with pytest.raises(FetchError):
            read(listing, file, profile="uv@0.5.25")

    @pytest.mark.parametrize("status", [401, 500, 503])
    def test_other_failures_of_head_end_the_run(self, site: Site, status: int) -> None:
        site.files[PATH] = wheel_bytes(TEXT)
        site.status[f"HEAD {PATH}"] = status
        listing, [file] = site.listing(PURE)
        with pytest.raises(FetchError) as error:
            read(listing, file)
        assert error.value.failure == StatusFailure(status)
        assert site.asked == [f"HEAD {PATH}"]

    def test_a_server_without_ranges_is_read_as_a_stream(self, site: Site) -> None:
        site.files[PATH], site.ranges = wheel_bytes(TEXT), False
        listing, [file] = site.listing(PURE)
        assert read(listing, file).result.way == "streamed wheel"
        assert site.asked == [f"HEAD {PATH}", f"GET {PATH}"]

    @pytest.mark.parametrize("missing", ["Content-Length", "Content-Range", "Accept-Ranges"])
    def test_so_is_one_that_leaves_out_a_header(self, site: Site, missing: str) -> None:
        site.files[PATH], site.without = wheel_bytes(TEXT), frozenset({missing})
        listing, [file] = site.listing(PURE)
        assert read(listing, file).result.way == "streamed wheel"

    @pytest.mark.parametrize("broken", [lambda part: part[:-1], lambda part: part + b"more" * 10_000])
    def test_so_is_one_that_sends_another_length_than_asked_for(self, site: Site, broken: object) -> None:
        site.files[PATH], site.broken_part = wheel_bytes(TEXT), broken  # type: ignore[assignment]
        site.without = frozenset({"Content-Length"})
        listing, [file] = site.listing(PURE)
        assert read(listing, file).result.metadata is not None

    def test_a_variable_can_forbid_to_read_the_whole_wheel(self, site: Site) -> None:
        site.files[PATH], site.ranges = wheel_bytes(TEXT), False
        listing, [file] = site.listing(PURE)
        environ = AuthSettings(environ={"UV_REQUIRE_METADATA_RANGE_REQUESTS": "1"})
        with pytest.raises(FetchError, match="range requests are required"):
            read(listing, file, auth=environ)
        assert site.asked == [f"HEAD {PATH}"]

    def test_a_missing_file_is_asked_for_twice_and_ends_the_run(self, site: Site) -> None:
        listing, [file] = site.listing(PURE)
        with pytest.raises(FetchError) as error:
            read(listing, file)
        assert error.value.requests == (1, 2)
        assert site.asked == [f"HEAD {PATH}", f"GET {PATH}"]


class TestStream:
    def test_reading_stops_soon_after_metadata(self, site: Site) -> None:
        site.files[PATH], site.ranges = wheel_bytes(TEXT, after=30_000_000), False
        listing, [file] = site.listing(PURE)
        assert read(listing, file).result.metadata is not None
        assert site.sent < 20_000_000

    def test_a_wheel_that_cannot_be_streamed_is_fetched_whole(self, site: Site) -> None:
        site.files[PATH] = wheel_bytes(TEXT, before=100, descriptors=True, compression=zipfile.ZIP_STORED)
        site.ranges = False
        listing, [file] = site.listing(PURE)
        assert read(listing, file).result.metadata is not None
        assert site.asked == [f"HEAD {PATH}", f"GET {PATH}", f"GET {PATH}"]

    def test_pip_reads_the_whole_wheel_without_head(self, site: Site) -> None:
        site.files[PATH] = wheel_bytes(TEXT)
        listing, [file] = site.listing(PURE)
        assert read(listing, file, profile="pip@26.3").result.metadata is not None
        assert site.asked == [f"GET {PATH}"]


class TestWhatRulesOutAVersion:
    def outcome(self, site: Site, data: bytes, profile: str = "uv@0.13.8") -> object:
        site.files[SIDECAR] = data
        listing, [file] = site.listing(ANNOUNCED)
        return read(listing, file, profile=profile).result.refusal

    def test_metadata_that_does_not_parse(self, site: Site) -> None:
        assert self.outcome(site, b"Name: a\n") == InvalidMetadata("the field Version is missing")

    def test_both_ended_the_run_before_uv_0_1_30(self, site: Site) -> None:
        with pytest.raises(FetchError, match="Version is missing"):
            self.outcome(site, b"Name: a\n", "uv@0.1.29")
        assert isinstance(self.outcome(site, b"Name: a\n", "uv@0.1.30"), InvalidMetadata)

    def test_metadata_of_another_version(self, site: Site) -> None:
        assert self.outcome(site, metadata_text(version="1.1").encode()) == InconsistentMetadata("1.1", "1.0")

    def test_a_broken_archive(self, site: Site) -> None:
        site.files[PATH] = b"this is no zip file, although its name says so"
        listing, [file] = site.listing(PURE)
        assert isinstance(read(listing, file).result.refusal, InvalidPackage)

    def test_being_offline_without_a_stored_answer(self, site: Site) -> None:
        listing, files = site.listing(PURE, ANNOUNCED)
        assert [r.refusal for r in read(listing, *files, offline=True).results] == [NotCached(), NotCached()]
        assert site.asked == []

    def test_metadata_of_another_package_ends_the_run(self, site: Site) -> None:
        site.files[SIDECAR] = metadata_text(name="b").encode()
        listing, [file] = site.listing(ANNOUNCED)
        with pytest.raises(FetchError, match="that of b, not of a"):
            read(listing, file)

    def test_pips_resolver_judges_names_and_versions_itself(self, site: Site) -> None:
        assert self.outcome(site, metadata_text(name="b", version="3").encode(), "pip@26.3") is None


class TestFilesOfTheUser:
    def test_a_wheel_of_a_direct_url_has_no_sidecar_and_no_index(self, site: Site) -> None:
        site.files[PATH] = wheel_bytes(TEXT)
        listing, [file] = site.listing(ANNOUNCED)
        direct = Listing(index=listing.index, package=listing.package, files={})
        run = read(direct, file)
        assert run.result.way == "range"
        assert site.asked[0] == f"HEAD {PATH}"
        assert {event.index for event in run.events if hasattr(event, "purpose")} == {None}

    def local(self, path: Path) -> DistributionFile:
        return replace(PURE, url=SafeUrl.trusted(path.as_uri()))

    def test_a_wheel_in_a_folder_takes_no_request(self, site: Site, tmp_path: Path) -> None:
        path = tmp_path / PURE.filename
        path.write_bytes(wheel_bytes(TEXT))
        listing, _ = site.listing(PURE)
        result = read(listing, self.local(path)).result
        assert (site.asked, result.way, result.requests) == ([], "local folder", ())
        assert result.metadata is not None

    def test_a_local_wheel_that_is_not_there_ends_the_run(self, site: Site, tmp_path: Path) -> None:
        listing, _ = site.listing(PURE)
        with pytest.raises(FetchError) as error:
            read(listing, self.local(tmp_path / "missing.whl"))
        assert isinstance(error.value.failure, ContentFailure)

    def test_a_local_sdist_is_read_where_it_lies(self, site: Site, tmp_path: Path) -> None:
        path = tmp_path / "a-1.0.tar.gz"
        pkg_info = metadata_text("Requires-Dist: b").replace("2.1", "2.2", 1)
        path.write_bytes(sdist_bytes({"PKG-INFO": pkg_info}))
        listing, _ = site.listing(PURE)
        file = DistributionFile(
            filename=path.name, url=SafeUrl.trusted(path.as_uri()), kind="sdist", name="a", version=Version("1.0")
        )
        result = read(listing, file).result
        assert (site.asked, result.way) == ([], "static sdist")


def test_a_server_that_refuses_connections_ends_the_run(site: Site) -> None:
    listing, [file] = site.listing(PURE)
    closed = replace(file, url=SafeUrl.parse("http://127.0.0.1:9/a-1.0-py3-none-any.whl"))
    with pytest.raises(FetchError) as error:
        read(replace(listing, files={file.version: (closed,)}), closed)
    assert isinstance(error.value.failure, ConnectionFailure)
