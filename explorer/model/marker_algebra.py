"""The algebra of environment markers: parse, combine, simplify, evaluate, print as uv does."""

from __future__ import annotations

from functools import lru_cache

from packaging.markers import Marker

from .marker_diagram import EXTRA as _EXTRA
from .marker_diagram import FALSE, TRUE, MarkerTooComplex, MarkerTree, within_python, yes
from .marker_parser import InvalidMarker, normalize_extra, read_marker

__all__ = [
    "FALSE",
    "TRUE",
    "InvalidMarker",
    "MarkerTooComplex",
    "MarkerTree",
    "extra_marker",
    "parse_marker",
    "within_python",
]


def parse_marker(marker: str | Marker | None) -> MarkerTree:
    """A marker's text, or packaging's marker, as a canonical marker; None (no marker) always holds.

    Comparisons that make no sense are left out, as uv does. Raises `InvalidMarker` and `MarkerTooComplex`.
    """
    return TRUE if marker is None else _parse(str(marker))


_parse = lru_cache(maxsize=4096)(read_marker)


def extra_marker(name: str) -> MarkerTree:
    """`extra == 'name'`."""
    return yes((_EXTRA, 0, normalize_extra(name)))
