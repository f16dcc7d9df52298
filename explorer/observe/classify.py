"""What a request of the real tool is for: purpose, index and package, told from its URL and the session's indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from ..events import Purpose
from ..model.index import Index
from ..model.url import SafeUrl
from ..settings.settings import Settings

Method = Literal["GET", "HEAD"]

SDIST_ENDINGS: Final = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a request is for, whose index it asks (its id) and which package it is about; None: not known."""

    purpose: Purpose
    index: str | None
    package: str | None


class Classifier:
    """Knows the indexes of a command, and learns from answers which of them have a package."""

    def __init__(self, settings: Settings) -> None:
        self._indexes = _asked_indexes(settings)
        self._direct = frozenset(_bare(str(r.url)) for r in settings.requirements if r.url is not None)
        self._found: dict[str, list[Index]] = {}
        self._sidecars: set[str] = set()

    def meaning(self, url: SafeUrl, method: Method, *, ranged: bool) -> Meaning:
        """A page is one segment below its index; the rest is a file, told by its name and by who listed its package."""
        page = self._page(url)
        if page is not None:
            return page
        name = url.filename
        is_sidecar = name.endswith(".metadata")
        package = _package_of(name.removesuffix(".metadata"))
        index = self.lister(url, package)
        if is_sidecar:
            self._sidecars.add(name.removesuffix(".metadata"))
            purpose: Purpose = "metadata"
        elif _bare(url) in self._direct:
            purpose = "direct url"
        elif method == "GET" and not ranged and name in self._sidecars:
            purpose = "install"
        elif name.endswith(".whl"):
            purpose = "wheel"
        elif name.endswith(SDIST_ENDINGS):
            purpose = "sdist"
        else:
            purpose = "page"
        return Meaning(purpose, index.id if index is not None else None, package)

    def answered(self, url: SafeUrl, status: int | None) -> None:
        """Remember that an index has a package: files are asked of an index that lists them."""
        page = self._page(url)
        if page is None or page.package is None or (status is not None and status >= 300):
            return
        index = self._index_of(url)
        known = self._found.setdefault(page.package, [])
        if index is not None and index not in known:
            known.append(index)

    def only_index(self, package: str) -> Index | None:
        """The one index that answered with the page of a package; None for none, or several."""
        found = self._found.get(package, ())
        return found[0] if len(found) == 1 else None

    def _page(self, url: SafeUrl) -> Meaning | None:
        address = _bare(url)
        flat = next((each for each in self._indexes if each.format == "flat" and _bare(each.url) == address), None)
        if flat is not None:
            return Meaning("find-links", flat.id, None)
        index = self._index_of(url)
        if index is None or index.format == "flat":
            return None
        rest = address[len(_bare(index.url)) :].strip("/")
        if not rest or "/" in rest or rest.endswith((".whl", ".metadata", *SDIST_ENDINGS)):
            return None
        return Meaning("page", index.id, canonicalize_name(unquote(rest)))

    def _index_of(self, url: SafeUrl) -> Index | None:
        """The index with the longest URL that the request's begins with."""
        address = _bare(url)
        below = [index for index in self._indexes if address.startswith(f"{_bare(index.url)}/")]
        return max(below, key=lambda index: len(_bare(index.url)), default=None)

    def lister(self, url: SafeUrl, package: str | None) -> Index | None:
        """The index that listed a file: one of those that have its package, the nearest by its address."""
        listing = self._found.get(package or "", ())
        return max(listing, key=lambda index: _common(_bare(index.url), _bare(url)), default=self._index_of(url))


def _asked_indexes(settings: Settings) -> Sequence[Index]:
    return [*settings.indexes, *settings.find_links]


def _bare(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].rstrip("/")


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((position for position, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _package_of(filename: str) -> str | None:
    """The package that a file belongs to, from its name; None where it has none."""
    if filename.endswith(".whl"):
        try:
            return parse_wheel_filename(filename)[0]
        except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
            return canonicalize_name(filename.partition("-")[0])
    for ending in SDIST_ENDINGS:
        if filename.endswith(ending):
            name = filename.removesuffix(ending).rpartition("-")[0]
            return canonicalize_name(name) if name else None
    return None
