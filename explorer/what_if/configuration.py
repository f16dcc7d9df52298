"""Toggles as what a user would write to make them real: configuration, variables, flags. Never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..model.index import Index
from ..model.url import mask_url
from ..settings.settings import Settings, StaticMetadata
from . import toggle as t
from .toggle import Toggle, title
from .toggles import Toggles

INDEX_TOGGLES = (
    t.SwitchIndex, t.AddIndex, t.MoveIndex, t.MarkExplicit, t.MakeDefault, t.Authenticate, t.IgnoreStatus
)  # fmt: skip


@dataclass(slots=True)
class _Lines:
    """Lines by where they go."""

    project: dict[str, str] = field(default_factory=dict)
    uv: dict[str, str] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def as_configuration(toggles: Toggles, base: Settings) -> str:
    """The lines that make the toggled state of `base` real, with a heading for each place; "" without toggles.

    Raises `UsageError` as `Toggles.settings` does.
    """
    if not toggles:
        return ""
    settings = toggles.settings(base)
    lines = _Lines()
    for toggle in toggles.done:
        _add(toggle, settings, lines)
    if _changes_indexes(toggles.done):
        lines.tables += [_index_table(index) for index in settings.indexes]
    return mask_url("\n".join(_sections(lines, settings.tool)))


def _add(toggle: Toggle, settings: Settings, lines: _Lines) -> None:
    files, target = settings.files, settings.target
    if settings.tool == "pip":
        lines.words += _pip_words(toggle)
        return
    match toggle:
        case t.UseStrategy():
            lines.uv["index-strategy"] = _text(settings.strategy)
        case t.LimitEnvironments():
            lines.uv["environments"] = _list(map(str, target.environments))
        case t.RequireEnvironments():
            lines.uv["required-environments"] = _list(map(str, target.required_environments))
        case t.RequirePython():
            lines.project["requires-python"] = _text(str(target.requires_python))
        case t.UsePrereleases(_, None):
            lines.uv["prerelease"] = _text(settings.prerelease or "if-necessary-or-explicit")
        case t.UsePrereleases(mode, package):
            lines.words.append(f"--prerelease-package {package}={mode}")
        case t.ExcludeNewer(until, None, None):
            lines.uv["exclude-newer"] = _text(until) if until else "false"
        case t.ExcludeNewer(_, str(), _):
            cuts = (f"{n} = {_text(cut) if cut else 'false'}" for n, cut in files.exclude_newer_packages.items())
            lines.uv["exclude-newer-package"] = "{ " + ", ".join(cuts) + " }"
        case t.UseResolution():
            lines.uv["resolution"] = _text(settings.resolution)
        case t.AllowBuilds(allowed, None):
            lines.uv["no-build"] = str(not allowed).lower()
        case t.AllowBuilds():
            lines.uv["no-build-package"] = _list(sorted(files.no_build_packages))
        case t.AllowWheels(allowed, None):
            lines.uv["no-binary"] = str(not allowed).lower()
        case t.AllowWheels():
            lines.uv["no-binary-package"] = _list(sorted(files.no_binary_packages))
        case t.StateMetadata(metadata):
            lines.tables.append(_metadata_table(metadata))
        case t.AddConstraint() | t.AllowYanked():
            lines.uv["constraint-dependencies"] = _list(map(str, settings.constraints))
        case t.AddOverride():
            lines.uv["override-dependencies"] = _list(map(str, settings.overrides))
        case t.AddRequirement(requirement, index):
            lines.words.append(f"uv add '{mask_url(requirement)}'" + (f" --index {index}" if index else ""))
        case t.LoosenRequirement() | t.DropRequirement():
            lines.words.append(f"# in your requirements: {title(toggle)}")
        case t.ReplaceCredentials(index, credentials):
            lines.variables += _variables(index, credentials.user if credentials and credentials.is_full else None)
        case t.UseNetrc(used):
            lines.variables.append("# unset NETRC" if used else "NETRC=/dev/null")
        case t.ResolveFor(platform, python):
            words = ["uv pip compile pyproject.toml"]
            words += [f"--python-platform {platform}"] if platform else []
            words += [f"--python-version {python}"] if python else []
            lines.words.append(" ".join(words))
        case t.ResolveUniversally():
            lines.words.append("--universal")
        case t.ForgetPreferences(package):
            lines.words.append(f"--upgrade-package {package}" if package else "--upgrade")
        case t.AskAgain(package):
            lines.words.append(f"--refresh-package {package}" if package else "--refresh")
        case t.InjectStatus():
            lines.words.append(f"# {title(toggle)}: what its server would have to answer")
        case t.ReadMetadataFrom(package, version, filename):
            lines.words.append(f"# uv cannot be told to read {filename}: state what {package} {version} requires")
            lines.words.append("# as dependency-metadata (m in the explorer, once it is read)")
        case t.UseProfile(profile):
            lines.words.append(f"uvx {profile} …" if profile.startswith("uv") else f"with {profile}")
        case _:
            pass


def _pip_words(toggle: Toggle) -> Iterator[str]:
    match toggle:
        case t.UsePrereleases("allow", None):
            yield "--pre"
        case t.AllowBuilds(allowed, package):
            yield "" if allowed else f"--only-binary {package or ':all:'}"
        case t.AllowWheels(allowed, package):
            yield "" if allowed else f"--no-binary {package or ':all:'}"
        case t.AddConstraint(requirement):
            yield f"--constraint <(echo '{mask_url(requirement)}')"
        case t.AllowYanked(package, version):
            yield f"'{package}=={version}'"
        case t.AddRequirement(requirement):
            yield f"'{mask_url(requirement)}'"
        case t.LoosenRequirement() | t.DropRequirement():
            yield f"# in your requirements: {title(toggle)}"
        case t.AddIndex(_, url, default):
            yield f"{'--index-url' if default else '--extra-index-url'} {url}"
        case _:
            yield f"# {title(toggle)}: pip has no setting for this"


def _sections(lines: _Lines, tool: str) -> Iterator[str]:
    if lines.project:
        yield "# pyproject.toml"
        yield "[project]"
        yield from (f"{key} = {value}" for key, value in lines.project.items())
        yield ""
    if lines.uv or (lines.tables and tool == "uv"):
        yield "# pyproject.toml (in uv.toml without the words tool.uv)"
    if lines.uv:
        yield "[tool.uv]"
        yield from (f"{key} = {value}" for key, value in lines.uv.items())
        yield ""
    if tool == "uv":
        for table in dict.fromkeys(lines.tables):
            yield table
            yield ""
    if lines.variables:
        yield "# variables"
        yield from dict.fromkeys(lines.variables)
        yield ""
    words = list(dict.fromkeys(filter(None, lines.words)))
    if words:
        yield "# command line"
        yield from words
        yield ""


def _index_table(index: Index) -> str:
    rows = ["[[tool.uv.index]]"]
    if index.name:
        rows.append(f"name = {_text(index.name)}")
    rows.append(f"url = {_text(str(index.url))}")
    rows += [f"{key} = true" for key, holds in (("default", index.default), ("explicit", index.explicit)) if holds]
    if index.explicit and not index.name:
        rows.insert(1, 'name = "named"  # an explicit index needs a name')
    if index.format == "flat":
        rows.append('format = "flat"')
    if index.authenticate != "auto":
        rows.append(f"authenticate = {_text(index.authenticate)}")
    if index.ignore_error_codes is not None:
        rows.append(f"ignore-error-codes = {sorted(index.ignore_error_codes)}")
    if index.exclude_newer is not None:
        cut = index.exclude_newer
        rows.append(f"exclude-newer = {_text(cut) if isinstance(cut, str) else str(cut).lower()}")
    return "\n".join(rows)


def _metadata_table(metadata: StaticMetadata) -> str:
    rows = ["[[tool.uv.dependency-metadata]]", f"name = {_text(metadata.name)}"]
    if metadata.version is not None:
        rows.append(f"version = {_text(str(metadata.version))}")
    rows.append(f"requires-dist = {_list(metadata.requires)}")
    if metadata.requires_python:
        rows.append(f"requires-python = {_text(metadata.requires_python)}")
    if metadata.extras:
        rows.append(f"provides-extras = {_list(metadata.extras)}")
    return "\n".join(rows)


def _variables(index: str, user: str | None) -> list[str]:
    """The variables of a named index. A lone user name may be a token, so only one with a password is written."""
    name = re.sub(r"[^A-Za-z0-9]", "_", index).upper()
    return [f"UV_INDEX_{name}_USERNAME={user or '…'}", f"UV_INDEX_{name}_PASSWORD=…  # not copied"]


def _changes_indexes(toggles: Iterable[Toggle]) -> bool:
    return any(isinstance(x, INDEX_TOGGLES) or (isinstance(x, t.ExcludeNewer) and x.index) for x in toggles)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _list(values: Iterable[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"
