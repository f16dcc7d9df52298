"""Markers from text, read as uv reads them.

Source: PEP 508 and uv 0.13.8 (uv-pep508): `python_version` becomes ranges of `python_full_version`, `platform_system`
becomes `sys_platform` where the two always agree, comparisons that make no sense are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from packaging.version import InvalidVersion, Version

from .marker_diagram import (
    CONTAINS,
    EXTRA,
    FALSE,
    IN,
    LIST,
    LIST_KEYS,
    STRING,
    STRING_KEYS,
    TRUE,
    VERSION,
    VERSION_KEYS,
    VERSION_STRING,
    MarkerTooComplex,
    MarkerTree,
    Release,
    Steps,
    Variable,
    bounded,
    condition,
    conjunction,
    disjunction,
    equals,
    negation,
    release_of,
    yes,
)
from .ranges import parse_version

MAX_LENGTH: Final = 65_536
MAX_DEPTH: Final = 64

_OLD_NAMES: Final = {
    "os.name": "os_name",
    "sys.platform": "sys_platform",
    "platform.machine": "platform_machine",
    "platform.version": "platform_version",
    "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}
_SYSTEM_AS_PLATFORM: Final = {
    "Windows": "win32",
    "Darwin": "darwin",
    "Linux": "linux",
    "AIX": "aix",
    "Emscripten": "emscripten",
    "Android": "android",
}
_ORDERED_STRINGS: Final = ("platform_release", "platform_version")
_REVERSED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "in": "contains", "not in": "not contains"}
_OPERATORS: Final = ("==", "!=", ">", ">=", "<", "<=", "~=", "in")
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_PATTERN: Final = re.compile(r"\s*v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*\.\*", re.ASCII)
_MAX_SEGMENT: Final = 2**64 - 1


class InvalidMarker(ValueError):
    """A text that is no marker; `position` is where reading stopped."""

    def __init__(self, text: str, position: int, why: str) -> None:
        self.text = text
        self.position = position
        super().__init__(f"{why} (at character {position + 1} of the marker {text[:200]!r})")


class _Text(str):
    """A quoted string."""

    __slots__ = ()


@bounded
def read_marker(text: str) -> MarkerTree:
    """`text` as a marker. Raises `InvalidMarker`, or `MarkerTooComplex` for one that is too long, deep or large."""
    if len(text) > MAX_LENGTH:
        raise MarkerTooComplex(f"The marker has {len(text)} characters; at most {MAX_LENGTH} are read.")
    reader = _Reader(text)
    marker = reader.any_of(0)
    reader.skip_space()
    if reader.position < len(text):
        raise reader.error(f"Unexpected character {text[reader.position]!r}, expected 'and', 'or' or end of input")
    return TRUE if marker is None else marker


class _Reader:
    """Recursive descent; a part that makes no sense (`os_name ~= 'x'`) is None and is left out of what surrounds it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.steps = Steps()

    def error(self, why: str) -> InvalidMarker:
        return InvalidMarker(self.text, self.position, why)

    def skip_space(self) -> None:
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1

    def any_of(self, depth: int) -> MarkerTree | None:
        return self._chain("or", lambda: self.all_of(depth), disjunction, TRUE)

    def all_of(self, depth: int) -> MarkerTree | None:
        return self._chain("and", lambda: self.one(depth), conjunction, FALSE)

    def one(self, depth: int) -> MarkerTree | None:
        self.skip_space()
        if not self.text.startswith("(", self.position):
            return self.comparison()
        if depth >= MAX_DEPTH:
            raise MarkerTooComplex(f"The marker has more than {MAX_DEPTH} parentheses inside each other.")
        self.position += 1
        marker = self.any_of(depth + 1)
        self.skip_space()
        if not self.text.startswith(")", self.position):
            raise self.error("Expected ')'")
        self.position += 1
        return marker

    def _chain(
        self,
        word: str,
        read: Callable[[], MarkerTree | None],
        combine: Callable[[MarkerTree, MarkerTree, Steps], MarkerTree],
        settled: MarkerTree,
    ) -> MarkerTree | None:
        parts = [read()]
        while self._take_word(word):
            parts.append(read())
        markers = [part for part in parts if part is not None]
        while len(markers) > 1:
            paired = []
            for i in range(0, len(markers), 2):
                both = markers[i : i + 2]
                paired.append(combine(both[0], both[1], self.steps) if len(both) == 2 else both[0])
                if paired[-1] is settled:
                    return settled
            markers = paired
        return markers[0] if markers else None

    def _take_word(self, word: str) -> bool:
        self.skip_space()
        end = self.position
        while end < len(self.text) and not self.text[end].isspace() and self.text[end] != "(":
            end += 1
        if self.text[self.position : end] != word:
            return False
        self.position = end
        return True

    def comparison(self) -> MarkerTree | None:
        start = self.position
        left = self.operand()
        self.skip_space()
        operator = self.operator()
        self.skip_space()
        right = self.operand()
        if left in LIST_KEYS and not isinstance(left, _Text):
            self.position = start
            raise self.error(f"The marker {left} must be on the right hand side of the expression")
        if isinstance(left, _Text) == isinstance(right, _Text):
            return None
        if isinstance(right, _Text):
            return _compare(left, operator, right, self.steps)
        if right in LIST_KEYS:
            if operator not in ("in", "not in"):
                self.position = start
                raise self.error(f"The marker {right} is only supported with in and not in, found {operator}")
            test = _in_list(left, right)
            return test if operator == "in" else negation(test, self.steps)
        reversed_ = _REVERSED.get(operator, operator)
        if left.endswith(".*") and right in (*VERSION_KEYS, "python_version"):
            return None
        return _compare(right, operator if right == "extra" else reversed_, left, self.steps)

    def operand(self) -> str:
        if self.position >= len(self.text):
            raise self.error("Expected marker value, found end of dependency specification")
        quote = self.text[self.position]
        if quote in "'\"":
            end = self.text.find(quote, self.position + 1)
            if end < 0:
                raise self.error(f"Expected {quote} to close the string")
            value = _Text(self.text[self.position + 1 : end])
            self.position = end + 1
            return value
        end = self.position
        while end < len(self.text) and not self.text[end].isspace() and self.text[end] not in ">=<!~)":
            end += 1
        word = self.text[self.position : end]
        name = _OLD_NAMES.get(word, word)
        if name not in (*STRING_KEYS, *VERSION_KEYS, *LIST_KEYS, "python_version", "extra"):
            raise self.error(f"Expected a quoted string or a valid marker name, found {word!r}")
        self.position = end
        return name

    def operator(self) -> str:
        start = end = self.position
        if self.text[start : start + 1].isalpha():
            while end < len(self.text) and not self.text[end].isspace() and self.text[end] not in "'\"":
                end += 1
        else:
            while end < len(self.text) and self.text[end] in "<=>~!":
                end += 1
        word = self.text[start:end]
        if word == "not":
            match = re.compile(r"\s+in").match(self.text, end)
            if match is None:
                raise self.error("Expected 'in' after 'not'")
            self.position = match.end()
            return "not in"
        if word not in _OPERATORS:
            raise self.error(f"Expected a valid marker operator (such as >= or not in), found {word!r}")
        self.position = end
        return word


