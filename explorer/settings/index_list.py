"""The list of indexes: from flags, variables, files and requirement lines to the order in which they are asked.

Source: indexes.md section 1. uv below 0.4.23 knows only --extra-index-url and --index-url.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

from ..model.credentials import Credentials, Secret
from ..model.index import PYPI, AuthenticatePolicy, Index
from ..model.origin import DEFAULT, Origin
from ..model.url import InvalidUrl, SafeUrl, mask_url, split_credentials
from ..profiles import Profile
from .notes import Notes
from .settings import UsageError
from .toml_file import Key, TomlFile

_INDEX_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_SCHEME: Final = re.compile(r"(?i)^[a-z][a-z0-9+.-]*://|^file:")
_INDEX_KEYS: Final[Mapping[str, str | None]] = {
    "name": None, "url": None, "explicit": None, "default": None, "publish-url": None, "hash-algorithm": None,
    "exclude-newer": None, "exclude-newer-package": None, "format": "flat_indexes", "authenticate": "authenticate",
    "ignore-error-codes": "ignore_codes_for_pages", "cache-control": "index_cache_control",
}  # fmt: skip
"""Key of an [[index]] table → the rule without which a release passes over it."""


def index_from_text(text: str, origin: Origin, folder: Path, *, default: bool = False, named: bool = False) -> Index:
    """A URL or a folder, with `named` also `name=URL`. Raises `UsageError` that names the origin."""
    name = None
    text = text.strip()
    if named:
        before, equals, after = text.partition("=")
        if equals and ":" not in before:
            if not _INDEX_NAME.fullmatch(before):
                raise UsageError(f"{origin}: {before[:80]!r} is no index name: letters, digits, '-', '_' and '.' only.")
            name, text = before, after.strip()
    url, credentials = location(text, origin, folder)
    return Index(url=url, name=name, default=default, credentials=credentials, origin=origin)


def has_scheme(text: str) -> bool:
    """The text is written as a URL, not as a path."""
    return _SCHEME.match(text.strip()) is not None


def flat_location(text: str, origin: Origin, folder: Path) -> Index:
    """A --find-links location: a page or a folder."""
    url, credentials = location(text, origin, folder)
    return Index(url=url, credentials=credentials, format="flat", find_links=True, origin=origin)


def location(text: str, origin: Origin, folder: Path) -> tuple[SafeUrl, Credentials | None]:
    """A URL, or a path relative to `folder` as a file URL. Raises `UsageError` that names the origin."""
    if not text:
        raise UsageError(f"{origin}: the URL is empty.")
    try:
        if _SCHEME.match(text):
            return split_credentials(text)
        path = Path(text).expanduser() if text.startswith("~") else Path(text)
        return SafeUrl.trusted((folder / path).absolute().as_uri()), None
    except (InvalidUrl, ValueError, RuntimeError) as error:
        raise UsageError(f"{origin}: {mask_url(str(error))}.") from None


def index_from_table(file: TomlFile, key: Key, table: Mapping[str, Any], profile: Profile) -> Index:
    """One `[[index]]` table at `key` of `file`. Raises `UsageError` for what uv would not accept."""
    origin = file.origin(*key)
    if not isinstance(table, Mapping):
        raise file.error(key, "expected a table")
    url = table.get("url")
    if not isinstance(url, str):
        raise file.error(key, "the index has no url")
    name = table.get("name")
    if name is not None and not (isinstance(name, str) and _INDEX_NAME.fullmatch(name)):
        raise file.error((*key, "name"), "an index name has letters, digits, '-', '_' and '.' only")
    form = _choice(file, (*key, "format"), table, ("simple", "flat"), "simple")
    where, credentials = location(url, file.origin(*key, "url"), file.folder)
    control = table.get("cache-control")
    control = control if isinstance(control, Mapping) else {}
    newer = table.get("exclude-newer")
    return Index(
        url=where,
        name=name,
        default=_switch(file, (*key, "default"), table),
        explicit=_switch(file, (*key, "explicit"), table),
        format="flat" if form == "flat" and profile.holds("flat_indexes") else "simple",
        credentials=credentials,
        ignore_error_codes=_codes(file, (*key, "ignore-error-codes"), table),
        authenticate=cast(
            AuthenticatePolicy, _choice(file, (*key, "authenticate"), table, ("auto", "always", "never"), "auto")
        ),
        cache_control_api=_text_or_none(control.get("api")),
        cache_control_files=_text_or_none(control.get("files")),
        exclude_newer=newer if isinstance(newer, str | bool) else None,
        origin=origin,
    )


def leave_index_keys(file: TomlFile, key: Key, table: Mapping[str, Any], profile: Profile, notes: Notes) -> None:
    """Keys of an [[index]] table that the release does not know or not obey: uv passes over them without a word."""
    for name, value in table.items():
        rule = _INDEX_KEYS.get(name)
        if name not in _INDEX_KEYS:
            notes.leave(f"index {name}", str(value)[:120], file.origin(*key, name), "uv knows no such key of an index")
        elif rule is not None and not profile.holds(rule):
            why = f"uv {profile.version} does not obey it"
            notes.leave(f"index {name}", str(value)[:120], file.origin(*key, name), why)


def _switch(file: TomlFile, key: Key, table: Mapping[str, Any]) -> bool:
    value = table.get(str(key[-1]), False)
    if not isinstance(value, bool):
        raise file.error(key, "expected true or false")
    return value


def _choice(file: TomlFile, key: Key, table: Mapping[str, Any], choices: Sequence[str], default: str) -> str:
    value = table.get(str(key[-1]), default)
    if value not in choices:
        raise file.error(key, f"expected one of {', '.join(choices)}")
    return cast(str, value)


def _codes(file: TomlFile, key: Key, table: Mapping[str, Any]) -> frozenset[int] | None:
    value = table.get(str(key[-1]))
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(code, int) and 100 <= code <= 999 for code in value):
        raise file.error(key, "expected a list of HTTP status codes")
    return frozenset(value)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class IndexList:
    """`indexes` as asked, explicit ones at their place; `shadowed` are entries that another one hides.

    `known` are the entries whose credentials are known from the start, in the order of their definition.
    """

    indexes: tuple[Index, ...]
    shadowed: tuple[Index, ...] = ()
    known: tuple[Index, ...] = ()


def order_indexes(entries: Sequence[Index], profile: Profile, notes: Notes) -> IndexList:
    """uv's list from its entries in order of precedence (indexes.md 1.2)."""
    entries = _share_attributes(_number_spellings(entries))
    shadowed: list[Index] = []
    kept: list[Index] = []
    names: set[str] = set()
    for entry in entries:
        if entry.name is not None and entry.name in names:
            shadowed.append(entry)
            notes.leave("index", shown_entry(entry), entry.origin, f"an index named {entry.name} was defined before")
        else:
            names |= {entry.name} if entry.name is not None else set()
            kept.append(entry)
    default = next((entry for entry in kept if entry.default), None)
    for entry in kept:
        if entry.default and entry is not default and default is not None:
            shadowed.append(entry)
            why = f"the default index is {default.id} ({default.origin}), and there is only one"
            notes.leave("index", shown_entry(entry), entry.origin, why)
    others = [entry for entry in kept if not entry.default]
    last = default or Index(url=PYPI, default=True, written=len(entries) + 1, origin=DEFAULT)
    asked = [*others, last] if profile.holds("extras_first") else [last, *others]
    hides_credentials = not profile.holds("shadowed_credentials")
    known = [entry for entry in entries if not (hides_credentials and any(entry is other for other in shadowed))]
    return IndexList(tuple(asked), tuple(shadowed), tuple(known))


