"""One requirement as text (PEP 508, a URL, a path) → a `Requirement`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508Requirement
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from ..model.credentials import Credentials
from ..model.origin import Origin
from ..model.requirement import MAX_REQUIREMENT_LENGTH, Requirement
from ..model.url import InvalidUrl, SafeUrl, mask_url, split_credentials
from .settings import UsageError
from .toml_file import BrokenToml, read_toml

ARCHIVE_ENDINGS: Final = (".whl", ".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar")

_VERSION_CONTROL: Final = re.compile(r"(?i)^(git|hg|svn|bzr)\+")
_SCHEME: Final = re.compile(r"(?i)^[a-z][a-z0-9+.-]*://|^file:")
_NAMED: Final = re.compile(r"^\s*[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[^\]]*\])?\s*(@|[<>=!~;(]|$)")
_TRAILING_EXTRAS: Final = re.compile(r"^(?P<place>.*?[^\s\[])\s*\[(?P<extras>[\w\s,.-]*)\]\s*$")


def parse_requirement(
    text: str,
    origin: Origin,
    folder: Path,
    *,
    extra: NormalizedName | None = None,
    group: NormalizedName | None = None,
    editable: bool = False,
    hashes: tuple[str, ...] = (),
) -> Requirement:
    """`text` as stated at `origin`; relative paths are relative to `folder`.

    Raises `UsageError` that names the origin for a text that is neither PEP 508 nor a URL or path with a known name.
    """
    text = text.strip()
    if len(text) > MAX_REQUIREMENT_LENGTH:
        raise UsageError(f"{origin}: the requirement is longer than {MAX_REQUIREMENT_LENGTH} characters.")
    if editable or _is_unnamed(text, folder):
        return _unnamed(text, origin, folder, extra, group, editable, hashes)
    try:
        parsed = Pep508Requirement(text)
    except (InvalidRequirement, RecursionError) as error:
        what = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise UsageError(f"{origin}: {mask_url(text)[:120]!r} is no requirement: {mask_url(what)}.") from None
    where = _place(parsed.url, origin, folder) if parsed.url else _NOWHERE
    return Requirement(
        name=canonicalize_name(parsed.name),
        specifier=parsed.specifier,
        extras=frozenset(canonicalize_name(name) for name in parsed.extras),
        marker=parsed.marker,
        url=where[0],
        url_credentials=where[1],
        path=where[2],
        extra=extra,
        group=group,
        hashes=hashes,
        origin=origin,
    )


def parse_name(text: str, where: str) -> NormalizedName:
    """A package name, normalized. Raises `UsageError` that starts with `where`."""
    try:
        return canonicalize_name(text.strip(), validate=True)
    except InvalidName:
        raise UsageError(f"{where}: {mask_url(text)[:80]!r} is no package name.") from None


def parse_marker(text: str, where: str) -> Marker:
    """An environment marker. Raises `UsageError` that starts with `where`."""
    try:
        return Marker(text)
    except (InvalidMarker, RecursionError):
        raise UsageError(f"{where}: {text[:120]!r} is no environment marker.") from None


Place = tuple[SafeUrl | None, Credentials | None, str | None]
_NOWHERE: Final[Place] = (None, None, None)


def _place(text: str, origin: Origin, folder: Path) -> Place:
    """A direct reference → (URL, its credentials, None), or (None, None, path) for what lies in the file system."""
    text = text.strip()
    if _VERSION_CONTROL.match(text):
        return SafeUrl.trusted(mask_url(text)), None, None
    if text[:5].lower() == "file:":
        return None, None, str((folder / _file_path(text)).absolute())
    if _SCHEME.match(text):
        try:
            url, credentials = split_credentials(text)
        except InvalidUrl as error:
            raise UsageError(f"{origin}: {error}.") from None
        return url, credentials, None
    return None, None, str(_absolute(text, folder))


def _file_path(url: str) -> str:
    """The path of a file URL (urllib.request could say it too, but takes longer to load than everything here)."""
    path = unquote(urlsplit(url).path)
    return path[1:] if re.match(r"/[A-Za-z]:", path) else path


def _absolute(text: str, folder: Path) -> Path:
    return Path(text) if Path(text).is_absolute() else folder / text


def _is_unnamed(text: str, folder: Path) -> bool:
    if text.startswith(("./", "../", "/", ".[")) or text in (".", ".."):
        return True
    if _VERSION_CONTROL.match(text) or _SCHEME.match(text):
        return True
    place = text.split(";")[0].strip()
    return not _NAMED.match(text) and ("/" in place or place.lower().endswith(ARCHIVE_ENDINGS))


def _unnamed(
    text: str,
    origin: Origin,
    folder: Path,
    extra: NormalizedName | None,
    group: NormalizedName | None,
    editable: bool,
    hashes: tuple[str, ...],
) -> Requirement:
    place, semicolon, condition = text.partition(" ;") if " ;" in text else text.partition("; ")
    marker = parse_marker(condition, str(origin)) if semicolon else None
    name: NormalizedName | None = None
    if " @ " in place:
        stated, _, place = place.partition(" @ ")
        stated, _, listed = stated.partition("[")
        name = parse_name(stated, str(origin))
        extras = _extras(listed.rstrip(" ]"))
    else:
        match = _TRAILING_EXTRAS.match(place)
        extras = _extras(match["extras"]) if match else frozenset()
        place = match["place"] if match else place
    place = place.strip()
    url, credentials, path = _place(place, origin, folder)
    name = name or _name_of(place, url, path)
    if name is None:
        shown = mask_url(place)[:120]
        raise UsageError(f"{origin}: no package name is known for {shown!r}; write it as `name @ {shown}`.")
    return Requirement(
        name=name,
        extras=extras,
        marker=marker,
        url=url,
        url_credentials=credentials,
        path=path,
        editable=editable,
        extra=extra,
        group=group,
        hashes=hashes,
        origin=origin,
    )


def _extras(text: str) -> frozenset[NormalizedName]:
    return frozenset(canonicalize_name(part.strip()) for part in text.split(",") if part.strip())


def _name_of(place: str, url: SafeUrl | None, path: str | None) -> NormalizedName | None:
    egg = re.search(r"[#&]egg=([A-Za-z0-9._-]+)", place)
    if egg:
        return canonicalize_name(egg[1])
    filename = url.filename if url is not None else Path(path or "").name
    if filename.lower().endswith(ARCHIVE_ENDINGS):
        return name_of_file(filename)
    return name_of_folder(Path(path)) if path else None


def name_of_file(filename: str) -> NormalizedName | None:
    """The project that a wheel or sdist name belongs to, None where the name has no version."""
    if filename.lower().endswith(".whl"):
        stem = filename.split("-")[0]
    else:
        match = re.match(r"(?P<name>.+?)-\d", filename)
        if not match:
            return None
        stem = match["name"]
    try:
        return canonicalize_name(stem, validate=True)
    except InvalidName:
        return None


def name_of_folder(folder: Path) -> NormalizedName | None:
    """The name that the project in `folder` gives itself (pyproject.toml, setup.cfg); None where it says none."""
    try:
        name = read_toml(folder / "pyproject.toml", "pyproject.toml").content["project"]["name"]
        return canonicalize_name(name, validate=True)
    except (BrokenToml, UsageError, KeyError, TypeError, InvalidName):
        pass
    try:
        text = (folder / "setup.cfg").read_text(encoding="utf-8")
    except (OSError, ValueError):  # no UTF-8, or a NUL in the path
        return None
    match = re.search(r"(?ms)^\[metadata\].*?^name\s*=\s*([A-Za-z0-9._-]+)", text)
    return canonicalize_name(match[1]) if match else None
