"""What a solver returns: the packages chosen, or the failure with its derivation."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.utils import NormalizedName
from packaging.version import Version

from ..events import DerivationNode
from ..indexes.listing import Listing
from ..wheels.version_files import VersionFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedPackage:
    """One package of a solution. `listing` is None for direct URLs and local projects (`source` tells which).

    `marker` is where it holds (None: everywhere); `why` as in `events.CandidateJudged`; `required_by`: "you" or `name
    version`.
    """

    name: NormalizedName
    version: Version
    listing: Listing | None
    files: VersionFiles | None
    extras: frozenset[NormalizedName] = frozenset()
    marker: str | None = None
    why: str = "newest"
    required_by: tuple[str, ...] = ()
    source: str | None = None
    dependencies: tuple[tuple[NormalizedName, str | None], ...] = ()
    metadata_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The packages chosen, sorted by name; in universal mode a name may stand several times with disjoint markers."""

    packages: tuple[SolvedPackage, ...]
    forks: tuple[str, ...] = ()


class NotYetModelled(Exception):
    """Something the real tool does and the explorer does not: what, and what that means for the answer."""

    def __init__(self, what: str, consequence: str) -> None:
        super().__init__(what)
        self.what = what
        self.consequence = consequence


class NoSolution(Exception):
    """The requirements cannot be satisfied; carries what the screen and the document show of it."""

    def __init__(
        self,
        headline: str,
        report: tuple[str, ...],
        hints: tuple[str, ...],
        derivation: DerivationNode | None,
    ) -> None:
        super().__init__(headline)
        self.headline = headline
        self.report = report
        self.hints = hints
        self.derivation = derivation


class GaveUp(NoSolution):
    """The resolver ended without an answer although there may be one: too many rounds, too deep, an error of its
    own.
    """

    def __init__(self, headline: str, hints: tuple[str, ...] = ()) -> None:
        super().__init__(headline, (), hints, None)
