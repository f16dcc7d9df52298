"""Rules about settings that stand in a file or a variable, and are not in force (user-needs F06, F36)."""

from __future__ import annotations

from collections.abc import Iterator

from ..events import SettingIgnored
from ..model.index import Index
from ..model.reasons import NotFound
from ..settings.settings import UnreadIndex
from ..what_if.toggle import AddIndex, Toggle
from .case import Case, Exchange, Row
from .diagnosis import Diagnosis
from .words import names

MOST_SHOWN = 4
MOST_ADDED = 3
"""More indexes of one place are not proposed one by one."""


def index_of_a_member(case: Case) -> Iterator[Diagnosis]:
    """F36: an index that only a member of the workspace declares is not searched."""
    lost = _not_found(case)
    for unread, row in _unread(case, "workspace member"):
        index = unread.index
        if index.explicit:  # it would serve only what is pinned to it, wherever it were declared
            continue
        without = f" {names(list(lost))} {'was' if len(lost) == 1 else 'were'} found on no other index." if lost else ""
        yield Diagnosis(
            rule="F36",
            severity="error" if lost else "warning" if case.resolved is None else "note",
            claim=f"{row.body.origin.name} declares the index {_shown(index)}, which is not in force: {row.body.why}."
            f"{without}",
            evidence=(row.number, *list(lost.values())[:MOST_SHOWN]),
            toggles=(declaration(index),),
            would_tell=f"the page of {names(list(lost))} on {index.id}" if lost else "",
        )


def dropped_table(case: Case) -> Iterator[Diagnosis]:
    """F36: one key that the release does not know dropped the whole table, and PyPI is asked for private names."""
    for row in case.ignored:
        if (row.body.name, row.body.value) != ("configuration", "[tool.uv]"):
            continue
        declared = [
            (unread.index, told)
            for unread, told in _unread(case, "dropped table")
            if told.body.origin.name == row.body.origin.name
        ]
        asked = _pages_of_pypi(case) if declared else {}
        lost = _not_found(case)
        claim = f"{row.body.origin.name}: {row.body.why.rstrip('.')}."
        if declared:
            listed = names([_shown(index) for index, _ in declared])
            claim += f" With it went {'the index' if len(declared) == 1 else 'the indexes'} {listed}."
        answered = [name for name, exchange in asked.items() if _left_the_house(exchange)]
        unanswered = [name for name, exchange in asked.items() if exchange.end and exchange.end.body.failure]
        if answered:
            word = "name" if len(answered) == 1 else "names"
            claim += f" PyPI was asked instead: the {word} {names(answered)} left the house."
        elif unanswered:
            claim += f" PyPI was to be asked for {names(unanswered)} instead, and gave no answer."
        serious = bool(answered) or (bool(declared) and case.resolved is None)
        yield Diagnosis(
            rule="F36",
            severity="error" if serious else "note" if case.resolved is not None else "warning",
            claim=claim,
            evidence=(
                row.number,
                *(told.number for _, told in declared),
                *(n for exchange in list(asked.values())[:MOST_SHOWN] for n in exchange.evidence),
            ),
            toggles=tuple(declaration(index) for index, _ in declared[:MOST_ADDED]),
            would_tell=f"the page of {names(list(lost or asked))} on {names([i.id for i, _ in declared])}"
            if declared and (lost or asked)
            else "",
        )


def place_that_is_not_read(case: Case) -> Iterator[Diagnosis]:
    """F06: an index is configured in a place that this tool, or this command, does not read."""
    if case.resolved is not None:
        return
    unread: dict[str, list[Index]] = {}
    for each in case.settings.unread_indexes:
        if each.because in ("pip's own", "uv pip only", "uv.toml beside it") and not _is_in_force(case, each.index):
            unread.setdefault(str(each.index.origin), []).append(each.index)
    for row in case.ignored:
        body = row.body
        indexes = unread.get(str(body.origin), [])
        if indexes or _is_pip_location(body):
            yield Diagnosis(
                rule="F06",
                severity="warning",
                claim=f"{body.origin} has {body.name} = {body.value}, which is not used: {body.why}.",
                evidence=(row.number,),
                toggles=tuple(declaration(index) for index in indexes[:MOST_ADDED]),
            )


def declaration(index: Index) -> Toggle:
    """What if the project's own file declared this index too?"""
    return AddIndex(index.name, index.url, index.default, index.explicit)


def is_treated(case: Case, row: Row[SettingIgnored]) -> bool:
    """The rules here speak of what was ignored, so that no other has to."""
    return any(unread.index.origin == row.body.origin for unread in case.settings.unread_indexes)


def _unread(case: Case, because: str) -> Iterator[tuple[UnreadIndex, Row[SettingIgnored]]]:
    """The indexes that are not in force for a reason, each with the event that says so."""
    rows = {row.body.origin: row for row in case.ignored}
    for unread in case.settings.unread_indexes:
        row = rows.get(unread.index.origin)
        if unread.because == because and row is not None and not _is_in_force(case, unread.index):
            yield unread, row


def _is_in_force(case: Case, index: Index) -> bool:
    """Another place declares the same URL, for any package."""
    url = index.url.rstrip("/")
    return any(other.url.rstrip("/") == url and not other.explicit for other in case.settings.indexes)


def _not_found(case: Case) -> dict[str, int]:
    """The packages that no index had, with the numbers of the events that say so."""
    if case.resolved is not None:
        return {}
    return {name: row.number for name, row in case.searches.items() if isinstance(row.body.refusal, NotFound)}


def _pages_of_pypi(case: Case) -> dict[str, Exchange]:
    """Package → the request for its page at the index that counts where none is declared."""
    unasked = {row.body.id for row in case.indexes.values() if row.body.origin.kind == "default"}
    return {
        exchange.start.body.package: exchange
        for exchange in case.exchanges.values()
        if exchange.start.body.package
        and exchange.start.body.purpose == "page"
        and exchange.start.body.index in unasked
    }


def _left_the_house(exchange: Exchange) -> bool:
    """A server answered, so it has read the name; nothing is known of a request that got no answer."""
    end = exchange.end
    return end is not None and end.body.status is not None and end.body.source in ("network", "recording")


def _shown(index: Index) -> str:
    return f"{index.name} ({index.url})" if index.name else str(index.url)


def _is_pip_location(ignored: SettingIgnored) -> bool:
    """An index or find-links of pip's own, or of `[tool.uv.pip]`."""
    origin = ignored.origin
    own = origin.kind == "variable" and origin.name.startswith("PIP_")
    own |= origin.kind == "file" and _filename(origin.name).lower() in ("pip.conf", "pip.ini")
    own |= ignored.name.startswith("pip.")
    return own and any(word in ignored.name.lower().replace("_", "-") for word in ("index", "find-links"))


def _filename(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


RULES = (index_of_a_member, dropped_table, place_that_is_not_read)
