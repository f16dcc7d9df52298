"""The derivation in sentences, as uv writes them (wheels-and-universal.md 9.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from packaging.utils import NormalizedName
from packaging.version import Version

from ...model.ranges import EMPTY, FULL, Cut, Label, Range, between
from ...model.reasons import ImpossibleSpecifier
from ..pubgrub.incompatibility import Dependency, NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from ..pubgrub.term import Term
from .derivation import Conclusion, Known, Leaf, LeafNode, Terms, Tree
from .python_requirement import PythonRequirement
from .reason_words import refusal_clause
from .reduction import is_package_refusal

RangeKind = Literal["required", "had", "available"]

_LEADS: Final = {"required": "one of:", "had": "all of:", "available": "are available:"}
_ORDER: Final = ("root", "python", "package", "extra of package", "group of package", "extra", "group", "marker")


@dataclass(frozen=True, slots=True)
class Wording:
    """What the sentences need to know: the project's members, the Python, and which versions exist."""

    members: frozenset[NormalizedName]
    python: PythonRequirement
    known: Known
    root_name: str = ""

    def root_requires(self, package: Package) -> str | None:
        if package.kind != "root":
            return None
        if self.members:
            return "your project requires" if len(self.members) == 1 else "your workspace requires"
        return "you require"

    def root(self, package: Package) -> str | None:
        if package.kind != "root":
            return None
        if self.members:
            return "your project's requirements" if len(self.members) == 1 else "your workspace's requirements"
        return "your requirements"

    def member(self, package: Package) -> str | None:
        if not package.has_name or package.name not in self.members or package.kind == "marker":
            return None
        if len(self.members) == 1 and package.kind == "package":
            return "your project"
        return str(package)

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

    def _no_versions(self, package: Package, versions: Range) -> str:
        if package.kind == "python":
            if self.python.target_is_installed:
                which, value = "current", str(self.python.installed)
            else:
                which, value = "requested", specifiers_text(self.python.target)
            return f"the {which} Python version ({value}) does not satisfy {self.ranged(package, versions, 'had')}"
        if versions.is_full:
            return f"there are no versions of {package}"
        if versions.singleton is not None:
            return f"there is no version of {package}=={versions.labels[0].text}"
        rest = versions.complement()
        if package.has_name and package.name in self.known:
            rest = available_range(rest, self.known[package.name])
        if rest.is_empty:
            return f"there are no versions of {package}"
        listed = self.ranged(package, rest, "available")
        if len(rest.cuts) == 2:
            return f"only {listed} is available"
        return f"only the following versions of {package} {listed}"

    def _unavailable(self, cause: Unavailable) -> str:
        package, versions, reason = cause.package, cause.range, cause.reason
        requires = self.root_requires(package)
        if isinstance(reason, ImpossibleSpecifier) and requires is not None:
            return f"{requires} {reason.requirement}, which does not allow any versions"
        root = self.root(package)
        if root is not None:
            return f"{root} cannot be used because {refusal_clause(reason, plural=False)}"
        if is_package_refusal(cause):
            return f"{package} {refusal_clause(reason, plural=False)}"
        return _join(
            self.ranged(package, versions, "had"), refusal_clause(reason, plural=self.is_plural(package, versions))
        )

    def _dependency(self, package: Package, versions: Range, dependency: Package, required: Range) -> str:
        if package is dependency:
            plural = self.is_plural(package, versions)
            verb = (
                "have incompatible dependencies on themselves" if plural else "has an incompatible dependency on itself"
            )
            return _join(self.ranged(package, versions, "had"), verb)
        if package.has_name and dependency.has_name and package.name == dependency.name:
            member = self.member(package)
            if member is not None:
                wanted = range_text(str(dependency), required, "required")
                return f"{member} depends on itself at an incompatible version ({wanted})"
        if required.is_empty and self.root(package) is not None:
            return f"{self.root(package)} for {dependency} cannot be satisfied"
        requires = self.root_requires(package)
        if requires is not None:
            return f"{requires} {self.ranged(dependency, required, 'required')}"
        return self._depends(package, versions, [(dependency, required)])

    def _depends(self, package: Package, versions: Range, on: Sequence[tuple[Package, Range]]) -> str:
        verb = "depend on" if self.is_plural(package, versions) else "depends on"
        text = _join(self.ranged(package, versions, "had"), verb)
        required = [self.ranged(d, r, "required") for d, r in on]
        return _join(text, _join(_join(required[0], "and"), required[1]) if len(required) > 1 else required[0])

    def both(self, first: Leaf, second: Leaf) -> str:
        """Two clauses joined; two requirements of the same versions are one."""
        if (
            isinstance(first, Dependency)
            and isinstance(second, Dependency)
            and first.package is second.package
            and first.range == second.range
        ):
            requires = self.root_requires(first.package)
            on = [(first.dependency, first.required), (second.dependency, second.required)]
            if requires is not None:
                texts = [self.ranged(d, r, "required") for d, r in on]
                return _join(_join(f"{requires} {texts[0]}", "and"), texts[1])
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
        return _join(_join(self.leaf(first), "and"), self.leaf(second))

    def terms(self, terms: Terms) -> str:
        """A conclusion as a clause."""
        ordered = sorted(terms.items(), key=lambda item: (_ORDER.index(item[0].kind), item[0].name, str(item[0])))
        if not ordered:
            return "the requirements are unsatisfiable"
        if len(ordered) == 1:
            package, term = ordered[0]
            root = self.root(package)
            if root is not None:
                return f"{root} are unsatisfiable"
            if package.kind in ("package", "extra of package", "group of package"):
                member = self.member(package)
                if term.positive and member is not None:
                    return f"{member}'s requirements are unsatisfiable"
                verb = "cannot be used" if term.positive else "must be used"
                return _join(self.ranged(package, term.range, "had"), verb)
            return _join(self._term(package, term), "cannot be used")
        if len(ordered) == 2 and ordered[0][1].positive != ordered[1][1].positive:
            positive, negative = sorted(ordered, key=lambda item: not item[1].positive)
            return self._dependency(positive[0], positive[1].range, negative[0], negative[1].range)
        texts = [self._term(p, t) for p, t in ordered]
        return _join(" and ".join(texts) if len(texts) == 2 else ", ".join(texts), "are incompatible")

    def _term(self, package: Package, term: Term) -> str:
        if term.positive:
            return self.ranged(package, term.range, "had")
        only = term.range.singleton
        if only is not None:
            return f"{package}!={term.range.labels[0].text}"
        return self.ranged(package, term.range.complement(), "had")

    def ranged(self, package: Package, versions: Range, kind: RangeKind) -> str:
        """A package with its range, members and the root by their own names."""
        return self.root(package) or self.member(package) or range_text(str(package), versions, kind)

    def is_plural(self, package: Package, versions: Range) -> bool:
        if self.member(package) is not None or versions.is_empty:
            return False
        return versions.is_full or len(versions.cuts) > 2


