"""A wheel or sdist that a requirement names itself, by URL or path."""

from __future__ import annotations

from pathlib import Path

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from ..model.files import DistributionFile
from ..model.requirement import Requirement
from ..model.url import SafeUrl

_UNKNOWN_VERSION = Version("0")


def direct_file(requirement: Requirement, directory: Path) -> DistributionFile | None:
    """The file a direct requirement points to; None for a folder or a repository.

    `directory` is what relative paths start from. The version of an sdist whose name does not state it is 0 until its
    metadata is read.
    """
    if requirement.url is not None:
        url = requirement.url.without_fragment()
    elif requirement.path is not None:
        path = directory / requirement.path
        if path.is_dir():
            return None
        url = SafeUrl.trusted(path.absolute().as_uri())
    else:
        return None
    filename = url.filename
    if filename.endswith(".whl"):
        try:
            _, version, build, _ = parse_wheel_filename(filename)
        except InvalidWheelFilename:
            return None
        python, abi, platform = filename.removesuffix(".whl").rsplit("-", 3)[1:]
        return DistributionFile(
            filename=filename,
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
    try:
        _, version = parse_sdist_filename(filename)
    except InvalidSdistFilename:
        version = _UNKNOWN_VERSION
    if not filename.endswith((".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz")):
        return None
    return DistributionFile(
        filename=filename,
        url=url,
        kind="sdist",
        name=requirement.name,
        version=version,
        credentials=requirement.url_credentials,
    )
