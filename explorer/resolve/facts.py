"""What the solvers ask of the world, each fact fetched once: pages and metadata, asked early and waited for late.

Solvers are synchronous and run on the engine's thread; the network runs on its own loop. `ask_*` starts a fetch and
returns at once; `search` and `metadata` wait for it. A fact that failed raises the same error each time it is asked.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, Protocol, TypeVar

from packaging.utils import NormalizedName
from packaging.version import Version

from ..events import Cancelled
from ..indexes.listing import Listing, SearchResult
from ..model.files import DistributionFile
from ..wheels.core_metadata import MetadataResult

T = TypeVar("T")


class Searches(Protocol):
    """`indexes.search`: the search for one package (pinned to the index named `index`, or along the search list)."""

    async def search(self, package: NormalizedName, index: str | None = None) -> SearchResult: ...


class MetadataSource(Protocol):
    """`wheels.metadata`: reads the core metadata of `file`, one of the files of `version` listed by `listing`."""

    async def read(self, listing: Listing, version: Version, file: DistributionFile) -> MetadataResult: ...


class CheckCancelled(Protocol):
    """Raises `events.Cancelled` once the run was cancelled; called while waiting."""

    def __call__(self) -> None: ...


class Facts:
    """Memoised searches and metadata for one run; `ask_*` and `prefetch` may be called from any thread.

    `on_failure` is called on the network's thread as soon as a fetch fails.
    """

    def __init__(
        self,
        searches: Searches,
        metadata: MetadataSource,
        loop: asyncio.AbstractEventLoop,
        check_cancelled: CheckCancelled,
        on_failure: Callable[[], None],
    ) -> None:
        self._searches = searches
        self._metadata = metadata
        self._loop = loop
        self._check = check_cancelled
        self._on_failure = on_failure
        self._lock = threading.RLock()
        self._pages: dict[tuple[NormalizedName, str | None], Future[SearchResult]] = {}
        self._files: dict[tuple[str, str], Future[MetadataResult]] = {}
        self._speculations: list[Future[None]] = []
        self._failure: BaseException | None = None

    def ask_search(self, package: NormalizedName, index: str | None = None) -> None:
        """Start the search for a package, if it was not started before."""
        key = (package, index)
        with self._lock:
            if key not in self._pages:
                self._pages[key] = self._submit(self._searches.search(package, index))

    def search(self, package: NormalizedName, index: str | None = None) -> SearchResult:
        """The result of the search. Raises `SearchAborted`, `FetchError`, `Cancelled`."""
        self.ask_search(package, index)
        return self._wait(self._pages[package, index])

    def has_page(self, package: NormalizedName, index: str | None = None) -> bool:
        """The search has ended well, so `search` will not wait."""
        future = self._pages.get((package, index))
        return future is not None and future.done() and future.exception() is None

    def ask_metadata(self, listing: Listing, version: Version, file: DistributionFile) -> bool:
        """Start reading the metadata of a version; False if that was started before."""
        key = (listing.index.id, file.url.wire)
        with self._lock:
            if key in self._files:
                return False
            self._files[key] = self._submit(self._metadata.read(listing, version, file))
        return True

    def metadata(self, listing: Listing, version: Version, file: DistributionFile) -> MetadataResult:
        """The metadata. Raises `FetchError` (which ends the run), `Cancelled`."""
        self.ask_metadata(listing, version, file)
        return self._wait(self._files[listing.index.id, file.url.wire])

    def prefetch(self, package: NormalizedName, then: Callable[[SearchResult], None]) -> None:
        """Once the page of a package is there, run `then` on the network's thread: it may ask for metadata."""
        self.ask_search(package)
        page = self._pages[package, None]
        if page.done() and page.exception() is None:
            then(page.result())
            return

        async def speculate() -> None:
            then(await asyncio.wrap_future(page))

        self._speculations.append(self._submit(speculate()))

    def raise_failure(self) -> None:
        """Raise what made any fetch fail so far: a failure ends the run even where nobody waits for its result."""
        if self._failure is not None:
            raise self._failure

    def settle(self) -> None:
        """Wait for everything that was asked for: the real tool fails too when a fetch that it made early fails."""
        for speculation in self._speculations:
            self._wait(speculation)
        for page in list(self._pages.values()):
            self._wait(page)
        for file in list(self._files.values()):
            self._wait(file)

    def drain(self) -> None:
        """Let everything that was asked for come to its end, whatever that is: those requests are on their way."""
        for speculation in self._speculations:
            self._outlast(speculation)
        for page in list(self._pages.values()):
            self._outlast(page)
        for file in list(self._files.values()):
            self._outlast(file)

    def _outlast(self, future: Future[Any]) -> None:
        try:
            self._wait(future)
        except Cancelled:
            raise
        except Exception:
            return

    def cancel(self) -> None:
        """Give up whatever is still under way."""
        for page in self._pages.values():
            page.cancel()
        for file in self._files.values():
            file.cancel()

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.add_done_callback(self._note_failure)
        return future

    def _note_failure(self, future: Future[Any]) -> None:
        if self._failure is None and not future.cancelled() and (error := future.exception()) is not None:
            self._failure = error
            self._on_failure()

    def _wait(self, future: Future[T]) -> T:
        while True:
            try:
                return future.result(timeout=0.05)
            except FutureTimeout:
                if future.done():
                    raise
                self._check()
