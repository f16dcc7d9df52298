"""Flat locations: one page or folder with files of many packages (--find-links, and indexes with `format = "flat"`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
from .reader import page_headers


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatContent:
    """The files of one location as one page for each package, each file marked flat, and the exchanges for it."""

    index: Index
    pages: Mapping[NormalizedName, Page]
    requests: tuple[int, ...] = ()
    from_folder: bool = False

    def of(self, package: NormalizedName) -> Page | None:
        """The files of `package`, None where there are none."""
        return self.pages.get(package)


class FlatReader:
    """Reads flat locations by the rules of one release. Sources: indexes.md section 4; PEP 503 links."""

    def __init__(self, profile: Profile, fetch: Fetch, emit: Emit) -> None:
        self._profile = profile
        self._fetch = fetch
        self._emit = emit
        self._rules = page_rules(profile)

    async def read(self, location: Index, package: NormalizedName | None = None) -> FlatContent:
        """All files of `location`, asked for `package` where the tool asks again for each (pip).

        Raises `SearchAborted` where a failure ends the run; where the tool skips it, the content is empty.
        """
        if is_local(location):
            return await self._read_local(location, package)
        return await self._read_remote(location, package)

    async def _read_local(self, location: Index, package: NormalizedName | None) -> FlatContent:
        path = local_path(location.url)
        try:
            if await asyncio.to_thread(path.is_file):
                body = await asyncio.to_thread(read_local_file, path)
                page = parse_page(body, "html", location.url, None, self._rules)
            else:
                page = await asyncio.to_thread(_folder_page, location)
        except (OSError, PageError) as problem:
            return self._failed(location, package, ContentFailure(str(problem)), None, ())
        return self._content(location, page, package, None, (), from_folder=True)

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
        try:
            answer = await self._fetch.fetch(request)
        except FetchError as error:
            return self._failed(location, package, error.failure, None, error.requests)
        if direct is not None:
            return self._content(location, direct, package, answer.status, answer.requests)
        if answer.skipped:
            self._tell(location, package, "absent", "offline_not_cached", None, answer.requests)
            return FlatContent(index=location, pages={}, requests=answer.requests)
        if answer.status >= 400:
            return self._failed(location, package, StatusFailure(answer.status), answer.status, answer.requests)
        try:
            form = page_format(answer.headers, self._profile) if self._profile.tool == "pip" else "html"
            page = parse_page(answer.body, form, answer.url, None, self._rules, charset_of(answer.headers))
        except PageError as problem:
            meaning = meaning_of_bad_page(problem, self._profile).meaning
            failure = ContentFailure(problem.reason)
            return self._failed(location, package, failure, answer.status, answer.requests, abort=meaning == "abort")
        return self._content(location, page, package, answer.status, answer.requests)

    def _named_by(self, location: Index) -> Page | None:
        """pip: the URL of a distribution stands for that file; a HEAD request asks whether it is a page after all."""
        name = parse_filename(location.url.filename, None)
        if isinstance(name, NotADistribution):
            return None
        url = location.url.without_fragment().wire
        return Page(named=(named_file(name, location.url.filename, url, NOTHING_LISTED),))

    def _content(
        self,
        location: Index,
        page: Page,
        package: NormalizedName | None,
        status: int | None,
        requests: tuple[int, ...],
        *,
        from_folder: bool = False,
    ) -> FlatContent:
        by_package: dict[NormalizedName, list[NamedFile]] = {}
        for file in page.named:
            file.flat = True
            by_package.setdefault(NormalizedName(file.name), []).append(file)
        pages = {name: Page(named=tuple(found), credentials=page.credentials) for name, found in by_package.items()}
        content = FlatContent(index=location, pages=pages, requests=requests, from_folder=from_folder)
        counted = page if package is None else pages.get(package)
        found = counted is not None and bool(counted.named)
        versions = len(counted.versions()) if counted is not None and package is not None else 0
        self._tell(
            location, package, "found" if found else "absent", "flat_location", status, requests, versions=versions
        )
        return content

    def _failed(
        self,
        location: Index,
        package: NormalizedName | None,
        failure: FetchFailure,
        status: int | None,
        requests: tuple[int, ...],
        *,
        abort: bool | None = None,
    ) -> FlatContent:
        aborts = meaning_of_failure(self._profile).meaning == "abort" if abort is None else abort
        detail = failure.detail if isinstance(failure, ContentFailure) else ""
        self._tell(
            location, package, "abort" if aborts else "skipped", "flat_location", status, requests, detail=detail
        )
        if aborts:
            raise SearchAborted(package or "", location.id, location.url, failure, requests)
        return FlatContent(index=location, pages={}, requests=requests)

    def tell_page(self, content: FlatContent, package: NormalizedName) -> None:
        """The event that shows what `content` lists of `package`."""
        page = content.of(package)
        if page is not None:
            self._emit(
                PageRead(
                    package=package,
                    index=content.index.id,
                    request=content.requests[-1] if content.requests else None,
                    format="folder" if content.from_folder else "html",
                    files=page.seen(),
                    versions=page.versions(),
                )
            )

    def _tell(
        self,
        location: Index,
        package: NormalizedName | None,
        meaning: Meaning,
        rule: str,
        status: int | None,
        requests: tuple[int, ...],
        *,
        versions: int = 0,
        detail: str = "",
    ) -> None:
        self._emit(
            IndexAnswered(
                package=package or "",
                index=location.id,
                meaning=meaning,
                status=status,
                versions=versions,
                rule=rule,
                requests=requests,
                detail=detail,
            )
        )


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
