"""Every sentence about a reason, a rung, an outcome or a choice: values in, words out.

Reports of a failed resolution come from `resolve.report` as the real tool words them; here are the words of the panes.
"""

from __future__ import annotations

from typing import assert_never

from ..events import IncompatibilityAdded, Purpose, Rung, RungOutcome, Term
from ..model import reasons as why
from ..model.reasons import FetchFailure, FileRefusal, PackageRefusal, VersionRefusal

STATUS_MEANINGS = {
    200: "OK",
    206: "a part",
    301: "moved",
    302: "found elsewhere",
    303: "see other",
    304: "unchanged",
    307: "moved for now",
    308: "moved",
    400: "bad request",
    401: "not logged in",
    403: "forbidden",
    404: "not there",
    407: "proxy wants a login",
    408: "too slow",
    410: "gone",
    416: "range refused",
    429: "too many requests",
    500: "server error",
    502: "bad gateway",
    503: "unavailable",
    504: "gateway too slow",
}


def status_words(status: int) -> str:
    """`401 not logged in`."""
    meaning = STATUS_MEANINGS.get(status, "")
    return f"{status} {meaning}".rstrip()


def purpose_words(purpose: Purpose, *, head: bool, ranged: bool) -> str:
    """What a request is for, in the width of a column: `page`, `HEAD wheel`, `wheel part`."""
    short = "page" if purpose == "page" else "sidecar" if purpose == "metadata" else purpose
    if head:
        return f"{short} HEAD"
    return f"{short} part" if ranged else short


def file_refusal_word(refusal: FileRefusal) -> str:
    """One word or two for a column of a matrix."""
    match refusal:
        case why.NotADistribution():
            return "no name"
        case why.OtherPackage():
            return "other pkg"
        case why.BadRequiresPython():
            return "bad python"
        case why.Yanked():
            return "yanked"
        case why.TooNew(uploaded=None):
            return "no date"
        case why.TooNew():
            return "too new"
        case why.NoBinary():
            return "no-binary"
        case why.NoBuild():
            return "no-build"
        case why.TagMismatch(part=part):
            return {"free-threaded abi": "abi", "abi python version": "abi", "python version": "python"}.get(part, part)
        case why.PythonMismatch():
            return "python"
        case why.NotPep625():
            return "ending"
        case why.UnsupportedVariant():
            return "variant"
        case why.HashMismatch():
            return "hash"
        case why.MissingPlatform():
            return "coverage"
        case _:
            assert_never(refusal)


def shorter(word: str) -> str:
    """A word of `file_refusal_word` in at most six characters, for narrow columns."""
    short = {"platform": "plat", "python": "py", "no-binary": "no-bin", "no-build": "no-bld", "too new": "newer"}
    return short.get(word) or (word if len(word) <= 6 else word.split()[0][:6])


def file_refusal(refusal: FileRefusal) -> str:
    """Why one file cannot be used, as the second half of a sentence."""
    match refusal:
        case why.NotADistribution(detail=detail):
            return f"its name is no wheel or sdist name: {detail}"
        case why.OtherPackage(name=name):
            return f"it belongs to another project: {name}"
        case why.BadRequiresPython(text=text):
            return f"its Requires-Python does not parse: {text!r}"
        case why.Yanked(reason=reason):
            return f"yanked: {reason}" if reason else "yanked, no reason given"
        case why.TooNew(uploaded=None, cut=cut):
            return f"the index states no upload time, and exclude-newer is {cut}"
        case why.TooNew(uploaded=uploaded, cut=cut):
            return f"uploaded {uploaded}, exclude-newer is {cut}"
        case why.NoBinary():
            return "a wheel, but --no-binary holds for the package"
        case why.NoBuild():
            return "an sdist, but building is off for the package"
        case why.TagMismatch(part=part, wheel=wheel, target=target):
            has = f", the target has {target}" if target else ""
            return f"{part}: the wheel needs {wheel}{has}"
        case why.PythonMismatch(specifier=specifier, python=python, where=where):
            stated = "the page says" if where == "page" else "its metadata says"
            return f"{stated} Requires-Python {specifier}, the target is {python}"
        case why.NotPep625():
            return "an sdist with a name or ending that PEP 625 does not allow"
        case why.UnsupportedVariant():
            return "a variant wheel, which this release does not know"
        case why.HashMismatch():
            return "none of its hashes is among those required"
        case why.MissingPlatform(marker=marker):
            return f"no wheel covers the required environment {marker}"
        case _:
            assert_never(refusal)


