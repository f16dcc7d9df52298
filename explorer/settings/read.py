"""`read_settings`: the command as the user typed it → everything a resolution depends on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Final

from ..model.credentials import MASK
from ..model.url import mask_url
from ..profiles import NEWEST_KNOWN, Profile, Tool, parse_profile
from . import pip_command, uv_command
from .command_line import CommandLine, Option, Style, parse_command_line
from .settings import CommandKind, Context, Settings, UsageError

_SECRET_OPTION: Final = re.compile(r"(?i)^--?[\w-]*(password|token|secret)[\w-]*(=|$)")


def is_known_command(words: Sequence[str]) -> bool:
    """The words start with a command of uv or pip (whether or not it resolves anything)."""
    if not words or words[0] not in ("uv", "pip"):
        return False
    split = uv_command.split_command if words[0] == "uv" else pip_command.split_command
    return split(list(words[1:])) is not None


def read_settings(words: Sequence[str], context: Context, profile: Profile | None) -> Settings:
    """The settings of the command `words` in `context`, read as the release of `profile` reads them.

    Nothing stands for `uv sync`; words that begin with no command are requirements, as for `uv pip install`. Without a
    profile the newest known release of the command's tool counts. Raises `UsageError` for a mistake of the user's (one
    sentence naming option, or file and line) and `RefusedSettings` for what the real tool refuses before any request.
    """
    tool, arguments = _tool(words, profile)
    profile = profile if profile is not None and profile.tool == tool else parse_profile(f"{tool}@{NEWEST_KNOWN[tool]}")
    kind, options, rest = _split(tool, arguments)
    shown = masked_command([tool, *arguments] if words else ["uv", "sync"])
    if kind == "no resolution":
        return Settings(tool=tool, kind=kind, mode="platform", command=shown, directory=context.directory)
    command = _parse(tool, kind, options, rest, profile)
    if tool == "uv":
        from .uv_settings import read_uv

        return read_uv(kind, command, options, shown, context, profile)
    from .pip_settings import read_pip

    return read_pip(kind, command, options, shown, context)


def _tool(words: Sequence[str], profile: Profile | None) -> tuple[Tool, list[str]]:
    if not words:
        return "uv", ["sync"]
    if words[0] in ("uv", "pip"):
        return ("uv" if words[0] == "uv" else "pip"), list(words[1:])
    near = difflib.get_close_matches(words[0], ["uv", "pip"], n=1, cutoff=0.6)
    if len(words) > 1 and near and words[1] in (*uv_command.command_names(), *pip_command.command_names()):
        raise UsageError(f"{words[0]!r} is no command; did you mean {near[0]}?")
    if profile is not None and profile.tool == "pip":
        return "pip", ["install", "--dry-run", "--ignore-installed", *words]
    return "uv", ["pip", "install", *words]


def _split(tool: Tool, arguments: list[str]) -> tuple[CommandKind, tuple[Option, ...], list[str]]:
    found = uv_command.split_command(arguments) if tool == "uv" else pip_command.split_command(arguments)
    if found is not None:
        return found
    word = next((word for word in arguments if not word.startswith("-")), "")
    names = uv_command.command_names() if tool == "uv" else pip_command.command_names()
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else "."
    raise UsageError(f"{tool} has no command {mask_url(word)[:80]!r}{hint}")


def _parse(
    tool: Tool, kind: CommandKind, options: tuple[Option, ...], rest: list[str], profile: Profile
) -> CommandLine:
    style: Style = pip_command.PIP_STYLE
    if tool == "uv":
        style = uv_command.RUN_STYLE if kind == "uv run" else uv_command.BARE_STYLE

    def exists(option: Option) -> bool:
        return option.rule is None or profile.holds(option.rule)

    return parse_command_line(kind, rest, options, style, exists)


def masked_command(words: Sequence[str]) -> tuple[str, ...]:
    """The words with the user-info of every URL and the value of every secret option masked."""
    shown = []
    hide_next = False
    for word in words:
        if hide_next:
            shown.append(MASK)
            hide_next = False
        elif match := _SECRET_OPTION.match(word):
            hide_next = match[2] == ""
            shown.append(word if hide_next else f"{word.partition('=')[0]}={MASK}")
        else:
            shown.append(mask_url(word))
    return tuple(shown)
