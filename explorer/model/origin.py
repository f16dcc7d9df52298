"""Where a setting comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OriginKind = Literal["flag", "variable", "file", "requirement line", "default", "you, now"]


@dataclass(frozen=True, slots=True)
class Origin:
    """One place a value was read from.

    `name` is the flag (`--index`), the variable (`UV_INDEX`) or the file's path relative to the project
    where it lies below it; `line` counts from 1; `key` is the key inside a file (`tool.uv.index`).
    """

    kind: OriginKind
    name: str = ""
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        place = self.name or self.kind
        if self.line is not None:
            place = f"{place}:{self.line}"
        return f"{place} ({self.key})" if self.key else place


DEFAULT = Origin("default")
