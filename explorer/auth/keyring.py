"""The keyring command: what it is asked, how its answer is read, and running it (auth.md sections 2 and 9.7)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from ..model.credentials import Credentials, Secret

TIMEOUT: Final = 60.0
"""Seconds; the command may have to ask the user to unlock a keyring."""
MAX_OUTPUT: Final = 64 * 1024

Style = Literal["password", "two lines", "json"]
"""`keyring get SERVICE USER`; uv's creds mode; pip's creds mode (24 and later)."""


def arguments(style: Style, service: str, user: str | None) -> tuple[str, ...]:
    """The words behind `keyring`."""
    match style:
        case "password":
            return ("get", service, user or "")
        case "two lines":
            return ("get", service, "--mode", "creds")
        case "json":
            return ("--mode=creds", "--output=json", "get", service, *((user,) if user is not None else ()))


def read_output(style: Style, output: bytes, user: str | None) -> Credentials | None:
    """What a successful run printed; None where it cannot be read. An empty output is an empty password."""
    try:
        text = output.decode()
    except UnicodeDecodeError:
        return None
    match style:
        case "password":
            return Credentials(user, Secret(text.rstrip()))
        case "two lines":
            lines = text.splitlines()
            return Credentials(lines[0] or None, Secret(lines[1])) if len(lines) >= 2 else None
        case "json":
            return _read_json(text)


def _read_json(text: str) -> Credentials | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    user, password = data.get("username"), data.get("password")
    if not isinstance(user, str) or not isinstance(password, str):
        return None
    return Credentials(user or None, Secret(password))


class Keyring:
    """Runs the `keyring` that stands on the PATH of `environ`, in `directory`, with no input."""

    def __init__(self, environ: Mapping[str, str], directory: Path, *, timeout: float = TIMEOUT) -> None:
        self._environ = dict(environ)
        self._directory = directory
        self._timeout = timeout

    async def get(self, style: Style, service: str, user: str | None) -> Credentials | None:
        """Ask for one service; None if there is no command, it fails, takes too long or prints what cannot be read."""
        command = shutil.which("keyring", path=self._environ.get("PATH", ""))
        if command is None or any("\0" in word for word in (service, user or "")):
            return None
        running = _Running((command, *arguments(style, service, user)), self._environ, self._directory)
        try:
            output = await asyncio.to_thread(running.output, self._timeout)
        except asyncio.CancelledError:
            running.kill()
            raise
        return None if output is None else read_output(style, output, user)


class _Running:
    """One run of the command, in a process group of its own so that nothing it started outlives it."""

    def __init__(self, command: tuple[str, ...], environ: Mapping[str, str], directory: Path) -> None:
        self._command = command
        self._environ = environ
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._killed = threading.Event()

    def output(self, timeout: float) -> bytes | None:
        """What it printed; None if it failed, took too long, printed too much or could not be started. Blocks."""
        try:
            process = self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environ,
                cwd=self._directory,
                start_new_session=True,
            )
        except OSError:
            return None
        assert process.stdout is not None
        timer = threading.Timer(timeout, self.kill)
        timer.daemon = True
        timer.start()
        try:
            if self._killed.is_set():
                return None
            output = process.stdout.read(MAX_OUTPUT + 1)
            if len(output) > MAX_OUTPUT:
                return None
            status = process.wait()
        finally:
            self.kill()
            timer.cancel()
            process.stdout.close()
            process.wait()
        return output if status == 0 else None

    def kill(self) -> None:
        """End it and what it started; may be called from any thread, more than once."""
        self._killed.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
