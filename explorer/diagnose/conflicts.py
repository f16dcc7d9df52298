"""Rules about conflicts: which of the user's own requirements a proof rests on."""

from __future__ import annotations

from collections.abc import Iterator

from ..events import DerivationNode
from ..model.requirement import Requirement
from ..settings.settings import Project
from ..what_if.toggle import DropRequirement, LoosenRequirement, Toggle
from .case import MAX_DEPTH, Case, base_name
from .diagnosis import Diagnosis
from .words import names

MOST_REQUIREMENTS = 6
"""With more of them a change of one is no longer small to look for."""


def smallest_change(case: Case) -> Iterator[Diagnosis]:
    """Which single requirement, loosened or dropped, takes the ground from the proof; trying tells."""
    if case.unsatisfiable is None or case.unsatisfiable.body.derivation is None:
        return
    packages, leaves = _named(case.unsatisfiable.body.derivation)
    stated = [r for r in (*case.settings.requirements, *_of_project(case.settings.project)) if r.name in packages]
    about = list(dict.fromkeys(r.name for r in stated))
    if len(leaves) < 2 or not 0 < len(about) <= MOST_REQUIREMENTS:
        return
    loosened: list[Toggle] = [LoosenRequirement(n) for n in about if any(r.name == n and r.specifier for r in stated)]
    dropped: list[Toggle] = [DropRequirement(n) for n in about] if len(about) > 1 else []
    toggles = (*loosened, *dropped)
    told = tuple(leaf.number for leaf in case.leaves if leaf.body.incompatibility in leaves)
    evidence = told or (case.unsatisfiable.number,)  # pip tells a proof, not its steps
    if toggles:
        yield Diagnosis(
            rule="conflict",
            severity="note",
            claim=f"Of your own requirements the proof uses {names(list(dict.fromkeys(map(str, stated))))}.",
            evidence=evidence,
            toggles=toggles,
        )


def _named(derivation: DerivationNode) -> tuple[set[str], set[int]]:
    """The packages that the leaves of a proof speak of, and the numbers of these incompatibilities."""
    packages: set[str] = set()
    leaves: set[int] = set()
    rest = [(derivation, 0)]
    while rest:
        node, depth = rest.pop()
        if not node.children:
            leaves.add(node.incompatibility)
            packages |= {base_name(term.package) for term in node.terms}
        elif depth < MAX_DEPTH:
            rest += [(child, depth + 1) for child in node.children]
    return packages, leaves


def _of_project(project: Project | None) -> Iterator[Requirement]:
    if project is None:
        return
    yield from project.requires
    for group in (*project.extras.values(), *project.groups.values()):
        yield from group
    for member in project.members:
        yield from _of_project(member)


RULES = (smallest_change,)
