"""A TOML file with the line of each key and list element: tomllib for the values, a small scanner for the lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..model.origin import Origin
from .settings import UsageError

MAX_FILE_BYTES: Final = 32 * 1024 * 1024
"""More than any lock file needs."""

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed file: its content, how messages name it, and on which line each key stands."""

    path: Path
    shown: str
    content: Mapping[str, Any]
    lines: Mapping[Key, int] = field(repr=False, default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.path.parent

    def origin(self, *key: str | int) -> Origin:
        """Where `key` stands; a key without a line of its own has that of the nearest table or list around it."""
        line = None
        for length in range(len(key), 0, -1):
            line = self.lines.get(key[:length])
            if line is not None:
                break
        return Origin("file", self.shown, line, dotted(key) or None)

    def table(self, *key: str) -> Mapping[str, Any]:
        """The table at `key`; an absent one is empty. Raises `UsageError` where something else stands there."""
        value: Any = self.content
        for position, part in enumerate(key):
            value = value.get(part)
            if value is None:
                return {}
            if not isinstance(value, Mapping):
                raise self.error(key[: position + 1], "expected a table")
        return value if isinstance(value, Mapping) else {}

    def entries(self, *key: str) -> list[Any]:
        """The list at `key`; an absent one is empty. Raises `UsageError` where something else stands there."""
        value = self.table(*key[:-1]).get(key[-1], [])
        if not isinstance(value, list):
            raise self.error(key, "expected a list")
        return value

    def texts(self, *key: str) -> list[str]:
        """As `entries`, of texts only."""
        found = self.entries(*key)
        for number, entry in enumerate(found):
            if not isinstance(entry, str):
                raise self.error((*key, number), "expected a text")
        return found

    def error(self, key: Key, what: str) -> UsageError:
        """A `UsageError` that names file, line and key."""
        return UsageError(f"{self.origin(*key)}: {what}.")


class BrokenToml(UsageError):
    """The text is no TOML, or no UTF-8; the message names file and line."""


def dotted(key: Key) -> str:
    """`("tool", "uv", "index", 0, "url")` → `tool.uv.index[1].url` (people count from 1)."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def shown_path(path: Path, directory: Path) -> str:
    """How messages name a file: relative to the project's folder where it lies below it."""
    try:
        return path.relative_to(directory).as_posix() or "."
    except ValueError:
        return str(path)


def read_text(path: Path, shown: str) -> str:
    """The text of a file. Raises `UsageError` where it cannot be read, is too large or no UTF-8."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UsageError(f"{shown} is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenToml(f"{shown} is no UTF-8 text (byte {error.start}).") from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror or error}.") from None
    except ValueError as error:  # a NUL in the name
        raise UsageError(f"{shown} cannot be read: {error}.") from None


def read_toml(path: Path, shown: str) -> TomlFile:
    """Read and parse. Raises `BrokenToml` (names the line) and `UsageError` (cannot be read)."""
    return parse_toml(read_text(path, shown), path, shown)


def parse_toml(text: str, path: Path, shown: str, *, with_lines: bool = True) -> TomlFile:
    """Parse `text` as the content of `path`; lines of keys cost time in large files. Raises `BrokenToml`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)|\(at end of document\)", str(error))
        line = place[1] if place and place[1] else str(text.count("\n") + 1)
        what = str(error).removesuffix(place[0]).strip() if place else str(error)
        raise BrokenToml(f"{shown}:{line}: this is no valid TOML: {what}.") from None
    except RecursionError:
        raise BrokenToml(f"{shown}: tables are nested too deeply.") from None
    return TomlFile(path, shown, content, key_lines(text) if with_lines else {})


_TOKEN: Final = re.compile(
    r'(?P<multi>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5})'
    r'|(?P<text>"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<space>[ \t\r]+)"
    r"|(?P<mark>[\[\]{}=,.])"
    r"|(?P<bare>[^\s\[\]{}=,.#\"']+)"
    r"|(?P<other>.)",
    re.DOTALL,
)


def key_lines(text: str) -> dict[Key, int]:
    """The line of each table, key and list element of a valid TOML text; of anything else: something, quickly."""
    return _LineScanner(text).scan()


class _LineScanner:
    """Follows headers, keys and brackets; values themselves are not looked at."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str, int]] = []
        line = 1
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or "other"
            if kind not in ("space", "comment"):
                self._tokens.append((kind, match[0], line))
            line += match[0].count("\n")
        self._position = 0
        self._lines: dict[Key, int] = {}
        self._repeats: dict[Key, int] = {}

    def scan(self) -> dict[Key, int]:
        table: Key = ()
        while self._position < len(self._tokens):
            kind, text, line = self._tokens[self._position]
            if kind == "newline":
                self._position += 1
            elif text == "[":
                table = self._header()
                self._lines.setdefault(table, line)
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Key:
        self._position += 1
        double = self._text() == "["
        if double:
            self._position += 1
        parts = self._key("]")
        while self._position < len(self._tokens) and self._tokens[self._position][0] != "newline":
            self._position += 1
        key: Key = ()
        for number, part in enumerate(parts):
            key = (*key, part)
            last = number == len(parts) - 1
            if last and double:
                self._repeats[key] = self._repeats.get(key, -1) + 1
            if key in self._repeats:
                key = (*key, self._repeats[key])
        return key

    def _pair(self, table: Key) -> None:
        line = self._tokens[self._position][2]
        start = self._position
        key = (*table, *self._key("="))
        for length in range(len(table) + 1, len(key) + 1):
            self._lines.setdefault(key[:length], line)
        self._position += 1
        self._value(key, 0)
        if self._position <= start:
            self._position = start + 1

    def _key(self, end: str) -> tuple[str, ...]:
        parts = []
        while self._position < len(self._tokens):
            kind, text, _ = self._tokens[self._position]
            if text == end or kind == "newline":
                break
            if kind in ("bare", "text"):
                parts.append(text[1:-1] if kind == "text" else text)
            self._position += 1
        return tuple(parts)

    def _value(self, key: Key, depth: int) -> None:
        opened = self._text()
        if opened == "[" and depth < 64:
            self._list(key, depth)
        elif opened == "{" and depth < 64:
            self._inline_table(key, depth)
        else:
            self._skip_scalar()

    def _list(self, key: Key, depth: int) -> None:
        self._position += 1
        number = 0
        while self._position < len(self._tokens) and self._text() != "]":
            kind, text, line = self._tokens[self._position]
            if kind == "newline" or text == ",":
                self._position += 1
                continue
            self._lines.setdefault((*key, number), line)
            before = self._position
            self._value((*key, number), depth + 1)
            self._position = max(self._position, before + 1)
            number += 1
        self._position += 1

    def _inline_table(self, key: Key, depth: int) -> None:
        self._position += 1
        while self._position < len(self._tokens) and self._text() != "}":
            kind, text, line = self._tokens[self._position]
            if kind == "newline" or text == ",":
                self._position += 1
                continue
            before = self._position
            inner = (*key, *self._key("="))
            self._lines.setdefault(inner, line)
            self._position += 1
            self._value(inner, depth + 1)
            self._position = max(self._position, before + 1)
        self._position += 1

    def _skip_scalar(self) -> None:
        while self._position < len(self._tokens):
            kind, text, _ = self._tokens[self._position]
            if kind == "newline" or text in (",", "]", "}"):
                return
            self._position += 1

    def _text(self) -> str:
        return self._tokens[self._position][1] if self._position < len(self._tokens) else ""
