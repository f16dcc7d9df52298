"""What `uv pip` resolves: positional sources, -r and -c files, extras and groups of a project given as source."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from ..model.origin import Origin
from ..model.requirement import Requirement
from .command_line import Given
from .project import project_name, read_groups, read_project
from .requirement_text import name_of_folder, parse_name, parse_requirement
from .requirements_txt import Reader, RequirementsFile
from .script import read_script
from .settings import Project, UsageError
from .toml_file import read_toml, shown_path
from .uv_inputs import UvInputs
from .uv_pins import pins_of_file, pins_of_script

SOURCE_TREES: Final = ("pyproject.toml", "setup.cfg", "setup.py")


@dataclass(slots=True)
class Wanted:
    """Requirements and what limits them; `files` are the requirement files read, in order, for their option lines."""

    requirements: list[Requirement] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    overrides: list[Requirement] = field(default_factory=list)
    excludes: set[NormalizedName] = field(default_factory=set)
    build_constraints: list[Requirement] = field(default_factory=list)

    files: list[RequirementsFile] = field(default_factory=list)
    source_trees: list[Project] = field(default_factory=list)


def read_wanted(inputs: UvInputs) -> Wanted:
    """Everything that a `uv pip` command is asked to resolve. Raises `UsageError` naming option, or file and line."""
    wanted = Wanted()
    reader = Reader("uv", inputs.directory, inputs.environ, inputs.notes)
    layers = inputs.layers
    if inputs.kind == "uv pip install":
        for word in inputs.command.words:
            _package_word(inputs, wanted, word)
        for given in layers.stated("requirements"):
            _source(inputs, reader, wanted, given.value, given.origin)
        for given in layers.stated("editable"):
            wanted.requirements.append(parse_requirement(given.value, given.origin, inputs.directory, editable=True))
    else:
        for word in inputs.command.words:
            _source(inputs, reader, wanted, word, Origin("flag", word))
    for given in layers.stated("constraints"):
        wanted.constraints += _limits(reader, wanted, given, constraint=True)
    for given in layers.stated("overrides"):
        wanted.overrides += _limits(reader, wanted, given, constraint=False)
    for given in layers.stated("excludes"):
        wanted.excludes |= {requirement.name for requirement in _limits(reader, wanted, given, constraint=False)}
    for given in layers.stated("build-constraints"):
        wanted.build_constraints += _limits(reader, Wanted(), given, constraint=True)
    _groups(inputs, wanted)
    _check_not_empty(inputs, wanted)
    return wanted


def _check_not_empty(inputs: UvInputs, wanted: Wanted) -> None:
    asked = inputs.command.words or any(inputs.layers.stated(name) for name in ("requirements", "editable", "group"))
    if not asked:
        what = "a requirements file" if inputs.kind != "uv pip install" else "a package or `-r FILE`"
        raise UsageError(f"{inputs.kind} needs {what}.")


def _package_word(inputs: UvInputs, wanted: Wanted, word: str) -> None:
    lowered = word.lower()
    if lowered.endswith((".txt", ".in")) and (inputs.directory / word).is_file():
        raise UsageError(f"{word} looks like a requirements file; did you mean `-r {word}`?")
    if lowered in SOURCE_TREES and (inputs.directory / word).is_file():
        raise UsageError(f"{word} is a project's file, not a package; did you mean `-r {word}`?")
    wanted.requirements.append(parse_requirement(word, Origin("flag", "the command line"), inputs.directory))


def _source(inputs: UvInputs, reader: Reader, wanted: Wanted, word: str, origin: Origin) -> None:
    path = inputs.directory / Path(word).expanduser()
    name = path.name.lower()
    if name == "pyproject.toml":
        _project_source(inputs, wanted, path)
    elif name in SOURCE_TREES:
        _built_source(inputs, wanted, path, origin)
    elif name.startswith("pylock.") and name.endswith(".toml"):
        _lock_source(inputs, wanted, path)
    elif name.endswith(".py"):
        _script_source(inputs, wanted, path)
    else:
        found = reader.read(word, str(origin))
        wanted.files.append(found)
        wanted.requirements += found.requirements
        wanted.constraints += found.constraints


def _project_source(inputs: UvInputs, wanted: Wanted, path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"the file {shown_path(path, inputs.directory)} does not exist.")
    file = read_toml(path, shown_path(path, inputs.directory))
    if not file.table("project"):
        raise UsageError(f"{file.shown} has no [project] table, so it states no requirements.")
    project = read_project(file, pins_of_file(inputs, path.parent), inputs.notes)
    wanted.source_trees.append(project)
    wanted.requirements += project.requires
    for extra in _wanted_extras(inputs, project):
        wanted.requirements += [replace(requirement, extra=None) for requirement in project.extras[extra]]


def read_script_run(inputs: UvInputs) -> list[Requirement]:
    """The requirements of the script that `uv run` starts, lowered by its own sources."""
    if inputs.script is None:
        return []
    pins = pins_of_script(inputs, inputs.script)
    return [lowered for requirement in inputs.script.requirements for lowered in pins.lower(requirement, None)]


def with_packages(inputs: UvInputs) -> list[Requirement]:
    """What `uv run --with`, --with-editable and --with-requirements add."""
    layers, found = inputs.layers, []
    for given in layers.all("with"):
        for text in split_requirements(given.value):
            found.append(parse_requirement(text, given.origin, inputs.directory))
    for given in layers.all("with-editable"):
        found.append(parse_requirement(given.value, given.origin, inputs.directory, editable=True))
    reader = Reader("uv", inputs.directory, inputs.environ, inputs.notes)
    for given in layers.all("with-requirements"):
        found += reader.read(given.value, str(given.origin)).requirements
    return found


def split_requirements(text: str) -> list[str]:
    """`a,b[x,y]>=1,<2` → `a`, `b[x,y]>=1,<2`: a comma parts two requirements where a name follows it."""
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        depth += {"[": 1, "]": -1}.get(letter, 0)
        following = text[position + 1 :].lstrip()
        if letter == "," and depth == 0 and following[:1].isalpha():
            parts.append(text[start:position])
            start = position + 1
    return [part.strip() for part in (*parts, text[start:]) if part.strip()]


def _wanted_extras(inputs: UvInputs, project: Project) -> list[NormalizedName]:
    if inputs.layers.is_on("all-extras"):
        return list(project.extras)
    asked = [(parse_name(given.value, str(given.origin)), given) for given in inputs.layers.all("extra")]
    missing = [given for name, given in asked if name not in project.extras]
    if missing:
        raise UsageError(f"{missing[0].origin}: the project {project.name} has no extra {missing[0].value[:80]!r}.")
    return [name for name, _ in asked]


def _built_source(inputs: UvInputs, wanted: Wanted, path: Path, origin: Origin) -> None:
    if not path.is_file():
        raise UsageError(f"the file {shown_path(path, inputs.directory)} does not exist.")
    name = name_of_folder(path.parent) or canonicalize_name(path.parent.name)
    extras = frozenset(parse_name(given.value, str(given.origin)) for given in inputs.layers.all("extra"))
    wanted.requirements.append(Requirement(name=name, path=str(path.parent), extras=extras, origin=origin))


def _lock_source(inputs: UvInputs, wanted: Wanted, path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"the file {shown_path(path, inputs.directory)} does not exist.")
    file = read_toml(path, shown_path(path, inputs.directory))
    packages = file.content.get("packages", [])
    for number, entry in enumerate(packages if isinstance(packages, list) else []):
        origin = file.origin("packages", number)
        try:
            name, version = canonicalize_name(entry["name"]), Version(entry["version"])
        except (KeyError, TypeError, InvalidVersion):
            raise UsageError(f"{origin}: a locked package needs a name and a version.") from None
        marker = f" ; {entry['marker']}" if isinstance(entry.get("marker"), str) else ""
        wanted.requirements.append(parse_requirement(f"{name}=={version}{marker}", origin, file.folder))


def _script_source(inputs: UvInputs, wanted: Wanted, path: Path) -> None:
    script = read_script(path, inputs.directory)
    if script is None:
        raise UsageError(f"{shown_path(path, inputs.directory)} has no inline metadata (`# /// script`).")
    wanted.requirements += script.requirements


def _limits(reader: Reader, wanted: Wanted, given: Given, *, constraint: bool) -> list[Requirement]:
    found = reader.read(given.value, str(given.origin), constraint=constraint)
    wanted.files.append(found)
    return [*found.requirements, *found.constraints]


def _groups(inputs: UvInputs, wanted: Wanted) -> None:
    for given in inputs.layers.all("group"):
        place, colon, name = given.value.rpartition(":")
        path = inputs.directory / (Path(place) if colon and place else Path("pyproject.toml"))
        if not path.is_file():
            raise UsageError(f"{given.origin}: the file {shown_path(path, inputs.directory)} does not exist.")
        file = read_toml(path, shown_path(path, inputs.directory))
        groups = read_groups(file)
        group = parse_name(name, str(given.origin))
        if group not in groups:
            raise UsageError(f"{given.origin}: {file.shown} has no dependency group {name[:80]!r}.")
        pins = pins_of_file(inputs, path.parent)
        for requirement in groups[group]:
            wanted.requirements += [replace(entry, group=None) for entry in pins.lower(requirement, project_name(file))]
