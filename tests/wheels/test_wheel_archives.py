"""METADATA out of parts of a wheel, and out of a wheel that streams by (wheels 2.1)."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_files import metadata_text, wheel_bytes
from packaging.utils import NormalizedName

from explorer.wheels.metadata_parse import MAX_METADATA
from explorer.wheels.remote_zip import BrokenWheel, Span, read_file_metadata, read_metadata
from explorer.wheels.streamed_zip import NotStreamable, StreamedWheel

A = NormalizedName("a")
TEXT = metadata_text().encode()


def read_in_parts(data: bytes, package: NormalizedName = A) -> tuple[bytes, list[Span]]:
    """METADATA and the spans that were asked for."""
    reads, spans = read_metadata(len(data), package), []
    try:
        span = next(reads)
        while True:
            spans.append(span)
            span = reads.send(data[span[0] : span[1] + 1])
    except StopIteration as done:
        return done.value, spans


def stream(data: bytes, piece: int = 1000) -> tuple[StreamedWheel, int]:
    """The scanner after the stream, and how many bytes it wanted."""
    scanner, body = StreamedWheel(A), bytearray()
    for start in range(0, len(data), piece):
        body += data[start : start + piece]
        if scanner.enough(body):
            return scanner, start + piece
    scanner.end()
    return scanner, len(data)


class TestParts:
    def test_a_small_wheel_takes_one_part_the_whole_of_it(self) -> None:
        data = wheel_bytes()
        assert read_in_parts(data) == (TEXT, [(0, len(data) - 1)])

    def test_the_first_part_is_the_last_16384_bytes(self) -> None:
        data = wheel_bytes(before=100_000)
        assert read_in_parts(data) == (TEXT, [(len(data) - 16384, len(data) - 1)])

    def test_metadata_in_front_of_them_takes_one_more_rounded_up_to_8192_bytes(self) -> None:
        data = wheel_bytes(before=5_000, after=100_000)
        content, spans = read_in_parts(data)
        assert content == TEXT
        assert len(spans) == 2
        assert spans[1][1] - spans[1][0] + 1 == 8192

    def test_only_what_is_missing_is_asked_for(self) -> None:
        data = wheel_bytes(after=16_384)
        _, spans = read_in_parts(data)
        assert spans[1][1] == spans[0][0] - 1

    def test_a_central_directory_longer_than_the_first_part_is_completed(self) -> None:
        data = wheel_bytes(more={f"a/{'x' * 60}{n}.py": b"" for n in range(300)})
        assert read_in_parts(data)[0] == TEXT

    @given(st.integers(0, 40_000), st.integers(0, 40_000), st.booleans())
    @settings(max_examples=25, deadline=None)
    def test_wherever_metadata_lies_it_is_found(self, before: int, after: int, deflated: bool) -> None:
        method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
        data = wheel_bytes(before=before, after=after, compression=method)
        assert read_in_parts(data)[0] == TEXT
        assert stream(data)[0].metadata == TEXT

    def test_a_wheel_on_disk_is_read_the_same_way(self) -> None:
        assert read_file_metadata(io.BytesIO(wheel_bytes(before=50_000)), A) == TEXT


class TestBrokenWheels:
    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "no zip archive"),
            (b"<html>not a wheel</html>" * 10, "central directory was not found"),
            (wheel_bytes()[:-30], "central directory was not found"),
            (wheel_bytes(folder="b-1.0.dist-info"), "does not start with a"),
            (wheel_bytes(folder="deep/a-1.0.dist-info"), "no .dist-info"),
            (wheel_bytes(more={"a-2.0.dist-info/METADATA": TEXT}), "multiple .dist-info"),
            (wheel_bytes(compression=zipfile.ZIP_LZMA), "unsupported method 14"),
        ],
    )
    def test_what_is_wrong_is_said(self, data: bytes, why: str) -> None:
        with pytest.raises(BrokenWheel, match=why):
            read_in_parts(data)

    def test_metadata_that_unpacks_to_too_much_is_refused(self) -> None:
        data = wheel_bytes(b"\0" * (MAX_METADATA + 1))
        with pytest.raises(BrokenWheel, match="too large"):
            read_in_parts(data)
        assert "too large" in str(stream(data)[0].problem)

    def test_metadata_that_lies_about_its_size_is_refused(self) -> None:
        data = bytearray(wheel_bytes(b"\0" * (MAX_METADATA + 1)))
        entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"a-1.0.dist-info/METADATA"))
        data[entry + 24 : entry + 28] = struct.pack("<L", 100)
        with pytest.raises(BrokenWheel, match="too large"):
            read_in_parts(bytes(data))

    def test_a_checksum_that_does_not_match_is_refused(self) -> None:
        data = wheel_bytes(compression=zipfile.ZIP_STORED).replace(b"A description", b"A DESCRIPTION", 1)
        with pytest.raises(BrokenWheel, match="checksum"):
            read_in_parts(data)
        assert "checksum" in str(stream(data)[0].problem)

    @given(st.data())
    @settings(max_examples=300, deadline=None)
    def test_a_damaged_wheel_gives_metadata_or_a_reason_and_asks_only_within_the_file(
        self, data: st.DataObject
    ) -> None:
        damaged = bytearray(wheel_bytes(after=20_000))
        for _ in range(data.draw(st.integers(1, 6))):
            place = data.draw(st.integers(len(damaged) - 420, len(damaged) - 1) | st.integers(0, 420))
            damaged[place] = data.draw(st.integers(0, 255))
        reads, size = read_metadata(len(damaged), A), len(damaged)
        try:
            start, end = next(reads)
            while True:
                assert 0 <= start <= end < size
                start, end = reads.send(bytes(damaged[start : end + 1]))
        except (StopIteration, BrokenWheel):
            pass
        scanner, _ = stream(bytes(damaged))
        assert (scanner.metadata is None) != (scanner.problem is None)

    @given(st.binary(max_size=400))
    def test_any_bytes_end_in_a_reason(self, data: bytes) -> None:
        with pytest.raises(BrokenWheel):
            read_in_parts(data)
        assert stream(data, piece=7)[0].problem is not None


class TestStream:
    @pytest.mark.parametrize("piece", [1, 13, 100_000])
    def test_metadata_is_found_whatever_the_pieces(self, piece: int) -> None:
        assert stream(wheel_bytes(before=3_000), piece)[0].metadata == TEXT

    def test_reading_stops_once_metadata_passed_by(self) -> None:
        data = wheel_bytes(before=1_000, after=200_000)
        assert stream(data)[1] < 10_000 < len(data)

    def test_nothing_is_held_of_what_passed_by(self) -> None:
        scanner, body = StreamedWheel(A), bytearray(wheel_bytes(before=300_000))
        scanner.enough(body)
        assert body == b""

    def test_compressed_entries_with_data_descriptors_are_read(self) -> None:
        assert stream(wheel_bytes(before=5_000, descriptors=True))[0].metadata == TEXT

    def test_stored_entries_with_data_descriptors_need_the_whole_file(self) -> None:
        data = wheel_bytes(before=5_000, descriptors=True, compression=zipfile.ZIP_STORED)
        assert isinstance(stream(data)[0].problem, NotStreamable)

    def test_another_attempt_starts_again(self) -> None:
        data, scanner = wheel_bytes(before=50_000), StreamedWheel(A)
        assert not scanner.enough(bytearray(data[:20_000]))
        assert scanner.enough(bytearray(data))
        assert scanner.metadata == TEXT

    def test_a_wheel_without_metadata_says_so(self) -> None:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("a/__init__.py", "")
        assert "no .dist-info" in str(stream(made.getvalue())[0].problem)
