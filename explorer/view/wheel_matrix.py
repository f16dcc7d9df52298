"""Files × environments of one version: chosen, usable or refused and why; and which file was read for metadata."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Self

from ..events import FileSeen, FileVerdict, MetadataRead, PageRead, WheelChosen
from . import words
from .line import Tone
from .packages import PackageStory
from .queries import Exchange, Queries, status_tone


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell: a word, its tone, and the whole sentence for *Why*."""

    word: str
    tone: Tone
    sentence: str


UNJUDGED = Mark("", "faint", "not judged for this environment")


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of the version. `read` says it was read for metadata; `fetches` are its exchanges."""

    filename: str
    marks: tuple[Mark, ...]
    read: bool
    fetches: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class WheelTable:
    """Everything the Wheels pane shows of one version."""

    package: str
    version: str
    index: str
    environments: tuple[str, ...]
    files: tuple[FileRow, ...]
    for_metadata: str | None
    rule: str
    metadata: MetadataRead | None
    versions: tuple[str, ...]


@dataclass(slots=True)
class PackageFiles:
    """What the pages of one package list, and the files judged so far, by version and environment."""

    pages: list[PageRead] = field(default_factory=list)
    chosen: dict[str, dict[str, WheelChosen]] = field(default_factory=dict)

    def copied(self) -> Self:
        """The same files, which further events do not change."""
        return replace(
            self,
            pages=self.pages.copy(),
            chosen={version: columns.copy() for version, columns in self.chosen.items()},
        )


class Wheels:
    """Fold of PageRead and WheelChosen; `fetched` holds the exchanges for each file name."""

    def __init__(self) -> None:
        self.packages: dict[str, PackageFiles] = {}
        self.fetched: dict[str, tuple[int, ...]] = {}
        self.newest: tuple[str, str] | None = None
        self.stamp = 0

    def copied(self) -> Self:
        """The same state, which further events do not change."""
        twin = copy(self)
        twin.packages = {name: files.copied() for name, files in self.packages.items()}
        twin.fetched = self.fetched.copy()
        return twin

    def files_of(self, package: str) -> PackageFiles:
        """The files of a package, begun if it is new."""
        found = self.packages.get(package)
        if found is None:
            found = self.packages[package] = PackageFiles()
        return found

    def page(self, body: PageRead) -> None:
        """A page was read."""
        self.files_of(body.package).pages.append(body)
        self.stamp += 1

    def chosen(self, body: WheelChosen) -> None:
        """The files of a version were judged for one environment."""
        columns = self.files_of(body.package).chosen.setdefault(body.version, {})
        before = columns.get(body.environment)
        columns[body.environment] = merged(before, body) if before and before.index != body.index else body
        self.newest = (body.package, body.version)
        self.stamp += 1

    def fetch(self, filename: str, request: int) -> None:
        """A file or its sidecar is being fetched."""
        name = filename.removesuffix(".metadata")
        self.fetched[name] = (*self.fetched.get(name, ()), request)
        self.stamp += 1

    def table(self, package: str, version: str, queries: Queries, story: PackageStory | None) -> WheelTable | None:
        """The matrix of one version, None where nothing was judged yet."""
        found = self.packages.get(package)
        by_environment = found.chosen.get(version) if found else None
        if not found or not by_environment:
            return self._unjudged(package, version, queries) if found else None
        environments = tuple(by_environment)
        first = by_environment[environments[0]]
        verdicts = [{verdict.filename: verdict for verdict in by_environment[name].verdicts} for name in environments]
        names = dict.fromkeys(verdict.filename for name in environments for verdict in by_environment[name].verdicts)
        read = {chosen.for_metadata for chosen in by_environment.values()}
        rows = tuple(
            FileRow(
                filename,
                tuple(
                    mark_of(column.get(filename), name != "any" and by_environment[name].for_install == filename)
                    for name, column in zip(environments, verdicts, strict=True)
                ),
                filename in read,
                self._exchanges(filename, queries),
            )
            for filename in names
        )
        return WheelTable(
            package=package,
            version=version,
            index=first.index,
            environments=environments,
            files=rows,
            for_metadata=first.for_metadata,
            rule=first.rule,
            metadata=story.metadata.get(version) if story else None,
            versions=tuple(found.chosen),
        )

    def _unjudged(self, package: str, version: str, queries: Queries) -> WheelTable | None:
        """The files as listed, with what was fetched of them: a run may end before they are judged."""
        for page in self.packages[package].pages:
            names = [file.filename for file in page.files if file.version == version and file.refusal is None]
            fetched = [self._exchanges(name, queries) for name in names]
            rows = tuple(FileRow(name, (), bool(tries), tries) for name, tries in zip(names, fetched, strict=True))
            if rows:
                return WheelTable(package, version, page.index, (), rows, None, "", None, (version,))
        return None

    def _exchanges(self, filename: str, queries: Queries) -> tuple[Exchange, ...]:
        return tuple(queries.by_number[n] for n in self.fetched.get(filename, ()) if n in queries.by_number)

    def version_of_file(self, package: str, filename: str) -> str | None:
        """The version that a file belongs to, by the pages of its package."""
        pages = self.packages[package].pages if package in self.packages else []
        return next((file.version for page in pages for file in page.files if file.filename == filename), None)

    def dropped(self, package: str) -> list[tuple[PageRead, FileSeen]]:
        """Files that stand on the pages of a package and do not count, with the page."""
        found = self.packages.get(package)
        return (
            [(page, file) for page in found.pages for file in page.files if file.refusal is not None] if found else []
        )


def merged(before: WheelChosen, after: WheelChosen) -> WheelChosen:
    """The files of one version from two indexes in one column; the choice is that of the index that made one."""
    known = {verdict.filename for verdict in before.verdicts}
    verdicts = (*before.verdicts, *(verdict for verdict in after.verdicts if verdict.filename not in known))
    chooser = before if after.for_metadata is None else after
    return replace(chooser, verdicts=verdicts, for_install=chooser.for_install or before.for_install)


def mark_of(verdict: FileVerdict | None, install: bool) -> Mark:
    """One verdict as a cell: chosen, usable, or the word of the refusal."""
    if verdict is None:
        return UNJUDGED
    if install:
        return Mark("✔", "good", "would be installed here" + _rank(verdict))
    if verdict.refusal is None:
        usable = "could be built here" if verdict.kind == "sdist" else "fits, but another file is better"
        return Mark("fits", "plain", usable + _rank(verdict))
    return Mark(words.file_refusal_word(verdict.refusal), "faint", words.file_refusal(verdict.refusal))


def _rank(verdict: FileVerdict) -> str:
    return f" (its best tag is number {verdict.rank + 1} of the target)" if verdict.rank is not None else ""


def fetch_mark(row: FileRow) -> tuple[str, Tone]:
    """The last column: `●` where the file was read for metadata, the status where fetching it failed."""
    statuses = [exchange.status for exchange in row.fetches if exchange.status is not None]
    if statuses and statuses[-1] >= 400:
        return f"{'●' if row.read else ''}{statuses[-1]}", status_tone(statuses[-1])
    if row.read:
        return "●", "accent"
    return "", "faint"


def short_name(filename: str, package: str, version: str) -> str:
    """The part of a file name that tells it from the others of its version: `…cp312-manylinux_2_28_x86_64.whl`."""
    folded = package.replace("-", "_")
    for prefix in (f"{folded}-{version}-", f"{package}-{version}-"):
        if filename.lower().startswith(prefix.lower()):
            return "…" + filename[len(prefix) :]
    return filename


def shorter_name(name: str) -> str:
    """A name of `short_name` without its ending, equal python and abi tags once: `…cp312-manylinux_2_28_x86_64`."""
    parts = name.removesuffix(".whl").split("-")
    if len(parts) >= 3 and parts[-3].lstrip("…") == parts[-2]:
        parts.pop(-2)
    return "-".join(parts)


def why_read(table: WheelTable) -> str:
    """Why the metadata comes from this file: the rule of the choice and the way it was read."""
    way = ""
    if table.metadata is not None:
        way = {
            "sidecar": "its sidecar (PEP 658)",
            "range": "the end of the wheel, by range requests",
            "streamed wheel": "the wheel, streamed until METADATA",
            "static sdist": "PKG-INFO of the sdist, which is static (PEP 643)",
            "built sdist": "a build of the sdist",
            "dependency-metadata": "your dependency-metadata: no file was read",
            "local folder": "the local folder",
            "recorded": "the recording",
        }[table.metadata.way]
    reason = words.reading_rule(table.rule, universal="any" in table.environments)
    return " · ".join(part for part in (reason, way) if part)


def refused_count(rows: Sequence[FileRow]) -> int:
    """Files that no environment can use."""
    return sum(1 for row in rows if all(mark.tone == "faint" for mark in row.marks))
