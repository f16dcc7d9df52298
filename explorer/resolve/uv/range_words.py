"""Ranges of versions in words, as uv writes them (wheels-and-universal.md 9.3)."""

from __future__ import annotations

from typing import Final, Literal

from packaging.version import Version

from ...model.ranges import EMPTY, FULL, Cut, Label, Range, between
from .listed_versions import ListedVersions

RangeKind = Literal["required", "had", "available"]
"""What a range stands for: what somebody requires, the versions somebody has or is, what an index lists."""

MAX_INTERVALS: Final = 200
"""How many intervals of one range are written."""

_LEADS: Final = {"required": "one of:", "had": "all of:", "available": "are available:"}


def bound_text(low: Cut, low_label: Label, high: Cut, high_label: Label) -> str:
    """One interval: `>=1,<2`, `==1`, `==1.*`; empty for everything."""
    if low[0] == high[0] and (low[1], high[1]) == (0, 1):
        return f"=={low_label.text}"
    prefix = prefix_match(low, low_label, high, high_label)
    if prefix:
        return prefix
    parts = []
    if low != FULL.cuts[0]:
        after = low[1] == 1 or low_label.point in ("local", "max")
        parts.append(f"{'>' if after else '>='}{low_label.text}")
    if high != FULL.cuts[1]:
        through = high[1] == 1 or high_label.point == "local"
        parts.append(f"{'<=' if through else '<'}{high_label.text}")
    return ",".join(parts)


def prefix_match(low: Cut, low_label: Label, high: Cut, high_label: Label) -> str:
    """`==2.4.*` for everything from 2.4.dev0 up to 2.5.dev0; empty for any other interval."""
    if low[1] != 0 or high[1] != 0 or not (low_label.text.endswith(".dev0") and high_label.text.endswith(".dev0")):
        return ""
    first, last = Version(low_label.text), Version(high_label.text)
    if first.pre or first.post is not None or last.pre or last.post is not None or first.epoch != last.epoch:
        return ""
    if len(first.release) != len(last.release) or first.release[:-1] != last.release[:-1]:
        return ""
    if first.release[-1] + 1 != last.release[-1]:
        return ""
    return f"=={low_label.text.removesuffix('.dev0')}.*"


def range_text(package: str, versions: Range, kind: RangeKind) -> str:
    """A package with its range; several intervals one a line."""
    if versions.is_empty:
        return f"{package} ∅"
    if versions.is_full:
        return f"all versions of {package}" if kind == "had" else package
    count = len(versions.cuts) // 2
    texts = [
        f"{package}{bound_text(*segment)}"
        for segment, _ in zip(versions.segments(), range(MAX_INTERVALS), strict=False)
    ]
    if count == 1:
        return texts[0]
    if count > MAX_INTERVALS:
        texts.append(f"… and {count - MAX_INTERVALS} more")
    return _LEADS[kind] + "".join(f"\n    {text}" for text in texts) + "\n"


def specifiers_text(versions: Range) -> str:
    """A range as specifier sets: `>=3.8, <3.12`."""
    return " | ".join(bound_text(*s).replace(",", ", ") for s in versions.segments()) or "∅"


def is_plural(versions: Range) -> bool:
    """`all versions of a` and several intervals `depend on`; one interval `depends on`."""
    return versions.is_full or len(versions.cuts) > 2


def available_range(versions: Range, listed: ListedVersions) -> Range:
    """The range with its bounds moved to where versions exist, for "only … is available"."""
    if not listed:
        return EMPTY
    first, last = listed.lowest, listed.highest
    span = between((first, "", True), (last, "", True))
    if first == last:
        return span
    result = EMPTY
    for low, low_label, high, high_label in versions.segments():
        segment = Range((low, high), (low_label, high_label))
        if segment.is_disjoint(span):
            continue
        if span.is_subset(segment):
            open_low, open_high = low == FULL.cuts[0], high == FULL.cuts[1]
            lower = None if open_low else (first, "", True)
            upper = None if open_high and not open_low else (last, "", True)
            result = result.union(between(lower, upper))  # type: ignore[arg-type]
            continue
        if low != FULL.cuts[0] and low[1] == 0 and Version(low_label.text) not in listed:
            low = (low[0], 1)
        if high != FULL.cuts[1] and high[1] == 1 and Version(high_label.text) not in listed:
            high = (high[0], 0)
        if low < high:
            result = result.union(Range((low, high), (low_label, high_label)))
    return result
