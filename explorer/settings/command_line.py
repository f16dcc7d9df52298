"""A command line as data: which options exist (a table per command) and what was given, each value with its origin."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..model.origin import Origin
from ..model.url import mask_url
from .settings import UsageError

MAX_WORDS: Final = 10_000
"""More words than any shell passes on purpose."""

ON: Final = "true"
OFF: Final = "false"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command.

    `spellings` are all its ways to be written; `off` those that switch it off again. `many`: each occurrence adds
    a value. `variable` stands in for the flag where the flag is absent. `separator` splits a value into several
    (" " is any white space). `matters` is False where no resolution can depend on it. `rule` is the profile's rule
    without which the option does not exist. `choices` are the values accepted, in any letter case; none means any.
    """

    name: str
    spellings: tuple[str, ...]
    off: tuple[str, ...] = ()
    takes_value: bool = False
    many: bool = False
    variable: str | None = None
    separator: str | None = None
    matters: bool = True
    rule: str | None = None
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The spelling that messages use."""
        return self.spellings[0]


@dataclass(frozen=True, slots=True)
class Given:
    """A value as text (`true` and `false` for switches) and where it was written."""

    value: str
    origin: Origin

    @property
    def is_on(self) -> bool:
        return self.value == ON


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A parsed command line: words that belong to no option, and the values of each option given, in order."""

    words: tuple[str, ...]
    given: Mapping[str, tuple[Given, ...]]


@dataclass(frozen=True, slots=True)
class Style:
    """How a tool reads its command line.

    `abbreviations`: an unambiguous beginning of a long option will do (pip). `repeats`: of a single value given twice
    the last counts (pip), else that is an error (uv). `words_end_options`: the first word ends the options (`uv run`).
    """

    abbreviations: bool = False
    repeats: bool = False
    words_end_options: bool = False


def parse_command_line(
    command: str,
    arguments: Sequence[str],
    options: Iterable[Option],
    style: Style,
    exists: Callable[[Option], bool] = lambda option: True,
) -> CommandLine:
    """`arguments` (what follows `command`) read by the table `options`.

    `exists` says whether the release at hand has the option. Raises `UsageError` for an option that the tool does not
    know (with the nearest one it does), a missing value, or a value that is not among the choices.
    """
    if len(arguments) > MAX_WORDS:
        raise UsageError(f"{command}: more than {MAX_WORDS} arguments.")
    return _Parser(command, [option for option in options if exists(option)], style).parse(arguments)


class _Parser:
    def __init__(self, command: str, options: Sequence[Option], style: Style) -> None:
        self._command = command
        self._style = style
        self._on = {spelling: option for option in options for spelling in option.spellings}
        self._off = {spelling: option for option in options for spelling in option.off}
        self._given: dict[str, list[Given]] = {}
        self._words: list[str] = []

    def parse(self, arguments: Sequence[str]) -> CommandLine:
        rest = list(reversed(arguments))
        while rest:
            word = rest.pop()
            if word == "--":
                self._words.extend(reversed(rest))
                break
            if word.startswith("--"):
                self._long(word, rest)
            elif word.startswith("-") and len(word) > 1:
                self._short(word, rest)
            else:
                self._words.append(word)
                if self._style.words_end_options:
                    self._words.extend(reversed(rest))
                    break
        return CommandLine(tuple(self._words), {name: tuple(values) for name, values in self._given.items()})

    def _long(self, word: str, rest: list[str]) -> None:
        spelling, equals, value = word.partition("=")
        spelling = self._complete(spelling)
        if spelling in self._off and not equals:
            self._keep(self._off[spelling], spelling, OFF)
        elif (option := self._on.get(spelling)) is None:
            raise self._unknown(spelling)
        elif option.takes_value:
            self._keep(option, spelling, value if equals else self._next(spelling, rest))
        elif equals:
            raise UsageError(f"{self._command}: {spelling} takes no value.")
        else:
            self._keep(option, spelling, ON)

    def _short(self, word: str, rest: list[str]) -> None:
        letters = word[1:]
        for position, letter in enumerate(letters):
            spelling = f"-{letter}"
            option = self._on.get(spelling)
            if option is None:
                raise self._unknown(spelling)
            if option.takes_value:
                value = letters[position + 1 :].removeprefix("=") or self._next(spelling, rest)
                self._keep(option, spelling, value)
                return
            self._keep(option, spelling, ON)

    def _next(self, spelling: str, rest: list[str]) -> str:
        if not rest or (rest[-1].startswith("-") and len(rest[-1]) > 1 and not self._style.repeats):
            raise UsageError(f"{self._command}: {spelling} needs a value.")
        return rest.pop()

    def _keep(self, option: Option, spelling: str, value: str) -> None:
        values = self._given.setdefault(option.name, [])
        if values and option.takes_value and not option.many and not self._style.repeats:
            raise UsageError(f"{self._command}: {spelling} is given more than once.")
        check_choice(option, value, f"{self._command}: {spelling}")
        values.append(Given(value, Origin("flag", spelling)))

    def _complete(self, spelling: str) -> str:
        if spelling in self._on or spelling in self._off or not self._style.abbreviations:
            return spelling
        known = [full for full in (*self._on, *self._off) if full.startswith(spelling)]
        return known[0] if len(known) == 1 else spelling

    def _unknown(self, spelling: str) -> UsageError:
        near = difflib.get_close_matches(spelling, [*self._on, *self._off], n=1, cutoff=0.7)
        hint = f"; did you mean {near[0]}?" if near else "."
        return UsageError(f"{self._command} has no option {mask_url(spelling)[:80]}{hint}")


def check_choice(option: Option, value: str, where: str) -> None:
    """Raises `UsageError` where `value` is not among the option's choices."""
    if option.choices and value.lower() not in option.choices:
        raise UsageError(f"{where}: {mask_url(value)[:80]!r} is none of {', '.join(option.choices)}.")


def split_value(option: Option, value: str) -> list[str]:
    """A value as the several values it holds: nothing where it is blank."""
    if option.separator is None:
        return [value] if value.strip() else []
    parts = value.split() if option.separator == " " else value.split(option.separator)
    return [part.strip() for part in parts if part.strip()]
