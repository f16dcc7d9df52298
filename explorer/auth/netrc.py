"""netrc files: a bounded reader for what uv and pip look up in them (auth.md section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..model.credentials import Credentials, Secret

MAX_SIZE: Final = 1 << 20
"""Bytes of a netrc file."""
_BLANK: Final = " \t\r\n"
_TOP: Final = frozenset({"machine", "default", "macdef"})


class InvalidNetrc(ValueError):
    """The file is no netrc file; the message names the line, never its text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one `machine` (or `default`) says."""

    login: str = ""
    password: Secret = field(default=Secret(""))
    account: str = ""


@dataclass(frozen=True, slots=True)
class Netrc:
    """Machines by name; `default` is the entry for all others."""

    machines: Mapping[str, Entry]
    default: Entry | None = None

    def entry(self, host: str) -> Entry | None:
        """The entry for a host (without port): its own, else the default one."""
        return self.machines.get(host, self.default)

    def credentials(self, host: str, user: str | None = None) -> Credentials | None:
        """What a request to `host` would carry; with a user known, only if the login is equal (uv's rule)."""
        entry = self.entry(host)
        if entry is None or (user is not None and user != entry.login):
            return None
        return Credentials(entry.login or None, entry.password)


EMPTY: Final = Netrc({})


def read_netrc(path: Path | None) -> Netrc:
    """The parsed file; empty where there is none. Raises `InvalidNetrc`, `OSError`."""
    if path is None or not path.is_file():
        return EMPTY
    with path.open("rb") as file:
        data = file.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise InvalidNetrc(f"longer than {MAX_SIZE} bytes")
    return parse_netrc(data.decode("utf-8", "replace"))


def parse_netrc(text: str) -> Netrc:
    """Parse as Python's netrc module and uv do: tokens, quotes, backslashes, comments, `default`, `macdef`.

    Raises `InvalidNetrc`.
    """
    machines: dict[str, Entry] = {}
    default: Entry | None = None
    lexer = _Lexer(text)
    for token in lexer.top():
        if token == "macdef":
            lexer.skip_macro()
            continue
        if token not in _TOP:
            raise InvalidNetrc(f"line {lexer.line}: expected machine, default or macdef")
        name = lexer.token() if token == "machine" else ""
        if token == "machine" and not name:
            raise InvalidNetrc(f"line {lexer.line}: a machine without a name")
        entry = _entry(lexer)
        if token == "default" or name == "default":
            default = entry
        else:
            machines[name] = entry
    return Netrc(machines, default)


def _entry(lexer: _Lexer) -> Entry:
    values = {"login": "", "password": "", "account": ""}
    for token in lexer.top():
        if token in _TOP:
            lexer.push(token)
            break
        key = "login" if token == "user" else token
        if key not in values:
            raise InvalidNetrc(f"line {lexer.line}: expected login, password or account")
        values[key] = lexer.token()
    return Entry(values["login"], Secret(values["password"]), values["account"])


class _Lexer:
    """Splits the text into tokens; `line` counts from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._pushed: str | None = None
        self.line = 1

    def push(self, token: str) -> None:
        """Give one token back."""
        self._pushed = token

    def top(self) -> Iterator[str]:
        """The tokens where a keyword may stand, without comments."""
        while True:
            line = self.line
            token = self.token()
            if not token:
                return
            if token.startswith("#"):
                if self.line == line:
                    self._skip_line()
                continue
            yield token

    def token(self) -> str:
        """The next token; empty at the end of the text (or for an empty quoted one)."""
        if self._pushed is not None:
            token, self._pushed = self._pushed, None
            return token
        character = self._next()
        while character and character in _BLANK:
            character = self._next()
        if character == '"':
            return self._quoted()
        characters = []
        while character and character not in _BLANK:
            characters.append(self._next() or " " if character == "\\" else character)
            character = self._next()
        return "".join(characters)

    def skip_macro(self) -> None:
        """A macro ends at the first blank line."""
        self.token()
        while self._skip_line():
            pass

    def _quoted(self) -> str:
        token = []
        while (character := self._next()) and character != '"':
            token.append(self._next() or " " if character == "\\" else character)
        return "".join(token)

    def _skip_line(self) -> str:
        end = self._text.find("\n", self._at)
        end = len(self._text) if end < 0 else end
        skipped = self._text[self._at : end]
        self._at = min(end + 1, len(self._text))
        self.line += 1
        return skipped.strip()

    def _next(self) -> str:
        if self._at >= len(self._text):
            return ""
        character = self._text[self._at]
        self._at += 1
        if character == "\n":
            self.line += 1
        return character
