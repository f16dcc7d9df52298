"""What has been decided and derived so far, in order, so that conflicts can be traced back and undone."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from ...model.ranges import exactly
from .incompatibility import Incompatibility, Relation
from .packages import Package
from .term import Term


class Derivation:
    """A term that follows from incompatibility `cause`; `accumulated` is the intersection of all so far."""

    __slots__ = ("accumulated", "cause", "index", "level")

    def __init__(self, index: int, level: int, cause: int, accumulated: Term) -> None:
        self.index = index
        self.level = level
        self.cause = cause
        self.accumulated = accumulated


class Assignments:
    """Everything known about one package: its derivations, and the decision if there is one."""

    __slots__ = ("decision", "derivations", "first_level", "index", "last_level", "term")

    def __init__(self, first_level: int, derivation: Derivation) -> None:
        self.first_level = first_level
        self.last_level = first_level
        self.derivations = [derivation]
        self.term = derivation.accumulated
        self.decision: Version | None = None
        self.index = 0

    def copy(self) -> Assignments:
        new = Assignments.__new__(Assignments)
        new.first_level, new.last_level = self.first_level, self.last_level
        new.derivations = self.derivations.copy()
        new.term, new.decision, new.index = self.term, self.decision, self.index
        return new

    def satisfier(self, start: Term) -> tuple[int | None, int, int]:
        """(cause or None for the decision, index in time, level) of the first assignment that contradicts `start`."""
        low, high = 0, len(self.derivations)
        while low < high:
            middle = (low + high) // 2
            if self.derivations[middle].accumulated.is_disjoint(start):
                high = middle
            else:
                low = middle + 1
        if low < len(self.derivations):
            found = self.derivations[low]
            return found.cause, found.index, found.level
        return None, self.index, self.last_level


class PartialSolution:
    """Decisions and derivations by package; `level` is the number of decisions."""

    __slots__ = ("_changed", "_clock", "_has_backtracked", "_rewound", "assignments", "decided", "level")

    def __init__(self) -> None:
        self._clock = 0
        self._has_backtracked = False
        self._rewound = False
        self._changed: dict[Package, None] = {}
        self.level = 0
        self.assignments: dict[Package, Assignments] = {}
        self.decided: list[Package] = []

    def copy(self) -> PartialSolution:
        new = PartialSolution()
        new._clock, new._has_backtracked = self._clock, self._has_backtracked
        new._rewound, new._changed = self._rewound, self._changed.copy()
        new.level = self.level
        new.assignments = {p: a.copy() for p, a in self.assignments.items()}
        new.decided = self.decided.copy()
        return new

    def term(self, package: Package) -> Term | None:
        """The intersection of all terms of the package; None where nothing is known."""
        found = self.assignments.get(package)
        return None if found is None else found.term

    def decide(self, package: Package, version: Version) -> None:
        """Record a decision; it opens a new level."""
        self.level += 1
        assignments = self.assignments[package]
        assignments.last_level = self.level
        assignments.decision = version
        assignments.term = Term(True, exactly(version))
        assignments.index = self._clock
        self._clock += 1
        self.decided.append(package)

    def derive(self, package: Package, cause: int, incompatibility: Incompatibility) -> None:
        """Record that the term of `package` in the incompatibility must not hold."""
        negated = incompatibility.terms[package].negate()
        assignments = self.assignments.get(package)
        if assignments is None:
            derivation = Derivation(self._clock, self.level, cause, negated)
            assignments = self.assignments[package] = Assignments(self.level, derivation)
        else:
            assignments.last_level = self.level
            accumulated = assignments.term.intersection(negated)
            assignments.term = accumulated
            assignments.derivations.append(Derivation(self._clock, self.level, cause, accumulated))
        self._clock += 1
        if assignments.term.positive:
            self._changed[package] = None

    def undecided(self) -> Iterator[tuple[Package, Term]]:
        """Packages that must be chosen but are not yet, with their range, in the order they became known."""
        for package, assignments in self.assignments.items():
            if assignments.decision is None and assignments.term.positive:
                yield package, assignments.term

    def take_changed(self) -> list[Package]:
        """Undecided packages whose range changed since the last call (all of them after a backtrack)."""
        changed = [p for p in self._changed if (a := self.assignments.get(p)) is not None and a.decision is None]
        self._changed = {}
        return [p for p in changed if self.assignments[p].term.positive]

    def take_rewound(self) -> bool:
        """A backtrack happened since the last call, so every priority must be read anew."""
        rewound, self._rewound = self._rewound, False
        return rewound

    def backtrack(self, level: int) -> list[Package]:
        """Undo everything above `level`; returns the packages whose decision was undone, latest first."""
        undone = self.decided[level:][::-1]
        del self.decided[level:]
        self.level = level
        touched = [p for p, a in self.assignments.items() if a.last_level > level]
        for package in touched:
            assignments = self.assignments[package]
            if assignments.first_level > level:
                del self.assignments[package]
                continue
            derivations = assignments.derivations
            while derivations and derivations[-1].level > level:
                derivations.pop()
            last = derivations[-1]
            assignments.last_level = last.level
            assignments.term = last.accumulated
            assignments.decision = None
        self._has_backtracked = True
        self._rewound = True
        self._changed |= {p: None for p in touched if p in self.assignments}
        return undone

    @property
    def has_backtracked(self) -> bool:
        return self._has_backtracked

    def relation(self, incompatibility: Incompatibility) -> tuple[Relation, Package | None]:
        """How the partial solution relates to the incompatibility, and the one package left for "almost"."""
        almost: Package | None = None
        assignments = self.assignments
        for package, term in incompatibility.terms.items():
            known = assignments.get(package)
            if known is not None:
                if known.term.is_subset(term):
                    continue
                if known.term.is_disjoint(term):
                    return "contradicted", package
            if almost is not None:
                return "inconclusive", None
            almost = package
        return ("satisfied", None) if almost is None else ("almost", almost)

    def would_satisfy(self, incompatibility: Incompatibility, package: Package, version: Version) -> bool:
        """Deciding `package` at `version` would satisfy the incompatibility (a conflict)."""
        chosen = Term(True, exactly(version))
        for other, term in incompatibility.terms.items():
            known = chosen if other is package else self.term(other)
            if known is None or not known.is_subset(term):
                return False
        return True

    def satisfier(
        self, incompatibility: Incompatibility, store: list[Incompatibility]
    ) -> tuple[Package, int | None, int]:
        """(package, cause of its satisfier where it is of the same level as the one before, else None; level before).

        The satisfier is the earliest assignment by which the incompatibility is satisfied.
        """
        found = {
            package: self.assignments[package].satisfier(term.negate())
            for package, term in incompatibility.terms.items()
        }
        package = max(found, key=lambda p: found[p][1])
        cause, _, level = found[package]
        assignments = self.assignments[package]
        accumulated = assignments.term if cause is None else store[cause].terms[package].negate()
        found[package] = assignments.satisfier(accumulated.intersection(incompatibility.terms[package].negate()))
        previous = max(max(found.values(), key=lambda f: f[1])[2], 1)
        if previous >= level:
            return package, cause, previous
        return package, None, previous

    def unchanging_term(self, package: Package) -> Term | None:
        """What holds for the package whatever is decided: its term at the root's level."""
        assignments = self.assignments.get(package)
        last = None
        for derivation in assignments.derivations if assignments else ():
            if derivation.level > 1:
                break
            last = derivation.accumulated
        return last

    def solution(self) -> dict[Package, Version]:
        """The decisions."""
        chosen: dict[Package, Version] = {}
        for package in self.decided:
            decision = self.assignments[package].decision
            assert decision is not None
            chosen[package] = decision
        return chosen
