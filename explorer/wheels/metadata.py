"""Reading the core metadata of a version: the ladder from static settings to a build (wheels 2.1-2.4)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from packaging.utils import NormalizedName
from packaging.version import Version

from ..events import Emit
from ..http.exchange import Answer, Fetch, FetchError
from ..model.files import DistributionFile
from ..model.index import Index
from ..model.reasons import ContentFailure, InconsistentMetadata, InvalidMetadata, InvalidPackage, VersionRefusal
from ..model.url import SafeUrl
from ..profiles import Profile
from ..settings.settings import Settings, StaticMetadata
from .build import IsolatedBuilder
from .core_metadata import CoreMetadata, MetadataResult
from .file_requests import FileRequests, Listed, Refused, is_part, length_of, local_path, sidecar_url
from .interpreter import Interpreter
from .metadata_parse import InvalidMetadataText, build_metadata, parse_metadata
from .remote_zip import BrokenWheel, read_file_metadata, read_metadata
from .sdist import SdistReader
from .streamed_zip import NotStreamable, StreamedWheel

NO_RANGES: Final = frozenset({403, 404, 405})
"""Answers to HEAD that mean "no ranges here" to uv; 400 joins them by the rule `head_400_means_no_ranges`."""


class _NoRanges(Exception):
    """The server does not serve parts of files, or not as it should."""


class MetadataReader:
    """Reads metadata of files for one run (`resolve.facts.MetadataSource`). Coroutines run on the network's loop."""

    def __init__(
        self, settings: Settings, profile: Profile, fetch: Fetch, emit: Emit, interpreter: Interpreter
    ) -> None:
        self._profile = profile
        self._fetch = fetch
        self._static = settings.dependency_metadata if profile.tool == "uv" else ()
        self._skips_invalid = profile.holds("invalid_metadata_skips_version")
        self._repairs = profile.tool == "uv" or not self._skips_invalid
        self._requires_ranges = _requires_ranges(profile, settings.auth.environ)
        self._without_ranges: set[SafeUrl] = set()
        self.builder = IsolatedBuilder(settings, profile, interpreter, fetch, emit)
        """Builds sdists; its `resolve` is to be set by whoever can resolve build requirements."""
        self._sdists = SdistReader(profile, self.builder, interpreter)

    async def read(self, listing: Listed, version: Version, file: DistributionFile) -> MetadataResult:
        """The metadata of `file`, one of the files of `version`, or why the version is unusable.

        Raises `FetchError` for what ends the run (a status of the file, metadata of another package), `BuildError`,
        `Cancelled`.
        """
        requests = FileRequests(self._fetch, self._profile, listing, version, file)
        metadata: CoreMetadata | None = None
        refusal: VersionRefusal | None = None
        try:
            static = self._static_entry(listing.package, version)
            if static is not None:
                requests.way = "dependency-metadata"
                metadata = _from_settings(static, version)
            elif file.is_wheel:
                metadata = parse_metadata(await self._wheel(requests, file), repairs=self._repairs)
                refusal = self._inconsistency(metadata, file, requests)
            else:
                stated = version if requests.index is not None else None
                metadata = await self._sdists.read(requests, file, stated)
                refusal = self._inconsistency(metadata, file, requests) if stated is not None else None
        except Refused as refused:
            refusal = refused.refusal
        except InvalidMetadataText as error:
            refusal = self._unusable(InvalidMetadata(str(error)), file, requests)
        except BrokenWheel as error:
            refusal = self._unusable(InvalidPackage(str(error)), file, requests)
        return MetadataResult(
            metadata=None if refusal else metadata,
            refusal=refusal,
            way=requests.way,
            filename=file.filename,
            requests=tuple(requests.numbers),
        )

    def _unusable(
        self, refusal: InvalidMetadata | InvalidPackage, file: DistributionFile, requests: FileRequests
    ) -> VersionRefusal:
        """What cannot be read rules the version out; it ended a run of uv before 0.1.30."""
        if self._profile.tool == "uv" and not self._skips_invalid:
            raise FetchError(ContentFailure(refusal.detail), file.url, tuple(requests.numbers)) from None
        return refusal

    def supports_ranges(self, index: Index) -> bool:
        """Nothing has shown yet that the index serves no parts of files."""
        return index.url not in self._without_ranges

    async def download(self, listing: Listed, file: DistributionFile) -> None:
        """Ask for the whole file as an installation does; reading ends as soon as it comes. Raises `FetchError`."""
        if file.url.scheme != "file":
            requests = FileRequests(self._fetch, self._profile, listing, file.version, file)
            await requests.whole("install", enough=_has_begun)

    def _static_entry(self, package: NormalizedName, version: Version) -> StaticMetadata | None:
        """The entry of dependency-metadata for this version, else the one for all versions."""
        entries = [entry for entry in self._static if entry.name == package]
        exact = (entry for entry in entries if entry.version == version)
        general = (entry for entry in entries if entry.version is None)
        return next(exact, None) or next(general, None)

    def _inconsistency(
        self, metadata: CoreMetadata, file: DistributionFile, requests: FileRequests
    ) -> VersionRefusal | None:
        """uv: another name ends the run, another version rules the version out (2.2). pip's resolver looks itself."""
        if self._profile.tool == "pip":
            return None
        if metadata.name != requests.package:
            detail = f"the metadata is that of {metadata.name}, not of {requests.package}"
            raise FetchError(ContentFailure(detail), file.url, tuple(requests.numbers))
        if metadata.version != file.version and str(metadata.version) != file.version.public:
            return InconsistentMetadata(str(metadata.version), str(file.version))
        return None

    async def _wheel(self, requests: FileRequests, file: DistributionFile) -> bytes:
        """METADATA of a wheel. Raises `FetchError`, `Refused`, `BrokenWheel`."""
        if file.url.scheme == "file":
            return await _local_wheel(requests, file)
        if file.core_metadata is not None and requests.index is not None:
            requests.way = "sidecar"
            answer = await requests.sidecar(sidecar_url(file.url, self._profile))
            self._verify(answer, file.core_metadata)
            return answer.body
        if self._profile.tool == "pip":
            return await _streamed(requests)
        index = requests.index
        if index is None or self.supports_ranges(index):
            try:
                return await self._by_ranges(requests)
            except _NoRanges as reason:
                if self._requires_ranges:
                    detail = f"metadata range requests are required, but {reason}"
                    raise FetchError(ContentFailure(detail), file.url, tuple(requests.numbers)) from None
                if index is not None:
                    self._without_ranges.add(index.url)
        return await _streamed(requests)

    async def _by_ranges(self, requests: FileRequests) -> bytes:
        """HEAD, then the end of the file, then METADATA (2.1 step 2). Raises `_NoRanges`."""
        requests.way = "range"
        head = await requests.head()
        if head.status in NO_RANGES or (head.status == 400 and self._profile.holds("head_400_means_no_ranges")):
            raise _NoRanges(f"HEAD is answered {head.status}")
        requests.checked(head)
        stored = requests.remembered(head)
        if stored is not None:
            return stored
        length = length_of(head)
        if head.headers.get("accept-ranges") != "bytes" or length is None:
            raise _NoRanges("the server does not offer ranges")
        reads = read_metadata(length, requests.package)
        try:
            span = next(reads)
            while True:
                answer = await requests.part(span)
                if not is_part(answer, span):
                    raise _NoRanges("the server does not send the range asked for")
                span = reads.send(answer.body)
        except StopIteration as done:
            content: bytes = done.value
            requests.remember(head, content)
            return content

    def _verify(self, answer: Answer, hashes: Mapping[str, str]) -> None:
        """The hashes that the page announces for core metadata. Raises `FetchError`."""
        if self._profile.tool == "uv" and not self._profile.holds("sidecar_hashes"):
            return
        for name, expected in hashes.items():
            if name in hashlib.algorithms_guaranteed and not name.startswith("shake"):
                found = hashlib.new(name, answer.body, usedforsecurity=False).hexdigest()
                if found != expected.lower():
                    detail = f"its {name} is {found}, but the index announces {expected[:128]}"
                    raise FetchError(ContentFailure(detail), answer.url, answer.requests)


