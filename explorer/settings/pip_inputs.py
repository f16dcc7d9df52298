"""What a pip command reads: options, PIP_ variables and pip.conf files, in pip's order of precedence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..model.origin import Origin
from .command_line import ON, CommandLine, Given, Option, check_choice, split_value
from .installed import pip_environment
from .layers import boolean_text, by_name
from .notes import Notes
from .pip_files import PipEntry, configuration_paths, read_pip_file
from .settings import CommandKind, Context


@dataclass(slots=True)
class PipInputs:
    """A stronger source replaces a weaker one as a whole: the flag, then the variable, then one file after the other.

    `environment` is the folder of the environment that pip works in, None where none was found.
    """

    kind: CommandKind
    options: Mapping[str, Option]
    command: CommandLine
    environ: Mapping[str, str]
    directory: Path
    home: Path
    environment: Path | None
    entries: Sequence[PipEntry]
    notes: Notes

    def all(self, name: str) -> list[Given]:
        """The values in force, noted; those of weaker sources are listed as unused."""
        layers = [layer for layer in (self._flags(name), self._variable(name), *self._files(name)) if layer]
        if not layers:
            return []
        for given in layers[0]:
            self.notes.note(name, given.value, given.origin)
        for layer in layers[1:]:
            for hidden in layer:
                self.notes.leave(name, hidden.value, hidden.origin, f"{layers[0][0].origin} is stronger")
        return layers[0]

    def one(self, name: str) -> Given | None:
        """The value in force of an option with one value."""
        found = self.all(name)
        return found[-1] if found else None

    def text(self, name: str) -> str | None:
        given = self.one(name)
        return given.value if given is not None else None

    def is_on(self, name: str) -> bool:
        given = self.one(name)
        return given is not None and boolean_text(given.value, str(given.origin)) == ON

    def _flags(self, name: str) -> list[Given]:
        option = self.options.get(name)
        flags = self.command.given.get(name, ())
        return list(flags) if option is not None and option.many else list(flags[-1:])

    def _variable(self, name: str) -> list[Given]:
        option = self.options.get(name)
        if option is None or option.variable is None or not self.environ.get(option.variable):
            return []
        return _split(option, self.environ[option.variable], Origin("variable", option.variable))

    def _files(self, name: str) -> list[list[Given]]:
        option = self.options.get(name)
        if option is None:
            return []
        keys = {spelling.removeprefix("--") for spelling in option.spellings if spelling.startswith("--")}
        entries = [entry for entry in self.entries if entry.key in keys and entry.value.strip()]
        return [_split(option, entry.value, entry.origin) for entry in entries]


def _split(option: Option, text: str, origin: Origin) -> list[Given]:
    values = split_value(option, text) if option.separator == " " else [text.strip()]
    for value in values:
        check_choice(option, value, str(origin))
    return [Given(value, origin) for value in values]


def gather(
    kind: CommandKind, command: CommandLine, options: Sequence[Option], context: Context, notes: Notes
) -> PipInputs:
    """Find the environment and read the files of a command. Raises `UsageError` for a file that pip cannot parse."""
    python = command.given.get("python")
    environment = pip_environment(context.environ, context.directory, python[-1].value if python else None)
    environ, isolated = context.environ, "isolated" in command.given
    if isolated:
        environ = {name: value for name, value in environ.items() if not name.startswith("PIP_")}
    section = kind.removeprefix("pip ")
    found: list[PipEntry] = []
    for path in configuration_paths(environ, context.home, environment, isolated=isolated):
        if path.is_file():
            found += [entry for entry in read_pip_file(path) if entry.section in ("global", section)]
    found.sort(key=lambda entry: entry.section != "global")
    return PipInputs(
        kind=kind,
        options=by_name(options),
        command=command,
        environ=environ,
        directory=context.directory,
        home=context.home,
        environment=environment,
        entries=found[::-1],
        notes=notes,
    )
