"""What is written to the two outputs beside data: harmless lines."""

from __future__ import annotations

import os
import sys
from typing import IO


def say(text: str) -> None:
    from ..view.safe_text import safe

    sys.stdout.write(f"{safe(text)}\n")
    sys.stdout.flush()


def complain(message: str) -> None:
    from ..view.safe_text import safe

    sys.stderr.write(f"resolve-tui: {safe(message)}\n")


def silence(stream: IO[str]) -> None:
    """Let nothing that is still buffered be written to a closed pipe at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
