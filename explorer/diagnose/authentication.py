"""Rules about credentials: which were sent where, and which were not found."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from ..model.reasons import MissingCredentials
from ..what_if.toggle import Authenticate, SwitchIndex, UseNetrc, UseProfile
from .case import Case, Exchange
from .diagnosis import Diagnosis
from .words import names, user_of

ROOTS_SINCE = "uv@0.6.3"
"""A measured release in which an index's credentials cover everything below its root."""
KEEPS_ON_REDIRECT = "uv@0.7.0"
"""The release that sends credentials along to any host (profiles: `redirects`): it shows whether they were missed."""
REFUSALS = (401, 403)
_VARIABLE = re.compile(r"UV_INDEX_(?P<name>.+)_(?P<part>USERNAME|PASSWORD)")
_NEAR = 0.75


def credentials_of_another(case: Case) -> Iterator[Diagnosis]:
    """F13: what was known for the host only belongs to another index, and was refused."""
    seen: set[tuple[str, str | None]] = set()
    for exchange in case.exchanges.values():
        sent, start = exchange.sent, exchange.start.body
        if sent is None or sent.body.rung not in ("known for this host", "last used for this host"):
            continue
        owner, place = sent.body.owner, (sent.body.owner, start.package)
        if not owner or owner == start.index or exchange.status not in REFUSALS or place in seen:
            continue
        seen.add(place)
        whose = f"of {start.index} " if start.index else ""
        yield Diagnosis(
            rule="F13",
            severity="error",
            claim=f"The credentials of {owner} ({user_of(sent.body.user_shown)}) were sent to "
            f"{start.url.filename} {whose}and refused with {exchange.status}: the file lies below "
            f"no URL that credentials are known for, so those used last on {start.url.netloc} were taken.",
            evidence=(*exchange.evidence, *_first_try(case, exchange)),
            toggles=(SwitchIndex(owner, False), *((UseProfile(ROOTS_SINCE),) if _lacks_roots(case) else ())),
        )


def not_authenticated(case: Case) -> Iterator[Diagnosis]:
    """F03: a page was refused, and no credentials were sent with it."""
    told: set[str] = set()
    for answer in case.answers:
        body = answer.body
        if body.status not in REFUSALS or case.resolved is not None or body.index in told:
            continue
        exchanges = [case.exchanges[n] for n in body.requests if n in case.exchanges]
        if not exchanges or any(e.start.body.user is not None for e in exchanges) or body.index not in case.indexes:
            continue
        told.add(body.index)
        looked = [row for e in exchanges for row in case.considered[e.start.body.logical]]
        asked = sorted({r.body.rung for r in looked if r.body.outcome in ("nothing", "failed", "remembered failure")})
        yield Diagnosis(
            rule="F03",
            severity="error",
            claim=f"{body.index} answered {body.status} and no credentials were sent: nothing was found in "
            f"{names(asked) if asked else 'any place that was looked at'}.{_variables(case, body.index)}",
            evidence=(answer.number, *(n for e in exchanges for n in e.evidence), *(r.number for r in looked[:6])),
            toggles=(Authenticate(body.index, "always"),) if case.profile.tool == "uv" else (),
        )


def refused_credentials(case: Case) -> Iterator[Diagnosis]:
    """F03: credentials were sent, to the index that they are for, and refused."""
    told: set[str | None] = set()
    for exchange in case.exchanges.values():
        sent, start = exchange.sent, exchange.start.body
        if sent is None or start.user is None or exchange.status not in REFUSALS or start.index in told:
            continue
        if case.resolved is not None or sent.body.owner not in ("", start.index or "") or sent.body.rung == "netrc":
            continue
        told.add(start.index)
        yield Diagnosis(
            rule="F03",
            severity="error",
            claim=f"{start.index or start.url.netloc} refused the credentials of "
            f"{sent.body.user_shown or 'an unknown user'} ({sent.body.rung}) with {exchange.status}: they are wrong, "
            f"have expired, or are not for this place.{_odd_values(case, start.index or '')}",
            evidence=exchange.evidence,
            would_tell="the same page with other credentials",
        )


def credentials_demanded(case: Case) -> Iterator[Diagnosis]:
    """F03: `authenticate = "always"`, and no (complete) credentials were found, so nothing was asked."""
    failed = case.failed
    if failed is None or not isinstance(failed.body.failure, MissingCredentials):
        return
    index = next((i for i in case.indexes.values() if i.body.authenticate == "always"), None)
    name = index.body.id if index is not None else ""
    yield Diagnosis(
        rule="F03",
        severity="error",
        claim=f"{name or 'The index'} is to be asked with credentials only (authenticate = always), and none that are "
        f"complete were found.{_variables(case, name)}",
        evidence=(failed.number, *((index.number,) if index is not None else ())),
        toggles=(Authenticate(name, "auto"),) if name else (),
    )


def netrc_without_host(case: Case) -> Iterator[Diagnosis]:
    """F25: netrc was looked at for a request that was refused, and gave nothing or could not be read."""
    for logical, rows in case.considered.items():
        exchange = case.last_exchange.get(logical)
        netrc = next((r for r in rows if r.body.rung == "netrc"), None)
        if netrc is None or exchange is None or exchange.status not in REFUSALS:
            continue
        path = case.settings.auth.netrc
        if netrc.body.outcome == "nothing" and path is not None and path.is_file():
            what = f"has no entry for {exchange.start.body.url.host}"
        elif netrc.body.outcome == "failed":
            what = f"cannot be used ({netrc.body.detail})"
        else:
            continue
        yield Diagnosis(
            rule="F25",
            severity="note",
            claim=f"netrc {what}, so nothing came from there for {exchange.start.body.url.netloc}, "
            f"which answered {exchange.status}.",
            evidence=(netrc.number, *exchange.evidence),
            would_tell=f"the same request with an entry for {exchange.start.body.url.host} in netrc",
        )
        return


