"""Project pages in HTML (PEP 503, 592, 658, 714), and the pages that --find-links reads.

One regular expression walks the tags. Its quantifiers are possessive, and each tag that it starts it also ends, if need
be at the end of the text; so the time is linear in the size of the page whatever the page holds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from .listed import DIGEST_LENGTHS, MAX_FILES, HtmlParser, ListedFile, PageError, PageRules, checked_digest, is_instant

_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+(=)\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>"'][^\s>]*+)|))?+"""
)
_REFERENCE: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def _tags(passed_over: str, name: str) -> re.Pattern[str]:
    """Matches what is passed over, or a start tag: name, attributes, and end unless the text ends first."""
    return re.compile(
        rf"""<(?:
            {passed_over}
          | (?P<name>{name})
            (?P<attributes>(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+|))?+)*+)
            [\s/]*+(?:(?P<end>>)|\Z)
        )""",
        re.VERBOSE | re.IGNORECASE | re.DOTALL,
    )


def _raw(*elements: str) -> str:
    """The elements whose content is text, to their end tags."""
    return rf"(?P<raw>{'|'.join(elements)})(?=[\s/>]).*?(?:</(?P=raw)(?=[\s/>])|\Z)"


_TAGS: Final[Mapping[HtmlParser, re.Pattern[str]]] = {
    "plain": _tags(r"!--(?:-?>|.*?(?:-->|\Z))", r"[a-z][^\s>]*+"),
    "HTML5": _tags(
        r"!--(?:-?>|.*?(?:--!?>|\Z)) | [!?][^>]*+(?:>|\Z) | "
        + _raw("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"),
        r"[a-z][^\s/>]*+",
    ),
    "Python": _tags(
        r"!--.*?(?:--\s*>|\Z) | [!?][^>]*+(?:>|\Z) | " + _raw("script", "style"),
        r"[a-z][^\s/>]*+",
    ),
}
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def parse_html(text: str, rules: PageRules) -> tuple[str | None, list[ListedFile]]:
    """The page's own base URL (if it has one) and the files it links. Raises `PageError` where the rules say so.

    uv takes a `<base>` only before the first link and needs it absolute; pip takes the first anywhere (indexes.md 5).
    """
    base: str | None = None
    links_began = False
    files: list[ListedFile] = []
    for tag in _TAGS[rules.html_parser].finditer(text):
        if tag["end"] is None:
            continue
        name = tag["name"] if rules.html_case_counts else tag["name"].lower()
        if name == "a":
            links_began = True
            file = _anchor(_attributes(tag["attributes"], rules), rules)
            if file is not None:
                files.append(file)
                if len(files) > MAX_FILES:
                    raise PageError("limit", f"the page lists more than {MAX_FILES} files")
        elif name == "link":
            links_began = True
        elif name == "base" and base is None and not (links_began and rules.tool == "uv"):
            base = _attributes(tag["attributes"], rules).get("href")
            if base is not None and rules.tool == "uv" and not _SCHEME.match(base.strip()):
                raise PageError("html", "the base URL is not absolute")
    return base or None, files


def _attributes(text: str, rules: PageRules) -> dict[str, str | None]:
    """Attributes by name, values decoded, None for no value; the first of a name counts."""
    attributes: dict[str, str | None] = {}
    decoded = _decoded_leniently if rules.tool == "pip" else _decoded
    for name, assigned, double, single, bare in _ATTRIBUTE.findall(text):
        key = name if rules.html_case_counts else name.lower()
        if key not in attributes:
            value = double or single or bare
            attributes[key] = (decoded(value) if "&" in value else value) if assigned else None
    return attributes


@lru_cache(maxsize=1024)
def _decoded(value: str) -> str:
    """Character references end in a semicolon, else they are text (in attributes that is nearly what HTML says)."""
    return _REFERENCE.sub(lambda reference: html.unescape(reference[0]), value)


@lru_cache(maxsize=1024)
def _decoded_leniently(value: str) -> str:
    return html.unescape(value)


def _anchor(attributes: Mapping[str, str | None], rules: PageRules) -> ListedFile | None:
    href = attributes.get("href")
    if not href:
        if rules.empty_href_spoils:
            raise PageError("html", "an anchor has no href")
        return None
    uv = rules.tool == "uv"
    path, mark, fragment = href.partition("#")
    hashes = _fragment_hashes(unquote(fragment) if "%" in fragment else fragment, rules) if mark else {}
    announced = attributes.get("data-core-metadata")
    if announced is None:
        announced = attributes.get("data-dist-info-metadata")
    size = attributes.get("data-size")
    upload_time = attributes.get("data-upload-time") if rules.html_upload_time else None
    yanked = attributes.get("data-yanked")
    if yanked is None and uv and not rules.html_case_counts and "data-yanked" in attributes:
        yanked = ""
    return ListedFile(
        filename="",
        href=href if hashes and rules.keeps_fragment else path,
        hashes=hashes,
        requires_python=attributes.get("data-requires-python"),
        yanked=yanked,
        core_metadata=None if announced is None else _announced(announced, rules),
        size=int(size) if size and size.isascii() and size.isdigit() and len(size) < 19 else None,
        upload_time=upload_time if upload_time and is_instant(upload_time) else None,
    )


def _fragment_hashes(fragment: str, rules: PageRules) -> dict[str, str]:
    """`sha256=…` as hashes. uv gives up the page for an algorithm it does not know; other fragments are nothing."""
    if rules.tool == "pip":
        fields = (field.partition("=") for field in fragment.split("&"))
        return next(({name: value} for name, _, value in fields if name in DIGEST_LENGTHS and value), {})
    algorithm, equals, digest = fragment.partition("=")
    if not equals or "=" in digest:
        return {}
    if algorithm not in DIGEST_LENGTHS:
        raise PageError("html", f"the hash algorithm {algorithm[:40]!r} is not known")
    return {algorithm: checked_digest(algorithm, digest, rules)}


def _announced(text: str, rules: PageRules) -> dict[str, str] | None:
    """`true` or `sha256=…` announces a sidecar; to uv anything else is none, to pip anything at all is one."""
    if text == "true":
        return {}
    algorithm, equals, digest = text.partition("=")
    if rules.tool == "pip":
        return {algorithm: digest} if equals and algorithm in DIGEST_LENGTHS else {}
    if not equals or "=" in digest or algorithm not in DIGEST_LENGTHS:
        return None
    if rules.digest_length_checked and len(digest) != DIGEST_LENGTHS[algorithm]:
        return None
    return {algorithm: digest}
