"""Why pip finds no solution: its own distinctions, in sentences, with the facts they rest on as a derivation.

Source: `get_installation_error` of pip's factory. pip reports the last conflict; what ruled out earlier candidates
stands in the events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from packaging.utils import NormalizedName
from packaging.version import Version

from ...events import DerivationNode
from ...model.origin import Origin
from ...model.reasons import (
    FileRefusal,
    NoBinary,
    NoBuild,
    PythonMismatch,
    TagMismatch,
    TooNew,
)
from ...profiles import Profile
from ..solution import NoSolution
from .candidates import Candidate, FileCandidate, template_of
from .finder import Finder, FoundFile, Pool
from .leaves import Leaves, in_words, spelled
from .provider import Information, split_identifier
from .requirements import Constraint, PipRequirement, PythonRequirement, SpecifierRequirement, contains, range_text

MOST_VERSIONS: Final = 200
"""How many versions a sentence lists before it only counts the others."""


class Report:
    """Words the failure of one run."""

    def __init__(
        self, finder: Finder, profile: Profile, constraints: Mapping[NormalizedName, Constraint], leaves: Leaves
    ) -> None:
        self._finder = finder
        self._profile = profile
        self._constraints = constraints
        self._leaves = leaves

    def impossible(self, causes: Sequence[Information]) -> NoSolution:
        """The failure that resolvelib ended with `causes` for."""
        wrong_python = [
            cause
            for cause in causes
            if isinstance(cause.requirement, PythonRequirement) and not cause.requirement.holds
        ]
        if wrong_python:
            return self._wrong_python(wrong_python)
        if len(causes) == 1 and split_identifier(causes[0].requirement.identifier)[0] not in self._constraints:
            return self._no_match(causes[0])
        return self._conflict(causes)

    def _wrong_python(self, causes: Sequence[Information]) -> NoSolution:
        python = _python_of(causes[0].requirement)
        if len(causes) == 1:
            package, specifier = _name(causes[0].parent), range_text(causes[0].requirement)
            headline = f"Package {package!r} requires a different Python: {python} not in {specifier!r}"
            lines: tuple[str, ...] = ()
        else:
            headline = f"Packages require a different Python: {python} is not in what they require"
            lines = tuple(f"{range_text(cause.requirement)!r} (required by {cause.parent})" for cause in causes)
        return self._failure(headline, lines, (), tuple(map(self._leaves.requirement, causes)))

    def _no_match(self, cause: Information) -> NoSolution:
        requirement, parent = cause
        pool = self._finder.pool(split_identifier(requirement.identifier)[0])
        shown = str(requirement) if parent is None else f"{requirement} (from {_name(parent)})"
        apart = self._profile.holds("yanked_listed_apart")
        usable = [found.file for files in pool.usable.values() for found in files]
        listed = {file.version for file in usable if not apart or file.yanked is False}
        yanked = {file.version for file in usable if apart and file.yanked is not False}
        sentence = (
            f"Could not find a version that satisfies the requirement {shown} (from versions: {versions_text(listed)})"
        )
        lines = [sentence]
        if yanked:
            lines.insert(0, f"Ignored the following yanked versions: {versions_text(yanked)}")
        pythons = sorted({reason for found in pool.files if (reason := _python_reason(found))})
        if pythons:
            lines.insert(
                -1, f"Ignored the following versions that require a different Python version: {'; '.join(pythons)}"
            )
        leaf = self._leaves.no_versions(requirement.project, range_text(requirement), sentence, pool.requests)
        hints = tuple(self._hints(requirement, pool))
        return self._failure(
            f"No matching distribution found for {shown}", tuple(lines), hints, (self._leaves.requirement(cause), leaf)
        )

    def _conflict(self, causes: Sequence[Information]) -> NoSolution:
        triggers = sorted(
            {spelled(requirement) if parent is None else trigger(parent) for requirement, parent in causes}
        )
        headline = f"Cannot install {in_words(triggers)} because these package versions have conflicting dependencies"
        names = {split_identifier(cause.requirement.identifier)[0] for cause in causes}
        leaves = [self._leaves.requirement(cause) for cause in causes]
        for name in sorted(names & self._constraints.keys()):
            constraint = self._constraints[name]
            leaves.append(self._leaves.constraint(name, str(constraint), _first(constraint.origins)))
        lines = ("The conflict is caused by:", *dict.fromkeys(f"    {leaf.sentence}" for leaf in leaves))
        if self._profile.holds("names_missing_candidates"):
            lines += self._without_candidates(causes)
        hints = (
            "Loosen the range of package versions you have specified.",
            "Remove package versions, so that pip may look for others that agree.",
        )
        return self._failure(headline, lines, hints, tuple(leaves))

    def _without_candidates(self, causes: Sequence[Information]) -> tuple[str, ...]:
        """Projects of the conflict that have no file for this environment at all."""
        names = {cause.requirement.project for cause in causes if isinstance(cause.requirement, SpecifierRequirement)}
        missing = sorted(name for name in names if not self._finder.pool(name).usable)
        return (
            (f"These packages have no matching distribution for your environment: {', '.join(missing)}",)
            if missing
            else ()
        )

    def _hints(self, requirement: PipRequirement, pool: Pool) -> list[str]:
        """What the listed files say that pip does not: pre-releases that fit, and why files were refused."""
        hints: list[str] = []
        if not isinstance(requirement, SpecifierRequirement):
            return hints
        inside = {version for version in pool.usable if contains(requirement.specifier, version)}
        if inside and all(version.is_prerelease for version in inside):
            hints.append(f"Pre-releases fit ({versions_text(inside)}); --pre admits them.")
        refused = Counter(
            refusal_word(found.refusal)
            for found in pool.files
            if found.refusal is not None and contains(requirement.specifier, found.file.version)
        )
        if refused:
            counts = in_words([f"{count} {word}" for word, count in sorted(refused.items())])
            hints.append(f"Files of {requirement.project} in that range are listed but cannot be used here: {counts}.")
        return hints

    def _failure(
        self, headline: str, report: tuple[str, ...], hints: tuple[str, ...], leaves: tuple[DerivationNode, ...]
    ) -> NoSolution:
        return NoSolution(headline, report, hints, self._leaves.conclusion(headline, leaves))


def trigger(parent: Candidate) -> str:
    """What to name for a candidate: the project that required it, or the line of a file, or itself."""
    template = template_of(parent) if isinstance(parent, FileCandidate) else None
    if template is not None and template.parent is not None:
        return template.parent.project
    if template is not None and template.stated.origin.kind == "requirement line":
        return str(template.stated.origin)
    return f"{parent.identifier}=={parent.version}"


def versions_text(versions: Iterable[Version]) -> str:
    """Versions in ascending order, `none` for none."""
    ordered = [str(version) for version in sorted(versions)]
    if len(ordered) > MOST_VERSIONS:
        ordered = [f"{len(ordered) - MOST_VERSIONS} older ones", *ordered[-MOST_VERSIONS:]]
    return ", ".join(ordered) or "none"


def refusal_word(refusal: FileRefusal) -> str:
    """Why files were refused, in a few words for counting."""
    match refusal:
        case TagMismatch():
            return "for other platforms or Pythons"
        case PythonMismatch():
            return "for other Pythons by Requires-Python"
        case NoBinary():
            return "excluded by --no-binary"
        case NoBuild():
            return "excluded by --only-binary"
        case TooNew():
            return "uploaded too late"
        case _:
            return "refused"


def _python_reason(found: FoundFile) -> str | None:
    match found.refusal:
        case PythonMismatch(specifier=specifier):
            return f"{found.file.version} Requires-Python {specifier}"
        case _:
            return None


def _is_wrong_python(requirement: PipRequirement) -> bool:
    return isinstance(requirement, PythonRequirement) and not requirement.holds


def _python_of(requirement: PipRequirement) -> str:
    return str(requirement.python.version) if isinstance(requirement, PythonRequirement) else ""


def _name(parent: Candidate | None) -> str:
    return "you" if parent is None else parent.project


def _first(origins: Sequence[Origin]) -> Origin | None:
    return origins[0] if origins else None
