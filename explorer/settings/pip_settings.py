"""pip's settings: one command line, the variables, the files and the lines of requirement files (indexes.md 1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, cast

from packaging.utils import NormalizedName

from ..model.index import PYPI, Index
from ..model.origin import DEFAULT, Origin
from ..model.requirement import Requirement
from ..paths import netrc_file
from .command_line import CommandLine, Given, Option
from .index_list import flat_location, has_scheme, index_from_text, shown_entry
from .installed import installed_preferences
from .network import assemble_network, variable
from .notes import Notes
from .pip_inputs import PipInputs, gather
from .project import read_groups
from .requirement_text import parse_name, parse_requirement
from .requirements_txt import Reader, RequirementsFile, package_choice
from .script import read_script
from .settings import (
    AuthSettings,
    CommandKind,
    Context,
    FileSettings,
    KeyringProvider,
    NetworkSettings,
    PipSettings,
    Preference,
    PrereleaseMode,
    Settings,
    TargetSettings,
    UpgradeStrategy,
    UsageError,
)
from .toml_file import read_toml, shown_path
from .unused import leave_for_pip

PIP_RETRIES: Final = 5
PIP_TIMEOUT: Final = 15.0


def read_pip(
    kind: CommandKind, command: CommandLine, options: Sequence[Option], shown: tuple[str, ...], context: Context
) -> Settings:
    """The settings of one pip command; `shown` are its words, masked. Raises `UsageError`."""
    notes = Notes()
    inputs = gather(kind, command, options, context, notes)
    wanted = _wanted(inputs)
    files = wanted.files
    indexes, no_index = _indexes(inputs, files)
    prerelease, prerelease_packages = _prerelease(inputs, files)
    pip = _pip(inputs)
    settings = Settings(
        tool="pip",
        kind=kind,
        mode="platform",
        command=shown,
        directory=context.directory,
        requirements=tuple(wanted.requirements),
        constraints=tuple(wanted.constraints),
        build_constraints=tuple(wanted.build_constraints),
        indexes=indexes,
        known_indexes=indexes,
        find_links=_find_links(inputs, files),
        no_index=no_index,
        strategy="pool",
        prerelease=prerelease,
        prerelease_packages=prerelease_packages,
        no_deps=inputs.is_on("no-deps"),
        preferences=_installed(inputs, pip),
        installs=True,
        files=_file_settings(inputs, files),
        target=TargetSettings(
            python=inputs.text("python"),
            python_version=inputs.text("python-version"),
            platforms=tuple(given.value for given in inputs.all("platform")),
            implementation=inputs.text("implementation"),
            abis=tuple(given.value for given in inputs.all("abi")),
        ),
        network=_network(inputs, files),
        auth=_auth(inputs),
        pip=pip,
    )
    _leave_idle(inputs)
    leave_for_pip(context.environ, context.home, context.directory, notes)
    return replace(settings, noted=tuple(notes.noted), unused=tuple(notes.unused), warnings=tuple(notes.warnings))


@dataclass(slots=True)
class _Wanted:
    requirements: list[Requirement] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    build_constraints: list[Requirement] = field(default_factory=list)
    files: list[RequirementsFile] = field(default_factory=list)

    def add(self, found: RequirementsFile) -> None:
        self.files.append(found)
        self.requirements += found.requirements
        self.constraints += found.constraints


def _wanted(inputs: PipInputs) -> _Wanted:
    reader = Reader("pip", inputs.directory, inputs.environ, inputs.notes)
    wanted = _Wanted()
    for given in inputs.all("constraint"):
        wanted.add(reader.read(given.value, str(given.origin), constraint=True))
    for word in inputs.command.words:
        if word.lower().endswith(".txt") and (inputs.directory / word).is_file():
            raise UsageError(f"{word} looks like a requirements file; did you mean `-r {word}`?")
        wanted.requirements.append(parse_requirement(word, Origin("flag", "the command line"), inputs.directory))
    for given in inputs.all("group"):
        wanted.requirements += _group(inputs, given)
    for given in inputs.all("editable"):
        wanted.requirements.append(parse_requirement(given.value, given.origin, inputs.directory, editable=True))
    for given in inputs.all("requirement"):
        wanted.add(reader.read(given.value, str(given.origin)))
    for given in inputs.all("requirements-from-script"):
        path = inputs.directory / given.value
        script = read_script(path, inputs.directory)
        if script is None:
            raise UsageError(f"{shown_path(path, inputs.directory)} has no inline metadata (`# /// script`).")
        wanted.requirements += script.requirements
    for given in inputs.all("build-constraint"):
        wanted.build_constraints += reader.read(given.value, str(given.origin), constraint=True).constraints
    if not wanted.requirements and not any(inputs.all(name) for name in ("requirement", "editable", "group")):
        raise UsageError(f"{inputs.kind} needs a package or `-r FILE`.")
    return wanted


def _group(inputs: PipInputs, given: Given) -> list[Requirement]:
    place, colon, name = given.value.rpartition(":")
    path = inputs.directory / (Path(place) if colon and place else Path("pyproject.toml"))
    file = read_toml(path, shown_path(path, inputs.directory))
    groups = read_groups(file)
    group = parse_name(name, str(given.origin))
    if group not in groups:
        raise UsageError(f"{given.origin}: {file.shown} has no dependency group {name[:80]!r}.")
    return [replace(requirement, group=None) for requirement in groups[group]]


def _indexes(inputs: PipInputs, files: Sequence[RequirementsFile]) -> tuple[tuple[Index, ...], bool]:
    """The index URL, then the extra ones; an --index-url line replaces all that came before it (indexes.md 1.4)."""
    notes = inputs.notes
    url = inputs.one("index-url")
    found = [Index(url=PYPI, default=True, origin=DEFAULT)] if url is None else _index(inputs, url, default=True)
    for given in inputs.all("extra-index-url"):
        found += _index(inputs, given)
    no_index = inputs.is_on("no-index")
    if no_index:
        found = _left(inputs, found, "--no-index is in force")
    for name, given in (line for file in files for line in file.index_lines):
        if name == "no-index":
            no_index = True
            found = _left(inputs, found, f"{given.origin} says --no-index")
        elif no_index:
            notes.leave(name, given.value, given.origin, "--no-index is in force")
        elif name == "index-url":
            found = _left(inputs, found, f"{given.origin} says --index-url, which replaces the whole list")
            found += _index(inputs, given, default=True)
        else:
            found += _index(inputs, given)
    spellings: dict[str, int] = {}
    numbered = []
    for entry in found:
        notes.note("default index" if entry.default else "index", shown_entry(entry), entry.origin)
        numbered.append(replace(entry, written=spellings.setdefault(entry.url.wire, len(spellings) + 1)))
    return tuple(numbered), no_index


def _index(inputs: PipInputs, given: Given, *, default: bool = False) -> list[Index]:
    """An entry, or none for a bare path: pip takes URLs only (indexes.md section 3)."""
    if not has_scheme(given.value):
        inputs.notes.leave("index", given.value, given.origin, "pip takes URLs as indexes, no paths")
        inputs.notes.warn(f"{given.origin}: {given.value} is no URL; pip ignores it.")
        return []
    return [index_from_text(given.value, given.origin, inputs.directory, default=default)]


def _left(inputs: PipInputs, entries: Sequence[Index], why: str) -> list[Index]:
    for entry in entries:
        if entry.origin != DEFAULT:
            inputs.notes.leave("index", shown_entry(entry), entry.origin, why)
    return []


def _find_links(inputs: PipInputs, files: Sequence[RequirementsFile]) -> tuple[Index, ...]:
    found = [flat_location(given.value, given.origin, inputs.directory) for given in inputs.all("find-links")]
    for file in files:
        for given, folder in file.find_links:
            found.append(flat_location(given.value, given.origin, folder))
            inputs.notes.note("find-links", given.value, given.origin)
    return tuple(found)


def _prerelease(
    inputs: PipInputs, files: Sequence[RequirementsFile]
) -> tuple[PrereleaseMode | None, dict[NormalizedName, PrereleaseMode]]:
    """--pre (flag or line) admits all pre-releases; --all-releases and --only-final name packages (pip 26)."""
    admitted, admitted_names = package_choice(inputs.all("all-releases"))
    final, final_names = package_choice(inputs.all("only-final"))
    packages: dict[NormalizedName, PrereleaseMode] = dict.fromkeys(admitted_names, "allow")
    packages |= dict.fromkeys(final_names, "disallow")
    line = next((file.pre for file in files if file.pre is not None), None)
    if line is not None:
        inputs.notes.note("pre", "true", line.origin)
    if admitted or line is not None or inputs.is_on("pre"):
        return "allow", packages
    return ("disallow" if final else None), packages


def _pip(inputs: PipInputs) -> PipSettings:
    strategy = inputs.text("upgrade-strategy") or "only-if-needed"
    return PipSettings(
        dry_run=inputs.is_on("dry-run"),
        ignore_installed=inputs.is_on("ignore-installed") or inputs.text("target") is not None,
        force_reinstall=inputs.is_on("force-reinstall"),
        upgrade=cast(UpgradeStrategy, strategy if inputs.is_on("upgrade") else "to-satisfy-only"),
        ignore_requires_python=inputs.is_on("ignore-requires-python"),
        only_dependencies=inputs.is_on("only-deps"),
    )


def _installed(inputs: PipInputs, pip: PipSettings) -> tuple[Preference, ...]:
    """What the environment holds; `pip download` and `pip wheel` do not look."""
    if inputs.kind != "pip install" or pip.ignore_installed or inputs.environment is None:
        return ()
    return installed_preferences(inputs.environment)


def _file_settings(inputs: PipInputs, files: Sequence[RequirementsFile]) -> FileSettings:
    lines_binary = [given for file in files for given in file.no_binary]
    lines_only = [given for file in files for given in file.only_binary]
    all_binary, binary = package_choice([*inputs.all("no-binary"), *lines_binary])
    all_only, only = package_choice([*inputs.all("only-binary"), *lines_only])
    hashed = any(requirement.hashes for file in files for requirement in file.requirements)
    stated = inputs.is_on("require-hashes") or any(file.require_hashes is not None for file in files)
    return FileSettings(
        no_build=all_only,
        no_build_packages=only,
        only_binary_packages=only,
        no_binary=all_binary,
        no_binary_packages=binary,
        prefer_binary=inputs.is_on("prefer-binary") or any(file.prefer_binary is not None for file in files),
        exclude_newer=inputs.text("uploaded-prior-to"),
        require_hashes=(stated or hashed) and not inputs.is_on("no-require-hashes"),
        no_build_isolation=inputs.is_on("no-build-isolation"),
    )


def _network(inputs: PipInputs, files: Sequence[RequirementsFile]) -> NetworkSettings:
    hosts = {given.value for given in inputs.all("trusted-host")}
    hosts |= {given.value for file in files for given in file.trusted_hosts}
    proxy, cache = inputs.one("proxy"), inputs.one("cache-dir")
    environ = {} if inputs.is_on("no-proxy-env") else inputs.environ
    refreshed = package_choice(inputs.all("refresh-package"))
    return assemble_network(
        environ=environ,
        directory=inputs.directory,
        home=inputs.home,
        notes=inputs.notes,
        offline=False,
        no_cache=inputs.one("no-cache-dir") is not None,
        named_cache=cache.value if cache is not None else None,
        refresh=refreshed[0],
        refresh_packages=refreshed[1],
        retries=inputs.one("retries"),
        timeout=inputs.one("timeout"),
        default_timeout=PIP_TIMEOUT,
        default_retries=PIP_RETRIES,
        ca_bundle=inputs.one("cert") or variable(inputs.environ, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        ca_directory=None,
        client_cert=inputs.one("client-cert"),
        trusted_hosts=frozenset(hosts),
        further_proxies=dict.fromkeys(("http", "https"), proxy.value) if proxy is not None else {},
    )


def _auth(inputs: PipInputs) -> AuthSettings:
    provider = inputs.text("keyring-provider") or "auto"
    return AuthSettings(
        keyring=cast(KeyringProvider, provider.lower()),
        netrc=netrc_file(inputs.environ, inputs.home),
        environ=dict(inputs.environ),
        prompting=not inputs.is_on("no-input"),
    )


def _leave_idle(inputs: PipInputs) -> None:
    for name, option in inputs.options.items():
        if not option.matters:
            for given in inputs.command.given.get(name, ()):
                inputs.notes.leave(given.origin.name, given.value, given.origin, "has no effect on a resolution")
    known = {spelling.removeprefix("--") for option in inputs.options.values() for spelling in option.spellings}
    for entry in inputs.entries:
        if entry.key not in known:
            inputs.notes.leave(entry.key, entry.value, entry.origin, f"`{inputs.kind}` has no such option")
