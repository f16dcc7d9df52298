"""Direct references (`name @ URL`, a path) as files that can be read like those of an index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from packaging.version import Version

from ...indexes.listing import Listing
from ...model.files import DistributionFile
from ...model.index import Index
from ...model.requirement import Requirement
from ...wheels.direct_files import direct_file
from .failures import not_explored
from .requirements import link_text

NO_FILES: Mapping[Version, tuple[DistributionFile, ...]] = {}


def direct_listing(requirement: Requirement, directory: Path) -> tuple[Listing, DistributionFile]:
    """The file that a direct reference names, on a listing of its own; `directory` is what relative paths start from.

    Raises `NoSolution` for what needs a checkout or a build to be understood: repositories and folders.
    """
    file = direct_file(requirement, directory)
    if file is None:
        raise not_explored(link_text(requirement), "it would have to be checked out or built to learn what it requires")
    index = Index(url=file.url, name="direct", explicit=True, credentials=file.credentials)
    return Listing(index=index, package=requirement.name, files=NO_FILES), file
