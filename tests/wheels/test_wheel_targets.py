"""Tags and markers of targets (wheels 4)."""

from __future__ import annotations

import dataclasses
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms, sys_tags

from explorer.profiles import Profile, parse_profile
from explorer.wheels.interpreter import Interpreter, running_interpreter
from explorer.wheels.platforms import Platform, named_platforms
from explorer.wheels.targets import (
    UnknownPlatform,
    UnknownPythonVersion,
    environment_for,
    host_environment,
    pip_environment,
    tag_list,
)

NEW = parse_profile("uv@0.13.8")
OLD = parse_profile("uv@0.5.25")


def interpreter(**changes: object) -> Interpreter:
    markers = {
        "implementation_name": "cpython",
        "implementation_version": "3.11.7",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "6.1",
        "platform_system": "Linux",
        "platform_version": "#1",
        "python_full_version": "3.11.7",
        "python_version": "3.11",
        "sys_platform": "linux",
    }
    made = Interpreter(executable="/python", markers=markers, platform=Platform("manylinux", (2, 36), "x86_64"))
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


PYPY = interpreter(markers={**interpreter().markers, "implementation_name": "pypy", "implementation_version": "7.3.15"})


def documented_tags(version: tuple[int, int], platforms: list[str]) -> list[Tag]:
    name = f"cp{version[0]}{version[1]}"
    return list(
        dict.fromkeys(
            [
                *cpython_tags(version, abis=[name], platforms=platforms),
                *compatible_tags(version, interpreter=name, platforms=platforms),
            ]
        )
    )


@given(
    st.integers(8, 16),
    st.lists(
        st.sampled_from(["manylinux_2_28_x86_64", "manylinux2014_x86_64", "linux_x86_64", "win_amd64"]),
        min_size=1,
        unique=True,
    ),
)
def test_the_tag_list_is_the_documented_construction(minor: int, platforms: list[str]) -> None:
    assert list(tag_list("cpython", (3, minor), tuple(platforms))) == documented_tags((3, minor), platforms)


def test_linux_x86_64_has_the_714_tags_that_were_measured() -> None:
    environment = environment_for(interpreter(), "3.11", "linux", NEW)
    assert len(environment.tags) == 714
    assert str(environment.tags[0]) == "cp311-cp311-manylinux_2_28_x86_64"
    assert str(environment.tags[-1]) == "py30-none-any"


def test_the_platform_runs_fastest_so_that_the_abi_outranks_it() -> None:
    ranks = environment_for(interpreter(), "3.11", "linux", NEW).tag_rank
    assert ranks[Tag("cp311", "cp311", "manylinux_2_5_x86_64")] < ranks[Tag("cp311", "abi3", "manylinux_2_28_x86_64")]


@pytest.mark.parametrize(
    "refused",
    [
        "cp311-cp311-any", "cp311-abi3-any", "cp310-none-any", "py3-abi3-linux_x86_64", "cp3-none-any",
        "py312-none-any", "cp312-abi3-linux_x86_64", "cp311-cp311m-linux_x86_64", "cp311-abi3t-linux_x86_64",
    ],
)  # fmt: skip
def test_tags_that_look_plausible_but_are_refused(refused: str) -> None:
    assert Tag(*refused.split("-")) not in environment_for(interpreter(), "3.11", "linux", NEW).tag_rank


@pytest.mark.parametrize(
    "accepted",
    ["py3-none-any", "py310-none-any", "py30-none-any", "cp32-abi3-linux_x86_64", "py3-none-manylinux1_x86_64"],
)
def test_tags_that_are_accepted(accepted: str) -> None:
    assert Tag(*accepted.split("-")) in environment_for(interpreter(), "3.11", "linux", NEW).tag_rank


def test_python_3_7_has_the_pymalloc_abi() -> None:
    assert environment_for(interpreter(), "3.7", "linux", NEW).tags[0].abi == "cp37m"


def test_a_free_threaded_interpreter_has_abi3t_wherever_abi3_stood() -> None:
    tags = {str(tag) for tag in host_environment(interpreter(gil_disabled=True)).tags}
    assert "cp311-cp311t-linux_x86_64" in tags
    assert "cp310-abi3t-linux_x86_64" in tags
    assert not any("-abi3-" in tag or "-cp311-" in tag for tag in tags)


