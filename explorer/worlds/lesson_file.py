"""Reading a lesson's TOML file: every complaint is one sentence with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from ..profiles import RULES, UnknownProfile, parse_profile
from ..settings.settings import UsageError
from ..settings.toml_file import Key, TomlFile, parse_toml
from .distributions import Distribution
from .lesson import Expected, Flip, Lesson, Outcome, Release
from .table import BadWorld, Table
from .world import World, read_world

MAX_LESSON_BYTES: Final = 256 * 1024
MAX_FILES: Final = 5_000
"""Wheels and source distributions of one world."""

MAX_INDEXES: Final = 50

_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "resolved": "resolved",
    "unsatisfiable": "unsatisfiable",
    "failed": "failed",
}
PANES: Final = ("queries", "auth", "wheels", "derivation", "answer", "indexes")
"""Panes that a lesson's run can be shown in."""

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z][\w-]*)(?:[|!][^}\n]*)?\}")
_ASKED: Final = re.compile(r"(GET|HEAD) /\S* \d{3}( as \S+)?")


def read_lesson_file(path: Path) -> Lesson:
    """The lesson in a file. Raises `BadWorld`: one sentence that names the file and, where there is one, the line."""
    shown = str(path)
    try:
        if path.stat().st_size > MAX_LESSON_BYTES:
            raise BadWorld(f"{shown}: a lesson has at most {MAX_LESSON_BYTES // 1024} kB.")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadWorld(f"{shown}: this is no UTF-8 text (byte {error.start}).") from None
    except (OSError, ValueError) as error:
        if isinstance(error, BadWorld):
            raise
        raise BadWorld(f"{shown}: {getattr(error, 'strerror', None) or error}.") from None
    return read_lesson(text, shown)


def read_lesson(text: str, name: str) -> Lesson:
    """The lesson that a TOML text describes. Raises `BadWorld`: one sentence that starts with `name:LINE:`."""
    file = _parsed(text, name)
    try:
        return _lesson(Table(file.content, name))
    except BadWorld as error:
        raise complaint_at(file, error.key, error.what) from None


def complaint_at(file: TomlFile, key: Key, what: str) -> BadWorld:
    """`what` as a sentence that says where in the file it is."""
    origin = file.origin(*key)
    line = f":{origin.line}" if origin.line else ""
    return BadWorld(": ".join(part for part in (f"{file.shown}{line}", origin.key, f"{what}.") if part))


def lines_of(path: Path) -> TomlFile:
    """A file that was read as a lesson before, with its lines."""
    return _parsed(path.read_text(encoding="utf-8-sig"), str(path))


def _parsed(text: str, name: str) -> TomlFile:
    try:
        return parse_toml(text, Path(name), name)
    except UsageError as error:
        raise BadWorld(str(error)) from None


def _lesson(table: Table) -> Lesson:
    world = read_world(table, table.name)
    profile, command = _profile(table, None), table.texts("command")
    if not command or command[0] not in ("uv", "pip"):
        raise table.error("expected the words of a uv or pip command", "command")
    if command[0] != profile.partition("@")[0]:
        raise table.error(f"{command[0]} does not run as {profile}", "command")
    expected = table.table("expected")
    if expected is None:
        raise table.error("expected is missing: state what the real tool does")
    id_ = table.need("id")
    if not _ID.fullmatch(id_):
        raise table.error("expected small letters and digits with hyphens between", "id")
    choices = table.texts("choices")
    right = table.take("right", int, 0)
    if not 2 <= len(choices) <= 5:
        raise table.error("expected two to five choices", "choices")
    if not 1 <= right <= len(choices):
        raise table.error(f"expected the number of the right choice, 1 to {len(choices)}", "right")
    lesson = Lesson(
        id=id_,
        title=table.need("title"),
        seed=table.text("seed", "") or "",
        order=table.take("order", int, 0),
        topic=table.need("topic"),
        claim=table.need("claim"),
        setup=table.need("setup"),
        question=table.need("question"),
        choices=choices,
        right=right - 1,
        answer=table.need("answer"),
        evidence=table.text("evidence", "") or "",
        pane=_pane(table),
        rules=_rules(table),
        profile=profile,
        command=command,
        expected=_expected(expected),
        flips=tuple(_flip(flip, profile, command) for flip in table.tables("flip")),
        releases=tuple(_release(release, profile) for release in table.tables("release")),
        world=world,
    )
    table.finish()
    _check_world(world, table)
    _check_placeholders(lesson, table)
    return lesson


def _flip(table: Table, profile: str, command: tuple[str, ...]) -> Flip:
    changed = _profile(table, profile)
    flip = Flip(
        change=table.need("change"),
        profile=changed,
        command=table.texts("command", command),
        files=table.mapping("files", str),
        environ=table.mapping("env", str),
        expected=_expected(table),
    )
    if not flip.command or flip.command[0] != changed.partition("@")[0]:
        raise table.error(f"expected a command of {changed.partition('@')[0]}", "command")
    return flip


