"""Errors that end a run, as events: one sentence with the index, the status, and what would change it."""

from __future__ import annotations

from typing import assert_never

from ..events import Failed
from ..http.exchange import FetchError
from ..indexes.listing import SearchAborted
from ..model.reasons import (
    BodyTooLarge,
    ConnectionFailure,
    ContentFailure,
    FetchFailure,
    MissingCredentials,
    StatusFailure,
)
from ..profiles import Profile
from ..wheels.build import BuildError


def described_failure(failure: FetchError | SearchAborted | BuildError, profile: Profile) -> Failed:
    """The failure as the last event of a run."""
    if isinstance(failure, BuildError):
        return Failed("build", str(failure))
    request = failure.requests[-1] if failure.requests else None
    what = failure_sentence(failure.failure)
    if isinstance(failure, SearchAborted):
        message = f"The page of {failure.package} on {failure.index} ended the run: {what}."
        return Failed("fetch", message, _page_hints(failure, profile), (), failure.failure, request)
    return Failed("fetch", f"{failure.url} {what}.", _file_hints(failure, profile), (), failure.failure, request)


def failure_sentence(failure: FetchFailure) -> str:
    """What happened, to stand behind a subject."""
    match failure:
        case StatusFailure(status):
            return f"answered {status}"
        case ConnectionFailure(kind, detail):
            return f"gave no answer ({kind}: {detail})" if detail else f"gave no answer ({kind})"
        case ContentFailure(detail):
            return f"gave an unusable answer: {detail}"
        case MissingCredentials(detail):
            return f"was not asked, because credentials are missing: {detail}"
        case BodyTooLarge(limit):
            return f"sent more than {limit // 1_000_000} MB"
        case _:
            assert_never(failure)


def _page_hints(failure: SearchAborted, profile: Profile) -> tuple[str, ...]:
    if isinstance(failure.failure, StatusFailure) and profile.tool == "uv" and profile.holds("ignore_codes_for_pages"):
        status = failure.failure.status
        return (f"`ignore-error-codes = [{status}]` on {failure.index} lets the search go on to the next index.",)
    return ()


def _file_hints(failure: FetchError, profile: Profile) -> tuple[str, ...]:
    if not isinstance(failure.failure, StatusFailure):
        return ()
    status = failure.failure.status
    if status in (401, 403):
        return (f"The server refused the file ({status}): check which credentials were sent, and from where.",)
    if status == 404 and profile.tool == "uv":
        hints = ["The index lists the file but does not serve it; uv tries no other file of the version."]
        if profile.holds("ignore_codes_for_files"):
            hints.append(f"`ignore-error-codes = [{status}]` on the index skips such versions.")
        hints.append("`[[tool.uv.dependency-metadata]]` for the package avoids reading the file.")
        return tuple(hints)
    return ()
