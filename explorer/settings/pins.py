"""`tool.uv.sources`: where a project's own requirements come from, named indexes above all (indexes.md 1.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

from packaging.markers import Marker
from packaging.utils import NormalizedName, canonicalize_name

from ..model.index import Index
from ..model.requirement import Requirement
from ..model.url import InvalidUrl, SafeUrl, mask_url, split_credentials
from .markers import both, overlap, remaining
from .requirement_text import parse_marker
from .settings import RefusedSettings, UndeclaredIndex
from .toml_file import Key, TomlFile

_KINDS: Final = ("index", "workspace", "path", "git", "url")


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of `tool.uv.sources`; `key` is its place in `file`."""

    package: NormalizedName
    kind: str
    value: Any
    marker: Marker | None
    extra: NormalizedName | None
    group: NormalizedName | None
    table: Mapping[str, Any]
    file: TomlFile
    key: Key


def read_sources(file: TomlFile) -> dict[NormalizedName, tuple[Source, ...]]:
    """The table of one pyproject.toml. Raises `UsageError` for an entry that uv cannot read."""
    table = file.table("tool", "uv", "sources")
    found = {}
    for name, value in table.items():
        key: Key = ("tool", "uv", "sources", name)
        entries = value if isinstance(value, list) else [value]
        keys: list[Key] = [(*key, number) for number in range(len(entries))] if isinstance(value, list) else [key]
        package = canonicalize_name(name)
        found[package] = tuple(_source(package, entry, file, at) for entry, at in zip(entries, keys, strict=True))
        _check_disjoint(found[package], file, key)
    return found


def _source(package: NormalizedName, entry: object, file: TomlFile, key: Key) -> Source:
    if not isinstance(entry, Mapping):
        raise file.error(key, 'expected a table such as { index = "name" }')
    kinds = [kind for kind in _KINDS if kind in entry]
    if kinds not in ([kind] for kind in _KINDS) and kinds != ["path", "git"]:
        raise file.error(key, f"expected exactly one of {', '.join(_KINDS)}")
    kind = kinds[-1]
    marker = entry.get("marker")
    return Source(
        package=package,
        kind=kind,
        value=entry[kind],
        marker=parse_marker(marker, str(file.origin(*key, "marker"))) if isinstance(marker, str) and marker else None,
        extra=_name(entry.get("extra")),
        group=_name(entry.get("group")),
        table=entry,
        file=file,
        key=key,
    )


def _name(value: object) -> NormalizedName | None:
    return canonicalize_name(value) if isinstance(value, str) else None


def _check_disjoint(sources: Sequence[Source], file: TomlFile, key: Key) -> None:
    for first, second in pairwise(sources):
        if (first.extra, first.group) == (second.extra, second.group) and overlap(first.marker, second.marker):
            if first.marker is None or second.marker is None:
                raise file.error(key, "several sources of one package need a marker each")
            raise file.error(
                key, f"source markers must be disjoint, but `{first.marker}` and `{second.marker}` overlap"
            )


@dataclass(slots=True)
class Pins:
    """Lowers the requirements of one project by its sources, and those of its workspace's root.

    `index_names` are the names that a pin may use, `elsewhere` the indexes that files define whose indexes do not count
    for it. `members` are the packages of the workspace by name with their folders. `disabled` True means --no-sources;
    a set names packages.
    `used` collects the sources that had an effect.
    """

    own: Mapping[NormalizedName, tuple[Source, ...]]
    workspace: Mapping[NormalizedName, tuple[Source, ...]]
    index_names: frozenset[str]
    members: Mapping[NormalizedName, str]
    elsewhere: tuple[Index, ...] = ()
    disabled: bool | frozenset[NormalizedName] = False
    used: set[Key] = field(default_factory=set)

    def lower(self, requirement: Requirement, project: NormalizedName | None) -> list[Requirement]:
        """The requirement as one entry per source that applies, plus one for the platforms that none covers.

        Raises `RefusedSettings` for a pin to an undeclared index, and for a workspace member without a source.
        """
        name = requirement.name
        if self.disabled is True or (isinstance(self.disabled, frozenset) and name in self.disabled):
            return [requirement]
        sources = self.own.get(name) or self.workspace.get(name)
        if sources is None:
            if name in self.members and name != project:
                raise RefusedSettings(
                    f"`{name}` is included as a workspace member, but is missing an entry in `tool.uv.sources` "
                    f"(e.g., `{name} = {{ workspace = true }}`)"
                )
            return [requirement]
        fitting = [
            source
            for source in sources
            if source.extra in (None, requirement.extra) and source.group in (None, requirement.group)
        ]
        lowered = [self._apply(source, requirement) for source in fitting]
        rest, any_left = remaining(requirement.marker, [source.marker for source in fitting])
        if any_left:
            lowered.append(replace(requirement, marker=rest))
        return lowered

    def _apply(self, source: Source, requirement: Requirement) -> Requirement:
        self.used.add(source.key)
        marked = replace(requirement, marker=both(source.marker, requirement.marker))
        match source.kind:
            case "index":
                if source.value not in self.index_names:
                    raise self._undeclared(source)
                return replace(marked, index=str(source.value))
            case "workspace":
                folder = self.members.get(requirement.name)
                if folder is None:
                    raise RefusedSettings(
                        f"`{requirement.name}` references a workspace in `tool.uv.sources` (e.g., "
                        f"`{requirement.name} = {{ workspace = true }}`), but is not a workspace member"
                    )
                return replace(marked, path=folder, editable=source.table.get("editable") is not False)
            case "path":
                path = source.file.folder / str(source.value)
                return replace(marked, path=str(path), editable=source.table.get("editable") is True)
            case "git":
                return replace(marked, url=_git_url(source))
            case _:
                return _with_url(marked, source)

    def _undeclared(self, source: Source) -> RefusedSettings:
        name = str(source.value)
        found = tuple(index for index in self.elsewhere if index.name == name)
        hints = []
        if found:
            where = found[0].origin.name
            hints.append(f"`{name}` is defined in {where}; pins see indexes of the project and the command line")
        message = f"Package `{source.package}` references an undeclared index: `{name}`"
        known = tuple(sorted(self.index_names))
        undeclared = UndeclaredIndex(source.package, name, source.file.origin(*source.key), found, known)
        return RefusedSettings(message, tuple(hints), undeclared)


def _with_url(requirement: Requirement, source: Source) -> Requirement:
    try:
        url, credentials = split_credentials(str(source.value))
    except InvalidUrl as error:
        raise source.file.error((*source.key, "url"), str(error)) from None
    return replace(requirement, url=url, url_credentials=credentials)


def _git_url(source: Source) -> SafeUrl:
    reference = next((source.table[key] for key in ("rev", "tag", "branch") if key in source.table), None)
    text = mask_url(str(source.value))
    text = text if text.startswith("git+") else f"git+{text}"
    return SafeUrl.trusted(f"{text}@{reference}" if reference else text)
