"""METADATA and PKG-INFO as a resolver needs them: name, version, requirements, Requires-Python, extras.

Only the headers are looked at, never the description behind them. Source: core metadata specification; uv 0.13.8,
uv-pypi-types `metadata_resolver`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from ..model.ranges import parse_version
from .core_metadata import CoreMetadata
from .lenient import InvalidText, parse_extra, parse_requirement, parse_specifiers

MAX_METADATA: Final = 16 * 1024 * 1024
"""Bytes of METADATA at most; real ones are rarely over 500 KB, and only because of their description."""

MAX_REQUIREMENTS: Final = 20_000

_FIELDS: Final = frozenset(
    {"name", "version", "metadata-version", "requires-dist", "requires-python", "provides-extra", "dynamic"}
)
_HEADER_END = re.compile(rb"\r?\n\r?\n|\n\r|\A\r?\n")


class InvalidMetadataText(ValueError):
    """Metadata that does not parse: which field, and why."""


class NotStatic(ValueError):
    """Metadata that only a build can tell: the field that is dynamic, or why the file says nothing."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers that matter, by name in lower case; `UNKNOWN` stands for no value (old setuptools)."""

    values: Mapping[str, tuple[str, ...]]

    def first(self, name: str) -> str | None:
        return next(iter(self.values.get(name, ())), None)

    def all(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())


def parse_headers(data: bytes) -> Headers:
    """The header section of METADATA (RFC 822 as core metadata uses it: UTF-8, folded lines joined)."""
    if len(data) > MAX_METADATA:
        raise InvalidMetadataText(f"larger than {MAX_METADATA} bytes")
    end = _HEADER_END.search(data)
    text = data[: end.start() if end else len(data)].decode("utf-8", "replace")
    found: dict[str, list[str]] = {}
    for name, value in _header_lines(text):
        if name in _FIELDS and value != "UNKNOWN":
            found.setdefault(name, []).append(value)
    return Headers({name: tuple(values) for name, values in found.items()})


def _header_lines(text: str) -> Iterator[tuple[str, str]]:
    name, parts = "", [""]
    for line in text.split("\n"):
        line = line.rstrip("\r")
        if line[:1] in (" ", "\t"):
            parts.append(line.strip())
            continue
        if name:
            yield name, _decoded(" ".join(parts).strip())
        key, colon, value = line.partition(":")
        name, parts = (key.strip().lower() if colon else ""), [value.strip()]
    if name:
        yield name, _decoded(" ".join(parts).strip())


def _decoded(value: str) -> str:
    """RFC 2047 encoded words, which some old build backends wrote."""
    if "=?" not in value:
        return value
    try:
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii", "replace")
            for part, charset in decode_header(value)
        )
    except (HeaderParseError, LookupError, ValueError):
        return value


def parse_metadata(data: bytes, *, repairs: bool = True) -> CoreMetadata:
    """METADATA of a wheel. `repairs`: mend what uv mends. Raises `InvalidMetadataText`."""
    if data.startswith(b"PK\x03\x04"):
        raise InvalidMetadataText("the field Metadata-Version is missing: it is an archive")
    return _core_metadata(parse_headers(data), repairs)


def parse_pkg_info(data: bytes, *, repairs: bool = True) -> CoreMetadata:
    """PKG-INFO of an sdist where it may be trusted: Metadata-Version 2.2 or later, nothing that matters dynamic.

    Source: PEP 643, wheels 2.3. Raises `NotStatic`, `InvalidMetadataText`.
    """
    headers = parse_headers(data)
    stated = headers.first("metadata-version")
    match = re.fullmatch(r"(\d{1,3})\.(\d{1,3})", stated or "")
    if match is None or not (2, 2) <= (int(match[1]), int(match[2])) < (3, 0):
        raise NotStatic(f"PKG-INFO has Metadata-Version {(stated or 'none')[:20]}")
    for field in headers.all("dynamic"):
        if field in ("Requires-Python", "Requires-Dist", "Provides-Extra"):
            raise NotStatic(f"PKG-INFO says that {field} is dynamic")
    return _core_metadata(headers, repairs)


def _core_metadata(headers: Headers, repairs: bool) -> CoreMetadata:
    name, version = headers.first("name"), headers.first("version")
    if name is None or version is None:
        raise InvalidMetadataText(f"the field {'Name' if name is None else 'Version'} is missing")
    try:
        return build_metadata(
            name=name,
            version=parse_version(version),
            requires=headers.all("requires-dist"),
            requires_python=headers.first("requires-python"),
            extras=headers.all("provides-extra"),
            repairs=repairs,
        )
    except InvalidVersion:
        raise InvalidMetadataText(f"Version: {version[:80]!r} is no version") from None


def build_metadata(
    *,
    name: str,
    version: Version,
    requires: Iterable[str],
    requires_python: str | None,
    extras: Iterable[str],
    repairs: bool = True,
) -> CoreMetadata:
    """Metadata from its parts as text. Raises `InvalidMetadataText` that names the part."""
    try:
        normalized = canonicalize_name(name, validate=True)
    except InvalidName:
        raise InvalidMetadataText(f"Name: {name[:80]!r} is no package name") from None
    texts = tuple(requires)
    if len(texts) > MAX_REQUIREMENTS:
        raise InvalidMetadataText(f"more than {MAX_REQUIREMENTS} requirements")
    try:
        requirements = tuple(parse_requirement(text, repairs) for text in texts)
        python = str(parse_specifiers(requires_python, repairs)) if requires_python else None
    except InvalidText as error:
        raise InvalidMetadataText(str(error)) from None
    return CoreMetadata(
        name=normalized,
        version=version,
        requires=requirements,
        requires_python=python or None,
        extras=frozenset(extra for text in extras if (extra := parse_extra(text)) is not None),
    )
