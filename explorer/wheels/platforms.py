"""Platforms as wheel tags know them, and the names that `--python-platform` gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from packaging.tags import android_platforms, ios_platforms, mac_platforms

from ..profiles import Profile

Family = Literal["manylinux", "musllinux", "macos", "windows", "android", "ios", "pyodide", "other"]

LOWEST_GLIBC_MINOR: Final[Mapping[str, int]] = {
    "i686": 5,
    "x86_64": 5,
    "aarch64": 17,
    "armv7l": 17,
    "ppc64": 17,
    "ppc64le": 17,
    "s390x": 17,
    "riscv64": 31,
    "loongarch64": 36,
}
"""The oldest glibc 2.x that manylinux tags exist for; other architectures have none (uv 0.13.8, PEP 600)."""

LEGACY_MANYLINUX: Final[Mapping[int, str]] = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
"""Older names of a glibc minor (PEP 600); each stands right after its new name."""

GLIBC_TRIPLES: Final = (*range(31, 41), 17, 28)


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system with the version that bounds its wheel tags, and an architecture.

    `version` is that of glibc, musl, macOS, iOS or the Pyodide ABI, or (API level, 0) for Android; `arch` is written
    as in wheel tags. `tag` is the whole platform tag of families without versions (`win_amd64`, `freebsd_14_0_amd64`).
    """

    family: Family
    version: tuple[int, int] = (0, 0)
    arch: str = ""
    tag: str = ""

    @property
    def wheel_tags(self) -> tuple[str, ...]:
        """The platform tags it accepts, best first (wheels 4.2)."""
        return _wheel_tags(self)


@lru_cache(maxsize=64)
def _wheel_tags(platform: Platform) -> tuple[str, ...]:
    major, minor = platform.version
    match platform.family:
        case "manylinux":
            return (*_manylinux_tags(minor, platform.arch), f"linux_{platform.arch}")
        case "musllinux":
            musl = (f"musllinux_{major}_{older}_{platform.arch}" for older in range(minor, -1, -1))
            return (*musl, f"linux_{platform.arch}")
        case "macos":
            return tuple(mac_platforms(platform.version, platform.arch))
        case "android":
            return tuple(android_platforms(major, platform.arch))
        case "ios":
            return tuple(ios_platforms(platform.version, platform.arch))
        case "pyodide":
            return (f"pyemscripten_{major}_{minor}_wasm32", f"pyodide_{major}_{minor}_wasm32")
        case "windows" | "other":
            return (platform.tag,)


def _manylinux_tags(newest: int, arch: str) -> Iterator[str]:
    if arch not in LOWEST_GLIBC_MINOR:
        return
    for minor in range(newest, LOWEST_GLIBC_MINOR[arch] - 1, -1):
        yield f"manylinux_2_{minor}_{arch}"
        if minor in LEGACY_MANYLINUX:
            yield f"{LEGACY_MANYLINUX[minor]}_{arch}"


@dataclass(frozen=True, slots=True)
class NamedPlatform:
    """A `--python-platform` value: its platform, the marker values it sets and what the screen calls it."""

    platform: Platform
    markers: Mapping[str, str]
    label: str


def _markers(
    os_name: str, sys_platform: str, system: str, machine: str, release: str = "", version: str = ""
) -> Mapping[str, str]:
    return {
        "os_name": os_name,
        "sys_platform": sys_platform,
        "platform_system": system,
        "platform_machine": machine,
        "platform_release": release,
        "platform_version": version,
    }


def linux(arch: str, glibc_minor: int, label: str = "") -> NamedPlatform:
    platform = Platform("manylinux", (2, glibc_minor), arch)
    return NamedPlatform(platform, _markers("posix", "linux", "Linux", arch), label or f"linux {arch}")


def _musl(arch: str) -> NamedPlatform:
    markers = _markers("posix", "linux", "Linux", arch)
    return NamedPlatform(Platform("musllinux", (1, 2), arch), markers, f"linux {arch} musl")


def _windows(tag: str, machine: str, arch: str) -> NamedPlatform:
    return NamedPlatform(Platform("windows", tag=tag), _markers("nt", "win32", "Windows", machine), f"Windows {arch}")


def _macos(arch: str, version: tuple[int, int]) -> NamedPlatform:
    return NamedPlatform(Platform("macos", version, arch), _markers("posix", "darwin", "Darwin", arch), f"macOS {arch}")


