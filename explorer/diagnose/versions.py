"""Rules about versions: which were not admitted, and why an old one was taken."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..events import RequestEnded
from ..model.reasons import PythonMismatch, Yanked
from ..what_if.toggle import (
    AllowYanked,
    AskAgain,
    ExcludeNewer,
    ForgetPreferences,
    RequirePython,
    Toggle,
    UsePrereleases,
)
from .case import Case
from .diagnosis import Diagnosis
from .words import names, versions_of

MOST_SHOWN = 4


def python_floor(case: Case) -> Iterator[Diagnosis]:
    """F08: a version does not support the Python here or, in a universal resolution, the whole range of Python."""
    leaves = [r for r in case.leaves if r.body.cause == "requires python"]
    judged = [r for r in case.judged if isinstance(r.body.refusal, PythonMismatch)]
    if case.unsatisfiable is None or not (leaves or judged):
        return
    wanted = case.settings.target.requires_python
    refusals = [r.body.refusal for r in judged]
    needs = sorted({r.specifier for r in refusals if isinstance(r, PythonMismatch)})
    needs += sorted({t.range for r in leaves for t in r.body.terms if t.package.lower() == "python"} - set(needs))
    packages = sorted(
        {r.body.package for r in judged} | {t.package for r in leaves for t in r.body.terms if t.positive}
    )
    floor = next((f for f in (_floor(n) for n in needs) if f), None)
    universal = case.settings.mode == "universal"
    toggles: tuple[Toggle, ...] = (RequirePython(floor),) if floor and universal else ()
    if universal:
        but = f", but {f'requires-python {wanted}' if wanted else 'the Python here'} admits others; "
        but += "a universal resolution must hold for all of them."
    else:
        python = case.settings.target.python_version or case.host.get("python_full_version")
        but = f"; the Python resolved for is {python}." if python else "; the Python resolved for is another."
    yield Diagnosis(
        rule="F08",
        severity="error",
        claim=f"{names([p for p in packages if p.lower() != 'python'])} needs Python {names(needs)}{but}",
        evidence=(*(r.number for r in leaves[:MOST_SHOWN]), *(r.number for r in judged[:MOST_SHOWN])),
        toggles=toggles,
    )


def prereleases_only(case: Case) -> Iterator[Diagnosis]:
    """F09: the only versions that fit are pre-releases."""
    for package, numbers in case.wanted_in_vain().items():
        pages = list(case.pages_of(package))
        listed = dict.fromkeys(v for p in pages for v in p.body.versions)
        wanted = case.ranges_in_vain(package)
        fitting = [v for v in listed if _is_prerelease(v) and any(_admits(r, v) for r in wanted)]
        if fitting:
            yield Diagnosis(
                rule="F09",
                severity="error",
                claim=f"Of {package} only pre-releases fit {' or '.join(wanted)}: {names(fitting)}. They are not taken "
                "unless asked for.",
                evidence=(*(p.number for p in pages), *numbers),
                toggles=(UsePrereleases("allow", package), UsePrereleases("allow")),
            )


def cached_page(case: Case) -> Iterator[Diagnosis]:
    """F15: the page that lacks the version came out of the cache; the server was not asked."""
    for package, numbers in case.wanted_in_vain().items():
        for exchange in case.page_exchanges_of(package):
            end, start = exchange.end, exchange.start.body
            if end is not None and _was_stored(end.body):
                yield Diagnosis(
                    rule="F15",
                    severity="warning",
                    claim=f"The page of {package} came from the cache ({end.body.cache}); {start.index} was not asked. "
                    "A version published since then is not seen.",
                    evidence=(*exchange.evidence, *numbers),
                    toggles=(AskAgain(package),),
                    would_tell=f"the page of {package} on {start.index}, now",
                )
                break


def no_upload_time(case: Case) -> Iterator[Diagnosis]:
    """F18: under exclude-newer a file without an upload time does not exist."""
    cut = case.settings.files.exclude_newer
    if case.unsatisfiable is None or (cut is None and not case.settings.files.exclude_newer_packages):
        return
    for package, numbers in case.wanted_in_vain().items():
        for page in case.pages_of(package):
            body = page.body
            if not body.versions or case.settings.files.exclude_newer_packages.get(canonicalize_name(package)) is False:
                continue
            html = body.format == "html"
            why = "its page is HTML, which has no upload times (PEP 700)" if html else f"the cut is {cut}"
            yield Diagnosis(
                rule="F18",
                severity="error",
                claim=f"{body.index} lists {versions_of(body.versions)} of {package}, and none counts under "
                f"exclude-newer: {why}. A file without an upload time counts as not yet published.",
                evidence=(page.number, *numbers),
                toggles=(
                    ExcludeNewer(None, index=body.index),
                    ExcludeNewer(None, package=package),
                    ExcludeNewer(None),
                ),
                would_tell="" if html else f"whether the page of {package} on {body.index} states upload-time",
            )


def yanked(case: Case) -> Iterator[Diagnosis]:
    """F40: a version that would fit was yanked."""
    if case.resolved is not None:
        return
    rows = {(r.body.package, r.body.version): r for r in case.judged if isinstance(r.body.refusal, Yanked)}
    for (package, version), row in rows.items():
        refusal = row.body.refusal
        assert isinstance(refusal, Yanked)
        reason = f" ({refusal.reason[:80]!r})" if refusal.reason else ""
        yield Diagnosis(
            rule="F40",
            severity="error",
            claim=f"{package} {version} was yanked{reason}: only a requirement that names it exactly (==) takes it.",
            evidence=(row.number,),
            toggles=(AllowYanked(package, version),),
        )


def preferred_version(case: Case) -> Iterator[Diagnosis]:
    """F41: an old version was kept because a lock, an output file or the environment has it."""
    for row in case.decisions:
        body = row.body
        if body.because not in ("preference", "installed", "lock", "pinned by lock"):
            continue
        pages = list(case.pages_of(body.package))
        newer = [v for p in pages for v in p.body.versions if _newer(v, body.version)]
        if newer:
            yield Diagnosis(
                rule="F41",
                severity="note",
                claim=f"{body.package} stays at {body.version} because an earlier answer has it; {versions_of(newer)} "
                f"{'is' if len(newer) == 1 else 'are'} newer.",
                evidence=(row.number, *(p.number for p in pages)),
                toggles=(ForgetPreferences(body.package),),
            )


def lock_of_other_indexes(case: Case) -> Iterator[Diagnosis]:
    """F16: the lock names registries that are not configured here."""
    configured = {str(i.url).rstrip("/") for i in case.settings.indexes}
    foreign = sorted({p.index for p in case.settings.locked if p.index and p.index.rstrip("/") not in configured})
    if foreign and case.indexes:
        yield Diagnosis(
            rule="F16",
            severity="warning",
            claim=f"The lock was made with {names(foreign)}, which {'is' if len(foreign) == 1 else 'are'} not among "
            "the indexes here: --frozen still goes there, and any other run rewrites the lock.",
            evidence=tuple(r.number for r in case.indexes.values())[:MOST_SHOWN],
            toggles=(ForgetPreferences(),),
        )


def _was_stored(end: RequestEnded) -> bool:
    """Out of the cache, and not stored just now."""
    return end.source == "cache" and "age 0 s" not in end.cache


def _is_prerelease(text: str) -> bool:
    try:
        return Version(text).is_prerelease
    except InvalidVersion:
        return False


def _newer(text: str, than: str) -> bool:
    try:
        return Version(text) > Version(than) and not Version(text).is_prerelease
    except InvalidVersion:
        return False


def _admits(text: str, version: str) -> bool:
    """A range as shown (`>=1, <2 | ==3`) admits the version; ranges that cannot be read admit nothing."""
    if text == "*":
        return True
    for part in text.split("|"):
        try:
            if SpecifierSet(part.replace(" ", "")).contains(version, prereleases=True):
                return True
        except InvalidSpecifier:
            continue
    return False


def _floor(specifier: str) -> str | None:
    """`>=3.9` of `>=3.9,<4`."""
    lower = [part.strip() for part in specifier.split(",") if part.strip().startswith(">=")]
    return lower[0] if lower else None


RULES = (
    python_floor,
    prereleases_only,
    cached_page,
    no_upload_time,
    yanked,
    preferred_version,
    lock_of_other_indexes,
)
