"""However large a proof is: the report and the shown tree are bounded, and end with what is concluded."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version
from proofs import ROOT, WORDING, chain, concluded, diamonds, nothing, package, requires

from explorer.events import DerivationNode
from explorer.model.origin import Origin
from explorer.model.ranges import exactly, union_of
from explorer.resolve.uv.derivation import Leaf, LeafNode
from explorer.resolve.uv.range_words import MAX_INTERVALS, range_text
from explorer.resolve.uv.report import MAX_SENTENCES, Report
from explorer.resolve.uv.shown_tree import MAX_DEPTH, shown_tree


class NoGrounds:
    def evidence(self, cause: Leaf) -> tuple[int, ...]:
        return ()

    def origin(self, node: LeafNode) -> Origin | None:
        return None


def _nodes(root: DerivationNode) -> Iterator[DerivationNode]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.children


def test_a_short_report_has_its_sentences_and_nothing_else() -> None:
    tree = concluded({ROOT: (True, "*")}, requires(ROOT, "*", package("a"), ">=2"), nothing(package("a"), ">=2"))
    lines = Report(WORDING).write(tree)
    assert lines == [
        "Because you require a>=2 and only a<2 is available, we can conclude that your requirements are unsatisfiable."
    ]


def test_a_report_of_a_huge_proof_is_cut_and_says_so() -> None:
    lines = Report(WORDING).write(chain(20_000))
    assert len(lines) <= MAX_SENTENCES + 3
    assert any("20001 steps" in line for line in lines)
    assert lines[-1] == "In the end we can conclude that your requirements are unsatisfiable."


def test_a_conclusion_used_many_times_is_written_once() -> None:
    lines = Report(WORDING).write(diamonds(40))
    assert len(lines) < 100


def test_a_deep_tree_is_shown_as_far_as_a_recording_can_hold_it() -> None:
    root = shown_tree(chain(20_000), WORDING, {}, NoGrounds())
    assert any(node.cut for node in _nodes(root))
    depth, node = 0, root
    while node.children:
        depth, node = (
            depth + 1,
            next(child for child in node.children if child.cause == "conclusion" or not child.children),
        )
    assert depth <= MAX_DEPTH


def test_a_shared_conclusion_is_unfolded_once() -> None:
    root = shown_tree(diamonds(40), WORDING, {}, NoGrounds())
    assert sum(1 for _ in _nodes(root)) <= 2 * 43


def test_thousands_of_intervals_are_not_all_written() -> None:
    text = range_text("a", union_of(exactly(Version(f"{n}.0")) for n in range(0, 2 * MAX_INTERVALS + 20, 2)), "had")
    assert len(text.splitlines()) == MAX_INTERVALS + 2
    assert "… and 10 more" in text
