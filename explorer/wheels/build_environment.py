"""The temporary virtual environment of a build: made, filled with wheels, and used to run commands in."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import threading
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final

from .processes import stop
from .sdist_archive import MAX_MEMBERS, MAX_UNPACKED, BrokenArchive, is_safe

MAX_SECONDS: Final = 600.0
"""How long a build may take."""

MAX_OUTPUT: Final = 1024 * 1024
"""How much of a build's output is looked at."""

PASSED_ON: Final = frozenset(
    {
        "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "AR",
        "PKG_CONFIG_PATH", "SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "PROGRAMFILES", "SOURCE_DATE_EPOCH",
        "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "SETUPTOOLS_SCM_PRETEND_VERSION", "MACOSX_DEPLOYMENT_TARGET",
    }
)  # fmt: skip
"""Variables that a build sees: what compilers need, nothing that may hold a secret."""


_ENTRY_POINT = re.compile(r"(?P<module>[\w.]+)\s*:\s*(?P<function>[\w.]+)(?:\s*\[.*\])?")


class CommandFailed(Exception):
    """A command of a build failed, took too long or was cancelled; `output` ends with the last lines it wrote."""

    def __init__(self, why: str, output: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.output = output


@dataclass(frozen=True, slots=True)
class BuildEnvironment:
    """A virtual environment below `folder` and the commands run in it. Everything blocks.

    `python` is the interpreter to run; with `isolated` it becomes that of a new virtual environment.
    """

    folder: Path
    python: str
    environ: Mapping[str, str]
    cancelled: threading.Event

    def create(self) -> BuildEnvironment:
        """A virtual environment of `python`, without pip. Raises `CommandFailed`."""
        target = self.folder / "environment"
        self.run([self.python, "-I", "-m", "venv", "--without-pip", str(target)], self.folder)
        inside = target / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        return BuildEnvironment(self.folder, str(inside), self.environ, self.cancelled)

    def site_packages(self) -> Path:
        """Where its packages lie. Raises `CommandFailed`."""
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        return Path(self.run([self.python, "-I", "-c", code], self.folder).strip())

    def install(self, wheel: bytes, filename: str) -> None:
        """Unpack a wheel into the environment (PEP 427). Raises `BrokenArchive`, `CommandFailed`."""
        site = self.site_packages()
        scripts = Path(self.python).parent
        try:
            with zipfile.ZipFile(BytesIO(wheel)) as opened:
                listed = opened.infolist()
                if len(listed) > MAX_MEMBERS or sum(info.file_size for info in listed) > MAX_UNPACKED:
                    raise BrokenArchive(f"{filename} is too large")
                for info in listed:
                    target = _installed_path(info.filename, site, scripts)
                    if target is not None and not info.is_dir():
                        target.parent.mkdir(parents=True, exist_ok=True)
                        target.write_bytes(opened.read(info))
                        if target.parent == scripts:
                            target.chmod(0o755)
                        elif info.filename.endswith(".dist-info/entry_points.txt"):
                            self._write_scripts(target, scripts)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
            raise BrokenArchive(f"{filename} cannot be unpacked: {error}") from None

    def _write_scripts(self, entry_points: Path, scripts: Path) -> None:
        """The commands that a wheel declares (some backends start their tools by name)."""
        parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        try:
            parser.read_string(entry_points.read_text("utf-8"))
            commands = list(parser["console_scripts"].items()) if parser.has_section("console_scripts") else []
        except (configparser.Error, UnicodeDecodeError):
            return
        for name, reference in commands:
            match = _ENTRY_POINT.fullmatch(reference.strip())
            if match is None or not is_safe(name) or "/" in name:
                continue
            module, function = match["module"], match["function"]
            code = f"import sys\nfrom {module} import {function.split('.')[0]}\nsys.exit({function}())\n"
            script = scripts / name
            script.write_text(f"#!{self.python}\n{code}", "utf-8")
            script.chmod(0o755)

    def run(self, command: Sequence[str], folder: Path, extra: Mapping[str, str] | None = None) -> str:
        """What a command writes to standard output and error. Raises `CommandFailed`."""
        log = self.folder / f"output-{time.monotonic_ns()}"
        with log.open("wb") as output:
            try:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env={**self._variables(), **(extra or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise CommandFailed(f"{command[0]} cannot be started: {error.strerror or error}") from None
            why = self._wait(process, log)
        written = _end_of(log)
        if why or process.returncode != 0:
            raise CommandFailed(why or f"exit status {process.returncode}", written)
        return written

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> str:
        """Why the command had to be stopped; empty where it ended by itself."""
        end = time.monotonic() + MAX_SECONDS
        while True:
            try:
                process.wait(0.05)
                return ""
            except subprocess.TimeoutExpired:
                pass
            why = ""
            if self.cancelled.is_set():
                why = "cancelled"
            elif time.monotonic() > end:
                why = f"took longer than {MAX_SECONDS:.0f} seconds"
            elif log.stat().st_size > MAX_UNPACKED:
                why = "wrote too much"
            if why:
                stop(process)
                process.wait()
                return why

    def _variables(self) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        passed = {name: value for name, value in self.environ.items() if name in PASSED_ON}
        path = f"{Path(self.python).parent}{os.pathsep}{passed.get('PATH', os.defpath)}"
        own = {name: str(home) for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP")}
        return {**passed, **own, "PATH": path, "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _installed_path(name: str, site: Path, scripts: Path) -> Path | None:
    """Where a file of a wheel goes; None for what a build needs not (headers, data) or for unsafe names."""
    if not is_safe(name):
        return None
    parts = PurePosixPath(name).parts
    if not parts[0].endswith(".data"):
        return site.joinpath(*parts)
    match parts[1:2]:
        case ("purelib" | "platlib",):
            return site.joinpath(*parts[2:])
        case ("scripts",) if len(parts) == 3:
            return scripts / parts[2]
        case _:
            return None


def _end_of(log: Path) -> str:
    with log.open("rb") as opened:
        opened.seek(0, os.SEEK_END)
        opened.seek(max(0, opened.tell() - MAX_OUTPUT))
        return opened.read().decode("utf-8", "replace")
