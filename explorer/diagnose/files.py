"""Rules about files: what the index lists and does not serve, and what was read."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..events import MetadataRead, RequirementAdded
from ..model.reasons import ContentFailure, InconsistentMetadata
from ..settings.settings import StaticMetadata
from ..what_if.toggle import (
    AllowWheels,
    IgnoreStatus,
    LimitEnvironments,
    ReadMetadataFrom,
    ResolveFor,
    StateMetadata,
    SwitchIndex,
    Toggle,
    UseProfile,
)
from .case import Case, Exchange, Row
from .diagnosis import Diagnosis
from .listed import Refused, other_wheels, platform_here, platform_of, refused_file
from .words import names

IGNORES_FILES_SINCE = "uv@0.11.27"
"""The first release that obeys ignore-error-codes for files (profiles: `ignore_codes_for_files`)."""
MOST_SHOWN = 4


def listed_but_missing(case: Case) -> Iterator[Diagnosis]:
    """F12: the file that is read for its metadata is listed, but not served."""
    refused = refused_file(case, 404)
    if refused is None:
        return
    universal = case.settings.mode == "universal"
    named = f"{refused.package} {refused.version}"
    rule = " uv reads the metadata of one file" + (" for all platforms, the first by name," if universal else "")
    here = _for_here(case, refused)
    other = f" The page also lists {here}, for {platform_here(case)}; it was not asked for." if here else ""
    toggles: list[Toggle] = [StateMetadata(_stated(refused))]
    if here:
        toggles.append(ReadMetadataFrom(refused.package, refused.version, here))
    if universal:
        toggles.append(ResolveFor())
    if universal and not case.settings.target.environments:
        toggles.append(LimitEnvironments((f"sys_platform == '{platform_here(case)}'",)))
    if case.profile.tool == "uv" and case.profile.holds("ignore_codes_for_files"):
        toggles.append(IgnoreStatus(refused.index, 404, True))
    yield Diagnosis(
        rule="F12",
        severity="error",
        claim=f"{refused.index} lists {refused.filename} of {named}, but answers 404 for it."
        f"{rule} and tries no other.{other}",
        evidence=refused.evidence,
        toggles=tuple(toggles) if case.profile.tool == "uv" else (),
        would_tell=f"the metadata of {here or f'another file of {named}'}: what {named} requires",
    )


def blocked_file(case: Case) -> Iterator[Diagnosis]:
    """F28: the page lists a version whose file is refused."""
    refused = refused_file(case, 403)
    if refused is None or case.profile.tool != "uv":
        return
    served = [e for e in case.page_exchanges(refused.index) if e.start.body.package == refused.package]
    if served and served[-1].start.body.user != refused.exchange.start.body.user:
        return
    ignore = IgnoreStatus(refused.index, 403, True)
    obeyed = case.profile.holds("ignore_codes_for_files")
    yield Diagnosis(
        rule="F28",
        severity="error",
        claim=f"{refused.index} lists {refused.filename}, and refuses the file with 403 to the user that it gave the "
        "page: a repository firewall may block this version.",
        evidence=(*(n for e in served for n in e.evidence), *refused.evidence),
        toggles=(ignore,) if obeyed else (ignore, UseProfile(IGNORES_FILES_SINCE)),
        would_tell=f"another version of {refused.package} from {refused.index}: whether only this one is refused",
    )


def unreadable_page(case: Case) -> Iterator[Diagnosis]:
    """F29: an answer of a wrong type, or one that does not parse."""
    for answer in case.answers:
        body = answer.body
        if not body.detail or body.status is None or body.status >= 400 or body.meaning not in ("abort", "skipped"):
            continue
        exchange = case.exchanges.get(body.requests[-1]) if body.requests else None
        excerpt = exchange.end.body.excerpt.strip().splitlines()[:1] if exchange and exchange.end else []
        begins = f" It begins {excerpt[0][:60]!r}." if excerpt else ""
        yield Diagnosis(
            rule="F29",
            severity="error" if body.meaning == "abort" else "warning",
            claim=f"{body.index} answered {body.status} for {body.package} with something that is no page: "
            f"{body.detail}.{begins}",
            evidence=(answer.number, *(exchange.evidence if exchange else ())),
            toggles=(SwitchIndex(body.index, False),),
        )


def no_ranges(case: Case) -> Iterator[Diagnosis]:
    """F30: wheels were read as a whole for their metadata."""
    by_index: dict[str, list[tuple[Row[MetadataRead], Exchange]]] = {}
    for row in case.metadata:
        if row.body.way == "streamed wheel" and row.body.requests and case.profile.tool == "uv":
            exchange = case.exchanges.get(row.body.requests[-1])
            if exchange is not None and exchange.start.body.index:
                by_index.setdefault(exchange.start.body.index, []).append((row, exchange))
    for index, rows in by_index.items():
        total = sum(e.end.body.bytes for _, e in rows if e.end is not None)
        heads = [e for e in case.exchanges.values() if e.start.body.method == "HEAD" and e.start.body.index == index]
        why = f" (HEAD was answered {heads[0].status})" if heads else ""
        yield Diagnosis(
            rule="F30",
            severity="note",
            claim=f"{index} serves neither metadata beside wheels (PEP 658) nor parts of files{why}: {total} bytes "
            f"were read for the metadata of {len(rows)} wheel{'' if len(rows) == 1 else 's'}.",
            evidence=tuple(n for row, e in rows[:MOST_SHOWN] for n in (row.number, *e.evidence)),
        )


def inconsistent_metadata(case: Case) -> Iterator[Diagnosis]:
    """F32: a file whose metadata belongs to another version or project."""
    for row in case.metadata:
        refusal = row.body.refusal
        if isinstance(refusal, InconsistentMetadata):
            yield Diagnosis(
                rule="F32",
                severity="warning",
                claim=f"{row.body.filename} is a file of {row.body.package} {refusal.expected}, but its metadata says "
                f"version {refusal.stated}: the version is unusable. All wheels of a version should agree.",
                evidence=(row.number, *_evidence_of(case, row.body.requests)),
                toggles=tuple(
                    ReadMetadataFrom(row.body.package, row.body.version, name)
                    for name in other_wheels(case, row.body)[:2]
                ),
            )
    failed = case.failed
    if failed is not None and isinstance(failed.body.failure, ContentFailure) and failed.body.request is not None:
        exchange = case.exchanges.get(failed.body.request)
        if exchange is not None and exchange.start.body.purpose in ("wheel", "metadata", "sdist"):
            yield Diagnosis(
                rule="F32",
                severity="error",
                claim=f"The metadata of {exchange.start.body.url.filename} cannot be right: "
                f"{failed.body.failure.detail}.",
                evidence=(failed.number, *exchange.evidence),
                toggles=(AllowWheels(False, exchange.start.body.package),) if exchange.start.body.package else (),
            )


def extra_of_another_wheel(case: Case) -> Iterator[Diagnosis]:
    """F32: a requested extra is not in the metadata of the one wheel that was read, and others were not read."""
    if case.profile.tool != "uv":
        return
    told: set[tuple[str, str]] = set()
    for row in case.metadata:
        body = row.body
        asked = case.requirements_for.get(canonicalize_name(body.package), ())
        has = {canonicalize_name(extra) for extra in body.extras}
        rows = [r for r in asked if _extras_of(r.body) - has]
        others = other_wheels(case, body) if rows and platform_of(body.filename) else []
        if not others or (body.package, body.version) in told:
            continue
        told.add((body.package, body.version))
        lacking = sorted(set[str]().union(*(_extras_of(r.body) - has for r in rows)))
        yield Diagnosis(
            rule="F32",
            severity="warning",
            claim=f"{body.package} {body.version} is required with {names(lacking)}, and the metadata of "
            f"{body.filename} has no such extra. That wheel alone was read, for all; "
            f"the page also lists {names(others)}.",
            evidence=(row.number, *(r.number for r in rows[:MOST_SHOWN])),
            toggles=(ReadMetadataFrom(body.package, body.version, others[0]),),
            would_tell=f"the metadata of {names(others)}: whether these have it",
        )


def _for_here(case: Case, refused: Refused) -> str | None:
    """A wheel of the same version for the platform of this machine, where the refused one is for another."""
    here = platform_here(case)
    if platform_of(refused.filename) in (None, here):
        return None
    files = (f.filename for f in refused.page.body.files if f.version == refused.version and f.refusal is None)
    return next((name for name in files if platform_of(name) == here), None)


def _stated(body: Refused) -> StaticMetadata:
    """An entry of dependency-metadata that requires nothing: it shows whether anything else stands in the way."""
    try:
        version: Version | None = Version(body.version)
    except InvalidVersion:
        version = None
    return StaticMetadata(canonicalize_name(body.package), version, (), None, ())


def _extras_of(row: RequirementAdded) -> set[str]:
    try:
        return {canonicalize_name(extra) for extra in Requirement(row.requirement).extras}
    except InvalidRequirement:
        return set()


def _evidence_of(case: Case, requests: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for r in requests if r in case.exchanges for n in case.exchanges[r].evidence)


RULES = (
    listed_but_missing,
    blocked_file,
    unreadable_page,
    inconsistent_metadata,
    extra_of_another_wheel,
    no_ranges,
)
