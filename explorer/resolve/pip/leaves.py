"""The facts a conflict rests on, each numbered and told once: who requires what, and on which answers that rests."""

from __future__ import annotations

from typing import Literal

from packaging.utils import NormalizedName

from ...events import DerivationNode, Emit, IncompatibilityAdded, Term
from ...model.origin import Origin
from .candidates import Candidate, FileCandidate, base_of
from .provider import Information
from .requirements import PipRequirement, PythonRequirement, SpecifierRequirement, range_text


class Leaves:
    """Numbers requirements as incompatibilities of one fact and makes the nodes of a derivation from them."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._numbers: dict[tuple[int, int], int] = {}
        self._last = 0

    def number(self, information: Information) -> int:
        """The number of the incompatibility that states this requirement; an event tells it the first time."""
        requirement, parent = information
        key = (id(requirement), id(parent))
        if key not in self._numbers:
            self._numbers[key] = self.next_number()
            self._emit(
                IncompatibilityAdded(
                    incompatibility=self._last,
                    cause=_cause(requirement, parent),
                    terms=_terms(requirement, parent),
                    evidence=_evidence(parent),
                    origin=_origin(requirement),
                )
            )
        return self._numbers[key]

    def requirement(self, information: Information) -> DerivationNode:
        """The leaf "a 1.0 depends on b<2" or "you require b"."""
        requirement, parent = information
        return DerivationNode(
            incompatibility=self.number(information),
            cause=_cause(requirement, parent),
            sentence=sentence_of(information),
            evidence=_evidence(parent),
            terms=_terms(requirement, parent),
            origin=_origin(requirement),
        )

    def constraint(self, package: NormalizedName, text: str, origin: Origin | None) -> DerivationNode:
        """The leaf of what a constraints file says."""
        return self._leaf("root", f"your constraints admit {package}{text}", package, text or "*", (), origin)

    def no_versions(self, package: str, text: str, sentence: str, evidence: tuple[int, ...]) -> DerivationNode:
        """The leaf that says that no version in `text` can be taken; `evidence` are the exchanges of the pages."""
        return self._leaf("no versions", sentence, package, text, evidence, None)

    def conclusion(self, sentence: str, children: tuple[DerivationNode, ...]) -> DerivationNode:
        """The root: what follows from the leaves."""
        return DerivationNode(
            incompatibility=self.next_number(), cause="conclusion", sentence=sentence, children=children
        )

    def _leaf(
        self, cause: str, sentence: str, package: str, text: str, evidence: tuple[int, ...], origin: Origin | None
    ) -> DerivationNode:
        return DerivationNode(
            incompatibility=self.next_number(),
            cause=cause,
            sentence=sentence,
            evidence=evidence,
            terms=(Term(package, text, True),),
            origin=origin,
        )

    def next_number(self) -> int:
        """A number that no incompatibility has yet."""
        self._last += 1
        return self._last


def sentence_of(information: Information) -> str:
    """`a 1.0 depends on b<2 and >1`, `you require b`."""
    requirement, parent = information
    if parent is None:
        return f"you require {spelled(requirement)}"
    return f"{parent.identifier} {parent.version} depends on {spelled(requirement)}"


def spelled(requirement: PipRequirement) -> str:
    """The requirement with its specifiers as a list in words: `b<2 and >1`."""
    parts = str(requirement).split(",") if isinstance(requirement, SpecifierRequirement) else [str(requirement)]
    return in_words(parts)


def in_words(parts: list[str]) -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _cause(requirement: PipRequirement, parent: Candidate | None) -> Literal["root", "dependency", "requires python"]:
    if isinstance(requirement, PythonRequirement):
        return "requires python"
    return "root" if parent is None else "dependency"


def _terms(requirement: PipRequirement, parent: Candidate | None) -> tuple[Term, ...]:
    required = Term(requirement.identifier, range_text(requirement), False)
    return (required,) if parent is None else (Term(parent.identifier, f"=={parent.version}", True), required)


def _evidence(parent: Candidate | None) -> tuple[int, ...]:
    """The exchanges that brought the metadata which states the requirement."""
    base = None if parent is None else base_of(parent)
    return base.read.requests if isinstance(base, FileCandidate) else ()


def _origin(requirement: PipRequirement) -> Origin | None:
    return (
        requirement.stated.origin
        if isinstance(requirement, SpecifierRequirement) and requirement.parent is None
        else None
    )