def version_refusal(refusal: VersionRefusal) -> str:
    """Why a version that exists cannot be used."""
    match refusal:
        case why.NoFiles():
            return "none of its files counts"
        case why.InvalidMetadata(detail=detail):
            return f"its metadata does not parse: {detail}"
        case why.InconsistentMetadata(stated=stated, expected=expected):
            return f"its metadata says version {stated}, its file name {expected}"
        case why.InvalidPackage(detail=detail):
            return f"the archive is broken: {detail}"
        case why.NotCached():
            return "offline, and not in the cache"
        case why.FetchRefused(status=status):
            return f"the file answered {status_words(status)}, which this index is told to ignore"
        case why.ImpossibleSpecifier(requirement=requirement):
            return f"it asks for something that cannot exist: {requirement}"
        case why.BuildNeedsPython(specifier=specifier, python=python):
            return f"building it needs Python {specifier}, here is {python}"
        case (
            why.NotADistribution()
            | why.OtherPackage()
            | why.BadRequiresPython()
            | why.Yanked()
            | why.TooNew()
            | why.NoBinary()
            | why.NoBuild()
            | why.TagMismatch()
            | why.PythonMismatch()
            | why.NotPep625()
            | why.UnsupportedVariant()
            | why.HashMismatch()
            | why.MissingPlatform()
        ):
            return file_refusal(refusal)
        case _:
            assert_never(refusal)


def package_refusal(refusal: PackageRefusal) -> str:
    """Why a package has no versions at all."""
    match refusal:
        case why.NotFound():
            return "no index of the search list has it"
        case why.NoIndex():
            return "indexes are off, and no find-links location has it"
        case why.OfflineNotCached():
            return "offline, and no page of it is cached"
        case why.SearchStoppedBy(index=index, status=status):
            return f"{index} answered {status_words(status)}, which ended the search"
        case why.InvalidMetadata(detail=detail):
            return f"its metadata does not parse: {detail}"
        case why.InvalidPackage(detail=detail):
            return f"the archive is broken: {detail}"
        case _:
            assert_never(refusal)


def search_refusal(refusal: PackageRefusal) -> str:
    """The same in the width of a column."""
    match refusal:
        case why.SearchStoppedBy(index=index, status=status):
            return f"ended by {status} of {index}"
        case why.NotFound():
            return "on no index"
        case _:
            return package_refusal(refusal)


def refusal_words(refusal: VersionRefusal | PackageRefusal) -> str:
    """Why a version or a package is unavailable."""
    match refusal:
        case why.NotFound() | why.NoIndex() | why.OfflineNotCached() | why.SearchStoppedBy():
            return package_refusal(refusal)
        case _:
            return version_refusal(refusal)


def fetch_failure(failure: FetchFailure) -> str:
    """Why a URL gave nothing usable."""
    match failure:
        case why.StatusFailure(status=status):
            return f"answered {status_words(status)}"
        case why.ConnectionFailure(kind=kind, detail=detail):
            words = {
                "refused": "connection refused",
                "reset": "connection broken off",
                "dns": "host name not found",
                "tls": "TLS failed",
                "timeout": "no answer in time",
                "protocol": "the answer is no HTTP",
                "proxy": "the proxy failed",
            }[kind]
            return f"{words}: {detail}" if detail else words
        case why.ContentFailure(detail=detail):
            return f"the answer cannot be read: {detail}"
        case why.MissingCredentials(detail=detail):
            return f"credentials are demanded and none are known: {detail}"
        case why.BodyTooLarge(limit=limit):
            return f"the answer is longer than {size_words(limit)}, the limit of the explorer"
        case _:
            assert_never(failure)


def failure_word(failure: FetchFailure) -> str:
    """The answer column where no status came."""
    match failure:
        case why.StatusFailure(status=status):
            return str(status)
        case why.ConnectionFailure(kind=kind):
            return kind
        case why.ContentFailure():
            return "content"
        case why.MissingCredentials():
            return "login?"
        case why.BodyTooLarge():
            return "too big"
        case _:
            assert_never(failure)


def rung_outcome(outcome: RungOutcome) -> str:
    """What one rung of the ladder gave."""
    match outcome:
        case "used":
            return "used"
        case "nothing":
            return "nothing"
        case "user only":
            return "a user, no password"
        case "other user":
            return "another user"
        case "not asked":
            return "not asked"
        case "remembered failure":
            return "failed before"
        case "failed":
            return "failed"
        case "not determined":
            return "not determined"
        case _:
            assert_never(outcome)


RUNG_SENTENCES: dict[Rung, str] = {
    "URL of the request": "Credentials that stand in the URL itself are sent with it.",
    "URL of the index": "Credentials in the URL of an index are sent with the requests to it.",
    "environment variable": "Credentials in the variables of an index are sent with the requests to it.",
    "known for this root": "Credentials known for a URL are sent with everything below it.",
    "known for this URL": "Credentials that were accepted for a URL are sent with everything below it.",
    "known for this host": "Credentials used before on the same scheme, host and port are sent again.",
    "netrc": "The netrc file is asked by host name.",
    "credential store": "The credential store of the tool is asked for the URL.",
    "keyring": "The keyring command is asked for the URL, then for the host.",
    "last used for this host": "The credentials used last on the host are sent where nothing else is known.",
    "no credentials": "Nothing is known before the answer, so the request carries no credentials.",
}
"""What using a rung means, where only the generic rule is cited."""

