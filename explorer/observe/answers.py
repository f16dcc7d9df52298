"""The answer of the real tool, from what it wrote: a lock, printed pins, a report, or files."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from ..events import Pinned
from ..model.index import Index
from ..model.url import InvalidUrl, SafeUrl, mask_url
from ..settings.settings import Settings

MAX_ANSWER: Final = 100_000_000
MAX_PACKAGES: Final = 100_000

OBSERVED: Final = "observed"
"""Why a version was chosen: the tool chose it, and its answer does not say why."""

Lister = Callable[[str], Index | None]
"""A package → the one index that was seen to have it; None for none, or several."""


FileLister = Callable[[str, str], Index | None]
"""A package and the URL of a file of it → the index that lists the file."""


class UnreadableAnswer(Exception):
    """The tool ended well, but what it wrote cannot be read: one sentence."""


def from_lock(file: Path, settings: Settings) -> tuple[Pinned, ...]:
    """The packages of a uv.lock, without the project's own. Raises `UnreadableAnswer`."""
    try:
        packages = tomllib.loads(_text(file)).get("package", [])
    except (tomllib.TOMLDecodeError, RecursionError):
        raise UnreadableAnswer("The uv.lock that the tool wrote does not parse.") from None
    rows = [row for row in _list(packages) if isinstance(row, dict) and isinstance(row.get("name"), str)]
    parents = _parents(rows)
    return tuple(_locked(row, settings, parents) for row in rows[:MAX_PACKAGES] if not _is_own(row))


def _is_own(row: Mapping[str, Any]) -> bool:
    return bool({"virtual", "editable"} & set(_table(row.get("source")))) or "version" not in row


def _locked(row: Mapping[str, Any], settings: Settings, parents: Mapping[str, tuple[str, ...]]) -> Pinned:
    source = _table(row.get("source"))
    registry = source.get("registry")
    address = _url(registry) if isinstance(registry, str) else None
    markers = [str(marker) for marker in _list(row.get("resolution-markers"))]
    edges = [edge for edge in _list(row.get("dependencies")) if isinstance(edge, dict)]
    other = next((f"{kind} {value}" for kind, value in source.items() if kind != "registry"), None)
    pin = _pin(str(row["name"]), str(row["version"]), _by_url(address, settings), address)
    return replace(
        pin,
        markers=" or ".join(markers) or None,
        required_by=parents.get(pin.name, ()),
        source=mask_url(other) if other is not None else None,
        dependencies=tuple((str(edge.get("name", "")), _optional_text(edge.get("marker"))) for edge in edges),
    )


