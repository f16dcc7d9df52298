"""What uv asks for before it needs it (wheels-and-universal.md 7.2): the set of requests is part of its behaviour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.listing import SearchResult
from ...indexes.select import Candidate
from ...model.ranges import Range, above, below, exactly
from ..facts import Facts
from ..pubgrub.term import Term
from .python_requirement import PythonRequirement

Select = Callable[[NormalizedName, Range, SearchResult], Candidate | None]
"""Selection without preferences."""


@dataclass(slots=True)
class TriedVersions:
    """How many versions of each package were tried in a fork, and at how many the last batch was asked for."""

    versions: dict[NormalizedName, set[Version]]
    last_batch: dict[NormalizedName, int]

    @classmethod
    def none(cls) -> TriedVersions:
        return cls({}, {})

    def copy(self) -> TriedVersions:
        return TriedVersions({n: v.copy() for n, v in self.versions.items()}, self.last_batch.copy())

    def add(self, name: NormalizedName, version: Version) -> None:
        self.versions.setdefault(name, set()).add(version)

    def batch_size(self, name: NormalizedName) -> int:
        """How many versions to ask for now: after 5, 10, 20 tried ones and every 20 from then on; 0 for none."""
        tried = len(self.versions.get(name, ()))
        last = self.last_batch.get(name, 0)
        due = any(tried >= step > last for step in (5, 10, 20)) or (tried >= 20 and tried - last >= 20)
        if not due:
            return 0
        self.last_batch[name] = tried
        return min(tried, 50)


def is_admitted(candidate: Candidate, python: PythonRequirement) -> bool:
    """The file that would be installed satisfies the Python requirement as its page states it."""
    file = candidate.files.for_install
    return file is not None and (file.requires_python is None or python.admits(file.requires_python))


def speculate(
    result: SearchResult,
    candidate: Candidate | None,
    python: PythonRequirement,
    facts: Facts,
    *,
    lowest_unbounded: bool,
) -> bool:
    """Ask for the metadata of the version that would be chosen now; True if that was not asked for before.

    Versions that could not be used, and sdists for a lowest resolution without a lower bound, are not asked for.
    """
    if candidate is None or candidate.refusal is not None or not is_admitted(candidate, python):
        return False
    file = candidate.files.for_metadata
    if file is None or (not file.is_wheel and lowest_unbounded):
        return False
    return facts.ask_metadata(candidate.listing, candidate.version, file)


def ask_batch(
    name: NormalizedName,
    version: Version,
    allowed: Range,
    unchanging: Term | None,
    result: SearchResult,
    count: int,
    select: Select,
    python: PythonRequirement,
    facts: Facts,
    *,
    highest: bool,
    supports_ranges: Callable[[Candidate], bool],
) -> int:
    """Ask for the metadata of the next `count` versions, in range first and then in order; the number asked for."""
    asked = 0
    compatible: Range | None = allowed
    previous = version
    for _ in range(count):
        if compatible is not None:
            candidate = select(name, compatible, result)
            if candidate is None:
                compatible = None
                continue
            compatible = compatible.intersection(exactly(candidate.version).complement())
            previous = candidate.version
        else:
            following = below(previous) if highest else above(previous)
            if unchanging is not None:
                limit = unchanging.range if unchanging.positive else unchanging.range.complement()
                following = following.intersection(limit)
            candidate = select(name, following, result)
            if candidate is None:
                break
            previous = candidate.version
        if candidate.refusal is not None or candidate.files.best_wheel is None:
            continue
        if candidate.files.best_wheel.core_metadata is None and not supports_ranges(candidate):
            return asked
        if not is_admitted(candidate, python):
            continue
        file = candidate.files.for_metadata
        if file is not None:
            facts.ask_metadata(candidate.listing, candidate.version, file)
            asked += 1
    return asked
