"""Derivation: the proof of a failure, the conflicts met, or why a package has its version."""

from __future__ import annotations

from collections.abc import Hashable

from ...view.derivation_tree import ProofRow, choice_rows, learned_rows, proof_rows
from ...view.line import EMPTY, Span, line
from ...view.words import count_words
from ..state import Shown, selection_of_request
from ..widgets.event_list import TextRow
from .pane import Pane, Selected, TextPane


class DerivationPane(TextPane):
    """Lines of the proof; conclusions fold, leaves lead to the exchange they rest on."""

    name_shown = "Derivation"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.closed: set[tuple[int, ...]] = set()
        self.empty = line(
            Span("No conflict so far. Where versions exclude each other, the proof appears here.", "muted")
        )

    def key(self, shown: Shown) -> Hashable:
        derivation = shown.view.derivation
        package = None if derivation.failure else shown.selection.package
        story = shown.view.packages.stamp if package else 0
        return (derivation.stamp, package, story, frozenset(self.closed), shown.running)

    def build(self, shown: Shown) -> None:
        view = shown.view
        derivation, queries = view.derivation, view.queries
        package = shown.selection.package
        story = view.packages.stories.get(package) if package else None
        rows: list[ProofRow] = []
        if derivation.failure is not None and derivation.failure.derivation is not None:
            self.set_title(line("Derivation"), line("why there is no solution"))
            rows = proof_rows(derivation.failure.derivation, self.closed, queries)
        elif story is not None:
            chosen = next(iter(story.decided.values()), None)
            about = f"why {story.name} {chosen.version}" if chosen else f"who wants {story.name}"
            self.set_title(line("Derivation"), line(about))
            rows = choice_rows(story, derivation, queries)
        else:
            rows = learned_rows(derivation, None, queries)
            conflicts = count_words(len(derivation.conflicts), "conflict")
            self.set_title(line("Derivation"), line(conflicts) if rows else EMPTY)
        self.set_rows([TextRow(row.line, row if row.line else None) for row in rows])

    @property
    def proof_row(self) -> ProofRow | None:
        """The line under the cursor."""
        return self.subject if isinstance(self.subject, ProofRow) else None

    def fold(self, *, close: bool) -> None:
        """Fold or unfold the conclusion under the cursor; folding a leaf folds its parent."""
        row = self.proof_row
        if row is None or self.shown is None:
            return
        path = row.path
        if close:
            if row.open is not True and path:
                path = path[:-1]
            self.closed.add(path)
        else:
            self.closed.discard(path)
        self.show(self.shown)
        for number, each in enumerate(self.rows):
            if isinstance(each.subject, ProofRow) and each.subject.path == path:
                self.move_to(self._part_of(number), by_user=False)
                break

    def on_event_list_moved(self, event: Pane.Moved) -> None:
        """A line with evidence selects the exchange it rests on."""
        row = self.subject_at(event.row)
        if self.shown is None or not isinstance(row, ProofRow):
            return
        known = [number for number in row.evidence if number in self.shown.view.queries.by_number]
        if known:
            self.post_message(Selected(self, selection_of_request(self.shown.view, known[0])))
