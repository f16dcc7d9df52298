"""Flat locations: one page or folder with files of many packages (--find-links, and indexes with `format = "flat"`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from packaging.utils import NormalizedName

from ..events import Emit, IndexAnswered, PageRead
from ..http.exchange import Fetch, FetchError, Request
from ..model.index import Index
from ..model.reasons import ContentFailure, FetchFailure, NotADistribution, StatusFailure
from ..profiles import Profile
from .answer import Meaning, charset_of, meaning_of_bad_page, meaning_of_failure, page_format
from .filenames import parse_filename
from .listed import NOTHING_LISTED, PageError, page_rules
from .listing import SearchAborted
from .locations import files_of_folder, is_local, local_path, read_local_file
from .named_file import NamedFile, named_file
from .page import Page, parse_page
from .reader import detail_of, page_headers


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatContent:
    """The files of one location as one page for each package, each file marked flat, and the exchanges for it.

    `failure` says why the tool goes on without the location; `not_cached`: offline, and there is no copy of it.
    """

    index: Index
    pages: Mapping[NormalizedName, Page] = field(default_factory=dict)
    status: int | None = None
    requests: tuple[int, ...] = ()
    from_folder: bool = False
    failure: FetchFailure | None = None
    not_cached: bool = False

    def of(self, package: NormalizedName) -> Page | None:
        """The files of `package`, None where there are none."""
        return self.pages.get(package)


class FlatReader:
    """Reads flat locations by the rules of one release (indexes.md section 4)."""

    def __init__(self, profile: Profile, fetch: Fetch, emit: Emit) -> None:
        self._profile = profile
        self._fetch = fetch
        self._emit = emit
        self._rules = page_rules(profile)

    async def read(self, location: Index, package: NormalizedName | None = None) -> FlatContent:
        """All files of `location`; `package` is what it is asked for (pip asks again for each).

        Raises `SearchAborted` where a failure ends the run.
        """
        if is_local(location):
            return await self._read_local(location, package)
        return await self._read_remote(location, package)

    def tell(self, content: FlatContent, package: NormalizedName) -> None:
        """The events that show what `content` has of `package`."""
        page = content.of(package)
        if page is not None:
            self._emit(
                PageRead(
                    package=package,
                    index=content.index.id,
                    request=content.requests[-1] if content.requests else None,
                    format="folder" if content.from_folder else "html",
                    files=page.seen,
                    versions=page.versions,
                )
            )
        meaning: Meaning = "absent" if page is None else "found"
        self._emit(
            IndexAnswered(
                package=package,
                index=content.index.id,
                meaning="skipped" if content.failure is not None else meaning,
                status=content.status,
                versions=len(page.versions) if page is not None else 0,
                rule="offline_not_cached" if content.not_cached else "flat_location",
                requests=content.requests,
                detail=detail_of(content.failure),
            )
        )

    async def _read_local(self, location: Index, package: NormalizedName | None) -> FlatContent:
        path = local_path(location.url)
        direct = self._named_by(location) if self._profile.tool == "pip" else None
        try:
            if not await asyncio.to_thread(path.is_file):
                page = await asyncio.to_thread(_folder_page, location)
            elif direct is not None:
                page = direct
            elif self._profile.tool == "uv" and not self._profile.holds("find_links_file"):
                raise NotADirectoryError(f"{path} is no folder")
            else:
                body = await asyncio.to_thread(read_local_file, path)
                page = parse_page(body, "html", location.url, None, self._rules)
        except (OSError, PageError) as problem:
            aborts = meaning_of_failure(self._profile).meaning == "abort"
            return self._failed(location, package, ContentFailure(str(problem)), None, (), aborts=aborts)
        return FlatContent(index=location, pages=_by_package(page), from_folder=True)

    async def _read_remote(self, location: Index, package: NormalizedName | None) -> FlatContent:
        direct = self._named_by(location) if self._profile.tool == "pip" else None
        request = Request(
            url=location.url,
            method="HEAD" if direct is not None else "GET",
            purpose="find-links",
            index=location,
            package=package,
            credentials=location.credentials,
            headers=_flat_headers(self._profile),
            cached="api",
        )
        aborts = meaning_of_failure(self._profile).meaning == "abort"
        try:
            answer = await self._fetch.fetch(request)
        except FetchError as error:
            return self._failed(location, package, error.failure, None, error.requests, aborts=aborts)
        status, requests = answer.status, answer.requests
        if answer.skipped:
            return FlatContent(index=location, requests=requests, not_cached=True)
        if direct is not None:
            return FlatContent(index=location, pages=_by_package(direct), status=status, requests=requests)
        if status >= 400:
            return self._failed(location, package, StatusFailure(status), status, requests, aborts=aborts)
        try:
            form = page_format(answer.headers, self._profile) if self._profile.tool == "pip" else "html"
            page = parse_page(answer.body, form, answer.url, None, self._rules, charset_of(answer.headers))
        except PageError as problem:
            aborts = meaning_of_bad_page(problem, self._profile).meaning == "abort"
            return self._failed(location, package, ContentFailure(problem.reason), status, requests, aborts=aborts)
        return FlatContent(index=location, pages=_by_package(page), status=status, requests=requests)

    def _named_by(self, location: Index) -> Page | None:
        """pip: the URL of a distribution stands for that file; a HEAD request asks whether it is a page after all."""
        name = parse_filename(location.url.filename, None)
        if isinstance(name, NotADistribution):
            return None
        url = location.url.without_fragment().wire
        return Page(named=(named_file(name, location.url.filename, url, NOTHING_LISTED),))

    def _failed(
        self,
        location: Index,
        package: NormalizedName | None,
        failure: FetchFailure,
        status: int | None,
        requests: tuple[int, ...],
        *,
        aborts: bool,
    ) -> FlatContent:
        if aborts:
            raise SearchAborted(package or "", location.id, location.url, failure, requests)
        return FlatContent(index=location, status=status, requests=requests, failure=failure)


def _by_package(page: Page) -> dict[NormalizedName, Page]:
    grouped: dict[NormalizedName, list[NamedFile]] = {}
    for file in page.named:
        file.flat = True
        grouped.setdefault(NormalizedName(file.name), []).append(file)
    return {name: Page(named=tuple(files), credentials=page.credentials) for name, files in grouped.items()}


def _folder_page(location: Index) -> Page:
    files = []
    for filename, url in files_of_folder(local_path(location.url)):
        name = parse_filename(filename, None)
        if not isinstance(name, NotADistribution):
            files.append(named_file(name, filename, url.wire, NOTHING_LISTED))
    return Page(named=tuple(files))


def _flat_headers(profile: Profile) -> Mapping[str, str]:
    if profile.tool == "pip":
        return page_headers(profile)
    return {"accept": "text/html", "accept-encoding": "gzip"}


def in_uv_order(contents: Iterable[FlatContent], package: NormalizedName) -> Page:
    """The files of `package` from all locations by file name and location URL, not by the order of flags."""
    pages = [(content.index.url.wire, page) for content in contents if (page := content.of(package)) is not None]
    ranked = sorted(
        (file.filename, place, number, file) for place, page in pages for number, file in enumerate(page.named)
    )
    credentials = {url: value for _, page in pages for url, value in page.credentials.items()}
    return Page(named=tuple(file for *_, file in ranked), credentials=credentials)
