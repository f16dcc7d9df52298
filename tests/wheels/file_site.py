"""A file server on loopback that serves as well or as badly as a test wants, and reads over the real network layer."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from packaging.utils import NormalizedName
from packaging.version import Version

from explorer.events import Body
from explorer.fetch import Fetcher
from explorer.http.transport import open_transport
from explorer.indexes.listing import Listing
from explorer.model.files import DistributionFile
from explorer.model.index import Index
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile
from explorer.settings.settings import NetworkSettings, Settings
from explorer.wheels.core_metadata import MetadataResult
from explorer.wheels.interpreter import running_interpreter
from explorer.wheels.metadata import MetadataReader


@dataclass
class Site:
    """`files` by path; `status` of "METHOD /path" replaces the usual answer; `asked` is what was asked for.

    `headers` go with every answer; their ETag is confirmed to who asks for another one.
    """

    base: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    ranges: bool = True
    without: frozenset[str] = frozenset()
    headers: dict[str, str] = field(default_factory=dict)
    broken_part: Callable[[bytes], bytes] | None = None
    asked: list[str] = field(default_factory=list)
    sent: int = 0

    def listing(self, *files: DistributionFile, **attributes: Any) -> tuple[Listing, list[DistributionFile]]:
        """A listing of `files` at their place on this site."""
        index = Index(url=SafeUrl.parse(f"{self.base}/simple"), name="site", **attributes)
        placed = [replace(file, url=SafeUrl.parse(f"{self.base}/{file.filename}")) for file in files]
        versions: dict[Version, tuple[DistributionFile, ...]] = {}
        for file in placed:
            versions[file.version] = (*versions.get(file.version, ()), file)
        return Listing(index=index, package=NormalizedName("a"), files=versions), placed


@contextmanager
def serving() -> Iterator[Site]:
    """A `Site` that listens on loopback."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            span = self.headers.get("range", "").removeprefix("bytes=")
            site.asked.append(f"{self.command} {self.path}" + (f" {span}" if span else ""))
            status = site.status.get(f"{self.command} {self.path}", 200 if self.path in site.files else 404)
            if status == 200 and self.headers.get("if-none-match", "-") == site.headers.get("ETag"):
                status = 304
            body = site.files.get(self.path, b"") if status == 200 else b""
            headers = {"Accept-Ranges": "bytes"} if site.ranges else {}
            headers |= site.headers
            match = re.fullmatch(r"(\d+)-(\d+)", span)
            if match and site.ranges and status == 200:
                start, end = int(match[1]), int(match[2])
                headers["Content-Range"] = f"bytes {start}-{end}/{len(body)}"
                status, body = 206, body[start : end + 1]
                body = site.broken_part(body) if site.broken_part else body
            headers["Content-Length"] = str(len(body))
            self.send_response(status)
            for name, value in headers.items():
                if name not in site.without:
                    self.send_header(name, value)
            if "Content-Length" in site.without:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            if self.command == "GET":
                self._send(body)

        def _send(self, body: bytes) -> None:
            try:
                for start in range(0, len(body), 16384):
                    self.wfile.write(body[start : start + 16384])
                    site.sent += len(body[start : start + 16384])
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Run:
    """The results of reading files one after the other, and what was told meanwhile."""

    results: list[MetadataResult]
    events: list[Body]
    reader: MetadataReader

    @property
    def result(self) -> MetadataResult:
        return self.results[0]


def read(
    listing: Listing,
    *files: DistributionFile,
    profile: str = "uv@0.13.8",
    prepare: Callable[[MetadataReader], None] | None = None,
    **changes: Any,
) -> Run:
    """Read the metadata of each file in turn; `changes` are settings."""
    rules = parse_profile(profile)
    settings = Settings(
        tool=rules.tool,
        kind="uv pip compile" if rules.tool == "uv" else "pip install",
        mode="platform",
        command=("test",),
        directory=Path("/"),
        network=NetworkSettings(
            retries=0,
            no_cache="cache" not in changes,
            cache=changes.pop("cache", None),
            offline=changes.pop("offline", False),
        ),
    )
    settings = replace(settings, **changes)
    events: list[Body] = []

    def emit(body: Body, /, *, fork: int = 0) -> None:
        events.append(body)

    async def run() -> Run:
        transport = open_transport(settings.network)
        try:
            fetcher = Fetcher(settings, rules, emit, transport)
            reader = MetadataReader(settings, rules, fetcher, emit, running_interpreter())
            if prepare is not None:
                prepare(reader)
            return Run([await reader.read(listing, file.version, file) for file in files], events, reader)
        finally:
            await transport.aclose()

    return asyncio.run(asyncio.wait_for(run(), 60))
