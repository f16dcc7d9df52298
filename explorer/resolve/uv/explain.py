"""From the last incompatibility of a failed search to the report: tree, sentences, hints."""

from __future__ import annotations

from ...profiles import Profile
from ...settings.settings import Settings
from ..facts import Facts
from ..solution import NoSolution
from .resolver import Inputs, Resolver, Unsatisfied


def explain(
    end: Unsatisfied, resolver: Resolver, settings: Settings, profile: Profile, inputs: Inputs, facts: Facts
) -> NoSolution:
    """The failure of a fork as a value to raise."""
    fork = end.state.environment.describe()
    headline = "No solution found when resolving dependencies" + (f" for {fork}" if fork else "")
    return NoSolution(headline, (), (), None)
