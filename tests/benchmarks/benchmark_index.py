"""A fast index on loopback for the benchmark: generated projects, or a recorded snapshot, with a latency model.

Every answer is delayed by the latency, the first one of a connection by two more (TCP and TLS). Started as a process of
its own; prints `{"port": N}` and serves until its standard input is closed. `/control?latency=50` sets the latency and
clears the log, `/log` gives the requests since then.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from explorer.worlds.distributions import Distribution

JSON_PAGE = "application/vnd.pypi.simple.v1+json"
CONNECTION_COST = 2
"""Latencies that a new connection takes before its first request."""

Body = tuple[bytes, dict[str, str]]


class Generated:
    """Projects `project-000` … with dependencies on later ones; the same for the same seed."""

    def __init__(self, projects: int, seed: int = 7) -> None:
        chance = random.Random(seed)
        self.files: dict[str, dict[str, Distribution]] = {}
        self._by_name: dict[str, Distribution] = {}
        for number in range(projects):
            name = f"project-{number:03}"
            later = range(number + 1, projects)
            depends = chance.sample(later, k=min(len(later), chance.randint(1, 4)))
            versions = [
                f"{major}.{minor}" for major in range(1, chance.randint(3, 8)) for minor in range(chance.randint(2, 14))
            ]
            for place, version in enumerate(versions):
                requires = tuple(f"project-{other:03}>={1 + (place * 2) // len(versions)}.0" for other in depends)
                for tag in ("py3-none-any", None):
                    file = Distribution(name=name, version=version, tag=tag, requires=requires, requires_python=">=3.8")
                    self.files.setdefault(name, {})[file.filename] = file
                    self._by_name[file.filename] = file

    def page(self, name: str, root: str) -> Body | None:
        if name not in self.files:
            return None
        rows = [
            {
                "filename": file.filename,
                "url": f"{root}/files/{file.filename}",
                "hashes": {"sha256": hashlib.sha256(file.filename.encode()).hexdigest()}
                if not file.is_wheel
                else {"sha256": file.sha256},
                "requires-python": ">=3.8",
                "size": 30_000,
                "upload-time": "2024-01-01T00:00:00.000000Z",
                "yanked": False,
                **({"core-metadata": {"sha256": file.metadata_sha256}} if file.is_wheel else {}),
            }
            for file in self.files[name].values()
        ]
        return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": rows}).encode(), {
            "Content-Type": JSON_PAGE
        }

    def file(self, filename: str) -> Body | None:
        file = self._by_name.get(filename.removesuffix(".metadata"))
        if file is None:
            return None
        return file.metadata if filename.endswith(".metadata") else file.content, {
            "Content-Type": "application/octet-stream"
        }


class Snapshot:
    """A recorded snapshot: `pages/NAME.json` (with @BASE@ for the root), `metadata/FILE.metadata`, `wheels/FILE`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def page(self, name: str, root: str) -> Body | None:
        path = self._folder / "pages" / f"{name}.json"
        if not path.is_file():
            return None
        return path.read_text().replace("@BASE@", root).encode(), {"Content-Type": JSON_PAGE}

    def file(self, filename: str) -> Body | None:
        path = self._folder / ("metadata" if filename.endswith(".metadata") else "wheels") / filename
        return (path.read_bytes(), {"Content-Type": "application/octet-stream"}) if path.is_file() else None


class Site:
    """Answers made once, and the log."""

    def __init__(self, source: Generated | Snapshot) -> None:
        self.source = source
        self.root = ""
        self.latency = 0.0
        self.log: list[str] = []
        self._made: dict[str, bytes] = {}

    def answer(self, method: str, path: str, query: str, headers: str) -> tuple[bytes, bool]:
        """(the whole answer, whether it is delayed)."""
        if path == "/control":
            self.latency = float(parse_qs(query).get("latency", ["0"])[0]) / 1000
            self.log = []
            return _message(200, b"{}", {}), False
        if path == "/log":
            return _message(200, json.dumps(self.log).encode(), {}), False
        self.log.append(f"{method} {path}")
        key = f"{method} {path} {'gzip' in headers}"
        if key not in self._made:
            self._made[key] = self._make(method, path, "gzip" in headers)
        return self._made[key], True

    def _make(self, method: str, path: str, gzipped: bool) -> bytes:
        name = path.rstrip("/").rpartition("/")[2]
        found = self.source.page(name, self.root) if path.startswith("/simple/") else self.source.file(name)
        if found is None:
            return _message(404, b"", {})
        body, headers = found
        lifetime = 600 if path.startswith("/simple/") else 365_000_000
        headers = {**headers, "Cache-Control": f"max-age={lifetime}", "ETag": f'"{hashlib.md5(body).hexdigest()}"'}
        if gzipped and not name.endswith((".whl", ".tar.gz")):
            body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
        return _message(200, b"" if method == "HEAD" else body, headers, len(body))


def _message(status: int, body: bytes, headers: dict[str, str], length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return (
        "\r\n".join(lines) + f"\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    ).encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests have no bodies."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._read = b""
        self._ready = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ready = asyncio.get_running_loop().time() + CONNECTION_COST * self._site.latency

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            first, _, headers = head.decode("latin-1").partition("\r\n")
            method, target, _ = first.split(" ", 2)
            parts = urlsplit(target)
            message, delayed = self._site.answer(method, unquote(parts.path), parts.query, headers.lower())
            loop = asyncio.get_running_loop()
            at = max(loop.time(), self._ready) + self._site.latency if delayed and self._site.latency else 0.0
            if at:
                loop.call_at(at, self._write, message)
            else:
                self._write(message)

    def _write(self, message: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(message)  # type: ignore[attr-defined]


async def serve(site: Site) -> None:
    loop = asyncio.get_running_loop()
    make: Callable[[], Connection] = lambda: Connection(site)  # noqa: E731
    server = await loop.create_server(make, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    site.root = f"http://127.0.0.1:{port}"
    print(json.dumps({"port": port}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=100)
    parser.add_argument("--snapshot", type=Path)
    options = parser.parse_args()
    asyncio.run(serve(Site(Snapshot(options.snapshot) if options.snapshot else Generated(options.projects))))
