"""A virtual environment as a copy that the real tool may look at: its interpreter, and what is installed by name."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from .scratch import ScratchCopy

MAX_INSTALLED: Final = 5_000
_KEPT: Final = ("METADATA", "INSTALLER", "RECORD", "direct_url.json", "PKG-INFO", "top_level.txt", "requires.txt")


def replicate_environment(environ: Mapping[str, str], folder: Path, copy: ScratchCopy) -> dict[str, str]:
    """Copy the environment that uv would find, and the variables that make it find the copy.

    uv puts a lock file into an environment even where it changes nothing; so it gets one of its own. `.venv` folders
    above `folder` stand at their place in the copy; the active environment is named by VIRTUAL_ENV.
    """
    for parent in (folder, *folder.parents):
        if (parent / ".venv" / "pyvenv.cfg").is_file():
            _replicate(parent / ".venv", copy.place(parent / ".venv"))
            break
    active = environ.get("VIRTUAL_ENV")
    if not active or not (Path(active) / "pyvenv.cfg").is_file():
        return {}
    target = copy.place(folder / active)
    if not target.exists():
        _replicate(Path(active), target)
    return {"VIRTUAL_ENV": str(target)}


def _replicate(source: Path, target: Path) -> None:
    """What cannot be read is left out: the tool then says what it misses."""
    with contextlib.suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / "pyvenv.cfg", target / "pyvenv.cfg")
        for scripts in ("bin", "Scripts"):
            for program in sorted((source / scripts).glob("python*")):
                (target / scripts).mkdir(exist_ok=True)
                (target / scripts / program.name).symlink_to(program.resolve())
        for number, installed in enumerate(_installed(source)):
            if number >= MAX_INSTALLED:
                return
            place = target / installed.relative_to(source)
            place.mkdir(parents=True, exist_ok=True)
            for name in _KEPT:
                if (installed / name).is_file():
                    shutil.copyfile(installed / name, place / name)


def _installed(source: Path) -> Iterator[Path]:
    for packages in (*source.glob("lib*/python*/site-packages"), source / "Lib" / "site-packages"):
        if packages.is_dir() and not packages.parent.parent.is_symlink():
            yield from sorted(packages.glob("*.dist-info"))
            yield from sorted(packages.glob("*.egg-info"))
