"""The smallest change: one requirement of the user, loosened or dropped, and tried."""

from __future__ import annotations

import pytest
from diagnosed import world

from explorer.diagnose.find import tried
from explorer.what_if.toggle import DropRequirement, LoosenRequirement

CONFLICT = """
[files]
"requirements.in" = "a>=2\\nb"
"pyproject.toml" = "[project]\\nname='p'\\nversion='1'\\nrequires-python='>=3.11'\\ndependencies=['a>=2','b']"
[[server]]
id = "s"
[[server.index]]
id = "idx"
[server.index.packages.a.versions."1.0"]
sdist = false
[server.index.packages.a.versions."2.0"]
sdist = false
[server.index.packages.b.versions."1.0"]
sdist = false
requires = ["a<2"]
"""
UV = ("uv", "pip", "compile", "requirements.in", "--default-index", "{idx}")
LOCK = ("uv", "lock", "--default-index", "{idx}")
PIP = ("pip", "install", "--dry-run", "-r", "requirements.in", "--index-url", "{idx}")


@pytest.mark.parametrize(("profile", "words"), [("uv@0.13.8", UV), ("uv@0.13.8", LOCK), ("pip@26.1", PIP)])
def test_a_conflict_names_the_requirements_of_the_user_and_proves_the_smallest_change(
    profile: str, words: tuple[str, ...]
) -> None:
    with world(CONFLICT, profile, *words) as run:
        found = run.of("conflict")
        assert found.claim == "Of your own requirements the proof uses a>=2 and b."
        assert found.toggles == (LoosenRequirement("a"), DropRequirement("a"), DropRequirement("b"))
        (finding,) = tried([found], lambda toggle: run.try_(toggle, asks=True))
        assert [remedy.message for remedy in finding.remedies] == ["tried: resolves"] * 3


def test_a_requirement_that_the_proof_does_not_use_is_left_alone() -> None:
    with world(CONFLICT.replace('"a>=2\\nb"', '"a>=3\\nb"'), "uv@0.13.8", *UV) as run:
        assert run.of("conflict").toggles == (LoosenRequirement("a"),)