def _join(left: str, right: str) -> str:
    """With one space between, unless one side brings a line break of its own."""
    if not left or not right or left[-1].isspace() or right[0].isspace():
        return left + right
    return f"{left} {right}"


def _sentence(start: str, middle: str, between_: str, end: str) -> str:
    separator = "" if middle and middle[-1].isspace() else between_
    stop = "" if end and end[-1].isspace() else "."
    return f"{start}{middle}{separator}we can conclude that {end}{stop}"


def bound_text(low: Cut, low_label: Label, high: Cut, high_label: Label) -> str:
    """One interval: `>=1,<2`, `==1`, `==1.*`; empty for everything."""
    if low[0] == high[0] and (low[1], high[1]) == (0, 1):
        return f"=={low_label.text}"
    prefix = _prefix_match(low, low_label, high, high_label)
    if prefix:
        return prefix
    parts = []
    if low != FULL.cuts[0]:
        after = low[1] == 1 or low_label.point in ("local", "max")
        parts.append(f"{'>' if after else '>='}{low_label.text}")
    if high != FULL.cuts[1]:
        through = high[1] == 1 or high_label.point == "local"
        parts.append(f"{'<=' if through else '<'}{high_label.text}")
    return ",".join(parts)


def _prefix_match(low: Cut, low_label: Label, high: Cut, high_label: Label) -> str:
    """`==2.4.*` for everything from 2.4.dev0 up to 2.5.dev0."""
    if low[1] != 0 or high[1] != 0 or not (low_label.text.endswith(".dev0") and high_label.text.endswith(".dev0")):
        return ""
    first, last = Version(low_label.text), Version(high_label.text)
    if first.pre or first.post is not None or last.pre or last.post is not None or first.epoch != last.epoch:
        return ""
    if len(first.release) != len(last.release) or first.release[:-1] != last.release[:-1]:
        return ""
    if first.release[-1] + 1 != last.release[-1]:
        return ""
    return f"=={low_label.text.removesuffix('.dev0')}.*"


