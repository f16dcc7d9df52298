"""Tells the event stream what the solver does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from packaging.utils import NormalizedName
from packaging.version import Version

from ... import events
from ...events import Backtracked, CandidateJudged, Conflict, Emit, IncompatibilityAdded, MetadataRead, RequirementAdded
from ...indexes.select import Candidate
from ...model.marker_algebra import MarkerTree
from ...model.ranges import Range
from ...model.reasons import PackageRefusal, VersionRefusal
from ...wheels.core_metadata import MetadataResult
from ...wheels.judge import Judge
from ..pubgrub.incompatibility import Dependency, Derived, Incompatibility, NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from .requirements import Wanted

MAX_SHOWN_RANGE = 400
"""Characters of a range's text in an event: unions of thousands of versions are cut."""


class Narrator:
    """The observer of a search; each fact is told once per run."""

    def __init__(self, emit: Emit, judge: Judge) -> None:
        self._emit = emit
        self._judge = judge
        self.fork = 0
        self._judged: set[tuple[str, Version]] = set()
        self._read: set[tuple[str, Version]] = set()
        self._requests: dict[str, list[tuple[Version, tuple[int, ...]]]] = {}
        self._required: set[tuple[Package, str, Range, MarkerTree]] = set()

    def added(self, number: int, incompatibility: Incompatibility) -> None:
        cause = incompatibility.cause
        parents: tuple[int, int] | None = None
        refusal: VersionRefusal | PackageRefusal | None = None
        match cause:
            case NotRoot():
                kind = "root"
            case NoVersions():
                kind = "no versions"
            case Dependency(dependency=dependency):
                kind = "requires python" if dependency.kind == "python" else "dependency"
            case Derived(first, second):
                kind, parents = "conclusion", (first, second)
            case Unavailable(range=versions, reason=reason):
                kind = "unavailable package" if versions.is_full else "unavailable version"
                refusal = reason
            case _:
                assert_never(cause)
        terms = tuple(
            events.Term(str(package), shown_range(term.range), term.positive)
            for package, term in incompatibility.terms.items()
        )
        self._emit(
            IncompatibilityAdded(number, kind, terms, parents, refusal=refusal),  # type: ignore[arg-type]
            fork=self.fork,
        )

    def conflict(self, number: int, package: Package) -> None:
        self._emit(Conflict(number, str(package)), fork=self.fork)

    def backtracked(self, from_level: int, to_level: int, undone: Sequence[Package]) -> None:
        names = tuple(str(p) for p in undone if not p.is_proxy)
        self._emit(Backtracked(from_level, to_level, names), fork=self.fork)

    def judged(self, package: Package, candidate: Candidate, allowed: Range) -> None:
        key = (package.name, candidate.version)
        if key in self._judged:
            return
        self._judged.add(key)
        self._judge.tell(candidate.listing, candidate.version, fork=self.fork)
        self._emit(
            CandidateJudged(
                package.name,
                str(candidate.version),
                candidate.listing.index.id,
                shown_range(allowed),
                candidate.because,
                candidate.refusal,
            ),
            fork=self.fork,
        )

    def read(self, name: NormalizedName, version: Version, result: MetadataResult) -> None:
        if (name, version) in self._read:
            return
        self._read.add((name, version))
        self._requests.setdefault(name, []).append((version, result.requests))
        metadata = result.metadata
        self._emit(
            MetadataRead(
                name,
                str(version),
                result.filename,
                result.way,
                metadata.requires_python if metadata else None,
                tuple(map(str, metadata.requires)) if metadata else (),
                tuple(sorted(metadata.extras)) if metadata else (),
                result.requests,
                result.refusal,
            ),
            fork=self.fork,
        )

    def metadata_requests(self, name: NormalizedName, versions: Range) -> tuple[int, ...]:
        """The exchanges that brought the metadata of the newest version read in a range."""
        read = [(v, requests) for v, requests in self._requests.get(name, ()) if v in versions]
        return max(read)[1] if read else ()

    def requires(self, parent: Package, requirement: Wanted) -> None:
        if parent.is_proxy:
            return
        stated = str(requirement.stated)
        key = (parent, stated, requirement.range, requirement.marker)
        if key in self._required:
            return
        self._required.add(key)
        marker = requirement.marker.text()
        self._emit(
            RequirementAdded(
                None if parent.kind == "root" else str(parent),
                None,
                requirement.name,
                shown_range(requirement.range),
                stated,
                marker,
                requirement.stated.origin if parent.kind == "root" else None,
            ),
            fork=self.fork,
        )


def shown_range(versions: Range) -> str:
    """A range for an event, cut where it is very long."""
    text = str(versions)
    return text if len(text) <= MAX_SHOWN_RANGE else text[:MAX_SHOWN_RANGE] + " …"
