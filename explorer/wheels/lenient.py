"""Requirements and version specifiers of published metadata, with the repairs that uv makes to common mistakes.

Source: uv 0.13.8, uv-pypi-types `lenient_requirement`. A text that parses is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeVar

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from ..model.requirement import MAX_REQUIREMENT_LENGTH, Requirement
from ..model.url import InvalidUrl, SafeUrl, mask_url, split_credentials

T = TypeVar("T")


class InvalidText(ValueError):
    """A requirement or specifier that no repair makes valid; the message quotes the beginning, masked."""


def _without_quotes(text: str) -> str:
    """Quotes in front of the marker only: a marker needs its own."""
    requirement, semicolon, marker = text.partition(";")
    return re.sub(r"['\"]", "", requirement) + semicolon + marker


_REPAIRS: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: re.sub(r"(\d)([<>=~^!])", r"\1,\2", text),  # >=7.2.0<8.0.0
    lambda text: re.sub(r"!=~((?:\d\.)*\d)", r"!=\1.*", text),  # !=~5.0
    lambda text: re.sub(r"(<=|>=|<|>)\s*(\d+(?:\.\d+)*)\.\*", r"\1\2", text),  # >=1.9.*
    lambda text: re.sub(r"(\d\.\d)+\*", r"\1.*", text),  # !=3.0*
    lambda text: re.sub(r",\s*$", "", text),  # >=3.6,
    lambda text: text.replace(">dev", ">0.0.0dev"),
    lambda text: re.sub(r"(\d+(?:\.\d)*(?:a|b|rc|post|dev)\d+)\.0", r"\1", text),  # >=9.0.0a1.0
    _without_quotes,
)


def _attempts(text: str) -> Iterator[str]:
    """The text, then the text after each repair that changes it, one on top of the other."""
    yield text
    for repair in _REPAIRS:
        repaired = repair(text)
        if repaired != text:
            yield repaired
            text = repaired


def _parse(text: str, parse: Callable[[str], T], repairs: bool) -> T:
    if len(text) > MAX_REQUIREMENT_LENGTH:
        raise InvalidText(f"{text[:40]!r}… is longer than {MAX_REQUIREMENT_LENGTH} characters")
    first: Exception | None = None
    for attempt in _attempts(text) if repairs else (text,):
        try:
            return parse(attempt)
        except (InvalidRequirement, InvalidSpecifier, InvalidUrl, RecursionError) as error:
            first = first or error
    why = mask_url(str(first).splitlines()[0]) if first is not None and str(first) else "not valid"
    raise InvalidText(f"{mask_url(text)[:160]!r}: {why[:200]}")


@lru_cache(maxsize=32768)
def parse_requirement(text: str, repairs: bool = True) -> Requirement:
    """A `Requires-Dist` value (PEP 508) as a requirement; `repairs` is False for pip. Raises `InvalidText`."""
    return _parse(text.strip(), _requirement, repairs)


@lru_cache(maxsize=8192)
def parse_specifiers(text: str, repairs: bool = True) -> SpecifierSet:
    """A `Requires-Python` value. Raises `InvalidText`."""
    return _parse(text.strip(), SpecifierSet, repairs)


def _requirement(text: str) -> Requirement:
    parsed = Pep508Requirement(text)
    url, credentials, path = None, None, None
    if parsed.url:
        if parsed.url.lower().startswith("file:"):
            path = SafeUrl.parse(parsed.url).path
        elif "+" in parsed.url.partition("://")[0]:  # version control
            url = SafeUrl.trusted(mask_url(parsed.url))
        else:
            url, credentials = split_credentials(parsed.url)
    return Requirement(
        name=canonicalize_name(parsed.name),
        specifier=parsed.specifier,
        extras=frozenset(canonicalize_name(extra) for extra in parsed.extras),
        marker=parsed.marker,
        url=url,
        url_credentials=credentials,
        path=path,
    )


def parse_extra(text: str) -> NormalizedName | None:
    """A `Provides-Extra` value; None for one that is no name (uv warns and goes on)."""
    text = text.strip()
    if len(text) > 256 or not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", text):
        return None
    return canonicalize_name(text)
