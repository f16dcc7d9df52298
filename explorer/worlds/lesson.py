"""The built-in lessons: each a world with a claim, a question, and what the real tool did there."""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from ..profiles import Profile, UnknownProfile, parse_profile
from ..settings.settings import Context
from .server import WorldServer
from .table import BadWorld, Table
from .world import World, read_world

Outcome = Literal["resolved", "unsatisfiable", "failed"]

_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "resolved": "resolved",
    "unsatisfiable": "unsatisfiable",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the real tool did: outcome, versions, some of its requests (`GET /path 200 as user`), paths never asked."""

    outcome: Outcome
    packages: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A change (in words) that turns the outcome: another profile or command, other files or variables."""

    change: str
    profile: str
    command: tuple[str, ...]
    files: Mapping[str, str]
    environ: Mapping[str, str]
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A world to explore. `seed` is the report it comes from; `profile` the release that behaved so.

    The texts: `claim` states the rule, `question` is to be answered before the run, `answer` after it.
    """

    id: str
    title: str
    seed: str
    topic: str
    claim: str
    question: str
    answer: str
    profile: str
    command: tuple[str, ...]
    expected: Expected
    flips: tuple[Flip, ...]
    world: World

    def flipped(self, flip: Flip) -> Lesson:
        """The lesson with the change of `flip` made."""
        world = replace(
            self.world,
            files={**self.world.files, **flip.files},
            environ={**self.world.environ, **flip.environ},
        )
        return replace(self, world=world, profile=flip.profile, command=flip.command, expected=flip.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLesson:
    """A lesson whose servers run and whose project is written: what `read_settings` needs."""

    lesson: Lesson
    words: tuple[str, ...]
    context: Context
    profile: Profile
    server: WorldServer


@lru_cache(maxsize=1)
def load_lessons() -> tuple[Lesson, ...]:
    """All built-in lessons, by the number of their seed."""
    folder = files(__package__) / "lessons"
    lessons = [
        read_lesson(entry.read_text(encoding="utf-8"), entry.name)
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    return tuple(sorted(lessons, key=lambda lesson: (len(lesson.id), lesson.id)))


def read_lesson(text: str, name: str) -> Lesson:
    """The lesson that a TOML text describes. Raises `BadWorld`."""
    try:
        table = Table(tomllib.loads(text), name)
    except tomllib.TOMLDecodeError as error:
        raise BadWorld(f"{name}: {error}") from None
    profile, command = table.need("profile"), table.texts("command")
    expected = table.table("expected")
    if expected is None:
        raise BadWorld(f"{name}: expected is missing")
    lesson = Lesson(
        id=table.need("id"),
        title=table.need("title"),
        seed=table.need("seed"),
        topic=table.need("topic"),
        claim=table.need("claim"),
        question=table.need("question"),
        answer=table.need("answer"),
        profile=_profile(profile, name),
        command=command,
        expected=_expected(expected),
        flips=tuple(_flip(flip, profile, command) for flip in table.tables("flip")),
        world=read_world(table, name),
    )
    table.finish()
    return lesson


def _flip(table: Table, profile: str, command: tuple[str, ...]) -> Flip:
    flip = Flip(
        change=table.need("change"),
        profile=_profile(table.text("profile", profile) or profile, table.place),
        command=table.texts("command", command),
        files=table.mapping("files", str),
        environ=table.mapping("env", str),
        expected=Expected(outcome=_outcome(table), packages=table.mapping("packages", str)),
    )
    table.finish()
    return flip


def _expected(table: Table) -> Expected:
    expected = Expected(
        outcome=_outcome(table),
        packages=table.mapping("packages", str),
        asked=table.texts("asked"),
        not_asked=table.texts("not-asked"),
    )
    table.finish()
    return expected


def _outcome(table: Table) -> Outcome:
    word = table.need("outcome")
    if word not in _OUTCOMES:
        raise BadWorld(f"{table.place}: outcome: expected one of {', '.join(_OUTCOMES)}")
    return _OUTCOMES[word]


def _profile(text: str, place: str) -> str:
    try:
        parse_profile(text)
    except UnknownProfile as error:
        raise BadWorld(f"{place}: profile: {error}") from None
    return text


def find_lesson(name: str) -> Lesson | None:
    """The lesson called `name`; the bare number of its seed will do."""
    return next((lesson for lesson in load_lessons() if name in (lesson.id, lesson.id.partition("-")[2])), None)


@contextmanager
def open_lesson(lesson: Lesson) -> Iterator[OpenLesson]:
    """Start the lesson's servers and write its project into a temporary folder; both are gone afterwards.

    The variables are the lesson's own: of the user's only PATH is kept, HOME is a folder inside the temporary one.
    """
    with WorldServer(lesson.world) as server, tempfile.TemporaryDirectory(prefix="resolve-tui-") as temporary:
        home = Path(temporary).resolve()
        project = home / "project"
        write_files(lesson.world, server, home, project)
        environ = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "UV_PYTHON": sys.executable,
            "UV_HTTP_RETRIES": "0",
            "PIP_CONFIG_FILE": os.devnull,
            **{name: _placed(server.fill(value), home) for name, value in lesson.world.environ.items()},
        }
        yield OpenLesson(
            lesson=lesson,
            words=tuple(_placed(server.fill(word), home) for word in lesson.command),
            context=Context(environ=environ, directory=project, home=home),
            profile=parse_profile(lesson.profile),
            server=server,
        )


def write_files(world: World, server: WorldServer, home: Path, project: Path) -> None:
    """Write the world's files below `project` and `home`, and the files of its linked indexes."""
    project.mkdir(parents=True, exist_ok=True)
    for name, text in world.files.items():
        path = home / name[2:] if name.startswith("~/") else project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_placed(server.fill(text), home), encoding="utf-8")
        path.chmod(0o755 if text.startswith("#!") else 0o600)
    for folder, id_ in world.links.items():
        index = world.index(id_)
        if index is None:
            raise BadWorld(f"{world.name}: links: there is no index {id_!r}")
        (project / folder).mkdir(parents=True, exist_ok=True)
        for file in index.files().values():
            (project / folder / file.filename).write_bytes(file.content)


def _placed(text: str, home: Path) -> str:
    return text.replace("{HOME}", str(home))
