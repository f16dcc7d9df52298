"""What a user may change to see what would happen: a closed union of values, each with a title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from ..model.credentials import Credentials
from ..model.index import AuthenticatePolicy, IndexStrategy
from ..model.url import SafeUrl
from ..settings.settings import PrereleaseMode, ResolutionMode, StaticMetadata


@dataclass(frozen=True, slots=True)
class SwitchIndex:
    """The index (by its id) is asked, or is not there at all."""

    index: str
    on: bool


@dataclass(frozen=True, slots=True)
class AddIndex:
    """An index more, as if the project's own file declared it. Credentials that stand with it elsewhere go along."""

    name: str | None
    url: SafeUrl
    default: bool = False
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class MoveIndex:
    """The index is asked `by` places later (negative: earlier)."""

    index: str
    by: int


@dataclass(frozen=True, slots=True)
class MarkExplicit:
    """Only packages that are pinned to the index are looked for there, or all are."""

    index: str
    explicit: bool


@dataclass(frozen=True, slots=True)
class MakeDefault:
    """The index takes the place of PyPI: it is asked last."""

    index: str


@dataclass(frozen=True, slots=True)
class UseStrategy:
    """Which indexes count for a package."""

    strategy: IndexStrategy


@dataclass(frozen=True, slots=True)
class Authenticate:
    """When credentials are looked for."""

    index: str
    policy: AuthenticatePolicy


@dataclass(frozen=True, slots=True)
class ReplaceCredentials:
    """The index gets these credentials instead of its own (None: it has none). They are never written anywhere."""

    index: str
    credentials: Credentials | None


@dataclass(frozen=True, slots=True)
class UseNetrc:
    """The netrc file is read, or it is not there."""

    used: bool


@dataclass(frozen=True, slots=True)
class IgnoreStatus:
    """The status means "not here" on the index, or it does not."""

    index: str
    status: int
    ignored: bool


@dataclass(frozen=True, slots=True)
class InjectStatus:
    """The index answers this status for its page of `package` (None: for each page), and is not asked; None as status:
    it answers itself again.
    """

    index: str
    status: int | None
    package: str | None = None


@dataclass(frozen=True, slots=True)
class ResolveFor:
    """For one platform (as `--python-platform` names it; None: this machine) and one Python (None: the one here)."""

    platform: str | None = None
    python: str | None = None


@dataclass(frozen=True, slots=True)
class ResolveUniversally:
    """For all platforms at once."""


@dataclass(frozen=True, slots=True)
class LimitEnvironments:
    """`environments`: what a universal resolution is solved for; empty: everything."""

    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequireEnvironments:
    """`required-environments`: what must have a wheel."""

    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequirePython:
    """The `requires-python` that is solved for."""

    specifier: str


@dataclass(frozen=True, slots=True)
class UsePrereleases:
    """When pre-releases may be taken: of one package, or of all (None)."""

    mode: PrereleaseMode
    package: str | None = None


@dataclass(frozen=True, slots=True)
class AllowYanked:
    """This version is taken although it was yanked: a constraint names it exactly."""

    package: str
    version: str


@dataclass(frozen=True, slots=True)
class ExcludeNewer:
    """Files from this instant on do not exist (None: no such limit): of one package, of one index, or all."""

    until: str | None
    package: str | None = None
    index: str | None = None


@dataclass(frozen=True, slots=True)
class UseResolution:
    """Highest or lowest versions."""

    mode: ResolutionMode


@dataclass(frozen=True, slots=True)
class AllowBuilds:
    """sdists may be built, of one package or of all (None)."""

    allowed: bool
    package: str | None = None


@dataclass(frozen=True, slots=True)
class AllowWheels:
    """Wheels may be used, of one package or of all (None)."""

    allowed: bool
    package: str | None = None


@dataclass(frozen=True, slots=True)
class StateMetadata:
    """`dependency-metadata`: nothing is read of the package, this is what it requires."""

    metadata: StaticMetadata


@dataclass(frozen=True, slots=True)
class ReadMetadataFrom:
    """The metadata of a version is read from the file of this name."""

    package: str
    version: str
    filename: str


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """A limit for a package, should it be needed."""

    requirement: str


@dataclass(frozen=True, slots=True)
class AddOverride:
    """What is required of a package, whatever others say."""

    requirement: str


@dataclass(frozen=True, slots=True)
class AddRequirement:
    """A direct requirement more, pinned to the index named `index` if one is given."""

    requirement: str
    index: str | None = None


@dataclass(frozen=True, slots=True)
class LoosenRequirement:
    """Any version of a package that is required directly."""

    package: str


@dataclass(frozen=True, slots=True)
class DropRequirement:
    """A package is not required directly."""

    package: str


