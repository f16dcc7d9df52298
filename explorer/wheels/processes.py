"""Ending a program together with what it started."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill `process`, which must have been started with `start_new_session=True`, and on POSIX its whole session."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
