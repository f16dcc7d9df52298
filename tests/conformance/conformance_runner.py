"""Runs our engine in a world as the real client was run there, and judges it against what the client did."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import tomllib
import venv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from explorer.engine import resolve
from explorer.events import Event
from explorer.headless.document import Document
from explorer.headless.faces import refusal_events
from explorer.profiles import Profile, parse_profile
from explorer.run.stream import EventStream
from explorer.settings.read import read_settings
from explorer.settings.settings import Context, RefusedSettings, UsageError
from explorer.worlds.lesson import write_files
from explorer.worlds.server import Exchange, WorldServer
from explorer.worlds.table import Table
from explorer.worlds.world import World, read_world

WORLDS = Path(__file__).parent / "worlds"
INTERPRETERS_PIP = "23.2.1"
"""The pip of the interpreter that a run without a pip version was recorded with."""


@dataclass(frozen=True, slots=True)
class Case:
    """One run of one client in one world, with what the client did."""

    world: str
    run: str
    client: str
    expected: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.world}-{self.run}-{self.client.replace(' ', '@')}"

    @property
    def profile(self) -> Profile:
        tool, _, version = self.client.partition(" ")
        return parse_profile(f"{tool}@{version or INTERPRETERS_PIP}")


@dataclass(frozen=True, slots=True)
class Told:
    """What a run of ours told and did: its events, the document they fold into, the exchanges that the servers saw."""

    events: tuple[Event, ...]
    document: Mapping[str, Any]
    exchanges: tuple[Exchange, ...]


@cache
def description(name: str) -> Mapping[str, Any]:
    return tomllib.loads((WORLDS / f"{name}.toml").read_text(encoding="utf-8"))


def cases() -> Iterator[Case]:
    for path in sorted(WORLDS.glob("*.toml")):
        for expected in json.loads((WORLDS / "expected" / f"{path.stem}.json").read_text(encoding="utf-8")):
            yield Case(path.stem, expected["run"], expected["client"], expected)


def interpreter_of(run: Mapping[str, Any]) -> str | None:
    """The interpreter that a run names, this one if it names none; None where the named one is not installed."""
    wanted = run.get("python")
    return sys.executable if wanted is None else shutil.which(f"python{wanted}")


def run_of(case: Case) -> Mapping[str, Any]:
    return next(run for run in description(case.world)["run"] if run["id"] == case.run)


def perform(case: Case) -> Told:
    """Run the case. Several steps share home, project and cache; the last one's outcome counts, and all requests.

    A step that makes a virtual environment is made by the standard library: the explorer writes nothing.
    """
    data, run = description(case.world), run_of(case)
    world = read_world(
        Table({key: data[key] for key in ("server", "files", "env", "links") if key in data}, "world"), case.world
    )
    world = replace(
        world,
        files={**world.files, **run.get("files", {})},
        environ={**world.environ, **run.get("env", {})},
        links={**world.links, **run.get("links", {})},
    )
    with WorldServer(world) as server, tempfile.TemporaryDirectory(prefix="world-") as folder:
        home = Path(folder).resolve()
        project = home / "project"
        write_files(world, server, home, project)
        context = Context(environ=environment(world, server, home, run), directory=project, home=home)
        told: list[Event] = []
        answer: dict[str, Any] = {}
        for arguments in run["steps"] if "steps" in run else [run["args"]]:
            if arguments[0] == "venv":
                venv.create(project / arguments[-1])
                continue
            words = tuple(server.fill(word).replace("{HOME}", str(home)) for word in arguments)
            events, document = explore((case.profile.tool, *words), context, case.profile)
            told += events
            answer = {**document, "requests": [*answer.get("requests", ()), *document["requests"]]}
        return Told(tuple(told), answer, tuple(server.log))


def environment(world: World, server: WorldServer, home: Path, run: Mapping[str, Any]) -> dict[str, str]:
    return {
        "PATH": f"{home}/bin{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "NO_COLOR": "1",
        "XDG_CONFIG_HOME": str(home / ".config"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_HTTP_RETRIES": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "UV_PYTHON": interpreter_of(run) or sys.executable,
        "UV_CACHE_DIR": str(home / "cache"),
        **{name: server.fill(value).replace("{HOME}", str(home)) for name, value in world.environ.items()},
    }


def explore(words: tuple[str, ...], context: Context, profile: Profile) -> tuple[tuple[Event, ...], Mapping[str, Any]]:
    """The events of one command, and the document they fold into."""
    told: list[Event] = []
    document = Document()
    try:
        settings = read_settings(words, context, profile)
    except (RefusedSettings, UsageError) as error:
        told += refusal_events(words, profile, "settings", str(error))
    else:
        document = Document(settings.kind)
        resolve(settings, profile, EventStream(told.append))
    for event in told:
        document.add(event)
    return tuple(told), document.as_dict()


def disagreements(case: Case, told: Told) -> list[str]:
    """How our run differs from the client's: outcome, versions, requests, and whether the document tells the truth."""
    expected, document = case.expected, told.document
    found: list[str] = []
    undecided = "exit" not in expected
    resolved = document["outcome"] == "resolved"
    if not undecided and (expected["exit"] == 0) != resolved:
        found.append(f"outcome: {document['outcome']} ({document['error']}), the client's exit was {expected['exit']}")
    wanted, chosen = pins_of(expected), pins_in(document)
    if not undecided and wanted is not None and resolved and wanted != chosen:
        found.append(f"versions: {chosen}, the client chose {wanted}")
    missing, beyond = request_differences(case, told.exchanges)
    if missing:
        found.append(f"not asked: {missing}")
    if beyond:
        found.append(f"asked beyond: {beyond}")
    if untold := dishonesties(document, told.exchanges):
        found.append(f"the document and the servers' log differ: {untold}")
    return found


