"""Packages whose version is fixed by where they come from: the project and its members, paths, direct URLs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from ...events import Emit, MetadataRead
from ...indexes.listing import Listing
from ...model.files import DistributionFile
from ...model.index import Index
from ...model.marker_algebra import parse_marker
from ...model.reasons import VersionRefusal
from ...model.requirement import Requirement
from ...settings.settings import Project, Settings
from ...wheels.direct_files import direct_file
from ..facts import Facts
from ..solution import NotYetModelled
from .requirements import Wanted, wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectSource:
    """One such package: what it requires (extras as markers), by dependency group as well.

    `label` says where it comes from; `is_member` marks projects of the workspace. `refusal`: its metadata is unusable.
    """

    name: NormalizedName
    version: Version
    requires: tuple[Wanted, ...]
    groups: Mapping[NormalizedName, tuple[Wanted, ...]]
    requires_python: str | None
    label: str
    is_member: bool
    file: DistributionFile | None = None
    listing: Listing | None = None
    refusal: VersionRefusal | None = None


def member_source(project: Project, name: NormalizedName) -> DirectSource:
    """The project itself, or a member of its workspace."""
    try:
        version = Version(project.version or "0")
    except InvalidVersion:
        version = Version("0")
    requires = [wanted(r) for r in project.requires]
    for extra, requirements in project.extras.items():
        active = parse_marker(f"extra == '{extra}'")
        requires += [replace(w, marker=w.marker & active) for w in map(wanted, requirements)]
    return DirectSource(
        name=name,
        version=version,
        requires=tuple(requires),
        groups={group: tuple(map(wanted, requirements)) for group, requirements in project.groups.items()},
        requires_python=None,
        label="your project",
        is_member=True,
    )


def root_requirements(project: Project) -> list[Wanted]:
    """What a lock requires: every member with all its extras, and all its groups (uv locks them together)."""
    roots: list[Wanted] = []
    for member in (project, *project.members):
        if member.name is None:
            roots += map(wanted, member.requires)
            for requirements in (*member.extras.values(), *member.groups.values()):
                roots += map(wanted, requirements)
            continue
        itself = wanted(Requirement(name=member.name, path=str(member.folder)))
        roots.append(replace(itself, extras=tuple(sorted(member.extras))))
        if member.groups:
            roots.append(replace(itself, groups=tuple(member.groups)))
    return roots


def read_direct_sources(
    requirements: Iterable[Wanted], settings: Settings, facts: Facts, emit: Emit
) -> dict[NormalizedName, DirectSource]:
    """Read the metadata of all packages named by URL or path, and of those that they name in turn.

    Raises `FetchError`, `NotYetModelled`.
    """
    sources: dict[NormalizedName, DirectSource] = {}
    if settings.project is not None:
        for member in (settings.project, *settings.project.members):
            if member.name is not None:
                sources[member.name] = member_source(member, member.name)
    pending = [*requirements, *(r for source in sources.values() for r in _all_requirements(source))]
    while pending:
        requirement = pending.pop(0)
        if not requirement.is_direct or requirement.name in sources:
            continue
        source = sources[requirement.name] = _read(requirement, settings, facts, emit)
        pending += source.requires
    return sources


def _all_requirements(source: DirectSource) -> list[Wanted]:
    return [*source.requires, *(r for group in source.groups.values() for r in group)]


def _read(requirement: Wanted, settings: Settings, facts: Facts, emit: Emit) -> DirectSource:
    file = direct_file(requirement.stated, settings.directory)
    if file is None:
        where = requirement.stated.url or requirement.stated.path
        raise NotYetModelled(
            f"{requirement.name} comes from {where}, which is neither a wheel, a source archive nor a folder",
            "repositories are not read, so there is no answer",
        )
    listing = Listing(index=Index(url=file.url, name="direct"), package=requirement.name, files={})
    result = facts.metadata(listing, file.version, file)
    metadata = result.metadata
    emit(
        MetadataRead(
            package=requirement.name,
            version=str(metadata.version if metadata else file.version),
            filename=file.filename,
            way=result.way,
            requires_python=metadata.requires_python if metadata else None,
            requires=tuple(map(str, metadata.requires)) if metadata else (),
            extras=tuple(sorted(metadata.extras)) if metadata else (),
            requests=result.requests,
            refusal=result.refusal,
        )
    )
    return DirectSource(
        name=requirement.name,
        version=metadata.version if metadata else file.version,
        requires=tuple(map(wanted, metadata.requires)) if metadata else (),
        groups={},
        requires_python=metadata.requires_python if metadata else None,
        label=str(requirement.stated.url or requirement.stated.path),
        is_member=False,
        file=file,
        listing=listing,
        refusal=result.refusal,
    )
