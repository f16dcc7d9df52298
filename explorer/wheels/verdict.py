"""What each file of a version is good for, and what stands for the version (wheels 1.1): pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ..events import FileVerdict
from ..model.environment import Environment
from ..model.files import DistributionFile
from ..model.reasons import (
    FileRefusal,
    NoBinary,
    NoBuild,
    NoFiles,
    NotPep625,
    TagMismatch,
    TooNew,
    UnsupportedVariant,
    Yanked,
)
from .cutoff import upload_instant
from .rules import FileRules
from .tag_fit import TAG_ORDER, tag_fit
from .universal import UniversalTarget
from .version_files import VersionFiles

Target = Environment | UniversalTarget

HashVerdict = Literal[0, 1, 2]
"""Mismatched, missing, matched: a greater one is better."""

PEP625_ENDINGS: Final = (".tar.gz", ".zip")
"""Endings that uv 0.12.0 and later accept; `.zip` for the sake of old uploads."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One file with its verdict. `rank` is the position of its best tag, None in universal mode and for sdists."""

    file: DistributionFile
    refusal: FileRefusal | None
    rank: int | None = None
    hash: HashVerdict = 2


def judge_file(file: DistributionFile, target: Target, rules: FileRules) -> Judged:
    """The verdict on one file: the first rule that applies wins (wheels 1.1, step 2)."""
    first, second = (_too_new, _not_wanted) if rules.exclude_newer_first else (_not_wanted, _too_new)
    refusal: FileRefusal | None = first(file, rules) or second(file, rules) or _yanked(file, rules)
    if refusal is not None:
        return Judged(file, refusal)
    if not file.is_wheel:
        if rules.pep625_only and not file.filename.lower().endswith(PEP625_ENDINGS):
            return Judged(file, NotPep625())
        return Judged(file, None, hash=_hash_verdict(file, rules))
    if file.variant:
        return Judged(file, UnsupportedVariant())
    fit = _fit(file, target)
    if isinstance(fit, TagMismatch):
        return Judged(file, fit)
    return Judged(file, None, fit, _hash_verdict(file, rules))


def _too_new(file: DistributionFile, rules: FileRules) -> TooNew | None:
    """Uploaded at or after the cut, or without a time while there is one; flat locations state no times to judge."""
    if rules.exclude_newer is None or file.flat:
        return None
    uploaded = upload_instant(file.upload_time) if file.upload_time else None
    if uploaded is not None and uploaded < rules.exclude_newer:
        return None
    return TooNew(file.upload_time if uploaded is not None else None, rules.exclude_newer_text)


def _not_wanted(file: DistributionFile, rules: FileRules) -> NoBinary | NoBuild | None:
    if file.is_wheel:
        return NoBinary() if rules.no_binary else None
    return NoBuild() if rules.no_build else None


def _yanked(file: DistributionFile, rules: FileRules) -> Yanked | None:
    """PEP 592, unless the version is pinned (flat locations have no yanks)."""
    if file.yanked is False or file.flat or rules.all_yanked_allowed or file.version in rules.yanked_allowed:
        return None
    return Yanked(file.yanked)


def _hash_verdict(file: DistributionFile, rules: FileRules) -> HashVerdict:
    required = rules.hashes_for(file.version)
    if not required:
        return 2
    if not file.hashes:
        return 1
    return 2 if any(f"{name}:{digest}" in required for name, digest in file.hashes.items()) else 0


def _fit(file: DistributionFile, target: Target) -> int | TagMismatch | None:
    """The rank of the wheel's best tag, None in universal mode, or why no tag fits."""
    if isinstance(target, Environment):
        return tag_fit(file, target)
    if target.admits(file.python_tags, file.abi_tags):
        return None
    return TagMismatch("python version", file.python_tags if file.abi_tags == "none" else file.abi_tags, target.example)


def in_order(files: Sequence[DistributionFile]) -> tuple[DistributionFile, ...]:
    """The order in which uv looks at files: sdists, then wheels; flat ones before those of the index; by raw name."""
    return tuple(sorted(files, key=_place))


def _place(file: DistributionFile) -> tuple[bool, bool, str]:
    return (file.is_wheel, not file.flat, file.filename)


def verdicts_of(files: Sequence[DistributionFile], target: Target, rules: FileRules) -> tuple[FileVerdict, ...]:
    """The verdicts on all files of a version, in uv's order, for a `WheelChosen` event."""
    judged = (judge_file(file, target, rules) for file in in_order(files))
    return tuple(FileVerdict(one.file.filename, one.file.kind, one.refusal, one.rank) for one in judged)


