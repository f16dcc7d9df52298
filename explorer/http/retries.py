"""Which outcomes are tried again, and after how long."""

from __future__ import annotations

from typing import Final

from ..model.reasons import ConnectionFailure, FetchFailure
from ..profiles import Profile

LONGEST_DELAY: Final = 30.0


def is_transient_status(status: int, profile: Profile) -> bool:
    """uv repeats 5xx, 408 and 429 (indexes.md section 3); pip what `retry_statuses` lists."""
    if profile.tool == "pip":
        return status in profile.codes("retry_statuses")
    return status in (408, 429) or 500 <= status < 600


def is_transient_failure(failure: FetchFailure) -> bool:
    """No answer at all is worth another try, but for what would fail in the same way again (a certificate, a limit)."""
    return isinstance(failure, ConnectionFailure) and failure.kind not in ("tls", "proxy")


def delay_before(attempt: int, profile: Profile) -> float:
    """Seconds to wait before `attempt` (2 is the first repeat): doubling, bounded.

    uv waits a random part of 1, 2, 4 ... seconds, here its mean; pip nothing before the first repeat, then 0.5, 1, 2
    ...
    """
    if profile.tool == "pip":
        return 0.0 if attempt <= 2 else min(0.25 * 2.0 ** (attempt - 2), LONGEST_DELAY)
    return min(0.5 * 2.0 ** (attempt - 2), LONGEST_DELAY)
