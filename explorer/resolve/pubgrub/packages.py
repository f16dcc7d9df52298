"""What PubGrub decides about: packages, and the virtual packages that stand for their extras, groups and markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from packaging.utils import NormalizedName

from ...model.marker_algebra import TRUE, MarkerTree

NodeKind = Literal["root", "python", "package", "extra of package", "group of package", "marker", "extra", "group"]
"""`package`, `extra of package`, `group of package` carry requirements; `marker`, `extra`, `group` are proxies that
only require the package (and its extra or group) at the same version."""

PROXIES: Final = frozenset({"marker", "extra", "group"})


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """One node; nodes are interned by `Packages`, so identity is equality.

    `detail` is the extra or group; `marker` is where the requirement holds (always true in platform mode).
    """

    kind: NodeKind
    name: NormalizedName
    detail: NormalizedName | None
    marker: MarkerTree

    @property
    def is_proxy(self) -> bool:
        return self.kind in PROXIES

    @property
    def is_base(self) -> bool:
        """The package itself, without extra, group or marker."""
        return self.kind == "package" and self.marker is TRUE

    @property
    def extra(self) -> NormalizedName | None:
        return self.detail if self.kind in ("extra", "extra of package") else None

    @property
    def group(self) -> NormalizedName | None:
        return self.detail if self.kind in ("group", "group of package") else None

    @property
    def has_name(self) -> bool:
        """A project's package, neither the root nor Python."""
        return self.kind not in ("root", "python")

    def __str__(self) -> str:
        if self.kind == "root":
            return self.name or "root"
        if self.kind == "python":
            return "Python"
        text: str = self.name
        if self.extra is not None:
            text = f"{text}[{self.extra}]"
        if self.group is not None:
            text = f"{text}:{self.group}"
        marker = self.marker.text()
        return f"{text}{{{marker}}}" if marker else text

    def __repr__(self) -> str:
        return f"Package({self.kind} {self})"


class Packages:
    """Interns nodes for one run."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[str, str, str | None, MarkerTree], Package] = {}

    def node(
        self,
        kind: NodeKind,
        name: NormalizedName,
        detail: NormalizedName | None = None,
        marker: MarkerTree = TRUE,
    ) -> Package:
        key = (kind, name, detail, marker)
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Package(kind, name, detail, marker)
        return found

    def required(
        self,
        name: NormalizedName,
        *,
        extra: NormalizedName | None = None,
        group: NormalizedName | None = None,
        marker: MarkerTree = TRUE,
    ) -> Package:
        """The node that a requirement on `name[extra]` with `marker` (without its extra clauses) points to."""
        if extra is not None:
            return self.node("extra", name, extra, marker)
        if group is not None:
            return self.node("group", name, group, marker)
        if marker is not TRUE:
            return self.node("marker", name, None, marker)
        return self.node("package", name)

    def base_of(self, package: Package) -> Package | None:
        """The package that a proxy stands for; None for others and for groups, which do not require their package."""
        if package.kind in ("extra", "marker"):
            return self.node("package", package.name)
        return None
