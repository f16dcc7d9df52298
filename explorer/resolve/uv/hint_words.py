"""The hints in words, as uv 0.13.8 has them (wheels-and-universal.md 9.4)."""

from __future__ import annotations

from typing import assert_never

from packaging.version import Version

from ...model.index import Index
from ...model.ranges import Range
from ...model.reasons import (
    BuildNeedsPython,
    FetchRefused,
    InconsistentMetadata,
    InvalidMetadata,
    InvalidPackage,
    NotCached,
)
from .range_words import is_plural, range_text, specifiers_text
from .reason_words import status_text

Incomplete = InvalidMetadata | InconsistentMetadata | InvalidPackage | FetchRefused | NotCached | BuildNeedsPython
"""Why the metadata of a version could not be had."""

OFFLINE = (
    "Packages were unavailable because the network was disabled. When the network is disabled, registry packages may "
    "only be read from the cache."
)
NO_INDEX = (
    "Packages were unavailable because index lookups were disabled and no additional package locations were provided "
    "(try: `--find-links <uri>`)"
)
OTHER_ENVIRONMENT = (
    "The resolution failed for an environment that is not the current one, consider limiting the environments with "
    "`tool.uv.environments`."
)


def other_python(active: str) -> str:
    return (
        f"While the active Python version is {active}, the resolution failed for other Python versions supported by "
        "your project. Consider limiting your project's supported Python versions using `requires-python`."
    )


def prerelease_requested(name: str, requested: Range, *, per_package: bool) -> str:
    return (
        f"`{name}` was requested with a pre-release marker (e.g., {_had(name, requested)}), but pre-releases weren't "
        f"enabled (try: `{_enable(name, per_package)}`)"
    )


def prerelease_available(name: str, version: Version, *, per_package: bool) -> str:
    return (
        f"Pre-releases are available for `{name}` in the requested range (e.g., {version}), but pre-releases weren't "
        f"enabled (try: `{_enable(name, per_package)}`)"
    )


def _enable(name: str, per_package: bool) -> str:
    return f"--prerelease-package {name}=allow" if per_package else "--prerelease=allow"


def incomplete(name: str, version: Version, reason: Incomplete) -> str:
    """The metadata of a version could not be had."""
    subject = f"`{name}` (v{version})"
    match reason:
        case NotCached():
            return OFFLINE
        case InvalidMetadata(detail):
            return f"Metadata for {subject} could not be parsed:\n  {detail}"
        case InconsistentMetadata(stated, expected):
            return f"Metadata for {subject} was inconsistent:\n  it states {stated}, but {expected} was expected"
        case InvalidPackage(detail):
            return f"The structure of {subject} was invalid:\n  {detail}"
        case FetchRefused(status):
            return f"Metadata for {subject} could not be fetched; the server returned: `{status_text(status)}`"
        case BuildNeedsPython(specifier, python):
            return (
                f"The source distribution for {subject} does not include static metadata. Generating metadata for "
                f"this package requires Python {specifier}, but Python {python} is installed."
            )
        case _:
            assert_never(reason)


def unchecked_index(name: str, versions: Range, found: Index, following: Index) -> str:
    return (
        f"`{name}` was found on {found.url}, but not at the requested version ({_had(name, versions)}). A compatible "
        f"version may be available on a subsequent index (e.g., {following.url}). By default, uv will only consider "
        "versions that are published on the first index that contains a given package, to avoid dependency confusion "
        "attacks. If all indexes are equally trusted, use `--index-strategy unsafe-best-match` to consider all "
        "versions from all indexes, regardless of the order in which they were defined."
    )


def unauthorized(index: Index, name: str, not_asked: tuple[str, ...]) -> str:
    later = _later(name, 401, not_asked)
    return (
        f"An index URL ({index.url}) could not be queried due to a lack of valid authentication credentials "
        f"(401 Unauthorized){'. ' + later if later else ''}"
    )


def forbidden(index: Index, name: str, not_asked: tuple[str, ...], *, answered_others: bool) -> str:
    """`answered_others`: the index has answered another request."""
    if answered_others:
        return (
            f"An index ({index.url}) returned a 403 Forbidden error, but uv received a successful response from "
            "another request to the index. If the failing package is not present on this index, consider adding "
            "`ignore-error-codes = [403]` to the index's `[[tool.uv.index]]` entry to continue searching across "
            "indexes."
        )
    later = _later(name, 403, not_asked)
    return (
        f"An index ({index.url}) returned a 403 Forbidden error. Check that the index URL is correct and the "
        f"credentials are valid.{' ' + later if later else ''}"
    )


def _later(name: str, status: int, not_asked: tuple[str, ...]) -> str:
    """What the refusal of one index means for those behind it (our own words)."""
    if not not_asked:
        return ""
    verb = "is" if len(not_asked) == 1 else "are"
    return (
        f"The search for `{name}` ends there: {', '.join(not_asked)} {verb} not asked; `ignore-error-codes = "
        f"[{status}]` on this index lets it go on."
    )


def no_binary(name: str, *, all_packages: bool) -> str:
    return (
        f"A source distribution is required for `{name}` because using pre-built wheels is disabled "
        f"{_which(all_packages, 'no-binary', name)}"
    )


def no_build(name: str, *, all_packages: bool) -> str:
    return (
        f"Wheels are required for `{name}` because building from source is disabled "
        f"{_which(all_packages, 'no-build', name)}"
    )


def _which(all_packages: bool, option: str, name: str) -> str:
    if all_packages:
        return f"for all packages (i.e., with `--{option}`)"
    return f"for `{name}` (i.e., with `--{option}-package {name}`)"


def shadowed(package: str, dependency: str, *, several_members: bool) -> str:
    """A package from an index depends on the name of a workspace member."""
    yours = "one of your workspace members" if several_members else "your project"
    the = "the workspace member" if several_members else "the project"
    return (
        f"The package `{package}` depends on the package `{dependency}` but the name is shadowed by {yours}. Consider "
        f"changing the name of {the}."
    )


def depends_on_itself(name: str, *, several_members: bool) -> str:
    project = "workspace member" if several_members else "project"
    return (
        f"The {project} `{name}` depends on itself at an incompatible version. This is likely a mistake. If you "
        f"intended to depend on a third-party package named `{name}`, consider renaming the {project} `{name}` to "
        "avoid creating a conflict."
    )


def python_not_supported(name: str, versions: Range, needs: Range, asked: Range, source: str) -> str:
    """Pythons are asked for that a dependency does not support; `source` is where: a setting's name, or "" for the
    interpreter.
    """
    verb = "support" if is_plural(versions) else "supports"
    needed = specifiers_text(needs)
    example = f"(e.g., {_had(name, versions)} only {verb} {needed})"
    if not source:
        return (
            f"The Python interpreter uses a Python version that is not supported by your dependencies {example}. "
            "Consider passing a `--python-version` value to raise the minimum supported version."
        )
    advice = "Consider using a higher `--python-version` value."
    if source == "requires-python":
        advice = f"Consider using a more restrictive `requires-python` value (like {needed})."
    return (
        f"The `{source}` value ({specifiers_text(asked)}) includes Python versions that are not supported by your "
        f"dependencies {example}. {advice}"
    )


def _had(name: str, versions: Range) -> str:
    return range_text(name, versions, "had").rstrip()
