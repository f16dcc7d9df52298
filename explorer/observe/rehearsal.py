"""A command as the real tool may run it in a scratch copy: it resolves, and installs nothing anywhere."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from packaging.version import Version

from ..events import Body, NotModelled, Warned
from ..paths import configuration_folder
from ..profiles import Profile
from ..settings import pip_command, uv_command
from ..settings.settings import CommandKind, Context
from .command_words import Piece, pieces
from .environments import replicated_interpreter
from .scratch import CannotRehearse, ScratchCopy

FIRST_PIP_DRY_RUN: Final = Version("22.2")
"""pip install --dry-run and --report (pip's changelog)."""

AnswerFrom = Literal["lock", "pins", "would install", "report", "files"]
"""Where the answer stands: uv.lock, printed pins, `+ name==version` lines, pip's report, or downloaded files."""

Knows = Callable[[Sequence[str], str], bool]
"""Whether the command (`pip install`) of the release at hand has an option."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is run: `words` stand behind those that start the tool, `stdin` is what it is given to read.

    `folder` is where it runs (a copy), `answer_at` the file or folder of the answer where it has one, `notes` what
    must be said of the difference to the command as given.
    """

    words: tuple[str, ...]
    folder: Path
    answer: AnswerFrom
    answer_at: Path | None = None
    stdin: str = ""
    notes: tuple[Body, ...] = ()


NEVER_INSTALLED: Final = NotModelled(
    "What would be installed is not downloaded",
    "the real tool was only asked for its answer, so its requests end where an installation would begin",
)


def rehearse(words: Sequence[str], profile: Profile, context: Context, copy: ScratchCopy, knows: Knows) -> Rehearsal:
    """Copy what the command reads, and say how it is run there. Raises `CannotRehearse`."""
    tool, arguments = _tool(words, profile)
    split = uv_command.split_command(arguments) if tool == "uv" else pip_command.split_command(arguments)
    if split is None or split[0] == "no resolution":
        raise CannotRehearse("The command resolves nothing, so there is nothing to observe.")
    kind, options, rest = split
    style = pip_command.PIP_STYLE if tool == "pip" else uv_command.BARE_STYLE
    style = uv_command.RUN_STYLE if kind == "uv run" else style
    folder = context.directory.resolve()  # `..` leads where it leads the tool, whatever link the folder is reached by
    root = copy.bring(project_root(folder, context.home.resolve()))
    refuse_configured_outputs([root, configuration_folder(context.environ, context.home) / "uv"])

    def placed_interpreter(text: str) -> str:
        return replicated_interpreter(text, folder, copy)

    given = [
        piece.with_text(placed_interpreter if piece.name == "python" else lambda text: _brought(text, folder, copy))
        for piece in pieces(rest, options, style)
        if piece.name not in _NEVER
    ]
    place = copy.place(folder)
    place.mkdir(parents=True, exist_ok=True)
    return _rehearsed(
        kind, given, place, profile, context, copy, knows, bare=not words or words[0] not in ("uv", "pip")
    )


_NEVER: Final = frozenset({"cache-dir", "quiet", "verbose", "help", "version", "show-settings", "log", "report", "src"})
"""Options that would write elsewhere, or keep the tool from saying what it does."""

_FOLDER_OPTIONS: Final = ("directory", "project")


def _tool(words: Sequence[str], profile: Profile) -> tuple[str, list[str]]:
    """As `settings.read` reads them: nothing is `uv sync`, bare requirements are an installation."""
    if not words:
        return "uv", ["sync"]
    if words[0] in ("uv", "pip"):
        return words[0], list(words[1:])
    if profile.tool == "pip":
        return "pip", ["install", "--ignore-installed", *words]
    return "uv", ["pip", "install", *words]


def project_root(folder: Path, home: Path) -> Path:
    """The folder to copy: that of the workspace or project that `folder` is in, else `folder` itself."""
    nearest: Path | None = None
    for parent in (folder, *folder.parents):
        if parent in (home, Path(parent.anchor)) and parent != folder:
            break
        project = parent / "pyproject.toml"
        if project.is_file():
            nearest = nearest or parent
            if _is_workspace(project):
                return parent
    return nearest or folder


def _is_workspace(project: Path) -> bool:
    tool = _table(project).get("tool")
    uv = tool.get("uv") if isinstance(tool, dict) else None
    return isinstance(uv, dict) and "workspace" in uv


def _table(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8", errors="replace"))
    except (OSError, tomllib.TOMLDecodeError, RecursionError):
        return {}


def refuse_configured_outputs(folders: Iterable[Path]) -> None:
    """Raises `CannotRehearse` where a file of uv's configuration names a place outside of the copy to write to."""
    for file in (folder / name for folder in folders for name in ("pyproject.toml", "uv.toml")):
        table: Any = _table(file)
        for key in ("tool", "uv") if file.name == "pyproject.toml" else ():
            table = table.get(key) if isinstance(table, dict) else None
        pip: Any = table.get("pip") if isinstance(table, dict) else None
        for name in ("output-file", "target", "prefix"):
            place = pip.get(name) if isinstance(pip, dict) else None
            if isinstance(place, str) and (Path(place).is_absolute() or ".." in Path(place).parts):
                raise CannotRehearse(f"The configuration of uv names a place to write to ({name} = {place!r}).")


def _brought(text: str, folder: Path, copy: ScratchCopy) -> str:
    """A path of the user's as the path of its copy; anything else as it is."""
    if not text or "://" in text or "\n" in text or len(text) > 4096:
        return _brought_url(text, copy)
    path, bracket, extras = text.partition("[")
    absolute = Path(os.path.normpath(folder / Path(path).expanduser()))
    looks_like_path = path.startswith(("/", "./", "../", "~")) or path in (".", "..")
    try:
        exists = absolute.exists()
    except (OSError, ValueError):
        return text
    if exists and not _is_program(absolute):
        if not copy.has(absolute):
            copy.bring(absolute)
        return f"{copy.place(absolute)}{bracket}{extras}" if looks_like_path and Path(path).is_absolute() else text
    if looks_like_path and not exists:
        copy.place(absolute).parent.mkdir(parents=True, exist_ok=True)
        return str(copy.place(absolute)) if Path(path).is_absolute() else text
    return text


def _brought_url(text: str, copy: ScratchCopy) -> str:
    before, scheme, path = text.partition("file://")
    if not scheme or not path.startswith("/"):
        return text
    folder = Path(path.partition("#")[0])
    if any((folder / name).is_file() for name in ("pyproject.toml", "setup.py", "setup.cfg")):
        return f"{before}{scheme}{copy.bring(folder)}"
    return text


def _is_program(path: Path) -> bool:
    """An interpreter (`--python /usr/bin/python3`), which is run where it is."""
    return "python" in path.name.lower() and (path.is_dir() or os.access(path, os.X_OK))


def _rehearsed(
    kind: CommandKind,
    given: list[Piece],
    place: Path,
    profile: Profile,
    context: Context,
    copy: ScratchCopy,
    knows: Knows,
    *,
    bare: bool,
) -> Rehearsal:
    match kind:
        case "uv lock" | "uv sync" | "uv run" | "uv add":
            return _project_command(kind, given, place, copy)
        case "uv pip compile":
            kept = _words(given)
            annotation = "--emit-index-annotation"
            extra = [annotation] if annotation not in kept and knows(["pip", "compile"], annotation) else []
            return Rehearsal(("pip", "compile", *kept, *extra), place, "pins")
        case "uv pip install":
            if knows(["pip", "install"], "--dry-run") and (not bare or _has_environment(context)):
                words = ("pip", "install", "--dry-run", *_words(given, without=("dry-run",)))
                return Rehearsal(words, place, "would install", notes=(NEVER_INSTALLED,))
            return _compiled(given, place, kind, knows, bare=bare)
        case "uv pip sync":
            if knows(["pip", "sync"], "--dry-run"):
                words = ("pip", "sync", "--dry-run", *_words(given, without=("dry-run",)))
                return Rehearsal(words, place, "would install", notes=(NEVER_INSTALLED,))
            return _compiled([*given, Piece(None, "--no-deps")], place, kind, knows, bare=False)
        case "pip install":
            return _pip_install(given, place, profile, copy)
        case "pip download" | "pip wheel":
            target = copy.folder / "answer"
            command, option = ("download", "--dest") if kind == "pip download" else ("wheel", "--wheel-dir")
            kept = _words(given, without=("dest", "wheel-dir"))
            return Rehearsal((command, option, str(target), *kept), place, "files", target)
        case _:
            raise CannotRehearse("The command resolves nothing, so there is nothing to observe.")


def _words(given: Sequence[Piece], without: Sequence[str] = ()) -> list[str]:
    return [word for piece in given if piece.name not in without for word in piece.words]


def _project_command(kind: CommandKind, given: list[Piece], place: Path, copy: ScratchCopy) -> Rehearsal:
    folder = place
    for piece in given:
        if piece.name in _FOLDER_OPTIONS and piece.value is not None:
            folder = _below(folder / piece.value, copy)
        if piece.name == "script":
            raise CannotRehearse("A script's requirements cannot be rehearsed yet; `uv pip compile` of them can.")
    lock = _lock_of(folder, copy)
    if kind == "uv add":
        without_sync = any(piece.name == "no-sync" for piece in given)
        words = ("add", "--no-sync", *_words(given, without=("no-sync",)))
        return Rehearsal(words, place, "lock", lock, notes=() if without_sync else (NEVER_INSTALLED,))
    if kind == "uv lock":
        return Rehearsal(("lock", *_words(given, without=("dry-run",))), place, "lock", lock)
    known = {option.name for option in uv_command.LOCK}
    kept = [piece for piece in given if piece.name in known - {"dry-run"}]
    notes: list[Body] = [NEVER_INSTALLED, Warned(f"Observed as `uv lock`, the part of `{kind}` that installs nothing.")]
    if kind == "uv run" and any(piece.name in ("with", "with-editable", "with-requirements") for piece in given):
        notes.append(NotModelled("`uv run --with` is not observed", "only the project's own lock is"))
    return Rehearsal(("lock", *_words(kept)), place, "lock", lock, notes=tuple(notes))


def _below(folder: Path, copy: ScratchCopy) -> Path:
    """A folder that must be in the scratch copy, because the tool writes there. Raises `CannotRehearse`."""
    normal = Path(os.path.normpath(folder))
    if copy.folder not in (normal, *normal.parents):
        raise CannotRehearse("--project and --directory must name a folder that exists, so that it can be copied.")
    return normal


def _lock_of(folder: Path, copy: ScratchCopy) -> Path:
    """Where uv.lock is written: in the root of the workspace, which may be above the folder."""
    for parent in (folder, *folder.parents):
        if parent == copy.folder:
            break
        if _is_workspace(parent / "pyproject.toml"):
            return parent / "uv.lock"
    project = next((p for p in (folder, *folder.parents) if (p / "pyproject.toml").is_file()), folder)
    return project / "uv.lock"


def _has_environment(context: Context) -> bool:
    """uv pip would find a virtual environment or an interpreter that it is told to use."""
    environ = context.environ
    if environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX") or environ.get("UV_SYSTEM_PYTHON"):
        return True
    folders = (context.directory, *context.directory.parents)
    return bool(environ.get("UV_PYTHON")) or any((folder / ".venv" / "pyvenv.cfg").is_file() for folder in folders)


def _compiled(given: list[Piece], place: Path, kind: CommandKind, knows: Knows, *, bare: bool) -> Rehearsal:
    """An installation as `uv pip compile`: requirements from its standard input, files as they are."""
    known = {option.name for option in uv_command.COMPILE}
    lines: list[str] = []
    words: list[str] = []
    for piece in given:
        if piece.name == "requirements" and piece.value is not None:
            words.append(piece.value)
        elif piece.name == "editable" and piece.value is not None:
            lines.append(f"-e {piece.value}")
        elif piece.option is None and piece.spelling != "--no-deps":
            words += [piece.spelling] if kind == "uv pip sync" else []
            lines += [] if kind == "uv pip sync" else [piece.spelling]
        elif piece.spelling == "--no-deps" or piece.name in known - {"output-file", "format", "python", "dry-run"}:
            words += piece.words
    why = "there is no virtual environment to install into" if bare else "this release has no --dry-run"
    note = Warned(f"Observed as `uv pip compile`, because {why}; what is installed already does not count there.")
    annotation = ["--emit-index-annotation"] if knows(["pip", "compile"], "--emit-index-annotation") else []
    source = ["-"] if lines else []
    stdin = "\n".join(lines) + "\n" if lines else ""
    words = ["pip", "compile", *words, *annotation, *source]
    return Rehearsal(tuple(words), place, "pins", stdin=stdin, notes=(note, NEVER_INSTALLED))


def _pip_install(given: list[Piece], place: Path, profile: Profile, copy: ScratchCopy) -> Rehearsal:
    if profile.version < FIRST_PIP_DRY_RUN:
        raise CannotRehearse(
            f"pip {profile.version} cannot resolve without installing (--dry-run came with pip {FIRST_PIP_DRY_RUN}); "
            "`pip download` can be observed."
        )
    report = copy.folder / "answer.json"
    kept = _words(given, without=("dry-run",))
    words = ("install", "--dry-run", "--report", str(report), *kept)
    downloads = profile.holds("dry_run_downloads") or any(piece.name == "dry-run" for piece in given)
    return Rehearsal(words, place, "report", report, notes=() if downloads else (NEVER_INSTALLED,))
