"""Targets of a resolution: marker values and ordered wheel tags, as uv and pip construct them (wheels 4)."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.version import InvalidVersion, Version

from ..model.environment import Environment
from ..profiles import Profile
from .interpreter import Interpreter
from .platforms import named_platforms

SHORT_NAMES: Final[Mapping[str, str]] = {"cpython": "cp", "pypy": "pp", "graalpy": "graalpy", "pyston": "pyston"}
"""`implementation_name` → the prefix of its Python tags."""


class UnknownPlatform(ValueError):
    """A `--python-platform` value that the profile's release does not have; the message lists the accepted ones."""


class UnknownPythonVersion(ValueError):
    """A `--python-version` value that is no Python version."""


def host_environment(interpreter: Interpreter) -> Environment:
    """The environment of the interpreter itself: its own markers and tags."""
    return Environment(
        name=f"{_platform_label(interpreter)} · {_minor(interpreter.version)}",
        markers=dict(interpreter.markers),
        tags=_interpreter_tags(interpreter, _release(interpreter.version), interpreter.platform.wheel_tags),
        host=True,
    )


def environment_for(
    interpreter: Interpreter,
    python_version: str | None,
    python_platform: str | None,
    profile: Profile,
    environ: Mapping[str, str] | None = None,
) -> Environment:
    """The exact environment that `uv pip compile` resolves for (wheels 4.1–4.3).

    Without `python_version` and `python_platform` it is the host's. `environ` may hold deployment targets of Apple and
    Android platforms. Raises `UnknownPlatform`, `UnknownPythonVersion`.
    """
    if python_version is None and python_platform is None:
        return host_environment(interpreter)
    markers = dict(interpreter.markers)
    platform, label = interpreter.platform, _platform_label(interpreter)
    if python_platform is not None:
        named = named_platforms(profile, environ or {})
        if python_platform not in named:
            raise UnknownPlatform(_unknown_platform(python_platform, profile, named))
        chosen = named[python_platform]
        platform, label = chosen.platform, chosen.label
        markers.update(chosen.markers)
    version = interpreter.version
    if python_version is not None:
        version = _python_version(python_version)
        markers.update(_version_markers(version, interpreter.implementation))
    tags = _interpreter_tags(interpreter, _release(version), platform.wheel_tags)
    return Environment(name=f"{label} · {_minor(version)}", markers=markers, tags=tags)


def pip_environment(
    interpreter: Interpreter,
    profile: Profile,
    python_version: str | None = None,
    platforms: Sequence[str] = (),
    implementation: str | None = None,
    abis: Sequence[str] = (),
) -> Environment:
    """pip's target: the interpreter's tags, or those of `--platform`, `--python-version`, `--implementation`, `--abi`.

    Markers stay the interpreter's: pip has no way to change them; Requires-Python is judged by `python_version`.
    Source: pip's `get_supported` with the `packaging` it carries. Raises `UnknownPythonVersion`.
    """
    own_platforms = _pip_platforms(interpreter.platform.wheel_tags, profile)
    if not (python_version or platforms or implementation or abis):
        tags = _interpreter_tags(interpreter, _release(interpreter.version), own_platforms)
        return dataclasses.replace(host_environment(interpreter), tags=tags)
    wanted = _pip_python_version(python_version) if python_version else None
    version = _release(interpreter.version) if wanted is None else wanted.release[:2]
    short = implementation or SHORT_NAMES.get(interpreter.implementation, interpreter.implementation)
    accepted = tuple(_expand_platforms(platforms)) if platforms else own_platforms
    label = " ".join(platforms) if platforms else _platform_label(interpreter)
    return Environment(
        name=f"{label} · {'.'.join(map(str, version))}",
        markers=dict(interpreter.markers),
        tags=_pip_tags(short, tuple(version), tuple(abis), accepted, interpreter.gil_disabled),
        wanted_python=wanted,
    )


def _pip_platforms(tags: tuple[str, ...], profile: Profile) -> tuple[str, ...]:
    """The interpreter's platform tags in the order of the `packaging` that pip carries."""
    if profile.tool == "pip" and profile.holds("linux_tag_first") and tags[-1].startswith("linux_"):
        return (tags[-1], *tags[:-1])
    return tags


def _release(version: Version) -> tuple[int, int]:
    return version.major, version.minor


def _minor(version: Version) -> str:
    return f"{version.major}.{version.minor}"


def _platform_label(interpreter: Interpreter) -> str:
    names = {"Darwin": "macOS", "Linux": "linux"}
    system = interpreter.markers["platform_system"]
    musl = " musl" if interpreter.platform.family == "musllinux" else ""
    return f"{names.get(system, system)} {interpreter.markers['platform_machine']}{musl}"