def judge_version(files: Sequence[DistributionFile], target: Target, rules: FileRules) -> VersionFiles:
    """What stands for a version: the file that is read, the one that is installed, or the reason (wheels 1.1, 3-5)."""
    judged = [judge_file(file, target, rules) for file in in_order(files)]
    sdist = _best_sdist(one for one in judged if not one.file.is_wheel)
    wheel = _best_wheel(one for one in judged if one.file.is_wheel)
    read, install = _standing(wheel, sdist)
    if read is not None:
        read = _wanted_for_metadata(files, rules) or read
    refusal: FileRefusal | NoFiles | None = None
    if read is None:
        refusal = next(
            (one.refusal for one in (sdist, wheel) if one is not None and one.refusal is not None), NoFiles()
        )
    return VersionFiles(
        for_metadata=read,
        for_install=install,
        refusal=refusal,
        excluded=isinstance(refusal, TooNew),
        best_wheel=wheel.file if wheel is not None else None,
        usable_sdist=sdist.file if sdist is not None and sdist.refusal is None else None,
        usable_wheels=tuple(one.file for one in judged if one.file.is_wheel and one.refusal is None),
    )


def _standing(wheel: Judged | None, sdist: Judged | None) -> tuple[DistributionFile | None, DistributionFile | None]:
    """(file that is read, file that is installed); an unusable wheel is still read where an sdist is usable."""
    source = sdist if sdist is not None and sdist.refusal is None else None
    if wheel is not None and wheel.refusal is None:
        chosen = source if source is not None and source.hash > wheel.hash else wheel
        return chosen.file, chosen.file
    if source is None:
        return None, None
    if wheel is None or isinstance(wheel.refusal, TooNew | UnsupportedVariant):
        return source.file, source.file
    return wheel.file, source.file


def _wanted_for_metadata(files: Sequence[DistributionFile], rules: FileRules) -> DistributionFile | None:
    """The file that the user wants the metadata of this version read from, usable or not."""
    return next((file for file in files if rules.read_from.get(file.version) == file.filename), None)


def _best_sdist(judged: Iterable[Judged]) -> Judged | None:
    best: Judged | None = None
    for one in judged:
        if best is None or _is_better_sdist(one, best):
            best = one
    return best


def _is_better_sdist(new: Judged, best: Judged) -> bool:
    if new.refusal is None or best.refusal is None:
        return new.refusal is None and (best.refusal is not None or new.hash > best.hash)
    match new.refusal:
        case TooNew():
            return not isinstance(best.refusal, TooNew) or _uploaded(best.refusal) < _uploaded(new.refusal)
        case Yanked():
            return isinstance(best.refusal, NoBuild) or (isinstance(best.refusal, Yanked) and bool(best.refusal.reason))
        case _:
            return False


def _best_wheel(judged: Iterable[Judged]) -> Judged | None:
    """The first wheel that no later one strictly beats; wheels with a variant label only where there are no others."""
    best: Judged | None = None
    for one in judged:
        if best is None:
            best = one
        elif bool(one.file.variant) != bool(best.file.variant):
            best = best if one.file.variant else one
        elif _is_better_wheel(one, best):
            best = one
    return best


def _is_better_wheel(new: Judged, best: Judged) -> bool:
    if new.refusal is None or best.refusal is None:
        return new.refusal is None and (best.refusal is not None or _key(new) > _key(best))
    return _is_closer(new.refusal, best.refusal)


def _key(judged: Judged) -> tuple[int, int, tuple[int, str]]:
    """(hash verdict, tag priority, build tag); no build tag is less than any (wheels 1.1, step 3)."""
    return judged.hash, -(judged.rank or 0), judged.file.build or (-1, "")


def _is_closer(new: FileRefusal, best: FileRefusal) -> bool:
    """The refused wheel `new` was closer to being usable than `best` (uv 0.13.8's order of reasons, its ties included).

    Of two yanked wheels the later one counts where the earlier states a reason, of two too new ones the later upload.
    """
    if isinstance(new, TooNew) and isinstance(best, TooNew):
        return new.uploaded is None or (best.uploaded is not None and _uploaded(best) < _uploaded(new))
    if isinstance(new, TagMismatch) and isinstance(best, TagMismatch):
        return TAG_ORDER[new.part] > TAG_ORDER[best.part]
    if isinstance(new, Yanked) and isinstance(best, Yanked):
        return bool(best.reason)
    return _closeness(new) > _closeness(best)


def _closeness(refusal: FileRefusal) -> int:
    match refusal:
        case TooNew():
            return 3
        case TagMismatch() | UnsupportedVariant():
            return 2
        case Yanked():
            return 1
        case _:
            return 0


def _uploaded(refusal: TooNew) -> float:
    instant = upload_instant(refusal.uploaded) if refusal.uploaded else None
    return instant.timestamp() if instant is not None else float("-inf")
