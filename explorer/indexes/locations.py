"""Where pages are: the URL of a project's page, and the folders that stand for an index or a flat location."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlunsplit
from urllib.request import url2pathname

from packaging.utils import NormalizedName

from ..model.index import Index
from ..model.url import SafeUrl

MAX_LOCAL_PAGE: Final = 64 * 1024 * 1024
MAX_FOLDER_ENTRIES: Final = 100_000


def page_url(index: Index, package: NormalizedName) -> SafeUrl:
    """The index's URL with the normalized name and one slash at its end; its query stays (indexes.md section 2)."""
    parts = index.url.parts
    path = parts.path.removesuffix("/")
    page = urlunsplit((parts.scheme, parts.netloc, f"{path}/{quote(package)}/", parts.query, ""))
    return SafeUrl.parse(page) if parts.query else SafeUrl.trusted(page)


def is_local(index: Index) -> bool:
    """The index or flat location is a folder or a file here: no request is made for it."""
    return index.url.scheme == "file"


def local_path(url: SafeUrl) -> Path:
    """The path that a file URL names."""
    return Path(url2pathname(url.path))


def read_local_page(index: Index, package: NormalizedName) -> bytes | None:
    """`NAME/index.html` below a local index; None where it does not exist. Raises `OSError`."""
    return _read(local_path(index.url) / package / "index.html")


def read_local_file(path: Path) -> bytes:
    """A local HTML page. Raises `OSError`."""
    body = _read(path)
    if body is None:
        raise FileNotFoundError(f"{path} does not exist")
    return body


def files_of_folder(folder: Path) -> Iterator[tuple[str, SafeUrl]]:
    """(name, file URL) of each file directly below `folder`, sorted by name. Raises `OSError`."""
    names: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if len(names) >= MAX_FOLDER_ENTRIES:
                raise OSError(f"{folder} has more than {MAX_FOLDER_ENTRIES} entries")
            if entry.is_file():
                names.append(entry.name)
    for name in sorted(names):
        yield name, SafeUrl.trusted((folder / name).absolute().as_uri())


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_LOCAL_PAGE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(body) > MAX_LOCAL_PAGE:
        raise OSError(f"{path} is larger than {MAX_LOCAL_PAGE // 1024 // 1024} MB")
    return body