def _compare(key: str, operator: str, value: str, steps: Steps) -> MarkerTree | None:
    if key == "extra":
        return _extra(operator, value, steps)
    if key in STRING_KEYS:
        return _string(key, operator, value, steps)
    return _version(key, operator, value, steps)


def _extra(operator: str, value: str, steps: Steps) -> MarkerTree | None:
    """Only == and != make sense; a name that no extra can have is never on."""
    if operator not in ("==", "!="):
        return None
    if not _NAME.fullmatch(value):
        return FALSE
    test = yes((EXTRA, 0, normalize_extra(value)))
    return test if operator == "==" else negation(test, steps)


def normalize_extra(name: str) -> str:
    """PEP 685."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _in_list(value: str, key: str) -> MarkerTree:
    """PEP 751's `'x' in extras` and `'x' in dependency_groups`; a text that is no name sorts behind the names."""
    position = LIST_KEYS.index(key)
    if _NAME.fullmatch(value):
        return yes((LIST, position, normalize_extra(value)))
    return yes((LIST, position + len(LIST_KEYS), value))


def _string(key: str, operator: str, value: str, steps: Steps) -> MarkerTree | None:
    position = STRING_KEYS.index(key)
    match operator:
        case "~=":
            return None
        case "in":
            return yes((IN, position, value))
        case "contains":
            return yes((CONTAINS, position, value))
        case "not in" | "not contains":
            kind = IN if operator == "not in" else CONTAINS
            return negation(yes((kind, position, value)), steps)
    if key == "platform_system" and value in _SYSTEM_AS_PLATFORM:
        return _string("sys_platform", operator, _SYSTEM_AS_PLATFORM[value], steps)
    test = _text_test(key, operator, value, steps)
    if key != "platform_release":
        return test
    as_version = _release_test((VERSION_STRING, position, ""), operator, value, steps)
    if as_version is None:
        return test
    darwin = equals("sys_platform", "darwin")
    other = conjunction(negation(darwin, steps), test, steps)
    return disjunction(conjunction(darwin, as_version, steps), other, steps)


def _text_test(key: str, operator: str, value: str, steps: Steps) -> MarkerTree:
    """Text has no order (< and > never hold, <= and >= mean ==), except in the two keys that may be versions."""
    variable = (STRING, STRING_KEYS.index(key), "")
    if key in _ORDERED_STRINGS and operator not in ("==", "!="):
        return _ordered(variable, operator, value)
    match operator:
        case "<" | ">":
            return FALSE
        case "!=":
            return negation(equals(key, value), steps)
        case _:
            return equals(key, value)


