"""uv's order of precedence for one option: flag, else its variable, then files from the most to the least specific."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.utils import NormalizedName

from ..model.origin import Origin
from .command_line import OFF, ON, CommandLine, Given, Option, check_choice, split_value
from .notes import Notes
from .requirement_text import parse_name
from .settings import UsageError
from .toml_file import TomlFile

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off", ""})


@dataclass(frozen=True, slots=True)
class ConfiguredTable:
    """One table of options in a file: `[tool.uv]`, `[tool.uv.pip]`, or the top level of a uv.toml."""

    file: TomlFile
    prefix: tuple[str, ...]

    def value(self, name: str) -> object:
        return self.file.table(*self.prefix).get(name)

    def origin(self, *key: str | int) -> Origin:
        return self.file.origin(*self.prefix, *key)


@dataclass(slots=True)
class Layers:
    """What a command, the variables and the files say; each question names its option once.

    `tables` are in order of precedence (for `uv pip`: `[tool.uv.pip]` of each file before `[tool.uv]` of any).
    """

    options: Mapping[str, Option]
    command: CommandLine
    environ: Mapping[str, str]
    tables: Sequence[ConfiguredTable]
    notes: Notes

    def stated(self, name: str) -> tuple[Given, ...]:
        """The flag's values; without the flag those of its variable. A variable behind a flag is listed as unused."""
        option = self.options.get(name)
        if option is None:
            return ()
        flags = self.command.given.get(name, ())
        variable = self._variable(option)
        if not flags:
            return variable
        for hidden in variable:
            self.notes.leave(hidden.origin.name, hidden.value, hidden.origin, f"{flags[0].origin.name} is given")
        values = []
        for given in flags:
            parts = split_value(option, given.value) if option.takes_value else [given.value]
            values += [Given(part, given.origin) for part in parts]
        return tuple(values)

    def _variable(self, option: Option) -> tuple[Given, ...]:
        text = self.environ.get(option.variable or "")
        if option.variable is None or text is None or not text.strip():
            return ()
        origin = Origin("variable", option.variable)
        if not option.takes_value:
            return (Given(boolean_text(text, option.variable), origin),)
        values = split_value(option, text) if option.separator else [text.strip()]
        for value in values:
            check_choice(option, value, option.variable)
        return tuple(Given(value, origin) for value in values)

    def configured(self, name: str) -> Iterator[tuple[object, ConfiguredTable]]:
        """The values of a key in all tables, most specific first."""
        for table in self.tables:
            value = table.value(name)
            if value is not None:
                yield value, table

    def one(self, name: str, key: str | None = None) -> Given | None:
        """The value in force of an option with one value; noted."""
        stated = self.stated(name)
        found = [stated[-1]] if stated else []
        for value, table in self.configured(key or name):
            origin = table.origin(key or name)
            if not isinstance(value, str):
                raise UsageError(f"{origin}: expected a text.")
            option = self.options.get(name)
            if option is not None:
                check_choice(option, value, str(origin))
            found.append(Given(value, origin))
        return self._first(name, found)

    def switch(self, name: str, key: str | None = None) -> Given | None:
        """The value in force of a switch; noted."""
        found = [Given(given.value, given.origin) for given in self.stated(name)[-1:]]
        for value, table in self.configured(key or name):
            origin = table.origin(key or name)
            if not isinstance(value, bool):
                raise UsageError(f"{origin}: expected true or false.")
            found.append(Given(ON if value else OFF, origin))
        return self._first(name, found)

    def is_on(self, name: str, key: str | None = None) -> bool:
        """As `switch`; False where nobody says anything."""
        given = self.switch(name, key)
        return given is not None and given.is_on

    def all(self, name: str, key: str | None = None) -> list[Given]:
        """Every value of an option with several, in order of precedence; noted."""
        found = [*self.stated(name), *self.texts(key or name)]
        for given in found:
            self.notes.note(name, given.value, given.origin)
        return found

    def texts(self, key: str) -> list[Given]:
        """The texts that files list under `key`."""
        found = []
        for value, table in self.configured(key):
            if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
                raise UsageError(f"{table.origin(key)}: expected a list of texts.")
            found += [Given(part, table.origin(key, number)) for number, part in enumerate(value)]
        return found

    def packages(self, name: str) -> frozenset[NormalizedName]:
        """As `all`, for package names."""
        return frozenset(parse_name(given.value, str(given.origin)) for given in self.all(name))

    def _first(self, name: str, found: Sequence[Given]) -> Given | None:
        if not found:
            return None
        self.notes.note(name, found[0].value, found[0].origin)
        for hidden in found[1:]:
            self.notes.leave(name, hidden.value, hidden.origin, f"{found[0].origin} says {found[0].value}")
        return found[0]


def boolean_text(text: str, where: str) -> str:
    """`1`, `yes`, `on`, … → `true`. Raises `UsageError` for what is neither true nor false."""
    lowered = text.strip().lower()
    if lowered in _TRUE:
        return ON
    if lowered in _FALSE:
        return OFF
    raise UsageError(f"{where}: {text[:40]!r} is neither true nor false.")


def by_name(options: Iterable[Option]) -> dict[str, Option]:
    """A table of options by name."""
    return {option.name: option for option in options}
