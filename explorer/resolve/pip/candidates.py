"""What pip may pin for a name: a file of an index, an installed version, a name with extras, the Python itself.

Candidates are compared by identity: the `factory` makes one object for one file, as pip does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.listing import Listing
from ...model.files import DistributionFile
from ...wheels.core_metadata import CoreMetadata, MetadataResult

if TYPE_CHECKING:
    from .requirements import SpecifierRequirement

PYTHON: Final = "<Python>"
"""The identifier under which Requires-Python is resolved; no project can have this name."""


def identifier(name: NormalizedName, extras: frozenset[NormalizedName]) -> str:
    """What the resolver knows a project with extras by: `name`, or `name[a,b]` with sorted extras."""
    return f"{name}[{','.join(sorted(extras))}]" if extras else name


@dataclass(frozen=True, eq=False, kw_only=True)
class FileCandidate:
    """A file whose metadata was read. `template` is the requirement that made pip look at it (None: a direct one).

    `source` is the URL or path of a direct reference, None for a file that an index lists.
    """

    listing: Listing
    file: DistributionFile
    metadata: CoreMetadata
    read: MetadataResult
    why: str
    template: SpecifierRequirement | None = None
    source: str | None = None

    @property
    def project(self) -> NormalizedName:
        return self.metadata.name

    @property
    def identifier(self) -> str:
        return self.metadata.name

    @property
    def version(self) -> Version:
        return self.metadata.version

    def __str__(self) -> str:
        return f"{self.project} {self.version}" + (f" (from {self.source})" if self.source else "")


@dataclass(frozen=True, eq=False, kw_only=True)
class InstalledCandidate:
    """A version that is installed in the target already: pip reads its metadata from disk and requests nothing."""

    metadata: CoreMetadata

    @property
    def project(self) -> NormalizedName:
        return self.metadata.name

    @property
    def identifier(self) -> str:
        return self.metadata.name

    @property
    def version(self) -> Version:
        return self.metadata.version

    def __str__(self) -> str:
        return f"{self.project} {self.version} (installed)"


BaseCandidate = FileCandidate | InstalledCandidate


@dataclass(frozen=True, eq=False, kw_only=True)
class ExtrasCandidate:
    """`name[a,b]`: requires exactly `base` and what its extras require."""

    base: BaseCandidate
    extras: frozenset[NormalizedName]
    template: SpecifierRequirement | None = None

    @property
    def project(self) -> NormalizedName:
        return self.base.project

    @property
    def identifier(self) -> str:
        return identifier(self.base.project, self.extras)

    @property
    def version(self) -> Version:
        return self.base.version

    def __str__(self) -> str:
        return f"{self.identifier} {self.version}"


@dataclass(frozen=True, eq=False, kw_only=True)
class PythonCandidate:
    """The Python that Requires-Python is judged by."""

    version: Version

    @property
    def project(self) -> str:
        return PYTHON

    @property
    def identifier(self) -> str:
        return PYTHON

    def __str__(self) -> str:
        return f"Python {self.version}"


Candidate = FileCandidate | InstalledCandidate | ExtrasCandidate | PythonCandidate


def base_of(candidate: Candidate) -> BaseCandidate | None:
    """The candidate without its extras; None for the Python."""
    match candidate:
        case FileCandidate() | InstalledCandidate():
            return candidate
        case ExtrasCandidate(base=base):
            return base
        case PythonCandidate():
            return None


def template_of(candidate: Candidate) -> SpecifierRequirement | None:
    """The requirement that a file or its extras were first looked up for."""
    match candidate:
        case FileCandidate(template=template) | ExtrasCandidate(template=template):
            return template
        case _:
            return None
