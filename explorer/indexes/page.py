"""A project page understood: distribution files, and the files of the page that are none, each with the reason."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from packaging.utils import NormalizedName

from ..events import FileSeen
from ..model.credentials import Credentials
from ..model.files import DistributionFile
from ..model.ranges import parse_version, version_key
from ..model.reasons import BadRequiresPython, FileRefusal, NotADistribution, OtherPackage
from ..model.url import InvalidUrl, SafeUrl
from ..wheels.lenient import InvalidText, parse_specifiers
from .filenames import parse_filename
from .listed import ListedFile, PageError, PageRules
from .named_file import FilesByVersion, NamedFile, named_file
from .page_html import parse_html
from .page_json import parse_json

PageFormat = Literal["json", "html"]


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a page lists: usable files in the order of the page, and the others as they are shown.

    uv keeps a wheel of another project among the files (it fails when that wheel is chosen); it is in `refused` too.
    `credentials` are those that stood in links, by URL.
    """

    named: tuple[NamedFile, ...]
    refused: tuple[FileSeen, ...] = ()
    credentials: Mapping[str, Credentials] = field(default_factory=dict)

    @property
    def files(self) -> tuple[DistributionFile, ...]:
        """All files, completed."""
        return tuple(file.complete(self.credentials.get(file.url)) for file in self.named)

    @cached_property
    def seen(self) -> tuple[FileSeen, ...]:
        """All files as the event shows them, the refused ones last."""
        shown = {file.filename for file in self.refused}
        versions = {stated: str(parse_version(stated)) for stated in {file.version for file in self.named}}
        return (
            *(FileSeen(file.filename, versions[file.version]) for file in self.named if file.filename not in shown),
            *self.refused,
        )

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """The versions of the files, ascending."""
        distinct = {parse_version(stated) for stated in {file.version for file in self.named}}
        return tuple(str(version) for version in sorted(distinct, key=version_key))

    def by_filename(self) -> Page:
        """The same with its files sorted by name."""
        return replace(self, named=tuple(sorted(self.named, key=attrgetter("filename"))))

    def followed_by(self, other: Page) -> Page:
        """The files of both, those of `other` last."""
        return Page(named=self.named + other.named, credentials={**self.credentials, **other.credentials})

    def by_version(self) -> FilesByVersion:
        """The files of each version, in their order."""
        return FilesByVersion(self.named, self.credentials)


def parse_page(
    body: bytes,
    page_format: PageFormat,
    base: SafeUrl,
    package: NormalizedName | None,
    rules: PageRules,
    charset: str = "utf-8",
) -> Page:
    """The page of `package` (None: a flat page) from `base`, the URL after redirects. Raises only `PageError`.

    Source: indexes.md section 5; PEP 503, 592, 658, 691, 700, 714; API versions are checked by no tool.
    """
    if page_format == "json":
        listed = parse_json(body, rules)
    else:
        own_base, listed = parse_html(_text(body, charset), rules)
        if own_base is not None:
            base = _own_base(own_base, base, rules)
    links = _Links(base)
    named: list[NamedFile] = []
    refused: list[FileSeen] = []
    for entry in listed:
        filename = entry.filename or _filename_of(entry.href, rules)
        file = _understood(entry, filename, package, rules, links)
        if not isinstance(file, NamedFile):
            refused.append(FileSeen(filename, None, file))
            continue
        named.append(file)
        if package is not None and file.name != package:
            refused.append(FileSeen(filename, str(parse_version(file.version)), OtherPackage(file.name)))
    return Page(named=tuple(named), refused=tuple(refused), credentials=links.credentials)


def _text(body: bytes, charset: str) -> str:
    try:
        return body.decode(codecs.lookup(charset).name, errors="replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", errors="replace")


def _own_base(own_base: str, page: SafeUrl, rules: PageRules) -> SafeUrl:
    """uv needs an absolute base; pip joins links to whatever stands there, so a relative one makes bad links."""
    try:
        return SafeUrl.parse(own_base) if rules.tool == "uv" or "://" in own_base else SafeUrl.trusted(own_base)
    except InvalidUrl:
        raise PageError("html", "the base URL is not valid") from None


def _filename_of(href: str, rules: PageRules) -> str:
    """The last segment of a link: to uv behind any slash, even in a query; to pip without slashes at the end."""
    path = href.partition("#")[0]
    if rules.tool == "pip":
        path = path.partition("?")[0].rstrip("/")
    segment = path.rpartition("/")[2].partition("?")[0]
    return unquote(segment) if "%" in segment else segment


def _understood(
    entry: ListedFile, filename: str, package: NormalizedName | None, rules: PageRules, links: _Links
) -> NamedFile | FileRefusal:
    name = parse_filename(filename, package)
    if isinstance(name, NotADistribution):
        return name
    if rules.tool == "pip" and package is not None and name.name != package:
        return OtherPackage(name.name)
    requires_python = entry.requires_python or None
    if requires_python is not None:
        readable = readable_requires_python(requires_python, mend=rules.tool == "uv")
        if readable is None and rules.tool == "uv":
            return BadRequiresPython(requires_python)
        requires_python = readable
    try:
        url = links.resolve(entry.href)
    except InvalidUrl:
        if rules.tool == "pip" and not _splits(entry.href):
            raise PageError("json", f"the link of {filename[:80]!r} is no URL") from None
        return NotADistribution("its URL is not valid")
    return named_file(name, filename, url, entry, requires_python)


def _splits(href: str) -> bool:
    """Python's own URL parser takes it; pip does not expect otherwise."""
    try:
        urlsplit(href)
    except ValueError:
        return False
    return True


class _Links:
    """Resolves the links of one page. Of plain ones (most) only the part before the path is parsed, once."""

    _PLAIN: Final = re.compile(
        r"(https?://[^/?#@\s\\]+/|/(?!/)|(?:\.\./)*)((?!\.)[A-Za-z0-9._~+%=,()@!$*-][A-Za-z0-9/._~+%=,()@!$*-]*)\Z"
    )

    def __init__(self, base: SafeUrl) -> None:
        self._base = base
        self._starts: dict[str, str] = {}
        self.credentials: dict[str, Credentials] = {}

    def resolve(self, href: str) -> str:
        """The absolute URL without credentials; what stood in it goes to `credentials`. Raises `InvalidUrl`."""
        plain = self._PLAIN.match(href)
        if plain is None:
            url, credentials = self._base.resolve(href)
            if credentials is not None:
                self.credentials[url.wire] = credentials
            return url.wire
        prefix, path = plain.groups()
        if "/." in path or "//" in path:
            return self._base.resolve(href)[0].wire
        start = self._starts.get(prefix)
        if start is None:
            start = self._starts[prefix] = self._base.resolve(f"{prefix}x")[0].wire[:-1]
        return start + path


@lru_cache(maxsize=4096)
def readable_requires_python(text: str, *, mend: bool) -> str | None:
    """`text` as a specifier set reads it; `mend`: with the repairs that uv makes. None if that fails."""
    for repairs in (False, True) if mend else (False,):
        try:
            specifiers = parse_specifiers(text, repairs)
        except InvalidText:
            continue
        return str(specifiers) if repairs else text
    return None
