"""How we compare with the real uv and pip, as ratios within one run, on an index on loopback.

    python tests/benchmarks/benchmark.py [--uv PATH] [--latency 0,50] [--repeats 5] [--no-pip]
    python tests/benchmarks/benchmark.py --snapshot FOLDER --requirements FILE

Prints for each latency: our cold and warm time over uv's (and over pip's cold time), whether the set of requests is
uv's; then the time to a document for a world of one package, to the first paint of the screen, and the lag of the
screen's event loop while a run goes on. Seconds depend on the machine: quote ratios of one run.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import pty
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.tui.app import ResolveApp

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))
EXPLORER = [sys.executable, "-m", "explorer"]
AT_EASE = 0.7
"""Seconds between two toggles: what the screen does afterwards is not part of the next one."""
REQUIREMENTS = "project-000\nproject-001\nproject-002\n"


@dataclass(frozen=True, slots=True)
class Timed:
    """The best of several runs of one command, the requests of the last one, and how it ended."""

    seconds: float
    requests: list[str]
    status: int
    resident: float


class Index:
    """The index process."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "benchmark_index.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._process.stdout is not None
        self.root = f"http://127.0.0.1:{json.loads(self._process.stdout.readline())['port']}"

    def latency(self, milliseconds: int) -> None:
        self._get(f"/control?latency={milliseconds}")

    def log(self) -> list[str]:
        return list(json.loads(self._get("/log")))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.root + path, timeout=10) as response:
            return bytes(response.read())


def fetched_uv(folder: Path) -> Path:
    """The newest uv of PyPI, fetched by pip into `folder`."""
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "uv"], check=True)
    with zipfile.ZipFile(next(folder.glob("uv-*.whl"))) as wheel:
        member = next(name for name in wheel.namelist() if name.endswith("/scripts/uv"))
        (folder / "uv").write_bytes(wheel.read(member))
    (folder / "uv").chmod(0o755)
    return folder / "uv"


def clean_environment(home: Path) -> dict[str, str]:
    """The variables without settings of the tools; byte code is kept, as an installed program has it."""
    dropped = ("UV_", "PIP_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "HOME": str(home), "PIP_CONFIG_FILE": os.devnull, "PYTHONPATH": str(ROOT)}


def timed(command: Sequence[str], index: Index, latency: int, repeats: int, home: Path) -> Timed:
    best, status, resident = float("inf"), 0, 0.0
    for _ in range(repeats):
        index.latency(latency)
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home, env=clean_environment(home)
        )
        _, waited, usage = os.wait4(process.pid, 0)
        best = min(best, time.perf_counter() - start)
        status, resident = os.waitstatus_to_exitcode(waited), usage.ru_maxrss / 1024
        process.returncode = status
    return Timed(best, index.log(), status, resident)


def compare(uv: Path, index: Index, latency: int, options: argparse.Namespace, home: Path) -> None:
    requirements = home / "requirements.in"
    common = [
        "pip",
        "compile",
        "--no-build",
        "--python-version",
        "3.11",
        "--default-index",
        f"{index.root}/simple",
        str(requirements),
    ]
    ours = [*EXPLORER, "--json", "--as", f"uv@{version_of(uv)}", "uv", *common]
    cold_uv = timed([str(uv), *common, "--no-cache"], index, latency, options.repeats, home)
    cold = timed([*ours, "--no-cache"], index, latency, options.repeats, home)
    kept = home / f"cache-{latency}"
    warm_uv = warmed([str(uv), *common, "--cache-dir", str(kept / "uv")], index, latency, options.repeats, home)
    warm = warmed([*ours, "--cache-dir", str(kept / "ours")], index, latency, options.repeats, home)
    rows = [
        ("uv cold", cold_uv, cold_uv),
        ("ours cold", cold, cold_uv),
        ("uv warm", warm_uv, warm_uv),
        ("ours warm", warm, warm_uv),
    ]
    if not options.no_pip:
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--dry-run",
            "--ignore-installed",
            "--no-cache-dir",
            "--only-binary",
            ":all:",
        ]
        real = timed([*pip, "--index-url", f"{index.root}/simple", "-r", str(requirements)], index, latency, 1, home)
        rows.append(("pip cold", real, cold_uv))
        ratio = f"{cold.seconds / real.seconds:.2f}" if real.status == 0 else "(pip failed)"
        print(f"  ours cold / pip cold: {ratio}")
    for name, run, base in rows:
        ended = "" if run.status == 0 else f"  exit {run.status}!"
        ratio = f"{run.seconds / base.seconds:6.2f} x {'uv cold' if base is cold_uv else 'uv warm'}"
        requests = f"{len(run.requests):4} requests"
        print(f"  {name:10} {run.seconds:7.3f} s  {ratio}  {requests}  {run.resident:5.0f} MB{ended}")
    print(f"  requests: {difference(cold.requests, cold_uv.requests)}")


