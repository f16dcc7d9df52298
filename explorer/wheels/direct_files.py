"""A wheel, an sdist or a folder that a requirement names itself, by URL or path."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from ..model.files import DistributionFile
from ..model.requirement import Requirement
from ..model.url import SafeUrl
from .metadata_parse import InvalidMetadataText
from .sdist_archive import BrokenArchive, SourceFolder
from .sdist_static import static_metadata

UNKNOWN_VERSION: Final = Version("0")
"""The version of a file whose name does not state it, until its metadata is read."""

SDIST_ENDINGS: Final = (".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz")


def direct_file(requirement: Requirement, directory: Path) -> DistributionFile | None:
    """The file or folder a direct requirement points to; None for a repository and for other kinds of files.

    `directory` is what relative paths start from. The version of a folder is what its pyproject.toml states.
    """
    if requirement.url is not None:
        url = requirement.url.without_fragment()
    elif requirement.path is not None:
        path = directory / requirement.path
        if path.is_dir():
            return _folder(requirement, path.absolute())
        url = SafeUrl.trusted(path.absolute().as_uri())
    else:
        return None
    if "+" in url.scheme:
        return None
    if url.filename.endswith(".whl"):
        return _wheel(requirement, url)
    if not url.filename.endswith(SDIST_ENDINGS):
        return None
    try:
        version = parse_sdist_filename(url.filename)[1]
    except InvalidSdistFilename:
        version = UNKNOWN_VERSION
    return DistributionFile(
        filename=url.filename,
        url=url,
        kind="sdist",
        name=requirement.name,
        version=version,
        credentials=requirement.url_credentials,
    )


def _folder(requirement: Requirement, path: Path) -> DistributionFile:
    try:
        stated, _ = static_metadata(SourceFolder(path).static_files(), requirement.name, None)
    except (BrokenArchive, InvalidMetadataText):
        stated = None
    return DistributionFile(
        filename=path.name,
        url=SafeUrl.trusted(path.as_uri()),
        kind="sdist",
        name=requirement.name,
        version=stated.version if stated is not None else UNKNOWN_VERSION,
    )


def _wheel(requirement: Requirement, url: SafeUrl) -> DistributionFile | None:
    try:
        _, version, build, _ = parse_wheel_filename(url.filename)
    except InvalidWheelFilename:
        return None
    python, abi, platform = url.filename.removesuffix(".whl").rsplit("-", 3)[1:]
    return DistributionFile(
        filename=url.filename,
        url=url,
        kind="wheel",
        name=requirement.name,
        version=version,
        build=(build[0], build[1]) if build else None,
        python_tags=python,
        abi_tags=abi,
        platform_tags=platform,
        credentials=requirement.url_credentials,
    )
