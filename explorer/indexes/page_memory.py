"""A parsed page as bytes, kept beside the stored answer so that a warm run does not parse it again."""

from __future__ import annotations

from typing import Final, cast

import msgspec
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion

from ..events import FileSeen
from ..model.files import DistributionFile, FileKind
from ..model.ranges import parse_version
from ..model.reasons import BadRequiresPython, FileRefusal, NotADistribution, OtherPackage
from ..model.url import SafeUrl
from .listed import PageRules
from .page import Page, PageFormat

_LAYOUT: Final = 1
"""Changes with the layout below or with what the parser makes of a page."""


class _Row(msgspec.Struct, array_like=True, gc=False):
    filename: str
    url: str
    masked: str
    kind: str
    name: str
    version: str
    build: tuple[int, str] | None
    tags: tuple[str, str, str, str]
    hashes: dict[str, str]
    size: int | None
    requires_python: str | None
    yanked: str | None
    core_metadata: dict[str, str] | None
    upload_time: str | None


class _Refused(msgspec.Struct, array_like=True, gc=False):
    filename: str
    version: str | None
    refusal: str
    data: str


class _Memory(msgspec.Struct, array_like=True, gc=False):
    base: str
    files: list[_Row]
    refused: list[_Refused]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Memory)


def memory_kind(form: PageFormat, package: NormalizedName, rules: PageRules) -> str:
    """The key under which a page of `package` is remembered: pages that rules read differently have different keys."""
    return f"page-{_LAYOUT}-{form}-{rules.fingerprint}-{package}"


def page_to_memory(page: Page, base: SafeUrl) -> bytes | None:
    """`page` as bytes; None where a link carries credentials, which are not written anywhere."""
    if any(file.credentials is not None for file in page.files):
        return None
    rows = [
        _Row(
            filename=file.filename,
            url=file.url.wire,
            masked="" if file.url == file.url.wire else str(file.url),
            kind=file.kind,
            name=file.name,
            version=str(file.version),
            build=file.build,
            tags=(file.python_tags, file.abi_tags, file.platform_tags, file.variant),
            hashes=dict(file.hashes),
            size=file.size,
            requires_python=file.requires_python,
            yanked=None if file.yanked is False else file.yanked,
            core_metadata=None if file.core_metadata is None else dict(file.core_metadata),
            upload_time=file.upload_time,
        )
        for file in page.files
    ]
    refused = [_Refused(file.filename, file.version, *_refusal_to_memory(file.refusal)) for file in page.refused]
    return _ENCODER.encode(_Memory(base.wire, rows, refused))


def page_from_memory(data: bytes, base: SafeUrl) -> Page | None:
    """The page that `page_to_memory` wrote; None where the bytes are not of it, or the page came from another URL."""
    try:
        memory = _DECODER.decode(data)
        if memory.base != base.wire:
            return None
        return Page(
            files=tuple(_file(row) for row in memory.files),
            refused=tuple(
                FileSeen(file.filename, file.version, _refusal_from_memory(file.refusal, file.data))
                for file in memory.refused
            ),
        )
    except (msgspec.DecodeError, InvalidVersion, ValueError):
        return None


def _file(row: _Row) -> DistributionFile:
    python, abi, platform, variant = row.tags
    return DistributionFile(
        filename=row.filename,
        url=SafeUrl.parse(row.url) if row.masked else SafeUrl.trusted(row.url),
        kind=cast(FileKind, row.kind),
        name=row.name,
        version=parse_version(row.version),
        build=row.build,
        python_tags=python,
        abi_tags=abi,
        platform_tags=platform,
        variant=variant,
        hashes=row.hashes,
        size=row.size,
        requires_python=row.requires_python,
        yanked=False if row.yanked is None else row.yanked,
        core_metadata=row.core_metadata,
        upload_time=row.upload_time,
    )


def _refusal_to_memory(refusal: FileRefusal | None) -> tuple[str, str]:
    match refusal:
        case NotADistribution(detail):
            return "name", detail
        case OtherPackage(name):
            return "package", name
        case BadRequiresPython(text):
            return "python", text
        case _:
            raise ValueError(f"a page has no refusal of this kind: {refusal!r}")


def _refusal_from_memory(kind: str, data: str) -> FileRefusal:
    match kind:
        case "name":
            return NotADistribution(data)
        case "package":
            return OtherPackage(data)
        case _:
            return BadRequiresPython(data)