def _number_spellings(entries: Iterable[Index]) -> list[Index]:
    """`written` set so that two entries share it exactly where they were spelt alike, credentials included."""
    numbers: dict[tuple[str, Credentials | None], int] = {}
    return [
        replace(entry, written=numbers.setdefault((entry.url.wire, entry.credentials), len(numbers) + 1))
        for entry in entries
    ]


def _share_attributes(entries: Sequence[Index]) -> list[Index]:
    """Attributes that uv looks up by URL come from the first entry with an equal URL (indexes.md 1.2, rule 5)."""
    first: dict[str, Index] = {}
    shared = []
    for entry in entries:
        model = first.setdefault(entry.url.wire.rstrip("/"), entry)
        shared.append(
            replace(
                entry,
                ignore_error_codes=model.ignore_error_codes,
                cache_control_api=model.cache_control_api,
                cache_control_files=model.cache_control_files,
                exclude_newer=model.exclude_newer,
            )
        )
    return shared


def shown_entry(entry: Index) -> str:
    """An entry as `name=URL`, without credentials."""
    return f"{entry.name}={entry.url}" if entry.name else str(entry.url)


def variable_part(name: str) -> str:
    """`corp-main` → `CORP_MAIN`, the middle of UV_INDEX_…_USERNAME (auth.md section 2)."""
    return "".join(c.upper() if c.isascii() and c.isalnum() else "_" for c in name)


def with_variables(entry: Index, environ: Mapping[str, str]) -> Index:
    """The entry with the credentials of `UV_INDEX_<NAME>_USERNAME` and `_PASSWORD`; one set variable is enough."""
    if entry.name is None:
        return entry
    user_variable, password_variable = (
        f"UV_INDEX_{variable_part(entry.name)}_{end}" for end in ("USERNAME", "PASSWORD")
    )
    user, password = environ.get(user_variable), environ.get(password_variable)
    if user is None and password is None:
        return entry
    names = tuple(name for name in (user_variable, password_variable) if name in environ)
    credentials = Credentials(user or None, Secret(password) if password is not None else None)
    return replace(entry, variable_credentials=credentials, variable_names=names)
