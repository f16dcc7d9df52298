"""The one union of events, from the engine to everything that shows or stores it.

An `Event` is an envelope (number, time, run, fork, what stands behind it) around one `Body`. Bodies carry values that
are safe to show: URLs are `SafeUrl`, users are names as sent (a lone user name is masked), no password exists here.
Refusals are members of the unions in `model.reasons`. A `match` over `Body` ends in `assert_never`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .model.origin import Origin
from .model.reasons import ConnectionFailure, FetchFailure, FileRefusal, PackageRefusal, VersionRefusal
from .model.url import SafeUrl

Basis = Literal["simulated", "observed", "replayed"]
"""Decided by our engine; seen in the log or traffic of the real tool; our engine over a recording."""

Purpose = Literal["page", "find-links", "metadata", "wheel", "sdist", "direct url", "install", "build"]
"""What a request is for. `metadata` is a sidecar; `wheel` and `sdist` are files read for metadata; `install` would be
installed.
"""

ExchangeFrom = Literal["network", "cache", "recording", "local folder", "what if"]
"""`what if`: a status that the user put in place of the index's answer; nothing was asked."""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """`command`: the words with secrets masked; `profile` like `uv@0.7.0`; `environments`: names of the targets.

    `profile_note` says so where the version is newer than the newest known rules.
    """

    profile: str
    command: tuple[str, ...]
    mode: Literal["universal", "platform"]
    environments: tuple[str, ...]
    profile_note: str = ""


@dataclass(frozen=True, slots=True)
class IndexInForce:
    """One index of the search list at `position` (0 is asked first); flat locations and explicit ones included.

    `credentials_from` names the source that gave credentials before any request (`URL`, `UV_INDEX_CORP_PASSWORD`), ""
    for none.
    """

    position: int
    id: str
    url: SafeUrl
    default: bool
    explicit: bool
    format: Literal["simple", "flat"]
    authenticate: str
    ignore_error_codes: tuple[int, ...] | None
    credentials_from: str
    origin: Origin
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class EnvironmentInForce:
    """A target of the resolution; `tags` counts its accepted wheel tags, `markers` are its PEP 508 values."""

    name: str
    markers: Mapping[str, str]
    tags: int
    host: bool


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting with its value as text (masked) and where it comes from."""

    name: str
    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class SettingIgnored:
    """Something found but not used, and why (one sentence's reason, without a full stop)."""

    name: str
    value: str
    origin: Origin
    why: str


@dataclass(frozen=True, slots=True)
class RequestStarted:
    """One wire exchange begins; answers from the cache have a RequestStarted/RequestEnded pair too.

    `request` numbers exchanges of a run from 1; `logical` is the first exchange of the same logical request, so that
    retries, repeats with credentials and redirect hops group under it. `user` is what is sent as user name: None for no
    Authorization header; a lone user is masked in `user_shown`. `redirect_of`, `retry_of` name the exchange it follows.
    `user_known` is False where what was sent cannot be seen (observed over TLS, from a log).
    """

    request: int
    logical: int
    method: Literal["GET", "HEAD"]
    url: SafeUrl
    purpose: Purpose
    index: str | None
    package: str | None
    byte_range: tuple[int, int] | None
    user: str | None
    user_shown: str | None
    attempt: int = 1
    redirect_of: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    user_known: bool = True


@dataclass(frozen=True, slots=True)
class RequestEnded:
    """The exchange is over. `status` is None where no answer came (`failure` says why) or where `source` is the cache.

    `bytes`: length of the body received; `milliseconds` from first byte sent to last byte read; `headers` are masked;
    `excerpt` is the first part of the body of pages and error answers (at most 400 characters, untrusted text);
    `cache` says what the cache decided (`fresh: age 12 s of 600 s`, `revalidated`), "" without a cache.
    """

    request: int
    status: int | None
    source: ExchangeFrom
    bytes: int
    milliseconds: float
    failure: FetchFailure | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    excerpt: str = ""
    cache: str = ""


Rung = Literal[
    "URL of the request", "URL of the index", "environment variable", "known for this root", "known for this URL",
    "known for this host", "netrc", "credential store", "keyring", "last used for this host", "no credentials",
]  # fmt: skip

RungOutcome = Literal[
    "used", "nothing", "user only", "other user", "not asked", "remembered failure", "failed", "not determined"
]


@dataclass(frozen=True, slots=True)
class CredentialConsidered:
    """One rung of the ladder for one logical request, in the order in which they were looked at.

    `detail` is data for the screen (file asked, service asked, which query stored it), without secrets; `rule` is a
    rule id
    of `profiles`. `before` is the number of the exchange that follows.
    """

    logical: int
    rung: Rung
    outcome: RungOutcome
    user_shown: str | None
    rule: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CredentialSent:
    """What exchange `request` carries and the rung it came from (`no credentials` for none)."""

    request: int
    logical: int
    rung: Rung
    user_shown: str | None
    rule: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class CredentialStored:
    """A store keeps the credentials of `user_shown` for `key` (a URL, or an origin) after exchange `request` (None: at
    the start).
    """

    store: Literal["URL", "host"]
    key: str
    user_shown: str
    request: int | None


