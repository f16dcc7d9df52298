"""Small builders of derivation trees for tests."""

from __future__ import annotations

from packaging.utils import NormalizedName
from packaging.version import Version

from explorer.model.ranges import FULL, Range, exactly, from_specifier
from explorer.resolve.pubgrub.incompatibility import Dependency, Derived, Incompatibility, NoVersions, from_dependency
from explorer.resolve.pubgrub.packages import Package, Packages
from explorer.resolve.pubgrub.term import Term
from explorer.resolve.uv.derivation import Conclusion, LeafNode, Tree, derivation_of
from explorer.resolve.uv.listed_versions import ListedVersions
from explorer.resolve.uv.python_requirement import PythonRequirement, from_exact
from explorer.resolve.uv.wording import Wording

PACKAGES = Packages()
ROOT = PACKAGES.node("root", NormalizedName(""))
PYTHON_311: PythonRequirement = from_exact(Version("3.11"), Version("3.11"), obeys_upper_bound=False)
WORDING = Wording(frozenset(), PYTHON_311, {})


def package(name: str) -> Package:
    return PACKAGES.node("package", NormalizedName(name))


def listed(*versions: str) -> ListedVersions:
    return ListedVersions(map(Version, versions))


def versions(specifier: str) -> Range:
    """`*`, or one specifier."""
    if specifier == "*":
        return FULL
    operator = specifier.rstrip("0123456789.*abrcdevpost+")
    return from_specifier(operator, specifier.removeprefix(operator))


def requires(parent: Package, had: str, child: Package, required: str) -> LeafNode:
    return LeafNode(Dependency(parent, versions(had), child, versions(required)), None)


def nothing(of: Package, in_range: str) -> LeafNode:
    return LeafNode(NoVersions(of, versions(in_range)), None)


def concluded(terms: dict[Package, tuple[bool, str]], first: Tree, second: Tree) -> Conclusion:
    return Conclusion({p: Term(sign, versions(text)) for p, (sign, text) in terms.items()}, first, second, 0)


def chain(length: int) -> Tree:
    """you require p0, p0 requires p1, … : a tree as deep as it is long."""
    version = exactly(Version("1"))
    store = [from_dependency(ROOT, version, package("p0"), FULL)]
    proven = 0
    for step in range(length):
        store.append(from_dependency(package(f"p{step}"), FULL, package(f"p{step + 1}"), FULL))
        terms = {ROOT: Term(True, version), package(f"p{step + 1}"): Term(False, FULL)}
        store.append(Incompatibility(terms, Derived(proven, len(store) - 1)))
        proven = len(store) - 1
    store.append(Incompatibility({package(f"p{length}"): Term(True, FULL)}, NoVersions(package(f"p{length}"), FULL)))
    store.append(Incompatibility({ROOT: Term(True, version)}, Derived(proven, len(store) - 1)))
    return derivation_of(store, len(store) - 1)


def diamonds(height: int) -> Tree:
    """Each conclusion is a cause of the next one twice: a tree of few nodes with very many paths."""
    version = exactly(Version("1"))
    store = [
        from_dependency(ROOT, version, package("a"), FULL),
        Incompatibility({package("a"): Term(True, FULL)}, NoVersions(package("a"), FULL)),
    ]
    store.append(Incompatibility({ROOT: Term(True, version)}, Derived(0, 1)))
    for _ in range(height):
        store.append(Incompatibility({ROOT: Term(True, version)}, Derived(len(store) - 1, len(store) - 1)))
    return derivation_of(store, len(store) - 1)
