"""Ends of a resolution that are no conflict: pip stops with these sentences as soon as it meets them."""

from __future__ import annotations

from ..solution import GaveUp, NoSolution
from .requirements import SpecifierRequirement


def unsupported_wheel(filename: str) -> NoSolution:
    """A direct wheel whose tags do not fit the target."""
    return NoSolution(f"{filename} is not a supported wheel on this platform", (), (), None)


def invalid_package(filename: str, detail: str) -> NoSolution:
    """An archive that is broken or has no metadata."""
    return NoSolution(f"{filename} is invalid: {detail}", (), (), None)


def hash_mismatch(filename: str) -> NoSolution:
    """The digest that the index states is none of those required."""
    hints = ("If the requirements were updated, update their hashes; otherwise treat the file with suspicion.",)
    return NoSolution(f"{filename} does not match the hashes of the requirements", (), hints, None)


def not_explored(place: str, why: str) -> NoSolution:
    """A direct reference that the explorer cannot read."""
    return NoSolution(f"{place} cannot be explored: {why}", (), (), None)


def broken_url_constraint(identifier: str) -> GaveUp:
    """A defect of pip up to 26.0: it takes the name with its extras for the name of the project."""
    return GaveUp(
        f"pip ends in an AssertionError: a constraint gives a URL for a project that is required as {identifier}",
        hints=("Require the project without extras beside it, or use pip 26.1 or newer.",),
    )


def check_hashes(template: SpecifierRequirement, hashes: frozenset[str] | None) -> None:
    """Hash-checking mode wants each requirement pinned by one `==` and hashed. Raises `NoSolution`."""
    specifiers = list(template.specifier)
    if len(specifiers) != 1 or specifiers[0].operator not in ("==", "==="):
        raise NoSolution(
            f"In --require-hashes mode, all requirements must be pinned with ==: {template} is not",
            (),
            (f"State a version and its hashes for {template.project}.",),
            None,
        )
    if hashes is None:
        raise NoSolution(
            f"In --require-hashes mode, all requirements must have a hash: {template} has none",
            (),
            (f"Add --hash=sha256:… for {template}.",),
            None,
        )
