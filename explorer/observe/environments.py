"""A virtual environment as a copy that the real tool may look at: its interpreter, and what is installed by name."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from .scratch import ScratchCopy

MAX_INSTALLED: Final = 5_000
_KEPT: Final = ("METADATA", "INSTALLER", "RECORD", "direct_url.json", "PKG-INFO", "top_level.txt", "requires.txt")


def replicate_environment(environ: Mapping[str, str], folder: Path, copy: ScratchCopy) -> dict[str, str]:
    """Copy the environments that uv would find from `folder`; the variables that make it find the copies.

    uv puts a lock file into an environment even where it changes nothing; so it gets one of its own. `.venv` folders
    above `folder` stand at their place in the copy; the active environment is named by VIRTUAL_ENV.
    """
    for parent in (folder, *folder.parents):
        if (parent / ".venv" / "pyvenv.cfg").is_file():
            _replicate(parent / ".venv", copy.place(parent / ".venv"))
            break
    named = {name: environ[name] for name in ("VIRTUAL_ENV", "UV_PYTHON") if environ.get(name)}
    return {name: replicated_interpreter(value, folder, copy) for name, value in named.items()}


def replicated_interpreter(request: str, folder: Path, copy: ScratchCopy) -> str:
    """The path of an environment, or of an interpreter in one, as that of its copy; any other request as it is."""
    if "/" not in request and os.sep not in request:
        return request
    path = Path(os.path.normpath(folder / request))
    for environment in (path, path.parent.parent):
        if (environment / "pyvenv.cfg").is_file():
            _replicate(environment, copy.place(environment))
            return str(copy.place(path))
    return request


def _replicate(source: Path, target: Path) -> None:
    """What cannot be read is left out: the tool then says what it misses."""
    with contextlib.suppress(OSError):
        if (target / "pyvenv.cfg").exists():
            return
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
