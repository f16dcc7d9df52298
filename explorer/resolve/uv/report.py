"""The derivation in sentences, in the order in which uv writes them (wheels-and-universal.md 9.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from .derivation import Conclusion, LeafNode, Tree, nodes
from .wording import Wording, spaced

MAX_SENTENCES: Final = 1000
"""What a reader is given of a longer report, besides its last sentence."""


@dataclass(frozen=True, slots=True)
class _Explain:
    """Write what leads to a conclusion, and the conclusion."""

    node: Conclusion


@dataclass(frozen=True, slots=True)
class _Finish:
    """A conclusion is written: number it if others rest on it too."""

    node: Conclusion


@dataclass(frozen=True, slots=True)
class _SecondCause:
    """The first of two conclusions that lead to `node` is written."""

    node: Conclusion
    first: Conclusion
    second: Conclusion


@dataclass(frozen=True, slots=True)
class _Say:
    """Write a sentence that is already made."""

    sentence: str


_Task = _Explain | _Finish | _SecondCause | _Say


class Report:
    """The sentences of one tree; conclusions that several sentences rest on get a number (PubGrub's error reporting).

    `numbered` tells the number of a conclusion, by the id of its node.
    """

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._shared: dict[int, int] = {}
        self._count = 0
        self.lines: list[str] = []
        self.numbered: dict[int, int] = {}

    def write(self, tree: Tree) -> list[str]:
        """The report; no longer than `MAX_SENTENCES` and a note."""
        if isinstance(tree, LeafNode):
            self.lines.append(self._wording.leaf(tree.cause))
            return self.lines
        tasks: list[_Task] = [_Explain(tree)]
        while tasks:
            if len(self.lines) >= MAX_SENTENCES:
                self._cut(tree)
                break
            tasks += self._done(tasks.pop())
        return self.lines

    def _done(self, task: _Task) -> Sequence[_Task]:
        """Do a task; what must follow it, last first."""
        match task:
            case _Say(sentence):
                self.lines.append(sentence)
                return ()
            case _Explain(node):
                return (_Finish(node), *self._steps(node))
            case _Finish(node):
                if node.shared is not None and node.shared not in self._shared:
                    self._shared[node.shared] = self._number(node)
                return ()
            case _SecondCause(node, first, second):
                return self._after_first(node, first, second)
            case _:
                assert_never(task)

    def _steps(self, node: Conclusion) -> Sequence[_Task]:
        """What to write for a conclusion, last first."""
        words, end = self._wording, self._wording.terms(node.terms)
        match node.first, node.second:
            case LeafNode() as first, LeafNode() as second:
                return (_Say(_sentence("Because ", words.both(first.cause, second.cause), end)),)
            case Conclusion() as first, Conclusion() as second:
                return self._two_conclusions(node, first, second, end)
            case (Conclusion() as inner, LeafNode() as leaf) | (LeafNode() as leaf, Conclusion() as inner):
                pass
        number = self._number_of(inner)
        if number is not None:
            known = f"we know from ({number}) that {words.terms(inner.terms)}"
            return (_Say(_sentence("Because ", spaced(spaced(known, "and"), words.leaf(leaf.cause)), end)),)
        prior = _conclusion_and_leaf(inner)
        if prior is not None:
            both = words.both(prior[1].cause, leaf.cause)
            return (_Say(_sentence("And because ", both, end)), _Explain(prior[0]))
        return (_Say(_sentence("And because ", words.leaf(leaf.cause), end)), _Explain(inner))

    def _two_conclusions(self, node: Conclusion, first: Conclusion, second: Conclusion, end: str) -> Sequence[_Task]:
        one, two = self._number_of(first), self._number_of(second)
        words = self._wording
        if one is not None and two is not None:
            a = spaced(f"we know from ({one}) that {words.terms(first.terms)}", "and")
            text = f"{spaced(a, f'we know from ({two}) that {words.terms(second.terms)}')}, {end}."
            return (_Say(f"Because {text}"),)
        if one is not None:
            return (_Say(self._and_from(one, first, end)), _Explain(second))
        if two is not None:
            return (_Say(self._and_from(two, second, end)), _Explain(first))
        return (_SecondCause(node, first, second), _Explain(first))

    def _after_first(self, node: Conclusion, first: Conclusion, second: Conclusion) -> Sequence[_Task]:
        if first.shared is not None:
            self.lines.append("")
            return (_Explain(node),)
        number = self._number(first)
        self.lines.append("")
        return (_Say(self._and_from(number, first, self._wording.terms(node.terms))), _Explain(second))

    def _and_from(self, number: int, node: Conclusion, end: str) -> str:
        return _sentence("And because ", f"we know from ({number}) that {self._wording.terms(node.terms)}", end)

    def _number_of(self, node: Conclusion) -> int | None:
        return self._shared.get(node.shared) if node.shared is not None else None

    def _number(self, node: Conclusion) -> int:
        self._count += 1
        if self.lines:
            self.lines[-1] += f" ({self._count})"
        self.numbered[id(node)] = self._count
        return self._count

    def _cut(self, tree: Conclusion) -> None:
        steps = sum(isinstance(node, Conclusion) for node in nodes(tree))
        self.lines.append("")
        self.lines.append(f"… the report is cut here: the whole derivation has {steps} steps.")
        self.lines.append(f"In the end we can conclude that {self._wording.terms(tree.terms).rstrip()}.")


def _sentence(start: str, causes: str, conclusion: str) -> str:
    separator = "" if causes[-1:].isspace() else ", "
    stop = "" if conclusion[-1:].isspace() else "."
    return f"{start}{causes}{separator}we can conclude that {conclusion}{stop}"


def _conclusion_and_leaf(node: Conclusion) -> tuple[Conclusion, LeafNode] | None:
    match node.first, node.second:
        case (Conclusion() as prior, LeafNode() as leaf) | (LeafNode() as leaf, Conclusion() as prior):
            return prior, leaf
        case _:
            return None
