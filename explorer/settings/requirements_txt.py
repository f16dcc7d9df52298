"""Requirement files: requirements, constraints, and the option lines that change where and what is searched.

The grammar is pip's (requirements file format); uv reads the same files with a few differences, which `Reader` names.
Relative `-r` and `-c` files are relative to the file that names them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from packaging.utils import NormalizedName

from ..model.origin import Origin
from ..model.requirement import Requirement
from ..model.url import mask_url
from .command_line import Given
from .notes import Notes
from .requirement_text import parse_name, parse_requirement
from .settings import RefusedSettings, UsageError
from .toml_file import read_text, shown_path

MAX_FILES: Final = 500
MAX_LINES: Final = 200_000
MAX_DEPTH: Final = 40

_VARIABLE: Final = re.compile(r"\$\{([A-Z0-9_]+)\}")
_COMMENT: Final = re.compile(r"(^|\s+)#.*$")
_OPTION: Final = re.compile(r"^(?P<name>--?[A-Za-z][A-Za-z-]*)(?:\s*=\s*|\s+|$)(?P<value>.*)$")
_HASH: Final = re.compile(r"\s--hash(?:\s*=\s*|\s+)(?P<hash>\S+)")
_LINE_OPTIONS: Final = re.compile(
    r"\s--(?:config-settings?|global-option|install-option)(?:\s*=\s*|\s+)(?:\"[^\"]*\"|'[^']*'|\S+)"
)

_LONG_NAMES: Final[Mapping[str, str]] = {
    "-r": "--requirement", "-c": "--constraint", "-e": "--editable", "-i": "--index-url", "-f": "--find-links",
    "--pypi-url": "--index-url",
}  # fmt: skip

_SWITCHES: Final = frozenset({"--no-index", "--require-hashes", "--pre", "--prefer-binary"})
_IGNORED_BY_UV: Final = frozenset({"--pre", "--prefer-binary", "--trusted-host", "--use-feature"})
_VALUES: Final = frozenset(
    {
        "--requirement", "--constraint", "--editable", "--index-url", "--extra-index-url", "--find-links",
        "--no-binary", "--only-binary", "--trusted-host", "--use-feature",
    }
)  # fmt: skip
_IGNORED_BY_ALL: Final = frozenset(
    {"--use-wheel", "--no-use-wheel", "--process-dependency-links", "--always-unzip", "-Z"}
)


@dataclass(slots=True)
class RequirementsFile:
    """What one file and all files that it includes say, in reading order.

    `index_lines` are the lines that name an index, in order: (`index-url` | `extra-index-url` | `no-index`, value).
    """

    requirements: list[Requirement] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    index_lines: list[tuple[Literal["index-url", "extra-index-url", "no-index"], Given]] = field(default_factory=list)
    find_links: list[tuple[Given, Path]] = field(default_factory=list)
    no_binary: list[Given] = field(default_factory=list)
    only_binary: list[Given] = field(default_factory=list)
    trusted_hosts: list[Given] = field(default_factory=list)
    require_hashes: Given | None = None
    pre: Given | None = None
    prefer_binary: Given | None = None

    def add(self, other: RequirementsFile) -> None:
        """What an included file says, at the place where it is included."""
        self.requirements += other.requirements
        self.constraints += other.constraints
        self.index_lines += other.index_lines
        self.find_links += other.find_links
        self.no_binary += other.no_binary
        self.only_binary += other.only_binary
        self.trusted_hosts += other.trusted_hosts
        self.require_hashes = self.require_hashes or other.require_hashes
        self.pre = self.pre or other.pre
        self.prefer_binary = self.prefer_binary or other.prefer_binary

    @property
    def no_index(self) -> Given | None:
        return next((given for name, given in self.index_lines if name == "no-index"), None)


@dataclass(slots=True)
class Reader:
    """Reads requirement files for one command.

    `directory` is the working folder: relative requirements are relative to it (uv) or to the file (pip). `tool`
    decides what only warns: uv does not obey --pre, --prefer-binary, --trusted-host and --use-feature lines.
    """

    tool: Literal["uv", "pip"]
    directory: Path
    environ: Mapping[str, str]
    notes: Notes
    seen: set[tuple[Path, bool]] = field(default_factory=set)

    def read(self, name: str, where: str, *, constraint: bool = False) -> RequirementsFile:
        """The file `name`, which `where` asks for. Raises `UsageError` that names file and line."""
        return self._read_file(self._path(name, self.directory, where), where, constraint, 0)

    def read_lines(self, text: str, path: Path, *, constraint: bool = False) -> RequirementsFile:
        """`text` as the content of `path` (an output file's, or what tests give)."""
        return self._read_text(text, path, shown_path(path, self.directory), constraint, 0)

    def _path(self, name: str, folder: Path, where: str) -> Path:
        if name == "-":
            raise UsageError(f"{where}: requirements on standard input cannot be explored; write them to a file.")
        if re.match(r"(?i)https?://", name):
            raise UsageError(f"{where}: {mask_url(name)} lies behind a URL; download the file and name it instead.")
        text = re.sub(r"(?i)^file:(//)?", "", name)
        path = Path(text).expanduser() if text.startswith("~") else Path(text)
        return folder / path

    def _read_file(self, path: Path, where: str, constraint: bool, depth: int) -> RequirementsFile:
        shown = shown_path(path, self.directory)
        try:
            identity = (path.resolve(), constraint)
        except OSError:
            identity = (path, constraint)
        if identity in self.seen:
            return RequirementsFile()
        self.seen.add(identity)
        if len(self.seen) > MAX_FILES or depth > MAX_DEPTH:
            raise UsageError(f"{where}: too many requirements files include each other.")
        if not path.is_file():
            raise UsageError(f"{where}: the file {shown} does not exist.")
        return self._read_text(read_text(path, shown), path, shown, constraint, depth)

    def _read_text(self, text: str, path: Path, shown: str, constraint: bool, depth: int) -> RequirementsFile:
        found = RequirementsFile()
        for number, line in logical_lines(text, shown):
            line = expand_variables(line, self.environ)
            origin = Origin("requirement line", shown, number)
            if line.startswith("-"):
                self._option(line, origin, path, found, constraint, depth)
            else:
                self._requirement(line, origin, path, found, constraint, editable=False)
        return found

    def _requirement(
        self, line: str, origin: Origin, path: Path, found: RequirementsFile, constraint: bool, *, editable: bool
    ) -> None:
        padded = f" {line}"
        hashes = tuple(match["hash"] for match in _HASH.finditer(padded))
        text = _LINE_OPTIONS.sub("", _HASH.sub("", padded)).strip()
        if not editable and text.lower().endswith((".txt", ".in")) and not re.search(r"[<>=@;\s]", text):
            raise UsageError(f"{origin}: {text} looks like a requirements file; did you mean `-r {text}`?")
        folder = path.parent if self.tool == "pip" else self.directory
        requirement = parse_requirement(text, origin, folder, editable=editable, hashes=hashes)
        if constraint and editable:
            raise UsageError(f"{origin}: a constraint cannot be editable.")
        (found.constraints if constraint else found.requirements).append(requirement)

    def _option(
        self, line: str, origin: Origin, path: Path, found: RequirementsFile, constraint: bool, depth: int
    ) -> None:
        match = _OPTION.match(line) or re.match(r"^(?P<name>-[rceif])(?P<value>\S.*)$", line)
        name = _LONG_NAMES.get(match["name"], match["name"]) if match else ""
        value = _unquoted(match["value"].strip()) if match else ""
        if match and name not in _SWITCHES | _VALUES | _IGNORED_BY_ALL:
            short = re.match(r"^(?P<name>-[rceif])(?P<value>[^\s-].*)$", line)
            if short:
                name, value = _LONG_NAMES[short["name"]], _unquoted(short["value"].strip())
        if self.tool == "uv" and name in _IGNORED_BY_UV:
            self.notes.leave(name, value or "true", origin, "uv ignores this option in requirements files")
            self.notes.warn(f"{origin}: uv ignores {name} in requirements files.")
        elif name in _SWITCHES:
            self._switch(name, Given("true", origin), found)
        elif name in _VALUES:
            if not value:
                raise UsageError(f"{origin}: {name} needs a value.")
            self._value(name, Given(value, origin), path, found, constraint, depth)
        elif name not in _IGNORED_BY_ALL:
            raise UsageError(f"{origin}: {mask_url(line)[:80]!r} is no option of a requirements file.")

    def _switch(self, name: str, given: Given, found: RequirementsFile) -> None:
        match name:
            case "--no-index":
                found.index_lines.append(("no-index", given))
            case "--require-hashes":
                found.require_hashes = found.require_hashes or given
            case "--pre":
                found.pre = found.pre or given
            case _:
                found.prefer_binary = found.prefer_binary or given

    def _value(
        self, name: str, given: Given, path: Path, found: RequirementsFile, constraint: bool, depth: int
    ) -> None:
        match name:
            case "--requirement" | "--constraint":
                inner = self._path(given.value, path.parent, str(given.origin))
                found.add(self._read_file(inner, str(given.origin), constraint or name == "--constraint", depth + 1))
            case "--editable":
                self._requirement(given.value, given.origin, path, found, constraint, editable=True)
            case "--index-url":
                if self.tool == "uv" and any(name == "index-url" for name, _ in found.index_lines):
                    raise RefusedSettings(f"{given.origin}: multiple `--index-url` values provided")
                found.index_lines.append(("index-url", given))
            case "--extra-index-url":
                found.index_lines.append(("extra-index-url", given))
            case "--find-links":
                beside = path.parent if (path.parent / given.value).exists() else self.directory
                found.find_links.append((given, beside))
            case "--no-binary":
                found.no_binary.append(given)
            case "--only-binary":
                found.only_binary.append(given)
            case "--trusted-host":
                found.trusted_hosts.append(given)
            case _:
                self.notes.leave(name, given.value, given.origin, "has no effect on a resolution here")


def logical_lines(text: str, shown: str) -> Iterator[tuple[int, str]]:
    """(number of its first line, content) of each line that says something: continued lines joined, no comments."""
    started = 0
    parts: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if number > MAX_LINES:
            raise UsageError(f"{shown} has more than {MAX_LINES} lines.")
        is_comment = line.lstrip().startswith("#")
        if not parts:
            started = number
        if line.endswith("\\") and not is_comment:
            parts.append(line[:-1])
            continue
        parts.append("" if is_comment else line)
        joined, parts = _COMMENT.sub("", "".join(parts)).strip(), []
        if joined:
            yield started, joined
    joined = _COMMENT.sub("", "".join(parts)).strip()
    if joined:
        yield started, joined


def expand_variables(text: str, environ: Mapping[str, str]) -> str:
    """`${NAME}` replaced where the variable is set and not empty; anything else stays (pip and uv alike)."""
    return _VARIABLE.sub(lambda match: environ.get(match[1]) or match[0], text)


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"'):
        try:
            return " ".join(shlex.split(value))
        except ValueError:
            return value
    return value


def package_choice(
    givens: list[Given], earlier: tuple[bool, frozenset[NormalizedName]] = (False, frozenset())
) -> tuple[bool, frozenset[NormalizedName]]:
    """Values of --no-binary or --only-binary in order → (all packages, these packages); `:none:` starts afresh."""
    everything, names = earlier
    for given in givens:
        for part in re.split(r"[,\s]+", given.value.strip()):
            match part:
                case "":
                    continue
                case ":all:":
                    everything, names = True, frozenset()
                case ":none:":
                    everything, names = False, frozenset()
                case _:
                    names |= {parse_name(part, str(given.origin))}
    return everything, names
