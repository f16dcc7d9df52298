"""All files of one version, judged for one target: what is read, what would be installed, or why nothing can be."""

from __future__ import annotations

from dataclasses import dataclass

from ..events import FileVerdict
from ..model.files import DistributionFile
from ..model.reasons import FileRefusal, NoFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFiles:
    """The outcome of wheels-and-universal.md 1.1 for one version on one index.

    `for_metadata` is the file whose metadata is read, `for_install` the file that stands for the version (both None
    where the version is unusable; then `refusal` says why). `excluded` marks a version that exclude-newer drops: it is
    treated as if it did not exist. Verdicts are a function of the same inputs: `verdict.verdicts_of`, on demand.
    """

    for_metadata: DistributionFile | None
    for_install: DistributionFile | None
    refusal: FileRefusal | NoFiles | None = None
    excluded: bool = False
    best_wheel: DistributionFile | None = None
    usable_sdist: DistributionFile | None = None
    usable_wheels: tuple[DistributionFile, ...] = ()


Verdicts = tuple[FileVerdict, ...]
