"""The one value that a command line, variables and files become; each part of it has its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from ..model.index import Index, IndexStrategy
from ..model.origin import Origin
from ..model.requirement import Requirement
from ..model.url import SafeUrl

CommandKind = Literal[
    "uv lock", "uv sync", "uv add", "uv run", "uv pip compile", "uv pip install", "uv pip sync",
    "pip install", "pip download", "pip wheel", "no resolution",
]  # fmt: skip

ResolutionMode = Literal["highest", "lowest", "lowest-direct"]
PrereleaseMode = Literal["disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"]
ForkStrategy = Literal["requires-python", "fewest"]
KeyringProvider = Literal["disabled", "subprocess", "auto", "import"]


class UsageError(Exception):
    """The command line or a file is wrong: one sentence that names the option, or file and line. Exit status 2."""


class RefusedSettings(Exception):
    """The real tool refuses these settings before any request; its reason in one sentence, with hints.

    Unlike a `UsageError` this is an answer: the document says `failed` and what to change.
    """

    def __init__(self, message: str, hints: tuple[str, ...] = (), undeclared: UndeclaredIndex | None = None) -> None:
        super().__init__(message)
        self.hints = hints
        self.undeclared = undeclared


@dataclass(frozen=True, slots=True)
class UndeclaredIndex:
    """What `package`'s entry in `tool.uv.sources` (at `origin`) names, and no place declares that counts for it.

    `found` are the indexes of that name in places that do not count, `known` the names that do count.
    """

    package: NormalizedName
    name: str
    origin: Origin
    found: tuple[Index, ...]
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Where a command runs: nothing below `settings` reads the process's own environment.

    `environ` are the variables, `directory` the working folder, `home` the home folder. `declared` are indexes that are
    read as if the project's own pyproject.toml declared them too: what a user tries who is told that one is missing.
    """

    environ: Mapping[str, str]
    directory: Path
    home: Path
    declared: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """One effective setting as text (masked) with its origin, for the Settings screen and the event stream."""

    name: str
    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Unused:
    """Something found but not used, and why ("uv never reads pip.conf")."""

    name: str
    value: str
    origin: Origin
    why: str


UnreadBecause = Literal["workspace member", "dropped table", "uv.toml beside it", "uv pip only", "pip's own"]


@dataclass(frozen=True, slots=True)
class UnreadIndex:
    """An index that is declared where this command does not look; an `Unused` with the same origin says why."""

    index: Index
    because: UnreadBecause


@dataclass(frozen=True, slots=True)
class StaticMetadata:
    """One `[[tool.uv.dependency-metadata]]` entry; `version` None means any."""

    name: NormalizedName
    version: Version | None
    requires: tuple[str, ...]
    requires_python: str | None
    extras: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InjectedStatus:
    """What if the index at `url` answered `status` for its page of `package` (None: for each of its pages)?"""

    url: SafeUrl
    status: int
    package: NormalizedName | None = None

    def is_for(self, page: SafeUrl) -> bool:
        """`page` is the URL of such a page: of the index itself where it is flat, else one segment below it."""
        root, asked = self.url.rstrip("/"), page.rstrip("/")
        if self.package is not None:
            return asked == f"{root}/{self.package}"
        return asked == root or (asked.startswith(f"{root}/") and "/" not in asked[len(root) + 1 :])


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """What if the metadata of a version were read from the file of this name?"""

    name: NormalizedName
    version: Version
    filename: str


