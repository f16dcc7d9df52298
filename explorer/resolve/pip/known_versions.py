"""What a run of pip knows of versions without a further request: which may be chosen, and what they require."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from ...model.ranges import Range, exactly, from_specifiers
from ...model.requirement import Requirement
from ...profiles import Profile
from ...wheels.core_metadata import CoreMetadata
from .candidates import FileCandidate
from .factory import Factory
from .finder import FoundFile, Pool, in_order_of_preference, is_pinned, names_prerelease
from .requirements import Constraint, contains


class KnownVersions:
    """The versions of each project whose page was read, in pip's order; of some of them the metadata.

    Which pre-releases and yanked versions pip admits depends on the specifiers that meet. So a version is left out only
    where no set of the known specifiers could admit it.
    """

    def __init__(
        self,
        factory: Factory,
        profile: Profile,
        roots: Sequence[Requirement],
        constraints: Mapping[NormalizedName, Constraint],
    ) -> None:
        self._factory = factory
        self._profile = profile
        self._specifiers: dict[NormalizedName, set[SpecifierSet]] = {}
        self._versions: dict[NormalizedName, dict[Version, CoreMetadata | None]] = {}
        self._usable: dict[NormalizedName, dict[Version, CoreMetadata]] = {}
        self._ranges: dict[tuple[NormalizedName, SpecifierSet], Range] = {}
        self._note(roots)
        for name, constraint in constraints.items():
            self._specifiers.setdefault(name, set()).add(constraint.specifier)
        for metadata in factory.known_metadata():
            self._note(metadata.requires)

    def pool(self, project: NormalizedName) -> Pool | None:
        """The files of a project; None where its page was never read."""
        return self._factory.finder.known_pool(project)

    def usable(self, project: NormalizedName) -> Mapping[Version, CoreMetadata]:
        """The versions whose metadata is known, best first."""
        if project not in self._usable:
            known = self._all(project)
            self._usable[project] = {version: metadata for version, metadata in known.items() if metadata is not None}
        return self._usable[project]

    def is_unknown(self, project: NormalizedName, versions: Range) -> bool:
        """There are, or may be, versions in the range whose metadata is not known."""
        if self.pool(project) is None:
            return True
        return bool(self.unread(project, versions))

    def unread(self, project: NormalizedName, versions: Range) -> tuple[Version, ...]:
        """The versions in the range whose metadata is not known, newest first."""
        known = self._all(project).items()
        return tuple(version for version, metadata in known if metadata is None and version in versions)

    def admits(self, project: NormalizedName, version: Version, specifier: SpecifierSet) -> bool:
        """pip would take the version for requirements that add up to `specifier`."""
        installed = self._factory.installed_version(project)
        if installed is not None and installed.version == version:
            return contains(specifier, version)
        if self.pool(project) is None:
            return False
        choices = self._factory.finder.choices(project, specifier, None)
        return any(found.file.version == version for found in choices)

    def metadata_requests(self, project: NormalizedName, version: Version) -> tuple[int, ...]:
        """The exchanges that brought the metadata of a version."""
        pool = self.pool(project)
        for found in pool.usable.get(version, ()) if pool is not None else ():
            made = self._factory.known(found)
            if isinstance(made, FileCandidate):
                return made.read.requests
        return ()

    def listed(self, project: NormalizedName) -> Iterable[Version]:
        """All versions that may be chosen."""
        return self._all(project)

    def range_of(self, project: NormalizedName, specifier: SpecifierSet) -> Range:
        """The specifier as a range that agrees with `contains` on every version known."""
        key = (project, specifier)
        if key not in self._ranges:
            versions = from_specifiers(specifier)
            for version in self._all(project):
                inside = contains(specifier, version)
                if inside and version not in versions:
                    versions = versions.union(exactly(version))
                elif not inside and version in versions:
                    versions = versions.intersection(exactly(version).complement())
            self._ranges[key] = versions
        return self._ranges[key]

    def _note(self, stated: Iterable[Requirement]) -> None:
        for requirement in stated:
            self._specifiers.setdefault(requirement.name, set()).add(requirement.specifier)

    def _all(self, project: NormalizedName) -> Mapping[Version, CoreMetadata | None]:
        """Versions that may be chosen, newest first; None where the metadata is not known. Refused ones are none."""
        if project not in self._versions:
            found: dict[Version, CoreMetadata | None] = {}
            pool = self.pool(project)
            for version in sorted(pool.usable, reverse=True) if pool is not None else ():
                assert pool is not None
                files = in_order_of_preference(pool.usable[version], self._factory.prefers_binary, None)
                if self._may_be_admitted(pool, version, files):
                    known, metadata = self._metadata(files)
                    if not known or metadata is not None:
                        found[version] = metadata
            installed = self._factory.installed_version(project)
            if installed is not None:
                found[installed.version] = installed
            self._versions[project] = found
        return self._versions[project]

    def _metadata(self, files: Sequence[FoundFile]) -> tuple[bool, CoreMetadata | None]:
        """(whether all is known that decides about a version, its metadata): of the first file that is not refused."""
        for found in files:
            made = self._factory.known(found)
            if made is None:
                return False, None
            if isinstance(made, FileCandidate):
                return True, made.metadata
        return True, None

    def _may_be_admitted(self, pool: Pool, version: Version, files: Sequence[FoundFile]) -> bool:
        """No rule on pre-releases and yanks excludes the version whatever known specifiers meet (PEP 440, PEP 592)."""
        containing = [s for s in self._specifiers.get(pool.package, ()) if contains(s, version)]
        if all(found.file.yanked is not False for found in files) and not any(map(is_pinned, containing)):
            return False
        mode = self._factory.finder.prereleases(pool.package)
        if not version.is_prerelease or mode is not None:
            return mode is not False or not version.is_prerelease
        if any(names_prerelease(part, self._profile) for specifier in containing for part in specifier):
            return True
        finals = [other for other in pool.usable if not other.is_prerelease]
        if not self._profile.holds("prerelease_if_only_matches"):
            return not finals
        # pre-releases stand in where no final version fits, which is likeliest for all specifiers at once
        return not any(all(contains(specifier, final) for specifier in containing) for final in finals)
