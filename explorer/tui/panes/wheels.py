"""Wheels: the files of one version against each environment."""

from __future__ import annotations

from collections.abc import Hashable

from ...view import words
from ...view.line import EMPTY, Line, Span, line
from ...view.wheel_matrix import FileRow, WheelTable, fetch_mark, short_name, shorter_name, why_read
from ..state import Shown
from ..widgets.columns import Column, cut_middle, header_line, row_line, widths_in
from ..widgets.event_list import TextRow
from .pane import TextPane


class WheelsPane(TextPane):
    """Chosen, usable or refused with the reason; and the file that was read for metadata."""

    name_shown = "Wheels"

    def __init__(self, pane_id: str) -> None:
        super().__init__(pane_id)
        self.empty = line(
            Span(
                "The files of a version appear here once it is considered: chosen, usable, or refused and why.", "muted"
            )
        )
        self.table: WheelTable | None = None

    def key(self, shown: Shown) -> Hashable:
        wheels = shown.view.wheels
        return (wheels.stamp, shown.view.packages.stamp, shown.view.queries.stamp, shown.selection, shown.running)

    def build(self, shown: Shown) -> None:
        package, version = shown.package(), shown.version()
        view = shown.view
        story = view.packages.stories.get(package) if package else None
        self.table = view.wheels.table(package, version, view.queries, story) if package and version else None
        rows: list[TextRow] = []
        if self.table is None:
            self.header = None
            self.set_title(line("Wheels"), line(package) if package else EMPTY)
            if package and shown.selection.package:
                ended, tone = view.matrix.summary(package)
                reason = f": {ended}." if tone == "bad" else "."
                rows.append(TextRow(line(Span(f"No file of {package} was judged{reason}", "muted"))))
        else:
            rows = self._table_rows(self.table)
        if package:
            rows += self._other_versions(shown, package, version)
            rows += self._listed(shown, package) + self._dropped(shown, package)
        self.set_rows(rows)

    def _table_rows(self, table: WheelTable) -> list[TextRow]:
        self.set_title(
            line("Wheels  ", Span(f"{table.package} {table.version}", "strong")),
            line(f"{words.count_words(len(table.files), 'file')} · {table.index}"),
        )
        names = [short_name(file.filename, table.package, table.version) for file in table.files]
        labels = short_labels(table.environments)
        columns = [
            Column("file", 14, max(map(len, names), default=14), keep=9),
            *(Column(label, max(6, min(len(label), 7)), max(len(label), 9), keep=7) for label in labels),
            Column("read", 4, 4, keep=8),
        ]
        widths = widths_in(columns, self.inner_width)
        self.header = header_line(columns, widths)
        if widths[0] < max(map(len, names), default=0):
            names = [cut_middle(shorter_name(name), widths[0]) for name in names]
        rows = [
            TextRow(row_line(_cells(name, file, widths[1] if labels else 9), columns, widths), file)
            for name, file in zip(names, table.files, strict=True)
        ]
        reason = why_read(table)
        rows.append(TextRow(EMPTY))
        if reason:
            rows.append(TextRow(line(Span("● ", "accent"), Span("read for metadata: ", "muted"), reason)))
        if table.environments:
            legend = "would be installed · fits: another is better · else why not"
            rows.append(TextRow(line(Span("✔ ", "good"), Span(legend, "faint"))))
        else:
            rows.append(TextRow(line(Span("Listed by the page; not judged for any environment.", "muted"))))
        return rows

    def _other_versions(self, shown: Shown, package: str, version: str | None) -> list[TextRow]:
        story = shown.view.packages.stories.get(package)
        refused = [each for each in story.judged.values() if each.refusal and each.version != version] if story else []
        if not refused:
            return []
        rows = [TextRow(EMPTY), TextRow(line(Span("Versions refused", "heading")))]
        for judged in refused[:100]:
            assert judged.refusal is not None
            rows.append(
                TextRow(line(f"{judged.version}  ", Span(words.version_refusal(judged.refusal), "muted")), judged)
            )
        return rows

    def _listed(self, shown: Shown, package: str) -> list[TextRow]:
        """What the pages offer, so that a version that is not there can be seen not to be there."""
        files = shown.view.wheels.packages.get(package)
        rows = []
        for page in files.pages if files else []:
            newest = ", ".join(page.versions[::-1][:6]) + (" …" if len(page.versions) > 6 else "")
            count = words.count_words(len(page.versions), "version")
            rows.append(TextRow(line(Span(f"{page.index}  ", "plain"), Span(f"{count}: ", "muted"), newest), page))
        return (
            [TextRow(EMPTY), TextRow(line(Span("Listed", "heading"), Span("  newest first", "faint"))), *rows]
            if rows
            else []
        )

    def _dropped(self, shown: Shown, package: str) -> list[TextRow]:
        dropped = shown.view.wheels.dropped(package)
        if not dropped:
            return []
        listed = sum(len(page.files) for page in shown.view.wheels.files_of(package).pages)
        heading = line(
            Span("On the page", "heading"), Span(f"  {listed} files listed, {len(dropped)} do not count", "faint")
        )
        rows = [TextRow(EMPTY), TextRow(heading)]
        for _, file in dropped[:200]:
            assert file.refusal is not None
            rows.append(TextRow(line(f"{file.filename}  ", Span(words.file_refusal(file.refusal), "muted")), file))
        if len(dropped) > 200:
            rows.append(TextRow(line(Span(f"and {len(dropped) - 200} more", "muted"))))
        return rows


def _cells(name: str, file: FileRow, room: int) -> list[Span]:
    mark, tone = fetch_mark(file)
    usable = not file.marks or any(each.tone in ("good", "plain") for each in file.marks)
    return [
        Span(name, "strong" if file.read else "plain" if usable else "faint"),
        *(Span(each.word if len(each.word) <= room else words.shorter(each.word), each.tone) for each in file.marks),
        Span(mark, tone),
    ]


def short_labels(environments: tuple[str, ...]) -> list[str]:
    """Column titles: the first word where it tells the environments apart, else the whole name."""
    firsts = [name.split()[0] if name.split() else name for name in environments]
    if len(set(firsts)) == len(firsts):
        return firsts
    seconds = [" ".join(name.split()[:2]) for name in environments]
    return seconds if len(set(seconds)) == len(seconds) else list(environments)


def sentence_lines(table: WheelTable, file: FileRow) -> list[Line]:
    """Every verdict about one file in words."""
    width = max(map(len, table.environments), default=0)
    lines = [
        line(Span(f"{name:<{width}}  ", "muted"), Span(mark.word + "  " if mark.word else "", mark.tone), mark.sentence)
        for name, mark in zip(table.environments, file.marks, strict=True)
    ]
    if file.read:
        lines.append(line(Span("● ", "accent"), "read for metadata: ", Span(why_read(table), "muted")))
    return lines
