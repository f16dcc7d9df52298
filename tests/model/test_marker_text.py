"""Markers print as uv prints them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.model.marker_algebra import FALSE, parse_marker

PRINTED: list[tuple[str, str]] = [
    (written, printed)
    for written, printed in json.loads(Path(__file__).with_name("printed_by_uv_0_13_8.json").read_text())
]
"""Random markers, and how the real uv 0.13.8 wrote them as `requires-dist` of uv.lock."""


def test_markers_print_letter_by_letter_as_uv_prints_them() -> None:
    assert len(PRINTED) > 300
    different = [(written, printed) for written, printed in PRINTED if parse_marker(written).text() != printed]
    assert different == []


def test_what_uv_printed_reads_back_as_the_same_marker() -> None:
    """Not where systems exclude each other: uv forgets such branches while it prints."""
    plain = [(written, printed) for written, printed in PRINTED if "platform_system" not in written]
    assert [written for written, printed in plain if parse_marker(written) is not parse_marker(printed)] == []


def test_a_marker_that_never_holds() -> None:
    assert FALSE.text() == "python_version < '0'"
    assert parse_marker(FALSE.text()) is FALSE


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("python_version >= '3.8'", "python_full_version >= '3.8'"),
        ("python_version == '3.8'", "python_full_version == '3.8.*'"),
        ("python_version != '3.8'", "python_full_version != '3.8.*'"),
        ("python_version == '3.0'", "python_full_version == '3.0.*'"),
        ("python_full_version != '3.8.1' and python_full_version != '3.9.1'",) * 2,
        (
            "python_version < '3.8' or python_version > '3.9'",
            "python_full_version < '3.8' or python_full_version >= '3.10'",
        ),
        ("os_name == 'nt' or os_name == 'java'", "os_name == 'java' or os_name == 'nt'"),
        ("os_name != 'nt' and os_name != 'java'", "os_name != 'java' and os_name != 'nt'"),
        ("'64' in platform_machine", "'64' in platform_machine"),
        ("platform_machine not in 'arm64 aarch64'", "platform_machine not in 'arm64 aarch64'"),
        (
            "extra == 'b' and python_version < '3.9' and sys_platform == 'linux'",
            "python_full_version < '3.9' and sys_platform == 'linux' and extra == 'b'",
        ),
        (
            "sys_platform == 'win32' and (extra == 'a' or extra == 'b')",
            "(sys_platform == 'win32' and extra == 'a') or (sys_platform == 'win32' and extra == 'b')",
        ),
        ("platform_version >= '2' and platform_version <= '2'", "platform_version == '2'"),
        ("'dev' in extras and 'test' not in dependency_groups", "'dev' in extras and 'test' not in dependency_groups"),
    ],
)
def test_forms(written: str, printed: str) -> None:
    assert parse_marker(written).text() == printed


def test_a_clause_leaves_out_what_other_clauses_settle() -> None:
    marker = parse_marker("sys_platform == 'linux' or (sys_platform != 'linux' and extra == 'a')")
    assert marker.text() == "sys_platform == 'linux' or extra == 'a'"
