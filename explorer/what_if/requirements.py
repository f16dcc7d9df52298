"""Changes of the user's own requirements, wherever they are stated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from packaging.utils import canonicalize_name

from ..model.requirement import ANY_VERSION, Requirement
from ..settings.settings import Project, Settings


def loosened(settings: Settings, package: str) -> Settings:
    """The settings with each direct requirement of `package` in any version."""
    return _changed(settings, package, drop=False)


def dropped(settings: Settings, package: str) -> Settings:
    """The settings without the direct requirements of `package`."""
    return _changed(settings, package, drop=True)


def _changed(settings: Settings, package: str, drop: bool) -> Settings:
    name = canonicalize_name(package)

    def some(stated: Iterable[Requirement]) -> tuple[Requirement, ...]:
        kept = (r for r in stated if not (drop and r.name == name))
        return tuple(replace(r, specifier=ANY_VERSION) if r.name == name else r for r in kept)

    def project(of: Project) -> Project:
        return replace(
            of,
            requires=some(of.requires),
            extras={extra: some(stated) for extra, stated in of.extras.items()},
            groups={group: some(stated) for group, stated in of.groups.items()},
            members=tuple(project(member) for member in of.members),
        )

    return replace(
        settings,
        requirements=some(settings.requirements),
        project=project(settings.project) if settings.project is not None else None,
    )
