"""Inline script metadata (PEP 723): the requirements that a script states for itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ..model.requirement import Requirement
from .requirement_text import parse_requirement
from .toml_file import TomlFile, parse_toml, read_text, shown_path

_BLOCK: Final = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


@dataclass(frozen=True, slots=True)
class Script:
    """The metadata block of a script; `file` holds its tables (`tool.uv` among them)."""

    file: TomlFile
    requirements: tuple[Requirement, ...]
    requires_python: SpecifierSet | None

    @classmethod
    def empty(cls, path: Path, directory: Path) -> Script:
        """A script that states nothing yet."""
        return cls(TomlFile(path, shown_path(path, directory), {}), (), None)


def read_script(path: Path, directory: Path) -> Script | None:
    """The block of type `script` in a file, None where it has none. Raises `UsageError` for a broken one."""
    shown = shown_path(path, directory)
    text = read_text(path, shown)
    block = next((match for match in _BLOCK.finditer(text) if match["type"] == "script"), None)
    if block is None:
        return None
    before = text.count("\n", 0, block.start("content"))
    lines = [line[2:] if line.startswith("# ") else line[1:] for line in block["content"].splitlines()]
    file = parse_toml("\n" * before + "\n".join(lines), path, shown)
    listed = file.content.get("dependencies", [])
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        raise file.error(("dependencies",), "expected a list of requirements")
    python = file.content.get("requires-python")
    try:
        requires_python = SpecifierSet(python) if isinstance(python, str) else None
    except InvalidSpecifier:
        raise file.error(("requires-python",), f"{python!r} is no version specifier") from None
    requirements = tuple(
        parse_requirement(entry, file.origin("dependencies", number), path.parent)
        for number, entry in enumerate(listed)
    )
    return Script(file, requirements, requires_python)
