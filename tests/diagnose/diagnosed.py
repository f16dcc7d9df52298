"""Runs a small world and diagnoses it."""

from __future__ import annotations

import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from explorer.diagnose import Diagnosis, find
from explorer.diagnose.refused import read_declared
from explorer.events import Event
from explorer.headless.refused import refused_events
from explorer.http.held import HeldAnswers
from explorer.profiles import Profile, parse_profile
from explorer.run.what_if import Attempt, attempt, attempt_reading
from explorer.run.worker import run_to_end
from explorer.settings.read import read_settings
from explorer.settings.settings import Context, RefusedSettings, Settings
from explorer.what_if.toggle import Toggle
from explorer.worlds.answers import Answers
from explorer.worlds.lesson import OpenLesson, find_lesson, open_lesson, write_files
from explorer.worlds.server import WorldServer
from explorer.worlds.table import Table
from explorer.worlds.world import read_world

NO_WAY_OUT = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
"""Nothing listens there: whatever a test tries, PyPI is never asked."""


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
        return find(self.events, self.settings, self.profile, strict=True)

    @property
    def rules(self) -> list[str]:
        return [d.rule for d in self.diagnoses]

    def of(self, rule: str, claim: str = "") -> Diagnosis:
        """The first diagnosis of a rule that claims so; fails with what there is."""
        found = [d for d in self.diagnoses if d.rule == rule and claim in d.claim]
        assert found, f"no {rule}: {[(d.rule, d.claim) for d in self.diagnoses]}"
        return found[0]

    def cited(self, rule: str) -> set[str]:
        """The kinds of the events that a diagnosis rests on."""
        return self.kinds_of(self.of(rule))

    def kinds_of(self, diagnosis: Diagnosis) -> set[str]:
        """The kinds of the events that a diagnosis rests on; fails where one does not exist."""
        numbers = diagnosis.evidence
        assert numbers and len(set(numbers)) == len(numbers)
        cited = [type(e.body).__name__ for e in self.events if e.number in numbers]
        assert len(cited) == len(numbers)
        return set(cited)

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
    with _opened(text, environ or {}) as (server, context):
        yield _run(server, [server.fill(word) for word in words], context, parse_profile(profile))


@contextmanager
def published_between(before: str, after: str, profile: str, *words: str) -> Iterator[Diagnosed]:
    """The second of two runs that share home and cache, a good second apart; in between `before` became `after`."""
    later = read_world(Table(tomllib.loads(after), "test"), "test")
    with _opened(before, {}) as (server, context):
        filled = [server.fill(word) for word in words]
        _run(server, filled, context, parse_profile(profile))
        for host in later.hosts:  # what a server answers with is its own affair, but for this one test
            server._answers[host.id] = Answers(host, server)
        time.sleep(1.1)  # an entry of age 0 counts as asked just now
        yield _run(server, filled, context, parse_profile(profile))


@dataclass(frozen=True, slots=True)
class Refused:
    """A command whose settings are refused, with the events that are told of it."""

    words: tuple[str, ...]
    context: Context
    profile: Profile
    error: RefusedSettings
    events: tuple[Event, ...]

    def cited(self, diagnosis: Diagnosis) -> list[str]:
        """The kinds of the events that a diagnosis rests on, in their order."""
        return [type(e.body).__name__ for e in self.events if e.number in diagnosis.evidence]

    def try_(self, toggle: Toggle, *, asks: bool = False) -> Attempt:
        def read() -> Settings:
            return read_declared(self.words, self.context, self.profile, self.error, toggle)

        return attempt_reading(read, self.profile, HeldAnswers(), asks=asks)


@contextmanager
def refused(text: str, profile: str, *words: str) -> Iterator[Refused]:
    """A world of its own whose command is refused before any request."""
    with _opened(text, {}) as (server, context):
        filled = tuple(server.fill(word) for word in words)
        rules = parse_profile(profile)
        try:
            read_settings(filled, context, rules)
        except RefusedSettings as error:
            yield Refused(filled, context, rules, error, refused_events(filled, context, rules, error))
        else:
            raise AssertionError("the settings are not refused")


@contextmanager
def _opened(text: str, environ: Mapping[str, str]) -> Iterator[tuple[WorldServer, Context]]:
    described = read_world(Table(tomllib.loads(text), "test"), "test")
    with WorldServer(described) as server, tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        write_files(described, server, home, home / "project")
        variables = {"HOME": str(home), "UV_HTTP_RETRIES": "0", **NO_WAY_OUT, **environ}
        yield server, Context({k: server.fill(v) for k, v in variables.items()}, home / "project", home)


def _run(server: WorldServer, words: Sequence[str], context: Context, profile: Profile) -> Diagnosed:
    settings = read_settings(words, context, profile)
    events: list[Event] = []
    held = HeldAnswers()
    run_to_end(settings, profile, events.append, held)
    return Diagnosed(settings, profile, tuple(events), held, server)


__all__ = ["Diagnosed", "OpenLesson", "Refused", "lesson", "published_between", "refused", "world"]
