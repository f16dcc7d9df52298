"""The answer of a run as files that installers read: a requirements file and `pylock.toml` (PEP 751)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from packaging.markers import Marker
from packaging.pylock import (
    Package,
    PackageDirectory,
    PackageSdist,
    PackageWheel,
    Pylock,
    PylockValidationError,
)
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from ..events import Pinned, PinnedFile, Resolved

CREATED_BY: Final = "resolve-tui"


class CannotExport(Exception):
    """The answer does not fit the format; the message names the package and what is missing."""


def requirements_text(resolved: Resolved) -> str:
    """Pins with their markers, sorted by name, each with who requires it, as `uv pip compile` writes them."""
    packages = sorted(resolved.packages, key=lambda pinned: (pinned.name, Version(pinned.version)))
    return "".join(f"{requirement_line(pinned)}\n{_via(pinned.required_by)}" for pinned in packages)


def requirement_line(pinned: Pinned) -> str:
    """`name[extra]==1.0 ; marker`; of a direct reference `name @ URL`, of a local project its path."""
    extras = f"[{','.join(pinned.requested_extras)}]" if pinned.requested_extras else ""
    marker = f" ; {pinned.markers}" if pinned.markers else ""
    if pinned.source is None:
        return f"{pinned.name}{extras}=={pinned.version}{marker}"
    if "://" in pinned.source:
        return f"{pinned.name}{extras} @ {pinned.source}{marker}"
    path = pinned.source if pinned.source.startswith((".", "/")) else f"./{pinned.source}"
    return f"{path}{extras}{marker}"


def pylock_text(resolved: Resolved, requires_python: SpecifierSet | None = None) -> str:
    """The answer as `pylock.toml`, validated by `packaging.pylock`.

    Raises `CannotExport` where the index states no hash of any file of a package, which the format demands, and for
    direct references to archives and repositories, of which no hash is known.
    """
    packages = sorted(resolved.packages, key=lambda pinned: (pinned.name, Version(pinned.version)))
    lock = Pylock(
        lock_version=Version("1.0"),
        created_by=CREATED_BY,
        requires_python=requires_python or None,
        packages=[_package(pinned) for pinned in packages],
    )
    try:
        lock.validate()
    except PylockValidationError as error:
        raise CannotExport(f"the answer is no valid pylock.toml: {error}") from None
    return _toml(lock.to_dict())


def _via(required_by: Iterable[str]) -> str:
    names = sorted({parent.partition(" ")[0] for parent in required_by})
    if len(names) == 1:
        return f"    # via {names[0]}\n"
    return "".join(["    # via\n", *(f"    #   {name}\n" for name in names)]) if names else ""


def _package(pinned: Pinned) -> Package:
    name = canonicalize_name(pinned.name)
    marker = Marker(pinned.markers) if pinned.markers else None
    if pinned.source is not None:
        if "://" in pinned.source:
            raise CannotExport(f"{pinned.name} comes from {pinned.source}, of which no hash is known: pylock needs one")
        return Package(name=name, marker=marker, directory=PackageDirectory(path=pinned.source))
    hashed = [file for file in pinned.distributions if file.hashes]
    if not hashed:
        raise CannotExport(
            f"no hash of {pinned.name} {pinned.version} is known, and pylock.toml needs one of each file"
        )
    sdists = [file for file in hashed if file.kind == "sdist"]
    return Package(
        name=name,
        version=Version(pinned.version),
        marker=marker,
        index=None if pinned.index is None else str(pinned.index),
        sdist=PackageSdist(**_file(sdists[0])) if sdists else None,
        wheels=[PackageWheel(**_file(file)) for file in hashed if file.kind == "wheel"] or None,
    )


def _file(file: PinnedFile) -> dict[str, Any]:
    return {
        "name": file.filename,
        "url": str(file.url).partition("#")[0],
        "upload_time": _time(file.upload_time),
        "size": file.size,
        "hashes": dict(file.hashes),
    }


def _time(text: str | None) -> datetime | None:
    """ISO 8601 text as the index states it; None where it is none."""
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return time if time is None or time.tzinfo is not None else time.replace(tzinfo=UTC)


def _toml(document: Mapping[str, Any]) -> str:
    """The document as TOML: its values, then each package as a table with its files as inline tables."""
    lines = [f"{key} = {_value(value)}" for key, value in document.items() if key != "packages"]
    for package in document["packages"]:
        lines += ["", "[[packages]]", *(f"{key} = {_rows(value)}" for key, value in package.items())]
    if not document["packages"]:
        lines.append("packages = []")
    return "\n".join(lines) + "\n"


def _rows(value: object) -> str:
    """A list of tables with a row each; anything else on one line."""
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        return "[\n" + "".join(f"    {_value(row)},\n" for row in value) + "]"
    return _value(value)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case datetime():
            return value.isoformat()
        case Mapping():
            return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return _string(str(value))


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else _string(key)


def _string(text: str) -> str:
    """A TOML basic string: JSON's, without DEL and lone surrogates, which TOML does not allow."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
