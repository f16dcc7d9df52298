"""Direct references (`name @ URL`, a path) as files that can be read like those of an index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from packaging.version import Version

from ...indexes.listing import Listing
from ...model.files import DistributionFile
from ...model.index import Index
from ...model.requirement import Requirement
from ...model.url import SafeUrl
from ...wheels.direct_files import direct_file
from .failures import not_explored
from .requirements import link_text

NO_FILES: Final[Mapping[Version, tuple[DistributionFile, ...]]] = {}

UNKNOWN_VERSION: Final = Version("0")
"""Stands for the version of a folder until its metadata is read."""


def direct_listing(requirement: Requirement, directory: Path) -> tuple[Listing, DistributionFile]:
    """The file or folder that a direct reference names, on a listing of its own.

    `directory` is what relative paths start from. Raises `NoSolution` for what would have to be checked out first.
    """
    file = direct_file(requirement, directory) or _folder(requirement, directory)
    if file is None:
        raise not_explored(link_text(requirement), "it is neither a wheel, a source distribution nor a folder here")
    index = Index(url=file.url, name="direct", explicit=True, credentials=file.credentials)
    return Listing(index=index, package=requirement.name, files=NO_FILES), file


def _folder(requirement: Requirement, directory: Path) -> DistributionFile | None:
    """A source folder, which is read like an sdist: by building its metadata."""
    if requirement.path is None:
        return None
    path = directory / requirement.path
    if not path.is_dir():
        return None
    return DistributionFile(
        filename=path.absolute().name,
        url=SafeUrl.trusted(path.absolute().as_uri()),
        kind="sdist",
        name=requirement.name,
        version=UNKNOWN_VERSION,
    )
