"""A lock that still holds is the answer: `uv sync` and `uv lock` then ask no index.

Source: uv's `Lock::satisfies`; the check itself is in `settings.lock_validity`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.utils import NormalizedName

from ...events import Emit, Warned
from ...indexes.listing import Listing
from ...model.files import DistributionFile
from ...model.index import Index
from ...model.marker_algebra import FALSE, TRUE, InvalidMarker, MarkerTooComplex, MarkerTree, parse_marker
from ...model.origin import Origin
from ...model.requirement import Requirement
from ...model.url import InvalidUrl, SafeUrl
from ...settings.settings import LockedDependency, LockedPackage, Settings
from ...wheels.direct_files import direct_file
from ..solution import Solution, SolvedPackage

Step = tuple[LockedPackage, str]
"""A locked package, and the extra (or ":" and the group) of it that is meant; "" for the package itself."""


def solution_of_lock(settings: Settings, emit: Emit) -> Solution:
    """The packages of the lock that the project needs, each where it is needed; nothing is asked of anyone."""
    emit(Warned("uv.lock still holds for the project, so uv takes it as it is and asks no index."))
    needed = _needed(settings)
    packages = [
        _solved(package, marker, settings)
        for package, marker in needed
        if package.index is not None and not marker.is_false
    ]
    return Solution(packages=tuple(sorted(packages, key=lambda p: (p.name, p.version))))


def _needed(settings: Settings) -> list[tuple[LockedPackage, MarkerTree]]:
    """Where each locked package is reached from the members of the workspace (a fixpoint, for cycles)."""
    by_name: dict[NormalizedName, list[LockedPackage]] = {}
    for package in settings.locked:
        by_name.setdefault(package.name, []).append(package)
    reach: dict[tuple[int, str], MarkerTree] = {}
    places: dict[int, LockedPackage] = {id(p): p for p in settings.locked}
    queue: list[Step] = []
    for package in _members(settings):
        for part in ("", *package.optional) if settings.kind == "uv lock" else ("", *_selected(package, settings)):
            reach[id(package), part] = TRUE
            queue.append((package, part))
    while queue:
        package, part = queue.pop(0)
        here = reach[id(package), part]
        for edge in package.optional.get(part, ()) if part else package.dependencies:
            for child in by_name.get(edge.name, ()):
                if edge.version is not None and edge.version != child.version:
                    continue
                for wanted in ("", *edge.extras):
                    before = reach.get((id(child), wanted), FALSE)
                    after = before | (here & _marker(edge))
                    if after is not before:
                        reach[id(child), wanted] = after
                        queue.append((child, wanted))
    return [(places[number], marker) for (number, part), marker in reach.items() if part == ""]


def _members(settings: Settings) -> Iterator[LockedPackage]:
    """The workspace's own packages in the lock."""
    names = {p.name for p in (settings.project, *settings.project.members) if p.name} if settings.project else set()
    return (package for package in settings.locked if package.index is None and package.name in names)


def _selected(package: LockedPackage, settings: Settings) -> Iterator[str]:
    """The extras and groups of a member that the command installs."""
    for part in package.optional:
        chosen = settings.selected_groups if part.startswith(":") else settings.selected_extras
        if part.removeprefix(":") in chosen:
            yield part


def _marker(edge: LockedDependency) -> MarkerTree:
    try:
        return parse_marker(edge.marker)
    except (InvalidMarker, MarkerTooComplex):
        return TRUE


def _solved(package: LockedPackage, marker: MarkerTree, settings: Settings) -> SolvedPackage:
    index = _index_of(package, settings)
    files = tuple(_files(package, index, settings))
    return SolvedPackage(
        name=package.name,
        version=package.version,
        listing=Listing(index=index, package=package.name, files={package.version: files}),
        files=None,
        marker=marker.text(),
        why="locked",
        required_by=("uv.lock",),
        dependencies=tuple((edge.name, edge.marker) for edge in package.dependencies),
    )


def _index_of(package: LockedPackage, settings: Settings) -> Index:
    """The configured index that the lock names, else one made of its URL."""
    text = (package.index or "").rstrip("/")
    for index in (*settings.indexes, *settings.known_indexes):
        if index.url.rstrip("/") == text:
            return index
    try:
        url = SafeUrl.parse(package.index or "")
    except InvalidUrl:
        url = SafeUrl.trusted(settings.directory.as_uri())
    return Index(url=url, origin=Origin("file", "uv.lock"))


def _files(package: LockedPackage, index: Index, settings: Settings) -> Iterator[DistributionFile]:
    """The files that the lock lists; names and URLs that do not parse are passed over."""
    listed: Iterable[tuple[str, str]] = (*package.wheels, *([package.sdist] if package.sdist else []))
    for _, url in listed:
        try:
            requirement = Requirement(name=package.name, url=index.url.resolve(url)[0])
        except InvalidUrl:
            continue
        file = direct_file(requirement, settings.directory)
        if file is not None:
            yield file
