"""`resolve_uv`: a resolution as uv makes it, from settings to solution or explained failure."""

from __future__ import annotations

from collections.abc import Callable

from packaging.version import Version

from ...events import Emit
from ...indexes.listing import Listing
from ...indexes.select import CandidateSelector
from ...model.environment import Environment
from ...model.marker_algebra import MarkerTree
from ...profiles import Profile
from ...settings.settings import Settings
from ...wheels.judge import Judge
from ...wheels.version_files import VersionFiles
from ..facts import Facts
from ..solution import Solution
from .answer import answer
from .explain import explain
from .inputs import prepare
from .resolver import Resolver, Unsatisfied


def resolve_uv(
    settings: Settings,
    profile: Profile,
    environment: Environment | None,
    installed: Version,
    facts: Facts,
    selector: CandidateSelector,
    judge: Judge,
    emit: Emit,
    check: Callable[[], None],
    covered: Callable[[VersionFiles], MarkerTree],
    supports_ranges: Callable[[Listing], bool],
    host: Environment | None = None,
) -> Solution:
    """Solve; `environment` is None in universal mode, `installed` the Python that runs here.

    Fetches made early may still be under way on return. `covered` tells which environments a version's usable files
    cover, `supports_ranges` whether an index serves ranges; `host` is the environment that runs here. Raises
    `NoSolution`, `FetchError`, `SearchAborted`, `Cancelled`.
    """
    inputs = prepare(settings, profile, environment, installed, facts, emit, judge, covered, supports_ranges)
    resolver = Resolver(settings, profile, inputs, facts, selector, emit, check)
    try:
        forks = resolver.solve()
    except Unsatisfied as end:
        raise explain(end, resolver, settings, profile, inputs, facts, host) from None
    return answer(forks, inputs.direct, inputs.python)
