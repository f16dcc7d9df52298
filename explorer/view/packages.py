"""What is known of each package: who requires it, which versions were judged, what was decided, what was undone."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from typing import Self

from ..events import Backtracked, CandidateJudged, Decision, MetadataRead, RequirementAdded


@dataclass(slots=True)
class PackageStory:
    """One package so far. `decided`: fork → decision in force; `judged` keeps the last verdict of a version."""

    name: str
    required: list[RequirementAdded] = field(default_factory=list)
    judged: dict[tuple[str, str], CandidateJudged] = field(default_factory=dict)
    decided: dict[int, Decision] = field(default_factory=dict)
    decisions: int = 0
    metadata: dict[str, MetadataRead] = field(default_factory=dict)

    def copied(self) -> Self:
        """The same story, which further events do not change."""
        return replace(
            self,
            required=self.required.copy(),
            judged=self.judged.copy(),
            decided=self.decided.copy(),
            metadata=self.metadata.copy(),
        )

    @property
    def version(self) -> str | None:
        """The version in force (of the first fork), else the one judged last."""
        if self.decided:
            return next(iter(self.decided.values())).version
        taken = [judged for judged in self.judged.values() if judged.refusal is None]
        return taken[-1].version if taken else next((judged.version for judged in reversed(self.judged.values())), None)


class Packages:
    """Fold of RequirementAdded, CandidateJudged, Decision, Backtracked and MetadataRead."""

    def __init__(self) -> None:
        self.stories: dict[str, PackageStory] = {}
        self.newest: str | None = None
        self.stamp = 0
        self._seen: set[tuple[str | None, str | None, str, str, str | None]] = set()

    def copied(self) -> Self:
        """The same state, which further events do not change."""
        twin = copy(self)
        twin.stories = {name: story.copied() for name, story in self.stories.items()}
        twin._seen = self._seen.copy()
        return twin

    def story(self, package: str) -> PackageStory:
        """The story of a package, begun if it is new."""
        found = self.stories.get(package)
        if found is None:
            found = self.stories[package] = PackageStory(package)
        return found

    def required(self, body: RequirementAdded) -> None:
        """Someone requires the package; the same edge counts once, however often forks repeat it."""
        key = (body.parent, body.parent_version, body.package, body.requirement, body.marker)
        if key not in self._seen:
            self._seen.add(key)
            self.story(body.package).required.append(body)
            self.stamp += 1

    def judged(self, body: CandidateJudged) -> None:
        """A version was looked at."""
        judged = self.story(body.package).judged
        judged.pop((body.version, body.index), None)
        judged[body.version, body.index] = body
        self.stamp += 1

    def decided(self, fork: int, body: Decision) -> None:
        """A version was chosen."""
        story = self.story(body.package)
        story.decided[fork] = body
        story.decisions += 1
        self.newest = body.package
        self.stamp += 1

    def undone(self, fork: int, body: Backtracked) -> None:
        """Decisions of a fork above a level are no longer in force."""
        for name in body.undone:
            story = self.stories.get(name.partition(" ")[0])
            if story is not None:
                story.decided.pop(fork, None)
        self.stamp += 1

    def metadata(self, body: MetadataRead) -> None:
        """The metadata of a version is known."""
        self.story(body.package).metadata[body.version] = body
        self.stamp += 1

    @property
    def decided_count(self) -> int:
        """Packages with a decision in force."""
        return sum(1 for story in self.stories.values() if story.decided)

    @property
    def required_count(self) -> int:
        """Packages that somebody requires."""
        return sum(1 for story in self.stories.values() if story.required)
