"""Versions to try before the newest: from a lock, an output file, an installation, or a fork solved before."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.select import Preferred
from ...model.marker_algebra import TRUE, MarkerTree, parse_marker
from ...settings.settings import Preference
from .environment import ForkEnvironment


class Preferences:
    """By name, in the order they became known; those of the settings come first."""

    def __init__(self, stated: Iterable[Preference]) -> None:
        self._by_name: dict[NormalizedName, list[tuple[MarkerTree, Preferred]]] = {}
        for preference in stated:
            marker = parse_marker(preference.marker) if preference.marker is not None else TRUE
            self._by_name.setdefault(preference.name, []).append(
                (marker, Preferred(preference.version, preference.source))
            )

    def copy(self) -> Preferences:
        new = Preferences(())
        new._by_name = {name: list(entries) for name, entries in self._by_name.items()}
        return new

    def add_from_fork(self, name: NormalizedName, version: Version, marker: MarkerTree) -> None:
        """A fork chose this version: its siblings prefer it."""
        self._by_name.setdefault(name, []).append((marker, Preferred(version, "fork")))

    def for_fork(self, name: NormalizedName, environment: ForkEnvironment) -> tuple[Preferred, ...]:
        """Those for `name`: the ones whose marker fits the fork first, then the highest version first."""
        entries = self._by_name.get(name)
        if not entries:
            return ()
        if len(entries) == 1:
            return (entries[0][1],)
        ordered = sorted(entries, key=lambda e: e[1].version, reverse=True)
        return tuple(p for _, p in sorted(ordered, key=lambda e: not environment.includes(e[0])))
