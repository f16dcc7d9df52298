"""Where a run is to stop: at a package, an index or a status. The same for a run under way and for one played again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from packaging.utils import canonicalize_name

from ..events import (
    Backtracked,
    Body,
    Conflict,
    Decision,
    IndexAnswered,
    MetadataRead,
    RequestEnded,
    RequestStarted,
    SearchEnded,
)

Kind = Literal["package", "index", "status"]

Stops = Callable[[Body], bool]
"""Whether a run stops after this was told."""

_KINDS: Final[tuple[Kind, ...]] = ("package", "index", "status")
_TEXT: Final = re.compile(r"(?:(package|index|status)\s*(?:==|=|:)\s*)?(\S.*)", re.DOTALL)
MAX_LENGTH: Final = 200


class BadBreakpoint(ValueError):
    """The text names no place to stop at: one sentence."""


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A package by its normalised name, an index by its id, or a status by its number."""

    kind: Kind
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


def parse_breakpoint(text: str) -> Breakpoint:
    """`package:torch` or `torch`, `index:corp`, `status:401` or `401` → where to stop. Raises `BadBreakpoint`."""
    match = _TEXT.fullmatch(text.strip())
    if match is None or len(text) > MAX_LENGTH:
        raise BadBreakpoint("name a package, index:NAME or status:NUMBER")
    named, value = match[1], match[2].strip()
    kind: Kind = next((each for each in _KINDS if each == named), "status" if value.isdecimal() else "package")
    if kind == "status":
        if not re.fullmatch(r"[1-5]\d\d", value):
            raise BadBreakpoint(f"{value[:40]!r} is no status: three digits, from 100 to 599")
        return Breakpoint(kind, value)
    if kind == "package" and not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", value):
        raise BadBreakpoint(f"{value[:40]!r} is no name of a package")
    return Breakpoint(kind, canonicalize_name(value) if kind == "package" else value)


def stops_at(breakpoints: Iterable[Breakpoint]) -> Stops:
    """Whether a run stops at what it tells.

    A package stops a run where it is asked for, found or not, read, chosen or undone; not at each version judged.
    """
    wanted = frozenset(breakpoints)
    return lambda body: any(place in wanted for place in _places(body))


def _places(body: Body) -> Iterable[Breakpoint]:
    match body:
        case RequestStarted() | IndexAnswered():
            if body.package is not None:
                yield Breakpoint("package", body.package)
            if body.index is not None:
                yield Breakpoint("index", body.index)
        case SearchEnded() | MetadataRead() | Decision() | Conflict():
            yield Breakpoint("package", body.package.partition("[")[0])
        case Backtracked():
            yield from (Breakpoint("package", name.partition(" ")[0].partition("[")[0]) for name in body.undone)
        case RequestEnded() if body.status is not None:
            yield Breakpoint("status", str(body.status))
        case _:
            pass
