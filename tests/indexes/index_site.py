"""A small index server on loopback, and searches that run against it over the real network layer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from packaging.utils import NormalizedName

from explorer.events import Body, IndexAnswered, SearchEnded
from explorer.fetch import Fetcher
from explorer.http.transport import open_transport
from explorer.indexes.listing import SearchResult
from explorer.indexes.search import PackageSearch
from explorer.model.index import Index
from explorer.model.url import SafeUrl
from explorer.profiles import RULES, parse_profile
from explorer.settings.settings import NetworkSettings, Settings


@dataclass
class Served:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass
class Site:
    """What the server answers by path (404 for anything else), and the paths it was asked for."""

    base: str = ""
    pages: dict[str, Served] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def serve(
        self, path: str, body: str = "", *, status: int = 200, content_type: str | None = "text/html", **headers: str
    ) -> None:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_type is not None:
            fields["Content-Type"] = content_type
        self.pages[path] = Served(status, body.encode(), fields)

    def links(self, path: str, *filenames: str) -> None:
        """An HTML page that links files beside it."""
        self.serve(path, "".join(f'<a href="{name}">{name}</a>' for name in filenames))

    def index(self, path: str, **attributes: Any) -> Index:
        attributes.setdefault("name", path.strip("/").replace("/", "-"))
        return Index(url=SafeUrl.parse(self.base + path), **attributes)


@contextmanager
def serving() -> Iterator[Site]:
    """A `Site` that listens on loopback."""
    state = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer(f"HEAD {self.path}")

        def do_GET(self) -> None:
            self.answer(self.path)

        def answer(self, asked: str) -> None:
            state.asked.append(asked)
            state.headers.append({name.lower(): value for name, value in self.headers.items()})
            served = state.pages.get(self.path, Served(404, b"", {"Content-Type": "text/plain"}))
            self.send_response(served.status)
            for name, value in served.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(served.body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(served.body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A search that ends the run closes its connections."""

    server = Server(("127.0.0.1", 0), Handler)
    state.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Told:
    """The result of searches with what was told on the way."""

    results: list[SearchResult]
    events: list[Body]

    @property
    def result(self) -> SearchResult:
        return self.results[0]

    @property
    def versions(self) -> list[str]:
        return [str(version) for version in self.result.versions]

    @property
    def answers(self) -> list[tuple[str, str, str]]:
        return [(e.index, e.meaning, e.rule) for e in self.events if isinstance(e, IndexAnswered)]


def run_search(
    profile: str, *packages: str, index: str | None = None, retries: int = 0, cache: Path | None = None, **changes: Any
) -> Told:
    """Search for each package in turn; `changes` are settings."""
    rules = parse_profile(profile)
    settings = Settings(
        tool=rules.tool,
        kind="uv pip compile" if rules.tool == "uv" else "pip install",
        mode="platform",
        command=("test",),
        directory=Path("/"),
        strategy="first-index" if rules.tool == "uv" else "pool",
        network=NetworkSettings(
            retries=retries, cache=cache, no_cache=cache is None, offline=changes.pop("offline", False)
        ),
    )
    settings = replace(settings, **{name: tuple(v) if isinstance(v, list) else v for name, v in changes.items()})
    events: list[Body] = []

    def emit(body: Body, /, *, fork: int = 0) -> None:
        events.append(body)

    async def run() -> list[SearchResult]:
        transport = open_transport(settings.network)
        try:
            searches = PackageSearch(settings, rules, Fetcher(settings, rules, emit, transport), emit)
            await searches.start()
            return [await searches.search(NormalizedName(name), index) for name in packages]
        finally:
            await transport.aclose()

    results = asyncio.run(run())
    assert {e.rule for e in events if isinstance(e, (IndexAnswered, SearchEnded))} <= RULES[rules.tool].keys()
    return Told(results, events)
