"""Rules about which index was asked, and what it said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..events import IndexAnswered
from ..model.credentials import MASK
from ..model.reasons import NotFound, SearchStoppedBy
from ..what_if.toggle import (
    AddRequirement,
    Authenticate,
    IgnoreStatus,
    MarkExplicit,
    MoveIndex,
    SwitchIndex,
    Toggle,
    UseProfile,
    UseStrategy,
)
from .case import Case, Exchange, Row
from .declared import is_treated
from .diagnosis import Diagnosis
from .words import names, versions_of

LAST_BEFORE_401_STOPS = "uv@0.6.17"
"""The last release in which 401 and 403 let the search go on (profiles: `page_401`)."""
MOST_SHOWN = 4


def first_index_stopped(case: Case) -> Iterator[Diagnosis]:
    """F04: no version fits on the first index that has the package, and the later ones were not asked."""
    for package, numbers in case.wanted_in_vain().items():
        search = case.searches.get(package)
        if search is None or not search.body.found_on or not search.body.not_asked:
            continue
        found, missed = search.body.found_on[0], search.body.not_asked
        pages = [p.number for p in case.pages_of(package, found)]
        listed = next((p.body.versions for p in case.pages_of(package, found)), ())
        wanted = " or ".join(case.ranges_in_vain(package))
        toggles: tuple[Toggle, ...] = (
            UseStrategy("unsafe-best-match"),
            MarkExplicit(found, True),
            MoveIndex(found, len(case.indexes)),
        )
        yield Diagnosis(
            rule="F04",
            severity="error",
            claim=f"{found} has {package} ({versions_of(listed)}), so the search ended there and {names(missed)} "
            f"{'was' if len(missed) == 1 else 'were'} not asked. No version there is in the wanted {package}{wanted}.",
            evidence=(search.number, *pages, *numbers),
            toggles=toggles,
            would_tell=f"the page of {package} on {names(missed)}: whether a version that fits is there",
        )


def refused_login_stopped(case: Case) -> Iterator[Diagnosis]:
    """F05: 401 or 403 ended the search before an index that was not asked."""
    for package, search in case.searches.items():
        refusal = search.body.refusal
        if not isinstance(refusal, SearchStoppedBy):
            continue
        index, status = refusal.index, refusal.status
        missed = search.body.not_asked
        rest = f"; {names(missed)} {'was' if len(missed) == 1 else 'were'} not asked" if missed else ""
        sent = _user_of(case, index, package)
        yield Diagnosis(
            rule="F05",
            severity="error",
            claim=f"{index} answered {status} for {package} ({sent}). "
            f"Since uv 0.7.0 that ends the search, because the package could be there{rest}.",
            evidence=(*_answer_evidence(case, package, index), search.number),
            toggles=(
                IgnoreStatus(index, status, True),
                SwitchIndex(index, False),
                UseProfile(LAST_BEFORE_401_STOPS),
            ),
            would_tell=f"the page of {package} on {names(missed)}" if missed else "",
        )


def status_for_absent(case: Case) -> Iterator[Diagnosis]:
    """F21: an index that answers 401 or 403 for one package gave another one a page, to the same user."""
    served: dict[str, dict[str | None, Exchange]] = {}
    for package, search in case.searches.items():
        refusal = search.body.refusal
        if not isinstance(refusal, SearchStoppedBy):
            continue
        refused = case.page_exchange(package, refusal.index)
        if refused is None:
            continue
        if refusal.index not in served:
            pages = case.page_exchanges(refusal.index)
            served[refusal.index] = {e.start.body.user: e for e in pages if e.status == 200}
        same = served[refusal.index].get(refused.start.body.user)
        if same is not None:
            yield Diagnosis(
                rule="F21",
                severity="warning",
                claim=f"{refusal.index} answered 200 for {same.start.body.package} and {refusal.status} for "
                f"{package}, to the same user: {refusal.status} may be its word for a package that it does not have.",
                evidence=(*refused.evidence, *same.evidence),
                toggles=(IgnoreStatus(refusal.index, refusal.status, True),),
                would_tell=f"the page of a package that {refusal.index} certainly does not have",
            )


def page_ended_the_run(case: Case) -> Iterator[Diagnosis]:
    """F23: a status of a page that is neither "not here" nor a refused login ends the run."""
    for answer in case.answers:
        body = answer.body
        if body.meaning != "abort" or body.status is None or body.status < 400 or body.status in (401, 403):
            continue
        yield Diagnosis(
            rule="F23",
            severity="error",
            claim=f"{body.index} answered {body.status} for {body.package or 'its page'}. That ends the run: only 404 "
            "means that a package is not there, unless the index is told otherwise.",
            evidence=_answer_evidence(case, body.package, body.index),
            toggles=(IgnoreStatus(body.index, body.status, True), SwitchIndex(body.index, False)),
        )


def explicit_index_not_asked(case: Case) -> Iterator[Diagnosis]:
    """F10: a package was found nowhere, and an index that is explicit was not asked for it."""
    explicit = [row for row in case.indexes.values() if row.body.explicit]
    for package, search in case.searches.items():
        if not isinstance(search.body.refusal, NotFound):
            continue
        askers = case.requirements_for.get(package, ())
        asked = {a.body.index for a in case.answers_of(package)}
        for index in explicit:
            if index.body.id in asked:
                continue
            parents = sorted({r.body.parent or "you" for r in askers})
            name = index.body.id
            yield Diagnosis(
                rule="F10",
                severity="error",
                claim=f"{package} was not looked for on {name}: that index is explicit, so only requirements of the "
                f"project itself that name it in tool.uv.sources go there. {package} is required by {names(parents)}.",
                evidence=(search.number, index.number, *(r.number for r in askers[:MOST_SHOWN])),
                toggles=(MarkExplicit(name, False), AddRequirement(package, name)),
                would_tell=f"the page of {package} on {name}",
            )


def has_nothing_at_all(case: Case) -> Iterator[Diagnosis]:
    """F19: every page of an index (at least two) was 404 although credentials were sent."""
    if case.resolved is not None:
        return
    for name in case.indexes:
        exchanges = list(case.page_exchanges(name))
        if len(exchanges) < 2 or any(e.status != 404 or e.start.body.user is None for e in exchanges):
            continue
        if any(e.sent is not None and e.sent.body.owner not in ("", name) for e in exchanges):
            continue  # what another index's credentials are answered says nothing of this one's
        yield Diagnosis(
            rule="F19",
            severity="warning",
            claim=f"{name} answered 404 for all {len(exchanges)} pages asked, with credentials sent each time. Some "
            "registries answer 404, not 401, to credentials that are wrong or have expired.",
            evidence=tuple(n for e in exchanges[:MOST_SHOWN] for n in e.evidence),
            would_tell=f"the page of a package that {name} certainly has, with the same credentials",
        )


def forwarded_elsewhere(case: Case) -> Iterator[Diagnosis]:
    """F20: an anonymous request for a page was redirected to another host, which answered."""
    for exchange in case.exchanges.values():
        start = exchange.start.body
        before = case.exchanges.get(start.redirect_of or 0)
        if before is None or start.purpose != "page" or exchange.status != 200 or start.index is None:
            continue
        asked = before.start.body
        if asked.url.host == start.url.host or asked.user is not None:
            continue
        yield Diagnosis(
            rule="F20",
            severity="warning",
            claim=f"The page of {start.package} was asked of {start.index} without credentials, redirected to "
            f"{start.url.host} and answered there: what comes from {start.index} is not its own.",
            evidence=(*before.evidence, *exchange.evidence),
            toggles=(Authenticate(start.index, "always"),),
        )


def order_overridden(case: Case) -> Iterator[Diagnosis]:
    """F37: an index setting that is not in force because of another one."""
    if case.profile.tool != "uv" or case.resolved is not None:
        return
    for row in case.ignored:
        ignored = row.body
        is_secret = ignored.value == MASK  # a variable with credentials: F03 speaks of these
        if (
            "index" in ignored.name.lower()
            and not is_secret
            and not _is_pip_file(ignored.origin.name)
            and not is_treated(case, row)
        ):
            yield Diagnosis(
                rule="F37",
                severity="note",
                claim=f"{ignored.name} = {ignored.value} ({ignored.origin}) is not in force: {ignored.why}. "
                f"The order is {', '.join(case.indexes)}.",
                evidence=(row.number, *(r.number for r in case.indexes.values())),
            )


def same_version_twice(case: Case) -> Iterator[Diagnosis]:
    """F38: a version was taken as an sdist although another index lists a wheel of it."""
    for chosen in case.chosen:
        body = chosen.body
        if body.for_metadata is None or body.for_metadata.endswith(".whl"):
            continue
        for page in case.pages_of(body.package):
            wheels = [f for f in page.body.files if f.version == body.version and f.filename.endswith(".whl")]
            if page.body.index == body.index or not wheels:
                continue
            yield Diagnosis(
                rule="F38",
                severity="warning",
                claim=f"{body.package} {body.version} is taken from {body.index} as {body.for_metadata}, although "
                f"{page.body.index} lists the wheel {wheels[0].filename}: of equal versions the earlier index counts.",
                evidence=(chosen.number, page.number),
                toggles=(MoveIndex(body.index, len(case.indexes)),),
            )
            break


def public_beside_private(case: Case) -> Iterator[Diagnosis]:
    """F39: a package was taken from one index while another refused to say whether it has it, or has it too."""
    if case.resolved is None:
        return
    for pinned in case.resolved.body.packages:
        answers = case.answers_of(pinned.name)
        refused = [a for a in answers if a.body.status in (401, 403) and a.body.meaning in ("absent", "skipped")]
        if refused and pinned.index_id is not None:
            first = refused[0]
            yield Diagnosis(
                rule="F39",
                severity="warning",
                claim=f"{pinned.name} {pinned.version} comes from {pinned.index_id}, but {first.body.index} answered "
                f"{first.body.status} ({_user_of(case, first.body.index, pinned.name)}) and may have "
                f"{pinned.name} too: whoever can publish that name on {pinned.index_id} is installed here.",
                evidence=(first.number, *(a.number for a in answers if a.body.index == pinned.index_id)),
                toggles=(UseStrategy("first-index"),) if case.settings.strategy != "first-index" else (),
                would_tell=f"the page of {pinned.name} on {first.body.index}, with credentials that it accepts",
            )
        yield from _in_two_places(case, pinned.name, pinned.version, pinned.index_id, answers)


def _in_two_places(
    case: Case, package: str, version: str, index: str | None, answers: Sequence[Row[IndexAnswered]]
) -> Iterator[Diagnosis]:
    taken = case.indexes.get(index or "")
    found = [a for a in answers if a.body.meaning == "found"]
    trusted = [a for a in found if a.body.index in case.indexes and case.indexes[a.body.index].body.credentials_from]
    if taken is None or not trusted or taken.body.credentials_from or case.settings.strategy == "first-index":
        return
    index = taken.body.id
    yield Diagnosis(
        rule="F39",
        severity="warning",
        claim=f"{package} {version} comes from {index}, which needs no credentials, although {trusted[0].body.index}, "
        f"which does, has {package} too: the strategy {case.settings.strategy} takes the best version from anywhere.",
        evidence=tuple(a.number for a in found),
        toggles=(UseStrategy("first-index"),) if case.profile.tool == "uv" else (SwitchIndex(index, False),),
    )


def _user_of(case: Case, index: str, package: str) -> str:
    exchange = case.page_exchange(package, index)
    sent = exchange.start.body.user_shown if exchange is not None else None
    return f"credentials of {sent} were sent" if sent else "no credentials were sent"


def _answer_evidence(case: Case, package: str, index: str) -> tuple[int, ...]:
    answers = [a for a in case.answers_of(package) if a.body.index == index]
    exchanges = [case.exchanges[n] for a in answers for n in a.body.requests if n in case.exchanges]
    return (*(n for e in exchanges for n in e.evidence), *(a.number for a in answers))


def _is_pip_file(name: str) -> bool:
    return "pip" in name.lower()


RULES = (
    first_index_stopped,
    refused_login_stopped,
    status_for_absent,
    page_ended_the_run,
    explicit_index_not_asked,
    has_nothing_at_all,
    forwarded_elsewhere,
    order_overridden,
    same_version_twice,
    public_beside_private,
)
