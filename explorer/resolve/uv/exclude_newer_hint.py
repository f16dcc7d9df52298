"""Versions that exclude-newer leaves out: the cut, where it is set, and the newest version behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, assert_never

from packaging.utils import NormalizedName
from packaging.version import Version

from ...indexes.listing import Listing
from ...settings.settings import FileSettings
from ...wheels.cutoff import InvalidCutoff, cutoff_instant, upload_instant


def exclude_newer_hint(
    name: NormalizedName, newest: Version, listing: Listing, files: FileSettings, *, is_exact: bool
) -> str | None:
    """The hint for a package whose requested versions are all too new; None where no cut holds for it.

    `newest` is the newest version asked for that `listing` has, `is_exact` whether it is the only one asked for.
    Source: wheels-and-universal.md 9.4, uv 0.13.8.
    """
    source, cut = _cut(name, listing, files)
    if cut is None:
        return None
    until = f"to only include packages uploaded before {_instant(cut)}.{_published(newest, listing, is_exact)}"
    match source:
        case "package":
            return (
                f"`{name}` was filtered by `exclude-newer-package` {until} Consider removing the setting or updating "
                "it to a later date."
            )
        case "index":
            return (
                f"`{name}` was filtered by the index-specific `exclude-newer` setting {until} Consider updating that "
                "index's cutoff, setting it to `false`, or using `exclude-newer-package` to override the cutoff for "
                "this package."
            )
        case "global":
            return (
                f"`{name}` was filtered by `exclude-newer` {until} Consider using `exclude-newer-package` to override "
                "the cutoff for this package."
            )
        case _:
            assert_never(source)


def _cut(
    name: NormalizedName, listing: Listing, files: FileSettings
) -> tuple[Literal["package", "index", "global"], str | None]:
    """Which setting cuts the package, and its value (None: it lifts every cut)."""
    if name in files.exclude_newer_packages:
        return "package", files.exclude_newer_packages[name] or None
    of_index = listing.index.exclude_newer
    if of_index is not None:
        return "index", of_index if isinstance(of_index, str) else None
    return "global", files.exclude_newer


def _published(version: Version, listing: Listing, is_exact: bool) -> str:
    times = [t for f in listing.of_version(version) if f.upload_time and (t := upload_instant(f.upload_time))]
    published = _text(min(times)) if times else None
    if is_exact:
        return f" The requested version, v{version}, was published at {published}." if published else ""
    return f" The latest version satisfying the requirement is v{version}" + (
        f", published at {published}." if published else "."
    )


def _instant(cut: str) -> str:
    try:
        return _text(cutoff_instant(cut, datetime.now(UTC)))
    except InvalidCutoff:
        return cut


def _text(instant: datetime) -> str:
    """RFC 3339 in UTC, without trailing zeros of the second."""
    text = instant.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "Z"