BECAUSE_WORDS = {
    "newest": "newest that fits",
    "lowest": "lowest that fits",
    "preference": "preferred: already locked or installed",
    "pinned": "pinned",
    "only version": "only one that fits",
    "installed": "already installed",
    "lock": "as locked",
    "local": "the project itself",
}


def because_words(because: str) -> str:
    """Why this version, from the word of the event."""
    return BECAUSE_WORDS.get(because, because)


ROOTS = ("", "root", "you")
"""Names under which the requirements of the user stand in a term."""

RULE_SENTENCES = {
    "page_found": "An answer below 400 is the page of the project.",
    "page_404": "A 404 means that the index does not have the package; the next index is asked.",
    "page_error": "Any other status or failure of a page: uv ends the run, pip goes on as if the page were empty.",
    "page_content": "A page that cannot be read: uv ends the run, pip skips a page of the wrong type.",
    "offline_not_cached": "Offline, and no page of it is cached: as if the index did not have it.",
    "local_page": "The index is a folder of this machine.",
    "first-index": "The first index that has the package ends its search, whatever its versions.",
    "unsafe-first-match": "Indexes are asked in order until one has a version that fits.",
    "unsafe-best-match": "All indexes are asked, and the best version of all of them is taken.",
    "pool": "pip asks all indexes and takes their files as one pool.",
    "pinned": "The package is pinned to an index: no other one is asked.",
    "best_wheel": "Metadata is read from the wheel that fits best; for all platforms together, from the first by name.",
    "read_from": "You chose the file whose metadata is read; no release of uv lets you.",
}
"""Rules that hold in every release, by the ids that events carry."""

READING_RULES = {
    "best_wheel": "the wheel that fits best",
    "pip_order_of_files": "the file that pip prefers",
    "read_from": "the file that you chose",
}


def reading_rule(rule: str, *, universal: bool) -> str:
    """Why metadata is read from this file and no other."""
    if rule == "best_wheel" and universal:
        return "the first wheel by file name: a universal resolution reads one for all platforms"
    return READING_RULES.get(rule, rule)


def term_words(term: Term) -> str:
    """One term: `torch>=2`, `not torch>=2`."""
    if term.package in ROOTS:
        return "you" if term.positive else "not you"
    space = " " if term.range[:1].isalnum() else ""
    shown = term.package if term.range in ("", "*") else f"{term.package}{space}{term.range}"
    return shown if term.positive else f"not {shown}"


def incompatibility_sentence(added: IncompatibilityAdded) -> str:
    """What a set of terms that cannot hold together says, for leaves and conclusions without a worded sentence."""
    terms = added.terms
    match added.cause:
        case "root":
            return "your requirements have to hold"
        case "dependency" if len(terms) == 2:
            needed = Term(terms[1].package, terms[1].range, True)
            first = term_words(terms[0])
            return f"{first} {'require' if first == 'you' else 'requires'} {term_words(needed)}"
        case "no versions":
            return f"there is no version of {', '.join(map(term_words, terms))}"
        case "requires python":
            return f"{', '.join(map(term_words, terms))} wants another Python"
        case "unavailable version" | "unavailable package":
            shown = ", ".join(map(term_words, terms))
            return f"{shown}: {refusal_words(added.refusal)}" if added.refusal else f"{shown} is unavailable"
        case "dependency" | "conclusion":
            if not terms or (len(terms) == 1 and terms[0].package in ROOTS):
                return "your requirements cannot be satisfied"
            if len(terms) == 1:
                return f"{term_words(terms[0])} cannot be used"
            return " and ".join(map(term_words, terms)) + " exclude each other"
        case _:
            assert_never(added.cause)


def size_words(count: int) -> str:
    """`812 B`, `3.3 MB`."""
    if count < 1000:
        return f"{count} B"
    size = count / 1000
    for unit in ("kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError(count)


def time_words(milliseconds: float) -> str:
    """`12 ms`, `1.8 s`."""
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def count_words(count: int, singular: str, plural: str | None = None) -> str:
    """`1 request`, `41 requests`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def outcome_words(outcome: str) -> str:
    """The outcome of a run in the status line."""
    return {"resolved": "resolved", "unsatisfiable": "no solution", "failed": "failed", "cancelled": "cancelled"}.get(
        outcome, outcome
    )