def warmed(command: Sequence[str], index: Index, latency: int, repeats: int, home: Path) -> Timed:
    timed(command, index, 0, 1, home)
    return timed(command, index, latency, repeats, home)


def difference(ours: list[str], theirs: list[str]) -> str:
    beyond, missing = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
    if not beyond and not missing:
        return "the same set as uv's"
    return f"{len(beyond)} that uv does not make {beyond[:3]}, {len(missing)} of uv's not made {missing[:3]}"


def version_of(uv: Path) -> str:
    return subprocess.run([str(uv), "--version"], capture_output=True, text=True, check=True).stdout.split()[1]


def headless_start(index: Index, repeats: int, home: Path) -> float:
    """Seconds until the document of a resolution of one package is written."""
    (home / "one.in").write_text("project-099\n")
    command = [
        *EXPLORER,
        "--json",
        "--as",
        "uv",
        "uv",
        "pip",
        "compile",
        "--default-index",
        f"{index.root}/simple",
        "one.in",
    ]
    return timed([*command, "--no-cache"], index, 0, repeats, home).seconds


@contextmanager
def in_terminal(command: Sequence[str], home: Path) -> Iterator[int]:
    """The command in a pseudo-terminal of 160x48; gives the controlling end."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 48, 160, 0, 0))
    environ = {**clean_environment(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=home, env=environ, start_new_session=True
    )
    os.close(terminal)
    try:
        yield controller
    finally:
        process.kill()
        process.wait()
        os.close(controller)


def read_terminal(controller: int, before: bytes) -> bytes:
    """What the program wrote. Linux answers EIO once the program has ended: then its last words tell why."""
    try:
        return os.read(controller, 65536)
    except OSError:
        raise SystemExit(f"the program ended before its first paint: {before.decode('utf-8', 'replace')}") from None


def first_paint(repeats: int, home: Path) -> float:
    """Seconds from the start of the program to the first frame with text of the screen."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        with in_terminal([*EXPLORER, "learn"], home) as controller:
            painted = b""
            while b"resolve-tui" not in painted and time.perf_counter() - start < 10:
                if select.select([controller], [], [], 0.05)[0]:
                    painted += read_terminal(controller, painted)
            best = min(best, time.perf_counter() - start)
    return best


def app_over(index: Index, home: Path) -> ResolveApp:
    """The screen over a resolution of the requirements, with a second index that has nothing of them."""
    from explorer.profiles import parse_profile
    from explorer.settings.read import read_settings
    from explorer.settings.settings import Context
    from explorer.tui.app import ResolveApp
    from explorer.tui.session import Session

    words = ("uv", "pip", "compile", "--no-build", "--no-cache", "requirements.in")
    words += ("--default-index", f"{index.root}/simple", "--index", f"other={index.root}/nothing")
    profile = parse_profile("uv")
    context = Context(environ=clean_environment(home), directory=home, home=home)
    return ResolveApp(
        Session(
            read_settings(words, context, profile),
            profile,
            reread=lambda other: read_settings(words, context, other),
        )
    )


