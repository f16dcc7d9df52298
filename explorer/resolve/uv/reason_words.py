"""How uv words a refusal, for one version and for several (wheels-and-universal.md 9.1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import assert_never

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from ...model.reasons import (
    BadRequiresPython,
    BuildNeedsPython,
    FetchRefused,
    HashMismatch,
    ImpossibleSpecifier,
    InconsistentMetadata,
    InvalidMetadata,
    InvalidPackage,
    MissingPlatform,
    NoBinary,
    NoBuild,
    NoFiles,
    NoIndex,
    NotADistribution,
    NotCached,
    NotFound,
    NotPep625,
    OfflineNotCached,
    OtherPackage,
    PackageRefusal,
    PythonMismatch,
    SearchStoppedBy,
    TagMismatch,
    TooNew,
    UnsupportedVariant,
    VersionRefusal,
    Yanked,
)

PACKAGE_REFUSALS = (NotFound, NoIndex, OfflineNotCached, SearchStoppedBy)

_DETAILED = (InvalidMetadata, InconsistentMetadata, InvalidPackage, TagMismatch)
"""Refusals whose details (which wheel, which line) do not make another reason of them."""

_TAG_PARTS = {
    "invalid": "no wheels with valid tags",
    "python": "no wheels with a matching Python implementation tag",
    "abi": "no wheels with a matching Python ABI tag",
    "free-threaded abi": "no wheels with a free-threading compatible ABI tag",
    "abi python version": "no wheels with a matching Python version tag",
    "python version": "no wheels with a matching Python version tag",
    "platform": "no wheels with a matching platform tag",
}

_SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}


def is_package_refusal(reason: VersionRefusal | PackageRefusal) -> bool:
    """The package has no versions at all, rather than versions that cannot be used."""
    return isinstance(reason, PACKAGE_REFUSALS)


def same_reason(one: VersionRefusal | PackageRefusal, other: VersionRefusal | PackageRefusal) -> bool:
    """Versions refused for these reasons are refused for one and the same."""
    if isinstance(one, TagMismatch) and isinstance(other, TagMismatch):
        return _TAG_PARTS[one.part] == _TAG_PARTS[other.part]
    if isinstance(one, PythonMismatch) and isinstance(other, PythonMismatch):
        return one.specifier == other.specifier
    return one == other or (type(one) is type(other) and isinstance(one, _DETAILED))


def status_text(status: int) -> str:
    """`404 Not Found`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} <unknown status code>"


def impossible_requirement(text: str) -> str:
    """`a>2 and a<1, which are incompatible`; the text as it is where it is no requirement."""
    try:
        requirement = Requirement(text)
        specifiers = sorted(requirement.specifier, key=lambda s: Version(s.version.removesuffix(".*")))
    except (InvalidRequirement, InvalidVersion):
        return f"{text}, which does not allow any versions"
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    parts = " and ".join(f"{requirement.name}{extras}{specifier}" for specifier in specifiers)
    end = "which are incompatible" if len(specifiers) > 1 else "which does not allow any versions"
    return f"{parts}, {end}"


def refusal_clause(refusal: VersionRefusal | PackageRefusal, *, plural: bool) -> str:
    """The predicate behind a package: `was not found in the package registry`, `have no usable wheels`."""
    verb, text = _clause(refusal)
    if plural:
        verb = {"has": "have", "was": "were", "requires": "require", "needs": "need", "depends": "depend"}.get(
            verb, verb
        )
    return f"{verb} {text}"


def _clause(refusal: VersionRefusal | PackageRefusal) -> tuple[str, str]:
    match refusal:
        case NotFound() | SearchStoppedBy():
            return "was", "not found in the package registry"
        case NoIndex():
            return "was", "not found in the provided package locations"
        case OfflineNotCached():
            return "was", "not found in the cache"
        case NotCached():
            return "needs", "to be downloaded from a registry"
        case InvalidMetadata():
            return "has", "invalid metadata"
        case InconsistentMetadata():
            return "has", "inconsistent metadata"
        case InvalidPackage():
            return "has", "an invalid package format"
        case FetchRefused(status):
            return "could", f"not be fetched from the network (`{status_text(status)}`)"
        case ImpossibleSpecifier(requirement):
            return "depends", f"on {impossible_requirement(requirement)}"
        case PythonMismatch(specifier):
            return "requires", f"Python {specifier}"
        case BuildNeedsPython(specifier):
            return "requires", f"Python {specifier} to be built"
        case Yanked(reason):
            why = reason.strip().rstrip(".")
            return "was", f"yanked (reason: {why})" if why else "yanked"
        case TooNew(None):
            return "has", "no publish time"
        case TooNew():
            return "was", "published after the exclude newer time"
        case NoBinary():
            return "has", "no source distribution"
        case NoBuild():
            return "has", "no usable wheels"
        case TagMismatch(part, target=target):
            example = f" (e.g., `{target}`)" if target and part not in ("invalid", "free-threaded abi") else ""
            return "has", _TAG_PARTS[part] + example
        case MissingPlatform(marker):
            return "has", f"no {_platform(marker)}-compatible wheels"
        case NotPep625():
            return "has", "a non-PEP 625-compliant source distribution filename"
        case UnsupportedVariant():
            return "has", "only unsupported wheel variants"
        case HashMismatch():
            return "has", "no files with a matching hash"
        case NoFiles():
            return "has", "no available distributions"
        case NotADistribution(detail):
            return "has", f"no usable files ({detail})"
        case OtherPackage(name):
            return "has", f"only files of {name}"
        case BadRequiresPython(text):
            return "has", f"an invalid Requires-Python ({text})"
        case _:
            assert_never(refusal)


def _platform(marker: str) -> str:
    """`Linux` for `sys_platform == 'linux'`, else the marker itself."""
    for value, name in _SYSTEMS.items():
        if marker == f"sys_platform == '{value}'":
            return name
    return f"`{marker}`"
