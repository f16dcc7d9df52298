"""For teachers: is a lesson's file right and its outcome true, and its indexes served for the class's own tools."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from .lesson import Lesson
from .lesson_file import complaint_at, lines_of, read_lesson_file
from .proof import check_by_engine, check_by_real_client
from .server import WorldServer

Clients = Callable[[str], Sequence[str] | None]
"""A profile (`uv@0.13.8`) → the words that start the real one, None where there is none to ask."""

Say = Callable[[str], None]

FETCH_TIMEOUT: Final = 300.0
"""Seconds that fetching another release of uv may take."""


def check_lesson_file(path: Path, clients: Clients, say: Say) -> Iterator[str]:
    """Complaints about a lesson, one sentence each with file and line: its text, then what it states that is not true.

    `say` is told what was proved. Raises `BadWorld` where the file is no lesson at all.
    """
    lesson = read_lesson_file(path)
    file = lines_of(path)
    unproved = []
    proved = 0
    for key, variant in lesson.variants():
        complaints = check_by_engine(variant)
        client = clients(variant.profile)
        if client is None:
            unproved.append(variant.profile)
        else:
            complaints += check_by_real_client(variant, client)
            proved += 1
        yield from (str(complaint_at(file, key, complaint)) for complaint in complaints)
    stated = proved + len(unproved)
    say(f"{path}: {stated} stated outcomes compared with the explorer's, {proved} with the real tool's.")
    if unproved:
        missing = ", ".join(dict.fromkeys(unproved))
        say(f"{path}: not compared with the real {missing}: put one on PATH, or name it with --as to fetch it.")


def fetched_uv(version: str) -> str | None:
    """The program of a release of uv that the uv on PATH fetches into its cache; None where it cannot."""
    locate = "import uv; print(uv.find_uv_bin())"
    words = ["uv", "tool", "run", "--no-config", "--from", f"uv=={version}", "python", "-c", locate]
    try:
        done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=FETCH_TIMEOUT)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    program = done.stdout.strip()
    return program if done.returncode == 0 and Path(program).is_file() else None


def served(lesson: Lesson, server: WorldServer) -> Iterator[str]:
    """Lines that say where the indexes of a running lesson are."""
    width = max(len(index.id) for host in lesson.world.hosts for index in host.indexes)
    for host in lesson.world.hosts:
        for index in host.indexes:
            notes = [f"login {index.account.user}"] if index.account is not None else []
            notes += ["refuses connections"] if host.refuse else []
            note = f"  ({', '.join(notes)})" if notes else ""
            yield f"{index.id:{width}}  {server.url(index.id)}/{note}"
