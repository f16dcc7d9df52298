"""Toggles as pure functions from settings to settings; what they set has the origin "you, now"."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, assert_never

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from ..model.index import Index
from ..model.origin import Origin
from ..model.requirement import Requirement
from ..profiles import Profile, parse_profile
from ..settings.index_list import with_variables
from ..settings.requirement_text import parse_marker, parse_requirement
from ..settings.settings import InjectedStatus, MetadataFile, Noted, Settings, UsageError
from . import requirements
from . import toggle as t
from .indexes import Change, added, changed, made_default, moved, switched
from .other_tool import for_one_environment
from .toggle import Toggle, title

YOU_NOW: Final = Origin("you, now")


def apply(toggle: Toggle, settings: Settings, base: Settings) -> Settings:
    """`settings` with the toggle; `base` are those without any. Raises `UsageError` for a text that does not parse.

    A toggle of something that is not there (an index that is switched off) changes nothing.
    """
    return _noted(_applied(toggle, settings, base), toggle)


def apply_to_profile(toggle: Toggle, profile: Profile) -> Profile:
    """The rules after the toggle. Raises `profiles.UnknownProfile`."""
    return parse_profile(toggle.profile) if isinstance(toggle, t.UseProfile) else profile


def _applied(toggle: Toggle, settings: Settings, base: Settings) -> Settings:
    files, target, network = settings.files, settings.target, settings.network
    match toggle:
        case t.SwitchIndex(index, on):
            return replace(
                settings,
                indexes=switched(settings.indexes, base.indexes, index, on),
                find_links=switched(settings.find_links, base.find_links, index, on),
                no_index=settings.no_index and not on,
            )
        case t.AddIndex():
            return _with_one_more(settings, toggle)
        case t.MoveIndex(index, by):
            return replace(settings, indexes=moved(settings.indexes, index, by))
        case t.MakeDefault(index):
            return replace(settings, indexes=made_default(settings.indexes, index))
        case t.MarkExplicit(index, explicit):
            return _with_index(settings, index, lambda i: replace(i, explicit=explicit))
        case t.Authenticate(index, policy):
            return _with_index(settings, index, lambda i: replace(i, authenticate=policy))
        case t.ReplaceCredentials(index, credentials):
            other = {"credentials": credentials, "variable_credentials": None, "variable_names": ()}
            return _with_index(settings, index, lambda i: replace(i, **other))  # type: ignore[arg-type]
        case t.IgnoreStatus(index, status, ignored):
            return _with_index(settings, index, lambda i: _ignoring(i, status, ignored=ignored))
        case t.InjectStatus(index, answered, package):
            return _injecting(settings, index, answered, canonicalize_name(package) if package else None)
        case t.ExcludeNewer(until, None, str(index)):
            return _with_index(settings, index, lambda i: replace(i, exclude_newer=until or False))
        case t.ExcludeNewer(until, str(package), _):
            cut: dict[NormalizedName, str | Literal[False]] = {canonicalize_name(package): until or False}
            return replace(
                settings, files=replace(files, exclude_newer_packages={**files.exclude_newer_packages, **cut})
            )
        case t.ExcludeNewer(until, _, _):
            return replace(settings, files=replace(files, exclude_newer=until))
        case t.UseStrategy(strategy):
            return replace(settings, strategy=strategy)
        case t.UseNetrc(used):
            return replace(settings, auth=replace(settings.auth, netrc=base.auth.netrc if used else None))
        case t.ResolveFor(platform, python):
            target = replace(
                target,
                python_platform=platform,
                python_version=python or target.python_version,
                requires_python=None,
            )
            return replace(for_one_environment(settings), target=target)
        case t.ResolveUniversally():
            return replace(settings, mode="universal", project=settings.project or base.project, installs=False)
        case t.LimitEnvironments(markers):
            parsed = tuple(parse_marker(m, str(YOU_NOW)) for m in markers)
            return replace(settings, target=replace(target, environments=parsed), locked_markers=())
        case t.RequireEnvironments(markers):
            parsed = tuple(parse_marker(m, str(YOU_NOW)) for m in markers)
            return replace(settings, target=replace(target, required_environments=parsed))
        case t.RequirePython(specifier):
            return replace(settings, target=replace(target, requires_python=_specifier(specifier)))
        case t.UsePrereleases(mode, str(package)):
            modes = {**settings.prerelease_packages, canonicalize_name(package): mode}
            return replace(settings, prerelease_packages=modes)
        case t.UsePrereleases(mode, _):
            return replace(settings, prerelease=mode)
        case t.AllowYanked(package, version):
            return _constrained(settings, f"{package}=={version}")
        case t.AddConstraint(requirement):
            return _constrained(settings, requirement)
        case t.AddOverride(requirement):
            return replace(settings, overrides=(*settings.overrides, _requirement(requirement, settings)))
        case t.AddRequirement(requirement, index):
            added = replace(_requirement(requirement, settings), index=index)
            return replace(settings, requirements=(*settings.requirements, added))
        case t.LoosenRequirement(package):
            return requirements.loosened(settings, package)
        case t.DropRequirement(package):
            return requirements.dropped(settings, package)
        case t.UseResolution(mode):
            return replace(settings, resolution=mode)
        case t.AllowBuilds(allowed, str(package)):
            names = _toggled(files.no_build_packages, package, member=not allowed)
            return replace(settings, files=replace(files, no_build_packages=names))
        case t.AllowBuilds(allowed, _):
            return replace(settings, files=replace(files, no_build=not allowed))
        case t.AllowWheels(allowed, str(package)):
            names = _toggled(files.no_binary_packages, package, member=not allowed)
            return replace(settings, files=replace(files, no_binary_packages=names))
        case t.AllowWheels(allowed, _):
            return replace(settings, files=replace(files, no_binary=not allowed))
        case t.StateMetadata(metadata):
            kept = [m for m in settings.dependency_metadata if (m.name, m.version) != (metadata.name, metadata.version)]
            return replace(settings, dependency_metadata=(*kept, metadata))
        case t.ReadMetadataFrom(package, version, filename):
            return _reading(settings, canonicalize_name(package), version, filename)
        case t.ForgetPreferences(str(package)):
            kept_names = tuple(p for p in settings.preferences if p.name != canonicalize_name(package))
            return replace(settings, preferences=kept_names)
        case t.ForgetPreferences(_):
            return replace(settings, preferences=(), locked=(), locked_markers=())
        case t.AskAgain(str(package)):
            names = network.refresh_packages | {canonicalize_name(package)}
            return replace(settings, network=replace(network, refresh_packages=names))
        case t.AskAgain(_):
            return replace(settings, network=replace(network, refresh=True))
        case t.UseProfile():
            return settings
        case _:
            assert_never(toggle)


def _noted(settings: Settings, toggle: Toggle) -> Settings:
    noted = Noted("what if", title(toggle), YOU_NOW)
    return replace(settings, noted=(*settings.noted, noted))


def _with_index(settings: Settings, index: str, change: Change) -> Settings:
    return replace(
        settings,
        indexes=changed(settings.indexes, index, change, YOU_NOW),
        find_links=changed(settings.find_links, index, change, YOU_NOW),
    )


def _with_one_more(settings: Settings, toggle: t.AddIndex) -> Settings:
    """As the file declares it where one does, with its variables. Where its name is taken already nothing changes."""
    stated = next(
        (
            unread.index
            for unread in settings.unread_indexes
            if (unread.index.name, unread.index.url) == (toggle.name, toggle.url)
        ),
        Index(url=toggle.url, name=toggle.name),
    )
    index = replace(
        stated,
        default=toggle.default,
        explicit=toggle.explicit,
        origin=YOU_NOW,
        written=-len(settings.known_indexes) - 1,
    )
    index = with_variables(index, settings.auth.environ)
    indexes = added(settings.indexes, index)
    known = settings.known_indexes if indexes == settings.indexes else (*settings.known_indexes, index)
    return replace(settings, indexes=indexes, known_indexes=known, no_index=False)


def _ignoring(index: Index, status: int, *, ignored: bool) -> Index:
    codes = index.ignore_error_codes or frozenset()
    return replace(index, ignore_error_codes=codes | {status} if ignored else codes - {status})


def _injecting(settings: Settings, id_: str, status: int | None, package: NormalizedName | None) -> Settings:
    """Another status for the same pages takes the place of the one before; None as status takes it away."""
    url = next((index.url for index in (*settings.indexes, *settings.find_links) if index.id == id_), None)
    if url is None:
        return settings
    kept = tuple(each for each in settings.injected if (each.url, each.package) != (url, package))
    return replace(settings, injected=kept if status is None else (*kept, InjectedStatus(url, status, package)))


def _reading(settings: Settings, package: NormalizedName, version: str, filename: str) -> Settings:
    try:
        file = MetadataFile(package, Version(version), filename)
    except InvalidVersion:
        raise UsageError(f"{version[:80]!r} is no version.") from None
    kept = (each for each in settings.metadata_files if (each.name, each.version) != (file.name, file.version))
    return replace(settings, metadata_files=(*kept, file))


def _constrained(settings: Settings, text: str) -> Settings:
    return replace(settings, constraints=(*settings.constraints, _requirement(text, settings)))


def _requirement(text: str, settings: Settings) -> Requirement:
    return parse_requirement(text, YOU_NOW, settings.directory)


def _specifier(text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        raise UsageError(f"{text[:80]!r} is no version specifier.") from None


def _toggled(names: frozenset[NormalizedName], package: str, *, member: bool) -> frozenset[NormalizedName]:
    name = canonicalize_name(package)
    return names | {name} if member else names - {name}