@dataclass(frozen=True, slots=True)
class IndexAnswered:
    """What the answer of one index for one package means. `requests` are the exchanges that led to it.

    `versions` counts versions listed; `rule` is the id of the profile's rule that classified it.
    """

    package: str
    index: str
    meaning: Literal["found", "absent", "stop", "abort", "skipped"]
    status: int | None
    versions: int
    rule: str
    requests: tuple[int, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SearchEnded:
    """The search for a package is over. `not_asked` are the ids of the indexes that were not asked, in order."""

    package: str
    found_on: tuple[str, ...]
    not_asked: tuple[str, ...]
    refusal: PackageRefusal | None
    rule: str


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file of a page as understood, or with the reason it is dropped."""

    filename: str
    version: str | None
    refusal: FileRefusal | None = None


@dataclass(frozen=True, slots=True)
class PageRead:
    """A project page was parsed: one event with all its files."""

    package: str
    index: str
    request: int | None
    format: Literal["json", "html", "folder"]
    files: tuple[FileSeen, ...]
    versions: tuple[str, ...]
    from_parsed_cache: bool = False


@dataclass(frozen=True, slots=True)
class CandidateJudged:
    """A version was looked at for `package` in `range`: taken (`refusal` None) or refused.

    `because`: `newest`, `lowest`, `preference`, `pinned`, `only version`, ...; `skipped` counts versions passed over
    on the way because the range excludes them.
    """

    package: str
    version: str
    index: str
    range: str
    because: str
    refusal: VersionRefusal | None = None
    prefetch: bool = False


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """One file of a version against one target; `rank` is the position of its best tag (lower is better)."""

    filename: str
    kind: Literal["wheel", "sdist"]
    refusal: FileRefusal | None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class WheelChosen:
    """All files of a version judged for one target (`environment`, or "any" in universal mode), and what was chosen.

    `for_metadata` is the file that is read, `for_install` the one that would be installed there (None: not usable).
    """

    package: str
    version: str
    index: str
    environment: str
    verdicts: tuple[FileVerdict, ...]
    for_metadata: str | None
    for_install: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class MetadataRead:
    """Core metadata of a version is known. `way` says how; `requests` are the exchanges; requirements as PEP 508
    text.
    """

    package: str
    version: str
    filename: str
    way: Literal[
        "sidecar",
        "range",
        "streamed wheel",
        "static sdist",
        "built sdist",
        "dependency-metadata",
        "local folder",
        "recorded",
    ]
    requires_python: str | None
    requires: tuple[str, ...]
    extras: tuple[str, ...]
    requests: tuple[int, ...] = ()
    refusal: VersionRefusal | None = None


@dataclass(frozen=True, slots=True)
class BuildChanged:
    """A PEP 517 build of an sdist's metadata: `stage` moves started → requirements → backend → done | failed."""

    package: str
    version: str
    stage: Literal["started", "requirements", "backend", "done", "failed"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RequirementAdded:
    """`parent` (None: you) requires `package` in `range`; `requirement` is the text as stated, `origin` where."""

    parent: str | None
    parent_version: str | None
    package: str
    range: str
    requirement: str
    marker: str | None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class ForkOpened:
    """A part of the environments is solved on its own. `fork` 0 is the whole; `parent` is the fork it was split
    from.
    """

    fork: int
    parent: int | None
    marker: str
    cause: str


@dataclass(frozen=True, slots=True)
class ForkClosed:
    """A fork is solved (`outcome` "resolved") or ended the run."""

    fork: int
    outcome: Literal["resolved", "unsatisfiable", "failed"]
    packages: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The solver chose `package` `version` at decision `level`; `because` as in CandidateJudged."""

    package: str
    version: str
    level: int
    because: str
    index: str | None = None


TermSign = Literal["requires", "forbids"]


@dataclass(frozen=True, slots=True)
class Term:
    """One term of an incompatibility: `package` with `range` as text, positive or negative."""

    package: str
    range: str
    positive: bool


@dataclass(frozen=True, slots=True)
class IncompatibilityAdded:
    """A set of terms that cannot hold together. Leaves (`parents` empty) rest on evidence; conclusions have two
    parents.

    `cause` is the kind of leaf or `conclusion`; `evidence` are numbers of exchanges, or () ; `refusal` carries the
    data of unavailable versions and packages; `setting` names a setting a leaf rests on.
    """

    incompatibility: int
    cause: Literal[
        "root",
        "no versions",
        "dependency",
        "requires python",
        "unavailable version",
        "unavailable package",
        "conclusion",
    ]
    terms: tuple[Term, ...]
    parents: tuple[int, int] | None = None
    evidence: tuple[int, ...] = ()
    refusal: VersionRefusal | PackageRefusal | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """The current decisions violate `incompatibility`."""

    incompatibility: int
    package: str


@dataclass(frozen=True, slots=True)
class Backtracked:
    """Decisions above `to_level` were undone."""

    from_level: int
    to_level: int
    undone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file of a chosen version that may be installed somewhere, as its index lists it."""

    filename: str
    kind: Literal["wheel", "sdist"]
    url: SafeUrl
    hashes: Mapping[str, str]
    size: int | None = None
    upload_time: str | None = None


@dataclass(frozen=True, slots=True)
class Pinned:
    """One package of the answer. `files`: environment → file that would be installed there (None: none usable).

    `markers` is None where it holds everywhere; `why` as in CandidateJudged; `required_by` are names with versions,
    "you" for direct; `distributions` are the files that a lock of the version lists.
    """

    name: str
    version: str
    index: SafeUrl | None
    index_id: str | None
    markers: str | None
    metadata_from: str | None
    files: Mapping[str, str | None]
    why: str
    required_by: tuple[str, ...]
    requested_extras: tuple[str, ...] = ()
    source: str | None = None
    dependencies: tuple[tuple[str, str | None], ...] = ()
    distributions: tuple[PinnedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """The answer."""

    packages: tuple[Pinned, ...]


@dataclass(frozen=True, slots=True)
class DerivationNode:
    """A node of the derivation tree after reduction: a conclusion with two children, or a leaf.

    `sentence` is the clause as the report words it; `evidence` are numbers of exchanges, `origin` the setting or
    requirement of the user that a leaf rests on; `number` is the "(1)" by which the report refers to a conclusion.
    `cut`: its causes are not shown here, because they stand elsewhere in the tree or lie too deep.
    """

    incompatibility: int
    cause: str
    sentence: str
    children: tuple[DerivationNode, ...] = ()
    evidence: tuple[int, ...] = ()
    number: int | None = None
    terms: tuple[Term, ...] = ()
    origin: Origin | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """No solution. `report` are the lines of the explanation, `hints` sentences; `derivation` the tree behind it
    (None: not known).
    """

    headline: str
    report: tuple[str, ...]
    hints: tuple[str, ...]
    derivation: DerivationNode | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The run ended with an error that is no conflict: a fetch, a build, a refused setting.

    `kind` is a word for programs (`fetch`, `build`, `settings`, `cancelled`, `limit`, `internal`), `message` one
    sentence, `chain` the lines "x was included because ...".
    """

    kind: str
    message: str
    hints: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    failure: FetchFailure | ConnectionFailure | None = None
    request: int | None = None


@dataclass(frozen=True, slots=True)
class NotModelled:
    """Something that the real tool does and the explorer does not yet: what, and what that means for the answer."""

    what: str
    consequence: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning of the tool or the explorer, one sentence."""

    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause named by `diagnose`: claim, evidence (event numbers) and remedies that were tried.

    `would_tell` is the query that would settle what no answer shows, "" where the evidence is complete.
    """

    rule: str
    severity: Literal["error", "warning", "note"]
    message: str
    evidence: tuple[int, ...]
    remedies: tuple[Remedy, ...] = ()
    would_tell: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change (`toggle` in words) with the outcome it had when it was tried (None: not tried)."""

    toggle: str
    outcome: Literal["resolved", "unsatisfiable", "failed"] | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event of a run. `seconds` of wall time; `requests` on the wire."""

    outcome: Literal["resolved", "unsatisfiable", "failed", "cancelled"]
    seconds: float
    requests: int


Body = (
    RunStarted
    | IndexInForce
    | EnvironmentInForce
    | SettingInForce
    | SettingIgnored
    | RequestStarted
    | RequestEnded
    | CredentialConsidered
    | CredentialSent
    | CredentialStored
    | IndexAnswered
    | SearchEnded
    | PageRead
    | CandidateJudged
    | WheelChosen
    | MetadataRead
    | BuildChanged
    | RequirementAdded
    | ForkOpened
    | ForkClosed
    | Decision
    | IncompatibilityAdded
    | Conflict
    | Backtracked
    | Resolved
    | Unsatisfiable
    | Failed
    | NotModelled
    | Warned
    | Finding
    | RunEnded
)


@dataclass(frozen=True, slots=True)
class Event:
    """`number` counts from 1 within a run; `at` is seconds since the run started; `fork` is 0 outside universal
    mode.
    """

    number: int
    at: float
    run: int
    fork: int
    body: Body
    basis: Basis = "simulated"


class Cancelled(Exception):
    """Raised by `emit` when the run was cancelled: the engine unwinds and emits nothing more but Failed and
    RunEnded.
    """


class Emit(Protocol):
    """How a layer tells: `emit(body)`, from any thread; raises `Cancelled` once the run was cancelled."""

    def __call__(self, body: Body, /, *, fork: int = 0) -> None: ...


Sink = Callable[[Event], None]
"""Receives each event, in order of its number, one at a time."""
