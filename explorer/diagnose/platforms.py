"""Rules about platforms: what is solved for, what a wheel is made for, and what can be installed here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from ..events import RequirementAdded
from ..model.reasons import MissingPlatform, TagMismatch
from ..settings.settings import StaticMetadata
from ..what_if.toggle import (
    AllowBuilds,
    LimitEnvironments,
    RequireEnvironments,
    ResolveFor,
    StateMetadata,
    SwitchIndex,
    Toggle,
)
from .case import Case
from .diagnosis import Diagnosis
from .listed import platform_here, platform_of, refused_file
from .words import names

MOST_SHOWN = 4
_PLATFORM_NAMES = {"darwin": "macos", "win32": "windows", "linux": "linux"}
"""`sys_platform` → what `--python-platform` calls it."""
_PYTHON_TAG = re.compile(r"cp(\d)(\d+)")


def environments_do_not_choose(case: Case) -> Iterator[Diagnosis]:
    """F35: `environments` is set, and still a file for a platform outside of it was read."""
    refused = refused_file(case, 404) or refused_file(case, 403)
    limited = case.settings.target.environments
    if refused is None or not limited or case.settings.mode != "universal":
        return
    platform = platform_of(refused.filename)
    if platform is None or any(marker.evaluate({**case.host, "sys_platform": platform}) for marker in limited):
        return
    yield Diagnosis(
        rule="F35",
        severity="note",
        claim=f"environments = {' | '.join(map(str, limited))} limits what is solved for; it does not change which "
        f"file is read for metadata: still {refused.filename}, the first by name.",
        evidence=refused.evidence,
    )


def required_environment_missing(case: Case) -> Iterator[Diagnosis]:
    """F35: versions were refused because they have no wheel for an environment that is demanded."""
    rows = [r for r in case.leaves if isinstance(r.body.refusal, MissingPlatform)]
    if not rows or case.unsatisfiable is None:
        return
    refusal = rows[0].body.refusal
    assert isinstance(refusal, MissingPlatform)
    packages = list(dict.fromkeys(term.package for row in rows for term in row.body.terms if term.positive))
    target = case.settings.target
    toggles: list[Toggle] = [RequireEnvironments(())] if target.required_environments else []
    toggles += [LimitEnvironments(())] if target.environments else []
    yield Diagnosis(
        rule="F35",
        severity="error",
        claim=f"{names(packages)} has no wheel for {refusal.marker}, which "
        "required-environments (from uv 0.10.11 on environments too) demands.",
        evidence=tuple(r.number for r in rows[:MOST_SHOWN]),
        toggles=tuple(toggles),
    )


def build_for_another_platform(case: Case) -> Iterator[Diagnosis]:
    """F01: a build failed for a package that is only needed elsewhere."""
    failed = case.failed
    if failed is None or failed.body.kind != "build" or case.settings.mode != "universal":
        return
    for row in reversed(case.requirements):
        if row.body.marker and _mentions(failed.body.message, row.body):
            yield Diagnosis(
                rule="F01",
                severity="error",
                claim=f"{row.body.package} is needed only where {row.body.marker} (by {row.body.parent or 'you'}), but "
                "a universal resolution needs its metadata everywhere, and must build it here: that failed.",
                evidence=(row.number, failed.number),
                toggles=(
                    ResolveFor(),
                    LimitEnvironments((f"sys_platform == '{platform_here(case)}'",)),
                    StateMetadata(StaticMetadata(canonicalize_name(row.body.package), None, (), None, ())),
                ),
                would_tell=f"what {row.body.package} requires, for dependency-metadata: its build would have said",
            )
            return


def no_file_for_host(case: Case) -> Iterator[Diagnosis]:
    """F02: the lock is right, and nothing of it can be installed here."""
    failed = case.failed
    if failed is None or failed.body.kind != "install":
        return
    package = next((c for c in reversed(case.chosen) if f"{c.body.package}" in failed.body.message), None)
    marker = f"sys_platform == '{platform_here(case)}'"
    yield Diagnosis(
        rule="F02",
        severity="error",
        claim=f"{failed.body.message} A universal resolution asks for a wheel for some platform, not for this one.",
        evidence=(failed.number, *((package.number,) if package else ())),
        toggles=(RequireEnvironments((marker,)),),
    )


def local_version_of_some_platforms(case: Case) -> Iterator[Diagnosis]:
    """F17: the version that cannot be installed here is a local one, listed for other platforms only."""
    failed = case.failed
    if failed is None or failed.body.kind != "install":
        return
    chosen = next((c for c in reversed(case.chosen) if c.body.package in failed.body.message), None)
    if chosen is None or "+" not in chosen.body.version:
        return
    body = chosen.body
    places = sorted({platform_of(v.filename) or "any platform" for v in body.verdicts})
    pinned = [r for r in case.requirements_for.get(body.package, ()) if r.body.parent is None]
    unmarked = [r for r in pinned if not r.body.marker]
    source = " No marker limits where it is required." if unmarked else ""
    yield Diagnosis(
        rule="F17",
        severity="warning",
        claim=f"{body.index} lists {body.package} {body.version}, a local version, for {names(places)}; here it would "
        f"have to be for {platform_here(case)}.{source}",
        evidence=(chosen.number, failed.number, *(r.number for r in unmarked[:MOST_SHOWN])),
        toggles=(RequireEnvironments((f"sys_platform == '{platform_here(case)}'",)), SwitchIndex(body.index, False)),
        would_tell=f"the page of {body.package} on another index: whether it has files for {platform_here(case)}",
    )


def no_matching_tags(case: Case) -> Iterator[Diagnosis]:
    """F34: no wheel of a version fits the target, and there is no sdist to build."""
    if case.resolved is not None:
        return
    told: set[str] = set()
    unsatisfied = _unsatisfied(case)
    for chosen in case.chosen:
        body = chosen.body
        if body.for_install is not None or body.package in told or not body.verdicts:
            continue
        refusals = [v.refusal for v in body.verdicts if isinstance(v.refusal, TagMismatch)]
        if not refusals or body.package not in unsatisfied:
            continue
        told.add(body.package)
        part = refusals[0]
        yield Diagnosis(
            rule="F34",
            severity="error",
            claim=f"No file of {body.package} {body.version} fits {body.environment}: of {len(body.verdicts)} files "
            f"{len(refusals)} have other tags (the {part.part} tag is {part.wheel}; here it would be {part.target}).",
            evidence=(chosen.number,),
            toggles=(
                *((AllowBuilds(True, body.package),) if case.settings.files.no_build else ()),
                *_where_it_fits(case, part),
            ),
        )


def _where_it_fits(case: Case, refusal: TagMismatch) -> Iterator[Toggle]:
    """What if it were resolved for what the wheel is made for? Says whether the tag alone stands in the way."""
    if case.profile.tool != "uv" or case.settings.mode == "universal":
        return
    platform = platform_of(f"x-{refusal.wheel}.whl") if refusal.part == "platform" else None
    version = _PYTHON_TAG.fullmatch(refusal.wheel) if refusal.part == "python" else None
    if platform is not None:
        yield ResolveFor(_PLATFORM_NAMES[platform])
    elif version is not None:
        yield ResolveFor(None, f"{version[1]}.{version[2]}")


def _unsatisfied(case: Case) -> set[str]:
    """Packages of which a version was refused, in a run without a solution."""
    if case.unsatisfiable is None and case.failed is None:
        return set()
    return {str(canonicalize_name(r.body.package)) for r in case.judged if r.body.refusal is not None}


def _mentions(message: str, row: RequirementAdded) -> bool:
    return canonicalize_name(row.package) in message.lower().replace("_", "-")


RULES = (
    environments_do_not_choose,
    required_environment_missing,
    build_for_another_platform,
    no_file_for_host,
    local_version_of_some_platforms,
    no_matching_tags,
)