def test_a_debug_interpreter_also_accepts_the_release_abi() -> None:
    tags = [str(tag) for tag in host_environment(interpreter(debug=True)).tags]
    assert tags.index("cp311-cp311d-linux_x86_64") < tags.index("cp311-cp311-manylinux_2_36_x86_64")


def test_pypy_has_its_own_abi_and_no_stable_one() -> None:
    tags = [str(tag) for tag in host_environment(PYPY).tags]
    assert tags[0] == "pp311-pypy311_pp73-manylinux_2_36_x86_64"
    assert "py3-none-any" in tags
    assert not any("abi3" in tag or tag.startswith("pp3-") for tag in tags)


@pytest.mark.parametrize(
    ("profile", "name", "best"),
    [
        (OLD, "linux", "manylinux_2_17_x86_64"),
        (NEW, "linux", "manylinux_2_28_x86_64"),
        (NEW, "x86_64-manylinux_2_35", "manylinux_2_35_x86_64"),
        (NEW, "manylinux2014_aarch64", "manylinux_2_17_aarch64"),
        (NEW, "aarch64-unknown-linux-musl", "musllinux_1_2_aarch64"),
        (NEW, "riscv64-unknown-linux", "manylinux_2_39_riscv64"),
        (OLD, "macos", "macosx_12_0_arm64"),
        (NEW, "macos", "macosx_13_0_arm64"),
        (NEW, "x86_64-apple-darwin", "macosx_13_0_x86_64"),
        (NEW, "windows", "win_amd64"),
        (NEW, "i686-pc-windows-msvc", "win32"),
        (NEW, "aarch64-pc-windows-msvc", "win_arm64"),
        (NEW, "wasm32-pyodide2024", "pyemscripten_2024_0_wasm32"),
        (NEW, "arm64-apple-ios", "ios_13_0_arm64_iphoneos"),
        (NEW, "aarch64-linux-android", "android_24_arm64_v8a"),
    ],
)
def test_the_best_platform_tag_of_a_named_platform(profile: Profile, name: str, best: str) -> None:
    assert named_platforms(profile, {})[name].platform.wheel_tags[0] == best


def test_legacy_manylinux_names_follow_their_glibc() -> None:
    tags = named_platforms(NEW, {})["linux"].platform.wheel_tags
    for new, legacy in (("2_17", "manylinux2014"), ("2_12", "manylinux2010"), ("2_5", "manylinux1")):
        assert tags[tags.index(f"manylinux_{new}_x86_64") + 1] == f"{legacy}_x86_64"
    assert tags[-1] == "linux_x86_64"


def test_macos_is_what_packaging_says() -> None:
    assert named_platforms(NEW, {})["macos"].platform.wheel_tags == tuple(mac_platforms((13, 0), "arm64"))


def test_the_deployment_target_overrides_the_macos_release() -> None:
    environment = environment_for(interpreter(), None, "macos", NEW, {"MACOSX_DEPLOYMENT_TARGET": "14.2"})
    assert environment.tags[0].platform == "macosx_14_0_arm64"


def test_a_deployment_target_that_is_no_release_is_passed_over() -> None:
    environment = environment_for(interpreter(), None, "macos", NEW, {"MACOSX_DEPLOYMENT_TARGET": "latest"})
    assert environment.tags[0].platform == "macosx_13_0_arm64"


@pytest.mark.parametrize(
    ("profile", "name", "values"),
    [
        (NEW, "linux", ("posix", "linux", "Linux", "x86_64")),
        (NEW, "windows", ("nt", "win32", "Windows", "AMD64")),
        (OLD, "windows", ("nt", "win32", "Windows", "x86_64")),
        (NEW, "aarch64-pc-windows-msvc", ("nt", "win32", "Windows", "ARM64")),
        (NEW, "macos", ("posix", "darwin", "Darwin", "arm64")),
        (NEW, "wasm32-pyodide2024", ("posix", "emscripten", "Emscripten", "wasm32")),
    ],
)
def test_marker_values_of_a_named_platform(profile: Profile, name: str, values: tuple[str, ...]) -> None:
    markers = environment_for(interpreter(), None, name, profile).markers
    keys = ("os_name", "sys_platform", "platform_system", "platform_machine")
    assert tuple(markers[key] for key in keys) == values
    assert markers["platform_python_implementation"] == "CPython"


