"""Why something was refused or stopped: closed unions of values with their data, never sentences.

Sentences over these live in `view/words.py` (panes) and `resolve/report.py` (the failure's report).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class NotADistribution:
    """The name of a file on a page is no wheel or sdist name; `detail` says what is wrong with it."""

    detail: str


@dataclass(frozen=True, slots=True)
class OtherPackage:
    """A file of another project stands on the page (`name` is that project)."""

    name: str


@dataclass(frozen=True, slots=True)
class BadRequiresPython:
    """The listed Requires-Python does not parse: uv drops the file, pip keeps it (indexes.md section 5)."""

    text: str


@dataclass(frozen=True, slots=True)
class Yanked:
    """PEP 592; `reason` may be empty."""

    reason: str


@dataclass(frozen=True, slots=True)
class TooNew:
    """Uploaded at or after the exclude-newer instant; `uploaded` is None where the index states no time (PEP 700)."""

    uploaded: str | None
    cut: str


@dataclass(frozen=True, slots=True)
class NoBinary:
    """A wheel, but --no-binary holds for the package."""


@dataclass(frozen=True, slots=True)
class NoBuild:
    """An sdist, but --no-build / --only-binary holds for the package."""


TagPart = Literal["invalid", "python", "abi", "free-threaded abi", "abi python version", "python version", "platform"]


@dataclass(frozen=True, slots=True)
class TagMismatch:
    """No tag of the wheel is in the target's list (wheels-and-universal.md 1.3).

    `part` is the closest part that fails, `wheel` what the wheel wants there, `target` an example of what the
    target has (`manylinux_2_28_x86_64` against `manylinux_2_17_x86_64`).
    """

    part: TagPart
    wheel: str
    target: str


@dataclass(frozen=True, slots=True)
class PythonMismatch:
    """Requires-Python `specifier` does not admit the target's `python`; `where` says who stated it."""

    specifier: str
    python: str
    where: Literal["page", "metadata"] = "page"


@dataclass(frozen=True, slots=True)
class NotPep625:
    """An sdist whose name or ending PEP 625 does not allow (uv 0.12.0+)."""


@dataclass(frozen=True, slots=True)
class UnsupportedVariant:
    """A wheel with a variant label."""


@dataclass(frozen=True, slots=True)
class HashMismatch:
    """No hash of the file is among those required."""


@dataclass(frozen=True, slots=True)
class MissingPlatform:
    """Wheels of the version leave a required environment (`marker`) uncovered."""

    marker: str


FileRefusal = (
    NotADistribution
    | OtherPackage
    | BadRequiresPython
    | Yanked
    | TooNew
    | NoBinary
    | NoBuild
    | TagMismatch
    | PythonMismatch
    | NotPep625
    | UnsupportedVariant
    | HashMismatch
    | MissingPlatform
)
"""Why one file cannot be used."""


@dataclass(frozen=True, slots=True)
class NoFiles:
    """A version without any file that counts."""


@dataclass(frozen=True, slots=True)
class InvalidMetadata:
    """METADATA that does not parse."""

    detail: str


@dataclass(frozen=True, slots=True)
class InconsistentMetadata:
    """METADATA of another version than the file name says."""

    stated: str
    expected: str


@dataclass(frozen=True, slots=True)
class InvalidPackage:
    """A wheel or sdist whose archive is broken or has no (or several) .dist-info."""

    detail: str


@dataclass(frozen=True, slots=True)
class NotCached:
    """Offline and not in the cache."""


@dataclass(frozen=True, slots=True)
class FetchRefused:
    """A file answered a status that its index is told to ignore (uv 0.11.27+)."""

    status: int


@dataclass(frozen=True, slots=True)
class ImpossibleSpecifier:
    """A dependency asks for an empty set of versions (`>2,<1`)."""

    requirement: str


@dataclass(frozen=True, slots=True)
class BuildNeedsPython:
    """An sdist must be built, but the interpreter here does not satisfy its Requires-Python."""

    specifier: str
    python: str


VersionRefusal = (
    FileRefusal
    | NoFiles
    | InvalidMetadata
    | InconsistentMetadata
    | InvalidPackage
    | NotCached
    | FetchRefused
    | ImpossibleSpecifier
    | BuildNeedsPython
)
"""Why a version cannot be used although it exists."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """No index of the search list has the package."""


@dataclass(frozen=True, slots=True)
class NoIndex:
    """--no-index, and no find-links location has it."""


@dataclass(frozen=True, slots=True)
class OfflineNotCached:
    """Offline, and no page of it is cached."""


@dataclass(frozen=True, slots=True)
class SearchStoppedBy:
    """A status ended the search (uv 0.7.0+: 401 or 403, not ignored); later indexes were not asked."""

    index: str
    status: int


PackageRefusal = NotFound | NoIndex | OfflineNotCached | SearchStoppedBy | InvalidMetadata | InvalidPackage
"""Why a package has no versions at all."""


@dataclass(frozen=True, slots=True)
class StatusFailure:
    """An HTTP status that ends the run."""

    status: int


@dataclass(frozen=True, slots=True)
class ConnectionFailure:
    """No answer: refused, reset, DNS, TLS or time-out; `kind` is one of these words, `detail` is masked."""

    kind: Literal["refused", "reset", "dns", "tls", "timeout", "protocol", "proxy"]
    detail: str


@dataclass(frozen=True, slots=True)
class ContentFailure:
    """An answer with a wrong or missing Content-Type, or a body that does not parse."""

    detail: str


@dataclass(frozen=True, slots=True)
class MissingCredentials:
    """`authenticate = "always"` and no (complete) credentials: refused before a request (auth.md section 4)."""

    detail: str


@dataclass(frozen=True, slots=True)
class BodyTooLarge:
    """An answer over the size limit of the explorer itself."""

    limit: int


FetchFailure = StatusFailure | ConnectionFailure | ContentFailure | MissingCredentials | BodyTooLarge
"""Why a URL gave nothing usable; with it the run ends unless a rule says otherwise."""
