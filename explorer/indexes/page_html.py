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

from .listed import DIGEST_LENGTHS, MAX_FILES, ListedFile, PageError, PageRules, checked_digest

_TAG: Final = re.compile(
    r"""<(?:
        !--.*?(?:-->|\Z)
      | (?P<raw>script|style)(?=[\s/>]).*?(?:</(?P=raw)\b|\Z)
      | (?P<name>[a-z][^\s/>]*+)
        (?P<attributes>(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+|))?+)*+)
        [\s/]*+(?:>|\Z)
    )""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+(=)\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>"'][^\s>]*+)|))?+"""
)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def parse_html(text: str, rules: PageRules) -> tuple[str | None, list[ListedFile]]:
    """The page's own base URL (if it has one) and the files it links. Raises `PageError` where the rules say so.

    uv takes a `<base>` only before the first link and needs it absolute; pip takes the first anywhere (indexes.md 5).
    """
    base: str | None = None
    links_began = False
    files: list[ListedFile] = []
    for tag in _TAG.finditer(text):
        name = tag["name"]
        if name is None:
            continue
        match name.lower():
            case "a":
                links_began = True
                file = _anchor(_attributes(tag["attributes"]), rules)
                if file is not None:
                    files.append(file)
                    if len(files) > MAX_FILES:
                        raise PageError("limit", f"the page lists more than {MAX_FILES} files")
            case "link":
                links_began = True
            case "base" if base is None and not (links_began and rules.tool == "uv"):
                base = _attributes(tag["attributes"]).get("href")
                if base is not None and rules.tool == "uv" and not _SCHEME.match(base.strip()):
                    raise PageError("html", f"the base URL {base[:80]!r} is not absolute")
            case _:
                pass
    return base, files


def _attributes(text: str) -> dict[str, str | None]:
    """Attributes by name in lower case, values decoded, None for no value; the first of a name counts."""
    attributes: dict[str, str | None] = {}
    for name, assigned, double, single, bare in _ATTRIBUTE.findall(text):
        key = name.lower()
        if key not in attributes:
            value = double or single or bare
            attributes[key] = (_decoded(value) if "&" in value else value) if assigned else None
    return attributes


@lru_cache(maxsize=1024)
def _decoded(value: str) -> str:
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
    yanked = attributes.get("data-yanked")
    if yanked is None and uv and "data-yanked" in attributes:
        yanked = ""
    return ListedFile(
        filename="",
        href=href if hashes and rules.keeps_fragment else path,
        hashes=hashes,
        requires_python=attributes.get("data-requires-python"),
        yanked=yanked,
        core_metadata=None if announced is None else _announced(announced, rules),
        size=int(size) if size and size.isascii() and size.isdigit() and len(size) < 19 else None,
        upload_time=attributes.get("data-upload-time") if rules.html_upload_time else None,
    )


def _fragment_hashes(fragment: str, rules: PageRules) -> dict[str, str]:
    """`sha256=…` as hashes. uv gives up the page for an algorithm it does not know; other fragments are nothing."""
    if rules.tool == "pip":
        fields = (field.partition("=") for field in fragment.split("&"))
        return next(({name: value} for name, _, value in fields if name in DIGEST_LENGTHS and value), {})
    algorithm, equals, digest = fragment.partition("=")
    if not equals or "=" in digest or algorithm == "egg":
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
