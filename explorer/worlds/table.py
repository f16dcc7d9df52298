"""Strict reading of TOML tables: a wrong type or an unknown key is an error that says where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from ..settings.toml_file import Key, dotted

T = TypeVar("T")

_KINDS: Final[Mapping[type, str]] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


class BadWorld(ValueError):
    """A world's description is wrong. `what` is the complaint, `key` where it stands in the file called `name`."""

    def __init__(self, what: str, name: str = "", key: Key = ()) -> None:
        super().__init__(": ".join(part for part in (name, dotted(key), what) if part))
        self.what = what
        self.name = name
        self.key = key


class Table:
    """One table of a TOML file; `name` is how errors call the file. Ask for each key once, then `finish`."""

    def __init__(self, values: object, name: str, key: Key = ()) -> None:
        self.name = name
        self.key = key
        if not isinstance(values, dict):
            raise self.error("expected a table")
        self._rest: dict[str, object] = dict(values)

    def error(self, what: str, *key: str | int) -> BadWorld:
        """The error that something is wrong at `key` of this table."""
        return BadWorld(what, self.name, (*self.key, *key))

    def take(self, key: str, kind: type[T], default: T) -> T:
        """The value of `key`, or `default`. Raises `BadWorld` for another type."""
        value = self._rest.pop(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(f"expected {_KINDS[kind]}, not {value!r:.60}", key)
        return value

    def text(self, key: str, default: str | None = None) -> str | None:
        """The text of `key`, None where it is missing and there is no default."""
        return self.take(key, str, default) if key in self._rest or default is not None else None

    def need(self, key: str, *, may_be_empty: bool = False) -> str:
        """The text of a key that must be there (passwords may be empty, names may not)."""
        if key not in self._rest:
            raise self.error(f"{key} is missing")
        text = self.take(key, str, "")
        if not text.strip() and not may_be_empty:
            raise self.error("must not be empty", key)
        return text

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts."""
        values = self.take(key, list, list(default))
        for number, value in enumerate(values):
            if not isinstance(value, str):
                raise self.error(f"expected a text, not {value!r:.60}", key, number)
        return tuple(values)

    def mapping(self, key: str, kind: type[T]) -> Mapping[str, T]:
        """A table whose values all are of `kind`."""
        values = self.take(key, dict, {})
        for name, value in values.items():
            if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
                raise self.error(f"expected {_KINDS.get(kind, kind.__name__)}, not {value!r:.60}", key, name)
        return values

    def tables(self, key: str) -> list[Table]:
        """An array of tables."""
        return [
            Table(value, self.name, (*self.key, key, number)) for number, value in enumerate(self.take(key, list, []))
        ]

    def table(self, key: str) -> Table | None:
        """A table, None where it is missing."""
        return Table(self._rest.pop(key), self.name, (*self.key, key)) if key in self._rest else None

    def raw(self, key: str, default: object = None) -> object:
        """The value as it stands, for keys that take several types."""
        return self._rest.pop(key, default)

    def finish(self) -> None:
        """Raises `BadWorld` where a key was not asked for."""
        if self._rest:
            unknown = min(self._rest)
            raise BadWorld(f"unknown key {unknown!r}", self.name, (*self.key, unknown))
