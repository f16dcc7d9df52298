"""A package index as the user configured it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from .credentials import Credentials
from .origin import DEFAULT, Origin
from .url import SafeUrl

PYPI: Final = SafeUrl.trusted("https://pypi.org/simple")
"""The default index of uv and pip: part of what is modelled, and the one place its address stands."""

IndexFormat = Literal["simple", "flat"]
AuthenticatePolicy = Literal["auto", "always", "never"]
IndexStrategy = Literal["first-index", "unsafe-first-match", "unsafe-best-match", "pool"]
"""uv's three strategies, and pip's one (all pages in one pool)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One entry of the search list, or a flat location (`format == "flat"`; indexes.md section 1).

    `raw_url` is the URL as written but for its credentials: uv compares raw text when it drops duplicates, and
    `written` tells two spellings apart (credentials included, as a hash-like opaque key, never shown).
    `credentials` are those of the URL itself. `ignore_error_codes` is None where the user set none.
    `variable_credentials` come from the environment variables `variable_names` (`UV_INDEX_<NAME>_USERNAME`,
    `_PASSWORD`). `cache_control` overrides (api, files) Cache-Control headers. `find_links` marks a --find-links
    location.
    """

    url: SafeUrl
    name: str | None = None
    default: bool = False
    explicit: bool = False
    format: IndexFormat = "simple"
    find_links: bool = False
    credentials: Credentials | None = None
    ignore_error_codes: frozenset[int] | None = None
    authenticate: AuthenticatePolicy = "auto"
    cache_control_api: str | None = None
    cache_control_files: str | None = None
    exclude_newer: str | bool | None = None
    variable_credentials: Credentials | None = None
    variable_names: tuple[str, ...] = ()
    written: int = 0
    origin: Origin = DEFAULT

    @property
    def id(self) -> str:
        """What a pane or a document calls it: its name, `PyPI` for PyPI, else host and path."""
        if self.name:
            return self.name
        if self.url.rstrip("/") == PYPI:
            return "PyPI"
        if self.url.scheme == "file":
            return self.url.path
        return f"{self.url.netloc}{self.url.path}".rstrip("/")
