"""Changes to the search list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..model.index import Index
from ..model.origin import Origin

Indexes = tuple[Index, ...]
Change = Callable[[Index], Index]


def changed(indexes: Indexes, id_: str, change: Change, origin: Origin) -> Indexes:
    """`indexes` with the change made to those called `id_`."""
    return tuple(replace(change(i), origin=origin) if i.id == id_ else i for i in indexes)


def switched(indexes: Indexes, base: Indexes, id_: str, on: bool) -> Indexes:
    """Without the index, or with it again, before those that it comes before in `base`."""
    without = tuple(i for i in indexes if i.id != id_)
    if not on or len(without) < len(indexes):
        return indexes if on else without
    returning = tuple(i for i in base if i.id == id_)
    if not returning:
        return indexes
    followers = {i.id for i in base[base.index(returning[0]) :]} - {id_}
    place = next((p for p, i in enumerate(without) if i.id in followers), len(without))
    return (*without[:place], *returning, *without[place:])


def added(indexes: Indexes, index: Index) -> Indexes:
    """One index more: as default last, else before the default. Nothing changes where one of its name is there."""
    if any(i.id == index.id for i in indexes):
        return indexes
    if index.default:
        return made_default((*indexes, index), index.id)
    last = indexes[-1:] if indexes and indexes[-1].default else ()
    return (*indexes[: len(indexes) - len(last)], index, *last)


def moved(indexes: Indexes, id_: str, by: int) -> Indexes:
    """The index `by` places later. The default is always asked last, so whatever comes to be last is it."""
    place = next((p for p, i in enumerate(indexes) if i.id == id_), None)
    if place is None:
        return indexes
    order = list(indexes)
    index = order.pop(place)
    order.insert(max(0, min(len(order), place + by)), index)
    if not any(i.default for i in indexes):
        return tuple(order)
    return tuple(replace(i, default=p == len(order) - 1) for p, i in enumerate(order))


def made_default(indexes: Indexes, id_: str) -> Indexes:
    """The index last and default; PyPI, where it stood there unasked, is gone."""
    chosen = next((i for i in indexes if i.id == id_), None)
    if chosen is None:
        return indexes
    others = [i for i in indexes if i.id != id_ and not (i.default and i.origin.kind == "default")]
    return (*(replace(i, default=False) for i in others), replace(chosen, default=True, explicit=False))
