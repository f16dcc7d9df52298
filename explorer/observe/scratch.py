"""A copy of what a command reads, in a temporary folder, at the same place below it: `../lib` leads to a copy too."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

MAX_FILES: Final = 20_000
MAX_BYTES: Final = 200_000_000
MAX_REFERENCES: Final = 200

LEFT_OUT: Final = frozenset(
    {
        ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".pytest_cache",
        ".ruff_cache", ".tox", ".nox", ".cache", ".eggs",
    }
)  # fmt: skip
"""Folders that no resolution reads."""

_REFERENCE: Final = re.compile(
    r"^\s*(?:-[rce]|--(?:requirements?|constraints?|editable))(?:\s+|=)(?P<path>[^\s#]+)|(?P<bare>^\s*\.{1,2}/[^\s#;\[]*)",
    re.MULTILINE,
)
_FILE_URL: Final = re.compile(r"""file://(?:localhost)?(/[^\s"'#;\]]+)""")


class CannotRehearse(Exception):
    """The command cannot be run without touching what it must not touch: one sentence that says why."""


class ScratchCopy:
    """Files of the user, copied below `folder` at their absolute place; nothing is ever written outside of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = 0
        self._bytes = 0
        self._brought: set[Path] = set()
        self._roots: list[Path] = []

    def place(self, path: Path) -> Path:
        """Where the copy of an absolute path stands, whether or not there is one."""
        normal = Path(os.path.normpath(path))
        return self.folder.joinpath(*normal.parts[1:])

    def has(self, path: Path) -> bool:
        """The path, or a folder that it stands in, was copied."""
        normal = Path(os.path.normpath(path))
        return any(normal == root or root in normal.parents for root in self._roots)

    def bring(self, path: Path) -> Path:
        """Copy a file or a folder with what it refers to; its place. Raises `CannotRehearse` over the limits."""
        path = Path(os.path.normpath(path))
        target = self.place(path)
        if path in self._brought or self.has(path):
            return target
        self._brought.add(path)
        if len(self._brought) > MAX_REFERENCES:
            raise CannotRehearse(f"The project refers to more than {MAX_REFERENCES} files and folders outside of it.")
        if path.is_dir():
            self._roots.append(path)
            self._copy_folder(path)
        elif path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            self._copy_file(path, target)
        for reference in self._references(path):
            self.bring(reference)
        return target

    def _copy_folder(self, root: Path) -> None:
        for folder, names, files in os.walk(root):
            here = Path(folder)
            target = self.place(here)
            target.mkdir(parents=True, exist_ok=True)
            linked = [name for name in names if (here / name).is_symlink()]
            names[:] = [name for name in names if name not in linked and not _is_left_out(here / name)]
            for name in [*linked, *files]:
                source = here / name
                if source.is_symlink():
                    self._copy_link(source, root)
                elif source.is_file():
                    self._copy_file(source, target / name)

    def _copy_link(self, link: Path, root: Path) -> None:
        """A link within the project leads to the copy of what it leads to; others are left out."""
        try:
            leads_to = link.resolve(strict=True)
        except (OSError, RuntimeError):
            return
        if root in leads_to.parents and not _is_left_out(leads_to):
            self.place(link).symlink_to(self.place(leads_to))

    def _copy_file(self, source: Path, target: Path) -> None:
        if target.exists():
            return
        try:
            size = source.stat().st_size
            self._files += 1
            self._bytes += size
            if self._files > MAX_FILES or self._bytes > MAX_BYTES:
                raise CannotRehearse(
                    f"The project is too large to be copied for the real tool: more than {MAX_FILES:,} files or "
                    f"{MAX_BYTES // 1_000_000} MB, without version control, environments and caches."
                )
            shutil.copyfile(source, target)
            target.chmod(0o700 if os.access(source, os.X_OK) else 0o600)
        except OSError as error:
            raise CannotRehearse(f"{source} cannot be copied: {error.strerror or error}.") from None

    def _references(self, path: Path) -> Iterator[Path]:
        """What files outside of the copied folders a project or a requirements file reads."""
        files = [path] if path.is_file() else [file for file in _project_files(path) if file.is_file()]
        for file in files:
            try:
                text = file.read_text(encoding="utf-8", errors="replace")[:1_000_000]
            except OSError:
                continue
            self._refuse_folders_by_url(file, text)
            relative = _source_paths(file, text) if file.suffix == ".toml" else _required_paths(text)
            for name in relative:
                reference = Path(os.path.normpath(file.parent / name))
                if Path(name).is_absolute() and _is_buildable(reference):
                    raise _named_by_its_address(file, reference)
                if reference.exists() and not Path(name).is_absolute() and not self.has(reference):
                    yield reference

    def _refuse_folders_by_url(self, file: Path, text: str) -> None:
        for match in _FILE_URL.finditer(text):
            if _is_buildable(Path(match[1])):
                raise _named_by_its_address(file, Path(match[1]))


def _named_by_its_address(file: Path, folder: Path) -> CannotRehearse:
    return CannotRehearse(
        f"{file} names the folder {folder} by its absolute path: the real tool would build it there, outside of the "
        "copy. A relative path can be rehearsed."
    )


def _is_buildable(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("pyproject.toml", "setup.py", "setup.cfg"))


def _is_left_out(folder: Path) -> bool:
    return folder.name in LEFT_OUT or (folder / "pyvenv.cfg").is_file()


def _project_files(folder: Path) -> Iterator[Path]:
    """Files of a folder that name other files: its own, and those of workspace members one or two levels down."""
    yield folder / "pyproject.toml"
    for pattern in ("*/pyproject.toml", "*/*/pyproject.toml", "*.txt", "*.in", "*/*.txt", "*/*.in"):
        for number, file in enumerate(sorted(folder.glob(pattern))):
            if number >= MAX_REFERENCES:
                return
            if not any(part in LEFT_OUT for part in file.relative_to(folder).parts):
                yield file


def _source_paths(file: Path, text: str) -> Iterator[str]:
    """The `path` entries of `tool.uv.sources` of a pyproject.toml."""
    if file.name != "pyproject.toml":
        return
    try:
        sources: Any = tomllib.loads(text)["tool"]["uv"]["sources"]
    except (KeyError, TypeError, tomllib.TOMLDecodeError):
        return
    for source in sources.values() if isinstance(sources, dict) else ():
        for entry in source if isinstance(source, list) else [source]:
            if isinstance(entry, dict) and isinstance(entry.get("path"), str):
                yield entry["path"]


def _required_paths(text: str) -> Iterator[str]:
    """The files and folders that lines of a requirements file name."""
    for match in _REFERENCE.finditer(text):
        name = (match["path"] or match["bare"]).strip()
        if "://" not in name:
            yield name
