"""Lessons: each a world with a claim, a question to answer before the run, and what the real tools did there."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from ..profiles import Profile, parse_profile
from ..settings.settings import Context
from ..settings.toml_file import Key
from .server import WorldServer
from .table import BadWorld
from .world import World

Outcome = Literal["resolved", "unsatisfiable", "failed"]


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
class Release:
    """What another release did with the same command in the same world."""

    profile: str
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A world to explore. `seed` is the report it comes from; `profile` the release that behaved so.

    The texts: `setup` says what is there, `claim` states the rule, `question` is to be answered before the run by one
    of `choices` (`right` is the number of the true one, from 0), `answer` explains after it. `evidence` is the filter
    of the requests that show it, `pane` the pane of the explorer that the run is shown in, `rules` are ids of
    `profiles.RULES`, `order` is its position among the lessons.
    """

    id: str
    title: str
    topic: str
    claim: str
    setup: str
    question: str
    choices: tuple[str, ...]
    right: int
    answer: str
    profile: str
    command: tuple[str, ...]
    expected: Expected
    world: World
    seed: str = ""
    order: int = 0
    evidence: str = ""
    pane: str = "queries"
    rules: tuple[str, ...] = ()
    flips: tuple[Flip, ...] = ()
    releases: tuple[Release, ...] = ()

    def flipped(self, flip: Flip) -> Lesson:
        """The lesson with the change of `flip` made."""
        world = replace(
            self.world,
            files={**self.world.files, **flip.files},
            environ={**self.world.environ, **flip.environ},
        )
        return replace(self, world=world, profile=flip.profile, command=flip.command, expected=flip.expected)

    def as_release(self, release: Release) -> Lesson:
        """The lesson as another release runs it."""
        return replace(self, profile=release.profile, expected=release.expected)

    def variants(self) -> Iterator[tuple[Key, Lesson]]:
        """Everything the lesson states an outcome of: (the key of that statement in the file, the lesson to run)."""
        yield ("expected",), self
        for number, flip in enumerate(self.flips):
            yield ("flip", number), self.flipped(flip)
        for number, release in enumerate(self.releases):
            yield ("release", number), self.as_release(release)


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
    """All built-in lessons, in the order in which they build on each other."""
    from .lesson_file import read_lesson

    folder = files(__package__) / "lessons"
    lessons = [
        read_lesson(entry.read_text(encoding="utf-8"), entry.name)
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    return tuple(sorted(lessons, key=lambda lesson: (lesson.order, lesson.id)))


def find_lesson(name: str) -> Lesson | None:
    """The lesson called `name`; of one that is named after an issue, the bare number will do."""
    return next((lesson for lesson in load_lessons() if name in (lesson.id, lesson.id.removeprefix("issue-"))), None)


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
            raise BadWorld(f"there is no index {id_!r}", world.name, ("links", folder))
        (project / folder).mkdir(parents=True, exist_ok=True)
        for file in index.files().values():
            (project / folder / file.filename).write_bytes(file.content)


def _placed(text: str, home: Path) -> str:
    return text.replace("{HOME}", str(home))
