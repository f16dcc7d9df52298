"""The search for a package: which indexes are asked, in which order, and when that ends (indexes.md 1, 2 and 4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from packaging.utils import NormalizedName

from ..events import Emit, IndexAnswered, SearchEnded
from ..http.exchange import Fetch
from ..model.index import Index
from ..model.reasons import NoIndex, NotFound, OfflineNotCached, PackageRefusal, SearchStoppedBy
from ..profiles import Profile
from ..settings.settings import Settings
from .flat import FlatContent, FlatReader, in_uv_order
from .listing import Listing, SearchResult
from .locations import is_local, page_url
from .origins import is_secure_origin
from .page import Page
from .reader import PageReader, Reading

T = TypeVar("T")

AT_ONCE: Final = 8
"""How many indexes are asked at the same time under the unsafe strategies (indexes.md 2.2)."""


class PackageSearch:
    """Searches of one run; each (package, pin) is searched once, whoever asks and however often.

    All methods run on the network loop. Failures that end the run are `SearchAborted`.
    """

    def __init__(self, settings: Settings, profile: Profile, fetch: Fetch, emit: Emit) -> None:
        self._settings = settings
        self._profile = profile
        self._emit = emit
        self._pages = PageReader(settings, profile, fetch, emit)
        self._flat = FlatReader(profile, fetch, emit)
        self._list = search_list(settings, profile)
        self._searches: dict[tuple[NormalizedName, str | None], asyncio.Task[SearchResult]] = {}
        self._flat_contents: dict[str, asyncio.Task[FlatContent]] = {}
        self._find_links: tuple[FlatContent, ...] = ()

    async def start(self) -> None:
        """Fetch what is fetched before the first search: uv reads all --find-links once. Raises `SearchAborted`."""
        if self._profile.tool == "uv":
            self._find_links = tuple(await _gather([self._flat.read(place) for place in self._settings.find_links]))

    async def search(self, package: NormalizedName, index: str | None = None) -> SearchResult:
        """The versions of `package` (with `index`: on the index of that name only). Raises `SearchAborted`."""
        key = (package, index)
        if key not in self._searches:
            self._searches[key] = asyncio.create_task(self._search(package, index))
        return await asyncio.shield(self._searches[key])

    async def _search(self, package: NormalizedName, index: str | None) -> SearchResult:
        if self._profile.tool == "pip":
            result = await self._pool(package)
        elif index is not None:
            result = await self._pinned(package, index)
        else:
            result = await self._unpinned(package)
        self._emit(
            SearchEnded(
                package=package,
                found_on=tuple(listing.index.id for listing in result.listings),
                not_asked=result.not_asked,
                refusal=result.refusal,
                rule=_rule_of(self._settings, self._profile, index),
            )
        )
        return result

    async def _unpinned(self, package: NormalizedName) -> SearchResult:
        """uv's search along the list, with find-links."""
        before = self._from_find_links(package)
        if self._settings.no_index:
            result = _result(package, [], (), (), NoIndex())
        elif self._settings.strategy == "first-index":
            result = await self._first_index(package, self._list, before)
        else:
            result = await self._all_indexes(package, before)
        if before is not None and not result.listings:
            return self._with_find_links_alone(result, before)
        return result

    async def _pinned(self, package: NormalizedName, name: str) -> SearchResult:
        """Only the index of that name, without find-links. Up to uv 0.5 the list is asked as well, for nothing."""
        if self._settings.no_index:
            return _result(package, [], (), (), NoIndex())
        pinned = tuple(entry for entry in self._settings.indexes if entry.name == name)[:1]
        if not self._profile.holds("pinned_also_searched"):
            return await self._first_index(package, pinned)
        result, _ = await _gather([self._first_index(package, pinned), self.search(package)])
        return result

    async def _first_index(
        self, package: NormalizedName, indexes: Sequence[Index], before: Page | None = None
    ) -> SearchResult:
        """One index after the other, up to the first that has a page or stops the search (indexes.md 2.1)."""
        requests: list[int] = []
        refusal = self._nowhere
        for position, index in enumerate(indexes):
            not_asked = tuple(entry.id for entry in indexes[position + 1 :])
            if index.format == "flat":
                content = await self._flat_content(index)
                self._flat.tell(content, package)
                requests += content.requests
                if content.of(package) is not None:
                    return _result(package, [self._flat_listing(content, package)], requests, not_asked)
                continue
            reading = await self._pages.read(index, package)
            requests += reading.requests
            if reading.page is not None:
                return _result(package, [self._listing(reading, package, before)], requests, not_asked)
            if reading.meaning == "stop":
                refusal = SearchStoppedBy(index.id, reading.status or 0)
                return _result(package, [], requests, not_asked, refusal)
        return _result(package, [], requests, (), refusal)

    async def _all_indexes(self, package: NormalizedName, before: Page | None) -> SearchResult:
        """Every index, some at a time, answers kept in the order of the list (indexes.md 2.2)."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def ask(index: Index) -> tuple[Listing | None, tuple[int, ...]]:
            async with turns:
                if index.format == "flat":
                    content = await self._flat_content(index)
                    self._flat.tell(content, package)
                    return self._flat_listing(content, package), content.requests
                reading = await self._pages.read(index, package)
                return (self._listing(reading, package, before) if reading.page else None), reading.requests

        answers = await _gather([ask(index) for index in self._list])
        requests = [number for _, numbers in answers for number in numbers]
        found = [listing for listing, _ in answers if listing is not None]
        return _result(package, found, requests, (), self._nowhere)

    @property
    def _nowhere(self) -> PackageRefusal:
        return OfflineNotCached() if self._settings.network.offline else NotFound()

    async def _pool(self, package: NormalizedName) -> SearchResult:
        """pip: all locations one after the other; listed are folders, pages of find-links, indexes (2.4)."""
        requests: list[int] = []
        from_folders: list[Listing] = []
        from_pages: list[Listing] = []
        for place in self._secure(self._settings.find_links, package):
            content = await (self._flat_content(place) if is_local(place) else self._flat.read(place, package))
            self._flat.tell(content, package)
            requests += content.requests
            if content.of(package) is not None:
                found = from_folders if content.from_folder else from_pages
                found.append(self._flat_listing(content, package))
        for index in () if self._settings.no_index else self._secure(self._list, package):
            reading = await self._pages.read(index, package)
            requests += reading.requests
            if reading.page is not None and reading.page.named:
                from_pages.append(self._listing(reading, package))
        return _result(package, from_folders + from_pages, requests, (), NotFound())

    def _secure(self, places: Iterable[Index], package: NormalizedName) -> Iterator[Index]:
        """The places that pip looks at; the others are told as skipped."""
        for place in places:
            if is_secure_origin(place.url, self._settings.network.trusted_hosts):
                yield place
            else:
                why = f"{place.url.host} is no trusted or secure host"
                self._emit(IndexAnswered(package, place.id, "skipped", None, 0, "insecure_origin", detail=why))

    async def _flat_content(self, index: Index) -> FlatContent:
        """The content of a flat index, fetched at its first turn and kept for the run."""
        key = f"{index.url.wire} {index.written}"
        if key not in self._flat_contents:
            self._flat_contents[key] = asyncio.create_task(self._flat.read(index))
        return await asyncio.shield(self._flat_contents[key])

    def _listing(self, reading: Reading, package: NormalizedName, before: Page | None = None) -> Listing:
        """What an index lists, the files of `before` in front of its own."""
        page = reading.page or Page(named=())
        if self._profile.tool == "uv":
            page = page.by_filename()
        if before is not None:
            page = before.followed_by(page)
        return Listing(index=reading.index, package=package, files=page.by_version(), requests=reading.requests)

    def _flat_listing(self, content: FlatContent, package: NormalizedName) -> Listing:
        page = content.of(package) or Page(named=())
        if self._profile.tool == "uv":
            page = page.by_filename()
        return Listing(index=content.index, package=package, files=page.by_version(), requests=content.requests)

    def _from_find_links(self, package: NormalizedName) -> Page | None:
        """uv: what --find-links have of `package`; it stands before the files of whatever index answers."""
        for content in self._find_links:
            self._flat.tell(content, package)
        holders = [content for content in self._find_links if content.of(package) is not None]
        return in_uv_order(holders, package) if holders else None

    def _with_find_links_alone(self, result: SearchResult, found: Page) -> SearchResult:
        """No index has the package, but find-links have."""
        holder = next(content for content in self._find_links if content.of(result.package) is not None)
        alone = Listing(index=holder.index, package=result.package, files=found.by_version(), requests=holder.requests)
        return replace(result, listings=(alone,), refusal=None, requests=(*holder.requests, *result.requests))


def search_list(settings: Settings, profile: Profile) -> tuple[Index, ...]:
    """The indexes that are asked for a package without a pin, in order, as often as they are asked (indexes.md 1.2)."""
    entries = [entry for entry in settings.indexes if not entry.explicit]
    if profile.tool == "pip":
        entries.sort(key=lambda entry: not entry.default)
        return _first_of_each(entries, lambda entry: page_url(entry, NormalizedName("x")).wire)
    if profile.holds("equal_urls_asked_once"):
        return _first_of_each(entries, lambda entry: f"{entry.url.wire} {entry.written}")
    return tuple(entries)


def _first_of_each(entries: Iterable[Index], key: Callable[[Index], str]) -> tuple[Index, ...]:
    firsts: dict[str, Index] = {}
    for entry in entries:
        firsts.setdefault(key(entry), entry)
    return tuple(firsts.values())


def _rule_of(settings: Settings, profile: Profile, index: str | None) -> str:
    if profile.tool == "pip":
        return "pool"
    return "pinned" if index is not None else settings.strategy


def _result(
    package: NormalizedName,
    listings: Sequence[Listing],
    requests: Iterable[int],
    not_asked: tuple[str, ...],
    refusal: PackageRefusal | None = None,
) -> SearchResult:
    return SearchResult(
        package=package,
        listings=tuple(listings),
        refusal=None if listings else refusal,
        not_asked=not_asked,
        requests=tuple(requests),
    )


async def _gather(work: Iterable[Awaitable[T]]) -> list[T]:
    """The results in order; the first failure in that order ends the others."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return [await task for task in tasks]
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
