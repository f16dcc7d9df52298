"""From solved forks to the answer: packages, the environments they are for, and who requires them.

Source: wheels-and-universal.md 6.2 and 6.4: equal packages of several forks are one, their requirements are united,
and what no environment reaches is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.select import Candidate
from ...model.marker_algebra import FALSE, TRUE, MarkerTree
from ..pubgrub.packages import Package
from ..solution import Solution, SolvedPackage
from .direct import DirectSource
from .python_requirement import PythonRequirement
from .resolver import SolvedFork

NodeKey = tuple[NormalizedName, Version, str]
"""(name, version, where it comes from)."""


@dataclass(slots=True)
class _Node:
    candidate: Candidate | None
    forks: list[MarkerTree] = field(default_factory=list)
    extras: set[NormalizedName] = field(default_factory=set)
    parents: dict[NodeKey | None, MarkerTree] = field(default_factory=dict)
    because: str = "newest"


def answer(
    forks: Sequence[SolvedFork],
    direct: Mapping[NormalizedName, DirectSource],
    python: PythonRequirement,
) -> Solution:
    """The united solution of all forks, sorted by name; without the project and the members of its workspace."""
    nodes: dict[NodeKey, _Node] = {}
    for fork in forks:
        _add_fork(nodes, fork, direct)
    reach = _reachable(nodes)
    packages = []
    for key, node in sorted(nodes.items(), key=lambda item: (item[0][0], item[0][1])):
        name, version, source = key
        marker = reach.get(key, FALSE)
        origin = direct.get(name)
        if marker.is_false or (origin is not None and origin.is_member and source == origin.label):
            continue
        packages.append(
            SolvedPackage(
                name=name,
                version=version,
                listing=node.candidate.listing if node.candidate else (origin.listing if origin else None),
                files=node.candidate.files if node.candidate else None,
                extras=frozenset(node.extras),
                marker=marker.simplify_python(python.target).text()
                if forks[0].state.environment.is_universal
                else None,
                why=node.because,
                required_by=tuple(sorted(_parent_text(p, direct) for p in node.parents)),
                source=origin.label if node.candidate is None and origin is not None else None,
                dependencies=_dependencies(nodes, key, python),
                metadata_from=_metadata_file(node, origin),
            )
        )
    return Solution(packages=tuple(packages), forks=tuple(_fork_texts(forks)))


def _add_fork(nodes: dict[NodeKey, _Node], fork: SolvedFork, direct: Mapping[NormalizedName, DirectSource]) -> None:
    state = fork.state
    within = state.environment.marker if state.environment.is_universal else TRUE

    def key_of(package: Package, version: Version) -> NodeKey:
        if package.name in state.direct:
            return (package.name, version, direct[package.name].label)
        pin = state.pins.get((package.name, version))
        return (package.name, version, str(pin.listing.index.url) if pin else "")

    chosen = {p: v for p, v in fork.versions.items() if p.has_name and not p.is_proxy}
    for package, version in chosen.items():
        key = key_of(package, version)
        pin = state.pins.get((package.name, version)) if package.name not in state.direct else None
        node = nodes.setdefault(key, _Node(pin))
        if package.is_base:
            node.forks.append(within)
            node.because = pin.because if pin else "direct"
        if package.extra is not None:
            node.extras.add(package.extra)
    for package, version in fork.versions.items():
        if package.is_proxy or package.kind == "python":
            continue
        parent = None if package.kind == "root" else key_of(package, version)
        for dependency in state.search.dependencies(package):
            required = dependency.dependency
            if dependency.package is not package or version not in dependency.range or not required.has_name:
                continue
            its_version = fork.versions.get(required)
            if its_version is None or its_version not in dependency.required:
                continue
            child = key_of(required, its_version)
            if child == parent or child not in nodes:
                continue
            marker = within & required.marker
            parents = nodes[child].parents
            parents[parent] = parents.get(parent, FALSE) | marker


def _reachable(nodes: Mapping[NodeKey, _Node]) -> dict[NodeKey, MarkerTree]:
    """Where each package is needed: the union over all paths from the root (a fixpoint, for cycles)."""
    children: dict[NodeKey | None, list[tuple[NodeKey, MarkerTree]]] = {}
    for key, node in nodes.items():
        for parent, marker in node.parents.items():
            children.setdefault(parent, []).append((key, marker))
    reach: dict[NodeKey | None, MarkerTree] = {None: TRUE}
    queue: list[NodeKey | None] = [None]
    while queue:
        current = queue.pop(0)
        for child, marker in children.get(current, ()):
            before = reach.get(child, FALSE)
            after = before | (marker & reach[current])
            if after is not before:
                reach[child] = after
                if child not in queue:
                    queue.append(child)
    return {key: marker for key, marker in reach.items() if key is not None}


def _dependencies(
    nodes: Mapping[NodeKey, _Node], key: NodeKey, python: PythonRequirement
) -> tuple[tuple[NormalizedName, str | None], ...]:
    found = {
        (child[0], node.parents[key].simplify_python(python.target).text())
        for child, node in nodes.items()
        if key in node.parents
    }
    return tuple(sorted(found, key=lambda pair: (pair[0], pair[1] or "")))


def _parent_text(parent: NodeKey | None, direct: Mapping[NormalizedName, DirectSource]) -> str:
    if parent is None:
        return "you"
    source = direct.get(parent[0])
    return "you" if source is not None and source.is_member else f"{parent[0]} {parent[1]}"


def _metadata_file(node: _Node, origin: DirectSource | None) -> str | None:
    if node.candidate is not None:
        file = node.candidate.files.for_metadata
        return file.filename if file is not None else None
    return origin.file.filename if origin is not None and origin.file is not None else None


def _fork_texts(forks: Iterable[SolvedFork]) -> Iterable[str]:
    for fork in forks:
        if fork.state.environment.is_universal:
            yield fork.state.environment.marker.text() or "all environments"
