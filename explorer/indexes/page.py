"""A project page understood: distribution files, and the files of the page that are none, each with the reason."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import unquote

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName

from ..events import FileSeen
from ..model.credentials import Credentials
from ..model.files import DistributionFile
from ..model.reasons import BadRequiresPython, FileRefusal, NotADistribution, OtherPackage
from ..model.url import InvalidUrl, SafeUrl
from .filenames import SdistName, WheelName, parse_filename
from .listed import NOTHING_LISTED, ListedFile, PageError, PageRules
from .page_html import parse_html
from .page_json import parse_json

PageFormat = Literal["json", "html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page lists: usable files in the order of the page, and the others as they are shown.

    uv keeps a wheel of another project among the files (it fails when that wheel is chosen); it is in `refused` too.
    """

    files: tuple[DistributionFile, ...]
    refused: tuple[FileSeen, ...] = ()

    def seen(self) -> tuple[FileSeen, ...]:
        """All files as the event shows them, the refused ones last."""
        shown = {file.filename for file in self.refused}
        return (*(FileSeen(f.filename, str(f.version)) for f in self.files if f.filename not in shown), *self.refused)


def parse_page(
    body: bytes,
    page_format: PageFormat,
    base: SafeUrl,
    package: NormalizedName | None,
    rules: PageRules,
    charset: str = "utf-8",
) -> Page:
    """The page of `package` (None: a flat page) from `base`, the URL after redirects. Raises only `PageError`.

    Source: indexes.md section 5; PEP 503, 592, 629, 658, 691, 700, 714.
    """
    if page_format == "json":
        listed = parse_json(body, rules)
    else:
        own_base, listed = parse_html(_text(body, charset), rules)
        if own_base is not None:
            base = _own_base(own_base, base, rules)
    links = _Links(base)
    files: list[DistributionFile] = []
    refused: list[FileSeen] = []
    for entry in listed:
        filename = entry.filename or _filename_of(entry.href)
        file = _understood(entry, filename, package, rules, links)
        if isinstance(file, DistributionFile):
            files.append(file)
            if package is not None and file.name != package:
                refused.append(FileSeen(filename, str(file.version), OtherPackage(file.name)))
        else:
            refused.append(FileSeen(filename, None, file))
    return Page(files=tuple(files), refused=tuple(refused))


def _text(body: bytes, charset: str) -> str:
    try:
        return body.decode(codecs.lookup(charset).name, errors="replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", errors="replace")


def _own_base(own_base: str, page: SafeUrl, rules: PageRules) -> SafeUrl:
    """uv needs an absolute base; pip joins links to whatever stands there, so a relative one makes bad links."""
    try:
        return SafeUrl.parse(own_base) if rules.tool == "uv" or "://" in own_base else SafeUrl.trusted(own_base)
    except InvalidUrl as error:
        raise PageError("html", f"the base URL is not valid: {error.why}") from None


def _filename_of(href: str) -> str:
    segment = href.partition("#")[0].partition("?")[0].rpartition("/")[2]
    return unquote(segment) if "%" in segment else segment


def _understood(
    entry: ListedFile, filename: str, package: NormalizedName | None, rules: PageRules, links: _Links
) -> DistributionFile | FileRefusal:
    name = parse_filename(filename, package)
    if isinstance(name, NotADistribution):
        return name
    if rules.tool == "pip" and package is not None and name.name != package:
        return OtherPackage(name.name)
    requires_python = entry.requires_python or None
    if requires_python is not None:
        readable = readable_requires_python(requires_python)
        if readable is None and rules.tool == "uv":
            return BadRequiresPython(requires_python)
        requires_python = readable
    try:
        url, credentials = links.resolve(entry.href)
    except InvalidUrl as error:
        return NotADistribution(f"its URL is not valid: {error.why}")
    return file_named(name, filename, url, entry, requires_python, credentials)


def file_named(
    name: WheelName | SdistName,
    filename: str,
    url: SafeUrl,
    entry: ListedFile = NOTHING_LISTED,
    requires_python: str | None = None,
    credentials: Credentials | None = None,
) -> DistributionFile:
    """A file of which `name` and what its page says of it are known; in a folder nothing but the name is."""
    wheel = name if isinstance(name, WheelName) else None
    return DistributionFile(
        filename=filename,
        url=url,
        kind="wheel" if wheel else "sdist",
        name=name.name,
        version=name.version,
        build=wheel.build if wheel else None,
        python_tags=wheel.python if wheel else "",
        abi_tags=wheel.abi if wheel else "",
        platform_tags=wheel.platform if wheel else "",
        variant=wheel.variant if wheel else "",
        hashes=entry.hashes,
        size=entry.size,
        requires_python=requires_python,
        yanked=False if entry.yanked is None else entry.yanked,
        core_metadata=entry.core_metadata,
        upload_time=entry.upload_time,
        credentials=credentials,
    )


class _Links:
    """Resolves the links of one page. Of plain ones (most) only the part before the path is parsed, once."""

    _PLAIN: Final = re.compile(
        r"(?:(https?://[^/?#@\s\\]+/)|(/)(?!/)|((?:\.\./)*))((?!\.)[A-Za-z0-9._~+%=,()@!$*-][A-Za-z0-9/._~+%=,()@!$*-]*)\Z"
    )

    def __init__(self, base: SafeUrl) -> None:
        self._base = base
        self._starts: dict[str, str] = {}

    def resolve(self, href: str) -> tuple[SafeUrl, Credentials | None]:
        """The absolute URL and the credentials that stood in it. Raises `InvalidUrl`."""
        plain = self._PLAIN.match(href)
        if plain is None or "/." in plain[4] or "//" in plain[4]:
            return self._base.resolve(href)
        prefix = plain[1] or plain[2] or plain[3]
        start = self._starts.get(prefix)
        if start is None:
            start = self._starts[prefix] = self._base.resolve(f"{prefix}x")[0].wire[:-1]
        return SafeUrl.trusted(start + plain[4]), None


_FIXES: Final = (
    (re.compile(r"(\d)([<>=~^!])"), r"\1,\2"),
    (re.compile(r"!=~((?:\d\.)*\d)"), r"!=\1.*"),
    (re.compile(r"(<=|>=|<|>)\s*(\d+(?:\.\d+)*)\.\*"), r"\1\2"),
    (re.compile(r"(\d\.\d)+\*"), r"\1.*"),
    (re.compile(r",\s*$"), ""),
    (re.compile(r">dev"), ">0.0.0dev"),
    (re.compile(r"(\d+(?:\.\d)*(?:a|b|rc|post|dev)\d+)\.0"), r"\1"),
    (re.compile(r"['\"]"), ""),
)


@lru_cache(maxsize=4096)
def readable_requires_python(text: str) -> str | None:
    """`text` as a specifier set can read it, common slips mended as uv mends them; None if that fails."""
    if len(text) > 1024:
        return None
    if _is_specifier_set(text):
        return text
    for pattern, replacement in _FIXES:
        text = pattern.sub(replacement, text)
        if _is_specifier_set(text):
            return text
    return None


def _is_specifier_set(text: str) -> bool:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True