def named_platforms(profile: Profile, environ: Mapping[str, str]) -> Mapping[str, NamedPlatform]:
    """Every `--python-platform` value of a uv release (wheels 4.2, 4.3), aliases included.

    `environ` may lower or raise the macOS, iOS and Android releases (`MACOSX_DEPLOYMENT_TARGET`,
    `IPHONEOS_DEPLOYMENT_TARGET`, `ANDROID_API_LEVEL`).
    """
    names: dict[str, NamedPlatform] = {}
    names.update(_linux_platforms(profile))
    names.update(_desktop_platforms(profile, environ))
    if profile.holds("mobile_platforms"):
        names.update(_mobile_platforms(environ))
    return names


def _linux_platforms(profile: Profile) -> Iterator[tuple[str, NamedPlatform]]:
    minor = profile.number("linux_glibc_minor")
    yield "linux", linux("x86_64", minor)
    architectures = ["x86_64", "aarch64"]
    for arch in architectures:
        yield f"{arch}-unknown-linux-gnu", linux(arch, minor)
        yield f"{arch}-unknown-linux-musl", _musl(arch)
    if profile.holds("riscv64_platform"):
        yield "riscv64-unknown-linux", linux("riscv64", 39)
    if profile.holds("rare_linux_platforms"):
        yield "s390x-unknown-linux-gnu", linux("s390x", minor)
        yield "powerpc64le-unknown-linux-gnu", linux("ppc64le", minor)
        yield "loongarch64-unknown-linux-gnu", linux("loongarch64", 36)
        architectures += ["s390x", "ppc64le", "loongarch64"]
    for arch in architectures:
        for glibc in GLIBC_TRIPLES:
            if glibc < LOWEST_GLIBC_MINOR[arch]:
                continue
            named = linux(arch, glibc, f"linux {arch} glibc 2.{glibc}")
            yield f"{arch}-manylinux_2_{glibc}", named
            yield f"manylinux_2_{glibc}_{arch}", named
            if glibc == 17:
                yield f"{arch}-manylinux2014", named
                yield f"manylinux2014_{arch}", named


def _desktop_platforms(profile: Profile, environ: Mapping[str, str]) -> Iterator[tuple[str, NamedPlatform]]:
    windows = _windows("win_amd64", profile.text("windows_machine"), "x86_64")
    yield "windows", windows
    yield "x86_64-pc-windows-msvc", windows
    yield "i686-pc-windows-msvc", _windows("win32", "x86", "x86")
    yield "aarch64-pc-windows-msvc", _windows("win_arm64", "ARM64", "arm64")
    release = _release(environ.get("MACOSX_DEPLOYMENT_TARGET")) or (profile.number("macos_major"), 0)
    yield "macos", _macos("arm64", release)
    yield "aarch64-apple-darwin", _macos("arm64", release)
    yield "x86_64-apple-darwin", _macos("x86_64", release)


def _mobile_platforms(environ: Mapping[str, str]) -> Iterator[tuple[str, NamedPlatform]]:
    api_level = (_release(environ.get("ANDROID_API_LEVEL")) or (24, 0))[0]
    for arch, abi in (("aarch64", "arm64_v8a"), ("x86_64", "x86_64")):
        android = Platform("android", (api_level, 0), abi)
        yield (
            f"{arch}-linux-android",
            NamedPlatform(android, _markers("posix", "android", "Android", arch), f"Android {arch}"),
        )
    release = _release(environ.get("IPHONEOS_DEPLOYMENT_TARGET")) or (13, 0)
    for name, machine, multiarch, label in (
        ("arm64-apple-ios", "arm64", "arm64_iphoneos", "iOS arm64"),
        ("arm64-apple-ios-simulator", "arm64", "arm64_iphonesimulator", "iOS simulator arm64"),
        ("x86_64-apple-ios-simulator", "x86_64", "x86_64_iphonesimulator", "iOS simulator x86_64"),
    ):
        yield name, NamedPlatform(Platform("ios", release, multiarch), _markers("posix", "ios", "iOS", machine), label)
    for year, emscripten in ((2024, "3.1.58"), (2025, "4.0.9")):
        markers = _markers("posix", "emscripten", "Emscripten", "wasm32", emscripten, "#1")
        yield f"wasm32-pyodide{year}", NamedPlatform(Platform("pyodide", (year, 0)), markers, f"Pyodide {year}")


def _release(text: str | None) -> tuple[int, int] | None:
    """`13`, `13.3` → (13, 0), (13, 3); None for anything else."""
    major, _, minor = (text or "").strip().partition(".")
    minor = minor.partition(".")[0] or "0"
    if (
        major.isascii()
        and major.isdigit()
        and minor.isascii()
        and minor.isdigit()
        and len(major) < 5
        and len(minor) < 5
    ):
        return int(major), int(minor)
    return None