async def toggles(index: Index, home: Path, repeats: int) -> dict[str, tuple[float, int, int]]:
    """For each toggle the median seconds from the key to the redrawn answer, the requests made, and the packages."""
    from explorer.tui.screens.explorer_screen import FRAME
    from explorer.what_if import toggle as t

    app = app_over(index, home)
    made = {
        "strategy": t.UseStrategy("unsafe-best-match"),
        "index off": t.SwitchIndex("other", False),
        "profile": t.UseProfile("uv@0.7.13"),
    }
    told: dict[str, tuple[float, int, int]] = {}
    async with app.run_test(size=(160, 48)) as pilot:
        session = app.explorer.session
        assert session is not None

        async def answered(runs: int) -> None:
            while session.runs < runs or session.running or not app.explorer.settled:
                await asyncio.sleep(FRAME / 10)

        await answered(1)
        for name, toggle in made.items():
            seconds, requests, packages = [], 0, 0
            app.explorer.change(toggle)  # asks what was never asked
            await answered(session.runs)
            await pilot.press("u")
            await answered(session.runs)
            for _ in range(repeats):
                await asyncio.sleep(AT_EASE)
                began = time.perf_counter()
                app.explorer.change(toggle)
                await answered(session.runs)
                seconds.append(time.perf_counter() - began)
                view = session.recorded.view
                requests += view.queries.on_wire
                resolved = view.answer.resolved
                packages = len(resolved.packages) if resolved is not None else 0
                await pilot.press("u")
                await answered(session.runs)
            told[name] = (statistics.median(seconds), requests, packages)
    return told


async def loop_lag(index: Index, home: Path) -> tuple[list[float], float]:
    """Milliseconds by which a 5 ms timer of the screen's loop was late during a run, and how long the run took."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = time.perf_counter() + 0.005
            await asyncio.sleep(0.005)
            late.append((time.perf_counter() - due) * 1000)

    app = app_over(index, home)
    async with app.run_test(size=(160, 48)) as pilot:
        watcher = asyncio.create_task(watch())
        start = time.perf_counter()
        while (session := app.explorer.session) is not None and session.recorded.view.answer.outcome is None:
            await pilot.pause(0.02)
            if time.perf_counter() - start > 60:
                break
        seconds = time.perf_counter() - start
        watcher.cancel()
    return late, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uv", type=Path, help="the real uv (default: the newest, fetched by pip)")
    parser.add_argument("--latency", default="0,50", help="milliseconds, several with commas")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--projects", type=int, default=100)
    parser.add_argument("--no-pip", action="store_true")
    parser.add_argument("--snapshot", type=Path, help="a recorded snapshot instead of generated projects")
    parser.add_argument("--requirements", type=Path, help="what to resolve (default: three of the generated projects)")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="benchmark-"))
    (home / "requirements.in").write_text(options.requirements.read_text() if options.requirements else REQUIREMENTS)
    index = Index(["--snapshot", str(options.snapshot)] if options.snapshot else ["--projects", str(options.projects)])
    try:
        uv = (options.uv or fetched_uv(home)).resolve()
        print(f"uv {version_of(uv)}, Python {sys.version.split()[0]}, best of {options.repeats}")
        for latency in map(int, options.latency.split(",")):
            print(f"latency {latency} ms")
            compare(uv, index, latency, options, home)
        print(f"document of one package: {headless_start(index, options.repeats, home):.3f} s")
        print(f"first paint: {first_paint(options.repeats, home):.3f} s")
        index.latency(0)
        hundred = "".join(f"project-{number:03}\n" for number in range(100))
        (home / "requirements.in").write_text(options.requirements.read_text() if options.requirements else hundred)
        for name, (median, requests, packages) in asyncio.run(toggles(index, home, options.repeats)).items():
            print(f"toggle, {name}: median {median * 1000:.0f} ms, {requests} requests, {packages} packages")
        (home / "requirements.in").write_text(
            options.requirements.read_text() if options.requirements else REQUIREMENTS
        )
        for latency in map(int, options.latency.split(",")):
            index.latency(latency)
            late, seconds = asyncio.run(loop_lag(index, home))
            p50, p95, p99 = (statistics.quantiles(late, n=100, method="inclusive")[at - 1] for at in (50, 95, 99))
            print(f"loop lag at {latency} ms over {seconds:.1f} s:", end=" ")
            print(f"p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}, max {max(late):.0f} ms")
    finally:
        index.close()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
