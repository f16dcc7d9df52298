"""How uv authenticates a request (auth.md sections 3 to 6): one flow for each of its three designs."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from ..events import Rung, RungOutcome
from ..model.index import Index
from ..model.url import SafeUrl
from ..profiles import Profile
from .roots import host_and_port, indexes_of, origin_text, root_of
from .steps import (
    Asked,
    AuthenticationRefused,
    Consider,
    Flow,
    Found,
    Keep,
    LetPagesThrough,
    Policy,
    Reply,
    Search,
    SourceKey,
    Step,
    search,
    send,
)
from .stores import CredentialStores

REFUSALS = frozenset({401, 403, 404})
"""Answers to an anonymous request that make uv look for credentials."""

Looking = Generator[Step, Any, Found | None]


@dataclass(frozen=True, slots=True)
class Situation:
    """A request as the rules see it: the index its URL belongs to and the policy that holds.

    `ambiguous` names the indexes where several contain the URL: which one uv takes is not determined (auth.md section
    8).
    """

    asked: Asked
    profile: Profile
    stores: CredentialStores
    index: Index | None
    policy: Policy
    ambiguous: tuple[str, ...] = ()

    @property
    def url(self) -> SafeUrl:
        return self.asked.url

    @property
    def key_url(self) -> str:
        """What a fetch is remembered for: the index, or the origin."""
        if self.index is not None and self.profile.text("fetch_key") == "index":
            return self.index.url.wire
        return origin_text(self.url)


def situation_of(
    asked: Asked, profile: Profile, stores: CredentialStores, indexes: Sequence[Index], *, dependabot: bool = False
) -> Situation:
    """Match the URL to the configured indexes as the profile does (auth.md sections 4.1, 5.1, 6.3).

    `dependabot`: the variable DEPENDABOT is `true` (section 6.5).
    """
    matching = indexes_of(asked.url, indexes, profile, "index_of_url")
    ruling = indexes_of(asked.url, indexes, profile, "policy_scope")
    policy: Policy = ruling[0].authenticate if ruling and profile.holds("authenticate") else "auto"
    if policy == "always" and dependabot and profile.holds("dependabot_lifts_always"):
        policy = "auto"
    several = {index.url.rstrip("/"): index.id for index in ruling or matching}
    return Situation(
        asked=asked,
        profile=profile,
        stores=stores,
        index=matching[0] if matching else None,
        policy=policy,
        ambiguous=tuple(several.values()) if len(several) > 1 else (),
    )


def uv_flow(situation: Situation) -> Flow:
    """The flow of the profile's design."""
    match situation.profile.text("auth_layer"):
        case "URL only":
            return url_only(situation)
        case "before the request":
            return before_the_request(situation)
        case _:
            return anonymous_first(situation)


def url_only(situation: Situation) -> Flow:
    """uv 0.1.0 to 0.1.18: what the URL carries; a file takes user and password of the index URL of the same origin."""
    asked = situation.asked
    own = yield from own_credentials(asked)
    index = asked.index
    if own is None and index is not None and index.credentials is not None and index.url.origin == asked.url.origin:
        own = Found(index.credentials, "URL of the index", index.id, "copied into the file's URL")
        yield Consider(own.rung, used(own), own.credentials, "auth_layer", own.detail)
    return (yield from send(own, "auth_layer"))


def before_the_request(situation: Situation) -> Flow:
    """uv 0.1.19 to 0.1.35: the URL, what the host is known for, netrc; nothing is repeated (auth.md section 3)."""
    own = yield from own_credentials(situation.asked)
    if own is not None:
        return (yield from send(own, "auth_layer"))
    known = yield from look(
        situation.stores.for_host(situation.url, None), "known for this host", "auth_layer", origin_text(situation.url)
    )
    if known is None:
        known = yield from search(Search((origin_text(situation.url), None), situation.url, None, ()))
    return (yield from send(known, "auth_layer"))


def anonymous_first(situation: Situation) -> Flow:
    """uv 0.1.36 on: what the URL says; else what is known for it; else anonymously, then with whatever can be found."""
    if situation.ambiguous:
        names = ", ".join(situation.ambiguous)
        yield Consider(
            "URL of the index", "not determined", None, "policy_scope", f"several indexes contain this URL: {names}"
        )
    own = yield from own_credentials(situation.asked)
    if situation.policy == "never":
        return (yield from send(own, "authenticate"))
    if own is None:
        return (yield from _without_credentials(situation))
    if own.credentials.is_full:
        return (yield from _send_and_keep(situation, own, "auth_layer"))
    return (yield from _with_user_only(situation, own))


def _with_user_only(situation: Situation, own: Found) -> Flow:
    """Step 4: a password is looked for before the one request; without any, `user:` goes out."""
    profile, stores, url = situation.profile, situation.stores, situation.url
    user = own.credentials.user
    indexed = situation.index
    known: Found | None = None
    if indexed is not None:
        known = yield from look(stores.for_url(indexed.url, user), "known for this root", "index_of_url", indexed.url)
        if known is None and profile.holds("root_lookup_for_half"):
            root = root_of(indexed.url, profile) or indexed.url
            known = yield from look(stores.for_url(root, user), "known for this root", "root_lookup_for_half", root)
    else:
        known = yield from look(stores.for_host(url, user), "known for this host", "auth_layer", origin_text(url))
    if known is None:
        known = yield from look(stores.for_url(url, user), "known for this URL", "auth_layer", url)
    if known is not None:
        return (yield from send(known, "auth_layer"))
    fetched = yield from search(sources(situation, user))
    if fetched is not None:
        return (yield from _send_and_keep(situation, fetched, "fetch_key"))
    if indexed is not None:
        neighbour = stores.for_host(url, user)
        if neighbour is not None and profile.holds("half_url_attached"):
            yield from look(neighbour, "known for this host", "half_url_attached", origin_text(url))
            return (yield from _send_and_keep(situation, neighbour, "half_url_attached"))
        if neighbour is not None:
            detail = "found, but these releases do not attach it"
            yield Consider("known for this host", "nothing", neighbour.credentials, "half_url_attached", detail)
            return (yield from _send_and_keep(situation, own, "half_url_attached", keep=neighbour))
    return (yield from _send_and_keep(situation, own, "auth_layer"))


