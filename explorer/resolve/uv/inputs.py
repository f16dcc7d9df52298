"""Prepares a uv resolution from the settings: requirements, pins, environments, Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from ...events import Emit
from ...indexes.listing import Listing
from ...model.environment import Environment
from ...model.marker_algebra import TRUE, MarkerTree, parse_marker
from ...model.requirement import Requirement
from ...profiles import Profile
from ...settings.settings import Settings
from ...wheels.judge import Judge
from ...wheels.version_files import VersionFiles
from ..facts import Facts
from .direct import DirectSource, read_direct_sources, root_requirements
from .preferences import Preferences
from .python_requirement import PythonRequirement, from_exact, from_specifiers
from .requirements import Wanted, wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a resolution starts from, prepared from the settings.

    `roots` are the direct requirements; `pins` name the index of a package, with the marker where that holds;
    `direct_markers` where a package is a direct requirement;
    `demanded` are the environments that need an artifact; `initial` are the forks to begin with (none: the whole).
    `covered` tells which environments a candidate's usable files cover.
    """

    roots: Sequence[Wanted]
    constraints: dict[NormalizedName, list[Wanted]]
    overrides: dict[NormalizedName, list[Wanted]]
    direct: dict[NormalizedName, DirectSource]
    pins: dict[NormalizedName, list[tuple[MarkerTree, str]]]
    environment: Environment | None
    python: PythonRequirement
    direct_markers: Mapping[NormalizedName, Sequence[MarkerTree]]
    initial: Sequence[MarkerTree]
    demanded: Sequence[MarkerTree]
    preferences: Preferences
    judge: Judge
    covered: Callable[[VersionFiles], MarkerTree]
    supports_ranges: Callable[[Listing], bool]


def prepare(
    settings: Settings,
    profile: Profile,
    environment: Environment | None,
    installed: Version,
    facts: Facts,
    emit: Emit,
    judge: Judge,
    covered: Callable[[VersionFiles], MarkerTree],
    supports_ranges: Callable[[Listing], bool],
) -> Inputs:
    """Everything the resolver starts from. `environment` is None in universal mode; `installed` is the Python here.

    Raises `FetchError` where a direct URL cannot be read.
    """
    project = settings.project if environment is None else None
    roots = root_requirements(project) if project is not None else []
    roots += [wanted(r) for r in settings.requirements]
    constraints, overrides = _by_name(settings.constraints), _by_name(settings.overrides)
    stated = [*roots, *(w for ws in (*constraints.values(), *overrides.values()) for w in ws)]
    direct = read_direct_sources(stated, settings, facts, emit)
    return Inputs(
        roots=roots,
        constraints=constraints,
        overrides=overrides,
        direct=direct,
        pins=_index_pins(stated, direct, environment),
        environment=environment,
        direct_markers=_direct_markers(roots, direct),
        python=_python(settings, profile, environment, installed),
        initial=_initial_forks(settings) if environment is None else (),
        demanded=_demanded(settings, profile) if environment is None else (),
        preferences=Preferences(settings.preferences),
        judge=judge,
        covered=covered,
        supports_ranges=supports_ranges,
    )


def _by_name(requirements: Iterable[Requirement]) -> dict[NormalizedName, list[Wanted]]:
    result: dict[NormalizedName, list[Wanted]] = {}
    for requirement in requirements:
        result.setdefault(requirement.name, []).append(wanted(requirement))
    return result


def _python(
    settings: Settings, profile: Profile, environment: Environment | None, installed: Version
) -> PythonRequirement:
    if environment is not None:
        return from_exact(environment.python, installed, obeys_upper_bound=profile.holds("python_upper_bound"))
    specifiers = settings.target.requires_python
    if specifiers is None:
        version = settings.target.python_version or f"{installed.major}.{installed.minor}"
        specifiers = SpecifierSet(f">={version}")
    return from_specifiers(specifiers, installed)


def _index_pins(
    stated: Iterable[Wanted], direct: Mapping[NormalizedName, DirectSource], environment: Environment | None
) -> dict[NormalizedName, list[tuple[MarkerTree, str]]]:
    """The index that a first-party requirement names for its package, with the marker where it holds."""
    members = _of_members(direct)
    pins: dict[NormalizedName, list[tuple[MarkerTree, str]]] = {}
    for requirement in (*stated, *members):
        index = requirement.stated.index
        if index is None:
            continue
        marker = requirement.marker.without_extras()
        if environment is not None and not marker.evaluate(environment.markers):
            continue
        entry = (marker if environment is None else TRUE, index)
        entries = pins.setdefault(requirement.name, [])
        if entry not in entries:
            entries.append(entry)
    return pins


def _direct_markers(
    roots: Iterable[Wanted], direct: Mapping[NormalizedName, DirectSource]
) -> dict[NormalizedName, list[MarkerTree]]:
    """Where each package is a direct requirement, of the command or of a member of the workspace."""
    markers: dict[NormalizedName, list[MarkerTree]] = {}
    for requirement in (*roots, *_of_members(direct)):
        markers.setdefault(requirement.name, []).append(requirement.marker.without_extras())
    return markers


def _of_members(direct: Mapping[NormalizedName, DirectSource]) -> list[Wanted]:
    members = [source for source in direct.values() if source.is_member]
    return [r for s in members for r in (*s.requires, *(w for group in s.groups.values() for w in group))]


def _initial_forks(settings: Settings) -> tuple[MarkerTree, ...]:
    """The forks of an existing lock, else the supported environments."""
    markers = settings.locked_markers or settings.target.environments
    return tuple(parse_marker(m) for m in markers)


def _demanded(settings: Settings, profile: Profile) -> tuple[MarkerTree, ...]:
    """Environments that need an artifact: the required ones, and from uv 0.10.11 on the supported ones too."""
    demanded = []
    if profile.holds("required_environments"):
        demanded += [parse_marker(m) for m in settings.target.required_environments]
    if profile.holds("environments_need_wheels"):
        demanded += [parse_marker(m) for m in settings.target.environments]
    return tuple(demanded)
