"""One comparison of a marker as a node.

Source: PEP 508, PEP 685, PEP 751 and uv 0.13.8 (uv-pep508): `python_version` becomes ranges of `python_full_version`,
`platform_system` becomes `sys_platform` where the two always agree, versions are compared by their release segments.
"""

from __future__ import annotations

import re
from typing import Final

from packaging.version import InvalidVersion, Version

from .marker_diagram import (
    CONTAINS,
    EXTRA,
    IN,
    LIST,
    LIST_KEYS,
    ONE,
    PYTHON,
    STRING,
    STRING_KEYS,
    VERSION,
    VERSION_KEYS,
    VERSION_STRING,
    ZERO,
    Node,
    Release,
    Steps,
    Variable,
    any_of,
    condition,
    conjunction,
    disjunction,
    equals,
    negation,
    trim,
    yes,
)
from .ranges import parse_version

_SYSTEM_AS_PLATFORM: Final = {
    "Windows": "win32",
    "Darwin": "darwin",
    "Linux": "linux",
    "AIX": "aix",
    "Emscripten": "emscripten",
    "Android": "android",
}
_ORDERED_STRINGS: Final = ("platform_release", "platform_version")
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_PREFIX: Final = re.compile(r"\s*v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*\.\*", re.ASCII)
_MAX_SEGMENT: Final = 2**64 - 1


def compare(key: str, operator: str, value: str, steps: Steps) -> Node | None:
    """`key operator 'value'` as a node; None where the comparison makes no sense and is to be left out.

    `operator` may be `contains` and `not contains`, for `'value' in key`. Keys have the names of PEP 508.
    """
    if key == "extra":
        return _extra(operator, value)
    if key in STRING_KEYS:
        return _string(key, operator, value, steps)
    if operator in ("in", "not in"):
        return _version_in(key, operator, value, steps)
    specifier = _specifier(operator, value)
    if specifier is None:
        return None
    if key == "python_version":
        return _python_version(*specifier)
    return _release((VERSION, VERSION_KEYS.index(key), ""), *specifier)


def in_list(value: str, key: str) -> Node:
    """PEP 751's `'x' in extras` and `'x' in dependency_groups`; a text that is no name sorts behind the names."""
    position = LIST_KEYS.index(key)
    if _NAME.fullmatch(value):
        return yes((LIST, position, normalize_extra(value)))
    return yes((LIST, position + len(LIST_KEYS), value))


def normalize_extra(name: str) -> str:
    """PEP 685."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _extra(operator: str, value: str) -> Node | None:
    """Only == and != make sense; a name that no extra can have is never on."""
    if operator not in ("==", "!="):
        return None
    if not _NAME.fullmatch(value):
        return ZERO
    return yes((EXTRA, 0, normalize_extra(value)), operator == "==")


def _string(key: str, operator: str, value: str, steps: Steps) -> Node | None:
    position = STRING_KEYS.index(key)
    match operator:
        case "~=":
            return None
        case "in" | "not in":
            return yes((IN, position, value), operator == "in")
        case "contains" | "not contains":
            return yes((CONTAINS, position, value), operator == "contains")
    if key == "platform_system" and value in _SYSTEM_AS_PLATFORM:
        return _string("sys_platform", operator, _SYSTEM_AS_PLATFORM[value], steps)
    test = _text((STRING, position, ""), operator, value, ordered=key in _ORDERED_STRINGS)
    specifier = _specifier(operator, value) if key == "platform_release" else None
    if specifier is None:
        return test
    darwin = equals("sys_platform", "darwin")
    on_darwin = conjunction(darwin, _release((VERSION_STRING, position, ""), *specifier), steps)
    return disjunction(on_darwin, conjunction(negation(darwin, steps), test, steps), steps)


def _text(variable: Variable, operator: str, value: str, *, ordered: bool) -> Node:
    """Text has no order (< and > never hold, <= and >= mean ==), except in the two keys that may be versions."""
    if operator in ("==", "!=") or ordered:
        return _ordered(variable, operator, value)
    return ZERO if operator in ("<", ">") else _ordered(variable, "==", value)


def _ordered(variable: Variable, operator: str, value: str | Release) -> Node:
    before, after = (value, 0), (value, 1)
    match operator:
        case "<":
            return condition(variable, before, starts=True)
        case "<=":
            return condition(variable, after, starts=True)
        case ">":
            return condition(variable, after)
        case ">=":
            return condition(variable, before)
        case _:
            return condition(variable, before, after, starts=operator == "!=")


def _version_in(key: str, operator: str, value: str, steps: Steps) -> Node | None:
    """A list of versions, compared as versions although PEP 508 means a substring."""
    tests = []
    for word in value.split():
        version = _parse(word)
        if version is None:
            return None
        if key != "python_version":
            tests.append(_ordered((VERSION, VERSION_KEYS.index(key), ""), "==", trim(version.release)))
        elif any(version.release[2:]):
            return ZERO
        else:
            tests.append(_python_version("==", version.release, False))
    listed = any_of(tests, steps)
    return listed if operator == "in" else negation(listed, steps)


def _parse(text: str) -> Version | None:
    try:
        version = parse_version(text)
    except InvalidVersion:
        return None
    return version if all(segment < _MAX_SEGMENT for segment in version.release) else None


def _specifier(operator: str, value: str) -> tuple[str, Release, bool] | None:
    """(operator, release as written, whether `.*` follows), or None for what PEP 440 does not allow."""
    star = _PREFIX.fullmatch(value) is not None
    version = _parse(value[:-2] if star else value)
    if version is None or operator in ("contains", "not contains"):
        return None
    if (star or version.local is not None) and operator not in ("==", "!="):
        return None
    if operator == "~=" and len(version.release) < 2:
        return None
    return operator, version.release, star


def _release(variable: Variable, operator: str, release: Release, star: bool) -> Node:
    """A specifier over releases: pre-releases of a bound count as the bound."""
    if not star and operator != "~=":
        return _ordered(variable, operator, trim(release))
    prefix = release if star else release[:-1]
    upper = (*prefix[:-1], prefix[-1] + 1)
    return condition(variable, (trim(release), 0), (trim(upper), 0), starts=operator == "!=")


def _python_version(operator: str, release: Release, star: bool) -> Node:
    """`python_version` has two segments; the same question asked of `python_full_version`."""
    if star or operator == "~=":
        return _python_version_prefix(operator, release, star)
    major, minor = (*trim(release), 0)[:2]
    here, following = (trim((major, minor)), 0), ((major, minor + 1), 0)
    if len(trim(release)) > 2:
        if operator in ("==", "!="):
            return ONE if operator == "!=" else ZERO
        return condition(PYTHON, following, starts=operator in ("<", "<="))
    if (major, minor) == (0, 0) and operator in ("<", ">="):
        return ONE if operator == ">=" else ZERO
    match operator:
        case "<" | ">=":
            return condition(PYTHON, here, starts=operator == "<")
        case "<=" | ">":
            return condition(PYTHON, following, starts=operator == "<=")
        case _:
            return condition(PYTHON, here, following, starts=operator == "!=")


def _python_version_prefix(operator: str, release: Release, star: bool) -> Node:
    """`== 3.*` and `~= 3.8` ask the same of both; `== 3.8.0.*` and `~= 3.8.0` mean 3.8; more segments match nothing."""
    if len(release) <= (1 if star else 2):
        return _release(PYTHON, operator, release, star)
    if any(release[2:]):
        return ZERO
    return _release(PYTHON, "==" if operator == "~=" else operator, release[:2], True)
