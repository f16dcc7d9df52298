"""File names of distributions: what a name on a page says about name, version and tags, or why it says nothing.

Source: the binary distribution format (wheel names, build tags), PEP 625 and its predecessors (source names),
uv 0.13.8's variant labels. A source name is ambiguous (`a-1-1.zip`) unless the project is known.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from ..model.ranges import parse_version
from ..model.reasons import NotADistribution

MAX_FILENAME: Final = 512

SDIST_ENDINGS: Final = (
    ".tar.gz", ".zip", ".tgz", ".tbz", ".tlz", ".txz",
    ".tar.bz2", ".tar.xz", ".tar.lz", ".tar.lzma", ".tar.zst", ".tar",
)  # fmt: skip
"""Endings that make a file a source distribution; uv 0.12.0+ uses only the first two (PEP 625)."""

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_TAGS: Final = re.compile(r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*\Z")
_BUILD: Final = re.compile(r"(\d{1,18})([A-Za-z0-9_.]*)\Z", re.ASCII)
_VARIANT: Final = re.compile(r"[a-z0-9_.]+\Z")


class WheelName(NamedTuple):
    """The parts of a wheel's name; the tags are compressed sets, `variant` is empty where there is none.

    `stated` is the version as the name writes it.
    """

    name: NormalizedName
    version: Version
    stated: str
    build: tuple[int, str] | None
    python: str
    abi: str
    platform: str
    variant: str = ""


class SdistName(NamedTuple):
    """The parts of a source distribution's name; `stated` is the version as the name writes it."""

    name: NormalizedName
    version: Version
    stated: str
    ending: str


def parse_filename(filename: str, package: NormalizedName | None) -> WheelName | SdistName | NotADistribution:
    """What `filename` on the page of `package` is (None: on a flat page, where the name must tell)."""
    if filename.endswith(".whl"):
        return parse_wheel_name(filename)
    return parse_sdist_name(filename, package)


def parse_wheel_name(filename: str) -> WheelName | NotADistribution:
    """`name-version[-build]-python-abi-platform[-variant].whl` in its parts."""
    if len(filename) > MAX_FILENAME:
        return NotADistribution(f"the name is longer than {MAX_FILENAME} characters")
    parts = filename[:-4].split("-")
    if not 5 <= len(parts) <= 7:
        return NotADistribution(f"a wheel's name has 5 to 7 parts, this one has {len(parts)}")
    name, version, *build_tags = (
        parts[:3] if len(parts) == 7 or (len(parts) == 6 and parts[2][:1].isdigit()) else parts[:2]
    )
    python, abi, platform, *variants = parts[2 + len(build_tags) :]
    build = _build_tag(build_tags[0]) if build_tags else None
    if build_tags and build is None:
        return NotADistribution(f"{build_tags[0]!r} is not a build tag")
    variant = variants[0] if variants else ""
    if variants and not _VARIANT.match(variant):
        return NotADistribution(f"{variant!r} is not a variant label")
    normalized = _normalized(name)
    if normalized is None:
        return NotADistribution(f"{name!r} is not a project name")
    parsed = _version(version)
    if parsed is None:
        return NotADistribution(f"{version!r} is not a version")
    if not _are_tags(python, abi, platform):
        return NotADistribution("a tag has characters other than letters, digits and underscores")
    if python[:1].isdigit():
        return NotADistribution("the Python tag starts with a digit")
    return WheelName(normalized, parsed, version, build, python, abi, platform, variant)


def parse_sdist_name(filename: str, package: NormalizedName | None) -> SdistName | NotADistribution:
    """`name-version` and one of `SDIST_ENDINGS`; the name must be that of `package` where one is given."""
    if len(filename) > MAX_FILENAME:
        return NotADistribution(f"the name is longer than {MAX_FILENAME} characters")
    ending = _sdist_ending(filename)
    if ending is None:
        return NotADistribution("neither a wheel nor a source distribution by its ending")
    stem = filename[: -len(ending)]
    if package is None:
        name, dash, version = stem.rpartition("-")
    else:
        name, dash, version = stem[: len(package)], stem[len(package) : len(package) + 1], stem[len(package) + 1 :]
    if dash != "-" or not version:
        return NotADistribution(f"the name does not start with {package}-" if package else "no dash before a version")
    normalized = _normalized(name)
    if normalized is None or (package is not None and normalized != package):
        return NotADistribution(f"the name does not start with {package}-" if package else f"{name!r} is no name")
    parsed = _version(version)
    if parsed is None:
        return NotADistribution(f"{version!r} is not a version")
    return SdistName(normalized, parsed, version, ending)


@lru_cache(maxsize=4096)
def _normalized(name: str) -> NormalizedName | None:
    return canonicalize_name(name) if _NAME.match(name) else None


@lru_cache(maxsize=4096)
def _are_tags(*sets: str) -> bool:
    return all(_TAGS.match(tags) for tags in sets)


def _version(text: str) -> Version | None:
    try:
        return parse_version(text)
    except InvalidVersion:
        return None


@lru_cache(maxsize=1024)
def _build_tag(tag: str) -> tuple[int, str] | None:
    found = _BUILD.match(tag)
    return (int(found[1]), found[2]) if found else None


def _sdist_ending(filename: str) -> str | None:
    if filename.endswith(".tar.gz"):
        return ".tar.gz"
    return next((ending for ending in SDIST_ENDINGS if filename.endswith(ending)), None)
