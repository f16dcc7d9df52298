"""What first-party requirements and modes admit of pre-releases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement as Parsed
from packaging.utils import NormalizedName, canonicalize_name

from explorer.indexes.admission import admission, direct_packages, prereleases_asked_for
from explorer.model.requirement import Requirement
from explorer.profiles import parse_profile
from explorer.settings.settings import PrereleaseMode, Project, Settings

ALPHA = NormalizedName("alpha")
OLD, NEW = parse_profile("uv@0.7.13"), parse_profile("uv@0.13.8")


def required(text: str) -> Requirement:
    parsed = Parsed(text)
    return Requirement(name=canonicalize_name(parsed.name), specifier=parsed.specifier, marker=parsed.marker)


def settings(*requirements: str, **more: Any) -> Settings:
    return Settings(
        tool="uv",
        kind="uv pip compile",
        mode="platform",
        command=(),
        directory=Path("/"),
        requirements=tuple(map(required, requirements)),
        **more,
    )


def test_an_override_replaces_the_requirement() -> None:
    overridden = settings("alpha>=1.0a1", overrides=(required("alpha==2.0"),))
    assert prereleases_asked_for(overridden, NEW) == frozenset()


def test_constraints_and_overrides_ask_for_prereleases_too() -> None:
    assert prereleases_asked_for(settings("alpha", constraints=(required("alpha>=1.0a1"),)), NEW) == {ALPHA}
    assert prereleases_asked_for(settings("alpha", overrides=(required("alpha>=1.0a1"),)), NEW) == {ALPHA}


def test_a_requirement_that_does_not_apply_asks_for_nothing() -> None:
    stated = settings("alpha>=2.0a1; sys_platform == 'win32'")
    assert prereleases_asked_for(stated, NEW, lambda requirement: requirement.marker is None) == frozenset()


def test_a_project_states_its_extras_groups_and_members_requirements() -> None:
    member = Project(name=None, version=None, requires=(required("d>=1a1"),), extras={}, groups={}, folder=Path("/"))
    project = replace(
        member,
        requires=(required("a>=1a1"),),
        extras={NormalizedName("x"): (required("b>=1a1"),)},
        groups={NormalizedName("g"): (required("c>=1a1"),)},
        members=(member,),
    )
    stated = settings(project=project)
    assert prereleases_asked_for(stated, NEW) == direct_packages(stated) == set("abcd")


def test_a_constraint_does_not_make_a_package_direct() -> None:
    assert direct_packages(settings("alpha", constraints=(required("beta<2"),))) == {"alpha"}


@pytest.mark.parametrize(
    ("requirement", "asked_for"),
    [
        ("alpha>=1.0a1", True),
        ("alpha==1.0.dev0", True),
        ("alpha<2.0b1,>1", True),
        ("alpha>=1.0", False),
        ("alpha!=1.0a1", False),
    ],
)
def test_naming_a_prerelease_asks_for_prereleases(requirement: str, asked_for: bool) -> None:
    assert (ALPHA in prereleases_asked_for(settings(requirement), NEW)) is asked_for


def test_up_to_uv_0_4_even_an_exclusion_asked_for_prereleases() -> None:
    assert ALPHA in prereleases_asked_for(settings("alpha!=1.0a1"), parse_profile("uv@0.4.30"))


@pytest.mark.parametrize(
    ("mode", "asked_for", "old", "new"),
    [
        (None, False, "only if nothing stable", "stable first"),
        (None, True, "all", "stable first"),
        ("if-necessary-or-explicit", True, "all", "stable first"),
        ("if-necessary", True, "only if nothing stable", "stable first"),
        ("explicit", True, "all", "stable first"),
        ("explicit", False, "none", "none"),
        ("allow", False, "all", "all"),
        ("disallow", True, "none", "none"),
    ],
)
def test_modes_before_and_since_uv_0_12(mode: PrereleaseMode | None, asked_for: bool, old: str, new: str) -> None:
    assert admission(mode, asked_for, OLD) == old
    assert admission(mode, asked_for, NEW) == new