@dataclass(frozen=True, slots=True)
class ForgetPreferences:
    """Versions in a lock, an output file or the environment steer nothing: of one package, or of all (None)."""

    package: str | None = None


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Nothing comes out of the private cache: of one package, or of all (None)."""

    package: str | None = None


@dataclass(frozen=True, slots=True)
class UseProfile:
    """The rules of another release (`uv@0.6.17`)."""

    profile: str


Toggle = (
    SwitchIndex
    | AddIndex
    | MoveIndex
    | MarkExplicit
    | MakeDefault
    | UseStrategy
    | Authenticate
    | ReplaceCredentials
    | UseNetrc
    | IgnoreStatus
    | InjectStatus
    | ResolveFor
    | ResolveUniversally
    | LimitEnvironments
    | RequireEnvironments
    | RequirePython
    | UsePrereleases
    | AllowYanked
    | ExcludeNewer
    | UseResolution
    | AllowBuilds
    | AllowWheels
    | StateMetadata
    | ReadMetadataFrom
    | AddConstraint
    | AddOverride
    | AddRequirement
    | LoosenRequirement
    | DropRequirement
    | ForgetPreferences
    | AskAgain
    | UseProfile
)


def title(toggle: Toggle) -> str:
    """What the toggle does, in a few words; never a secret."""
    match toggle:
        case SwitchIndex(index, on):
            return f"with {index}" if on else f"without {index}"
        case AddIndex(name, url, default, explicit):
            kind = "default index" if default else "explicit index" if explicit else "index"
            return f"declare the {kind} {f'{name}={url}' if name else url}"
        case MoveIndex(index, by):
            return f"{index} earlier" if by < 0 else f"{index} later"
        case MarkExplicit(index, explicit):
            return f"{index} {'explicit' if explicit else 'not explicit'}"
        case MakeDefault(index):
            return f"{index} as default"
        case UseStrategy(strategy):
            return f"strategy {strategy}"
        case Authenticate(index, policy):
            return f"{index}: authenticate = {policy}"
        case ReplaceCredentials(index, None):
            return f"{index}: no credentials"
        case ReplaceCredentials(index, credentials):
            assert credentials is not None
            shown = credentials.shown_user
            return f"{index}: other credentials" + (f" (user {shown})" if shown else "")
        case UseNetrc(used):
            return "with netrc" if used else "without netrc"
        case IgnoreStatus(index, status, ignored):
            return f"{index}: {'ignore' if ignored else 'do not ignore'} {status}"
        case InjectStatus(index, None, package):
            return f"{index} answers itself" + _for(package)
        case InjectStatus(index, status, package):
            return f"{index} answers {status}" + _for(package)
        case ResolveFor(platform, python):
            return f"only for {platform or 'this machine'}" + (f", Python {python}" if python else "")
        case ResolveUniversally():
            return "for all platforms"
        case LimitEnvironments(markers):
            return f"environments = {' | '.join(markers) or 'all'}"
        case RequireEnvironments(markers):
            return f"required-environments = {' | '.join(markers) or 'none'}"
        case RequirePython(specifier):
            return f"requires-python {specifier}"
        case UsePrereleases(mode, package):
            return f"pre-releases {mode}" + _of(package)
        case AllowYanked(package, version):
            return f"take {package} {version} though it was yanked"
        case ExcludeNewer(until, package, index):
            return (f"exclude-newer {until}" if until else "no exclude-newer") + _of(package) + _on(index)
        case UseResolution(mode):
            return f"resolution {mode}"
        case AllowBuilds(allowed, package):
            return ("builds allowed" if allowed else "no builds") + _of(package)
        case AllowWheels(allowed, package):
            return ("wheels allowed" if allowed else "no wheels") + _of(package)
        case StateMetadata(metadata):
            stated = f"{metadata.name} {metadata.version}" if metadata.version else metadata.name
            return f"dependency-metadata for {stated}"
        case ReadMetadataFrom(package, version, filename):
            return f"metadata of {package} {version} from {filename}"
        case AddConstraint(requirement):
            return f"constraint {requirement}"
        case AddOverride(requirement):
            return f"override {requirement}"
        case AddRequirement(requirement, index):
            return f"require {requirement}" + (f" from {index}" if index else "")
        case LoosenRequirement(package):
            return f"{package} in any version"
        case DropRequirement(package):
            return f"without requiring {package}"
        case ForgetPreferences(package):
            return "no preferences" + _of(package)
        case AskAgain(package):
            return "ask again" + _of(package)
        case UseProfile(profile):
            return f"as {profile}"
        case _:
            assert_never(toggle)


def _for(package: str | None) -> str:
    return f" for {package}" if package else ""


def _of(package: str | None) -> str:
    return f" of {package}" if package else ""


def _on(index: str | None) -> str:
    return f" on {index}" if index else ""