@dataclass(frozen=True, slots=True)
class Preference:
    """A version that an existing lock, output file or installation prefers; `marker`: where it holds (a fork's)."""

    name: NormalizedName
    version: Version
    marker: Marker | None = None
    source: Literal["lock", "output file", "installed"] = "lock"
    hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LockedDependency:
    """An edge of a lock: the version where the name is locked several times, the marker where it holds, the extras."""

    name: NormalizedName
    version: Version | None = None
    marker: str | None = None
    extras: tuple[NormalizedName, ...] = ()


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """One package of an existing uv.lock (for `--frozen` and `uv sync`): files by name with their URL text.

    `index` is None for what comes from no index: members of the workspace, paths, URLs. `optional` are the further
    dependencies of each extra, and of each dependency group under the name of the group behind a colon.
    """

    name: NormalizedName
    version: Version
    index: str | None
    wheels: tuple[tuple[str, str], ...]
    sdist: tuple[str, str] | None
    markers: tuple[str, ...] = ()
    dependencies: tuple[LockedDependency, ...] = ()
    optional: Mapping[str, tuple[LockedDependency, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """How requests are made. `retries` is the number of repeats after a transient failure; times are seconds.

    `cache` is the folder of *our* cache for this run (never the real tool's): by default below the user's cache folder;
    `--no-cache` and `--cache-dir` map to none and a folder of ours inside the named one. `refresh` True: everything.
    `proxies`: scheme (`http`, `https`, `all`) → URL text with credentials as given (never shown); `no_proxy`: hosts.
    """

    offline: bool = False
    no_cache: bool = False
    cache: Path | None = None
    refresh: bool = False
    refresh_packages: frozenset[NormalizedName] = frozenset()
    retries: int = 3
    timeout: float = 30.0
    ca_bundle: Path | None = None
    ca_directory: Path | None = None
    client_cert: Path | None = None
    trusted_hosts: frozenset[str] = frozenset()
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    no_proxy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    """Where credentials may come from. `netrc` is the file that would be read (it may not exist); `store` likewise.

    `index_variables`: index name as configured → (user, password) variables that are set, as `Credentials`-like texts
    are already folded into `Index` entries by `settings`; kept here are the *names* for the screen.
    `environ` is what the keyring command is run with; `prompting` is pip's absence of --no-input.
    """

    keyring: KeyringProvider = "disabled"
    netrc: Path | None = None
    store: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    prompting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """Which files may be used. `True` means all packages; a set names packages.

    `exclude_newer`: RFC 3339 instant or date as given; per package: the same, or False for "no cut".
    """

    no_build: bool = False
    no_build_packages: frozenset[NormalizedName] = frozenset()
    no_binary: bool = False
    no_binary_packages: frozenset[NormalizedName] = frozenset()
    only_binary_packages: frozenset[NormalizedName] = frozenset()
    prefer_binary: bool = False
    exclude_newer: str | None = None
    exclude_newer_packages: Mapping[NormalizedName, str | Literal[False]] = field(default_factory=dict)
    require_hashes: bool = False
    no_build_isolation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """What the resolution is for.

    `python` is the request for an interpreter (`UV_PYTHON`, `--python`; a path or a version), `python_version` and
    `python_platform` what `uv pip compile` and `--python-version/--python-platform` ask for. pip: `platforms`,
    `implementation`, `abis`. Universal mode: `requires_python`, `environments`, `required_environments`.
    """

    python: str | None = None
    python_version: str | None = None
    python_platform: str | None = None
    platforms: tuple[str, ...] = ()
    implementation: str | None = None
    abis: tuple[str, ...] = ()
    requires_python: SpecifierSet | None = None
    environments: tuple[Marker, ...] = ()
    required_environments: tuple[Marker, ...] = ()
    minimum_libc: Mapping[str, str] = field(default_factory=dict)


UpgradeStrategy = Literal["to-satisfy-only", "only-if-needed", "eager"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipSettings:
    """What only pip's resolver asks for. `--pre` is `Settings.prerelease == "allow"`; `--all-releases` and
    `--only-final` name packages in `Settings.prerelease_packages` (`allow`, `disallow`).

    `upgrade` is `to-satisfy-only` without `--upgrade`, else `--upgrade-strategy` (by default `only-if-needed`).
    Installed packages are `Settings.preferences` with the source "installed", empty where `ignore_installed`.
    """

    dry_run: bool = False
    ignore_installed: bool = False
    force_reinstall: bool = False
    upgrade: UpgradeStrategy = "to-satisfy-only"
    ignore_requires_python: bool = False
    only_dependencies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The project a command resolves (universal mode), or None for requirement lists.

    `extras` and `groups` list its requirements by extra and dependency group; members are further workspace projects.
    """

    name: NormalizedName | None
    version: str | None
    requires: tuple[Requirement, ...]
    extras: Mapping[NormalizedName, tuple[Requirement, ...]]
    groups: Mapping[NormalizedName, tuple[Requirement, ...]]
    folder: Path
    is_package: bool = True
    members: tuple[Project, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a run depends on. `command` are the words with secrets masked.

    `indexes` is the search list in the order it is asked (indexes.md 1.2), explicit ones included at their place in
    configuration order and marked so; `find_links` are the flat locations of --find-links. `known_indexes` are those
    whose credentials uv knows before the first request, the strongest first: in the order of their definition, which is
    not that in which they are asked (a default index flag comes first here, and last there). `requirements` are the
    direct ones (platform mode), `stated_by` the project whose pyproject.toml states them, if one does; in universal
    mode `project` holds them. `locked` is the content of an existing lock;
    `lock_is_current` says that uv takes it as the answer and asks no index (`frozen` says so whatever it holds).
    `injected` and `metadata_files` have no counterpart in the tools: only what-if sets them.
    """

    tool: Literal["uv", "pip"]
    kind: CommandKind
    mode: Literal["universal", "platform"]
    command: tuple[str, ...]
    directory: Path
    requirements: tuple[Requirement, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    overrides: tuple[Requirement, ...] = ()
    excludes: frozenset[NormalizedName] = frozenset()
    build_constraints: tuple[Requirement, ...] = ()
    project: Project | None = None
    stated_by: NormalizedName | None = None
    selected_extras: frozenset[NormalizedName] = frozenset()
    selected_groups: frozenset[NormalizedName] = frozenset()
    indexes: tuple[Index, ...] = ()
    find_links: tuple[Index, ...] = ()
    known_indexes: tuple[Index, ...] = ()
    no_index: bool = False
    strategy: IndexStrategy = "first-index"
    resolution: ResolutionMode = "highest"
    prerelease: PrereleaseMode | None = None
    prerelease_packages: Mapping[NormalizedName, PrereleaseMode] = field(default_factory=dict)
    no_deps: bool = False
    fork_strategy: ForkStrategy = "requires-python"
    conflicts: tuple[tuple[tuple[NormalizedName, Literal["extra", "group", "project"], NormalizedName], ...], ...] = ()
    dependency_metadata: tuple[StaticMetadata, ...] = ()
    injected: tuple[InjectedStatus, ...] = ()
    metadata_files: tuple[MetadataFile, ...] = ()
    preferences: tuple[Preference, ...] = ()
    locked: tuple[LockedPackage, ...] = ()
    locked_markers: tuple[Marker, ...] = ()
    lock_is_current: bool = False
    frozen: bool = False
    installs: bool = False
    files: FileSettings = FileSettings()
    target: TargetSettings = TargetSettings()
    network: NetworkSettings = NetworkSettings()
    auth: AuthSettings = AuthSettings()
    pip: PipSettings = PipSettings()
    noted: tuple[Noted, ...] = ()
    unused: tuple[Unused, ...] = ()
    unread_indexes: tuple[UnreadIndex, ...] = ()
    warnings: tuple[str, ...] = ()
