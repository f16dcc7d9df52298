"""Marker algebra for settings: joined markers, and the refusals that rest on overlaps (wheels-and-universal.md 5)."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet

from ..model.marker_algebra import FALSE, InvalidMarker, MarkerTooComplex, MarkerTree, parse_marker
from ..model.marker_environment import disjoint_from_python, overlapping, replacement_for_overlap
from .settings import RefusedSettings


def both(first: Marker | None, second: Marker | None) -> Marker | None:
    """Where both hold; None is everywhere."""
    if first is None or second is None:
        return first or second
    return Marker(f"({first}) and ({second})")


def either(markers: Sequence[Marker | None]) -> Marker | None:
    """Where one of them holds; None as soon as one holds everywhere, and for no marker at all."""
    stated = [marker for marker in markers if marker is not None]
    if len(stated) < len(markers) or not stated:
        return None
    return stated[0] if len(stated) == 1 else Marker(" or ".join(f"({marker})" for marker in stated))


def remaining(marker: Marker | None, taken: Sequence[Marker | None]) -> tuple[Marker | None, bool]:
    """The part of `marker` that none of `taken` covers, and whether there is any."""
    try:
        covered = FALSE
        for part in taken:
            covered = covered | parse_marker(part)
        rest = ~covered & parse_marker(marker)
        return _marker(rest), not rest.is_false
    except (InvalidMarker, MarkerTooComplex):
        return marker, not any(part is None for part in taken)


def overlap(first: Marker | None, second: Marker | None) -> bool:
    """Some environment lies in both."""
    try:
        return not parse_marker(first).is_disjoint(parse_marker(second))
    except (InvalidMarker, MarkerTooComplex):
        return False


def _marker(tree: MarkerTree) -> Marker | None:
    text = tree.text()
    return None if text is None else Marker(text)


def check_environments(environments: Sequence[Marker], requires_python: SpecifierSet | None) -> None:
    """Raises `RefusedSettings` for entries that overlap each other, or that requires-python rules out altogether."""
    try:
        trees = [parse_marker(marker) for marker in environments]
        pair = overlapping(trees)
        if pair is not None:
            first, second = (trees[position] for position in pair)
            raise RefusedSettings(
                f"Supported environments must be disjoint, but the following markers overlap: `{first}` and `{second}`",
                (f"replace `{second}` with `{replacement_for_overlap(first, second)}`",),
            )
        if requires_python is not None:
            for tree in trees:
                if disjoint_from_python(tree, requires_python):
                    raise RefusedSettings(
                        f"Environment markers `{tree}` don't overlap with Python requirement `{requires_python}`"
                    )
    except (InvalidMarker, MarkerTooComplex):
        return
