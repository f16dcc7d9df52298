"""A target that a resolution is for: marker values and ordered tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from packaging.tags import Tag
from packaging.version import Version


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One exact marker environment and, in order of preference, the wheel tags it accepts.

    `markers` has the keys of PEP 508 (`sys_platform`, `python_full_version`, ...). `tags`: best first.
    `name` is what the screen calls it (`linux x86_64 · 3.12`). `host` marks the interpreter that runs.
    """

    name: str
    markers: Mapping[str, str]
    tags: tuple[Tag, ...] = field(repr=False)
    host: bool = False

    @cached_property
    def python(self) -> Version:
        """`python_full_version` of the target."""
        return Version(self.markers["python_full_version"])

    @cached_property
    def tag_rank(self) -> Mapping[Tag, int]:
        """Tag → position in `tags` (0 is best); of equal tags the first position counts."""
        ranks: dict[Tag, int] = {}
        for position, tag in enumerate(self.tags):
            ranks.setdefault(tag, position)
        return ranks
