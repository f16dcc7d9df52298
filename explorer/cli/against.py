"""`--against`: the same command by other rules, another command, or the real tool, and what differs."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .arguments import CommandLine, CommandLineError, Face
from .tools import profile_for, tool_of

if TYPE_CHECKING:
    from ..events import Event
    from ..http.held import HeldAnswers
    from ..profiles import Profile
    from ..settings.settings import Context, Settings


@dataclass(frozen=True, slots=True)
class Compared:
    """A command by the rules of a release; `real`: run by that release itself."""

    words: tuple[str, ...]
    profile: Profile
    real: bool = False


def tell_against(line: CommandLine, face: Face, words: tuple[str, ...], context: Context, profile: Profile) -> int:
    """Run the command and what it is compared with; tell what differs. The exit status is that of `diff`."""
    from ..headless.against import tell_difference
    from ..settings.settings import RefusedSettings, UsageError

    if face not in ("json", "plain", "screen") or line.record is not None:
        raise CommandLineError("--against goes with --json or --plain")
    assert line.against is not None
    first = Compared(words, profile)
    second = compared_with(line.against, first)
    try:
        before, after, kinds = _events(first, second, context)
    except (UsageError, RefusedSettings) as error:
        raise CommandLineError(str(error)) from None
    return tell_difference(before, after, "json" if face == "json" else "plain", kinds, sys.stdout)


def compared_with(text: str, first: Compared) -> Compared:
    """What `--against` names. Raises `CommandLineError`."""
    if text == "real":
        return Compared(first.words, first.profile, real=True)
    match = re.fullmatch(r"(uv|pip)(@\S*)?", text)
    if match is not None:
        tool: Literal["uv", "pip"] = "pip" if match[1] == "pip" else "uv"
        if tool == "uv" and first.profile.tool == "pip":
            raise CommandLineError("--against uv: a command of pip is not one of uv; write the command of uv in quotes")
        return Compared(first.words, profile_for(tool, text))
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise CommandLineError(f"--against: {error}") from None
    if not words:
        raise CommandLineError("--against needs a release, a command in quotes, or real")
    tool = tool_of(words, None)
    same = first.profile if first.profile.tool == tool else profile_for(tool, None)
    return Compared(words, same)


def _events(
    first: Compared, second: Compared, context: Context
) -> tuple[Sequence[Event], Sequence[Event], tuple[str, str]]:
    """The events of both, and the kinds of their commands. The later run asks only what the first was not answered."""
    from ..http.held import HeldAnswers

    held = HeldAnswers()
    settings = _settings(first, first, context)
    others = settings if second.real else _settings(second, first, context)
    before = _simulated(settings, first.profile, held)
    if not second.real:
        return before, _simulated(others, second.profile, held), (settings.kind, others.kind)
    from ..observe.real_run import observe

    after: list[Event] = []
    observe(settings, second.profile, second.words, context, after.append, fetch=True)
    return before, after, (settings.kind, others.kind)


def _settings(compared: Compared, first: Compared, context: Context) -> Settings:
    """A command of uv by the rules of pip is what pip would make of the same requirements and indexes."""
    from ..settings.read import read_settings
    from ..what_if.other_tool import with_pip

    if compared.words == first.words and compared.profile.tool != first.profile.tool:
        return with_pip(read_settings(first.words, context, first.profile))
    return read_settings(compared.words, context, compared.profile)


def _simulated(settings: Settings, profile: Profile, held: HeldAnswers) -> list[Event]:
    from ..run.worker import run_to_end

    events: list[Event] = []
    run_to_end(settings, profile, events.append, held)
    return events
