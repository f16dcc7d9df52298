"""Which environments the wheels of a version serve, and which of its wheels a lock keeps (wheels 3 and 5).

A marker of this module is the rough inverse of a wheel's tags. Sources: wheels-and-universal.md sections 3 and 5,
uv 0.13.8's `implied_markers` and `is_wheel_unreachable_for_marker`; what older releases did is in their change log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from ..model.files import DistributionFile
from ..model.marker_algebra import FALSE, TRUE, MarkerTree, parse_marker
from ..profiles import Profile
from .platform_tag import PlatformTag, parse_platform_tag
from .universal import STABLE_ABIS, UniversalTarget
from .version_files import VersionFiles

LibcVersion = tuple[int, int]
LibcName = Literal["glibc", "musl"]


class InvalidLibcVersion(ValueError):
    """`minimum-libc-version` names no libc or no version of two numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumLibc:
    """The oldest glibc and musl that must be served (uv 0.12.17+); None asks nothing."""

    glibc: LibcVersion | None = None
    musl: LibcVersion | None = None

    @classmethod
    def of(cls, setting: Mapping[str, str]) -> MinimumLibc:
        """The setting `minimum-libc-version`. Raises `InvalidLibcVersion`."""
        versions = {name: _libc_version(name, text) for name, text in setting.items()}
        return cls(glibc=versions.get("glibc"), musl=versions.get("musl"))


def _libc_version(name: str, text: str) -> LibcVersion:
    match = re.fullmatch(r"(\d{1,5})\.(\d{1,5})", text, re.ASCII)
    if name not in ("glibc", "musl") or match is None:
        raise InvalidLibcVersion(
            f"minimum-libc-version: {name} = {text!r} should read like glibc = '2.17' or musl = '1.2'"
        )
    return int(match[1]), int(match[2])


@dataclass(frozen=True, slots=True)
class CoverageRules:
    """How a release reads tags: the rows of its profile that this module needs, and the libc that was asked for."""

    python: bool = True
    stable_abi_is_bound: bool = True
    py_tag_is_bound: bool = True
    macos_release: bool = True
    win_amd64: str = "AMD64"
    win_arm64: str = "ARM64"
    libc: MinimumLibc = MinimumLibc()

    @classmethod
    def of(cls, profile: Profile, libc: MinimumLibc = MinimumLibc()) -> CoverageRules:
        return cls(
            python=profile.holds("python_coverage"),
            stable_abi_is_bound=profile.holds("stable_abi_is_bound"),
            py_tag_is_bound=profile.holds("py_tag_is_bound"),
            macos_release=profile.holds("macos_release_coverage"),
            win_amd64=profile.text("win_amd64_machine"),
            win_arm64=profile.text("win_arm64_machine"),
            libc=libc if profile.holds("minimum_libc") else MinimumLibc(),
        )


NEWEST: Final = CoverageRules()


def implied_marker(file: DistributionFile, rules: CoverageRules = NEWEST) -> MarkerTree:
    """The environments that one file serves, on every libc asked for; an sdist serves all."""
    if not file.is_wheel:
        return TRUE
    return _on_libc(file, "glibc", rules) & _on_libc(file, "musl", rules)


def covered(files: VersionFiles, rules: CoverageRules = NEWEST) -> MarkerTree:
    """The environments that the usable files of a version serve; separate wheels may serve glibc and musl."""
    if files.usable_sdist is not None:
        return TRUE
    glibc = _union(_on_libc(wheel, "glibc", rules) for wheel in files.usable_wheels)
    if rules.libc == MinimumLibc():
        return glibc
    return glibc & _union(_on_libc(wheel, "musl", rules) for wheel in files.usable_wheels)


def covered_pythons(files: VersionFiles, rules: CoverageRules = NEWEST) -> MarkerTree:
    """The interpreters that the usable files of a version serve, whatever their platforms."""
    if files.usable_sdist is not None:
        return TRUE
    return _union(_pythons(wheel.python_tags, wheel.abi_tags, rules) for wheel in files.usable_wheels)


def _union(markers: Iterable[MarkerTree]) -> MarkerTree:
    result = FALSE
    for marker in markers:
        result = result | marker
        if result.is_true:
            break
    return result


