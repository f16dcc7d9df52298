"""The requests that reading one file makes, and what their failures mean (wheels 2.1, 2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, Protocol
from urllib.parse import unquote, urlunsplit
from urllib.request import url2pathname

from packaging.utils import NormalizedName
from packaging.version import Version

from ..events import Purpose
from ..http.exchange import Answer, Fetch, FetchError, Request
from ..model.files import DistributionFile
from ..model.index import Index
from ..model.reasons import FetchRefused, NotCached, StatusFailure, VersionRefusal
from ..model.url import SafeUrl
from ..profiles import Profile
from .core_metadata import MetadataWay
from .remote_zip import Span

MAX_FILE: Final = 512 * 1024 * 1024
"""Bytes of a wheel or sdist that is read as a whole."""

METADATA: Final = "metadata"
"""What is remembered for an answer to HEAD, and for a streamed wheel."""

PYTORCH_HOST: Final = "download.pytorch.org"


class Listed(Protocol):
    """The part of a listing that reading files needs."""

    @property
    def index(self) -> Index: ...

    @property
    def package(self) -> NormalizedName: ...

    def of_version(self, version: Version) -> tuple[DistributionFile, ...]: ...


class Refused(Exception):
    """The file rules its version out; the run goes on."""

    def __init__(self, refusal: VersionRefusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class FileRequests:
    """The requests for one file of a listing, in order; `numbers` are their exchanges."""

    def __init__(
        self, fetch: Fetch, profile: Profile, listing: Listed, version: Version, file: DistributionFile
    ) -> None:
        self._fetch = fetch
        self._profile = profile
        self.package = listing.package
        self._file = file
        self.numbers: list[int] = []
        self.way: MetadataWay = "local folder"
        """How the metadata is being read, also where that fails."""
        self.index: Index | None = listing.index if file in listing.of_version(version) else None
        """The index that lists the file; None for a file that a requirement names itself."""

    async def whole(self, purpose: Purpose, enough: Callable[[bytearray], bool] | None = None) -> Answer:
        """GET the file. Raises `FetchError`, `Refused`."""
        request = self._request(self._file.url, purpose, enough=enough, cached=None if enough else "files")
        return self.checked(await self._send(request))

    async def streamed(self, enough: Callable[[bytearray], bool]) -> Answer:
        """GET the wheel until `enough`; metadata read from it may be remembered. Raises as `whole`."""
        return self.checked(await self._send(self._request(self._file.url, "wheel", enough=enough, cached="files")))

    def remembered(self, answer: Answer) -> bytes | None:
        """The metadata read in an earlier run, where `answer` says that it still holds."""
        return self._fetch.remembered(answer, METADATA) if answer.stored else None

    def remember(self, answer: Answer, metadata: bytes) -> None:
        """Keep metadata for later runs as long as `answer` may be kept."""
        self._fetch.remember(answer, METADATA, metadata)

    async def sidecar(self, url: SafeUrl) -> Answer:
        """GET the core metadata beside the file. Raises `FetchError`, `Refused`."""
        return self.checked(await self._send(self._request(url, "metadata", cached="files")))

    async def head(self) -> Answer:
        """HEAD the file, whatever it answers. Raises `FetchError`, `Refused` where it is not cached."""
        answer = await self._send(self._request(self._file.url, "wheel", method="HEAD", cached="files"))
        return self.checked(answer) if answer.skipped else answer

    async def part(self, span: Span) -> Answer:
        """GET a part of the file. Reading ends soon after the part, should the server send more. Raises as `head`."""
        length = span[1] - span[0] + 1
        request = self._request(self._file.url, "wheel", byte_range=span, enough=lambda body: len(body) > length)
        return self.checked(await self._send(request))

    def checked(self, answer: Answer) -> Answer:
        """The answer if it is a success; a status that the index is told to ignore only rules out the version (2.2)."""
        if answer.skipped:
            raise Refused(NotCached())
        if answer.status >= 400:
            if answer.status in self._ignored_codes():
                raise Refused(FetchRefused(answer.status))
            raise FetchError(StatusFailure(answer.status), answer.url, tuple(self.numbers))
        return answer

    def _ignored_codes(self) -> frozenset[int]:
        if self.index is None or self._profile.tool != "uv" or not self._profile.holds("ignore_codes_for_files"):
            return frozenset()
        if self.index.ignore_error_codes is not None:
            return self.index.ignore_error_codes
        ignores = self._profile.holds("pytorch_403_absent") and self.index.url.host == PYTORCH_HOST
        return frozenset({403}) if ignores else frozenset()

    def _request(
        self,
        url: SafeUrl,
        purpose: Purpose,
        *,
        method: Literal["GET", "HEAD"] = "GET",
        byte_range: Span | None = None,
        cached: Literal["api", "files"] | None = None,
        enough: Callable[[bytearray], bool] | None = None,
    ) -> Request:
        return Request(
            url=url,
            purpose=purpose if self.index is not None else "direct url",
            method=method,
            index=self.index,
            package=self.package,
            credentials=self._file.credentials,
            byte_range=byte_range,
            cached=cached,
            enough=enough,
            limit=MAX_FILE,
        )

    async def _send(self, request: Request) -> Answer:
        try:
            answer = await self._fetch.fetch(request)
        except FetchError as error:
            self.numbers += error.requests
            raise
        self.numbers += answer.requests
        return answer


def local_path(url: SafeUrl) -> Path:
    """The path that a file URL names."""
    return Path(url2pathname(unquote(url.path)))


def length_of(answer: Answer) -> int | None:
    """The Content-Length of an answer; None where it is missing or no number of at most 15 digits."""
    text = answer.headers.get("content-length", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def is_part(answer: Answer, span: Span) -> bool:
    """The answer is exactly the part that was asked for (RFC 9110 14.4)."""
    match = re.match(r"bytes (\d{1,15})-(\d{1,15})/", answer.headers.get("content-range", ""))
    if answer.status != 206 or match is None or len(answer.body) != span[1] - span[0] + 1:
        return False
    return (int(match[1]), int(match[2])) == span


def sidecar_url(url: SafeUrl, profile: Profile) -> SafeUrl:
    """Where the core metadata of a file stands (PEP 658): uv adds `.metadata` to the path, pip to the URL.

    uv 0.1.x puts it behind a fragment, so that it fetches the file itself (indexes 3.1).
    """
    if profile.tool == "pip":
        return SafeUrl.parse(url.without_fragment().wire + ".metadata")
    if profile.holds("metadata_behind_fragment") and "#" in url.wire:
        return url.without_fragment()
    parts = url.without_fragment().parts
    return SafeUrl.parse(urlunsplit(parts._replace(path=parts.path + ".metadata")))
