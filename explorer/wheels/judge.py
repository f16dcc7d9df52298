"""Judges versions for one run: each version of an index once, and tells the verdicts where asked to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from packaging.utils import NormalizedName
from packaging.version import Version

from ..events import Emit, WheelChosen
from ..model.environment import Environment
from ..model.files import DistributionFile
from ..model.index import Index
from ..profiles import Profile
from ..settings.settings import Settings
from .rules import FileRules, file_rules
from .verdict import Target, judge_version, verdicts_of
from .version_files import VersionFiles


class Listed(Protocol):
    """The part of a listing that judging needs."""

    @property
    def index(self) -> Index: ...

    @property
    def package(self) -> NormalizedName: ...

    def of_version(self, version: Version) -> Sequence[DistributionFile]: ...


class Judge:
    """`judge(listing, version)`, remembered. `others` are further environments that the verdicts are told for."""

    def __init__(
        self, settings: Settings, profile: Profile, target: Target, emit: Emit, others: Sequence[Environment] = ()
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._target = target
        self._emit = emit
        self._others = others
        self._known: dict[tuple[int, Version], VersionFiles] = {}
        self._rules: dict[tuple[NormalizedName, int], FileRules] = {}
        self._told: set[tuple[NormalizedName, Version, str]] = set()

    def __call__(self, listing: Listed, version: Version) -> VersionFiles:
        key = (id(listing), version)
        found = self._known.get(key)
        if found is None:
            files = listing.of_version(version)
            found = self._known[key] = judge_version(files, self._target, self._rules_for(listing))
        return found

    def tell(self, listing: Listed, version: Version, *, fork: int = 0) -> None:
        """Emit the verdicts on all files of a version, once per version and index."""
        index = listing.index.id
        if (listing.package, version, index) in self._told:
            return
        self._told.add((listing.package, version, index))
        files, rules = listing.of_version(version), self._rules_for(listing)
        reads = self(listing, version)
        wanted = rules.read_from.values()
        for target in (self._target, *self._others):
            chosen = reads if target is self._target else judge_version(files, target, rules)
            self._emit(
                WheelChosen(
                    package=listing.package,
                    version=str(version),
                    index=index,
                    environment=target.name,
                    verdicts=verdicts_of(files, target, rules),
                    for_metadata=reads.for_metadata.filename if reads.for_metadata else None,
                    for_install=chosen.for_install.filename if chosen.for_install else None,
                    rule="read_from" if reads.for_metadata and reads.for_metadata.filename in wanted else "best_wheel",
                ),
                fork=fork,
            )

    def _rules_for(self, listing: Listed) -> FileRules:
        key = (listing.package, id(listing.index))
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = file_rules(self._settings, self._profile, listing.package, listing.index)
        return found
