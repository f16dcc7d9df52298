"""The metadata of wheels without a sidecar is kept as long as the answer it was read by (uv 0.13.8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from file_site import Run, Site, read, serving
from made_files import metadata_text, wheel, wheel_bytes

PATH = "/a-1.0-py3-none-any.whl"
TEXT = metadata_text().encode()
OTHER = metadata_text("Requires-Dist: b").encode()


class KeptWheel:
    """One wheel on a site, read again and again with the same cache folder."""

    def __init__(self, site: Site, cache: Path) -> None:
        self.site = site
        self.cache = cache
        site.files[PATH] = wheel_bytes(TEXT, before=50_000)

    def read(self, **changes: object) -> list[str]:
        """The methods of the requests made."""
        self.site.asked.clear()
        listing, [file] = self.site.listing(wheel("py3-none-any"))
        self.last: Run = read(listing, file, cache=self.cache, **changes)
        return [line.split()[0] for line in self.site.asked]

    @property
    def requires(self) -> list[str]:
        metadata = self.last.result.metadata
        assert metadata is not None
        return [str(requirement.name) for requirement in metadata.requires]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptWheel]:
    with serving() as site:
        yield KeptWheel(site, tmp_path)


def test_nothing_is_asked_while_the_answer_to_head_is_fresh(kept: KeptWheel) -> None:
    kept.site.headers = {"Cache-Control": "max-age=600"}
    assert kept.read() == ["HEAD", "GET"]
    assert kept.read() == []
    assert (kept.last.result.way, kept.requires) == ("range", [])


def test_a_stale_one_is_confirmed_by_head_alone(kept: KeptWheel) -> None:
    kept.site.headers = {"Cache-Control": "no-cache", "ETag": '"1"'}
    kept.read()
    assert kept.read() == ["HEAD"]
    assert kept.read() == ["HEAD"]


def test_another_wheel_in_its_place_is_read_anew(kept: KeptWheel) -> None:
    kept.site.headers = {"Cache-Control": "no-cache", "ETag": '"1"'}
    kept.read()
    kept.site.headers, kept.site.files[PATH] = {**kept.site.headers, "ETag": '"2"'}, wheel_bytes(OTHER)
    assert kept.read() == ["HEAD", "GET"]
    assert kept.requires == ["b"]


def test_metadata_of_a_streamed_wheel_answers_the_next_head(kept: KeptWheel) -> None:
    kept.site.headers, kept.site.ranges = {"Cache-Control": "max-age=600"}, False
    assert kept.read() == ["HEAD", "GET"]
    assert kept.read() == []


def test_a_refused_head_and_a_streamed_wheel_are_both_asked_with_its_validator(kept: KeptWheel) -> None:
    kept.site.headers, kept.site.status = {"Cache-Control": "no-cache", "ETag": '"1"'}, {f"HEAD {PATH}": 405}
    kept.read()
    before = kept.site.sent
    assert kept.read() == ["HEAD", "GET"]
    assert (kept.site.sent, kept.requires) == (before, [])


def test_offline_takes_it_whatever_its_age(kept: KeptWheel) -> None:
    kept.read()
    assert kept.read(offline=True) == []
    assert kept.last.result.metadata is not None


def test_what_must_not_be_stored_is_read_each_time(kept: KeptWheel) -> None:
    kept.site.headers = {"Cache-Control": "no-store"}
    assert kept.read() == kept.read() == ["HEAD", "GET"]