def pins_of(expected: Mapping[str, Any]) -> dict[str, set[str]] | None:
    """name → versions the client chose, without the project itself; None where it failed."""
    if expected.get("exit", 1) != 0:
        return None
    chosen = defaultdict(set)
    for name, version, *rest in expected.get("locked") or expected.get("pinned") or []:
        if not ("locked" in expected and rest and ("virtual" in rest[0] or "editable" in rest[0])):
            chosen[re.sub(r"[-_.]+", "-", name).lower()].add(version)
    return dict(chosen)


def pins_in(document: Mapping[str, Any]) -> dict[str, set[str]]:
    chosen = defaultdict(set)
    for package in document["packages"]:
        chosen[package["name"]].add(package["version"])
    return dict(chosen)


def request_differences(case: Case, exchanges: tuple[Exchange, ...]) -> tuple[list[str], list[str]]:
    """(requests that only the client made, requests that only we made).

    Some recordings are sets without servers and users, with requests that were made only sometimes.
    """
    recorded = case.expected["requests"]
    passwords = bool(description(case.world).get("log-passwords"))
    if recorded and isinstance(recorded[0], dict):
        wanted = Counter(_recorded(row) for row in recorded)
        made = Counter(_made(exchange, passwords) for exchange in exchanges)
    else:
        wanted = Counter(set(recorded))
        made = Counter({f"{e.method} {e.status} {e.path}{' range' if e.range else ''}" for e in exchanges})
    sometimes = set(case.expected.get("requests-sometimes", ()))
    beyond = [row for row in (made - wanted).elements() if row not in sometimes]
    return sorted((wanted - made).elements()), sorted(beyond)


def _recorded(row: Mapping[str, Any]) -> str:
    password = f":{row['password']}" if "password" in row else ""
    part = " range" if row.get("range") else ""
    return f"{row['server']} {row['method']} {row['status']} {row['path']}{part} as {row['user']}{password}"


def _made(exchange: Exchange, passwords: bool) -> str:
    password = f":{exchange.password}" if passwords and exchange.password is not None else ""
    part = " range" if exchange.range else ""
    return f"{exchange.host} {exchange.method} {exchange.status} {exchange.path}{part} as {exchange.user}{password}"


def dishonesties(document: Mapping[str, Any], exchanges: tuple[Exchange, ...]) -> list[str]:
    """Rows of the document that no server saw, and exchanges that it does not report.

    An exchange that was given up because the run ended is reported without a status; the server may have answered it.
    """
    seen = Counter((e.method, e.path, e.user, e.status) for e in exchanges)
    rows = [row for row in document["requests"] if row["from"] == "network"]
    told = Counter((*_sent(row), row["status"]) for row in rows if row["status"])
    given_up = Counter(_sent(row) for row in rows if row["status"] is None)
    unseen = [f"not seen: {row}" for row in (told - seen).elements()]
    unreported = Counter((method, path, user) for method, path, user, _ in (seen - told).elements())
    return unseen + [f"not told: {row}" for row in (unreported - given_up).elements()]


def _sent(row: Mapping[str, Any]) -> tuple[str, str, str | None]:
    return row["method"], unquote(urlsplit(row["url"]).path), row["user"]


def passwords_of(case: Case) -> set[str]:
    """Every password that the case's world knows or that its files and variables carry."""
    text = (WORLDS / f"{case.world}.toml").read_text(encoding="utf-8")
    found = set(re.findall(r'password = "([^"]+)"', text)) | set(re.findall(r"\{[\w-]+\|[^:}]*:([^}]+)\}", text))
    found |= set(re.findall(r"password (\S+)(?=\\n|\n)", text))
    return {password for password in found if len(password) > 5}
