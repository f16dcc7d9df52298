"""Why a row is as it is, and its raw side: rule, ladder, masked headers, the first part of the body."""

from __future__ import annotations

from collections.abc import Mapping

from ..events import CandidateJudged, FileSeen, Finding, IncompatibilityAdded, IndexInForce, NotModelled, Warned
from ..model.url import SafeUrl
from . import words
from .auth_ladder import ladder_rows, rule_lines
from .derivation_tree import ProofRow, evidence_words, required_line
from .line import EMPTY, Line, Span, line, text_of
from .model import RunView
from .queries import Exchange, answer_of, user_words, what_words
from .safe_text import safe_lines

MAX_BODY_LINES = 40


def heading(text: str) -> Line:
    """A section title."""
    return line(Span(text, "heading"))


def pair(name: str, value: str, width: int = 12) -> Line:
    """`name   value` in two aligned columns."""
    return line(Span(f"{name:<{width}}", "muted"), value)


def why_exchange(view: RunView, number: int) -> list[Line]:
    """Everything about one exchange."""
    exchange = view.queries.by_number[number]
    lines = [*_summary(exchange), EMPTY]
    lines += _meaning(view, exchange)
    tool, version = view.profile
    ladder = ladder_rows(view.ladders, view.queries, number, tool, version)
    if ladder:
        lines += [heading("Credentials"), *(row.line for row in ladder[2:]), EMPTY]
    lines += [heading("Request"), *_headers(exchange.started.headers), EMPTY]
    return lines + _answer(exchange)


def _summary(exchange: Exchange) -> list[Line]:
    started, ended = exchange.started, exchange.ended
    answer, tone = answer_of(exchange)
    lines = [
        line(Span(f"{started.method} ", "muted"), Span(str(started.url), "strong")),
        EMPTY,
        line(Span(f"{'answer':<12}", "muted"), Span(answer, tone), Span(_status_meaning(exchange), "muted")),
        pair("for", f"{started.purpose} of {started.package}" if started.package else started.purpose),
        pair("index", started.index or "none: a direct URL"),
        pair("user sent", "none" if user_words(exchange) == "–" else user_words(exchange)),
    ]
    if exchange.link != "first":
        lines.append(pair("follows", f"{what_words(exchange)}, in the same logical request as query {started.logical}"))
    if started.byte_range:
        lines.append(pair("range", f"bytes {started.byte_range[0]:,} to {started.byte_range[1]:,}"))
    if ended is not None:
        source = ended.source + (f" · {ended.cache}" if ended.cache else "")
        lines.append(
            pair("from", f"{source} · {words.size_words(ended.bytes)} · {words.time_words(ended.milliseconds)}")
        )
        if ended.failure is not None:
            lines.append(line(Span(f"{'failure':<12}", "muted"), Span(words.fetch_failure(ended.failure), "bad")))
    lines.append(pair("basis", BASIS_WORDS[exchange.basis]))
    return lines


BASIS_WORDS = {
    "simulated": "simulated: decided by the explorer's own engine, sent for real",
    "observed": "observed: seen in the log or the traffic of the real tool",
    "replayed": "replayed: the explorer's engine over answers recorded earlier",
}


def _status_meaning(exchange: Exchange) -> str:
    return "  " + words.STATUS_MEANINGS.get(exchange.status, "") if exchange.status else ""


def _meaning(view: RunView, exchange: Exchange) -> list[Line]:
    """What the answer meant for the search, where it is an answer about a project page."""
    package, index = exchange.started.package, exchange.started.index
    if exchange.started.purpose != "page" or package is None or index is None:
        return []
    return why_cell(view, package, index)


def why_cell(view: RunView, package: str, index: str) -> list[Line]:
    """What one index meant for one package."""
    cell = view.matrix.cell(package, index)
    answered = cell.answered
    lines = [heading(f"{package} on {index}"), line(Span(cell.text, cell.tone))]
    if answered is not None:
        if answered.detail:
            lines.append(line(answered.detail))
        lines += rule_lines(answered.rule, *view.profile)
    search = view.matrix.packages.get(package)
    if search is not None:
        text, tone = view.matrix.summary(package)
        lines.append(line(Span("search ", "muted"), Span(text, tone)))
        if search.not_asked:
            lines.append(line(Span("not asked ", "muted"), ", ".join(search.not_asked)))
        if search.rule and (answered is None or search.rule != answered.rule):
            lines += rule_lines(search.rule, *view.profile)
    return [*lines, EMPTY]


def _headers(headers: Mapping[str, str]) -> list[Line]:
    if not headers:
        return [line(Span("not recorded", "faint"))]
    width = min(max(map(len, headers)), 24) + 2
    return [pair(name, value, width) for name, value in list(headers.items())[:60]]


def _answer(exchange: Exchange) -> list[Line]:
    ended = exchange.ended
    if ended is None:
        return [heading("Answer"), line(Span("not there yet", "accent"))]
    lines = [heading("Answer"), *_headers(ended.headers)]
    if ended.excerpt:
        body = safe_lines(ended.excerpt)
        lines += [EMPTY, heading("Body, first part"), *(line(text) for text in body[:MAX_BODY_LINES])]
    return lines


