"""The real tool of a profile: on PATH, fetched before, or fetched now; never installed where a project would see it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..paths import cache_folder
from ..profiles import Profile
from .process import RunningTool

ASKING_TIMEOUT: Final = 20.0
FETCH_TIMEOUT: Final = 300.0

_VERSION: Final = re.compile(r"^(?:uv|pip) (\d[\w.+!-]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Client:
    """The words that start the real tool, and where it comes from (`PATH`, `fetched`)."""

    words: tuple[str, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class NoClient:
    """There is no such tool here; `reason` is a sentence that says what would help."""

    reason: str


def tools_folder() -> Path:
    """Where fetched tools are kept: in the cache of the user who runs the explorer, whoever the command is run as."""
    return cache_folder(os.environ, Path.home()) / "tools"


def find_client(
    profile: Profile,
    environ: Mapping[str, str],
    python: str,
    *,
    fetch: bool = False,
    tools: Path | None = None,
    cancelled: threading.Event | None = None,
) -> Client | NoClient:
    """The real tool of `profile`. `python` runs a fetched pip; `tools` is the folder of fetched ones.

    Each way to fetch takes at most `FETCH_TIMEOUT` seconds and ends once `cancelled`; the network is asked only with
    `fetch`.
    """
    version = str(profile.version)
    program = shutil.which(profile.tool, path=environ.get("PATH") or os.environ.get("PATH"))
    on_path = version_of([program], environ) if program is not None else None
    if program is not None and on_path == version:
        return Client((program,), "PATH")
    folder = (tools if tools is not None else tools_folder()) / f"{profile.tool}-{version}"
    client = _fetched(profile.tool, folder, python, environ)
    if client is not None and version_of(client.words, environ) == version:
        return client
    here = f"The {profile.tool} on PATH is {on_path}" if on_path else f"There is no {profile.tool} on PATH"
    if not fetch:
        return NoClient(f"{here}, not {version}: put that release on PATH, or let it be fetched into our cache.")
    complaint = _fetch(profile.tool, version, folder, cancelled or threading.Event())
    client = _fetched(profile.tool, folder, python, environ)
    if client is None or version_of(client.words, environ) != version:
        return NoClient(f"{here}, and {profile.tool} {version} cannot be fetched: {complaint or 'it does not start'}.")
    return client


def version_of(words: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The version that a tool says it is; None where it does not say."""
    try:
        done = subprocess.run(
            [*words, "--version"],
            env={**environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ASKING_TIMEOUT,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    match = _VERSION.search(done.stdout)
    return match[1] if match is not None else None


def knows_option(client: Client, command: Sequence[str], option: str, environ: Mapping[str, str]) -> bool:
    """The command of this very release has the option: its own help lists it."""
    try:
        done = subprocess.run(
            [*client.words, *command, "--help"],
            env={**environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ASKING_TIMEOUT,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return False
    return re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", done.stdout) is not None


def _fetched(tool: str, folder: Path, python: str, environ: Mapping[str, str]) -> Client | None:
    if tool == "pip":
        main = folder / "pip" / "__main__.py"
        return Client((python, str(main.parent)), "fetched") if main.is_file() else None
    names = ("uv.exe", "uv") if sys.platform == "win32" else ("uv",)
    program = next((folder / "bin" / name for name in names if (folder / "bin" / name).is_file()), None)
    return Client((str(program),), "fetched") if program is not None else None


def _fetch(tool: str, version: str, folder: Path, cancelled: threading.Event) -> str:
    """Install the release into `folder`, which appears whole or not at all; what went wrong, "" for nothing."""
    installers = _installers()
    if not installers:
        return "neither pip nor uv is here to fetch it with"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"{folder.parent} cannot be made: {error.strerror or error}"
    complaint = ""
    for installer in installers:
        with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as temporary:
            target = Path(temporary) / "tool"
            words = [*installer, "--no-deps", "--target", str(target), f"{tool}=={version}"]
            complaint = _install(words, cancelled)
            if not complaint:
                with contextlib.suppress(OSError):  # another process was first
                    target.rename(folder)
                return ""
    return complaint


def _install(words: Sequence[str], cancelled: threading.Event) -> str:
    """Run an installer; what went wrong, "" for nothing."""
    if cancelled.is_set():
        return "it was cancelled"
    try:
        tool = RunningTool(words, Path(tempfile.gettempdir()), os.environ, "", lambda _: None)
    except OSError as error:
        return error.strerror or "the installer does not start"
    ended = tool.until_end(cancelled, FETCH_TIMEOUT)
    if ended.why == "cancelled":
        return "it was cancelled"
    if ended.why == "time":
        return f"it took more than {FETCH_TIMEOUT:.0f} seconds"
    said = [line.strip() for line in ended.err if line.strip()]
    return (said[-1] if said else "the installer failed")[:300].rstrip(".") if ended.status != 0 else ""


def _installers() -> list[tuple[str, ...]]:
    """What can install into a folder, with the configuration of the user: this Python's pip, uv, any other pip."""
    quiet = ("install", "-q", "--disable-pip-version-check", "--no-input")
    found: list[tuple[str, ...]] = []
    if _has_pip(sys.executable):
        found.append((sys.executable, "-m", "pip", *quiet))
    if uv := shutil.which("uv"):
        found.append((uv, "pip", "install", "-q", "--no-config", "--python", sys.executable))
    if pip := shutil.which("pip"):
        found.append((pip, *quiet))
    return found


def _has_pip(python: str) -> bool:
    words = [python, "-c", "import pip"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(words, capture_output=True, timeout=ASKING_TIMEOUT).returncode == 0
    return False
