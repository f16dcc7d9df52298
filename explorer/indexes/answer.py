"""What the answer of an index means for a search: found, absent, stop, abort or skipped, and by which rule.

Source: indexes.md section 3 (the whole table) and 2.2, 2.3. Pure functions; the rule ids are rows of `profiles`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from ..model.index import Index, IndexStrategy
from ..model.url import SafeUrl
from ..profiles import Profile
from .listed import PageError
from .page import PageFormat

Meaning = Literal["found", "absent", "stop", "abort", "skipped"]

PYTORCH_HOST: Final = "download.pytorch.org"
"""The one index whose 403 means absent by default (indexes.md 2.3): part of what is modelled."""

_FORMATS: Final[Mapping[str, PageFormat]] = {
    "application/vnd.pypi.simple.v1+json": "json",
    "application/vnd.pypi.simple.v1+html": "html",
    "text/html": "html",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means, and the id of the rule that says so."""

    meaning: Meaning
    rule: str


def meaning_of_status(status: int, index: Index, strategy: IndexStrategy, profile: Profile) -> Verdict:
    """A status of a project page. `found` only says that the page is to be read; `index` has the codes to ignore."""
    if status < 400:
        return Verdict("found", "page_found")
    if profile.tool == "pip":
        return Verdict("skipped", "page_error")
    if strategy != "first-index":
        absent = status in profile.codes("unsafe_absent_codes")
        return Verdict("absent", "unsafe_absent_codes") if absent else Verdict("abort", "page_error")
    if status == 404:
        return Verdict("absent", "page_404")
    if profile.holds("ignore_codes_for_pages") and index.ignore_error_codes is not None:
        if status in index.ignore_error_codes:
            return Verdict("absent", "ignore_codes_for_pages")
    elif status == 403 and profile.holds("pytorch_403_absent") and index.url.host == PYTORCH_HOST:
        return Verdict("absent", "pytorch_403_absent")
    if status in (401, 403):
        rule = f"page_{status}"
        return Verdict(cast(Meaning, profile.text(rule)), rule)
    return Verdict("abort", "page_error")


def meaning_of_failure(profile: Profile) -> Verdict:
    """No answer at all, after the retries."""
    return Verdict("skipped" if profile.tool == "pip" else "abort", "page_error")


def meaning_of_bad_page(problem: PageError, profile: Profile) -> Verdict:
    """A body or type that is not read: uv gives up the run, pip goes on, but for JSON that does not parse."""
    skips = profile.tool == "pip" and problem.problem == "content type"
    return Verdict("skipped" if skips else "abort", "page_content")


def meaning_of_nothing_cached() -> Verdict:
    """Offline, and no page in the cache."""
    return Verdict("absent", "offline_not_cached")


def page_format(headers: Mapping[str, str], profile: Profile) -> PageFormat:
    """The format that Content-Type states; the body is never looked at. Raises `PageError` for any other type.

    uv compares exactly, pip in lower case and by the beginning (indexes.md sections 3 and 5).
    """
    stated = headers.get("content-type")
    if stated is None:
        raise PageError("content type", "the answer has no Content-Type")
    if profile.tool == "pip":
        begin = stated.lower()
        found = next((form for media, form in _FORMATS.items() if begin.startswith(media)), None)
    else:
        found = _FORMATS.get(stated.split(";")[0])
    if found is None:
        raise PageError("content type", f"Content-Type is {stated[:80]!r}")
    return found


def charset_of(headers: Mapping[str, str]) -> str:
    """The charset parameter of Content-Type, `utf-8` without one."""
    for parameter in headers.get("content-type", "").split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip():
            return value.strip().strip("\"'")[:40]
    return "utf-8"


def with_attributes_of_first_equal(index: Index, indexes: Iterable[Index]) -> Index:
    """The first entry with the canonical URL of `index`: its attributes count (indexes.md 1.2, rule 5)."""
    wanted = canonical(index.url)
    return next((entry for entry in indexes if canonical(entry.url) == wanted), index)


def canonical(url: SafeUrl) -> str:
    """A URL as uv compares it where it looks up attributes: without fragment and without a slash at the end."""
    return url.without_fragment().wire.rstrip("/")
