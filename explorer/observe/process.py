"""The process of the real tool: its output line by line, its end, and an end that is forced on it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

from .log_lines import MAX_LINE, MAX_LINES, clean, is_log

MAX_KEPT: Final = 50_000
"""Lines of output that are kept: the last ones, of log lines none."""

GRACE: Final = 2.0
"""Seconds between the polite and the certain end."""

_TICK: Final = 0.05


@dataclass(frozen=True, slots=True)
class Ended:
    """How the tool ended: of itself (with its status), cancelled, or because its time was over; what it said."""

    why: Literal["itself", "cancelled", "time"]
    status: int
    out: tuple[str, ...]
    err: tuple[str, ...]


class RunningTool:
    """The tool, started in a process group of its own; `hear` is called with each line of its output."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        stdin: str,
        hear: Callable[[str], None],
    ) -> None:
        """Raises `OSError` where it cannot be started."""
        self._hear = hear
        self._heard = threading.Lock()
        self._lines = 0
        self._process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._out: deque[str] = deque(maxlen=MAX_KEPT)
        self._err: deque[str] = deque(maxlen=MAX_KEPT)
        assert self._process.stdout is not None and self._process.stderr is not None
        self._readers = [
            threading.Thread(target=self._read, args=(self._process.stdout, self._out), daemon=True),
            threading.Thread(target=self._read, args=(self._process.stderr, self._err), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        if stdin and self._process.stdin is not None:
            with contextlib.suppress(OSError), self._process.stdin as pipe:
                pipe.write(stdin.encode())

    def until_end(self, cancelled: threading.Event, limit: float) -> Ended:
        """Wait until the tool ends, is `cancelled`, or ran for `limit` seconds; an interrupt ends it too."""
        ends_at = time.monotonic() + limit
        why: Literal["itself", "cancelled", "time"] = "itself"
        try:
            while self._process.poll() is None:
                if cancelled.wait(_TICK):
                    why = "cancelled"
                elif time.monotonic() > ends_at:
                    why = "time"
                else:
                    continue
                break
        finally:
            self._end_group()
        for reader in self._readers:
            reader.join(GRACE)
        return Ended(why, self._process.returncode or 0, tuple(self._out), tuple(self._err))

    def _end_group(self) -> None:
        """End the tool and whatever it started; builds that outlive it too."""
        for signal_, seconds in ((signal.SIGTERM, GRACE), (getattr(signal, "SIGKILL", signal.SIGTERM), GRACE)):
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(self._process.pid, signal_)
                else:
                    self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)

    def _read(self, stream: BinaryIO, kept: deque[str]) -> None:
        """Lines as they come; of one that is too long the rest is passed over."""
        rest_of_long = False
        with stream:
            while chunk := stream.readline(MAX_LINE):
                is_whole = chunk.endswith(b"\n")
                if not rest_of_long and self._lines < MAX_LINES:
                    self._take(chunk.decode("utf-8", "replace").rstrip("\r\n"), kept)
                rest_of_long = not is_whole

    def _take(self, line: str, kept: deque[str]) -> None:
        self._lines += 1
        with self._heard:
            self._hear(line)
        if not is_log(line):
            kept.append(clean(line))
