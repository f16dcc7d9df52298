"""A parsed page as bytes, kept beside the stored answer so that a warm run does not parse it again."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion

from ..events import FileSeen
from ..model.ranges import parse_version
from ..model.reasons import BadRequiresPython, FileRefusal, NotADistribution, OtherPackage
from ..model.url import SafeUrl
from .listed import PageRules
from .named_file import NamedFile
from .page import Page, PageFormat

_LAYOUT: Final = 1
"""Changes with the layout below or with what the parser makes of a page."""


MOST_PAGES: Final = 256
"""Pages that stay read."""


class _Refused(msgspec.Struct, array_like=True, gc=False):
    filename: str
    version: str | None
    refusal: str
    data: str


class _Memory(msgspec.Struct, array_like=True, gc=False):
    base: str
    named: tuple[NamedFile, ...]
    refused: list[_Refused]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Memory)


def memory_kind(form: PageFormat, package: NormalizedName, rules: PageRules) -> str:
    """The key under which a page of `package` is remembered: pages that rules read differently have different keys."""
    return f"page-{_LAYOUT}-{form}-{rules.fingerprint}-{package}"


def page_to_memory(page: Page, base: SafeUrl) -> bytes | None:
    """`page` as bytes; None where a link carries credentials, which are not written anywhere."""
    if page.credentials:
        return None
    refused = [_Refused(file.filename, file.version, *_refusal_to_memory(file.refusal)) for file in page.refused]
    return _ENCODER.encode(_Memory(base.wire, page.named, refused))


@lru_cache(maxsize=MOST_PAGES)
def page_from_memory(data: bytes, base: SafeUrl) -> Page | None:
    """The page that `page_to_memory` wrote; None where the bytes are not of it, or the page came from another URL.

    Runs of a session that ask what if read the same pages again and again.
    """
    try:
        memory = _DECODER.decode(data)
        for version in {file.version for file in memory.named}:
            parse_version(version)
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidVersion):
        return None
    if memory.base != base.wire:
        return None
    refused = tuple(
        FileSeen(file.filename, file.version, _refusal_from_memory(file.refusal, file.data)) for file in memory.refused
    )
    return Page(named=memory.named, refused=refused)


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
