"""Project pages in JSON (PEP 691, 700, 714), as uv reads them (strictly) and as pip does (whatever has a URL)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from .listed import MAX_FILES, ListedFile, PageError, PageRules, checked_hashes, is_instant


class _File(msgspec.Struct, rename="kebab", gc=False):
    """What uv wants of a file."""

    filename: str
    url: str
    hashes: dict[str, Any]
    requires_python: str | None = None
    core_metadata: bool | dict[str, Any] | None = None
    dist_info_metadata: bool | dict[str, Any] | None = None
    data_dist_info_metadata: bool | dict[str, Any] | None = None
    size: Annotated[int, msgspec.Meta(ge=0)] | msgspec.UnsetType | None = msgspec.UNSET
    upload_time: str | msgspec.UnsetType | None = msgspec.UNSET
    yanked: bool | str | msgspec.UnsetType | None = msgspec.UNSET


class _Page(msgspec.Struct, gc=False):
    files: list[_File]


_DECODER: Final = msgspec.json.Decoder(_Page)


def parse_json(body: bytes, rules: PageRules) -> list[ListedFile]:
    """The files that a JSON page lists. Raises `PageError` for what is no page by the tool's rules."""
    return _parse_leniently(body) if rules.tool == "pip" else _parse_strictly(body, rules)


def _parse_strictly(body: bytes, rules: PageRules) -> list[ListedFile]:
    try:
        page = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PageError("json", f"the JSON is not that of a project page: {error}") from None
    if len(page.files) > MAX_FILES:
        raise PageError("limit", f"the page lists more than {MAX_FILES} files")
    if rules.null_spoils_page and any(f.size is None or f.upload_time is None or f.yanked is None for f in page.files):
        raise PageError("json", "size, upload-time and yanked may be missing, but not be null")
    known = rules.core_metadata_key
    return [
        ListedFile(
            filename=file.filename,
            href=file.url,
            hashes=checked_hashes(file.hashes, rules),
            requires_python=file.requires_python,
            yanked=_yanked(file.yanked),
            core_metadata=_announced(
                (file.core_metadata if known else None, file.dist_info_metadata, file.data_dist_info_metadata), rules
            ),
            size=file.size if isinstance(file.size, int) else None,
            upload_time=_upload_time(file.upload_time),
        )
        for file in page.files
    ]


def _yanked(value: bool | str | msgspec.UnsetType | None) -> str | None:
    if isinstance(value, str):
        return value
    return "" if value is True else None


def _upload_time(value: str | msgspec.UnsetType | None) -> str | None:
    if not isinstance(value, str):
        return None
    if not is_instant(value):
        raise PageError("json", f"the upload time {value[:40]!r} is not an instant")
    return value


def _announced(values: tuple[bool | dict[str, Any] | None, ...], rules: PageRules) -> dict[str, str] | None:
    for value in values:
        if value is not None:
            return None if value is False else {} if value is True else checked_hashes(value, rules)
    return None


def _parse_leniently(body: bytes) -> list[ListedFile]:
    """pip: no files at all is an empty page, and a file needs nothing but a URL."""
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PageError("json", f"the JSON does not parse: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("files", []), list):
        raise PageError("json", "the JSON is not that of a project page")
    files = data.get("files", [])
    if len(files) > MAX_FILES:
        raise PageError("limit", f"the page lists more than {MAX_FILES} files")
    return [_lenient(file) for file in files if isinstance(file, dict) and isinstance(file.get("url"), str)]


def _lenient(file: dict[str, Any]) -> ListedFile:
    metadata = file.get("core-metadata")
    if metadata is None:
        metadata = file.get("dist-info-metadata")
    yanked = file.get("yanked")
    requires_python = file.get("requires-python")
    if requires_python and not isinstance(requires_python, str):
        raise PageError("json", "requires-python is no text")
    size, upload_time = file.get("size"), file.get("upload-time")
    return ListedFile(
        filename="",
        href=file["url"],
        hashes=_texts(file.get("hashes")),
        requires_python=requires_python or None,
        yanked=None if not yanked else yanked if isinstance(yanked, str) else "",
        core_metadata=_texts(metadata) if isinstance(metadata, dict) else {} if metadata else None,
        size=size if isinstance(size, int) else None,
        upload_time=upload_time if isinstance(upload_time, str) else None,
    )


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(key): text for key, text in value.items() if isinstance(text, str)}
