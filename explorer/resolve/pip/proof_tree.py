"""A proof that nothing fits, as the derivation that is shown: `a 1.0 depends on b<2`, `you require b`."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final, assert_never

from packaging.version import Version

from ...events import DerivationNode, Term
from ...model.origin import Origin
from ...model.ranges import Range
from ..pubgrub.incompatibility import Dependency, NotRoot, NoVersions, Unavailable
from ..pubgrub.packages import Package
from ..pubgrub.term import Term as SolverTerm
from ..uv.derivation import Conclusion, Leaf, LeafNode, Tree
from ..uv.listed_versions import ListedVersions
from ..uv.tree_ranges import simplify
from .leaves import Leaves, in_words
from .provider import split_identifier
from .second_opinion import Impossible

MAX_DEPTH: Final = 90
"""Deeper causes are not shown (a recording holds a hundred levels)."""

MAX_NODES: Final = 5000

MOST_NAMED: Final = 4
"""How many versions a sentence names before it gives their range."""


def proof_tree(proof: Impossible, leaves: Leaves, headline: str) -> DerivationNode:
    """The proof from its conclusion, which says `headline`, down to the facts; each conclusion is unfolded once."""
    shown: list[tuple[Tree, list[int], bool]] = []
    unfolded: set[int] = set()
    waiting = deque([(proof.tree, 0, -1)])
    while waiting:
        node, depth, parent = waiting.popleft()
        if parent >= 0:
            shown[parent][1].append(len(shown))
        fits = depth < MAX_DEPTH and len(shown) + len(waiting) < MAX_NODES
        unfolds = isinstance(node, Conclusion) and fits and id(node) not in unfolded
        if isinstance(node, Conclusion) and unfolds:
            unfolded.add(id(node))
            waiting += ((cause, depth + 1, len(shown)) for cause in _requirements_first(node))
        shown.append((node, [], isinstance(node, Conclusion) and not unfolds))
    words = _Words(proof, leaves)
    built: dict[int, DerivationNode] = {}
    for position in range(len(shown) - 1, -1, -1):
        node, below, is_cut = shown[position]
        sentence = headline if position == 0 else words.sentence(node)
        children = tuple(built.pop(child) for child in below)
        built[position] = words.node(node, sentence, children, is_cut)
    return built[0]


def _requirements_first(node: Conclusion) -> tuple[Tree, Tree]:
    """What is required, then that there is nothing to satisfy it."""
    first = node.first
    if isinstance(first, LeafNode) and isinstance(first.cause, NoVersions):
        return node.second, first
    return first, node.second


class _Words:
    """Sentences, numbers and evidence of the nodes of one proof."""

    def __init__(self, proof: Impossible, leaves: Leaves) -> None:
        self._proof = proof
        self._leaves = leaves
        self._numbers: dict[int, int] = {}
        self._shared: dict[int, int] = {}

    def node(self, node: Tree, sentence: str, children: tuple[DerivationNode, ...], is_cut: bool) -> DerivationNode:
        number = self._numbers.setdefault(id(node), 0) or self._leaves.next_number()
        self._numbers[id(node)] = number
        if isinstance(node, Conclusion):
            shared = None if node.shared is None else self._shared.setdefault(node.shared, len(self._shared) + 1)
            return DerivationNode(
                incompatibility=number,
                cause="conclusion",
                sentence=sentence,
                children=children,
                number=shared,
                terms=_terms(node.terms),
                cut=is_cut,
            )
        return DerivationNode(
            incompatibility=number,
            cause=self._kind(node.cause),
            sentence=sentence,
            evidence=self._evidence(node.cause),
            terms=self._terms_of(node.cause),
            origin=self._origin(node.cause),
        )

    def sentence(self, node: Tree) -> str:
        return self._leaf(node) if isinstance(node, LeafNode) else self._conclusion(node.terms)

    def _leaf(self, node: LeafNode) -> str:
        match node.cause:
            case Dependency(package, versions, dependency, required):
                wanted = self._required(dependency, required)
                if package.kind == "root":
                    return f"you require {wanted}"
                return f"{self._named(package, versions)} depends on {wanted}"
            case NoVersions(package) if package.kind == "python":
                return "Python is of another version"
            case NoVersions(package, versions):
                if (stated := self._constraint(package, versions)) is not None:
                    return f"your constraints admit {package}{stated}"
                return self._nothing_in(package, versions)
            case NotRoot():
                return "your requirements must be satisfied"
            case Unavailable(package, versions):
                return f"{self._named(package, versions)} cannot be used"
            case _:
                assert_never(node.cause)

    def _conclusion(self, terms: Mapping[Package, SolverTerm]) -> str:
        taken = [(p, t.range) for p, t in terms.items() if t.positive and p.kind != "root"]
        absent = [(p, t.range) for p, t in terms.items() if not t.positive]
        needs = in_words([self._required(*each) for each in absent]) if absent else ""
        chosen = in_words([self._named(*each) for each in taken]) if taken else ""
        if chosen and needs:
            return f"{chosen} {'needs' if len(taken) == 1 else 'together need'} {needs}"
        if chosen:
            return f"{chosen} cannot be used" + (" together" if len(taken) > 1 else "")
        return f"your requirements need {needs}" if needs else "your requirements cannot be satisfied"

    def _nothing_in(self, package: Package, versions: Range) -> str:
        others = self._inside(package, versions.complement())[0]
        stated = (package, versions) in self._proof.texts
        if not stated and 0 < len(others) <= MOST_NAMED:
            named = in_words([str(version) for version in sorted(others)])
            return f"no version of {package} can be used besides {named}"
        if not stated and others:
            return f"no other version of {package} can be used"
        return " ".join(f"no version of {package} {self._range(package, versions)} can be used".split())

    def _required(self, package: Package, versions: Range) -> str:
        """A requirement as it was stated, with its specifiers as a list in words: `b<2 and >1`."""
        name = "Python " if package.kind == "python" else str(package)
        stated = self._proof.texts.get((package, versions))
        if stated is not None:
            return name + in_words(stated.split(","))
        return f"{name} {self._range(package, versions)}".rstrip()

    def _named(self, package: Package, versions: Range) -> str:
        inside, all_inside = self._inside(package, versions)
        if all_inside and len(inside) > 1:
            return f"every version of {package}"
        if 0 < len(inside) <= MOST_NAMED:
            return f"{package} {in_words([str(version) for version in sorted(inside)])}"
        return f"{package} {self._range(package, versions)}".rstrip()

    def _range(self, package: Package, versions: Range) -> str:
        stated = self._proof.texts.get((package, versions))
        if stated is not None:
            return stated
        if package.kind == "package":
            listed = ListedVersions(self._proof.known.listed(split_identifier(package.name)[0]))
            versions = simplify(versions, listed)
        return "" if versions.is_full else str(versions)

    def _inside(self, package: Package, versions: Range) -> tuple[list[Version], bool]:
        if package.kind != "package":
            return [], False
        listed = list(self._proof.known.listed(split_identifier(package.name)[0]))
        inside = [version for version in listed if version in versions]
        return inside, len(inside) == len(listed)

    def _constraint(self, package: Package, versions: Range) -> str | None:
        """The constraint that rules out `versions`, as text."""
        project = split_identifier(package.name)[0]
        constraint = self._proof.constraints.get(project)
        if constraint is None:
            return None
        admitted = self._proof.known.range_of(project, constraint.specifier)
        return str(constraint) if versions == admitted.complement() else None

    def _kind(self, cause: Leaf) -> str:
        match cause:
            case Dependency(package=package, dependency=dependency):
                if dependency.kind == "python":
                    return "requires python"
                return "root" if package.kind == "root" else "dependency"
            case NoVersions(package, versions):
                return "root" if self._constraint(package, versions) is not None else "no versions"
            case NotRoot():
                return "root"
            case Unavailable():
                return "unavailable version"
            case _:
                assert_never(cause)

    def _evidence(self, cause: Leaf) -> tuple[int, ...]:
        """The exchanges behind a fact: the metadata that states it, or the pages that list the versions."""
        match cause:
            case Dependency(package, versions) if package.kind == "package":
                project = split_identifier(package.name)[0]
                inside = self._inside(package, versions)[0]
                return tuple(
                    request for version in inside for request in self._proof.known.metadata_requests(project, version)
                )
            case NoVersions(package, versions) if package.kind == "package":
                pool = self._proof.known.pool(split_identifier(package.name)[0])
                return pool.requests if pool is not None and self._constraint(package, versions) is None else ()
            case _:
                return ()

    def _origin(self, cause: Leaf) -> Origin | None:
        match cause:
            case Dependency(package, _, dependency, required) if package.kind == "root":
                return self._proof.origins.get((dependency, required))
            case NoVersions(package, versions) if self._constraint(package, versions) is not None:
                origins = self._proof.constraints[split_identifier(package.name)[0]].origins
                return origins[0] if origins else None
            case _:
                return None

    def _terms_of(self, cause: Leaf) -> tuple[Term, ...]:
        match cause:
            case Dependency(package, versions, dependency, required):
                wanted = Term(str(dependency), self._range(dependency, required) or "*", False)
                return (wanted,) if package.kind == "root" else (_term(package, versions, True), wanted)
            case NoVersions(package, versions) | Unavailable(package, versions):
                return (_term(package, versions, True),)
            case NotRoot():
                return ()
            case _:
                assert_never(cause)


def _terms(terms: Mapping[Package, SolverTerm]) -> tuple[Term, ...]:
    return tuple(_term(package, term.range, term.positive) for package, term in terms.items())


def _term(package: Package, versions: Range, positive: bool) -> Term:
    return Term(str(package), "*" if versions.is_full else str(versions), positive)
