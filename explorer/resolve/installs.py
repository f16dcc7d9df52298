"""What would be installed here, and its download, as the real command makes it after resolving.

Nothing is installed: the files are asked for because their requests (and failures) are part of what the tool does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ..indexes.listing import Listing
from ..model.environment import Environment
from ..model.files import DistributionFile
from ..model.marker_algebra import parse_marker
from ..profiles import Profile
from ..settings.settings import Settings
from ..wheels.rules import file_rules
from ..wheels.verdict import judge_version
from .solution import Solution, SolvedPackage


class NoFileForHost(Exception):
    """A package of the answer has no file that can be installed in the environment here."""

    def __init__(self, package: SolvedPackage, environment: Environment) -> None:
        super().__init__(
            f"{package.name}=={package.version} cannot be installed on {environment.name}: "
            "it has no source distribution and no wheel for this platform."
        )
        platform = environment.markers.get("sys_platform", "")
        self.hints = (
            f"`required-environments` with `sys_platform == '{platform}'` makes the lock demand such a wheel.",
        )


def file_for(
    package: SolvedPackage, environment: Environment, settings: Settings, profile: Profile
) -> DistributionFile | None:
    """The file of a solved package that would be installed in `environment`; None where no file fits."""
    if package.listing is None or package.source is not None:
        return None
    if settings.mode == "platform":
        return package.files.for_install if package.files is not None else None
    files = package.listing.files.get(package.version, ())
    rules = file_rules(settings, profile, package.name, package.listing.index)
    return judge_version(files, environment, rules).for_install


Download = Callable[[Listing, DistributionFile], Awaitable[None]]
"""Asks for a file as an installation does."""


async def fetch_installs(
    solution: Solution, download: Download, environment: Environment, settings: Settings, profile: Profile
) -> None:
    """Ask for the file of each package that uv would install there. Raises `FetchError`, `NoFileForHost`."""
    wanted = [p for p in solution.packages if _installs(p, environment)]
    chosen = [(p, file_for(p, environment, settings, profile)) for p in wanted]
    for package, file in chosen:
        if file is None and package.source is None:
            raise NoFileForHost(package, environment)
    await asyncio.gather(
        *(download(p.listing, file) for p, file in chosen if file is not None and p.listing is not None)
    )


def _installs(package: SolvedPackage, environment: Environment) -> bool:
    return package.marker is None or parse_marker(package.marker).evaluate(environment.markers)
