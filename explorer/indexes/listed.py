"""What a page lists, before file names are understood: the value both page formats are read into, and their rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from ..profiles import Profile, Tool

MAX_FILES: Final = 200_000
"""More files than any page has; a page that lists more is refused."""

DIGEST_LENGTHS: Final[Mapping[str, int]] = {"md5": 32, "sha256": 64, "sha384": 96, "sha512": 128, "blake2b": 64}
"""The hash algorithms uv knows, with the number of hexadecimal digits of their digests."""

_HEX: Final = re.compile(r"[0-9a-fA-F]*\Z")

PageProblem = Literal["content type", "json", "html", "limit"]


HtmlParser = Literal["plain", "HTML5", "Python"]
"""How the tool's HTML parser walks a page: without knowing raw text, as HTML says, or as Python's `html.parser`."""


class PageError(Exception):
    """A page that cannot be used: the kind of problem, and one clause. The parsers raise nothing else."""

    def __init__(self, problem: PageProblem, reason: str) -> None:
        super().__init__(reason)
        self.problem = problem
        self.reason = reason


class ListedFile(msgspec.Struct, gc=False, kw_only=True):
    """One entry of a page as written. `filename` is empty where only `href` tells it; `yanked` is None or the reason.

    `core_metadata` is None where no sidecar is announced, else its hashes.
    """

    filename: str
    href: str
    hashes: dict[str, str]
    requires_python: str | None
    yanked: str | None
    core_metadata: dict[str, str] | None
    size: int | None
    upload_time: str | None


NOTHING_LISTED: Final = ListedFile(
    filename="",
    href="",
    hashes={},
    requires_python=None,
    yanked=None,
    core_metadata=None,
    size=None,
    upload_time=None,
)
"""What is said of a file that only lies in a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """The rules of one release for reading pages (indexes.md section 5), taken from the profile."""

    tool: Tool
    empty_href_spoils: bool = False
    html_upload_time: bool = True
    core_metadata_key: bool = True
    keeps_fragment: bool = False
    digest_length_checked: bool = True
    null_spoils_page: bool = True
    html_parser: HtmlParser = "HTML5"
    html_case_counts: bool = False

    @property
    def fingerprint(self) -> str:
        """Equal for rules that read every page alike."""
        flags = "".join(
            "01"[flag]
            for flag in (
                self.tool == "pip",
                self.empty_href_spoils,
                self.html_upload_time,
                self.core_metadata_key,
                self.keeps_fragment,
                self.digest_length_checked,
                self.null_spoils_page,
                self.html_case_counts,
            )
        )
        return f"{flags}-{self.html_parser}"


def page_rules(profile: Profile) -> PageRules:
    """The rules for pages of `profile`."""
    if profile.tool == "pip":
        return PageRules(tool="pip", digest_length_checked=False, html_parser="Python")
    return PageRules(
        tool="uv",
        empty_href_spoils=profile.text("empty_href") == "abort",
        html_upload_time=profile.holds("html_upload_time"),
        core_metadata_key=profile.holds("core_metadata_key"),
        keeps_fragment=profile.holds("metadata_behind_fragment"),
        digest_length_checked=profile.holds("short_digest_spoils_page"),
        null_spoils_page=profile.holds("null_spoils_page"),
        html_parser="HTML5" if profile.holds("html_raw_text") else "plain",
        html_case_counts=not profile.holds("html_ignores_case"),
    )


def checked_hashes(stated: Mapping[str, Any], rules: PageRules) -> dict[str, str]:
    """The digests of known algorithms. Raises `PageError` for a digest that is none."""
    hashes = {}
    for algorithm, digest in stated.items():
        length = DIGEST_LENGTHS.get(algorithm)
        if length is None or digest is None:
            continue
        if not isinstance(digest, str):
            raise PageError("json", f"a {algorithm} digest is no text")
        hashes[algorithm] = checked_digest(algorithm, digest, rules)
    return hashes


def checked_digest(algorithm: str, digest: str, rules: PageRules) -> str:
    """`digest`, or `PageError` where the rules check digests and it is not one."""
    if rules.digest_length_checked and (len(digest) != DIGEST_LENGTHS[algorithm] or not _HEX.match(digest)):
        raise PageError("html", f"{digest[:80]!r} is not a {algorithm} digest")
    return digest


def is_instant(text: str) -> bool:
    """An RFC 3339 time with its offset."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
