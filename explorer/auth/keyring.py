"""The keyring command: what it is asked, how its answer is read, and running it (auth.md sections 2 and 9.7)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
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
        output = await self._run(command, *arguments(style, service, user))
        return None if output is None else read_output(style, output, user)

    async def _run(self, *command: str) -> bytes | None:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environ,
                cwd=self._directory,
            )
        except OSError:
            return None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._timeout):
                output = b""
                while len(output) <= MAX_OUTPUT and (data := await process.stdout.read(MAX_OUTPUT)):
                    output += data
                if len(output) > MAX_OUTPUT:
                    return None
                status = await process.wait()
        except TimeoutError:
            return None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return output if status == 0 else None