def why_package(view: RunView, package: str) -> list[Line]:
    """Why a package has its version: the choice, the edges, and each index."""
    story = view.packages.stories.get(package)
    lines: list[Line] = []
    for decision in dict.fromkeys(story.decided.values()) if story else ():
        why = words.because_words(decision.because)
        lines.append(line(Span(f"{package} {decision.version}", "strong"), Span(f"  {why}", "good")))
    resolved = view.answer.resolved
    for pinned in resolved.packages if resolved else ():
        if pinned.name == package:
            lines.append(pair("version", f"{pinned.version}, {words.because_words(pinned.why)}"))
            lines.append(pair("index", f"{pinned.index_id or ''} {pinned.index or pinned.source or ''}".strip()))
            lines.append(pair("only if", pinned.markers or "everywhere"))
            lines.append(pair("metadata", pinned.metadata_from or "not read"))
            lines += [
                pair("installs", f"{environment}: {name or 'no usable file'}")
                for environment, name in pinned.files.items()
            ]
            lines.append(EMPTY)
    if story and story.required:
        lines += [heading("Required by"), *(required_line(edge) for edge in story.required), EMPTY]
    if story and story.judged:
        lines.append(heading("Versions looked at"))
        for judged in list(story.judged.values())[-100:]:
            lines += why_candidate(judged)
        lines.append(EMPTY)
    for index in view.index_order:
        if (package, index) in view.matrix.cells:
            lines += why_cell(view, package, index)
    return lines or [line(Span(f"Nothing is known of {package} yet.", "muted"))]


def why_candidate(judged: CandidateJudged) -> list[Line]:
    """The verdict about one version."""
    verdict = (
        Span(words.version_refusal(judged.refusal), "warning")
        if judged.refusal
        else Span(words.because_words(judged.because), "good")
    )
    early = Span("  asked for early", "faint") if judged.prefetch else Span("")
    return [
        line(f"  {judged.version}  ", Span(f"{judged.index} · in {judged.range or '*'}  ", "faint"), verdict, early)
    ]


def why_dropped(file: FileSeen) -> list[Line]:
    """Why a file of a page does not count."""
    reason = words.file_refusal(file.refusal) if file.refusal else "it counts"
    return [line(Span(file.filename, "strong")), EMPTY, line(reason)]


def why_proof(view: RunView, row: ProofRow) -> list[Line]:
    """A step of the proof: its terms, its parents, its evidence."""
    node = row.node
    if node is None:
        return [row.line]
    if isinstance(node, IncompatibilityAdded):
        lines = [line(Span(words.incompatibility_sentence(node), "strong")), EMPTY, pair("kind", node.cause)]
        for parent in node.parents or ():
            if parent in view.derivation.added:
                lines.append(pair("follows from", words.incompatibility_sentence(view.derivation.added[parent]), 14))
    else:
        lines = [line(Span(node.sentence or node.cause, "strong")), EMPTY, pair("kind", node.cause)]
        lines += [pair("follows from", child.sentence or child.cause, 14) for child in node.children]
    lines += [pair("term", words.term_words(term)) for term in node.terms]
    if row.evidence or node.origin:
        lines += [EMPTY, heading("Evidence"), line(evidence_words(row.evidence, node.origin, view.queries))]
    known = [number for number in row.evidence if number in view.queries.by_number]
    return [*lines, EMPTY, *why_exchange(view, known[0])] if known else lines


def why_index(index: IndexInForce) -> list[Line]:
    """One index of the search list."""
    codes = "none" if index.ignore_error_codes is None else ", ".join(map(str, index.ignore_error_codes))
    return [
        line(Span(index.id, "strong"), Span(f"  {index.url}", "muted")),
        EMPTY,
        pair("asked", "only for packages pinned to it" if index.explicit else f"as number {index.position + 1}", 18),
        pair("default", "yes" if index.default else "no", 18),
        pair("format", index.format, 18),
        pair("authenticate", index.authenticate, 18),
        pair("ignores statuses", codes, 18),
        pair("credentials from", index.credentials_from or "nowhere before the first request", 18),
        pair("configured in", str(index.origin), 18),
    ]


def why_note(view: RunView, note: Finding | Warned | NotModelled) -> list[Line]:
    """A finding with its evidence and remedies, or a warning."""
    match note:
        case Warned():
            return [line(note.message)]
        case NotModelled():
            return [line(Span(note.what, "strong")), EMPTY, line(note.consequence)]
        case Finding():
            lines = [
                line(Span(note.message, "strong")),
                EMPTY,
                pair("rule", note.rule),
                pair("severity", note.severity),
            ]
            for remedy in note.remedies:
                tried = words.outcome_words(remedy.outcome) if remedy.outcome else "not tried"
                tone = "good" if remedy.outcome == "resolved" else "muted"
                lines.append(line(Span("try  ", "muted"), remedy.toggle, Span(f"  → {tried} {remedy.message}", tone)))  # type: ignore[arg-type]
            return lines


def curl_of(exchange: Exchange) -> str:
    """A curl command for the exchange; it asks for the password, it never holds one."""
    started = exchange.started
    parts = ["curl", "--head" if started.method == "HEAD" else "", _quoted(_plain(started.url))]
    if started.user is not None:
        parts.append(f"--user {_quoted(started.user_shown or '')}")
    if started.byte_range:
        parts.append(f"--range {started.byte_range[0]}-{started.byte_range[1]}")
    accept = next((value for name, value in started.headers.items() if name.lower() == "accept"), None)
    if accept:
        parts.append(f"--header {_quoted('Accept: ' + accept)}")
    return " ".join(part for part in parts if part)


def _plain(url: SafeUrl) -> str:
    return str(url)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def lines_as_text(lines: list[Line]) -> str:
    """What a person copies from *Why*."""
    return "\n".join(text_of(each) for each in lines)
