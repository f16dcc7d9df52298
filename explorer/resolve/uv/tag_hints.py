"""Which tags the wheels of a version do have, where none fits (wheels-and-universal.md 9.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ...model.environment import Environment
from ...model.files import DistributionFile
from ...model.reasons import TagPart

_LANGUAGES: Final = ("none", "py", "cp", "pp", "graalpy", "pyston")
_ABIS: Final = ("abi3", "abi3t", "cp", "pypy", "graalpy", "pyston")
_PLATFORMS: Final = (
    "any", "manylinux_", "manylinux1_", "manylinux2010_", "manylinux2014_", "linux_", "musllinux_", "macosx_", "win32",
    "win_amd64", "win_arm64", "win_ia64", "android_", "freebsd_", "netbsd_", "openbsd_", "dragonfly_", "haiku_",
    "illumos_", "solaris_", "pyodide_", "pyemscripten_", "ios_",
)  # fmt: skip
MAX_TAGS: Final = 60


def tag_hint(
    package: str, version: str, wheels: Sequence[DistributionFile], part: TagPart, target: Environment | None
) -> str | None:
    """The tags of `wheels` where `part` does not fit `target` (None: any environment); None for nothing to tell."""
    match part:
        case "python":
            tags = _sorted({tag for wheel in wheels for tag in wheel.python_tags.split(".")}, _LANGUAGES)
            best = target.tags[0].interpreter if target is not None and target.tags else None
            return _python_hint(package, version, "implementation", tags, best)
        case "abi" | "free-threaded abi" | "abi python version" | "python version":
            found = {tag for wheel in wheels for tag in wheel.abi_tags.split(".")} - {"none"}
            best = target.tags[0].abi if target is not None and target.tags else None
            return _python_hint(package, version, "ABI", _sorted(found, _ABIS), best)
        case "platform":
            return _platform_hint(package, version, wheels, target)
        case "invalid":
            return None


def _python_hint(package: str, version: str, sort: str, tags: Sequence[str], best: str | None) -> str | None:
    if not tags:
        return None
    listed = f"the following Python {sort} tag{_s(tags)}: {_quoted(tags)}"
    if best is None:
        return f"Wheels are available for `{package}` (v{version}) with {listed}"
    return f"You require {_pretty(best)}, but we only found wheels for `{package}` (v{version}) with {listed}"


def _platform_hint(
    package: str, version: str, wheels: Sequence[DistributionFile], target: Environment | None
) -> str | None:
    """Only of wheels whose Python and ABI fit: the others' platforms would mislead."""
    if target is None:
        return None
    found = {
        tag
        for wheel in wheels
        if any(
            abi in target.tag_tree.get(python, {})
            for python in wheel.python_tags.split(".")
            for abi in wheel.abi_tags.split(".")
        )
        for tag in wheel.platform_tags.split(".")
    }
    tags = _sorted(found, _PLATFORMS)
    if not tags:
        return None
    return f"Wheels are available for `{package}` (v{version}) on the following platform{_s(tags)}: {_quoted(tags)}"


def _pretty(tag: str) -> str:
    match = re.fullmatch(r"(cp|pp|py|graalpy|pypy)(\d)(\d+)?(t?)\w*", tag)
    if match is None:
        return tag
    names = {"cp": "CPython", "pp": "PyPy", "pypy": "PyPy", "py": "Python", "graalpy": "GraalPy"}
    version = f"{match[2]}.{match[3]}" if match[3] else match[2]
    return f"{'free-threaded ' if match[4] else ''}{names[match[1]]} {version} (`{tag}`)"


def _sorted(tags: Iterable[str], sorts: Sequence[str]) -> list[str]:
    """By sort, then by the numbers in the tag."""

    def place(tag: str) -> tuple[int, tuple[int, ...], str]:
        matching = [(len(sort), -position) for position, sort in enumerate(sorts) if tag.startswith(sort)]
        sort = -max(matching)[1] if matching else len(sorts)
        python = re.match(r"\D+(\d)(\d+)", tag) if sorts is not _PLATFORMS else None
        numbers = python.groups() if python else re.findall(r"\d{1,9}", tag)
        return sort, tuple(int(number[:9]) for number in numbers), tag

    return sorted((tag for tag in tags if tag), key=place)


def _quoted(tags: Sequence[str]) -> str:
    shown = ", ".join(f"`{tag}`" for tag in tags[:MAX_TAGS])
    return shown if len(tags) <= MAX_TAGS else f"{shown} and {len(tags) - MAX_TAGS} more"


def _s(tags: Sequence[str]) -> str:
    return "" if len(tags) == 1 else "s"
