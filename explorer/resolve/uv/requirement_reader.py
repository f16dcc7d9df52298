"""What a chosen version requires in a fork, as edges of the search: overrides, extras and constraints applied."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import NormalizedName
from packaging.version import Version

from ...model.marker_algebra import TRUE
from ...model.ranges import exactly
from ...model.reasons import ImpossibleSpecifier, PythonMismatch, VersionRefusal
from ...profiles import Profile
from ...settings.settings import Settings
from ..facts import Facts
from ..pubgrub.packages import NodeKind, Package, Packages
from .direct import DirectSource
from .fork_state import ForkState
from .forks import Edge
from .inputs import Inputs
from .known_versions import KnownVersions
from .narrate import Narrator
from .requirements import Expander, Wanted, is_impossible


class RequirementReader:
    """Reads requirements once per version and turns them into edges for each fork."""

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        inputs: Inputs,
        facts: Facts,
        packages: Packages,
        known: KnownVersions,
        narrator: Narrator,
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._inputs = inputs
        self._facts = facts
        self._packages = packages
        self._known = known
        self._narrator = narrator

    def edges(self, state: ForkState, package: Package, version: Version) -> list[Edge] | VersionRefusal:
        """The requirements of a version, or why it cannot be used. Raises `FetchError`, `Cancelled`."""
        node, name = self._packages.node, package.name
        match package.kind:
            case "python":
                return []
            case "marker":
                return [Edge(node("package", name, None, m), exactly(version)) for m in (TRUE, package.marker)]
            case "extra" | "group":
                kind: NodeKind = "extra of package" if package.kind == "extra" else "group of package"
                markers = [TRUE] if package.marker is TRUE else [TRUE, package.marker]
                edges = []
                for marker in markers:
                    if package.kind == "extra":
                        edges.append(Edge(node("package", name, None, marker), exactly(version)))
                    edges.append(Edge(node(kind, name, package.detail, marker), exactly(version)))
                return edges
            case "root":
                expander = self._expander(state)
                return self._to_edges(expander.root(self._inputs.roots), package)
        if self._settings.no_deps and package.name not in self._member_names:
            return []
        direct = self._inputs.direct.get(name) if name in state.direct else None
        if direct is not None:
            return self._to_edges(self._of_direct(state, package, direct), package)
        return self._of_listed(state, package, version)

    @property
    def _member_names(self) -> frozenset[NormalizedName]:
        return frozenset(n for n, source in self._inputs.direct.items() if source.is_member)

    def _of_direct(self, state: ForkState, package: Package, direct: DirectSource) -> list[Wanted]:
        expander = self._expander(state)
        if package.group is not None:
            return expander.group(direct.groups.get(package.group, ()))
        return expander.package(direct.name, direct.requires, package.extra)

    def _of_listed(self, state: ForkState, package: Package, version: Version) -> list[Edge] | VersionRefusal:
        candidate = state.pins[package.name, version]
        file = candidate.files.for_metadata
        assert file is not None
        result = self._facts.metadata(candidate.listing, version, file)
        self._narrator.read(package.name, version, result)
        if result.metadata is None:
            assert result.refusal is not None
            return result.refusal
        stated = result.metadata.requires_python
        if stated is not None and not state.python.admits(stated):
            return PythonMismatch(stated, str(state.python.lowest or state.python.installed), "metadata")
        requires = self._known.wanted(result.metadata)
        return self._to_edges(self._expander(state).package(package.name, requires, package.extra), package)

    def _expander(self, state: ForkState) -> Expander:
        return Expander(
            self._inputs.constraints, self._inputs.overrides, self._settings.excludes, state.environment, state.python
        )

    def _to_edges(self, requirements: Iterable[Wanted], parent: Package) -> list[Edge] | VersionRefusal:
        edges: list[Edge] = []
        declared = {item for conflict in self._settings.conflicts for item in conflict}
        parent_name = parent.name if parent.has_name and parent.extra is None and parent.group is None else None
        for requirement in requirements:
            if is_impossible(requirement) and self._profile.holds("impossible_specifier_reason"):
                return ImpossibleSpecifier(str(requirement.stated))
            name, marker = requirement.name, requirement.marker.without_extras()
            base = Edge(self._packages.required(name, marker=marker), requirement.range, parent_name)
            if requirement.extras:
                if any((name, "extra", e) in declared for e in requirement.extras):
                    edges.append(base)
                for extra in requirement.extras:
                    node = self._packages.required(name, extra=extra, marker=marker)
                    edges.append(Edge(node, requirement.range))
            elif requirement.groups:
                if any((name, "group", g) in declared for g in requirement.groups):
                    edges.append(base)
                for group in requirement.groups:
                    node = self._packages.required(name, group=group, marker=marker)
                    edges.append(Edge(node, requirement.range))
            else:
                edges.append(base)
            self._narrator.requires(parent, requirement)
        return edges
