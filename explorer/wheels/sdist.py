"""Metadata of sdists and source folders: read where it is static, else built (wheels 2.3, 2.4)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from packaging.version import Version

from ..http.exchange import FetchError
from ..model.files import DistributionFile
from ..model.ranges import python_range, version_key
from ..model.reasons import BuildNeedsPython, ContentFailure, InvalidPackage
from ..profiles import Profile
from .build import IsolatedBuilder
from .core_metadata import CoreMetadata
from .file_requests import MAX_FILE, FileRequests, Refused, local_path
from .interpreter import Interpreter
from .lenient import InvalidText, parse_specifiers
from .metadata_parse import parse_metadata
from .sdist_archive import BrokenArchive, SourceArchive, SourceFolder, SourceTree
from .sdist_static import static_metadata


class SdistReader:
    """Reads sdists for one run. uv believes static metadata; pip always builds."""

    def __init__(self, profile: Profile, builder: IsolatedBuilder, interpreter: Interpreter) -> None:
        self._profile = profile
        self._builder = builder
        self._interpreter = interpreter

    async def read(self, requests: FileRequests, file: DistributionFile, version: Version | None) -> CoreMetadata:
        """The metadata; `version` is None where the file's name does not state it.

        Raises `FetchError`, `Refused`, `BuildError`, `InvalidMetadataText`, `Cancelled`.
        """
        requests.way = "static sdist" if self._profile.tool == "uv" else "built sdist"
        tree = await self._tree(requests, file)
        try:
            files = await asyncio.to_thread(tree.static_files)
        except BrokenArchive as error:
            raise Refused(InvalidPackage(str(error))) from None
        if self._profile.tool == "uv":
            found, _ = static_metadata(files, requests.package, version)
            if found is not None:
                return found
            self._check_python(file)
        requests.way = "built sdist"
        return parse_metadata(await self._builder.metadata(requests.package, version or file.version, tree))

    async def _tree(self, requests: FileRequests, file: DistributionFile) -> SourceTree:
        if file.url.scheme != "file":
            answer = await requests.whole("sdist")
            return SourceArchive(file.filename, answer.body)
        path = local_path(file.url)
        if path.is_dir():
            return SourceFolder(path)
        try:
            return SourceArchive(file.filename, await asyncio.to_thread(_contents, path))
        except OSError as error:
            raise FetchError(ContentFailure(f"it cannot be read: {error.strerror or error}"), file.url) from None

    def _check_python(self, file: DistributionFile) -> None:
        """The interpreter here must satisfy the lower bound of the listed Requires-Python to build (uv 0.13.8)."""
        if file.requires_python is None:
            return
        try:
            admitted = python_range(parse_specifiers(file.requires_python))
        except InvalidText:
            return
        if admitted.has_lower_bound and (version_key(self._interpreter.version), 0) < admitted.cuts[0]:
            raise Refused(BuildNeedsPython(file.requires_python, str(self._interpreter.version)))


def _contents(path: Path) -> bytes:
    with path.open("rb") as opened:
        data = opened.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise OSError(None, f"it is larger than {MAX_FILE} bytes")
    return data
