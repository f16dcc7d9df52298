"""One platform tag of a wheel's name, taken apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

System = Literal["any", "linux", "windows", "macos", "android", "other"]

Libc = tuple[Literal["glibc", "musl"], int, int]

ARCHITECTURES: Final[Mapping[str, str]] = {
    "aarch64": "aarch64",
    "armv5tel": "armv5tel",
    "armv6l": "armv6l",
    "armv7l": "armv7l",
    "armv8l": "armv7l",
    "ppc64le": "ppc64le",
    "ppc64": "ppc64",
    "ppc": "ppc",
    "i686": "i686",
    "x86_64": "x86_64",
    "s390x": "s390x",
    "loongarch64": "loongarch64",
    "riscv64": "riscv64",
}
"""Architecture of a Linux tag → `platform_machine` there; tags with another one are unknown to uv."""

MACOS_FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "arm64": ("arm64",),
    "fat": ("x86_64", "ppc"),
    "fat32": ("x86_64", "i386", "ppc", "ppc64"),
    "fat64": ("x86_64", "ppc64"),
    "i386": ("i386",),
    "intel": ("x86_64", "i386"),
    "ppc": ("ppc",),
    "ppc64": ("ppc64",),
    "universal": ("x86_64", "i386", "ppc64", "ppc", "intel"),
    "universal2": ("x86_64", "arm64"),
    "x86_64": ("x86_64",),
}
"""Binary format of a macOS tag → the machines it runs on."""

_ANDROID: Final = {"armeabi_v7a": "armv7l", "arm64_v8a": "aarch64", "x86": "i686", "x86_64": "x86_64"}
_WINDOWS: Final = {"win32": "x86", "win_amd64": "AMD64", "win_arm64": "ARM64", "win_ia64": ""}
_OLD_MANYLINUX: Final = {"1": 5, "2010": 12, "2014": 17}

_LINUX = re.compile(r"(?:(manylinux|musllinux)_(\d{1,5})_(\d{1,5})|manylinux(1|2010|2014)|linux)_(\w+)", re.ASCII)
_MACOS = re.compile(r"macosx_(\d{1,5})_(\d{1,5})_(\w+)", re.ASCII)
_ANDROID_TAG = re.compile(r"android_\d{1,5}_(\w+)", re.ASCII)
_IOS = re.compile(r"ios_\d{1,5}_\d{1,5}_(arm64|x86_64)_(?:iphoneos|iphonesimulator)", re.ASCII)
_OTHER = re.compile(
    r"(?:freebsd|netbsd|openbsd|dragonfly|haiku|illumos)_\w+|solaris_\w+_64bit|(?:pyodide|pyemscripten)_\d{1,5}_\d{1,5}_wasm32",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTag:
    """`machines` are values of `platform_machine` that the tag covers (empty where uv derives none).

    `release` is the macOS deployment target. `libc` is the oldest libc of manylinux and musllinux tags.
    """

    system: System
    machines: tuple[str, ...] = ()
    release: tuple[int, int] | None = None
    libc: Libc | None = None


@lru_cache(maxsize=4096)
def parse_platform_tag(tag: str) -> PlatformTag | None:
    """The tag's parts, or None for a tag that uv 0.13.8 does not know (it passes over those)."""
    if tag == "any":
        return PlatformTag(system="any")
    if tag in _WINDOWS:
        return PlatformTag(system="windows", machines=(_WINDOWS[tag],) if _WINDOWS[tag] else ())
    if match := _LINUX.fullmatch(tag):
        return _linux(match)
    if match := _MACOS.fullmatch(tag):
        machines = MACOS_FORMATS.get(match[3])
        release = (int(match[1]), int(match[2]))
        return PlatformTag(system="macos", machines=machines, release=release) if machines else None
    if match := _ANDROID_TAG.fullmatch(tag):
        machine = _ANDROID.get(match[1])
        return PlatformTag(system="android", machines=(machine,)) if machine else None
    if match := _IOS.fullmatch(tag):
        return PlatformTag(system="other", machines=(match[1],))
    return PlatformTag(system="other") if _OTHER.fullmatch(tag.lower()) else None


def _linux(match: re.Match[str]) -> PlatformTag | None:
    machine = ARCHITECTURES.get(match[5])
    if machine is None:
        return None
    libc: Libc | None = None
    if match[4] is not None:
        libc = ("glibc", 2, _OLD_MANYLINUX[match[4]])
    elif match[1] is not None:
        libc = ("glibc" if match[1] == "manylinux" else "musl", int(match[2]), int(match[3]))
    return PlatformTag(system="linux", machines=(machine,), libc=libc)