def _release(table: Table, profile: str) -> Release:
    release = _profile(table, None)
    if release.partition("@")[0] != profile.partition("@")[0]:
        raise table.error(f"expected another release of {profile.partition('@')[0]}", "profile")
    return Release(profile=release, expected=_expected(table))


def _expected(table: Table) -> Expected:
    """What `table` states of a run; nothing else may be left in it."""
    word = table.need("outcome")
    if word not in _OUTCOMES:
        raise table.error(f"expected one of {', '.join(_OUTCOMES)}, not {word!r:.40}", "outcome")
    asked = table.texts("asked")
    for number, row in enumerate(asked):
        if not _ASKED.fullmatch(row):
            raise table.error("expected a request like 'GET /path 200' or 'GET /path 200 as user'", "asked", number)
    expected = Expected(
        outcome=_OUTCOMES[word],
        packages=table.mapping("packages", str),
        asked=asked,
        not_asked=table.texts("not-asked"),
    )
    table.finish()
    return expected


def _profile(table: Table, default: str | None) -> str:
    text = table.need("profile") if default is None else table.text("profile", default) or default
    try:
        parse_profile(text)
    except UnknownProfile as error:
        raise table.error(str(error).partition(": ")[2] or str(error), "profile") from None
    if "@" not in text:
        raise table.error("expected a release, as in uv@0.13.8", "profile")
    return text


def _pane(table: Table) -> str:
    pane = table.text("pane", PANES[0]) or PANES[0]
    if pane not in PANES:
        raise table.error(f"expected one of {', '.join(PANES)}, not {pane!r:.40}", "pane")
    return pane


def _rules(table: Table) -> tuple[str, ...]:
    rules = table.texts("rules")
    known = {rule for tool in RULES.values() for rule in tool}
    for number, rule in enumerate(rules):
        if rule not in known:
            raise table.error(f"there is no rule {rule!r:.60}", "rules", number)
    return rules


def _check_world(world: World, table: Table) -> None:
    """What a server could serve, but no index would: raises `BadWorld`."""
    if not world.hosts:
        raise table.error("there is no [[server]]: a lesson needs at least one index")
    placed = list(_placed_files(world))
    if len(placed) > MAX_FILES:
        raise table.error(f"a lesson's indexes hold at most {MAX_FILES} files, not {len(placed)}", "server")
    if sum(len(host.indexes) for host in world.hosts) > MAX_INDEXES:
        raise table.error(f"a lesson has at most {MAX_INDEXES} indexes", "server")
    for key, file in placed:
        try:
            Version(file.version)
        except InvalidVersion:
            raise table.error(f"{file.version!r:.60} is no version (PEP 440)", *key) from None
        try:
            SpecifierSet(file.requires_python or "")
        except InvalidSpecifier:
            raise table.error(f"requires-python: {file.requires_python!r:.60} is no specifier", *key) from None
        for requirement in (*file.requires, *(text for listed in file.extras.values() for text in listed)):
            try:
                Requirement(requirement)
            except InvalidRequirement:
                raise table.error(f"{requirement!r:.60} is no requirement (PEP 508)", *key) from None
        if file.is_wheel:
            try:
                parse_wheel_filename(file.filename)
            except (InvalidWheelFilename, ValueError):
                raise table.error(f"{file.filename!r:.90} is no name of a wheel", *key) from None


def _placed_files(world: World) -> Iterator[tuple[Key, Distribution]]:
    for number, host in enumerate(world.hosts):
        for position, index in enumerate(host.indexes):
            for name, listed in index.packages.items():
                for file in listed:
                    yield ("server", number, "index", position, "packages", name, "versions", file.version), file


def _check_placeholders(lesson: Lesson, table: Table) -> None:
    """`{name}` in the command, the variables and the project's files stands for an index: raises `BadWorld`."""
    texts: list[tuple[Key, str]] = [(("command",), word) for word in lesson.command]
    texts += [(("env", name), text) for name, text in lesson.world.environ.items()]
    texts += [(("files", name), text) for name, text in lesson.world.files.items()]
    for number, flip in enumerate(lesson.flips):
        texts += [(("flip", number, "command"), word) for word in flip.command]
        texts += [(("flip", number, "env", name), text) for name, text in flip.environ.items()]
        texts += [(("flip", number, "files", name), text) for name, text in flip.files.items()]
    for key, text in texts:
        for match in _PLACEHOLDER.finditer(text):
            if match[1] != "HOME" and lesson.world.index(match[1]) is None:
                raise table.error(f"{match[0]:.60} names no index of this lesson", *key)
    outside = [name for files in (lesson.world.files, *(flip.files for flip in lesson.flips)) for name in files]
    for name in outside:
        path = Path(name.removeprefix("~/"))
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise table.error(f"{name!r:.60} lies outside the project", "files")
