"""Runs a small world and diagnoses it."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from explorer.diagnose import Diagnosis, find
from explorer.events import Event
from explorer.http.held import HeldAnswers
from explorer.profiles import Profile, parse_profile
from explorer.run.what_if import Attempt, attempt
from explorer.run.worker import run_to_end
from explorer.settings.read import read_settings
from explorer.settings.settings import Context, Settings
from explorer.what_if.toggle import Toggle
from explorer.worlds.lesson import OpenLesson, find_lesson, open_lesson, write_files
from explorer.worlds.server import WorldServer
from explorer.worlds.table import Table
from explorer.worlds.world import read_world


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A run that is over, whose servers still run."""

    settings: Settings
    profile: Profile
    events: tuple[Event, ...]
    held: HeldAnswers
    server: WorldServer

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        return find(self.events, self.settings, self.profile)

    @property
    def rules(self) -> list[str]:
        return [d.rule for d in self.diagnoses]

    def of(self, rule: str) -> Diagnosis:
        """The first diagnosis of a rule; fails with what there is."""
        found = [d for d in self.diagnoses if d.rule == rule]
        assert found, f"no {rule}: {[(d.rule, d.claim) for d in self.diagnoses]}"
        return found[0]

    def cited(self, rule: str) -> set[str]:
        """The kinds of the events that a diagnosis rests on."""
        numbers = self.of(rule).evidence
        assert numbers and len(set(numbers)) == len(numbers)
        return {type(e.body).__name__ for e in self.events if e.number in numbers}

    def try_(self, toggle: Toggle, *, asks: bool = False) -> Attempt:
        return attempt(self.settings, self.profile, self.held, toggle, asks=asks)


@contextmanager
def lesson(name: str) -> Iterator[Diagnosed]:
    """A built-in lesson, run as its profile."""
    found = find_lesson(name)
    assert found is not None
    with open_lesson(found) as opened:
        yield _run(opened.server, opened.words, opened.context, opened.profile)


@contextmanager
def world(text: str, profile: str, *words: str, environ: Mapping[str, str] | None = None) -> Iterator[Diagnosed]:
    """A world of its own; `{id}` in words and variables is the URL of an index."""
    described = read_world(Table(tomllib.loads(text), "test"), "test")
    with WorldServer(described) as server, tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        write_files(described, server, home, home / "project")
        variables = {"HOME": str(home), "UV_HTTP_RETRIES": "0", **(environ or {})}
        context = Context({k: server.fill(v) for k, v in variables.items()}, home / "project", home)
        yield _run(server, [server.fill(word) for word in words], context, parse_profile(profile))


def _run(server: WorldServer, words: Sequence[str], context: Context, profile: Profile) -> Diagnosed:
    settings = read_settings(words, context, profile)
    events: list[Event] = []
    held = HeldAnswers()
    run_to_end(settings, profile, events.append, held)
    return Diagnosed(settings, profile, tuple(events), held, server)


__all__ = ["Diagnosed", "OpenLesson", "lesson", "world"]