def _without_credentials(situation: Situation) -> Flow:
    """Step 5: known for the URL → sent at once and final; else anonymously first, and once more with what is found."""
    stores, url, policy = situation.stores, situation.url, situation.policy
    known = yield from look(stores.for_url(url, None), "known for this root", "roots_of_indexes", url)
    if known is not None and known.credentials.is_full:
        return (yield from send(known, "roots_of_indexes"))
    first: Reply | None = None
    if policy != "always":
        first = yield from send(known, "auth_layer")
        if first.status not in REFUSALS:
            return first
    user = known.credentials.user if known is not None else None
    neighbour = yield from _after_refusal(situation, user)
    better = neighbour or known
    if better is not None and better.credentials.is_full:
        return (yield from send(better, better_rule(situation, better)))
    fetched = yield from search(sources(situation, better.credentials.user if better is not None else None))
    if fetched is not None:
        return (yield from _send_and_keep(situation, fetched, "fetch_key"))
    if better is not None and known is None:
        return (yield from send(better, better_rule(situation, better)))
    if first is None:
        raise AuthenticationRefused(situation.profile.text("nothing_refused").format(url=url))
    return first


def _after_refusal(situation: Situation, user: str | None) -> Looking:
    """Step 5d: for a configured index what is known for the index, and (not in 0.7.0 to 0.7.3) for its host."""
    stores, url, indexed = situation.stores, situation.url, situation.index
    rule = "host_store_for_indexed"
    if indexed is not None:
        known = yield from look(stores.for_url(indexed.url, user), "known for this root", "index_of_url", indexed.url)
        if known is not None:
            return known
        if not situation.profile.holds(rule):
            neighbour = stores.for_host(url, user)
            detail = f"{origin_text(url)}: this release does not try it for a configured index"
            credentials = neighbour.credentials if neighbour is not None else None
            yield Consider("known for this host", "not asked", credentials, rule, detail)
            return None
    where = origin_text(url)
    if situation.asked.purpose not in ("page", "find-links") and user is None and stores.is_contested(url):
        yield LetPagesThrough(url)
        where = f"{where} (several users are known, the one stored last counts: it may depend on timing)"
    return (yield from look(stores.for_host(url, user), "known for this host", rule, where))


def _send_and_keep(situation: Situation, found: Found, rule: str, *, keep: Found | None = None) -> Flow:
    """Send; a success puts the credentials in the stores under the request's own URL."""
    if situation.policy == "always" and not (keep or found).credentials.is_full:
        raise AuthenticationRefused(situation.profile.text("half_refused").format(url=situation.url))
    reply = yield from send(found, rule)
    if reply.status < 400:
        yield Keep(situation.url, keep or found, reply.number)
    return reply


def own_credentials(asked: Asked) -> Looking:
    """The first rung: what stood in the URL itself."""
    page = asked.purpose in ("page", "find-links")
    rung: Rung = "URL of the index" if page else "URL of the request"
    owner = asked.index.id if page and asked.index is not None else ""
    found = Found(asked.credentials, rung, owner) if asked.credentials is not None else None
    yield Consider(rung, used(found), asked.credentials, "auth_layer")
    return found


def look(found: Found | None, rung: Rung, rule: str, where: str) -> Looking:
    """Tell what a store gave for `where`, and give it with the rung it counts as."""
    if found is None:
        yield Consider(rung, "nothing", None, rule, where)
        return None
    if rung == "known for this root" and found.rung not in STARTING_RUNGS:
        rung = "known for this URL"
    detail = f"{where}: {found.detail}" if found.detail else where
    yield Consider(rung, used(found), found.credentials, rule, detail)
    return Found(found.credentials, rung, found.owner, found.detail)


STARTING_RUNGS = frozenset({"URL of the index", "environment variable"})
"""Rungs of credentials that are in the stores before the first request."""


def used(found: Found | None) -> RungOutcome:
    """The outcome of a rung."""
    if found is None:
        return "nothing"
    return "used" if found.credentials.is_full else "user only"


def better_rule(situation: Situation, found: Found) -> str:
    return "host_store_for_indexed" if found.rung == "known for this host" else "index_of_url"


def sources(situation: Situation, user: str | None) -> Search:
    """What netrc, store and keyring are asked for this request (auth.md section 2, `fetch` of section 4)."""
    profile, indexed = situation.profile, situation.index
    key: SourceKey = (situation.key_url, user)
    by_index = profile.text("keyring_service") == "index URL"
    creds_mode = user is None and situation.policy == "always" and profile.holds("keyring_creds_mode")
    if user is None and not (creds_mode and (indexed is not None or not by_index)):
        return Search(key, situation.url, user, ())
    url = (indexed.url if indexed is not None and by_index else situation.url).without_fragment()
    services = [url.wire, host_and_port(url)]
    if profile.holds("keyring_scheme_host") and url.scheme != "https":
        services.append(origin_text(url))
    return Search(key, situation.url, user, tuple(services), creds_mode)