def _ordered(variable: Variable, operator: str, value: str | Release) -> MarkerTree:
    match operator:
        case "<":
            return condition_below(variable, (value, 0))
        case "<=":
            return condition_below(variable, (value, 1))
        case ">":
            return condition(variable, (value, 1))
        case ">=":
            return condition(variable, (value, 0))
        case _:
            return condition(variable, (value, 0), (value, 1))


def condition_below(variable: Variable, cut: tuple[str | Release, int]) -> MarkerTree:
    return ~condition(variable, cut)


def _version(key: str, operator: str, value: str, steps: Steps) -> MarkerTree | None:
    if operator in ("in", "not in"):
        return _version_in(key, operator, value, steps)
    variable = (VERSION, VERSION_KEYS.index("python_full_version" if key == "python_version" else key), "")
    if key != "python_version":
        return _release_test(variable, operator, value, steps)
    parsed = _specifier(operator, value)
    return None if parsed is None else _python_version(variable, *parsed, steps)


def _version_in(key: str, operator: str, value: str, steps: Steps) -> MarkerTree | None:
    """A list of versions, compared as versions although PEP 508 means a substring."""
    result: MarkerTree = FALSE
    for word in value.split():
        version = _parse(word)
        if version is None:
            return None
        release = version.release
        if key == "python_version":
            if any(release[2:]):
                return FALSE
            test = _python_version((VERSION, 1, ""), "==", release, False, steps)
        else:
            test = condition((VERSION, VERSION_KEYS.index(key), ""), (release_of(version), 0), (release_of(version), 1))
        result = disjunction(result, test, steps)
    return result if operator == "in" else negation(result, steps)


def _parse(text: str) -> Version | None:
    try:
        version = parse_version(text)
    except InvalidVersion:
        return None
    return version if all(segment < _MAX_SEGMENT for segment in version.release) else None


def _specifier(operator: str, value: str) -> tuple[str, Release, bool] | None:
    """(operator, release as written, whether `.*` follows), or None for what PEP 440 does not allow."""
    star = _PATTERN.fullmatch(value) is not None
    version = _parse(value[:-2] if star else value)
    if version is None or operator in ("contains", "not contains"):
        return None
    if star and operator not in ("==", "!="):
        return None
    if version.local is not None and operator not in ("==", "!="):
        return None
    if operator == "~=" and len(version.release) < 2:
        return None
    return operator, version.release, star


def _release_test(variable: Variable, operator: str, value: str, steps: Steps) -> MarkerTree | None:
    parsed = _specifier(operator, value)
    return None if parsed is None else _release(variable, *parsed, steps)


def _release(variable: Variable, operator: str, release: Release, star: bool, steps: Steps) -> MarkerTree:
    """A specifier over releases: pre-releases of a bound count as the bound."""
    trimmed = _trim(release)
    if star or operator == "~=":
        prefix = release if star else release[:-1]
        upper = _trim((*prefix[:-1], prefix[-1] + 1))
        test = condition(variable, (trimmed, 0), (upper, 0))
    elif operator == "!=":
        test = condition(variable, (trimmed, 0), (trimmed, 1))
    else:
        return _ordered(variable, operator, trimmed)
    return negation(test, steps) if operator == "!=" else test


def _trim(release: Release) -> Release:
    length = len(release)
    while length > 1 and release[length - 1] == 0:
        length -= 1
    return release[:length]


def _python_version(variable: Variable, operator: str, release: Release, star: bool, steps: Steps) -> MarkerTree:
    """`python_version` has two segments; the same question asked of `python_full_version`."""
    if star or operator == "~=":
        return _python_version_prefix(variable, operator, release, star, steps)
    trimmed = _trim(release)
    major, minor = trimmed[0], trimmed[1] if len(trimmed) > 1 else 0
    here, following = (_trim((major, minor)), 0), ((major, minor + 1), 0)
    if len(trimmed) > 2:
        match operator:
            case "==":
                return FALSE
            case "!=":
                return TRUE
            case "<" | "<=":
                return negation(condition(variable, following), steps)
            case _:
                return condition(variable, following)
    match operator:
        case "==":
            return condition(variable, here, following)
        case "!=":
            return negation(condition(variable, here, following), steps)
        case ">":
            return condition(variable, following)
        case "<=":
            return negation(condition(variable, following), steps)
        case _ if (major, minor) == (0, 0):
            return TRUE if operator == ">=" else FALSE
        case "<":
            return negation(condition(variable, here), steps)
        case _:
            return condition(variable, here)


def _python_version_prefix(variable: Variable, operator: str, release: Release, star: bool, steps: Steps) -> MarkerTree:
    """`== 3.*` and `~= 3.8` ask the same of both; `== 3.8.0.*` and `~= 3.8.0` mean 3.8; more segments match nothing."""
    if len(release) <= (1 if star else 2):
        return _release(variable, operator, release, star, steps)
    if any(release[2:]):
        return FALSE
    return _release(variable, "==" if operator == "~=" else operator, release[:2], True, steps)
