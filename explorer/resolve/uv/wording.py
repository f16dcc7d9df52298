"""The clauses of the report: what one leaf or one conclusion says, as uv words it (wheels-and-universal.md 9.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from packaging.utils import NormalizedName

from ...model.ranges import Range
from ...model.reasons import ImpossibleSpecifier, PackageRefusal, TagMismatch, VersionRefusal
from ..pubgrub.incompatibility import Dependency, NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from ..pubgrub.term import Term
from .derivation import Known, Leaf, Terms
from .python_requirement import PythonRequirement
from .range_words import RangeKind, available_range, is_plural, range_text, specifiers_text
from .reason_words import impossible_requirement, is_package_refusal, refusal_clause

_REAL: Final = ("package", "extra of package", "group of package")
_ORDER: Final = ("root", "python", "package", "extra", "group", "marker")


@dataclass(frozen=True, slots=True)
class Wording:
    """What the clauses need to know: the projects of the workspace, the Python, and which versions exist."""

    members: frozenset[NormalizedName]
    python: PythonRequirement
    known: Known

    def leaf(self, cause: Leaf) -> str:
        """One stated incompatibility as a clause."""
        match cause:
            case NotRoot(package, version):
                return f"we are solving dependencies of {package} {version}"
            case NoVersions(package, versions):
                return self._no_versions(package, versions)
            case Unavailable():
                return self._unavailable(cause)
            case Dependency(package, versions, dependency, required):
                return self._dependency(package, versions, dependency, required)
            case _:
                assert_never(cause)

    def both(self, first: Leaf, second: Leaf) -> str:
        """Two clauses joined; two requirements of the same versions are one."""
        if (
            isinstance(first, Dependency)
            and isinstance(second, Dependency)
            and first.package is second.package
            and first.range == second.range
        ):
            requires = self._root_requires(first.package)
            on = [(first.dependency, first.required), (second.dependency, second.required)]
            if requires is not None:
                texts = [self._ranged(d, r, "required") for d, r in on]
                return spaced(spaced(f"{requires} {texts[0]}", "and"), texts[1])
            return self._depends(first.package, first.range, on)
        for one, other in ((second, first), (first, second)):
            if (
                isinstance(one, Dependency)
                and one.package.kind == "root"
                and len(self.members) == 1
                and one.dependency.kind == "package"
                and one.dependency.name in self.members
            ):
                return self.leaf(other)
        return spaced(spaced(self.leaf(first), "and"), self.leaf(second))

    def terms(self, terms: Terms) -> str:
        """A conclusion as a clause."""
        ordered = sorted(terms.items(), key=lambda item: _place(item[0]))
        if not ordered:
            return "the requirements are unsatisfiable"
        if len(ordered) == 1:
            return self._one_term(*ordered[0])
        if len(ordered) == 2 and ordered[0][1].positive != ordered[1][1].positive:
            (package, had), (dependency, required) = sorted(ordered, key=lambda item: not item[1].positive)
            return self._dependency(package, had.range, dependency, required.range)
        texts = [self._term(p, t) for p, t in ordered]
        return f"{(' and ' if len(texts) == 2 else ', ').join(texts)} are incompatible"

    def _one_term(self, package: Package, term: Term) -> str:
        root = self._root(package)
        if root is not None:
            return f"{root} are unsatisfiable"
        if package.kind not in _REAL:
            return f"{self._term(package, term)} cannot be used"
        member = self._member(package)
        if term.positive and member is not None:
            return f"{member}'s requirements are unsatisfiable"
        verb = "cannot be used" if term.positive else "must be used"
        return f"{self._ranged(package, term.range, 'had')} {verb}"

    def _term(self, package: Package, term: Term) -> str:
        if term.positive:
            return self._ranged(package, term.range, "had")
        if term.range.singleton is not None:
            return f"{package}!={term.range.labels[0].text}"
        return self._ranged(package, term.range.complement(), "had")

    def _no_versions(self, package: Package, versions: Range) -> str:
        if package.kind == "python":
            if self.python.target_is_installed:
                which, value = "current", str(self.python.installed)
            else:
                which, value = "requested", specifiers_text(self.python.target)
            return f"the {which} Python version ({value}) does not satisfy {self._ranged(package, versions, 'had')}"
        if versions.is_full:
            return f"there are no versions of {package}"
        if versions.singleton is not None:
            return f"there is no version of {package}=={versions.labels[0].text}"
        rest = versions.complement()
        if package.has_name and package.name in self.known:
            rest = available_range(rest, self.known[package.name])
        if rest.is_empty:
            return f"there are no versions of {package}"
        listed = self._ranged(package, rest, "available")
        if len(rest.cuts) == 2:
            return f"only {listed} is available"
        return f"only the following versions of {package} {listed}"

    def _unavailable(self, cause: Unavailable) -> str:
        package, versions, reason = cause.package, cause.range, self._with_example(cause.reason)
        requires = self._root_requires(package)
        if isinstance(reason, ImpossibleSpecifier) and requires is not None:
            return f"{requires} {impossible_requirement(reason.requirement)}"
        root = self._root(package)
        if root is not None:
            return f"{root} cannot be used because {refusal_clause(reason, plural=False)}"
        if is_package_refusal(reason):
            return f"{package} {refusal_clause(reason, plural=False)}"
        plural = self._plural(package, versions)
        return spaced(self._ranged(package, versions, "had"), refusal_clause(reason, plural=plural))

    def _with_example(self, reason: VersionRefusal | PackageRefusal) -> VersionRefusal | PackageRefusal:
        """Where only requires-python counts, the example of a tag is that of its lowest Python."""
        lowest = self.python.lowest
        if isinstance(reason, TagMismatch) and reason.part in ("python version", "abi python version") and lowest:
            minor = lowest.release[1] if len(lowest.release) > 1 else 0
            return replace(reason, target=f"cp{lowest.major}{minor}")
        return reason

    def _dependency(self, package: Package, versions: Range, dependency: Package, required: Range) -> str:
        if package is dependency:
            verb = "has an incompatible dependency on itself"
            if self._plural(package, versions):
                verb = "have incompatible dependencies on themselves"
            return spaced(self._ranged(package, versions, "had"), verb)
        if package.has_name and dependency.has_name and package.name == dependency.name:
            member = self._member(package)
            if member is not None:
                wanted = range_text(str(dependency), required, "required")
                return f"{member} depends on itself at an incompatible version ({wanted})"
        if required.is_empty and self._root(package) is not None:
            return f"{self._root(package)} for {dependency} cannot be satisfied"
        requires = self._root_requires(package)
        if requires is not None:
            return f"{requires} {self._ranged(dependency, required, 'required')}"
        return self._depends(package, versions, [(dependency, required)])

    def _depends(self, package: Package, versions: Range, on: Sequence[tuple[Package, Range]]) -> str:
        verb = "depend on" if self._plural(package, versions) else "depends on"
        text = spaced(self._ranged(package, versions, "had"), verb)
        required = [self._ranged(d, r, "required") for d, r in on]
        return spaced(text, spaced(spaced(required[0], "and"), required[1]) if len(required) > 1 else required[0])

    def _ranged(self, package: Package, versions: Range, kind: RangeKind) -> str:
        """A package with its range, members and the root by their own names."""
        return self._root(package) or self._member(package) or range_text(str(package), versions, kind)

    def _plural(self, package: Package, versions: Range) -> bool:
        return self._member(package) is None and is_plural(versions)

    def _root_requires(self, package: Package) -> str | None:
        if package.kind != "root":
            return None
        if self.members:
            return "your project requires" if len(self.members) == 1 else "your workspace requires"
        return f"{package.name} depends on" if package.name else "you require"

    def _root(self, package: Package) -> str | None:
        if package.kind != "root":
            return None
        if self.members:
            return "your project's requirements" if len(self.members) == 1 else "your workspace's requirements"
        return "your requirements"

    def _member(self, package: Package) -> str | None:
        if not package.has_name or package.name not in self.members or package.kind == "marker":
            return None
        if len(self.members) == 1 and package.kind == "package":
            return "your project"
        return str(package)


def _place(package: Package) -> tuple[int, str, int, str]:
    """uv's order of packages within a conclusion: by sort, name, extra or group, marker."""
    sort = "package" if package.kind in _REAL else package.kind
    part = _REAL.index(package.kind) if package.kind in _REAL else 0
    return _ORDER.index(sort), package.name, part, str(package)


def spaced(left: str, right: str) -> str:
    """With one space between, unless one side brings a line break of its own."""
    if not left or not right or left[-1].isspace() or right[0].isspace():
        return left + right
    return f"{left} {right}"
