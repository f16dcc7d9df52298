"""A world of indexes on loopback and one command in it, for tests of whole runs."""

from __future__ import annotations

import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from explorer.engine import Outcome, resolve
from explorer.events import Body, Event
from explorer.profiles import parse_profile
from explorer.run.stream import EventStream
from explorer.settings.read import read_settings
from explorer.settings.settings import Context, Settings
from explorer.worlds.lesson import write_files
from explorer.worlds.server import WorldServer
from explorer.worlds.table import Table
from explorer.worlds.world import read_world


@dataclass(frozen=True, slots=True)
class Place:
    """A project in a world that is being served."""

    server: WorldServer
    project: Path
    home: Path

    def settings(self, words: Sequence[str], profile: str = "uv@0.13.8") -> Settings:
        environ = {"HOME": str(self.home), "UV_PYTHON": sys.executable, "UV_HTTP_RETRIES": "0", "PATH": "/usr/bin"}
        context = Context(environ=environ, directory=self.project, home=self.home)
        return read_settings([self.server.fill(word) for word in words], context, parse_profile(profile))

    def run(self, words: Sequence[str], profile: str = "uv@0.13.8") -> tuple[Outcome, list[Event]]:
        events: list[Event] = []
        outcome = resolve(self.settings(words, profile), parse_profile(profile), EventStream(events.append))
        return outcome, events

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [exchange.path for exchange in self.server.log]


@contextmanager
def place(toml: str) -> Iterator[Place]:
    """Serve the world that `toml` describes and write its project."""
    data: Mapping[str, object] = tomllib.loads(toml)
    world = read_world(Table(data, "world"), "world")
    with WorldServer(world) as server, tempfile.TemporaryDirectory(prefix="engine-") as folder:
        home = Path(folder).resolve()
        project = home / "project"
        write_files(world, server, home, project)
        yield Place(server, project, home)


def bodies(events: Sequence[Event], kind: type[Body]) -> list[Body]:  # type: ignore[valid-type]
    """The events of one kind."""
    return [event.body for event in events if isinstance(event.body, kind)]  # type: ignore[arg-type]
