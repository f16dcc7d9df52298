"""The same requirements and indexes as another command, or the other tool, would resolve them."""

from __future__ import annotations

from dataclasses import replace

from ..model.index import Index
from ..settings.settings import PipSettings, Settings

PIP_RETRIES = 5
PIP_TIMEOUT = 15.0
"""pip's own defaults, in seconds."""


def for_one_environment(settings: Settings) -> Settings:
    """As `uv pip compile pyproject.toml` resolves: what the project requires, with the extras and groups chosen."""
    project = settings.project
    if project is None:
        return replace(settings, mode="platform")
    stated = list(project.requires)
    stated += [r for extra in settings.selected_extras for r in project.extras.get(extra, ())]
    stated += [r for group in settings.selected_groups for r in project.groups.get(group, ())]
    return replace(
        settings,
        kind="uv pip compile" if settings.tool == "uv" else settings.kind,
        mode="platform",
        project=None,
        requirements=(*settings.requirements, *stated),
        installs=False,
        frozen=False,
    )


def with_pip(settings: Settings) -> Settings:
    """As `pip install --dry-run --ignore-installed` resolves the same requirements with the same indexes.

    pip has one pool: the default index first, no priority, no explicit index, no source pinned to one (indexes.md 2);
    it reads credentials from URLs, netrc and keyring only (auth.md 9); overrides, dependency-metadata, locks and
    ignored statuses are uv's.
    """
    alone = for_one_environment(settings)
    indexes = tuple(map(_as_pip_has_it, sorted(alone.indexes, key=lambda index: not index.default)))
    requirements = tuple(replace(each, index=None) for each in alone.requirements)
    return replace(
        alone,
        tool="pip",
        kind="pip install",
        command=("pip", "install", "--dry-run", "--ignore-installed", *map(str, requirements)),
        requirements=requirements,
        indexes=indexes,
        known_indexes=indexes,
        find_links=tuple(map(_as_pip_has_it, alone.find_links)),
        strategy="pool",
        prerelease="allow" if alone.prerelease == "allow" else None,
        overrides=(),
        dependency_metadata=(),
        metadata_files=(),
        preferences=(),
        locked=(),
        locked_markers=(),
        lock_is_current=False,
        installs=True,
        pip=PipSettings(dry_run=True, ignore_installed=True),
        network=replace(alone.network, retries=PIP_RETRIES, timeout=PIP_TIMEOUT),
        auth=replace(alone.auth, keyring="disabled" if alone.auth.keyring == "disabled" else "auto", store=None),
    )


def _as_pip_has_it(index: Index) -> Index:
    return replace(
        index,
        explicit=False,
        authenticate="auto",
        ignore_error_codes=None,
        exclude_newer=None,
        variable_credentials=None,
        variable_names=(),
    )
