"""A project folder, a home and variables of their own, and the settings of a command that runs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from explorer.model.index import Index
from explorer.profiles import parse_profile
from explorer.settings.read import read_settings
from explorer.settings.settings import Context, Settings


@dataclass
class CommandedFolder:
    """`project` is where commands run; `home` lies beside it, so no test sees the machine's own configuration."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.project.mkdir(parents=True)
        self.home.mkdir()

    @property
    def project(self) -> Path:
        return self.root / "project"

    @property
    def home(self) -> Path:
        return self.root / "home"

    def write(self, files: Mapping[str, str]) -> None:
        """Files by path: `~/…` in the home folder, everything else in the project."""
        for name, text in files.items():
            path = self.home / name[2:] if name.startswith("~/") else self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def read(self, *words: str, profile: str = "", **variables: str) -> Settings:
        """The settings of a command; without a profile those of the newest release of its tool."""
        tool = words[0] if words and words[0] in ("uv", "pip") else "uv"
        environ = {"PATH": "", "XDG_CONFIG_DIRS": str(self.root / "etc"), **self.environ, **variables}
        context = Context(environ=environ, directory=self.project, home=self.home)
        return read_settings(words, context, parse_profile(profile or tool))


def searched(settings: Settings) -> list[str]:
    """The names (else the URLs) of the indexes in the search list, in the order in which they are asked."""
    return [entry.name or str(entry.url) for entry in settings.indexes if not entry.explicit]


def named(settings: Settings, name: str) -> Index:
    return next(entry for entry in settings.indexes if entry.name == name)


def noted(settings: Settings, name: str) -> list[tuple[str, str]]:
    """(value, origin) of what is in force under this name."""
    return [(entry.value, str(entry.origin)) for entry in settings.noted if entry.name == name]


def unused(settings: Settings, name: str) -> list[str]:
    """Why what stands under this name is not used."""
    return [entry.why for entry in settings.unused if entry.name == name]
