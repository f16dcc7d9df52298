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
from .candidates import FileCandidate
from .facts_needed import PipFacts
from .resolver import chosen_candidates


def resolve_build_requirements(
    requirements: tuple[Requirement, ...],
    settings: Settings,
    profile: Profile,
    host: Environment,
    facts: PipFacts,
) -> Sequence[tuple[Listing, DistributionFile]]:
    """The files for the build environment, in the order in which they were chosen.

    `facts` should be fresh ones: pip starts anew and asks for pages again. Raises as `resolve_pip`. Tells
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
    chosen, _ = chosen_candidates(nested, profile, host, facts, _silent)
    return [(candidate.listing, candidate.file) for candidate in chosen if isinstance(candidate, FileCandidate)]


def _silent(body: Body, /, *, fork: int = 0) -> None: ...
