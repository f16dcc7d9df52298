"""Strict reading of TOML tables: a wrong type or an unknown key is an error that says where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


class BadWorld(ValueError):
    """A world's description is wrong; the message names the key."""


class Table:
    """One table of a TOML file; `place` is how errors call it. Ask for each key once, then `finish`."""

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, dict):
            raise BadWorld(f"{place}: expected a table")
        self._rest: dict[str, object] = dict(values)
        self.place = place

    def take(self, key: str, kind: type[T], default: T) -> T:
        """The value of `key`, or `default`. Raises `BadWorld` for another type."""
        value = self._rest.pop(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise BadWorld(f"{self.place}: {key}: expected {kind.__name__}, not {value!r:.60}")
        return value

    def text(self, key: str, default: str | None = None) -> str | None:
        """The text of `key`, None where it is missing and there is no default."""
        return self.take(key, str, default) if key in self._rest or default is not None else None

    def need(self, key: str) -> str:
        """The text of a key that must be there."""
        if key not in self._rest:
            raise BadWorld(f"{self.place}: {key} is missing")
        return self.take(key, str, "")

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        values = self.take(key, list, list(default))
        if not all(isinstance(value, str) for value in values):
            raise BadWorld(f"{self.place}: {key}: expected a list of texts")
        return tuple(values)

    def mapping(self, key: str, kind: type[T]) -> Mapping[str, T]:
        """A table whose values all are of `kind`."""
        values = self.take(key, dict, {})
        for name, value in values.items():
            if not isinstance(value, kind):
                raise BadWorld(f"{self.place}: {key}: {name}: expected {kind.__name__}, not {value!r:.60}")
        return values

    def tables(self, key: str) -> list[Table]:
        """An array of tables."""
        return [
            Table(value, f"{self.place}: {key} {number}") for number, value in enumerate(self.take(key, list, []), 1)
        ]

    def table(self, key: str) -> Table | None:
        """A table, None where it is missing."""
        return Table(self._rest.pop(key), f"{self.place}: {key}") if key in self._rest else None

    def raw(self, key: str, default: object = None) -> object:
        """The value as it stands, for keys that take several types."""
        return self._rest.pop(key, default)

    def finish(self) -> None:
        """Raises `BadWorld` where a key was not asked for."""
        if self._rest:
            raise BadWorld(f"{self.place}: unknown key {min(self._rest)!r}")
