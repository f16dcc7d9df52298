"""What pip installs to build an sdist: a resolution of its own, with the index options of the run and nothing else.

Source: `build_env` of pip, which runs `pip install --ignore-installed` for the build requirements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...events import Body
from ...indexes.listing import Listing
from ...model.environment import Environment
from ...model.files import DistributionFile
from ...model.requirement import Requirement
from ...profiles import Profile
from ...settings.settings import PipSettings, Settings
from .facts_needed import PipFacts
from .resolver import resolve_pip


def resolve_build_requirements(
    requirements: tuple[Requirement, ...],
    settings: Settings,
    profile: Profile,
    host: Environment,
    facts: PipFacts,
) -> Sequence[tuple[Listing, DistributionFile]]:
    """The files for the build environment, in the order in which they were chosen.

    `facts` should be fresh ones: pip starts anew and asks for pages again. Raises what `resolve_pip` raises. Tells
    nothing: the decisions of a build are not those of the run; its requests are told by whoever makes them.
    """
    nested = replace(
        settings,
        kind="pip install",
        requirements=requirements,
        constraints=settings.build_constraints,
        no_deps=False,
        files=replace(settings.files, require_hashes=False),
        pip=PipSettings(ignore_installed=True),
    )
    solution = resolve_pip(nested, profile, host, facts, _silent, _leave)
    return [
        (package.listing, package.files.for_install)
        for package in solution.packages
        if package.listing is not None and package.files is not None and package.files.for_install is not None
    ]


def _silent(body: Body, /, *, fork: int = 0) -> None: ...


def _leave(listing: Listing, file: DistributionFile) -> None:
    """Whoever builds fetches the file, to install it."""