async def _streamed(requests: FileRequests) -> bytes:
    """GET the wheel and stop once METADATA has passed by (2.1 step 3); as a whole where it cannot be read so."""
    requests.way = "streamed wheel"
    scanner = StreamedWheel(requests.package)
    answer = await requests.streamed(scanner.enough)
    stored = requests.remembered(answer)
    if stored is not None:
        return stored
    if scanner.metadata is None and scanner.problem is None:
        scanner.enough(bytearray(answer.body))
        scanner.end()
    if isinstance(scanner.problem, NotStreamable):
        whole = await requests.whole("wheel")
        return read_file_metadata(BytesIO(whole.body), requests.package)
    if scanner.problem is not None:
        raise scanner.problem
    assert scanner.metadata is not None
    requests.remember(answer, scanner.metadata)
    return scanner.metadata


async def _local_wheel(requests: FileRequests, file: DistributionFile) -> bytes:
    """METADATA of a wheel in the file system; no request is made. Raises `FetchError`, `BrokenWheel`."""

    def read() -> bytes:
        with local_path(file.url).open("rb") as opened:
            return read_file_metadata(opened, requests.package)

    try:
        return await asyncio.to_thread(read)
    except OSError as error:
        raise FetchError(ContentFailure(f"it cannot be read: {error.strerror or error}"), file.url) from None


def _has_begun(body: bytearray) -> bool:
    """The request and its answer are what is explored; gigabytes of wheels are not needed for that."""
    return bool(body)


def _from_settings(entry: StaticMetadata, version: Version) -> CoreMetadata:
    """A dependency-metadata entry as metadata. Raises `InvalidMetadataText`."""
    return build_metadata(
        name=entry.name,
        version=entry.version or version,
        requires=entry.requires,
        requires_python=entry.requires_python,
        extras=entry.extras,
    )


def _requires_ranges(profile: Profile, environ: Mapping[str, str]) -> bool:
    if profile.tool != "uv" or not profile.holds("require_ranges_variable"):
        return False
    return environ.get("UV_REQUIRE_METADATA_RANGE_REQUESTS", "").lower() in ("1", "true", "yes", "on", "y", "t")
