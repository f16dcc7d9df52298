"""Which tool a command calls, and the release whose rules are followed."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Final, cast

from .arguments import CommandLineError

if TYPE_CHECKING:
    from ..profiles import Profile, Tool

VERSION_TIMEOUT: Final = 5.0
"""Seconds that `uv --version` or `pip --version` may take."""


def tool_of(words: tuple[str, ...], profile: str | None) -> Tool:
    """The tool that a command calls; bare requirements follow `profile` (the text of `--as`), else they are uv's.

    Raises `CommandLineError` where `--as` names another tool than the command.
    """
    asked = (profile or "").partition("@")[0]
    if words and words[0] in ("uv", "pip"):
        if asked in ("uv", "pip") and asked != words[0]:
            raise CommandLineError(f"--as {profile} does not fit the command, which is one of {words[0]}")
        return cast("Tool", words[0])
    if asked == "pip" and not words:
        raise CommandLineError("pip has no command for a project: name requirements, or `pip install -r FILE`")
    return "pip" if asked == "pip" else "uv"


def profile_for(tool: Tool, text: str | None) -> Profile:
    """The rules to follow: those of `--as` with a version, else of the tool on PATH, else the newest known."""
    from ..profiles import NEWEST_KNOWN, UnknownProfile, parse_profile

    try:
        if text is not None and "@" in text:
            return parse_profile(text)
        if text is not None:
            parse_profile(text)
        return parse_profile(f"{tool}@{version_on_path(tool) or NEWEST_KNOWN[tool]}")
    except UnknownProfile as error:
        raise CommandLineError(str(error)) from None


def version_on_path(tool: Tool) -> str | None:
    """What `uv --version` or `pip --version` says; None where there is none, or it fails, or takes too long."""
    program = shutil.which(tool)
    if program is None:
        return None
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=VERSION_TIMEOUT, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    match = re.match(rf"{tool} (\d+(?:\.\d+)+\S*)", answer.stdout)
    return match[1] if match and answer.returncode == 0 else None
