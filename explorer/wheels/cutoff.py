"""exclude-newer: the instant that a setting means, and the instant a file was uploaded."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNITS: Final = {"w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(
    r"\s*(\d{1,7})\s*(weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\s*,?", re.IGNORECASE
)
_ISO_DURATION = re.compile(
    r"P(?:(\d{1,7})W)?(?:(\d{1,7})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7})S)?)?", re.IGNORECASE
)


class InvalidCutoff(ValueError):
    """A text that is no instant, no date and no duration; the message names it."""


def cutoff_instant(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The instant at and after which files are excluded (indexes.md section 6, uv 0.13.8's exclude-newer values).

    `text` is an RFC 3339 instant, a date (up to the end of that day in `zone`, by default the local one) or a duration
    before `now` (`30 days`, `P7D`). Raises `InvalidCutoff`.
    """
    text = text.strip().removeprefix("+").removeprefix("-")
    try:
        if _INSTANT.fullmatch(text):
            return upload_instant(text) or now
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=1)
            midnight = datetime(day.year, day.month, day.day)
            return midnight.replace(tzinfo=zone) if zone is not None else midnight.astimezone()
        seconds = _duration_seconds(text)
        if seconds is not None:
            return now - timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        pass
    raise InvalidCutoff(
        f"exclude-newer {text[:80]!r}: expected 2024-01-01, 2024-01-01T00:00:00Z, or a duration such as 30 days"
    )


def _duration_seconds(text: str) -> int | None:
    iso = _ISO_DURATION.fullmatch(text)
    if iso and any(iso.groups()):
        return sum(int(count or 0) * unit for count, unit in zip(iso.groups(), _UNITS.values(), strict=True))
    total, position = 0, 0
    while match := _DURATION.match(text, position):
        total += int(match[1]) * _UNITS[match[2][0].lower()]
        position = match.end()
    return total if position and position == len(text.rstrip()) else None


@lru_cache(maxsize=65536)
def upload_instant(text: str) -> datetime | None:
    """An upload time as an index lists it (PEP 700) as an instant; None where it does not parse."""
    if len(text) > 64:
        return None
    try:
        instant = datetime.fromisoformat(text.replace("z", "Z"))
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
