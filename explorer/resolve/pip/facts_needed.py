"""What pip's resolver asks of the world: one thing at a time, and it waits for each."""

from __future__ import annotations

from typing import Protocol

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.listing import Listing, SearchResult
from ...model.files import DistributionFile
from ...wheels.core_metadata import MetadataResult


class PipFacts(Protocol):
    """The part of `resolve.facts.Facts` that pip needs."""

    def search(self, package: NormalizedName) -> SearchResult:
        """All pages of a package. Raises `SearchAborted`, `FetchError`, `Cancelled`."""
        ...

    def metadata(self, listing: Listing, version: Version, file: DistributionFile) -> MetadataResult:
        """The metadata of a file. Raises `FetchError`, `Cancelled`."""
        ...
