"""Sets of terms that cannot hold together, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from packaging.version import Version

from ...model.ranges import Range
from ...model.reasons import PackageRefusal, VersionRefusal
from .packages import Package
from .term import Term


@dataclass(frozen=True, slots=True)
class NotRoot:
    """The root must be chosen: where the solver starts."""

    package: Package
    version: Version


@dataclass(frozen=True, slots=True)
class NoVersions:
    """The range holds no version of the package."""

    package: Package
    range: Range


@dataclass(frozen=True, slots=True)
class Dependency:
    """`package` in `range` requires `dependency` in `required`."""

    package: Package
    range: Range
    dependency: Package
    required: Range


@dataclass(frozen=True, slots=True)
class Derived:
    """Concluded from two incompatibilities (their numbers)."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Versions (or the whole package) that exist but cannot be used."""

    package: Package
    range: Range
    reason: VersionRefusal | PackageRefusal


Cause = NotRoot | NoVersions | Dependency | Derived | Unavailable

Relation = Literal["satisfied", "contradicted", "almost", "inconclusive"]


@dataclass(frozen=True, slots=True, eq=False)
class Incompatibility:
    """Terms by package, and the cause. A term that is always true never stands in it."""

    terms: Mapping[Package, Term]
    cause: Cause


def from_dependency(package: Package, versions: Range, dependency: Package, required: Range) -> Incompatibility:
    """`package` in `versions` without `dependency` in `required` is impossible (a package may require itself)."""
    terms = {package: Term(True, versions)}
    if package is dependency:
        terms[package] = Term(True, versions).intersection(Term(False, required))
    elif required.cuts:
        terms[dependency] = Term(False, required)
    return Incompatibility(terms, Dependency(package, versions, dependency, required))


def merge_dependents(new: Incompatibility, past: Incompatibility) -> Incompatibility | None:
    """One dependency for the versions of both, where they require exactly the same; None otherwise."""
    a, b = new.cause, past.cause
    if not (isinstance(a, Dependency) and isinstance(b, Dependency)):
        return None
    if a.package is not b.package or a.dependency is not b.dependency or a.package is a.dependency:
        return None
    if a.required != b.required:
        return None
    return from_dependency(a.package, a.range.union(b.range), a.dependency, a.required)


def prior_cause(
    number: int, incompatibility: Incompatibility, cause_number: int, cause: Incompatibility, package: Package
) -> Incompatibility:
    """The rule of resolution: what both say together once `package` is eliminated."""
    terms = {p: t for p, t in incompatibility.terms.items() if p is not package}
    for other, term in cause.terms.items():
        if other is not package:
            mine = terms.get(other)
            terms[other] = term if mine is None else mine.intersection(term)
    union = incompatibility.terms[package].union(cause.terms[package])
    if not union.is_any:
        terms[package] = union
    return Incompatibility(terms, Derived(number, cause_number))
