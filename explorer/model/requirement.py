"""A requirement with where it was stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from .credentials import Credentials
from .origin import DEFAULT, Origin
from .url import SafeUrl

ANY_VERSION: Final = SpecifierSet()
MAX_REQUIREMENT_LENGTH: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """PEP 508 requirement, resolved against the settings it was read with.

    `extras` are normalized. `url` is set for direct references (`name @ url`), `path` for local ones.
    `index` is the name of the index it is pinned to (`tool.uv.sources`), None for the search list.
    `marker` keeps `extra` clauses as written; `extra` and `group` tell which part of the project states it.
    """

    name: NormalizedName
    specifier: SpecifierSet = ANY_VERSION
    extras: frozenset[NormalizedName] = frozenset()
    marker: Marker | None = None
    url: SafeUrl | None = None
    url_credentials: Credentials | None = None
    path: str | None = None
    editable: bool = False
    index: str | None = None
    extra: NormalizedName | None = None
    group: NormalizedName | None = None
    hashes: tuple[str, ...] = ()
    origin: Origin = DEFAULT

    def __str__(self) -> str:
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        where = f" @ {self.url or self.path}" if self.url or self.path else str(self.specifier)
        return f"{self.name}{extras}{where}" + (f" ; {self.marker}" if self.marker else "")
