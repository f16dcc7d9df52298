"""Which lessons were predicted and done, kept in the user's state folder; a broken file counts as empty."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..paths import state_folder

MAX_PROGRESS_BYTES: Final = 64 * 1024


@dataclass(slots=True)
class Progress:
    """`predicted`: lesson → the number of the choice. `done`: lessons whose explanation was read. `last`: newest."""

    path: Path | None = None
    predicted: dict[str, int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    last: str | None = None

    def save(self) -> None:
        """Write it; a folder that cannot be written loses it and nothing else."""
        if self.path is None:
            return
        content = {"last": self.last, "done": sorted(self.done), "predicted": self.predicted}
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            written = self.path.with_suffix(".new")
            written.write_text(json.dumps(content), encoding="utf-8")
            written.replace(self.path)


def progress_file(environ: Mapping[str, str] = os.environ, home: Path | None = None) -> Path:
    """Where progress is kept."""
    return state_folder(environ, home or Path.home()) / "lessons.json"


def read_progress(path: Path) -> Progress:
    """What was kept; whatever is no progress is left out."""
    try:
        if path.stat().st_size > MAX_PROGRESS_BYTES:
            return Progress(path)
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return Progress(path)
    if not isinstance(content, dict):
        return Progress(path)
    predicted, done, last = content.get("predicted"), content.get("done"), content.get("last")
    return Progress(
        path,
        {
            name: choice
            for name, choice in (predicted.items() if isinstance(predicted, dict) else ())
            if isinstance(choice, int) and not isinstance(choice, bool)
        },
        {name for name in (done if isinstance(done, list) else ()) if isinstance(name, str)},
        last if isinstance(last, str) else None,
    )
