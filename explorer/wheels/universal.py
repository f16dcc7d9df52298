"""Which wheels a universal resolution keeps: Python and ABI tags against requires-python (wheels 1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from ..model.ranges import FULL, Range, python_range

Minor = tuple[int, int]

_PYTHON_TAG = re.compile(
    r"none|cp\d|py(?P<py_major>\d)(?P<py_minor>\d{1,2})?|(?:cp(?=\d{2,3}$)|pp|graalpy|pyston)(?P<major>\d)(?P<minor>\d{1,3})"
)
_ABI_TAG = re.compile(
    r"pypy_\d\d+|pyston_\d\d+_x86_64_linux_gnu|(?:cp|(?P<pypy>pypy)|(?P<graalpy>graalpy\d\d+_))(?P<major>\d)(?P<minor>\d{1,3})"
    r"(?(pypy)_pp\d\d+|(?(graalpy)_native|[dmtu]*))"
)
STABLE_ABIS: Final = frozenset({"abi3", "abi3t"})


@dataclass(frozen=True, kw_only=True)
class UniversalTarget:
    """Every environment that `requires_python` admits; `name` is what `WheelChosen.environment` says.

    Only the outer bounds, cut to major.minor, decide about wheels.
    """

    requires_python: Range = FULL
    name: str = "any"

    @classmethod
    def of(cls, requires_python: SpecifierSet | None) -> UniversalTarget:
        return cls(requires_python=python_range(requires_python) if requires_python is not None else FULL)

    @cached_property
    def lowest(self) -> Minor | None:
        """The lowest minor version admitted (`>=3.10.1` → 3.10); None without a lower bound."""
        if not self.requires_python.has_lower_bound:
            return None
        version = Version(self.requires_python.labels[0].text)
        return version.major, version.minor

    @cached_property
    def highest(self) -> Minor | None:
        """The highest minor version admitted (`<3.14` → 3.13, `<3.14.1` and `<=3.14` → 3.14); None if unbounded."""
        if not self.requires_python.cuts or not self.requires_python.labels[-1].text:
            return None
        version = Version(self.requires_python.labels[-1].text)
        through = self.requires_python.cuts[-1][1] == 1 or any(version.release[2:3])
        return version.major, version.minor if through else version.minor - 1

    def admits(self, python: str, abi: str) -> bool:
        """Some ABI tag of the wheel's compressed tag sets passes (uv 0.13.8's `matches_wheel_tag`)."""
        return _admits(python, abi, self.lowest, self.highest)

    @cached_property
    def example(self) -> str:
        """A Python tag of the target, for messages (`cp311`)."""
        minor = self.lowest or self.highest or (3, 13)
        return f"cp{minor[0]}{minor[1]}"


def is_python_tag(tag: str) -> bool:
    """uv knows the form of this Python tag; it passes over the ones that it does not."""
    return _PYTHON_TAG.fullmatch(tag) is not None


def is_abi_tag(tag: str) -> bool:
    """uv knows the form of this ABI tag."""
    return tag == "none" or tag in STABLE_ABIS or _ABI_TAG.fullmatch(tag) is not None


@lru_cache(maxsize=16384)
def _admits(python: str, abi: str, lowest: Minor | None, highest: Minor | None) -> bool:
    return any(
        any(_python_passes(tag, lowest, highest) for tag in python.split("."))
        if abi_tag == "none"
        else _abi_passes(abi_tag, lowest, highest)
        for abi_tag in abi.split(".")
    )


def _within(minor: Minor, lowest: Minor | None, highest: Minor | None) -> bool:
    return (lowest is None or minor >= lowest) and (highest is None or minor <= highest)


def _abi_passes(abi: str, lowest: Minor | None, highest: Minor | None) -> bool:
    if abi in STABLE_ABIS:
        return True
    match = _ABI_TAG.fullmatch(abi)
    if match is None or abi.startswith("pypy_"):
        return False
    if match["major"] is None:  # pyston
        return True
    return match["major"] != "2" and _within((int(match["major"]), int(match["minor"])), lowest, highest)


def _python_passes(python: str, lowest: Minor | None, highest: Minor | None) -> bool:
    """A `py3N` tag states a lower bound, so old ones pass; `cp3N` and the like need exactly that minor."""
    match = _PYTHON_TAG.fullmatch(python)
    if match is None or "2" in (match["py_major"], match["major"]):
        return False
    if match["major"] is not None:
        return _within((int(match["major"]), int(match["minor"])), lowest, highest)
    if match["py_minor"] is not None:
        return highest is None or (int(match["py_major"]), int(match["py_minor"])) <= highest
    return True
