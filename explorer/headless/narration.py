"""`--plain`: the run told line by line, for a terminal without the screen or for a log."""

from __future__ import annotations

from collections.abc import Callable

from ..events import (
    BuildChanged,
    CandidateJudged,
    Decision,
    Event,
    Failed,
    Finding,
    ForkOpened,
    IndexAnswered,
    IndexInForce,
    MetadataRead,
    NotModelled,
    RequestEnded,
    RequestStarted,
    Resolved,
    RunEnded,
    RunStarted,
    SearchEnded,
    Unsatisfiable,
    Warned,
)
from ..view.safe_text import safe
from ..view.words import because_words, count_words, fetch_failure, package_refusal, version_refusal

Write = Callable[[str], object]

_MEANINGS = {
    "found": "has it",
    "absent": "does not have it",
    "stop": "ends the search here",
    "abort": "ends the run",
    "skipped": "was skipped",
}


class Narrator:
    """Writes one or few lines for each event worth telling; everything that came from outside is spelled harmlessly."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._open: dict[int, RequestStarted] = {}

    def add(self, event: Event) -> None:
        """Tell the next event of the run."""
        for line in self._lines(event):
            self._write(safe(line) + "\n")

    def _lines(self, event: Event) -> list[str]:
        match event.body:
            case RunStarted() as run:
                return _heading(run)
            case IndexInForce() as index:
                return [_index(index)]
            case RequestStarted() as request:
                self._open[request.request] = request
                return []
            case RequestEnded() as ended:
                asked = self._open.pop(ended.request, None)
                return [_exchange(asked, ended)] if asked else []
            case IndexAnswered() as page:
                versions = f" ({count_words(page.versions, 'version')})" if page.meaning == "found" else ""
                return [f"      {page.package}: {page.index} {_MEANINGS[page.meaning]}{versions}"]
            case SearchEnded() as search:
                return _search(search)
            case MetadataRead() as read:
                return [_metadata(read)]
            case CandidateJudged(refusal=refusal, prefetch=False) as judged if refusal is not None:
                return [f"      {judged.package} {judged.version}: not usable: {version_refusal(refusal)}"]
            case BuildChanged() as build:
                return [f"      {build.package} {build.version}: build: {build.stage} {build.detail}".rstrip()]
            case ForkOpened() as fork:
                return [f"fork  {fork.fork}: {fork.marker} ({fork.cause})"]
            case Decision() as decision:
                return [f"takes {decision.package} {decision.version} ({because_words(decision.because)})"]
            case Resolved() as answer:
                return _answer(answer)
            case Unsatisfiable() as failure:
                proof = (f"  {line}" for text in failure.report for line in text.splitlines() or [""])
                return ["", failure.headline, *proof, *_hints(failure.hints)]
            case Failed() as error:
                return ["", f"failed: {error.message}", *(f"  {line}" for line in error.chain), *_hints(error.hints)]
            case NotModelled(what, consequence):
                return [f"not modelled: {what}: {consequence}"]
            case Warned(message):
                return [f"warning: {message}"]
            case Finding() as finding:
                return [f"finding: {finding.message}", *(f"  try: {r.toggle}: {r.message}" for r in finding.remedies)]
            case RunEnded(outcome, seconds, requests):
                return ["", f"{outcome} · {count_words(requests, 'request')} · {seconds:.2f} s"]
            case _:
                return []


def _heading(run: RunStarted) -> list[str]:
    lines = [f"{' '.join(run.command)} · as {run.profile.replace('@', ' ')} · {run.mode}"]
    if run.environments:
        lines.append(f"for   {', '.join(run.environments)}")
    if run.profile_note:
        lines.append(f"note  {run.profile_note}")
    return lines


def _index(index: IndexInForce) -> str:
    words = [word for word, holds in (("default", index.default), ("explicit", index.explicit)) if holds]
    if index.format == "flat":
        words.append("flat")
    if index.credentials_from:
        words.append(f"credentials from {index.credentials_from}")
    return f"index {index.position + 1}: {index.id} {index.url}" + (f" ({', '.join(words)})" if words else "")


def _exchange(request: RequestStarted, ended: RequestEnded) -> str:
    status = str(ended.status) if ended.status is not None else "-"
    user = f" as {request.user_shown}" if request.user_shown else ""
    part = " (range)" if request.byte_range else ""
    source = "" if ended.source == "network" else f" from {ended.source}"
    failure = f" {fetch_failure(ended.failure)}" if ended.failure else ""
    url = str(request.url).partition("#")[0]
    return f"asks  {status:>3} {request.method} {url}{part}{user}{source}{failure}"


def _search(search: SearchEnded) -> list[str]:
    lines = []
    if search.refusal is not None:
        lines.append(f"      {search.package}: nothing found: {package_refusal(search.refusal)}")
    if search.not_asked:
        lines.append(f"      {search.package}: not asked: {', '.join(search.not_asked)}")
    return lines


def _metadata(read: MetadataRead) -> str:
    refused = f": not usable: {version_refusal(read.refusal)}" if read.refusal is not None else ""
    return f"      {read.package} {read.version}: metadata from {read.filename} ({read.way}){refused}"


def _answer(answer: Resolved) -> list[str]:
    lines = ["", f"resolved {count_words(len(answer.packages), 'package')}"]
    for package in answer.packages:
        marker = f" ; {package.markers}" if package.markers else ""
        where = package.source or package.index_id or ""
        lines.append(f"  {package.name}=={package.version}{marker}  # {where}, {because_words(package.why)}")
    return lines


def hint_lines(hint: str) -> list[str]:
    """The lines of a hint, the later ones indented, so that none passes for a line of ours."""
    return f"hint: {hint}".replace("\n", "\n  ").split("\n")


def _hints(hints: tuple[str, ...]) -> list[str]:
    return [line for hint in hints for line in hint_lines(hint)]
