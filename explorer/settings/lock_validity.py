"""Whether an existing lock still holds, and what of it can be kept where it does not.

Source: uv 0.13.8's validation of an existing lock before it resolves (`uv lock`, `sync`, `run`, `add`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from ..model.index import Index
from ..model.marker_algebra import InvalidMarker, MarkerTooComplex, extra_marker, parse_marker
from ..model.marker_environment import requires_python_marker
from ..model.ranges import Range, python_range
from ..model.requirement import Requirement
from .lock_file import LockFile
from .pins import Pins
from .project import Conflict, project_name, read_groups, requirements_at
from .settings import StaticMetadata
from .toml_file import TomlFile

Use = Literal["nothing", "versions", "versions and forks", "everything"]
"""What of a lock counts: nothing; its versions as preferences; its forks too; or all of it, so nothing is resolved."""


@dataclass(frozen=True, slots=True)
class LockVerdict:
    """`because` says why a lock is not used as it is, "" where it is."""

    use: Use
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectState:
    """What a lock is held against; `members` are the project files with the sources that lower their requirements."""

    members: Sequence[tuple[TomlFile, Pins]]
    requires_python: SpecifierSet | None
    environments: Sequence[Marker]
    required_environments: Sequence[Marker]
    conflicts: Sequence[Conflict]
    constraints: Sequence[Requirement]
    overrides: Sequence[Requirement]
    build_constraints: Sequence[Requirement]
    excludes: frozenset[NormalizedName]
    dependency_metadata: Sequence[StaticMetadata]
    indexes: Sequence[Index]
    resolution: str
    fork_strategy: str
    prerelease: str
    default_prerelease: str
    exclude_newer: str | None
    upgrade_all: bool
    upgrade_some: bool
    refresh: bool


def judge_lock(lock: LockFile, state: ProjectState) -> LockVerdict:
    """The first difference decides, the gravest are looked at first."""
    options = _table(lock.file.content.get("options"))
    if options.get("resolution-mode", "highest") != state.resolution:
        return LockVerdict("nothing", "the resolution mode changed")
    if options.get("fork-strategy", "requires-python") != state.fork_strategy:
        return LockVerdict("nothing", "the fork strategy changed")
    if state.upgrade_all:
        return LockVerdict("nothing", "--upgrade is given")
    if _exclude_newer(options) != state.exclude_newer:
        return LockVerdict("versions and forks", "exclude-newer changed")
    for because in _changed_forks(lock, state):
        return LockVerdict("versions", because)
    if _python(lock.requires_python) != _python(state.requires_python):
        return LockVerdict("versions" if lock.markers else "versions and forks", "requires-python changed")
    for because in _changed_requirements(lock, state, options):
        return LockVerdict("versions and forks", because)
    return LockVerdict("everything")


def _python(specifiers: SpecifierSet | None) -> Range:
    return python_range(specifiers if specifiers is not None else SpecifierSet())


def _exclude_newer(options: Mapping[str, Any]) -> str | None:
    value = options.get("exclude-newer-span", options.get("exclude-newer"))
    return str(value) if value is not None else None


def _changed_forks(lock: LockFile, state: ProjectState) -> Iterable[str]:
    """Changes after which the forks of the lock may no longer cover what they should."""
    if lock.markers and state.requires_python is not None and not _forks_meet_python(lock, state.requires_python):
        yield "its forks lie outside requires-python"
    if _trees(lock.supported, lock) != _trees(map(str, state.environments), lock):
        yield "environments changed"
    if _trees(lock.required, lock) != _trees(map(str, state.required_environments), lock):
        yield "required-environments changed"
    if _locked_conflicts(lock) != {frozenset(items) for items in state.conflicts}:
        yield "conflicts changed"


def _forks_meet_python(lock: LockFile, requires_python: SpecifierSet) -> bool:
    python = requires_python_marker(requires_python)
    try:
        return any(not parse_marker(marker).is_disjoint(python) for marker in lock.markers)
    except (InvalidMarker, MarkerTooComplex):
        return True


def _trees(markers: Iterable[str], lock: LockFile) -> list[str]:
    return [_simple_marker(parse_or_none(text), lock.requires_python) for text in markers]


def parse_or_none(text: str) -> Marker | None:
    """A marker, or None for a text that is none."""
    try:
        return Marker(text)
    except ValueError:
        return None


def _simple_marker(marker: Marker | None, python: SpecifierSet | None, extra: str | None = None) -> str:
    """A marker in one canonical spelling, relative to requires-python as lock files write it."""
    try:
        tree = parse_marker(marker)
        if extra is not None:
            tree = tree & extra_marker(extra)
        if python is not None:
            tree = tree.simplify_python(python_range(python))
        return str(tree)
    except (InvalidMarker, MarkerTooComplex):
        return str(marker)


def _locked_conflicts(lock: LockFile) -> set[frozenset[tuple[NormalizedName, str, NormalizedName]]]:
    found = set()
    for entries in _list(lock.file.content.get("conflicts")):
        items = set()
        for entry in _list(entries):
            table = _table(entry)
            package = canonicalize_name(str(table.get("package", "")))
            kind = "extra" if "extra" in table else "group" if "group" in table else "project"
            items.add((package, kind, canonicalize_name(str(table[kind])) if kind != "project" else package))
        found.add(frozenset(items))
    return found


def _changed_requirements(lock: LockFile, state: ProjectState, options: Mapping[str, Any]) -> Iterable[str]:
    """Changes that need another resolution, in which versions and forks of the lock are preferred."""
    if options.get("prerelease-mode", state.default_prerelease) != state.prerelease:
        yield "the pre-release mode changed"
    if state.upgrade_some:
        yield "some packages are to be upgraded"
    if state.refresh:
        yield "--refresh is given"
    manifest = _table(lock.file.content.get("manifest"))
    names = [name for file, _ in state.members if (name := project_name(file)) is not None]
    if {canonicalize_name(str(name)) for name in _list(manifest.get("members"))} != _listed_members(state, names):
        yield "the members of the workspace changed"
    root = state.members[0][0].folder
    for key, requirements in (
        ("constraints", state.constraints),
        ("overrides", state.overrides),
        ("build-constraints", state.build_constraints),
    ):
        locked = {_locked_key(_table(entry), root, lock) for entry in _list(manifest.get(key))}
        if locked != {_key(requirement, state, lock) for requirement in requirements}:
            yield f"the {key} changed"
    if {canonicalize_name(str(name)) for name in _list(manifest.get("excludes"))} != state.excludes:
        yield "the excluded dependencies changed"
    stated = {(entry.name, str(entry.version) if entry.version else None) for entry in state.dependency_metadata}
    locked_metadata = [_table(entry) for entry in _list(manifest.get("dependency-metadata"))]
    if stated != {(canonicalize_name(str(entry.get("name"))), entry.get("version")) for entry in locked_metadata}:
        yield "dependency-metadata changed"
    for file, pins in state.members:
        yield from _changed_project(file, pins, lock, state, root)
    yield from _lost_indexes(lock, state)


def _listed_members(state: ProjectState, names: Sequence[NormalizedName]) -> set[NormalizedName]:
    """A workspace of one project lists no members."""
    alone = len(state.members) == 1 and len(names) == 1
    return set() if alone else set(names)


def _changed_project(file: TomlFile, pins: Pins, lock: LockFile, state: ProjectState, root: Path) -> Iterable[str]:
    name = project_name(file)
    if name is None:
        return
    entry = next((entry for entry in _packages(lock) if canonicalize_name(str(entry.get("name"))) == name), None)
    if entry is None:
        yield f"it does not hold {name}"
        return
    version = file.table("project").get("version")
    if isinstance(version, str) and entry.get("version", version) != version:
        yield f"the version of {name} changed"
    metadata = _table(entry.get("metadata"))
    locked = {_locked_key(_table(part), root, lock) for part in _list(metadata.get("requires-dist"))}
    stated = _stated(file, pins, name, state, lock)
    if locked != stated:
        yield f"the requirements of {name} changed"
    groups = {
        group: {_key(lowered, state, lock) for requirement in found for lowered in pins.lower(requirement, name)}
        for group, found in read_groups(file).items()
    }
    locked_groups = {
        canonicalize_name(group): {_locked_key(_table(part), root, lock) for part in _list(parts)}
        for group, parts in _table(metadata.get("requires-dev")).items()
    }
    if {group: keys for group, keys in groups.items() if keys} != {
        g: keys for g, keys in locked_groups.items() if keys
    }:
        yield f"the dependency groups of {name} changed"


def _stated(file: TomlFile, pins: Pins, name: NormalizedName, state: ProjectState, lock: LockFile) -> set[Any]:
    found = set()
    for requirement in requirements_at(file, ("project", "dependencies")):
        found |= {_key(lowered, state, lock) for lowered in pins.lower(requirement, name)}
    for extra in file.table("project", "optional-dependencies"):
        normal = canonicalize_name(extra)
        for requirement in requirements_at(file, ("project", "optional-dependencies", extra), extra=normal):
            found |= {_key(lowered, state, lock, normal) for lowered in pins.lower(requirement, name)}
    return found


def _key(requirement: Requirement, state: ProjectState, lock: LockFile, extra: str | None = None) -> tuple[Any, ...]:
    """A requirement in the form in which two of them are compared."""
    source: tuple[str, str] | None = None
    if requirement.url is not None:
        is_git = requirement.url.startswith("git+")
        source = ("git", "") if is_git else ("url", str(requirement.url))
    elif requirement.path is not None:
        source = ("path", str(Path(requirement.path).resolve()))
    elif requirement.index is not None:
        index = next((entry for entry in state.indexes if entry.name == requirement.index), None)
        source = ("index", _plain(str(index.url)) if index is not None else requirement.index)
    marker = _simple_marker(requirement.marker, lock.requires_python, extra)
    return requirement.name, requirement.extras, marker, frozenset(requirement.specifier), source


def _locked_key(entry: Mapping[str, Any], root: Path, lock: LockFile) -> tuple[Any, ...]:
    source: tuple[str, str] | None = None
    for kind in ("editable", "virtual", "directory", "path"):
        if kind in entry:
            source = ("path", str((root / str(entry[kind])).resolve()))
    if "git" in entry:
        source = ("git", "")
    elif "url" in entry:
        source = ("url", str(entry["url"]))
    elif "index" in entry:
        source = ("index", _plain(str(entry["index"])))
    try:
        specifier = frozenset(SpecifierSet(str(entry.get("specifier", ""))))
    except InvalidSpecifier:
        specifier = frozenset()
    marker = entry.get("marker")
    return (
        canonicalize_name(str(entry.get("name"))),
        frozenset(canonicalize_name(str(extra)) for extra in _list(entry.get("extras"))),
        _simple_marker(parse_or_none(marker) if isinstance(marker, str) else None, lock.requires_python),
        specifier,
        source,
    )


def _lost_indexes(lock: LockFile, state: ProjectState) -> Iterable[str]:
    """Where indexes are configured, each package must come from one of them."""
    known = {_plain(str(index.url)) for index in state.indexes}
    if not known:
        return
    for entry in _packages(lock):
        registry = _table(entry.get("source")).get("registry")
        if isinstance(registry, str) and "://" in registry and _plain(registry) not in known:
            yield f"{entry.get('name')} is from an index that is not configured"


def _plain(url: str) -> str:
    return url.rstrip("/")


def _packages(lock: LockFile) -> list[Mapping[str, Any]]:
    return [_table(entry) for entry in _list(lock.file.content.get("package"))]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
