"""Which pre-releases are admitted, by mode and by first-party requirements (indexes.md section 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from packaging.specifiers import Specifier
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion

from ..model.ranges import parse_version
from ..model.requirement import Requirement
from ..profiles import Profile
from ..settings.settings import PrereleaseMode, Project, Settings

Applies = Callable[[Requirement], bool]
"""Whether a requirement counts for the target (its marker may hold there)."""

Admission = Literal["all", "none", "stable first", "only if nothing stable"]
"""How pre-releases of a package are treated: as any version, never, after stable ones, as a last resort."""


def always(requirement: Requirement) -> bool:
    """Every requirement counts."""
    return True


def first_party(settings: Settings, applies: Applies = always) -> Iterator[Requirement]:
    """What the user states: requirements (an override replaces those of its name), constraints, overrides."""
    overridden = {override.name for override in settings.overrides}
    for requirement in _stated(settings):
        if requirement.name not in overridden and requirement.name not in settings.excludes and applies(requirement):
            yield requirement
    for requirement in (*settings.constraints, *settings.overrides):
        if applies(requirement):
            yield requirement


def direct_packages(settings: Settings, applies: Applies = always) -> frozenset[NormalizedName]:
    """The packages that the user requires directly; constraints require nothing."""
    return frozenset(requirement.name for requirement in _stated(settings) if applies(requirement))


def _stated(settings: Settings) -> Iterator[Requirement]:
    yield from settings.requirements
    if settings.project is not None:
        yield from _of_project(settings.project)


def _of_project(project: Project) -> Iterator[Requirement]:
    yield from project.requires
    for group in (*project.extras.values(), *project.groups.values()):
        yield from group
    for member in project.members:
        yield from _of_project(member)


def prereleases_asked_for(settings: Settings, profile: Profile, applies: Applies = always) -> frozenset[NormalizedName]:
    """The packages of which a first-party requirement names a pre-release; `!=` counts in old releases only."""
    not_equal = profile.holds("not_equal_admits_prereleases")
    return frozenset(
        requirement.name
        for requirement in first_party(settings, applies)
        if any(_names_prerelease(specifier, not_equal) for specifier in requirement.specifier)
    )


def _names_prerelease(specifier: Specifier, not_equal: bool) -> bool:
    if specifier.operator == "!=" and not not_equal:
        return False
    try:
        return parse_version(specifier.version.removesuffix(".*")).is_prerelease
    except InvalidVersion:
        return False


def admission(mode: PrereleaseMode | None, asked_for: bool, profile: Profile) -> Admission:
    """The treatment of a package's pre-releases under `mode` (None: the release's default), indexes.md 6."""
    stable_first = profile.text("prerelease_rule") == "stable first"
    match mode or ("if-necessary" if stable_first else "if-necessary-or-explicit"):
        case "allow":
            return "all"
        case "disallow":
            return "none"
        case "explicit" if not asked_for:
            return "none"
        case "explicit":
            return "stable first" if stable_first else "all"
        case "if-necessary-or-explicit" if asked_for and not stable_first:
            return "all"
        case _:
            return "stable first" if stable_first else "only if nothing stable"
