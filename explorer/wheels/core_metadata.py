"""Core metadata as a resolver uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from packaging.utils import NormalizedName
from packaging.version import Version

from ..model.reasons import VersionRefusal
from ..model.requirement import Requirement

MetadataWay = Literal[
    "sidecar",
    "range",
    "streamed wheel",
    "static sdist",
    "built sdist",
    "dependency-metadata",
    "local folder",
    "recorded",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreMetadata:
    """Name, version, and what the version requires. `requires` keep their `extra` markers; `extras` are normalized."""

    name: NormalizedName
    version: Version
    requires: tuple[Requirement, ...] = ()
    requires_python: str | None = None
    extras: frozenset[NormalizedName] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataResult:
    """What reading the metadata of a version gave: the metadata, or the refusal of that version.

    Failures that end the run are `FetchError` (or `BuildError`), never a value of this type.
    """

    metadata: CoreMetadata | None
    refusal: VersionRefusal | None
    way: MetadataWay
    filename: str
    requests: tuple[int, ...] = ()
