"""Rules about files, each in a world that has its cause."""

from __future__ import annotations

import pytest
from diagnosed import world

from explorer.diagnose.listed import platform_of
from explorer.what_if.toggle import IgnoreStatus, RequireEnvironments, UseProfile

COMPILE = ("uv", "pip", "compile", "requirements.in", "--default-index", "idx={idx}")
ONE = """
[files]
"requirements.in" = "a"
"pyproject.toml" = '''
[project]
name = "p"
version = "1"
requires-python = ">=3.8"
dependencies = ["a"]
{more}
[[tool.uv.index]]
name = "idx"
url = "{idx}"
default = true
'''
[[server]]
id = "s"
[[server.index]]
id = "idx"
{options}
[server.index.packages.a.versions."1.0"]
{version}
"""


def one(version: str = "sdist = false", options: str = "", more: str = "") -> str:
    return ONE.replace("{more}", more).replace("{options}", options).replace("{version}", version)


@pytest.mark.parametrize(
    ("filename", "platform"),
    [
        ("a-1-cp38-abi3-macosx_10_9_universal2.whl", "darwin"),
        ("a-1-py3-none-win_amd64.whl", "win32"),
        ("a-1-py3-none-musllinux_1_2_x86_64.whl", "linux"),
        ("a-1-py3-none-any.whl", None),
        ("a-1.tar.gz", None),
    ],
)
def test_the_platform_of_a_wheel(filename: str, platform: str | None) -> None:
    assert platform_of(filename) == platform


def test_f12_holds_for_one_platform_too() -> None:
    with world(one('sdist = false\nunavailable = ["*.whl"]', "core-metadata = false"), "uv@0.13.8", *COMPILE) as run:
        assert "answers 404" in run.of("F12").claim
        assert IgnoreStatus("idx", 404, True) in run.of("F12").toggles


@pytest.mark.parametrize("profile", ["uv@0.7.13", "uv@0.13.8"])
def test_f28_a_firewall_blocks_a_file_of_the_page(profile: str) -> None:
    text = one(options='file-status = { "a-1.0-py3-none-any.whl" = 403 }\ncore-metadata = false')
    with world(text, profile, *COMPILE) as run:
        toggles = run.of("F28").toggles
        assert toggles[0] == IgnoreStatus("idx", 403, True)
        assert any(isinstance(t, UseProfile) for t in toggles) is (profile == "uv@0.7.13")


def test_f29_an_answer_that_is_no_page() -> None:
    with world(one(options='format = "html"\ncontent-type = "application/octet-stream"'), "uv@0.13.8", *COMPILE) as run:
        assert "something that is no page" in run.of("F29").claim
        assert {"IndexAnswered", "RequestEnded"} <= run.cited("F29")


def test_f30_wheels_are_read_as_a_whole() -> None:
    with world(one(options="range = false\ncore-metadata = false"), "uv@0.13.8", *COMPILE) as run:
        assert "1 wheel" in run.of("F30").claim and run.of("F30").severity == "note"


def test_f34_no_wheel_fits() -> None:
    text = one('sdist = false\nwheel-tags = ["py3-none-win_amd64"]')
    with world(text, "uv@0.13.8", *COMPILE) as run:
        assert "win_amd64" in run.of("F34").claim


def test_f35_an_environment_that_is_demanded_has_no_wheel() -> None:
    demanded = "[tool.uv]\nrequired-environments = [\"sys_platform == 'win32'\"]"
    text = one('sdist = false\nwheel-tags = ["py3-none-manylinux_2_17_x86_64"]', more=demanded)
    with world(text, "uv@0.13.8", "uv", "lock") as run:
        found = run.of("F35")
        assert found.toggles == (RequireEnvironments(()),)
        assert run.try_(found.toggles[0], asks=True).outcome == "resolved"


def test_f02_the_lock_holds_and_nothing_can_be_installed_here() -> None:
    text = one('sdist = false\nwheel-tags = ["py3-none-win_amd64"]')
    with world(text, "uv@0.13.8", "uv", "sync") as run:
        assert isinstance(run.of("F02").toggles[0], RequireEnvironments)
        assert run.try_(run.of("F02").toggles[0], asks=True).outcome == "unsatisfiable"


def test_f32_metadata_that_cannot_be_that_of_the_file() -> None:
    """uv 0.1.14 puts `.metadata` behind the fragment of an HTML link, and so reads the wheel as its metadata."""
    with world(
        one(options='format = "html"'), "uv@0.1.14", "uv", "pip", "compile", "requirements.in", "--index-url", "{idx}"
    ) as run:
        assert "cannot be right" in run.of("F32").claim


def test_f01_a_build_is_needed_for_a_platform_that_is_not_here() -> None:
    text = one("wheel = false\ndynamic = true").replace(
        'dependencies = ["a"]', "dependencies = [\"a; sys_platform == 'win32'\"]"
    )
    with world(text, "uv@0.13.8", "uv", "lock") as run:
        found = run.of("F01")
        assert "is needed only where" in found.claim
        assert run.try_(found.toggles[0], asks=True).outcome == "resolved"
