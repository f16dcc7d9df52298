"""What a run is made of: rules, indexes in the order they are asked, environments; and what was noted on the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

from ..events import (
    EnvironmentInForce,
    Finding,
    ForkClosed,
    ForkOpened,
    IndexInForce,
    NotModelled,
    RunStarted,
    SettingIgnored,
    SettingInForce,
    Warned,
)
from .line import EMPTY, Line, Span, line


@dataclass(slots=True)
class Setup:
    """Fold of the events that open a run, of forks, warnings and findings."""

    started: RunStarted | None = None
    indexes: list[IndexInForce] = field(default_factory=list)
    environments: list[EnvironmentInForce] = field(default_factory=list)
    settings: list[SettingInForce] = field(default_factory=list)
    ignored: list[SettingIgnored] = field(default_factory=list)
    forks: dict[int, tuple[ForkOpened, ForkClosed | None]] = field(default_factory=dict)
    notes: list[Finding | Warned | NotModelled] = field(default_factory=list)
    stamp: int = 0

    def copied(self) -> Self:
        """The same state, which further events do not change."""
        return replace(
            self,
            indexes=self.indexes.copy(),
            environments=self.environments.copy(),
            settings=self.settings.copy(),
            ignored=self.ignored.copy(),
            forks=self.forks.copy(),
            notes=self.notes.copy(),
        )

    def take(self, body: RunStarted | IndexInForce | EnvironmentInForce | SettingInForce | SettingIgnored) -> None:
        """One of the events that open a run."""
        match body:
            case RunStarted():
                self.started = body
            case IndexInForce():
                self.indexes.append(body)
                self.indexes.sort(key=lambda index: index.position)
            case EnvironmentInForce():
                self.environments.append(body)
            case SettingInForce():
                self.settings.append(body)
            case SettingIgnored():
                self.ignored.append(body)
        self.stamp += 1

    def fork(self, body: ForkOpened | ForkClosed) -> None:
        """A part of the environments is solved on its own, or is done."""
        match body:
            case ForkOpened():
                self.forks[body.fork] = (body, None)
            case ForkClosed():
                opened = self.forks.get(body.fork)
                if opened is not None:
                    self.forks[body.fork] = (opened[0], body)
        self.stamp += 1

    def note(self, body: Finding | Warned | NotModelled) -> None:
        """Something worth reading."""
        self.notes.append(body)
        self.stamp += 1


@dataclass(frozen=True, slots=True)
class EnvironmentChoice:
    """One part of what a universal resolution may be solved for: its name, its marker, and whether it is."""

    name: str
    marker: str
    on: bool


@dataclass(frozen=True, slots=True)
class SetupRow:
    """One row of the Setup pane and the index or environment it toggles, if any."""

    line: Line
    subject: IndexInForce | EnvironmentChoice | None = None


def setup_rows(
    setup: Setup,
    width: int,
    off: tuple[IndexInForce, ...] = (),
    modes: tuple[tuple[str, str], ...] = (),
    environments: tuple[EnvironmentChoice, ...] = (),
) -> list[SetupRow]:
    """Indexes, environments and rules. `off`: indexes switched off, shown at their place; `modes`: (name, value);
    `environments`: what a universal resolution may be limited to.
    """
    rows: list[SetupRow] = []
    if setup.started is None:
        return rows
    shown = sorted(
        [*((index, True) for index in setup.indexes), *((index, False) for index in off)],
        key=lambda pair: pair[0].position,
    )
    rows.append(SetupRow(line(Span("Indexes", "heading"), Span("  in the order asked", "faint"))))
    for number, (index, on) in enumerate(shown, 1):
        rows.append(SetupRow(_index_line(index, number, on and index.enabled, width), index))
    if not shown:
        rows.append(SetupRow(line(Span("  none: no index is asked", "muted"))))
    rows += [SetupRow(EMPTY), SetupRow(line(Span("Environments", "heading"), Span(f"  {setup.started.mode}", "faint")))]
    for environment in setup.environments:
        host = Span("  this machine" if environment.host and len(environment.name) + 18 <= width else "", "faint")
        rows.append(SetupRow(line(Span("  ● " if environment.host else "  ○ ", "accent"), environment.name, host)))
    rows += [SetupRow(_environment_line(choice), choice) for choice in environments]
    if not setup.environments:
        rows += [SetupRow(line(Span("  ○ ", "accent"), name)) for name in setup.started.environments]
    rows += _fork_rows(setup)
    rows += [SetupRow(EMPTY), SetupRow(line(Span("Rules", "heading")))]
    rows.append(SetupRow(line("  as ", Span(setup.started.profile.replace("@", " "), "strong"))))
    rows += [SetupRow(line(Span(f"  {name} ", "muted"), value)) for name, value in modes]
    if setup.started.profile_note:
        rows.append(SetupRow(line(Span("  " + setup.started.profile_note, "warning"))))
    return rows


def _environment_line(choice: EnvironmentChoice) -> Line:
    box = Span("[x] ", "good") if choice.on else Span("[ ] ", "faint")
    return line(Span(" "), box, Span(choice.name, "plain" if choice.on else "muted"))


def _index_line(index: IndexInForce, number: int, on: bool, width: int) -> Line:
    words = [
        word
        for word, holds in (("default", index.default), ("explicit", index.explicit), ("flat", index.format == "flat"))
        if holds
    ]
    if index.credentials_from:
        words.append("login")
    label = " ".join(words)
    name = index.id.removesuffix("/simple")
    room = width - 8 - (len(label) + 1 if label else 0)
    if len(name) > room > 3:
        name = "…" + name[len(name) - room + 1 :]
    padding = " " * max(1, room - len(name) + 1)
    box = Span("[x] ", "good") if on else Span("[ ] ", "faint")
    return line(
        Span(" "),
        box,
        Span(f"{number} ", "faint"),
        Span(name, "plain" if on else "muted"),
        Span(padding + label, "muted"),
    )


def _fork_rows(setup: Setup) -> list[SetupRow]:
    if len(setup.forks) < 2:
        return []
    rows = [SetupRow(EMPTY), SetupRow(line(Span("Forks", "heading"), Span("  solved apart", "faint")))]
    for opened, closed in setup.forks.values():
        sign = Span("  … ", "accent")
        if closed is not None:
            sign = Span("  ✔ ", "good") if closed.outcome == "resolved" else Span("  ✗ ", "bad")
        rows.append(SetupRow(line(sign, opened.marker or "everywhere")))
    return rows


def note_rows(setup: Setup, findings: tuple[Finding, ...] = ()) -> list[tuple[Line, Finding | Warned | NotModelled]]:
    """Findings first (`findings` in place of those that the run told), then warnings and what is not modelled."""
    rows: list[tuple[Line, Finding | Warned | NotModelled]] = []
    notes = [*findings, *(note for note in setup.notes if not (findings and isinstance(note, Finding)))]
    for note in sorted(notes, key=lambda each: {Finding: 0, Warned: 1, NotModelled: 2}[type(each)]):
        match note:
            case Finding():
                tone = {"error": "bad", "warning": "warning", "note": "accent"}[note.severity]
                rows.append((line(Span("! ", tone), note.message), note))  # type: ignore[arg-type]
            case Warned():
                rows.append((line(Span("! ", "warning"), note.message), note))
            case NotModelled():
                rows.append((line(Span("~ ", "accent"), f"{note.what}: {note.consequence}"), note))
    return rows


def remedy_lines(note: Finding | Warned | NotModelled) -> list[Line]:
    """What a finding proposes, and what became of it when it was tried; nothing before that."""
    if not isinstance(note, Finding):
        return []
    lines = []
    for remedy in note.remedies:
        if remedy.outcome is None and not remedy.message:
            continue  # it is being tried
        good = remedy.outcome == "resolved"
        outcome = remedy.message or ("tried: resolves" if good else "tried: fails")
        sign = Span("  ✔ " if good else "  ✗ " if remedy.outcome else "  ? ", "good" if good else "faint")
        lines.append(line(sign, Span(remedy.toggle, "strong" if good else "plain"), Span(f" · {outcome}", "muted")))
    if note.would_tell:
        lines.append(line(Span("  ? "), Span(f"would tell: {note.would_tell}", "muted")))
    return lines
