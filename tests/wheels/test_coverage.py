"""What wheels cover, and which of them a lock keeps."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from explorer.model.files import DistributionFile
from explorer.model.marker_algebra import FALSE, TRUE, MarkerTree, parse_marker
from explorer.model.url import SafeUrl
from explorer.profiles import Profile, profile_of
from explorer.wheels.coverage import (
    CoverageRules,
    InvalidLibcVersion,
    MinimumLibc,
    covered,
    covered_pythons,
    implied_marker,
    kept_in_lock,
)
from explorer.wheels.platform_tag import parse_platform_tag
from explorer.wheels.universal import UniversalTarget
from explorer.wheels.version_files import VersionFiles


def uv(version: str) -> Profile:
    return profile_of("uv", Version(version))


def wheel(tags: str, variant: str = "") -> DistributionFile:
    python, abi, platform = tags.split("-")
    filename = f"a-1.0-{tags}.whl"
    return DistributionFile(
        filename=filename,
        url=SafeUrl.parse(f"https://files.example/{filename}"),
        kind="wheel",
        name="a",
        version=Version("1.0"),
        python_tags=python,
        abi_tags=abi,
        platform_tags=platform,
        variant=variant,
    )


SDIST = DistributionFile(
    filename="a-1.0.tar.gz",
    url=SafeUrl.parse("https://files.example/a-1.0.tar.gz"),
    kind="sdist",
    name="a",
    version=Version("1.0"),
)


def version_files(*tags: str, sdist: bool = False) -> VersionFiles:
    return VersionFiles(
        for_metadata=None,
        for_install=None,
        usable_sdist=SDIST if sdist else None,
        usable_wheels=tuple(wheel(one) for one in tags),
    )


def platforms(tag: str, rules: CoverageRules | None = None) -> MarkerTree:
    return implied_marker(wheel(f"none-none-{tag}"), rules or CoverageRules())


@pytest.mark.parametrize(
    ("tag", "marker"),
    [
        ("win32", "sys_platform == 'win32' and platform_machine == 'x86'"),
        ("win_amd64", "sys_platform == 'win32' and platform_machine == 'AMD64'"),
        ("win_arm64", "sys_platform == 'win32' and platform_machine == 'ARM64'"),
        ("manylinux_2_17_aarch64.manylinux2014_aarch64", "sys_platform == 'linux' and platform_machine == 'aarch64'"),
        ("musllinux_1_2_x86_64", "sys_platform == 'linux' and platform_machine == 'x86_64'"),
        ("linux_armv8l", "sys_platform == 'linux' and platform_machine == 'armv7l'"),
        (
            "macosx_14_0_x86_64",
            "sys_platform == 'darwin' and platform_machine == 'x86_64' and platform_release >= '23.0.0'",
        ),
        (
            "macosx_10_9_universal2",
            "sys_platform == 'darwin' and ((platform_machine == 'x86_64' and platform_release >= '13.0.0')"
            " or (platform_machine == 'arm64' and platform_release >= '20.0.0'))",
        ),
        (
            "macosx_26_0_arm64",
            "sys_platform == 'darwin' and platform_machine == 'arm64' and platform_release >= '25.0.0'",
        ),
        ("android_24_arm64_v8a", "sys_platform == 'android' and platform_machine == 'aarch64'"),
    ],
)
def test_a_platform_tag_covers_its_system_and_machine(tag: str, marker: str) -> None:
    assert platforms(tag) is parse_marker(marker)


@pytest.mark.parametrize("tag", ["freebsd_14_0_x86_64", "manylinux_2_17_vax", "macosx_11_3_arm64", "whatever"])
def test_a_tag_without_a_marker_covers_nothing(tag: str) -> None:
    assert platforms(tag) is FALSE


def test_any_covers_everything() -> None:
    assert platforms("any") is TRUE


@pytest.mark.parametrize(
    ("tags", "marker"),
    [
        ("cp310-cp310", "python_full_version == '3.10.*' and platform_python_implementation == 'CPython'"),
        ("cp313-cp313t", "python_full_version == '3.13.*' and platform_python_implementation == 'CPython'"),
        ("pp310-pypy310_pp73", "python_full_version == '3.10.*' and platform_python_implementation == 'PyPy'"),
        ("py310-none", "python_full_version >= '3.10' and python_full_version < '4'"),
        ("py3-none", "python_full_version >= '3' and python_full_version < '4'"),
        ("py2.py3-none", "python_full_version >= '2' and python_full_version < '4'"),
        ("cp39-abi3", "python_full_version >= '3.9' and platform_python_implementation == 'CPython'"),
        ("cp3-abi3", "python_full_version >= '3' and platform_python_implementation == 'CPython'"),
    ],
)
def test_python_tags_cover_their_interpreters(tags: str, marker: str) -> None:
    assert implied_marker(wheel(f"{tags}-any")) is parse_marker(marker)


def test_unknown_python_tags_cover_nothing() -> None:
    assert implied_marker(wheel("jy27-none-any")) is FALSE


def test_a_usable_sdist_covers_everything() -> None:
    assert covered(version_files("cp311-cp311-win_amd64", sdist=True)) is TRUE
    assert covered_pythons(version_files(sdist=True)) is TRUE
    assert implied_marker(SDIST) is TRUE


def test_wheels_of_a_version_add_up() -> None:
    files = version_files("py3-none-win_amd64", "py3-none-manylinux_2_28_x86_64")
    marker = "(sys_platform == 'win32' and platform_machine == 'AMD64')"
    marker += " or (sys_platform == 'linux' and platform_machine == 'x86_64')"
    expected = parse_marker("python_full_version >= '3' and python_full_version < '4'") & parse_marker(marker)
    assert covered(files) is expected


def test_a_version_without_usable_files_covers_nothing() -> None:
    assert covered(version_files()) is FALSE


def test_interpreters_covered_do_not_depend_on_platforms() -> None:
    files = version_files("cp311-cp311-win_amd64", "cp312-cp312-win_amd64")
    wanted = parse_marker("python_version in '3.11 3.12' and platform_python_implementation == 'CPython'")
    assert covered_pythons(files) is wanted


@pytest.mark.parametrize(
    ("version", "marker"),
    [
        ("0.7.13", "sys_platform == 'darwin' and platform_machine == 'arm64'"),
        (
            "0.8.5",
            "python_version == '3.9' and platform_python_implementation == 'CPython'"
            " and sys_platform == 'darwin' and platform_machine == 'arm64'",
        ),
        (
            "0.10.12",
            "python_version >= '3.9' and platform_python_implementation == 'CPython'"
            " and sys_platform == 'darwin' and platform_machine == 'arm64'",
        ),
        (
            "0.13.8",
            "python_version >= '3.9' and platform_python_implementation == 'CPython'"
            " and sys_platform == 'darwin' and platform_machine == 'arm64' and platform_release >= '20'",
        ),
    ],
)
def test_what_a_wheel_covers_grew_more_exact_over_the_releases(version: str, marker: str) -> None:
    rules = CoverageRules.of(uv(version))
    assert implied_marker(wheel("cp39-abi3-macosx_11_0_arm64"), rules) is parse_marker(marker)


def test_py310_meant_only_its_minor_before_0_12_18() -> None:
    assert implied_marker(wheel("py310-none-any"), CoverageRules.of(uv("0.12.17"))) is parse_marker(
        "python_version == '3.10'"
    )


@pytest.mark.parametrize(
    ("version", "tag", "machine"),
    [
        ("0.7.13", "win_amd64", "x86_64"),
        ("0.7.14", "win_amd64", "AMD64"),
        ("0.7.13", "win_arm64", "arm64"),
        ("0.8.19", "win_arm64", "ARM64"),
        ("0.7.13", "win32", "x86"),
    ],
)
def test_windows_wheels_cover_the_machine_name_of_their_release(version: str, tag: str, machine: str) -> None:
    marker = parse_marker(f"sys_platform == 'win32' and platform_machine == '{machine}'")
    assert platforms(tag, CoverageRules.of(uv(version))) is marker


def test_a_wheel_above_the_minimum_libc_covers_nothing() -> None:
    rules = CoverageRules.of(uv("0.13.8"), MinimumLibc.of({"glibc": "2.17"}))
    assert platforms("manylinux_2_28_x86_64", rules) is FALSE
    assert platforms("manylinux2014_x86_64", rules) is parse_marker(
        "sys_platform == 'linux' and platform_machine == 'x86_64'"
    )


def test_glibc_and_musl_may_be_served_by_separate_wheels() -> None:
    rules = CoverageRules.of(uv("0.13.8"), MinimumLibc.of({"glibc": "2.28", "musl": "1.2"}))
    linux = parse_marker("sys_platform == 'linux' and platform_machine == 'x86_64'")
    both = version_files("none-none-manylinux_2_28_x86_64", "none-none-musllinux_1_2_x86_64")
    assert covered(both, rules) is linux
    assert covered(version_files("none-none-manylinux_2_28_x86_64"), rules) is FALSE


def test_the_minimum_libc_is_ignored_by_older_releases() -> None:
    rules = CoverageRules.of(uv("0.12.5"), MinimumLibc.of({"glibc": "2.17"}))
    assert not platforms("manylinux_2_28_x86_64", rules).is_false


@pytest.mark.parametrize("setting", [{"glibc": "2"}, {"glibc": "two"}, {"uclibc": "1.0"}, {"musl": "1.2.3"}])
def test_a_wrong_libc_setting_names_itself(setting: dict[str, str]) -> None:
    with pytest.raises(InvalidLibcVersion, match=f"{next(iter(setting))} = "):
        MinimumLibc.of(setting)


LINUX, WINDOWS = parse_marker("sys_platform == 'linux'"), parse_marker("sys_platform == 'win32'")


def kept(tags: str, reachable: MarkerTree = TRUE, version: str = "0.13.8", python: str = ">=3.11") -> bool:
    return kept_in_lock(wheel(tags), UniversalTarget.of(SpecifierSet(python)), reachable, uv(version))


def test_the_lock_drops_wheels_of_systems_that_are_not_reachable() -> None:
    assert kept("cp311-cp311-manylinux_2_17_x86_64", LINUX)
    assert not kept("cp311-cp311-win_amd64", LINUX)
    assert not kept("cp311-cp311-macosx_11_0_universal2", LINUX)


def test_the_lock_drops_wheels_of_machines_that_are_not_reachable() -> None:
    arm_linux = parse_marker("sys_platform == 'linux' and platform_machine == 'aarch64'")
    assert kept("cp311-cp311-manylinux_2_17_aarch64", arm_linux)
    assert not kept("cp311-cp311-musllinux_1_2_x86_64", arm_linux)


def test_universal2_wheels_stay_for_any_mac() -> None:
    assert kept(
        "cp311-cp311-macosx_11_0_universal2", parse_marker("sys_platform == 'darwin' and platform_machine == 'arm64'")
    )


def test_unknown_and_any_platforms_stay() -> None:
    assert kept("py3-none-any", LINUX)
    assert kept("py3-none-amiga", LINUX)
    assert kept("py3-none-freebsd_14_0_x86_64", LINUX)


def test_the_lock_drops_wheels_outside_requires_python() -> None:
    assert not kept("cp310-cp310-manylinux_2_17_x86_64")
    assert kept("cp38-abi3-manylinux_2_17_x86_64")


def test_variants_are_not_locked() -> None:
    target = UniversalTarget.of(SpecifierSet(">=3.11"))
    assert not kept_in_lock(wheel("py3-none-any", variant="x86_64_v3"), target, TRUE, uv("0.13.8"))


def test_only_supported_environments_count() -> None:
    target = UniversalTarget.of(SpecifierSet(">=3.11"))
    file = wheel("cp311-cp311-win_amd64")
    assert not kept_in_lock(file, target, TRUE, uv("0.13.8"), [LINUX])
    assert kept_in_lock(file, target, TRUE, uv("0.13.8"), [LINUX, WINDOWS])


def test_emulation_on_arm_windows_keeps_amd64_wheels_since_0_12_23() -> None:
    arm_windows = parse_marker("sys_platform == 'win32' and platform_machine == 'ARM64'")
    assert kept("cp311-cp311-win_amd64", arm_windows)
    assert not kept("cp311-cp311-win_amd64", arm_windows, "0.12.22")
    assert not kept("cp311-cp311-win32", arm_windows)


def test_system_and_machine_must_meet_since_0_8_4() -> None:
    arm_mac_or_windows = parse_marker(
        "(sys_platform == 'darwin' and platform_machine == 'arm64') or (sys_platform == 'win32')"
    )
    assert not kept("cp311-cp311-macosx_11_0_x86_64", arm_mac_or_windows)
    assert kept("cp311-cp311-macosx_11_0_x86_64", arm_mac_or_windows, "0.7.13")


@pytest.mark.parametrize(
    ("version", "stays"),
    [("0.5.18", {"ppc64le", "aarch64"}), ("0.7.13", {"ppc64le"}), ("0.9.22", set())],
)
def test_more_machines_were_pruned_over_the_releases(version: str, stays: set[str]) -> None:
    intel = parse_marker("sys_platform == 'linux' and platform_machine == 'x86_64'")
    machines = ("ppc64le", "aarch64")
    assert {one for one in machines if kept(f"py3-none-manylinux_2_17_{one}", intel, version)} == stays


def test_amd64_was_no_name_of_a_machine_before_0_6_3() -> None:
    windows = parse_marker("sys_platform == 'win32' and platform_machine == 'AMD64'")
    assert not kept("py3-none-win_amd64", windows, "0.5.25")
    assert kept("py3-none-win_amd64", windows, "0.6.3")


def test_an_sdist_is_always_locked() -> None:
    assert kept_in_lock(SDIST, UniversalTarget(), LINUX, uv("0.13.8"))


def test_overlong_numbers_make_a_tag_unknown() -> None:
    assert parse_platform_tag(f"manylinux_2_{'9' * 5000}_x86_64") is None
