"""The state of one PubGrub search: unit propagation, conflict resolution, backtracking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from packaging.version import Version

from ...model.ranges import Range, exactly
from ...model.reasons import PackageRefusal, VersionRefusal
from .incompatibility import (
    Dependency,
    Incompatibility,
    NotRoot,
    NoVersions,
    Unavailable,
    from_dependency,
    merge_dependents,
    prior_cause,
)
from .packages import Package
from .partial_solution import PartialSolution
from .term import Term

ROOT_VERSION: Final = Version("0a0.dev0")
"""The version of the root, which has just one."""


class Observer(Protocol):
    """Is told what the search does; never decides."""

    def added(self, number: int, incompatibility: Incompatibility) -> None: ...

    def conflict(self, number: int, package: Package) -> None: ...

    def backtracked(self, from_level: int, to_level: int, undone: Sequence[Package]) -> None: ...


class Unsolvable(Exception):
    """No solution: the number of the incompatibility that says so."""

    def __init__(self, number: int) -> None:
        super().__init__(f"incompatibility {number}")
        self.number = number


class Search:
    """One search. `store` holds all incompatibilities of a run and is shared by its copies (it only grows)."""

    def __init__(self, root: Package, observer: Observer) -> None:
        self.root = root
        self.observer = observer
        self.store: list[Incompatibility] = []
        self.partial = PartialSolution()
        self._by_package: dict[Package, list[int]] = {}
        self._merged: dict[tuple[Package, Package, Range], int] = {}
        self._contradicted: dict[int, int] = {}
        not_root = Incompatibility({root: Term(False, exactly(ROOT_VERSION))}, NotRoot(root, ROOT_VERSION))
        self._by_package[root] = [self._store(not_root)]

    def copy(self) -> Search:
        """An independent search from here on; only the store is shared."""
        new = Search.__new__(Search)
        new.root, new.observer, new.store = self.root, self.observer, self.store
        new.partial = self.partial.copy()
        new._by_package = {p: ids.copy() for p, ids in self._by_package.items()}
        new._merged = self._merged.copy()
        new._contradicted = self._contradicted.copy()
        return new

    def add_no_versions(self, package: Package, versions: Range) -> None:
        """No version of the package lies in the range."""
        self._add(Incompatibility({package: Term(True, versions)}, NoVersions(package, versions)))

    def add_unavailable(self, package: Package, versions: Range, reason: VersionRefusal | PackageRefusal) -> None:
        """Versions of the package cannot be used."""
        self._add(Incompatibility({package: Term(True, versions)}, Unavailable(package, versions, reason)))

    def add_dependency(self, package: Package, versions: Range, dependency: Package, required: Range) -> None:
        """A requirement, without deciding a version."""
        self._add(from_dependency(package, versions, dependency, required))

    def add_version(
        self, package: Package, version: Version, versions: Range, requirements: Iterable[tuple[Package, Range]]
    ) -> int | None:
        """Decide `package` at `version` with its requirements, which hold for all of `versions`.

        Returns the number of a requirement that forbids the decision; then nothing was decided.
        """
        added = [self._add(from_dependency(package, versions, p, r)) for p, r in requirements]
        if self.partial.has_backtracked:
            for number, incompatibility in added:
                if self.partial.would_satisfy(incompatibility, package, version):
                    return number
        self.partial.decide(package, version)
        return None

    def propagate(self, package: Package) -> list[tuple[Package, int]]:
        """Derive all that follows from a change of `package`.

        Returns (package, root cause) of the conflicts met on the way. Raises `Unsolvable`.
        """
        causes: list[tuple[Package, int]] = []
        pending = [package]
        store, partial, contradicted = self.store, self.partial, self._contradicted
        while pending:
            current = pending.pop()
            conflict = None
            for number in reversed(self._by_package.get(current, ())):
                if number in contradicted:
                    continue
                relation, almost = partial.relation(store[number])
                if relation == "satisfied":
                    conflict = number
                    break
                if relation == "almost":
                    assert almost is not None
                    if almost not in pending:
                        pending.append(almost)
                    partial.derive(almost, number, store[number])
                    contradicted[number] = partial.level
                elif relation == "contradicted":
                    contradicted[number] = partial.level
            if conflict is not None:
                almost, cause = self._resolve_conflict(conflict, causes)
                pending = [almost]
                partial.derive(almost, cause, store[cause])
                self._contradicted[cause] = partial.level
                contradicted = self._contradicted
        return causes

    def backtrack_package(self, package: Package) -> int | None:
        """Undo the decision on `package` and all later ones; the number of decisions undone, None if not decided."""
        if package not in self.partial.decided:
            return None
        level = self.partial.decided.index(package)
        before = self.partial.level
        self._backtrack(level)
        return before - level

    def dependencies(self, package: Package) -> Iterator[Dependency]:
        """Known requirements of and on the package."""
        for number in self._by_package.get(package, ()):
            cause = self.store[number].cause
            if isinstance(cause, Dependency):
                yield cause

    def packages_of(self, number: int) -> Iterable[Package]:
        """The packages an incompatibility is about."""
        return self.store[number].terms.keys()

    def _store(self, incompatibility: Incompatibility) -> int:
        self.store.append(incompatibility)
        number = len(self.store) - 1
        self.observer.added(number, incompatibility)
        return number

    def _add(self, incompatibility: Incompatibility) -> tuple[int, Incompatibility]:
        number = self._store(incompatibility)
        self._index(number)
        return number, incompatibility

    def _index(self, number: int) -> None:
        """Make an incompatibility known to propagation, merged with an earlier equal requirement of other versions."""
        incompatibility = self.store[number]
        cause = incompatibility.cause
        if isinstance(cause, Dependency) and cause.package is not cause.dependency:
            key = (cause.package, cause.dependency, cause.required)
            past = self._merged.get(key)
            if past is not None:
                merged = merge_dependents(incompatibility, self.store[past])
                if merged is not None:
                    number = self._store(merged)
                    incompatibility = merged
                    for package in merged.terms:
                        self._by_package[package] = [n for n in self._by_package.get(package, ()) if n != past]
            self._merged[key] = number
        for package in incompatibility.terms:
            self._by_package.setdefault(package, []).append(number)

    def _resolve_conflict(self, number: int, causes: list[tuple[Package, int]]) -> tuple[Package, int]:
        """Trace a conflict to its root cause and backtrack to where that becomes useful."""
        changed = False
        while True:
            incompatibility = self.store[number]
            if self._is_terminal(incompatibility):
                raise Unsolvable(number)
            package, satisfier_cause, previous_level = self.partial.satisfier(incompatibility, self.store)
            if satisfier_cause is None:
                self.observer.conflict(number, package)
                self._backtrack(previous_level)
                if changed:
                    self._index(number)
                causes.append((package, number))
                return package, number
            number = self._store(
                prior_cause(number, incompatibility, satisfier_cause, self.store[satisfier_cause], package)
            )
            causes.append((package, number))
            changed = True

    def _is_terminal(self, incompatibility: Incompatibility) -> bool:
        terms = incompatibility.terms
        if not terms:
            return True
        return len(terms) == 1 and self.root in terms and terms[self.root].positive

    def _backtrack(self, level: int) -> None:
        before = self.partial.level
        undone = self.partial.backtrack(level)
        self._contradicted = {n: at for n, at in self._contradicted.items() if at <= level}
        self.observer.backtracked(before, level, undone)