def _on_libc(file: DistributionFile, libc: LibcName, rules: CoverageRules) -> MarkerTree:
    platforms = _platforms(file.platform_tags, libc, rules)
    return platforms & _pythons(file.python_tags, file.abi_tags, rules) if rules.python else platforms


@lru_cache(maxsize=8192)
def _platforms(platform_tags: str, libc: LibcName, rules: CoverageRules) -> MarkerTree:
    tags = _known(platform_tags)
    return _union(_platform(tag, rules) for tag in tags if _serves_libc(tag, libc, rules.libc))


def _known(platform_tags: str) -> list[PlatformTag]:
    parsed = map(parse_platform_tag, platform_tags.split("."))
    return [tag for tag in parsed if tag is not None]


def _serves_libc(tag: PlatformTag, libc: LibcName, minimum: MinimumLibc) -> bool:
    """A tag for one libc serves no baseline of the other; plain linux tags and other systems serve both."""
    baseline = minimum.glibc if libc == "glibc" else minimum.musl
    if baseline is None or tag.libc is None:
        return True
    return tag.libc[0] == libc and tag.libc[1:] <= baseline


def _platform(tag: PlatformTag, rules: CoverageRules) -> MarkerTree:
    match tag.system:
        case "any":
            return TRUE
        case "linux" | "android":
            return _equals("sys_platform", tag.system) & _machines(tag.machines)
        case "windows":
            names = {"AMD64": rules.win_amd64, "ARM64": rules.win_arm64}
            return _equals("sys_platform", "win32") & _machines(names.get(one, one) for one in tag.machines)
        case "macos":
            return _equals("sys_platform", "darwin") & _macos(tag, rules)
        case "other":
            return FALSE


@lru_cache(maxsize=256)
def _equals(key: str, value: str) -> MarkerTree:
    return parse_marker(f"{key} == '{value}'")


def _machines(machines: Iterable[str]) -> MarkerTree:
    return _union(_equals("platform_machine", machine) for machine in machines)


def _macos(tag: PlatformTag, rules: CoverageRules) -> MarkerTree:
    """The machines of a macOS tag, each from the Darwin release of its deployment target on (0.12.16+)."""
    if not rules.macos_release:
        return _machines(tag.machines)
    darwin = _darwin_release(tag.release) if tag.release is not None else None
    if darwin is None:
        return FALSE
    result = FALSE
    for machine in tag.machines:
        oldest = max(darwin, _FIRST_ARM_DARWIN) if machine == "arm64" else darwin
        since = parse_marker(f"platform_release >= '{'.'.join(map(str, oldest))}'")
        result = result | (_equals("platform_machine", machine) & since)
    return result


_FIRST_ARM_DARWIN: Final = (20, 0, 0)


def _darwin_release(macos: tuple[int, int]) -> tuple[int, int, int] | None:
    """The kernel release of a macOS release that can be a deployment target (10.16 is another name of 11)."""
    match macos:
        case (10, 0):
            return 1, 3, 0
        case (10, 1):
            return 1, 4, 1
        case (10, minor) if minor <= 16:
            return minor + 4, 0, 0
        case (major, 0) if 11 <= major <= 15:
            return major + 9, 0, 0
        case (26, 0):
            return 25, 0, 0
        case (major, 0) if major >= 27:
            return major, 0, 0
        case _:
            return None


_PYTHON_TAG: Final = re.compile(r"(py|cp|pp|graalpy|pyston)(\d)(\d{0,3})", re.ASCII)
_IMPLEMENTATIONS: Final = {"cp": "CPython", "pp": "PyPy", "graalpy": "GraalPy", "pyston": "Pyston"}


@lru_cache(maxsize=8192)
def _pythons(python_tags: str, abi_tags: str, rules: CoverageRules) -> MarkerTree:
    tags = python_tags.split(".")
    if "none" in tags:
        return TRUE
    stable = rules.stable_abi_is_bound and not STABLE_ABIS.isdisjoint(abi_tags.split("."))
    return _union(_python(tag, stable, rules) for tag in tags)


