"""A term: a statement that a package is, or is not, at a version of a set."""

from __future__ import annotations

from ...model.ranges import EMPTY, FULL, Range


class Term:
    """`positive`: some version of `range` is chosen; negative: none of them (possibly no version at all)."""

    __slots__ = ("positive", "range")

    def __init__(self, positive: bool, versions: Range) -> None:
        self.positive = positive
        self.range = versions

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Term) and self.positive == other.positive and self.range == other.range

    def __hash__(self) -> int:
        return hash((self.positive, self.range))

    def __repr__(self) -> str:
        return f"{'' if self.positive else 'not '}{self.range}"

    @property
    def is_any(self) -> bool:
        """True of every state: "not one of no versions"."""
        return not self.positive and not self.range.cuts

    def negate(self) -> Term:
        return Term(not self.positive, self.range)

    def intersection(self, other: Term) -> Term:
        if self.positive:
            if other.positive:
                return Term(True, self.range.intersection(other.range))
            return Term(True, self.range.intersection(other.range.complement()))
        if other.positive:
            return Term(True, other.range.intersection(self.range.complement()))
        return Term(False, self.range.union(other.range))

    def union(self, other: Term) -> Term:
        if self.positive:
            if other.positive:
                return Term(True, self.range.union(other.range))
            return Term(False, other.range.intersection(self.range.complement()))
        if other.positive:
            return Term(False, self.range.intersection(other.range.complement()))
        return Term(False, self.range.intersection(other.range))

    def is_disjoint(self, other: Term) -> bool:
        """No state satisfies both."""
        if self.positive:
            return self.range.is_disjoint(other.range) if other.positive else self.range.is_subset(other.range)
        return other.positive and other.range.is_subset(self.range)

    def is_subset(self, other: Term) -> bool:
        """Every state that satisfies this term satisfies `other`."""
        if self.positive:
            return self.range.is_subset(other.range) if other.positive else self.range.is_disjoint(other.range)
        return not other.positive and other.range.is_subset(self.range)


ANY = Term(False, EMPTY)
ALL_VERSIONS = Term(True, FULL)
