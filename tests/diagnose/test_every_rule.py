"""Every rule in a world that is its cause, each remedy tried; and silent in a world beside it without the cause."""

from __future__ import annotations

import re

import pytest
from causes import CAUSES, Cause
from diagnosed import published_between, world
from rule_worlds import IDX
from test_version_rules import one as version_world

from explorer.diagnose import tried

_PORT = re.compile(r"127\.0\.0\.1:\d+")


def _id(cause: Cause) -> str:
    return f"{cause.rule}-{cause.name}" if cause.name else cause.rule


@pytest.mark.parametrize("cause", CAUSES, ids=_id)
def test_the_cause_is_named_with_evidence_and_its_remedies_are_tried(cause: Cause) -> None:
    with world(cause.text, cause.profile, *cause.words, environ=cause.environ) as run:
        found = run.of(cause.rule, cause.claim)
        cited = run.kinds_of(found)
        assert cited and cited <= cause.cited, cited
        assert (cause.would_tell in found.would_tell) if cause.would_tell else not found.would_tell, found.would_tell
        (finding,) = tried([found], lambda toggle: run.try_(toggle, asks=True))
        got = {_PORT.sub("HOST", remedy.toggle): remedy.message for remedy in finding.remedies}
        assert set(got) == set(cause.remedies), got
        for title, message in cause.remedies.items():
            assert got[title].startswith(message or "tried: "), got
        assert not {"secret-key", "hunter2", "key-one", "key-two", "right", "wrong"} & set(repr(found).split("'"))


@pytest.mark.parametrize("cause", CAUSES, ids=_id)
def test_a_world_without_the_cause_is_not_accused(cause: Cause) -> None:
    words, profile = cause.beside_words or cause.words, cause.beside_profile or cause.profile
    environ = {} if cause.beside_words else cause.environ
    with world(cause.beside, profile, *words, environ=environ) as run:
        assert cause.rule not in run.rules, [d.claim for d in run.diagnoses]


def test_f15_the_page_that_lacks_the_version_came_from_the_cache() -> None:
    """A session of two runs; between them the version is published. Asked again, the index has it."""
    before = version_world("a>1", options='cache-control = "max-age=600"')
    after = before + '[server.index.packages.a.versions."2.0"]\nsdist = false\n'
    with published_between(before, after, "uv@0.13.8", *IDX) as run:
        found = run.of("F15", "The page of a came from the cache")
        assert run.kinds_of(found) <= {"IncompatibilityAdded", "RequestStarted", "RequestEnded", "CredentialSent"}
        assert found.would_tell == "the page of a on idx, now"
        (finding,) = tried([found], lambda toggle: run.try_(toggle, asks=True))
        assert [(r.toggle, r.message) for r in finding.remedies] == [("ask again of a", "tried: resolves")]