def _python(tag: str, stable: bool, rules: CoverageRules) -> MarkerTree:
    """With a stable ABI a tag is a lower bound; `py310` is one within Python 3 (0.12.18+); others mean their minor."""
    match = _PYTHON_TAG.fullmatch(tag)
    if match is None:
        return FALSE
    kind, major, minor = match.groups()
    if not minor:
        versions = f"python_version >= '{major}'" if stable else f"python_version == '{major}.*'"
    elif kind == "py" and rules.py_tag_is_bound:
        versions = f"python_version >= '{major}.{minor}' and python_version == '{major}.*'"
    elif kind != "py" and stable:
        versions = f"python_version >= '{major}.{minor}'"
    else:
        versions = f"python_version == '{major}.{minor}.*'"
    marker = parse_marker(versions)
    return marker & _equals("platform_python_implementation", _IMPLEMENTATIONS[kind]) if kind != "py" else marker


_SYSTEMS: Final = {
    "linux": parse_marker("os_name == 'posix' and sys_platform == 'linux'"),
    "windows": parse_marker("os_name == 'nt' and sys_platform == 'win32'"),
    "macos": parse_marker("os_name == 'posix' and sys_platform == 'darwin'"),
    "android": parse_marker("sys_platform == 'android'"),
}

_MACHINE_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "arm": ("aarch64", "arm64", "ARM64"),
    "x86_64": ("x86_64", "amd64", "AMD64"),
    "x86": ("i686", "i386", "win32", "x86"),
    "ppc64le": ("ppc64le",),
    "ppc64": ("ppc64",),
    "s390x": ("s390x",),
    "riscv64": ("riscv64",),
    "loongarch64": ("loongarch64",),
    "armv7l": ("armv7l", "armv8l"),
    "armv6l": ("armv6l",),
}
"""How interpreters name a family of machines."""

_FAMILIES: Final = {name: family for family, names in _MACHINE_NAMES.items() for name in names}
_COMMON_FAMILIES: Final = ("arm", "x86_64", "x86")


def kept_in_lock(
    file: DistributionFile,
    target: UniversalTarget,
    reachable: MarkerTree,
    profile: Profile,
    environments: Sequence[MarkerTree] = (),
) -> bool:
    """Whether uv.lock records the file of a chosen version (wheels 3); files that exclude-newer drops are not asked.

    `reachable` is where the package is required. A wheel goes if no Python of `target` can use its tags, or if all its
    platform tags name a system or machine that no reachable (and supported) environment has.
    """
    if not file.is_wheel:
        return True
    if file.variant or not target.admits(file.python_tags, file.abi_tags):
        return False
    needed = reachable & _union(environments) if environments else reachable
    return not _unreachable(file.platform_tags, needed, profile)


def _unreachable(platform_tags: str, needed: MarkerTree, profile: Profile) -> bool:
    tags = _known(platform_tags)
    if all(tag.system == "any" for tag in tags):
        return False
    emulated = "win_amd64" in platform_tags.split(".") and profile.holds("lock_keeps_emulated_wheels")
    if emulated and not needed.is_disjoint(_SYSTEMS["windows"] & _machines(_MACHINE_NAMES["arm"])):
        return False
    system = _only({tag.system for tag in tags})
    on_system = _SYSTEMS.get(system, TRUE) if system else TRUE
    on_machine = _on_machine(_only({_family(tag) for tag in tags}), profile)
    if profile.holds("lock_prunes_systems_with_machines"):
        return needed.is_disjoint(on_system & on_machine)
    return needed.is_disjoint(on_system) or needed.is_disjoint(on_machine)


def _only(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _on_machine(family: str | None, profile: Profile) -> MarkerTree:
    """Where a family of machines is, as far as the release prunes by it."""
    pruned = profile.text("lock_prunes_machines")
    if not family or pruned == "none" or (pruned != "all" and family not in _COMMON_FAMILIES):
        return TRUE
    names = _MACHINE_NAMES[family]
    if not profile.holds("lock_knows_windows_machines"):
        names = tuple(name for name in names if not name.isupper())
    return _machines(names)


def _family(tag: PlatformTag) -> str:
    """The family of a tag for exactly one machine; empty for several or none, and where uv tells none."""
    if len(tag.machines) != 1 or (tag.system == "android" and tag.machines != ("aarch64",)):
        return ""
    family = _FAMILIES.get(tag.machines[0], "")
    return family if tag.system == "linux" or family in _COMMON_FAMILIES else ""
