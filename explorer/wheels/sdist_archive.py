"""Source distributions as archives, and source folders: what can be read without running anything, and safe unpacking.

Archives are untrusted: bounded in size and number of files, and nothing is written outside the folder given.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedIOBase, BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Final, Protocol

MAX_UNPACKED: Final = 512 * 1024 * 1024
MAX_MEMBERS: Final = 100_000
MAX_STATIC_FILE: Final = 16 * 1024 * 1024
STEP: Final = 1 << 20

STATIC_FILES: Final = ("pyproject.toml", "PKG-INFO")
"""What a source tree may state about itself, at its top."""

NOT_COPIED: Final = (".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache")


class BrokenArchive(Exception):
    """The archive is no readable sdist; the message says what is wrong with it."""


class SourceTree(Protocol):
    """The sources of one package version. Both methods block: call them on a thread."""

    def static_files(self) -> Mapping[str, bytes]:
        """Those of `STATIC_FILES` that stand at the top and may be believed. Raises `BrokenArchive`."""
        ...

    def unpack(self, folder: Path) -> Path:
        """Write the sources below `folder` and return their top. Raises `BrokenArchive`, `OSError`."""
        ...


@dataclass(frozen=True, slots=True)
class SourceFolder:
    """A folder of the user: never built in place, its PKG-INFO may be out of date (uv 0.13.8)."""

    path: Path

    def static_files(self) -> Mapping[str, bytes]:
        stated = self.path / STATIC_FILES[0]
        try:
            if stated.stat().st_size > MAX_STATIC_FILE:
                raise BrokenArchive(f"{STATIC_FILES[0]} is too large")
            return {STATIC_FILES[0]: stated.read_bytes()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise BrokenArchive(f"{stated} cannot be read: {error.strerror or error}") from None

    def unpack(self, folder: Path) -> Path:
        top = folder / "source"
        shutil.copytree(self.path, top, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
        return top


@dataclass(frozen=True, slots=True)
class SourceArchive:
    """An sdist as downloaded."""

    filename: str
    data: bytes = field(repr=False)

    def static_files(self) -> Mapping[str, bytes]:
        with _opened(self.filename, self.data) as archive:
            return archive.top_files(STATIC_FILES)

    def unpack(self, folder: Path) -> Path:
        with _opened(self.filename, self.data) as archive:
            archive.unpack(folder)
            top = archive.top
        return folder / top if top else folder


class _Archive(Protocol):
    @property
    def top(self) -> str: ...

    def top_files(self, names: tuple[str, ...]) -> Mapping[str, bytes]: ...

    def unpack(self, folder: Path) -> None: ...


@contextmanager
def _opened(filename: str, data: bytes) -> Iterator[_Archive]:
    """The archive as a tar or zip file. Raises `BrokenArchive` for what the standard library cannot read."""
    try:
        if filename.lower().endswith(".zip"):
            with zipfile.ZipFile(BytesIO(data)) as opened:
                yield _Zip(opened)
        else:
            with TemporaryFile() as plain:
                _decompress(filename, data, plain)
                plain.seek(0)
                with tarfile.open(fileobj=plain, mode="r:") as tar:
                    yield _Tar(tar)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError) as error:
        raise BrokenArchive(f"{filename} cannot be read: {error}") from None
    except (ValueError, RuntimeError, OverflowError, OSError, MemoryError) as error:
        raise BrokenArchive(f"{filename} is broken: {error}") from None


def _decompress(filename: str, data: bytes, plain: IO[bytes]) -> None:
    """Write the tar file inside `data`, within `MAX_UNPACKED`."""
    written = 0
    with _plain(filename.lower(), BytesIO(data)) as stream:
        while piece := stream.read(STEP):
            written += len(piece)
            if written > MAX_UNPACKED:
                raise BrokenArchive(f"{filename} unpacks to more than {MAX_UNPACKED} bytes")
            plain.write(piece)


def _plain(name: str, data: BytesIO) -> BufferedIOBase:
    if name.endswith((".gz", ".tgz")):
        return gzip.GzipFile(fileobj=data)
    if name.endswith((".bz2", ".tbz")):
        return bz2.BZ2File(data)
    if name.endswith((".xz", ".lzma", ".txz", ".tlz")):
        return lzma.LZMAFile(data)
    if name.endswith(".tar"):
        return data
    raise BrokenArchive(f"{name} has an ending that is not known")


class _Tar:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = [member for member in _bounded(tar) if is_safe(member.name)]
        if sum(member.size for member in self._members if member.isfile()) > MAX_UNPACKED:
            raise BrokenArchive(f"the archive unpacks to more than {MAX_UNPACKED} bytes")
        self.top = _common_top(member.name for member in self._members)

    def top_files(self, names: tuple[str, ...]) -> Mapping[str, bytes]:
        wanted = {str(PurePosixPath(self.top, name)): name for name in names}
        found: dict[str, bytes] = {}
        for member in self._members:
            name = wanted.get(str(PurePosixPath(member.name)))
            if name is not None and member.isreg() and member.size <= MAX_STATIC_FILE:
                opened = self._tar.extractfile(member)
                found[name] = opened.read() if opened is not None else b""
        return found

    def unpack(self, folder: Path) -> None:
        """Regular files and folders; links and devices are left out, so nothing can point outside."""
        for member in self._members:
            target = folder / PurePosixPath(member.name)
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
            elif member.isreg():
                target.parent.mkdir(parents=True, exist_ok=True)
                opened = self._tar.extractfile(member)
                with target.open("wb") as written:
                    shutil.copyfileobj(opened or BytesIO(), written, STEP)
                target.chmod(0o755 if member.mode & 0o100 else 0o644)


class _Zip:
    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._zip = opened
        listed = opened.infolist()
        if len(listed) > MAX_MEMBERS or sum(info.file_size for info in listed) > MAX_UNPACKED:
            raise BrokenArchive(f"the archive has more than {MAX_MEMBERS} files or {MAX_UNPACKED} bytes")
        self._members = [info for info in listed if is_safe(info.filename) and not info.is_dir()]
        self.top = _common_top(info.filename for info in self._members)

    def top_files(self, names: tuple[str, ...]) -> Mapping[str, bytes]:
        wanted = {str(PurePosixPath(self.top, name)): name for name in names}
        return {
            wanted[info.filename]: self._zip.read(info)
            for info in self._members
            if info.filename in wanted and info.file_size <= MAX_STATIC_FILE
        }

    def unpack(self, folder: Path) -> None:
        for info in self._members:
            target = folder / PurePosixPath(info.filename)
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._zip.open(info) as opened, target.open("wb") as written:
                shutil.copyfileobj(opened, written, STEP)


def _bounded(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for count, member in enumerate(tar):
        if count >= MAX_MEMBERS:
            raise BrokenArchive(f"the archive has more than {MAX_MEMBERS} files")
        yield member


def is_safe(name: str) -> bool:
    """A relative path that stays below its folder, on every system."""
    if not name or "\0" in name or "\\" in name or ":" in name.split("/")[0]:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _common_top(names: Iterable[str]) -> str:
    """The one folder that everything lies in; empty where there are several things at the top."""
    tops = {PurePosixPath(name).parts[0] for name in names if PurePosixPath(name).parts}
    return tops.pop() if len(tops) == 1 else ""
