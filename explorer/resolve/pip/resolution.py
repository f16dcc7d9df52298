"""resolvelib's resolution, backjumping as the resolvelib inside each pip release did.

resolvelib 1.0 (pip up to 25.0) undid decisions until one whose dependencies took part in the conflict; 1.1 (pip 25.1)
only where the undone name took part itself; 1.2 (pip 25.2) tries the former and falls back to the latter.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from resolvelib import BaseReporter, ResolutionImpossible
from resolvelib.resolvers import Criterion, Resolution, Result
from resolvelib.resolvers.resolution import _build_result
from resolvelib.structs import State

from ...profiles import Profile
from .candidates import Candidate
from .provider import Information, PipProvider, names_of_causes
from .requirements import PipRequirement

MAX_ROUNDS: Final = 200_000
"""pip's own limit: more rounds end in `ResolutionTooDeep`."""

PipState = State[PipRequirement, Candidate, str]
PipResult = Result[PipRequirement, Candidate, str]
PipReporter = BaseReporter[PipRequirement, Candidate, str]


def resolve(
    provider: PipProvider, reporter: PipReporter, profile: Profile, requirements: Iterable[PipRequirement]
) -> PipResult:
    """resolvelib's result. Raises its `ResolverException`s and whatever the provider raises."""
    rule = profile.text("backjumping")
    resolution = (_Resolvelib10 if rule == "to a dependent" else Resolution)(provider, reporter)
    if rule != "optimistic":
        resolution._optimistic_backjumping_ratio = 0.0
    return _build_result(resolution.resolve(requirements, max_rounds=MAX_ROUNDS))


class _Resolvelib10(Resolution[PipRequirement, Candidate, str]):
    """What resolvelib 1.0 did differently."""

    def _attempt_to_pin_criterion(self, name: str) -> list[Criterion[PipRequirement, Candidate]]:
        self._get_preference(name)  # it was also computed for a lone name, and depths of dependents build on it
        return super()._attempt_to_pin_criterion(name)

    def _backjump(self, causes: list[Information]) -> bool:
        blamed = set(names_of_causes(causes))
        while len(self._states) >= 3:
            del self._states[-1]
            while True:
                try:
                    broken = self._states.pop()
                    name, candidate = broken.mapping.popitem()
                except (IndexError, KeyError):
                    raise ResolutionImpossible(causes) from None
                if any(self._p.identify(required) in blamed for required in self._p.get_dependencies(candidate)):
                    break
            known = [(other, list(criterion.incompatibilities)) for other, criterion in broken.criteria.items()]
            self._push_new_state()
            if self._patch_criteria([*known, (name, [candidate])]):
                return True
        return False
