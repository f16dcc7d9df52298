"""Runs uv 0.13.8's rules in recorded worlds that have no solution."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from explorer.engine import resolve
from explorer.events import Event, Unsatisfiable
from explorer.profiles import parse_profile
from explorer.run.stream import EventStream
from explorer.settings.read import read_settings
from explorer.settings.settings import Context
from explorer.worlds.lesson import write_files
from explorer.worlds.server import WorldServer
from explorer.worlds.table import Table
from explorer.worlds.world import read_world

RECORDED = Path(__file__).parent / "recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What uv 0.13.8 printed; `tree` is the tree after reduction (UV_INTERNAL__SHOW_DERIVATION_TREE), if recorded."""

    headline: str
    cause: tuple[str, ...]
    hints: tuple[str, ...]
    tree: tuple[str, ...] = ()


@cache
def recordings() -> Mapping[str, Said]:
    """`world/run` → what uv printed."""
    recorded = json.loads((RECORDED / "uv-0.13.8.json").read_text(encoding="utf-8"))
    return {name: Said(**{key: _tuple(value) for key, value in said.items()}) for name, said in recorded.items()}


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@cache
def failure(name: str, profile: str = "uv@0.13.8") -> Unsatisfiable:
    """The last word of our own run of `world/run`."""
    world_name, _, run_id = name.partition("/")
    data = tomllib.loads((RECORDED / "worlds" / f"{world_name}.toml").read_text(encoding="utf-8"))
    run = next(run for run in data["run"] if run["id"] == run_id)
    parts = {key: data[key] for key in ("server", "files", "env", "links") if key in data}
    world = read_world(Table(parts, "world"), world_name)
    world = replace(
        world, files={**world.files, **run.get("files", {})}, environ={**world.environ, **run.get("env", {})}
    )
    with WorldServer(world) as server, tempfile.TemporaryDirectory(prefix="world-") as folder:
        home = Path(folder).resolve()
        write_files(world, server, home, home / "project")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "UV_PYTHON": sys.executable,
            "UV_HTTP_RETRIES": "0",
            **{key: server.fill(value).replace("{HOME}", str(home)) for key, value in world.environ.items()},
        }
        words = tuple(server.fill(word).replace("{HOME}", str(home)) for word in run["args"])
        context = Context(environ=environ, directory=home / "project", home=home)
        rules = parse_profile(profile)
        told: list[Event] = []
        resolve(read_settings(("uv", *words), context, rules), rules, EventStream(told.append))
    return next(event.body for event in told if isinstance(event.body, Unsatisfiable))


def plain(text: str) -> str:
    """The text without the port of its run."""
    return re.sub(r"https?://[^/\s)]+", "http://HOST", text)