def test_a_python_version_without_patch_means_patch_zero() -> None:
    markers = environment_for(interpreter(), "3.12", None, NEW).markers
    assert (markers["python_version"], markers["python_full_version"]) == ("3.12", "3.12.0")
    assert markers["implementation_version"] == "3.12.0"


def test_the_implementation_version_of_pypy_is_its_own() -> None:
    assert environment_for(PYPY, "3.10", None, NEW).markers["implementation_version"] == "7.3.15"


def test_without_platform_the_interpreters_own_glibc_bounds_the_tags() -> None:
    assert environment_for(interpreter(), "3.9", None, NEW).tags[0].platform == "manylinux_2_36_x86_64"


def test_an_unknown_platform_is_refused_with_the_accepted_values() -> None:
    with pytest.raises(
        UnknownPlatform, match=r"uv 0\.13\.8 knows linux, .*aarch64-apple-darwin.*did you mean windows\?"
    ):
        environment_for(interpreter(), None, "window", NEW)


def test_a_platform_of_a_later_release_is_unknown_to_an_earlier_one() -> None:
    with pytest.raises(UnknownPlatform):
        environment_for(interpreter(), None, "riscv64-unknown-linux", OLD)


@pytest.mark.parametrize("text", ["three", "3.12.1.4", "3.12+local", "", "1!3"])
def test_a_python_version_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UnknownPythonVersion, match="--python-version"):
        environment_for(interpreter(), text, None, NEW)


@pytest.mark.skipif(sys.platform != "linux", reason="compares the tags of a Linux host")
def test_the_hosts_tags_are_those_that_packaging_gives_the_running_interpreter() -> None:
    assert set(host_environment(running_interpreter()).tags) == set(sys_tags())


class TestPip:
    """pip's `--platform`, `--python-version`, `--implementation`, `--abi`."""

    def test_from_pip_26_3_on_the_plain_linux_tag_comes_first(self) -> None:
        before = pip_environment(interpreter(), parse_profile("pip@26.2"))
        since = pip_environment(interpreter(), parse_profile("pip@26.3"))
        assert (before.tags[0].platform, since.tags[0].platform) == ("manylinux_2_36_x86_64", "linux_x86_64")
        assert set(before.tags) == set(since.tags)

    def test_a_legacy_platform_brings_the_older_ones(self) -> None:
        environment = pip_environment(interpreter(), NEW, platforms=["manylinux2014_x86_64"])
        platforms = list(dict.fromkeys(tag.platform for tag in environment.tags))
        assert platforms[:3] == ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]

    def test_a_macos_platform_brings_the_older_releases(self) -> None:
        environment = pip_environment(interpreter(), NEW, platforms=["macosx_12_0_arm64"])
        assert Tag("cp311", "cp311", "macosx_11_0_arm64") in environment.tag_rank

    @pytest.mark.parametrize(("text", "tag"), [("39", "cp39"), ("3.9", "cp39"), ("312", "cp312"), ("3.9.4", "cp39")])
    def test_a_python_version_may_be_written_without_dots(self, text: str, tag: str) -> None:
        assert pip_environment(interpreter(), NEW, text).tags[0].interpreter == tag

    def test_markers_stay_the_interpreters_but_requires_python_is_judged_by_the_wanted_version(self) -> None:
        environment = pip_environment(interpreter(), NEW, "3.9")
        assert environment.markers["python_version"] == "3.11"
        assert str(environment.python) == "3.9"

    def test_implementation_and_abi_replace_those_of_the_interpreter(self) -> None:
        environment = pip_environment(interpreter(), NEW, "3.10", implementation="pp", abis=["pypy310_pp73"])
        assert str(environment.tags[0]) == "pp310-pypy310_pp73-manylinux_2_36_x86_64"

    @pytest.mark.parametrize("text", ["3.x", "3.1.2.3", "9999999"])
    def test_a_version_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(UnknownPythonVersion):
            pip_environment(interpreter(), NEW, text)
