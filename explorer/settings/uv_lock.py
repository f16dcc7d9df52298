"""What of an existing lock counts for a uv command: it may hold as it is, or give preferences and forks."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.markers import Marker

from ..model.index import Index
from ..model.origin import DEFAULT, Origin
from .lock_validity import LockVerdict, ProjectState, judge_lock
from .settings import LockedPackage, Preference, StaticMetadata
from .uv_indexes import UvIndexes
from .uv_inputs import UvInputs
from .uv_options import Upgrade, read_exclude_newer
from .uv_project import WorkspaceReading


@dataclass(frozen=True, slots=True)
class LockUse:
    """The parts of a lock that count."""

    preferences: tuple[Preference, ...] = ()
    packages: tuple[LockedPackage, ...] = ()
    markers: tuple[Marker, ...] = ()
    is_current: bool = False


def read_lock_use(
    inputs: UvInputs,
    reading: WorkspaceReading,
    indexes: UvIndexes,
    upgrade: Upgrade,
    metadata: tuple[StaticMetadata, ...],
) -> LockUse:
    """Judge the lock; what it is used for, and why not for more, is noted. Warns where --frozen has none to rest on."""
    lock = reading.lock
    if lock is None:
        _warn_of_missing_lock(inputs)
        return LockUse()
    verdict = _verdict(inputs, reading, indexes, upgrade, metadata)
    origin = Origin("file", lock.file.shown)
    match verdict.use:
        case "everything":
            inputs.notes.note("lock", "holds as it is: no index is asked for it", origin)
        case "nothing":
            inputs.notes.leave("lock", lock.file.shown, origin, verdict.because)
        case "versions" | "versions and forks":
            inputs.notes.note("lock", f"resolved again, its {verdict.use} are preferred: {verdict.because}", origin)
    keeps_versions = verdict.use != "nothing"
    return LockUse(
        preferences=upgrade.kept(lock.preferences) if keeps_versions else (),
        packages=lock.packages,
        markers=lock.markers if verdict.use in ("versions and forks", "everything") else (),
        is_current=verdict.use == "everything",
    )


def _warn_of_missing_lock(inputs: UvInputs) -> None:
    for name in ("frozen", "locked"):
        given = inputs.layers.switch(name)
        if given is not None and given.is_on:
            made = "the answer is for the lock that uv would make"
            inputs.notes.warn(f"There is no uv.lock yet, so {given.origin} would stop uv; {made}.")


def _verdict(
    inputs: UvInputs,
    reading: WorkspaceReading,
    indexes: UvIndexes,
    upgrade: Upgrade,
    metadata: tuple[StaticMetadata, ...],
) -> LockVerdict:
    lock, layers = reading.lock, inputs.layers
    assert lock is not None
    if not reading.members:
        return LockVerdict("versions and forks", "the explorer resolves scripts again")
    if inputs.kind == "uv add":
        return LockVerdict("versions and forks", "requirements are added")
    resolution, fork = layers.one("resolution"), layers.one("fork-strategy")
    prerelease, newer = layers.one("prerelease"), read_exclude_newer(inputs)
    stable_first = inputs.profile.text("prerelease_rule") == "stable first"
    default_prerelease = "if-necessary" if stable_first else "if-necessary-or-explicit"
    refresh = layers.is_on("refresh") or bool(layers.stated("refresh-package"))
    refresh = refresh and inputs.profile.holds("refresh_resolves_again")
    state = ProjectState(
        members=reading.members,
        requires_python=reading.requires_python,
        environments=reading.environments,
        required_environments=reading.required_environments,
        conflicts=reading.conflicts,
        constraints=reading.constraints,
        overrides=reading.overrides,
        build_constraints=reading.build_constraints,
        excludes=reading.excludes,
        dependency_metadata=metadata,
        indexes=_configured(indexes),
        resolution=resolution.value.lower() if resolution else "highest",
        fork_strategy=fork.value.lower() if fork else "requires-python",
        prerelease=prerelease.value.lower() if prerelease else default_prerelease,
        default_prerelease=default_prerelease,
        exclude_newer=newer,
        upgrade_all=upgrade.everything,
        upgrade_some=bool(upgrade.packages),
        refresh=refresh,
    )
    return judge_lock(lock, state)


def _configured(indexes: UvIndexes) -> tuple[Index, ...]:
    """All indexes where any is configured; none where PyPI is asked by default: then any registry will do."""
    if all(index.origin == DEFAULT for index in indexes.listed) and not indexes.flat:
        return ()
    return (*indexes.listed, *indexes.pinned, *indexes.flat)
