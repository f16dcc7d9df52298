"""Asks one index for one package: the request, what the answer means, and the page, each told as an event."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from packaging.utils import NormalizedName

from ..events import Emit, IndexAnswered, PageRead
from ..http.exchange import Answer, Fetch, FetchError, Request
from ..model.index import Index
from ..model.reasons import (
    BodyTooLarge,
    ConnectionFailure,
    ContentFailure,
    FetchFailure,
    MissingCredentials,
    StatusFailure,
)
from ..model.url import SafeUrl
from ..profiles import Profile
from ..settings.settings import Settings
from .answer import (
    Meaning,
    Verdict,
    charset_of,
    meaning_of_bad_page,
    meaning_of_failure,
    meaning_of_nothing_cached,
    meaning_of_status,
    page_format,
    with_attributes_of_first_equal,
)
from .listed import PageError, page_rules
from .listing import SearchAborted
from .locations import is_local, page_url, read_local_page
from .page import Page, PageFormat, parse_page
from .page_memory import memory_kind, page_from_memory, page_to_memory

_JSON: Final = "application/vnd.pypi.simple.v1+json"
_HTML: Final = "application/vnd.pypi.simple.v1+html"
_IN_A_THREAD: Final = 256 * 1024
"""Pages from this size on are parsed in a thread, so that other exchanges go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one index said about one package. `page` is set where `meaning` is found; `failure` where it is abort."""

    index: Index
    url: SafeUrl
    meaning: Meaning
    rule: str
    page: Page | None = None
    status: int | None = None
    requests: tuple[int, ...] = ()
    failure: FetchFailure | None = None


class PageReader:
    """Reads project pages by the rules of one release."""

    def __init__(self, settings: Settings, profile: Profile, fetch: Fetch, emit: Emit) -> None:
        self._settings = settings
        self._profile = profile
        self._fetch = fetch
        self._emit = emit
        self._rules = page_rules(profile)

    async def read(self, index: Index, package: NormalizedName) -> Reading:
        """The page of `package` on `index`. Raises `SearchAborted` where the answer ends the run."""
        url = page_url(index, package)
        if is_local(index):
            reading = await self._read_folder(index, package, url)
        else:
            reading = await self._read_remote(index, package, url)
        self._tell(reading, package)
        if reading.failure is not None and reading.meaning == "abort":
            raise SearchAborted(package, index.id, reading.url, reading.failure, reading.requests)
        return reading

    async def _read_remote(self, index: Index, package: NormalizedName, url: SafeUrl) -> Reading:
        request = Request(
            url=url,
            purpose="page",
            index=index,
            package=package,
            credentials=index.credentials,
            headers=page_headers(self._profile),
            cached="api",
        )
        try:
            answer = await self._fetch.fetch(request)
        except FetchError as error:
            verdict = meaning_of_failure(self._profile)
            return Reading(
                index=index,
                url=error.url,
                meaning=verdict.meaning,
                rule=verdict.rule,
                requests=error.requests,
                failure=error.failure,
            )
        return await self._classify(index, package, answer)

    async def _classify(self, index: Index, package: NormalizedName, answer: Answer) -> Reading:
        def reading(verdict: Verdict, *, page: Page | None = None, failure: FetchFailure | None = None) -> Reading:
            return Reading(
                index=index,
                url=answer.url,
                meaning=verdict.meaning,
                rule=verdict.rule,
                page=page,
                status=None if answer.skipped else answer.status,
                requests=answer.requests,
                failure=failure,
            )

        if answer.skipped:
            return reading(meaning_of_nothing_cached())
        entry = with_attributes_of_first_equal(index, self._settings.indexes)
        verdict = meaning_of_status(answer.status, entry, self._settings.strategy, self._profile)
        if verdict.meaning != "found":
            return reading(verdict, failure=StatusFailure(answer.status))
        try:
            form = page_format(answer.headers, self._profile)
            page, remembered = await self._page(answer, form, package)
        except PageError as problem:
            return reading(meaning_of_bad_page(problem, self._profile), failure=ContentFailure(problem.reason))
        self._emit(
            PageRead(
                package=package,
                index=index.id,
                request=answer.requests[-1] if answer.requests else None,
                format=form,
                files=page.seen,
                versions=page.versions,
                from_parsed_cache=remembered,
            )
        )
        return reading(verdict, page=page)

    async def _page(self, answer: Answer, form: PageFormat, package: NormalizedName) -> tuple[Page, bool]:
        """The parsed page, and whether it was remembered. Raises `PageError`."""
        kind = memory_kind(form, package, self._rules)
        stored = self._fetch.remembered(answer, kind)
        page = page_from_memory(stored, answer.url) if stored is not None else None
        if page is not None:
            return page, True
        charset = charset_of(answer.headers)
        if len(answer.body) < _IN_A_THREAD:
            page = parse_page(answer.body, form, answer.url, package, self._rules, charset)
        else:
            page = await asyncio.to_thread(parse_page, answer.body, form, answer.url, package, self._rules, charset)
        if answer.stamp:
            data = page_to_memory(page, answer.url)
            if data is not None:
                self._fetch.remember(answer, kind, data)
        return page, False

    async def _read_folder(self, index: Index, package: NormalizedName, url: SafeUrl) -> Reading:
        try:
            body = await asyncio.to_thread(read_local_page, index, package)
            if body is None:
                return Reading(index=index, url=url, meaning="absent", rule="local_page")
            page = parse_page(body, "html", url, package, self._rules)
        except (OSError, PageError) as problem:
            failure = ContentFailure(str(problem))
            return Reading(index=index, url=url, meaning="abort", rule="local_page", failure=failure)
        self._emit(
            PageRead(
                package=package,
                index=index.id,
                request=None,
                format="folder",
                files=page.seen,
                versions=page.versions,
            )
        )
        return Reading(index=index, url=url, meaning="found", rule="local_page", page=page)

    def _tell(self, reading: Reading, package: NormalizedName) -> None:
        self._emit(
            IndexAnswered(
                package=package,
                index=reading.index.id,
                meaning=reading.meaning,
                status=reading.status,
                versions=len(reading.page.versions) if reading.page else 0,
                rule=reading.rule,
                requests=reading.requests,
                detail=detail_of(reading.failure),
            )
        )


def detail_of(failure: FetchFailure | None) -> str:
    """What an event says of a failure besides its status."""
    match failure:
        case ContentFailure(detail) | MissingCredentials(detail) | ConnectionFailure(detail=detail):
            return detail
        case BodyTooLarge(limit):
            return f"longer than {limit // 1024 // 1024} MB"
        case StatusFailure() | None:
            return ""
        case _:
            assert_never(failure)


def page_headers(profile: Profile) -> Mapping[str, str]:
    """What is sent with the request of a page (indexes.md section 5); pip always revalidates (section 7)."""
    if profile.tool == "pip":
        return {
            "accept": f"{_JSON}, {_HTML}; q=0.1, text/html; q=0.01",
            "accept-encoding": "gzip, deflate",
            "cache-control": "max-age=0",
        }
    return {
        "accept": f"{_JSON}, {_HTML};q=0.2, text/html;q=0.01",
        "accept-encoding": profile.text("accept_encoding"),
    }
