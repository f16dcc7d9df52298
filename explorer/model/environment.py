"""A target that a resolution is for: marker values and ordered tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from packaging.tags import Tag
from packaging.version import Version

from .reasons import TagMismatch


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One exact marker environment and, in order of preference, the wheel tags it accepts.

    `markers` has the keys of PEP 508 (`sys_platform`, `python_full_version`, ...). `tags`: best first.
    `name` is what the screen calls it (`linux x86_64 · 3.12`). `host` marks the interpreter that runs. `wanted_python`
    is set where Requires-Python is judged by another Python than markers are (pip's --python-version). `fits` remembers
    what compressed tag sets mean here: the rank of the best tag, or why none fits (`wheels.tag_fit` fills it).
    """

    name: str
    markers: Mapping[str, str]
    tags: tuple[Tag, ...] = field(repr=False)
    host: bool = False
    wanted_python: Version | None = None
    fits: dict[tuple[str, str, str], int | TagMismatch] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def python(self) -> Version:
        """The Python that Requires-Python is judged by: `wanted_python`, else `python_full_version`."""
        return self.wanted_python or Version(self.markers["python_full_version"])

    @cached_property
    def tag_rank(self) -> Mapping[Tag, int]:
        """Tag → position in `tags` (0 is best); of equal tags the first position counts."""
        ranks: dict[Tag, int] = {}
        for position, tag in enumerate(self.tags):
            ranks.setdefault(tag, position)
        return ranks

    @cached_property
    def tag_tree(self) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
        """Python tag → ABI tag → platform tag → position in `tags`."""
        tree: dict[str, dict[str, dict[str, int]]] = {}
        for position, tag in enumerate(self.tags):
            tree.setdefault(tag.interpreter, {}).setdefault(tag.abi, {}).setdefault(tag.platform, position)
        return tree
