"""Lists of names and versions in claims."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 3


def names(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 4 more`."""
    if len(items) > MOST:
        return f"{', '.join(items[:MOST])} and {len(items) - MOST} more"
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def user_of(shown: str | None) -> str:
    """`user alice`; who sent what is not always told."""
    return f"user {shown}" if shown else "an unknown user"


def versions_of(versions: Sequence[str]) -> str:
    """`1 version: 2022.12.7`, or how many from which to which."""
    if len(versions) == 1:
        return f"1 version: {versions[0]}"
    return f"{len(versions)} versions" + (f" from {versions[0]} to {versions[-1]}" if versions else "")
