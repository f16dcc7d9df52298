"""Which panes stand on the screen: all together, two, or one, by the size of the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Arrangement = Literal["wide", "medium", "single"]

PANES: Final = ("setup", "findings", "queries", "auth", "wheels", "derivation", "answer", "indexes")
"""Ids of the panes in the order `tab` goes through them."""

TITLES: Final = {
    "setup": "Setup",
    "findings": "Findings",
    "queries": "Queries",
    "auth": "Auth",
    "wheels": "Wheels",
    "derivation": "Derivation",
    "answer": "Answer",
    "indexes": "Indexes",
}

WIDE: Final = (140, 40)
MEDIUM: Final = (100, 28)
SIDEBAR: Final = ("setup", "findings")


def arrangement(width: int, height: int, *, zoomed: bool) -> Arrangement:
    """How panes are arranged in a terminal of this size."""
    if zoomed:
        return "single"
    if width >= WIDE[0] and height >= WIDE[1]:
        return "wide"
    return "medium" if width >= MEDIUM[0] and height >= MEDIUM[1] else "single"


@dataclass(frozen=True, slots=True)
class Layout:
    """The state of the layout: `detail` is the pane beside Queries (medium), `lower` the one at the bottom (wide)."""

    arrangement: Arrangement = "wide"
    active: str = "queries"
    detail: str = "auth"
    lower: str = "answer"
    sidebar: bool = True

    @property
    def visible(self) -> frozenset[str]:
        """The panes that are drawn."""
        sidebar = set(SIDEBAR) if self.sidebar else set()
        match self.arrangement:
            case "wide":
                return frozenset({"queries", "auth", "wheels", "derivation", self.lower} | sidebar)
            case "medium":
                return frozenset({"queries", self.detail} | sidebar)
            case "single":
                return frozenset({self.active})

    @property
    def tabs(self) -> tuple[str, ...]:
        """The panes that the tab strip names; none where all are on the screen."""
        match self.arrangement:
            case "wide":
                return ()
            case "medium":
                return tuple(pane for pane in PANES if pane not in (*SIDEBAR, "queries"))
            case "single":
                return tuple(pane for pane in PANES[2:]) + SIDEBAR

    @property
    def active_tab(self) -> str:
        return self.detail if self.arrangement == "medium" else self.active
