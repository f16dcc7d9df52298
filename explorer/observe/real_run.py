"""The real tool run in a scratch copy, told as events while it runs; on a thread of its own, or not."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ..engine import Outcome
from ..events import Body, Event, Failed, Pinned, Resolved, RunEnded, RunStarted, Sink, Unsatisfiable, Warned
from ..model.url import mask_url
from ..profiles import Profile
from ..settings.read import masked_command
from ..settings.settings import Context, Settings
from ..wheels.interpreter import InterpreterNotFound, describe_interpreter, running_interpreter
from . import answers
from .clients import Client, NoClient, find_client, knows_option
from .environments import replicate_environment
from .failures import failure, warnings
from .log_lines import PipLog, ToolLog, UvLog
from .process import Ended, RunningTool
from .proxy import RecordingProxy
from .rehearsal import Rehearsal, rehearse
from .scratch import CannotRehearse, ScratchCopy
from .stream import ObservedStream
from .traffic import Traffic
from .variables import FIRST_PLAIN_LOG, environment

TIME_LIMIT: Final = 300.0
"""Seconds that the real tool may take."""


class _Stopped(Exception):
    """The run was cancelled before the tool was started."""


def observe(
    settings: Settings,
    profile: Profile,
    words: Sequence[str],
    context: Context,
    sink: Sink,
    *,
    fetch: bool = False,
    tools: Path | None = None,
    cancelled: threading.Event | None = None,
    run: int = 1,
    limit: float = TIME_LIMIT,
) -> Outcome:
    """Run the real tool of `profile` as `words` (unmasked) would, in a copy of the project; tell `sink` what it did.

    `settings` are those read from the same words, to name indexes by. `fetch` allows to fetch the release into `tools`
    (by default a folder of our cache). Never raises for anything from outside; the last event is RunEnded.
    """
    stream = ObservedStream(sink, run=run)
    stopped = cancelled if cancelled is not None else threading.Event()
    outcome: Outcome = "failed"
    shown = masked_command(words) if words and words[0] in ("uv", "pip") else settings.command
    stream(RunStarted(profile.name, shown, settings.mode, (), profile.note))
    try:
        outcome = _observed(settings, profile, words, context, stream, stopped, fetch, tools, limit)
    except _Stopped:
        outcome = "cancelled"
        stream(Failed("cancelled", "The run was cancelled."))
    except CannotRehearse as error:
        stream(Failed("observe", mask_url(str(error))))
    except OSError as error:
        stream(Failed("observe", f"The real tool cannot be observed: {error.strerror or type(error).__name__}."))
    except Exception as error:  # a defect of ours must end the run with a name, not the app
        stream(Failed("internal", f"The explorer itself failed: {type(error).__name__}: {mask_url(str(error))}"))
    stream(RunEnded(outcome, stream.seconds, stream.requests))
    return outcome


def _observed(
    settings: Settings,
    profile: Profile,
    words: Sequence[str],
    context: Context,
    stream: ObservedStream,
    stopped: threading.Event,
    fetch: bool,
    tools: Path | None,
    limit: float,
) -> Outcome:
    python = _python(settings, context)
    client = find_client(profile, context.environ, python, fetch=fetch, tools=tools, cancelled=stopped)
    if stopped.is_set():
        raise _Stopped
    if isinstance(client, NoClient):
        stream(Failed("observe", client.reason))
        return "failed"
    with tempfile.TemporaryDirectory(prefix="resolve-tui-", ignore_cleanup_errors=True) as temporary:
        copy = ScratchCopy(Path(temporary).resolve())
        rehearsal = rehearse(words, profile, context, copy, _asker(client, context))
        if stopped.is_set():
            raise _Stopped
        for note in rehearsal.notes:
            stream(note)
        traffic = Traffic(settings, stream)
        wire, why_not = _sees_wire(settings)
        if why_not:
            stream(Warned(why_not))
        log = _log(profile, traffic, wire)
        with RecordingProxy(traffic) if wire else contextlib.nullcontext() as proxy:
            variables = environment(context.environ, copy, profile.version, profile.tool, proxy.url if proxy else None)
            if profile.tool == "uv":
                variables |= replicate_environment(context.environ, context.directory.resolve(), copy)
            command = [*client.words, *_loudness(profile), *rehearsal.words]
            tool = RunningTool(command, rehearsal.folder, variables, rehearsal.stdin, log.read)
            ended = tool.until_end(stopped, limit)
        if traffic.end_all() and log.gaps:
            log.gaps.add("status")
        return _conclude(ended, rehearsal, settings, profile, copy, traffic, log, stream, limit)


def _python(settings: Settings, context: Context) -> str:
    """The interpreter that a fetched pip runs in: the one that the command resolves for."""
    try:
        return describe_interpreter(settings.target.python, context.environ, context.directory, None).executable
    except InterpreterNotFound:
        return running_interpreter().executable


def _asker(client: Client, context: Context) -> Callable[[Sequence[str], str], bool]:
    def knows(command: Sequence[str], option: str) -> bool:
        return knows_option(client, command, option, context.environ)

    return knows


def _sees_wire(settings: Settings) -> tuple[bool, str]:
    """Whether http requests are led past our proxy, and where not, the sentence that says so."""
    network = settings.network
    if {"http", "all"} & set(network.proxies):
        return False, "Requests go through the proxy that is configured; what is shown of them is what the log tells."
    if network.proxies and network.no_proxy:
        return False, "NO_PROXY is configured; what is shown of the requests is what the log tells."
    return True, ""


def _log(profile: Profile, traffic: Traffic, wire: bool) -> ToolLog:
    schemes = frozenset({"https"} if wire else {"https", "http"})
    return UvLog(traffic, schemes) if profile.tool == "uv" else PipLog(traffic, schemes)


def _loudness(profile: Profile) -> tuple[str, ...]:
    """What makes the tool log its exchanges, where its variables do not."""
    if profile.tool == "pip":
        return ("-vvv",)
    return ("-v",) if profile.version < FIRST_PLAIN_LOG else ()


def _conclude(
    ended: Ended,
    rehearsal: Rehearsal,
    settings: Settings,
    profile: Profile,
    copy: ScratchCopy,
    traffic: Traffic,
    log: ToolLog,
    stream: ObservedStream,
    limit: float,
) -> Outcome:
    """The last events: what could not be seen, what the tool warned of, its answer or its error."""

    def plain(line: str) -> str:
        return line.replace(str(copy.folder), "")

    out, err = [plain(line) for line in ended.out], [plain(line) for line in ended.err]
    for gap in sorted(log.gaps):
        stream(Warned(_GAPS[gap].format(profile=profile.name.replace("@", " "))))
    for warning in warnings(err):
        stream(Warned(warning))
    if ended.why == "cancelled":
        stream(Failed("cancelled", "The run was cancelled."))
        return "cancelled"
    if ended.why == "time":
        stream(Failed("limit", f"The real {profile.tool} did not end within {limit:.0f} seconds."))
        return "failed"
    if ended.status != 0:
        body = failure(profile.tool, out, err, ended.status)
        stream(body)
        return "unsatisfiable" if isinstance(body, Unsatisfiable) else "failed"
    try:
        stream(Resolved(_packages(rehearsal, out, err, settings, traffic)))
    except answers.UnreadableAnswer as error:
        stream(Failed("observe", str(error)))
        return "failed"
    return "resolved"


_GAPS: Final = {
    "parts": "{profile} does not log the requests for parts of a wheel: over TLS they are not seen.",
    "status": "{profile} does not log the status of every answer over TLS: where none is shown, it is not known.",
    "user": "Requests over TLS are taken from the log of {profile}, which does not name the user that was sent.",
}


def _packages(
    rehearsal: Rehearsal, out: Sequence[str], err: Sequence[str], settings: Settings, traffic: Traffic
) -> tuple[Pinned, ...]:
    at = rehearsal.answer_at
    if rehearsal.answer == "lock" and at is not None:
        return answers.from_lock(at, settings)
    if rehearsal.answer == "report" and at is not None:
        return answers.from_report(at, traffic.lister)
    if rehearsal.answer == "files" and at is not None:
        return answers.from_files(at, traffic.only_index)
    if rehearsal.answer == "would install":
        return answers.from_dry_run([*out, *err], traffic.only_index)
    return answers.from_pins(out, settings, traffic.only_index)


Stops = Callable[[Body], bool]


class RealRun:
    """One run of the real tool with the interface of `run.worker.Run`. Pausing holds back what is told of it: the tool
    itself goes on.
    """

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        words: Sequence[str],
        context: Context,
        number: int = 1,
        *,
        fetch: bool = False,
        tools: Path | None = None,
    ) -> None:
        self.settings = settings
        self.profile = profile
        self.number = number
        self.outcome: Outcome | None = None
        self._words = tuple(words)
        self._context = context
        self._fetch = fetch
        self._tools = tools
        self._queue: deque[Event] = deque()
        self._cancelled = threading.Event()
        self._paused = False
        self._stops: Stops | None = None
        self._until: Stops | None = None
        self._thread = threading.Thread(target=self._work, name=f"real-run-{number}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """End the tool; Failed and RunEnded follow."""
        self._cancelled.set()
        self._paused = False

    def pause(self) -> None:
        self._paused = True

    def resume(self, until: Stops | None = None) -> None:
        """Go on telling; with `until` only to the first thing told of which it is true."""
        self._until = until
        self._paused = False

    def stop_at(self, stops: Stops | None) -> None:
        """Pause after each thing told of which `stops` is true (None: after none)."""
        self._stops = stops

    @property
    def is_paused(self) -> bool:
        return self._paused

    @property
    def finished(self) -> bool:
        """The tool ended and all events were drained."""
        return self.outcome is not None and not self._queue

    def drain(self, limit: int = 2000) -> list[Event]:
        """At most `limit` events that happened since the last call, in order; none while paused."""
        events: list[Event] = []
        while self._queue and len(events) < limit and not self._paused:
            event = self._queue.popleft()
            events.append(event)
            self._paused = self._halts(event.body)
        return events

    def join(self, seconds: float | None = None) -> None:
        self._thread.join(seconds)

    def _halts(self, body: Body) -> bool:
        if isinstance(body, RunEnded) or self._cancelled.is_set():
            return False
        if self._until is not None and self._until(body):
            self._until = None
            return True
        return self._stops is not None and self._stops(body)

    def _work(self) -> None:
        self.outcome = observe(
            self.settings,
            self.profile,
            self._words,
            self._context,
            self._queue.append,
            fetch=self._fetch,
            tools=self._tools,
            cancelled=self._cancelled,
            run=self.number,
        )