def netrc_sent(case: Case) -> Iterator[Diagnosis]:
    """F25: the credentials that were refused came from netrc."""
    for exchange in case.exchanges.values():
        sent = exchange.sent
        if sent is not None and sent.body.rung == "netrc" and exchange.status in REFUSALS:
            yield Diagnosis(
                rule="F25",
                severity="error",
                claim=f"{exchange.start.body.url.netloc} refused {sent.body.user_shown or 'an unknown user'} "
                f"of netrc with {exchange.status}.",
                evidence=exchange.evidence,
                toggles=(UseNetrc(False),),
            )
            return


def dropped_on_redirect(case: Case) -> Iterator[Diagnosis]:
    """F26: a redirect led to another origin; credentials were dropped or kept, and the target refused."""
    for exchange in case.exchanges.values():
        start = exchange.start.body
        before = case.exchanges.get(start.redirect_of or 0)
        if before is None or exchange.status not in REFUSALS or before.start.body.url.origin == start.url.origin:
            continue
        dropped = before.start.body.user is not None and start.user is None
        what = "the credentials were not sent along" if dropped else "no credentials are known for it"
        if start.user is not None:
            what = f"the credentials of {start.user_shown or 'an unknown user'} were sent along"
        yield Diagnosis(
            rule="F26",
            severity="error",
            claim=f"{before.start.body.url.netloc} redirects to {start.url.netloc}, which answered {exchange.status}; "
            f"{what}.",
            evidence=(*before.evidence, *exchange.evidence),
            toggles=(UseProfile(KEEPS_ON_REDIRECT),) if dropped and case.profile.tool == "uv" else (),
            would_tell=f"{start.url.path} on {start.url.netloc}, with credentials that it accepts",
        )


def file_outside_its_index(case: Case) -> Iterator[Diagnosis]:
    """F27: a file that lies outside the URL of its index was refused without credentials, though its page had some."""
    for exchange in case.exchanges.values():
        start = exchange.start.body
        if start.purpose in ("page", "find-links") or exchange.status not in REFUSALS or start.user is not None:
            continue
        index = case.indexes.get(start.index or "")
        if index is None or start.url.startswith(index.body.url) or case.last_exchange[start.logical] is not exchange:
            continue
        served = (e for e in case.page_exchanges(index.body.id) if e.start.body.user is not None and e.status == 200)
        page = next(served, None)
        if page is None:
            continue
        yield Diagnosis(
            rule="F27",
            severity="error",
            claim=f"{start.url.filename} lies outside {index.body.url}, so the credentials sent for its page "
            f"({user_of(page.start.body.user_shown)}) were not sent with it: {exchange.status}.",
            evidence=(*exchange.evidence, *page.evidence),
            would_tell=f"{start.url.filename} with the credentials of {index.body.id}",
        )
        return


def logs_show_secrets(case: Case) -> Iterator[Diagnosis]:
    """F44: this release writes credentials into its own logs."""
    with_secrets = [row for row in case.indexes.values() if row.body.credentials_from]
    if case.profile.tool == "uv" and with_secrets and case.profile.holds("logs_show_secrets"):
        yield Diagnosis(
            rule="F44",
            severity="note",
            claim=f"{case.profile.name} prints the credentials of {names([r.body.id for r in with_secrets])} in its "
            "trace logs: mask them before a log is shared.",
            evidence=tuple(r.number for r in with_secrets),
        )


def _variables(case: Case, index: str) -> str:
    """The variables that would be read for a named index, which of them are set, and set ones that nearly match."""
    entry = next((i for i in case.settings.indexes if i.id == index), None)
    if case.profile.tool != "uv" or entry is None or not entry.name:
        return ""
    expected = re.sub(r"[^A-Za-z0-9]", "_", entry.name).upper()
    environ = case.settings.auth.environ
    wanted = [f"UV_INDEX_{expected}_USERNAME", f"UV_INDEX_{expected}_PASSWORD"]
    unset = [name for name in wanted if name not in environ]
    text = f" {names(unset)} {'is' if len(unset) == 1 else 'are'} not set" if unset else ""
    near = sorted(name for name in environ if name not in wanted and _is_near(name, expected))
    if near:
        text += f", but {names(near)} {'is' if len(near) == 1 else 'are'}"
    return (f"{text}." if text else "") + _odd_values(case, index)


def _odd_values(case: Case, index: str) -> str:
    """Variables whose value has the shape of something else; the value itself is never shown."""
    entry = next((i for i in case.settings.indexes if i.id == index), None)
    environ = case.settings.auth.environ
    odd = [n for n in (entry.variable_names if entry else ()) if environ.get(n, "").lstrip()[:1] in ("{", "[")]
    return f" The value of {names(odd)} looks like JSON." if odd else ""


def _is_near(name: str, expected: str) -> bool:
    match = _VARIABLE.fullmatch(name)
    return match is not None and difflib.SequenceMatcher(None, match["name"].upper(), expected).ratio() >= _NEAR


def _lacks_roots(case: Case) -> bool:
    """A release whose indexes' credentials do not (always) cover what lies below their roots."""
    return case.profile.tool == "uv" and case.profile.text("roots_of_indexes") != "always"


def _first_try(case: Case, exchange: Exchange) -> tuple[int, ...]:
    first = case.exchanges.get(exchange.start.body.logical)
    return first.evidence if first is not None and first is not exchange else ()


RULES = (
    credentials_of_another,
    not_authenticated,
    refused_credentials,
    credentials_demanded,
    netrc_sent,
    netrc_without_host,
    dropped_on_redirect,
    file_outside_its_index,
    logs_show_secrets,
)