def _unknown_platform(text: str, profile: Profile, named: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(text[:80], named, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    listed = [name for name in named if "manylinux" not in name]
    return (
        f"--python-platform {text[:80]}: {profile.tool} {profile.version} knows {', '.join(listed)}, "
        f"and ARCH-manylinux2014 or ARCH-manylinux_2_N with N 17, 28 or 31 to 40{hint}"
    )


def _python_version(text: str) -> Version:
    """`3.12`, `3.12.4`, `3.13.0rc1` as a full version."""
    try:
        version = Version(text)
    except InvalidVersion:
        raise UnknownPythonVersion(f"--python-version {text[:80]}: expected a version such as 3.12 or 3.12.4") from None
    if version.local is not None or version.epoch or len(version.release) > 3:
        raise UnknownPythonVersion(f"--python-version {text[:80]}: expected a version such as 3.12 or 3.12.4")
    rest = str(version)[len(".".join(map(str, version.release))) :]
    major, minor, patch = (*version.release, 0, 0)[:3]
    return Version(f"{major}.{minor}.{patch}{rest}")


def _version_markers(version: Version, implementation: str) -> Mapping[str, str]:
    """Only CPython's implementation version follows the Python version (wheels 4.3)."""
    markers = {"python_version": _minor(version), "python_full_version": str(version)}
    if implementation == "cpython":
        markers["implementation_version"] = str(version)
    return markers


def _interpreter_tags(
    interpreter: Interpreter, version: tuple[int, int], platforms: tuple[str, ...]
) -> tuple[Tag, ...]:
    implementation = Version(interpreter.markers["implementation_version"])
    return tag_list(
        interpreter.implementation,
        version,
        platforms,
        implementation_version=_release(implementation),
        free_threaded=interpreter.gil_disabled,
        debug=interpreter.debug,
    )


@lru_cache(maxsize=64)
def tag_list(
    implementation: str,
    version: tuple[int, int],
    platforms: tuple[str, ...],
    *,
    implementation_version: tuple[int, int] = (0, 0),
    free_threaded: bool = False,
    debug: bool = False,
) -> tuple[Tag, ...]:
    """The wheel tags of an interpreter on a platform list, best first, each once (wheels 4.1)."""
    nodot = f"{version[0]}{version[1]}"
    if implementation == "cpython":
        own: Iterable[Tag] = _cpython_tags(version, platforms, free_threaded, debug)
        interpreter: str | None = f"cp{nodot}"
    else:
        own = _other_tags(implementation, version, implementation_version, platforms)
        interpreter = None
    compatible = compatible_tags(version, interpreter=interpreter, platforms=platforms)
    if interpreter is None:
        compatible = (tag for tag in compatible if tag.interpreter.startswith("py"))
    return tuple(dict.fromkeys((*own, *compatible)))


def _cpython_tags(
    version: tuple[int, int], platforms: tuple[str, ...], free_threaded: bool, debug: bool
) -> Iterator[Tag]:
    """Free-threaded builds have `abi3t` wherever `abi3` stands; debug builds accept the release ABI after their own."""
    release = f"cp{version[0]}{version[1]}"
    pymalloc = "m" if version <= (3, 7) else ""
    abis = (
        [f"{release}d{pymalloc}", release]
        if debug and version >= (3, 8)
        else [f"{release}{'d' if debug else ''}{pymalloc}"]
    )
    for tag in cpython_tags(version, abis=abis, platforms=platforms):
        if not free_threaded:
            yield tag
        elif tag.abi == "abi3":
            yield Tag(tag.interpreter, "abi3t", tag.platform)
        elif tag.abi == "none":
            yield tag
        else:
            yield Tag(tag.interpreter, tag.abi.replace(release, f"{release}t", 1), tag.platform)


def _other_tags(
    implementation: str, version: tuple[int, int], own_version: tuple[int, int], platforms: tuple[str, ...]
) -> Iterator[Tag]:
    """PyPy, GraalPy and Pyston have one ABI of their own and no stable one."""
    nodot = f"{version[0]}{version[1]}"
    own = f"{own_version[0]}{own_version[1]}"
    abi = {
        "pypy": f"pypy{nodot}_pp{own}",
        "graalpy": f"graalpy{own}_{nodot}_native",
        "pyston": f"pyston_{own}_x86_64_linux_gnu",
    }.get(implementation, "none")
    interpreter = f"{SHORT_NAMES.get(implementation, implementation)}{nodot}"
    for platform in platforms:
        yield Tag(interpreter, abi, platform)


def _pip_python_version(text: str) -> Version:
    """`3`, `37`, `3.7`, `3.7.3` (pip's --python-version)."""
    digits = text.strip()
    if "." not in digits and len(digits) > 1:
        digits = f"{digits[0]}.{digits[1:]}"
    parts = digits.split(".")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        raise UnknownPythonVersion(f"--python-version {text[:80]}: expected a version such as 3, 312, 3.12 or 3.12.4")
    return Version(digits)


def _expand_platforms(platforms: Iterable[str]) -> Iterator[str]:
    """pip adds what a platform implies: older legacy manylinux names, older macOS releases."""
    legacy = ("manylinux2014", "manylinux2010", "manylinux1")
    for platform in platforms:
        name, _, arch = platform.partition("_")
        if name == "macosx":
            yield from _expand_macos(platform)
        elif name in legacy[:2] and (name == "manylinux2010" or arch in ("i686", "x86_64")):
            yield from (f"{older}_{arch}" for older in legacy[legacy.index(name) :])
        else:
            yield platform


def _expand_macos(platform: str) -> Iterator[str]:
    """`macosx_12_0_arm64`: the same binary format of that release and of all older ones."""
    parts = platform.split("_", 3)
    if len(parts) == 4 and parts[1].isdigit() and parts[2].isdigit() and len(parts[1] + parts[2]) < 7:
        yield from mac_platforms((int(parts[1]), int(parts[2])), parts[3])
    else:
        yield platform


@lru_cache(maxsize=16)
def _pip_tags(
    short: str, version: tuple[int, ...], abis: tuple[str, ...], platforms: tuple[str, ...], free_threaded: bool
) -> tuple[Tag, ...]:
    nodot = "".join(map(str, version))
    interpreter = f"{short}{nodot}"
    if short == "cp":
        flags = ("t" if free_threaded else "") + ("m" if len(version) > 1 and version < (3, 8) else "")
        own_abis = list(abis) or ([f"cp{nodot}{flags}"] if len(version) > 1 else [])
        own = cpython_tags(version, abis=own_abis, platforms=platforms)
    else:
        own = (Tag(interpreter, abi, platform) for abi in dict.fromkeys((*abis, "none")) for platform in platforms)
    return tuple(dict.fromkeys((*own, *compatible_tags(version, interpreter=interpreter, platforms=platforms))))