def range_text(package: str, versions: Range, kind: RangeKind) -> str:
    """A package with its range; several intervals one a line."""
    if versions.is_empty:
        return f"{package} ∅"
    if versions.is_full:
        return f"all versions of {package}" if kind == "had" else package
    texts = [f"{package}{bound_text(*segment)}" for segment in versions.segments()]
    if len(texts) == 1:
        return texts[0]
    return _LEADS[kind] + "".join(f"\n    {text}" for text in texts) + "\n"


def specifiers_text(versions: Range) -> str:
    """A range of Pythons as one specifier set: `>=3.8, <3.12`."""
    return " | ".join(bound_text(*s).replace(",", ", ") for s in versions.segments()) or "∅"


def available_range(versions: Range, known: Sequence[Version]) -> Range:
    """The range with its bounds moved to where versions exist, for "only … is available"."""
    if not known:
        return EMPTY
    first, last = known[0], known[-1]
    listed = between((first, "", True), (last, "", True))
    if first == last:
        return listed
    present = set(known)
    result = EMPTY
    for low, low_label, high, high_label in versions.segments():
        segment = Range((low, high), (low_label, high_label))
        if segment.is_disjoint(listed):
            continue
        if listed.is_subset(segment):
            open_low, open_high = low == FULL.cuts[0], high == FULL.cuts[1]
            lower = None if open_low else (first, "", True)
            upper = None if open_high and not open_low else (last, "", True)
            result = result.union(between(lower, upper))  # type: ignore[arg-type]
            continue
        if low != FULL.cuts[0] and low[1] == 0 and Version(low_label.text) not in present:
            low = (low[0], 1)
        if high != FULL.cuts[1] and high[1] == 1 and Version(high_label.text) not in present:
            high = (high[0], 0)
        if low < high:
            result = result.union(Range((low, high), (low_label, high_label)))
    return result


