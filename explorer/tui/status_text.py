"""What the line at the top says: which command under which rules, and how far it is."""

from __future__ import annotations

from ..view.line import Span, Tone
from ..view.words import count_words, outcome_words
from .session import Session
from .state import Shown

MAX_COMMAND = 200


def status_left(session: Session | None, shown: Shown) -> list[Span]:
    """The command, the rules it is resolved by, and what was changed."""
    spans = [Span("resolve-tui", "heading")]
    started = shown.view.setup.started
    if started is None:
        return spans if session is None else [*spans, Span(f"  {session.title}")]
    difference = session.difference() if session is not None else None
    spans.append(Span("  " + " ".join(started.command)[:MAX_COMMAND], "strong"))
    spans.append(Span(f" · as {started.profile.replace('@', ' ')}", "muted"))
    if difference is None:
        spans.append(Span(f" · {started.mode}", "muted"))
    if session is not None:
        spans += [Span(f" · {change}", "warning") for change in session.changes()]
    if difference is not None:
        tone: Tone = "bad" if difference.flipped else "accent"
        spans[0] = Span("")  # the room is needed for what changed
        counts = [part for part in difference.summary().split(" · ") if part != "outcome flipped"]
        lead = "changed: " if difference.changed_packages or difference.changed_requests else ""
        spans.append(Span(f" · {lead}{', '.join(counts)}", tone))
    elif session is not None and session.runs > 1:
        spans.append(Span(f" · run {session.runs}", "faint"))
    return spans


def status_right(session: Session | None, shown: Shown) -> list[Span]:
    """The state of the run, its time and counts; and what stands behind the rows, if that is the same for all."""
    if session is None:
        return [Span("no command · 3 learn", "muted")]
    view = shown.view
    spans = [_state(session, view.answer.outcome)]
    difference = session.difference()
    if difference is not None and difference.flipped:
        spans.append(Span(" · flipped", "bad"))
    else:
        spans.append(Span(f" {_seconds(session, shown):.1f} s", "plain"))
    spans.append(Span(f" · {count_words(view.queries.on_wire, 'request')}", "muted"))
    if view.queries.held:
        spans.append(Span(f" · {view.queries.held} held", "muted"))
    required = view.packages.required_count
    if session.running and required:
        spans.append(Span(f" · {view.packages.decided_count} of {required} packages", "muted"))
    if len(view.bases) == 1 and difference is None:
        spans.append(Span(f" · {next(iter(view.bases))}", "muted"))
    return spans


def _state(session: Session, outcome: str | None) -> Span:
    if session.playing:
        return Span("▶ playing", "accent")
    if session.recorded.events and not session.recorded.at_end:
        return Span("◆ an earlier moment", "accent")
    if session.running:
        return Span("❚❚ paused", "warning") if session.paused else Span("● solving", "accent")
    if outcome == "resolved":
        return Span("✔ resolved", "good")
    return Span(f"✗ {outcome_words(outcome)}", "bad") if outcome else Span("○ not started", "muted")


def _seconds(session: Session, shown: Shown) -> float:
    view = shown.view
    if view.answer.ended is not None:
        return view.answer.ended.seconds
    if session.running and session.recorded.at_end and not session.paused:
        return session.elapsed
    return view.last.at if view.last is not None else 0.0
