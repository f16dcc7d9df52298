"""Direct references (`name @ URL`, a path) as files that can be read like those of an index."""

from __future__ import annotations

from pathlib import Path

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.filenames import SdistName, WheelName, parse_sdist_name, parse_wheel_name
from ...indexes.listing import Listing
from ...model.files import DistributionFile
from ...model.index import Index
from ...model.requirement import Requirement
from ...model.url import SafeUrl


class NotReadable(Exception):
    """A direct reference that cannot be explored; the message says why, in one clause."""


def direct_file(requirement: Requirement) -> tuple[Listing, DistributionFile]:
    """The file that a direct reference names, on a listing of its own. Raises `NotReadable`.

    Version control, folders and archives without a version in their name need a build to be understood.
    """
    url = requirement.url or SafeUrl.trusted(Path(requirement.path or "").absolute().as_uri())
    if "+" in url.scheme:
        raise NotReadable("it is under version control, and would have to be cloned and built")
    if requirement.path is not None and Path(requirement.path).is_dir():
        raise NotReadable("it is a folder, and would have to be built")
    name = _parsed(url.without_fragment().filename, requirement.name)
    wheel = isinstance(name, WheelName)
    file = DistributionFile(
        filename=url.without_fragment().filename,
        url=url.without_fragment(),
        kind="wheel" if wheel else "sdist",
        name=requirement.name,
        version=name.version,
        build=name.build if isinstance(name, WheelName) else None,
        python_tags=name.python if isinstance(name, WheelName) else "",
        abi_tags=name.abi if isinstance(name, WheelName) else "",
        platform_tags=name.platform if isinstance(name, WheelName) else "",
        hashes=_fragment_hashes(url),
        credentials=requirement.url_credentials,
    )
    return _listing(requirement.name, name.version, file), file


def _parsed(filename: str, package: NormalizedName) -> WheelName | SdistName:
    name = parse_wheel_name(filename) if filename.lower().endswith(".whl") else parse_sdist_name(filename, None)
    if not isinstance(name, WheelName | SdistName):
        raise NotReadable(
            f"{filename[:80]!r} is neither a wheel nor a source distribution with a version ({name.detail})"
        )
    if name.name != package:
        raise NotReadable(f"{filename[:80]!r} is a file of {name.name}")
    return name


def _fragment_hashes(url: SafeUrl) -> dict[str, str]:
    fields = (field.partition("=") for field in url.parts.fragment.split("&"))
    return {name: digest for name, equals, digest in fields if equals and name in ("sha256", "sha384", "sha512")}


def _listing(package: NormalizedName, version: Version, file: DistributionFile) -> Listing:
    index = Index(url=file.url, explicit=True, credentials=file.credentials)
    return Listing(index=index, package=package, files={version: (file,)})
