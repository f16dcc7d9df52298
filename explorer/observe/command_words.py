"""The words of a command with the option that each belongs to, in their order, so that some can be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..settings.command_line import Option, Style


@dataclass(frozen=True, slots=True)
class Piece:
    """An argument (no option), or one option as written: `spelling`, and its `value` where it takes one."""

    option: Option | None
    spelling: str
    value: str | None = None

    @property
    def name(self) -> str:
        """The option's name, "" for an argument."""
        return self.option.name if self.option is not None else ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words as they are handed to the tool."""
        if self.value is None:
            return (self.spelling,)
        if self.spelling.startswith("--"):
            return (f"{self.spelling}={self.value}",)
        return (self.spelling, self.value)

    def with_text(self, change: Callable[[str], str]) -> Piece:
        """The same with its value, or the argument itself, changed."""
        if self.value is not None:
            return Piece(self.option, self.spelling, change(self.value))
        return self if self.option is not None else Piece(None, change(self.spelling))


def pieces(arguments: Sequence[str], options: Sequence[Option], style: Style) -> list[Piece]:
    """`arguments` taken apart by the table `options`; words that it does not know stand for themselves."""
    on = {spelling: option for option in options for spelling in option.spellings}
    off = {spelling: option for option in options for spelling in option.off}
    return list(_pieces(list(arguments), on, off, style))


def _pieces(rest: list[str], on: dict[str, Option], off: dict[str, Option], style: Style) -> Iterator[Piece]:
    while rest:
        word = rest.pop(0)
        if word == "--":
            yield from (Piece(None, argument) for argument in rest)
            return
        if word.startswith("--"):
            yield _long(word, rest, on, off, style)
        elif word.startswith("-") and len(word) > 1:
            yield from _short(word, rest, on)
        else:
            yield Piece(None, word)
            if style.words_end_options:
                yield from (Piece(None, argument) for argument in rest)
                return


def _long(word: str, rest: list[str], on: dict[str, Option], off: dict[str, Option], style: Style) -> Piece:
    spelling, equals, value = word.partition("=")
    if style.abbreviations and spelling not in on and spelling not in off:
        full = [known for known in (*on, *off) if known.startswith(spelling)]
        spelling = full[0] if len(full) == 1 else spelling
    option = on.get(spelling)
    if option is None or not option.takes_value:
        return Piece(option or off.get(spelling), word)
    if equals:
        return Piece(option, spelling, value)
    return Piece(option, spelling, rest.pop(0)) if rest else Piece(option, word)


def _short(word: str, rest: list[str], on: dict[str, Option]) -> Iterator[Piece]:
    for position, letter in enumerate(word[1:], 2):
        option = on.get(f"-{letter}")
        if option is not None and option.takes_value:
            value = word[position:].removeprefix("=")
            if not value and not rest:
                yield Piece(option, f"-{letter}")
            else:
                yield Piece(option, f"-{letter}", value or rest.pop(0))
            return
        yield Piece(option, f"-{letter}")
