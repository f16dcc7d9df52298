"""Settings and answers as events."""

from __future__ import annotations

from collections.abc import Iterable

from ..events import (
    Emit,
    EnvironmentInForce,
    IndexInForce,
    Pinned,
    PinnedFile,
    RunStarted,
    SettingIgnored,
    SettingInForce,
    Warned,
)
from ..model.environment import Environment
from ..model.files import DistributionFile
from ..model.index import Index
from ..profiles import Profile
from ..resolve.installs import file_for
from ..resolve.solution import SolvedPackage
from ..settings.settings import Settings


def tell_settings(settings: Settings, profile: Profile, environment: Environment, emit: Emit) -> None:
    """The start of a run: its command, the indexes in the order asked, the target, every setting and what is unused."""
    emit(RunStarted(profile.name, settings.command, settings.mode, (environment.name,), profile.note))
    for position, index in enumerate((*settings.find_links, *settings.indexes)):
        emit(_index_in_force(position, index))
    emit(EnvironmentInForce(environment.name, environment.markers, len(environment.tags), environment.host))
    for noted in settings.noted:
        emit(SettingInForce(noted.name, noted.value, noted.origin))
    for unused in settings.unused:
        emit(SettingIgnored(unused.name, unused.value, unused.origin, unused.why))
    for warning in settings.warnings:
        emit(Warned(warning))


def _index_in_force(position: int, index: Index) -> IndexInForce:
    credentials = "URL" if index.credentials is not None else ""
    if index.variable_credentials is not None:
        credentials = ", ".join(index.variable_names)
    codes = tuple(sorted(index.ignore_error_codes)) if index.ignore_error_codes is not None else None
    return IndexInForce(
        position=position,
        id=index.id,
        url=index.url,
        default=index.default,
        explicit=index.explicit,
        format="flat" if index.find_links else index.format,
        authenticate=index.authenticate,
        ignore_error_codes=codes,
        credentials_from=credentials,
        origin=index.origin,
    )


def pinned(package: SolvedPackage, environment: Environment, settings: Settings, profile: Profile) -> Pinned:
    """One package of the answer, with the file that would be installed in `environment`."""
    file = file_for(package, environment, settings, profile)
    listing = package.listing if package.source is None else None
    return Pinned(
        name=package.name,
        version=str(package.version),
        index=listing.index.url if listing is not None else None,
        index_id=listing.index.id if listing is not None else None,
        markers=package.marker,
        metadata_from=package.metadata_from,
        files={environment.name: file.filename if file is not None else None},
        why=package.why,
        required_by=package.required_by,
        requested_extras=tuple(sorted(package.extras)),
        source=package.source,
        dependencies=package.dependencies,
        distributions=tuple(map(_pinned_file, _locked_files(package))),
    )


def _locked_files(package: SolvedPackage) -> Iterable[DistributionFile]:
    """The usable files of a version of an index: its wheels, then its source distribution."""
    listing, files = package.listing, package.files
    if listing is None or package.source is not None:
        return ()
    if files is None:
        return listing.files.get(package.version, ())
    chosen = (*files.usable_wheels, files.usable_sdist, files.for_install)
    return {file.filename: file for file in chosen if file is not None}.values()


def _pinned_file(file: DistributionFile) -> PinnedFile:
    return PinnedFile(file.filename, file.kind, file.url, file.hashes, file.size, file.upload_time)
