"""pip's settings: one command line, PIP_ variables, pip.conf files and the lines of requirement files (indexes.md 1.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

from ..model.index import PYPI, Index
from ..model.origin import DEFAULT, Origin
from ..model.requirement import Requirement
from ..paths import netrc_file
from ..profiles import Profile
from .command_line import ON, CommandLine, Given, Option, split_value
from .index_list import flat_location, index_from_text, shown_entry
from .layers import boolean_text, by_name
from .network import assemble_network, variable
from .notes import Notes
from .pip_files import PipEntry, configuration_paths, read_pip_file
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
    Settings,
    TargetSettings,
    UsageError,
)
from .toml_file import read_toml, shown_path
from .unused import leave_for_pip

PIP_RETRIES: Final = 5
PIP_TIMEOUT: Final = 15.0


def read_pip(
    kind: CommandKind,
    command: CommandLine,
    options: Sequence[Option],
    shown: tuple[str, ...],
    context: Context,
    profile: Profile,
) -> Settings:
    """The settings of one pip command; `shown` are its words, masked. Raises `UsageError`."""
    notes = Notes()
    inputs = PipInputs(
        by_name(options), command, context.environ, context.directory, context.home, _entries(kind, context), notes
    )
    wanted = _wanted(kind, inputs)
    indexes, no_index = _indexes(inputs, wanted.files)
    find_links = _find_links(inputs, wanted.files)
    files = _file_settings(inputs, wanted.files)
    prerelease = inputs.is_on("pre") or any(file.pre is not None for file in wanted.files)
    target = TargetSettings(
        python=inputs.text("python"),
        python_version=inputs.text("python-version"),
        platforms=tuple(given.value for given in inputs.all("platform")),
        implementation=inputs.text("implementation"),
        abis=tuple(given.value for given in inputs.all("abi")),
    )
    network = _network(inputs, wanted.files)
    auth = _auth(inputs)
    no_deps = inputs.is_on("no-deps")
    _leave_idle(inputs, kind)
    leave_for_pip(context.environ, context.home, context.directory, notes)
    return Settings(
        tool="pip",
        kind=kind,
        mode="platform",
        command=shown,
        directory=context.directory,
        requirements=tuple(wanted.requirements),
        constraints=tuple(wanted.constraints),
        build_constraints=tuple(wanted.build_constraints),
        indexes=indexes,
        find_links=find_links,
        no_index=no_index,
        strategy="pool",
        prerelease="allow" if prerelease else None,
        no_deps=no_deps,
        installs=True,
        files=files,
        target=target,
        network=network,
        auth=auth,
        noted=tuple(notes.noted),
        unused=tuple(notes.unused),
        warnings=tuple(notes.warnings),
    )


def _entries(kind: CommandKind, context: Context) -> list[PipEntry]:
    """Entries of all files that hold for the command, the ones that win first."""
    command = kind.removeprefix("pip ")
    found: list[PipEntry] = []
    for path in configuration_paths(context.environ, context.home):
        if path.is_file():
            found += [entry for entry in read_pip_file(path) if entry.section in ("global", command)]
    found.sort(key=lambda entry: entry.section != "global")
    return found[::-1]


@dataclass(slots=True)
class PipInputs:
    """What a pip command reads: options, variables, files; later sources stand in for earlier ones (flag, variable, file)."""

    options: Mapping[str, Option]
    command: CommandLine
    environ: Mapping[str, str]
    directory: Path
    home: Path
    entries: Sequence[PipEntry]
    notes: Notes

    def all(self, name: str) -> list[Given]:
        """The values in force: of the flag, else the variable, else the file that wins; the others are listed as unused."""
        layers = [layer for layer in (self._flags(name), self._variable(name), *self._files(name)) if layer]
        if not layers:
            return []
        for given in layers[0]:
            self.notes.note(name, given.value, given.origin)
        for layer in layers[1:]:
            for hidden in layer:
                self.notes.leave(name, hidden.value, hidden.origin, f"{layers[0][0].origin} is stronger")
        return layers[0]

    def one(self, name: str) -> Given | None:
        found = self.all(name)
        return found[-1] if found else None

    def text(self, name: str) -> str | None:
        given = self.one(name)
        return given.value if given is not None else None

    def is_on(self, name: str) -> bool:
        given = self.one(name)
        return given is not None and boolean_text(given.value, str(given.origin)) == ON

    def _flags(self, name: str) -> list[Given]:
        option = self.options.get(name)
        flags = self.command.given.get(name, ())
        if option is None or not option.takes_value:
            return list(flags)
        return list(flags) if option.many else list(flags[-1:])

    def _variable(self, name: str) -> list[Given]:
        option = self.options.get(name)
        if option is None or option.variable is None or not self.environ.get(option.variable):
            return []
        return self._split(option, self.environ[option.variable], Origin("variable", option.variable))

    def _files(self, name: str) -> list[list[Given]]:
        option = self.options.get(name)
        if option is None:
            return []
        return [
            self._split(option, entry.value, entry.origin)
            for entry in self.entries
            if entry.key == name and entry.value
        ]

    def _split(self, option: Option, text: str, origin: Origin) -> list[Given]:
        values = split_value(option, text) if option.separator == " " else [text.strip()]
        return [Given(value, origin) for value in values]


@dataclass(slots=True)
class _Wanted:
    requirements: list[Requirement]
    constraints: list[Requirement]
    build_constraints: list[Requirement]
    files: list[RequirementsFile]


def _wanted(kind: CommandKind, inputs: PipInputs) -> _Wanted:
    reader = Reader("pip", inputs.directory, inputs.environ, inputs.notes)
    wanted = _Wanted([], [], [], [])
    for given in inputs.all("constraint"):
        found = reader.read(given.value, str(given.origin), constraint=True)
        wanted.files.append(found)
        wanted.constraints += found.constraints
    for word in inputs.command.words:
        origin = Origin("flag", "the command line")
        if word.lower().endswith(".txt") and (inputs.directory / word).is_file():
            raise UsageError(f"{word} looks like a requirements file; did you mean `-r {word}`?")
        wanted.requirements.append(parse_requirement(word, origin, inputs.directory))
    for given in inputs.all("editable"):
        wanted.requirements.append(parse_requirement(given.value, given.origin, inputs.directory, editable=True))
    for given in inputs.all("group"):
        wanted.requirements += _group(inputs, given)
    for given in inputs.all("requirement"):
        found = reader.read(given.value, str(given.origin))
        wanted.files.append(found)
        wanted.requirements += found.requirements
        wanted.constraints += found.constraints
    for given in inputs.all("requirements-from-script"):
        path = inputs.directory / given.value
        script = read_script(path, inputs.directory)
        if script is None:
            raise UsageError(f"{shown_path(path, inputs.directory)} has no inline metadata (`# /// script`).")
        wanted.requirements += script.requirements
    for given in inputs.all("build-constraint"):
        wanted.build_constraints += reader.read(given.value, str(given.origin), constraint=True).constraints
    if not wanted.requirements and not any(inputs.all(name) for name in ("requirement", "editable", "group")):
        raise UsageError(f"{kind} needs a package or `-r FILE`.")
    return wanted


def _group(inputs: PipInputs, given: Given) -> list[Requirement]:
    from .project import read_groups

    place, colon, name = given.value.rpartition(":")
    path = inputs.directory / (Path(place) if colon and place else Path("pyproject.toml"))
    file = read_toml(path, shown_path(path, inputs.directory))
    groups = read_groups(file, inputs.directory)
    group = parse_name(name, str(given.origin))
    if group not in groups:
        raise UsageError(f"{given.origin}: {file.shown} has no dependency group {name[:80]!r}.")
    return [replace(requirement, group=None) for requirement in groups[group]]


def _indexes(inputs: PipInputs, files: Sequence[RequirementsFile]) -> tuple[tuple[Index, ...], bool]:
    """The index URL, then the extra ones; an --index-url line replaces all that came before it (indexes.md 1.4)."""
    notes, folder = inputs.notes, inputs.directory
    url = inputs.one("index-url")
    first = (
        index_from_text(url.value, url.origin, folder, default=True)
        if url is not None
        else Index(url=PYPI, default=True, origin=DEFAULT)
    )
    found = [first, *(index_from_text(given.value, given.origin, folder) for given in inputs.all("extra-index-url"))]
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
            found.append(index_from_text(given.value, given.origin, folder, default=True))
        else:
            found.append(index_from_text(given.value, given.origin, folder))
    spellings: dict[str, int] = {}
    numbered = []
    for entry in found:
        notes.note("default index" if entry.default else "index", shown_entry(entry), entry.origin)
        numbered.append(replace(entry, written=spellings.setdefault(entry.url.wire, len(spellings) + 1)))
    return tuple(numbered), no_index


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


def _file_settings(inputs: PipInputs, files: Sequence[RequirementsFile]) -> FileSettings:
    all_binary, binary = package_choice(
        [*inputs.all("no-binary"), *(given for file in files for given in file.no_binary)]
    )
    all_only, only = package_choice(
        [*inputs.all("only-binary"), *(given for file in files for given in file.only_binary)]
    )
    hashed = any(requirement.hashes for file in files for requirement in file.requirements)
    return FileSettings(
        no_build=all_only,
        only_binary_packages=only,
        no_binary=all_binary,
        no_binary_packages=binary,
        prefer_binary=inputs.is_on("prefer-binary") or any(file.prefer_binary is not None for file in files),
        exclude_newer=inputs.text("uploaded-prior-to"),
        require_hashes=inputs.is_on("require-hashes") or any(file.require_hashes for file in files) or hashed,
        no_build_isolation=inputs.is_on("no-build-isolation"),
    )


def _network(inputs: PipInputs, files: Sequence[RequirementsFile]) -> NetworkSettings:
    hosts = {given.value for given in inputs.all("trusted-host")}
    hosts |= {given.value for file in files for given in file.trusted_hosts}
    proxy = inputs.one("proxy")
    cache = inputs.one("cache-dir")
    return assemble_network(
        environ=inputs.environ,
        directory=inputs.directory,
        home=inputs.home,
        notes=inputs.notes,
        offline=False,
        no_cache=_no_cache(inputs),
        named_cache=cache.value if cache is not None else None,
        refresh=False,
        refresh_packages=frozenset(),
        retries=inputs.one("retries"),
        timeout=inputs.one("timeout"),
        default_timeout=PIP_TIMEOUT,
        default_retries=PIP_RETRIES,
        ca_bundle=inputs.one("cert") or variable(inputs.environ, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        ca_directory=None,
        client_cert=inputs.one("client-cert"),
        trusted_hosts=frozenset(hosts),
        further_proxies={"all": proxy.value} if proxy is not None else {},
    )


def _no_cache(inputs: PipInputs) -> bool:
    """--no-cache-dir; in variables and files `0` and `1` both switch the cache off (pip keeps this for compatibility)."""
    given = inputs.one("no-cache-dir")
    if given is None:
        return False
    return given.origin.kind == "flag" or given.value.lower() not in ("false", "no", "off")


def _auth(inputs: PipInputs) -> AuthSettings:
    provider = inputs.text("keyring-provider") or "auto"
    return AuthSettings(
        keyring=cast(KeyringProvider, provider.lower()),
        netrc=netrc_file(inputs.environ, inputs.home),
        environ=dict(inputs.environ),
        prompting=not inputs.is_on("no-input"),
    )


def _leave_idle(inputs: PipInputs, kind: CommandKind) -> None:
    for name, option in inputs.options.items():
        if not option.matters:
            for given in inputs.command.given.get(name, ()):
                inputs.notes.leave(given.origin.name, given.value, given.origin, "has no effect on a resolution")
    for entry in inputs.entries:
        if entry.key not in inputs.options:
            inputs.notes.leave(entry.key, entry.value, entry.origin, f"`{kind}` has no such option")
