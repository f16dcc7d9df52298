"""Rules about files: what the index lists and does not serve, and what was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..events import MetadataRead, PageRead, RequirementAdded
from ..model.reasons import ContentFailure, InconsistentMetadata, MissingPlatform, StatusFailure, TagMismatch
from ..settings.settings import StaticMetadata
from ..what_if.toggle import (
    AllowBuilds,
    AllowWheels,
    IgnoreStatus,
    LimitEnvironments,
    ReadMetadataFrom,
    RequireEnvironments,
    ResolveFor,
    StateMetadata,
    SwitchIndex,
    Toggle,
    UseProfile,
)
from .case import Case, Exchange, Row
from .diagnosis import Diagnosis
from .words import names

IGNORES_FILES_SINCE = "uv@0.11.27"
"""The first release that obeys ignore-error-codes for files (profiles: `ignore_codes_for_files`)."""
MOST_SHOWN = 4


def listed_but_missing(case: Case) -> Iterator[Diagnosis]:
    """F12: the file that is read for its metadata is listed, but not served."""
    refused = _refused_file(case, 404)
    if refused is None:
        return
    universal = case.settings.mode == "universal"
    named = f"{refused.package} {refused.version}"
    rule = " uv reads the metadata of one file" + (" for all platforms, the first by name," if universal else "")
    here = _for_here(case, refused)
    other = f" The page also lists {here}, for {_platform_here(case)}; it was not asked for." if here else ""
    toggles: list[Toggle] = [StateMetadata(_stated(refused))]
    if here:
        toggles.append(ReadMetadataFrom(refused.package, refused.version, here))
    if universal:
        toggles.append(ResolveFor())
    if universal and not case.settings.target.environments:
        toggles.append(LimitEnvironments((f"sys_platform == '{_platform_here(case)}'",)))
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


def environments_do_not_choose(case: Case) -> Iterator[Diagnosis]:
    """F35: `environments` is set, and still a file for a platform outside of it was read."""
    refused = _refused_file(case, 404) or _refused_file(case, 403)
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


def blocked_file(case: Case) -> Iterator[Diagnosis]:
    """F28: the page lists a version whose file is refused."""
    refused = _refused_file(case, 403)
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
                toggles=(ResolveFor(), LimitEnvironments((f"sys_platform == '{_platform_here(case)}'",))),
            )
            return


def no_file_for_host(case: Case) -> Iterator[Diagnosis]:
    """F02: the lock is right, and nothing of it can be installed here."""
    failed = case.failed
    if failed is None or failed.body.kind != "install":
        return
    package = next((c for c in reversed(case.chosen) if f"{c.body.package}" in failed.body.message), None)
    marker = f"sys_platform == '{_platform_here(case)}'"
    yield Diagnosis(
        rule="F02",
        severity="error",
        claim=f"{failed.body.message} A universal resolution asks for a wheel for some platform, not for this one.",
        evidence=(failed.number, *((package.number,) if package else ())),
        toggles=(RequireEnvironments((marker,)),),
    )
    local = {
        p
        for r in case.pages
        for p in r.body.versions
        if "+" in p and package and r.body.package == package.body.package
    }
    if local and package is not None:
        yield Diagnosis(
            rule="F17",
            severity="note",
            claim=f"{package.body.index} has {package.body.package} in local versions ({names(sorted(local))}), made "
            "for single platforms: its entry in tool.uv.sources needs a marker.",
            evidence=(package.number, *(p.number for p in case.pages_of(package.body.package))),
        )


def no_matching_tags(case: Case) -> Iterator[Diagnosis]:
    """F34: no wheel of a version fits the target, and there is no sdist to build."""
    if case.resolved is not None:
        return
    told: set[str] = set()
    for chosen in case.chosen:
        body = chosen.body
        if body.for_install is not None or body.package in told or not body.verdicts:
            continue
        refusals = [v.refusal for v in body.verdicts if isinstance(v.refusal, TagMismatch)]
        if not refusals or body.package not in _unsatisfied(case):
            continue
        told.add(body.package)
        part = refusals[0]
        yield Diagnosis(
            rule="F34",
            severity="error",
            claim=f"No file of {body.package} {body.version} fits {body.environment}: of {len(body.verdicts)} files "
            f"{len(refusals)} have other tags (the {part.part} tag is {part.wheel}; here it would be {part.target}).",
            evidence=(chosen.number,),
            toggles=(AllowBuilds(True, body.package),) if case.settings.files.no_build else (),
        )


def _unsatisfied(case: Case) -> set[str]:
    """Packages of which a version was refused, in a run without a solution."""
    if case.unsatisfiable is None and case.failed is None:
        return set()
    return {str(canonicalize_name(r.body.package)) for r in case.judged if r.body.refusal is not None}


@dataclass(frozen=True, slots=True)
class Refused:
    """A listed file that the index does not serve, with the exchange that ended the run and the page."""

    package: str
    version: str
    index: str
    filename: str
    exchange: Exchange
    page: Row[PageRead]

    @property
    def evidence(self) -> tuple[int, ...]:
        return (self.page.number, *self.exchange.evidence)


def _refused_file(case: Case, status: int) -> Refused | None:
    failed = case.failed
    if failed is None or failed.body.request is None or failed.body.failure != StatusFailure(status):
        return None
    exchange = case.exchanges.get(failed.body.request)
    if exchange is None or exchange.start.body.purpose not in ("wheel", "metadata", "sdist"):
        return None
    filename = exchange.start.body.url.filename.removesuffix(".metadata")
    for page in case.pages:
        for file in page.body.files:
            if file.filename == filename and file.version and exchange.start.body.index in (None, page.body.index):
                return Refused(page.body.package, file.version, page.body.index, filename, exchange, page)
    return None


def platform_of(filename: str) -> str | None:
    """The `sys_platform` that a wheel is for by its name; None where it is for any, or no wheel."""
    if not filename.endswith(".whl"):
        return None
    tag = filename.removesuffix(".whl").rpartition("-")[2]
    for beginning, platform in (("macosx", "darwin"), ("win", "win32"), ("manylinux", "linux"), ("linux", "linux")):
        if tag.startswith(beginning):
            return platform
    return "linux" if tag.startswith("musllinux") else None


def _for_here(case: Case, refused: Refused) -> str | None:
    """A wheel of the same version for the platform of this machine, where the refused one is for another."""
    here = _platform_here(case)
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


def _platform_here(case: Case) -> str:
    return case.host.get("sys_platform", "linux")


def _mentions(message: str, row: RequirementAdded) -> bool:
    return canonicalize_name(row.package) in message.lower().replace("_", "-")


def _evidence_of(case: Case, requests: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for r in requests if r in case.exchanges for n in case.exchanges[r].evidence)


RULES = (
    listed_but_missing,
    environments_do_not_choose,
    required_environment_missing,
    blocked_file,
    unreadable_page,
    inconsistent_metadata,
    build_for_another_platform,
    no_file_for_host,
    no_matching_tags,
    no_ranges,
)
