"""The outcomes of choosing a version, and the splits that a version itself can cause.

Source: wheels-and-universal.md 1.4, 5, 6.1 (2 to 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from packaging.version import Version

from ...indexes.select import Candidate
from ...model.marker_algebra import FALSE, TRUE, MarkerTree, parse_marker
from ...model.ranges import FULL, Range
from ...model.reasons import VersionRefusal
from ...wheels.universal import UniversalTarget
from ...wheels.version_files import VersionFiles
from ..pubgrub.packages import Package
from ..pubgrub.state import Search
from .environment import ForkEnvironment
from .python_requirement import PythonRequirement

REAL_KINDS: Final = frozenset({"package", "extra of package", "group of package"})
"""The nodes that carry requirements of their own."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A version to try; `candidate` is None for packages from URLs and paths."""

    version: Version
    candidate: Candidate | None
    because: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """A version that exists but cannot be used."""

    version: Version
    refusal: VersionRefusal


@dataclass(frozen=True, slots=True)
class NothingLeft:
    """No version in the range."""


@dataclass(frozen=True, slots=True)
class VersionFork:
    """A part of the environments in which `package` is chosen next, at `version` where that is fixed."""

    environment: ForkEnvironment
    package: Package
    version: Version | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The version cannot serve the whole fork: it is split, and the package chosen anew in each part."""

    forks: tuple[VersionFork, ...]
    cause: str


Choice = Chosen | Unusable | NothingLeft | Split


def split_by_python(
    requires_python: str, python: PythonRequirement, environment: ForkEnvironment, package: Package
) -> tuple[VersionFork, ...]:
    """The fork below and from the lower bound of `requires_python` on; empty where that is no split."""
    parts = python.split(requires_python)
    if parts is None:
        return ()
    markers = [part.marker() for part in parts]
    return tuple(VersionFork(environment.narrowed(m), package) for m in markers if environment.includes(m))


def serves_below(files: VersionFiles, python: PythonRequirement) -> bool:
    """Some usable file runs below the upper Python bound of the fork; an sdist may run everywhere (uv 0.13)."""
    if files.usable_sdist is not None or python.target.is_full or python.target.cuts[-1] == FULL.cuts[1]:
        return True
    bound = Range((FULL.cuts[0], python.target.cuts[-1]), (FULL.labels[0], python.target.labels[-1]))
    target = UniversalTarget(requires_python=bound)
    return any(target.admits(wheel.python_tags, wheel.abi_tags) for wheel in files.usable_wheels)


def split_by_marker(environment: ForkEnvironment, marker: MarkerTree) -> tuple[ForkEnvironment, ForkEnvironment] | None:
    """(with, without) the marker; None where one of them is empty."""
    if not environment.includes(marker) or not environment.includes(~marker):
        return None
    return environment.narrowed(marker), environment.narrowed(~marker)


def split_by_coverage(
    covered: MarkerTree,
    demanded: Sequence[MarkerTree],
    environment: ForkEnvironment,
    package: Package,
    search: Search,
    *,
    coarse: bool,
) -> tuple[VersionFork, ...] | MarkerTree | None:
    """Environments that need an artifact but that the candidate's wheels miss.

    Returns the split, the missed environment where no split is possible, or None where all are covered.
    """
    for marker in demanded:
        if not environment.includes(marker) or environment.includes(covered & marker):
            continue
        if not environment.includes(reachable(package, search) & marker):
            continue
        split = marker
        if coarse:
            split = marker.restrict(marker | (covered & environment.marker))
        parts = split_by_marker(environment, split)
        if parts is None:
            return marker
        return tuple(VersionFork(part, package) for part in parts)
    return None


def split_by_local_version(
    local: MarkerTree, base: MarkerTree, environment: ForkEnvironment
) -> tuple[ForkEnvironment, ForkEnvironment] | bool:
    """Whether the public version must serve what the local version's wheels do not cover.

    Returns (environments of the public version, of the local one), True where only the public version fits this fork,
    False where the local version is enough. `local` and `base` are what the wheels of each cover.
    """
    remainder = base & ~local
    if remainder.is_false or not environment.includes(remainder):
        return False
    if not environment.includes(local):
        return True
    for system in ("darwin", "linux", "win32"):
        whole = parse_marker(f"sys_platform == '{system}'")
        if local.is_disjoint(whole) and not remainder.is_disjoint(whole):
            remainder = remainder | whole
    return split_by_marker(environment, remainder) or False


def reachable(package: Package, search: Search) -> MarkerTree:
    """The environments in which a package is required, as far as known (a fixpoint over the requirements so far)."""
    if package.kind == "root":
        return TRUE
    ancestors = {package}
    stack = [package]
    while stack:
        current = stack.pop()
        for dependency in search.dependencies(current):
            if dependency.dependency is current and dependency.package not in ancestors:
                ancestors.add(dependency.package)
                stack.append(dependency.package)
    if search.root not in ancestors:
        return FALSE
    environments: dict[Package, MarkerTree] = {search.root: TRUE}
    queue = [search.root]
    while queue:
        current = queue.pop(0)
        for dependency in search.dependencies(current):
            child = dependency.dependency
            if dependency.package is not current or child not in ancestors:
                continue
            before = environments.get(child, FALSE)
            after = before | (child.marker & environments[current])
            if after is not before:
                environments[child] = after
                queue.append(child)
    return environments.get(package, FALSE)