def _parents(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, tuple[str, ...]]:
    """Package → what requires it: names with versions, `you` for the project's own."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        parent = "you" if _is_own(row) else f"{row['name']}=={row['version']}"
        optional = [*_table(row.get("optional-dependencies")).values(), *_table(row.get("dev-dependencies")).values()]
        for edge in [*_list(row.get("dependencies")), *(edge for edges in optional for edge in _list(edges))]:
            if isinstance(edge, dict):
                found.setdefault(canonicalize_name(str(edge.get("name", ""))), {})[parent] = None
    return {name: tuple(parents) for name, parents in found.items()}


_PIN: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?"
)
_DIRECT: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])? @ (?P<url>\S+)(?:\s*;\s*(?P<marker>[^\\]+))?"
)
_FROM: Final = re.compile(r"^\s*# from (?P<url>\S+)")
_ADDED: Final = re.compile(r"^ \+ (?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>\S+)(?: \(from (?P<url>[^)]+)\))?")


def from_pins(lines: Iterable[str], settings: Settings, lister: Lister) -> tuple[Pinned, ...]:
    """What `uv pip compile` printed: pins, markers, and the index where an annotation names it."""
    pins: list[Pinned] = []
    for line in lines:
        if len(pins) >= MAX_PACKAGES:
            break
        if match := _PIN.match(line) or _DIRECT.match(line):
            found = match.groupdict()
            marker = found["marker"].partition("#")[0].strip() if found["marker"] else None
            if "version" in found:
                pin = _pin(found["name"], found["version"], lister(canonicalize_name(found["name"])))
            else:
                pin = replace(_pin(found["name"], ""), source=f"url {mask_url(found['url'])}")
            pins.append(replace(pin, markers=marker))
        elif pins and (match := _FROM.match(line)):
            address = _url(match["url"])
            index = _by_url(address, settings)
            pins[-1] = replace(pins[-1], index=address, index_id=index.id if index is not None else None)
    return tuple(pins)


def from_dry_run(lines: Iterable[str], lister: Lister) -> tuple[Pinned, ...]:
    """The ` + name==version` lines of `uv pip install --dry-run`: what would change in the environment."""
    pins: list[Pinned] = []
    for line in lines:
        if (match := _ADDED.match(line)) and len(pins) < MAX_PACKAGES:
            pin = _pin(match["name"], match["version"], lister(canonicalize_name(match["name"])))
            pins.append(replace(pin, source=f"url {mask_url(match['url'])}") if match["url"] else pin)
    return tuple(pins)


def from_report(file: Path, lister: FileLister) -> tuple[Pinned, ...]:
    """pip's installation report. Raises `UnreadableAnswer`."""
    try:
        report = json.loads(_text(file))
    except (json.JSONDecodeError, RecursionError):
        raise UnreadableAnswer("The report that pip wrote does not parse.") from None
    return tuple(_reported(row, lister) for row in _list(_table(report).get("install"))[:MAX_PACKAGES])


def _reported(row: Any, lister: FileLister) -> Pinned:
    metadata = _table(_table(row).get("metadata"))
    name = str(metadata.get("name", ""))
    download = _table(_table(row).get("download_info")).get("url")
    direct = f"url {mask_url(str(download))}" if _table(row).get("is_direct") else None
    index = lister(canonicalize_name(name), str(download)) if direct is None else None
    pin = _pin(name, str(metadata.get("version", "")), index)
    extras = tuple(sorted(str(extra) for extra in _list(_table(row).get("requested_extras"))))
    parents = ("you",) if _table(row).get("requested") else ()
    return replace(pin, required_by=parents, requested_extras=extras, source=direct)


def from_files(folder: Path, lister: Lister) -> tuple[Pinned, ...]:
    """The distributions that `pip download` and `pip wheel` leave in a folder."""
    pins: list[Pinned] = []
    for file in sorted(folder.iterdir())[:MAX_PACKAGES] if folder.is_dir() else ():
        try:
            if file.suffix == ".whl":
                name, version, *_ = parse_wheel_filename(file.name)
            else:
                name, version = parse_sdist_filename(file.name)
        except (InvalidWheelFilename, InvalidSdistFilename):
            continue
        pins.append(_pin(name, str(version), lister(name)))
    return tuple(pins)


def _pin(name: str, version: str, index: Index | None = None, address: SafeUrl | None = None) -> Pinned:
    return Pinned(
        name=canonicalize_name(name),
        version=version,
        index=address if index is None else index.url,
        index_id=index.id if index is not None else None,
        markers=None,
        metadata_from=None,
        files={},
        why=OBSERVED,
        required_by=(),
    )


def _by_url(address: SafeUrl | None, settings: Settings) -> Index | None:
    """The index at an address, a slash at its end or not."""
    if address is None:
        return None
    return next((index for index in _indexes(settings) if index.url.rstrip("/") == address.rstrip("/")), None)


def _indexes(settings: Settings) -> Iterator[Index]:
    yield from settings.indexes
    yield from settings.find_links


def _url(text: str) -> SafeUrl | None:
    try:
        return SafeUrl.parse(text)
    except InvalidUrl:
        return None


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_ANSWER:
            raise UnreadableAnswer(f"The answer has more than {MAX_ANSWER // 1_000_000} MB.")
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise UnreadableAnswer(f"The tool ended well, but wrote no {file.name}.") from None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _optional_text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