class Report:
    """Writes the tree line by line; conclusions that several lines rest on get a number (PubGrub's error reporting)."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._numbers: dict[int, int] = {}
        self._count = 0
        self.lines: list[str] = []
        self.numbered: dict[int, int] = {}

    def write(self, tree: Tree) -> list[str]:
        if isinstance(tree, LeafNode):
            self.lines.append(self._wording.leaf(tree.cause))
        else:
            self._build(tree)
        return self.lines

    def _build(self, root: Conclusion) -> None:
        stack: list[tuple[str, Conclusion | str, Conclusion | None]] = [("build", root, None)]
        while stack:
            task, node, other = stack.pop()
            if task == "emit":
                assert isinstance(node, str)
                self.lines.append(node)
            elif task == "finish":
                assert isinstance(node, Conclusion)
                if node.shared is not None and node.shared not in self._numbers:
                    self._numbers[node.shared] = self._number(node)
            elif task == "second":
                assert isinstance(node, Conclusion) and other is not None
                stack += self._after_first(node, other)
            else:
                assert isinstance(node, Conclusion)
                stack.append(("finish", node, None))
                stack += self._tasks(node)

    def _tasks(self, node: Conclusion) -> list[tuple[str, Conclusion | str, Conclusion | None]]:
        """What to write for a conclusion, last first."""
        words, end = self._wording, self._wording.terms(node.terms)
        first, second = node.first, node.second
        if isinstance(first, LeafNode) and isinstance(second, LeafNode):
            return [("emit", _sentence("Because ", words.both(first.cause, second.cause), ", ", end), None)]
        if isinstance(first, Conclusion) and isinstance(second, Conclusion):
            return self._two_conclusions(node, first, second, end)
        inner = first if isinstance(first, Conclusion) else second
        leaf = second if isinstance(first, Conclusion) else first
        assert isinstance(inner, Conclusion) and isinstance(leaf, LeafNode)
        number = self._numbers.get(inner.shared) if inner.shared is not None else None
        if number is not None:
            known = f"we know from ({number}) that {words.terms(inner.terms)}"
            return [
                ("emit", _sentence("Because ", _join(_join(known, "and"), words.leaf(leaf.cause)), ", ", end), None)
            ]
        prior, prior_leaf = _conclusion_and_leaf(inner)
        if prior is not None and prior_leaf is not None:
            both = words.both(prior_leaf.cause, leaf.cause)
            return [("emit", _sentence("And because ", both, ", ", end), None), ("build", prior, None)]
        return [("emit", _sentence("And because ", words.leaf(leaf.cause), ", ", end), None), ("build", inner, None)]

    def _two_conclusions(
        self, node: Conclusion, first: Conclusion, second: Conclusion, end: str
    ) -> list[tuple[str, Conclusion | str, Conclusion | None]]:
        one = self._numbers.get(first.shared) if first.shared is not None else None
        two = self._numbers.get(second.shared) if second.shared is not None else None
        words = self._wording
        if one is not None and two is not None:
            a, b = words.terms(first.terms), words.terms(second.terms)
            text = f"Because we know from ({one}) that {a} and we know from ({two}) that {b}, {end}."
            return [("emit", text, None)]
        if one is not None:
            return [("emit", self._and_from(one, first, end), None), ("build", second, None)]
        if two is not None:
            return [("emit", self._and_from(two, second, end), None), ("build", first, None)]
        return [("second", node, first), ("build", first, None)]

    def _after_first(
        self, node: Conclusion, first: Conclusion
    ) -> list[tuple[str, Conclusion | str, Conclusion | None]]:
        if first.shared is not None:
            self.lines.append("")
            return [("build", node, None)]
        number = self._number(first)
        self.lines.append("")
        assert isinstance(node.second, Conclusion)
        text = self._and_from(number, first, self._wording.terms(node.terms))
        return [("emit", text, None), ("build", node.second, None)]

    def _and_from(self, number: int, node: Conclusion, end: str) -> str:
        return _sentence("And because ", f"we know from ({number}) that {self._wording.terms(node.terms)}", ", ", end)

    def _number(self, node: Conclusion) -> int:
        self._count += 1
        if self.lines:
            self.lines[-1] += f" ({self._count})"
        self.numbered[id(node)] = self._count
        return self._count


def _conclusion_and_leaf(node: Conclusion) -> tuple[Conclusion | None, LeafNode | None]:
    if isinstance(node.first, Conclusion) and isinstance(node.second, LeafNode):
        return node.first, node.second
    if isinstance(node.second, Conclusion) and isinstance(node.first, LeafNode):
        return node.second, node.first
    return None, None
