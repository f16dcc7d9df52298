"""Failures are explained as uv 0.13.8 explains them: recorded output of uv in worlds without a solution."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from failing_worlds import Said, failure, plain, recordings

from explorer.events import DerivationNode, Term

SUPPORTED = tuple(name for name in recordings() if not name.endswith("/lock") or sys.version_info >= (3, 12))
"""A lock needs an interpreter that the project's requires-python (3.12 in most of these worlds) admits."""

WITH_TREE = tuple(name for name in SUPPORTED if recordings()[name].tree)


@pytest.mark.parametrize("name", SUPPORTED)
def test_the_sentences_are_uvs(name: str) -> None:
    said, ours = recordings()[name], failure(name)
    assert (ours.headline, _lines(ours.report)) == (said.headline, list(said.cause))


@pytest.mark.parametrize("name", SUPPORTED)
def test_the_hints_say_what_uvs_say(name: str) -> None:
    said, ours = recordings()[name], [plain(hint) for hint in failure(name).hints]
    assert len(ours) == len(said.hints)
    assert [hint.startswith(theirs) for hint, theirs in zip(ours, said.hints, strict=True)] == [True] * len(ours)


@pytest.mark.parametrize("name", WITH_TREE)
def test_the_reduced_tree_is_uvs(name: str) -> None:
    derivation = failure(name).derivation
    assert derivation is not None
    assert _shape(_our_lines(derivation, 0)) == _shape(recordings()[name].tree)


def test_there_are_enough_recordings_to_hold_the_report_to() -> None:
    assert len(WITH_TREE) >= 12


def _lines(report: tuple[str, ...]) -> list[str]:
    return [line.rstrip() for line in "\n".join(report).splitlines() if line.strip()]


def _our_lines(node: DerivationNode, depth: int) -> Iterator[str]:
    """The tree as uv prints it: the terms of a conclusion, then its second cause, then its first."""
    lead = "  " * depth
    match node.cause:
        case "conclusion":
            for term in node.terms:
                yield f"{lead}term {'' if term.positive else 'not '}{_text(term)}"
            for child in reversed(node.children):
                yield from _our_lines(child, depth + 1)
        case "dependency" | "requires python":
            yield f"{lead}{_text(node.terms[0])} depends on {_text(node.terms[1])}"
        case "no versions":
            yield f"{lead}no versions of {_text(node.terms[0])}"
        case "unavailable package":
            yield f"{lead}{node.terms[0].package} cannot be used"
        case _:
            yield f"{lead}{_text(node.terms[0])} cannot be used"


def _text(term: Term) -> str:
    return f"{term.package}{term.range}"


def _shape(lines: object) -> list[tuple[int, tuple[tuple[str, int], ...] | str]]:
    """Lines by depth, the terms of one conclusion in any order; why versions are refused is left to the sentences."""
    shape: list[tuple[int, tuple[tuple[str, int], ...] | str]] = []
    terms: Counter[str] = Counter()
    previous = -1
    assert isinstance(lines, tuple | Iterator)
    for line in (*lines, "end"):
        text = line.lstrip()
        depth = (len(line) - len(text)) // 2
        is_term = text.startswith("term ")
        if terms and (not is_term or depth != previous):
            shape.append((previous, tuple(sorted(terms.items()))))
            terms = Counter()
        if is_term:
            terms[text] += 1
        else:
            shape.append((depth, _without_reason(text)))
        previous = depth
    return shape


def _without_reason(text: str) -> str:
    if text == "end" or " depends on " in text or text.startswith("no versions of "):
        return text
    return re.sub(r"^(\S+(?:, \S+)*) .*", r"\1 cannot be used", text)


def test_a_tree_differs_where_a_range_differs() -> None:
    """The comparison of trees is no formality."""
    one = Said(headline="", cause=(), hints=(), tree=("term a<2", "  a<2 depends on b*", "  no versions of b*"))
    assert _shape(one.tree) != _shape(("term a<3", *one.tree[1:]))
