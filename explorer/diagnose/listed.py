"""Files as the pages list them: one that is not served, its siblings, and the platforms that names tell."""

from __future__ import annotations

from dataclasses import dataclass

from ..events import MetadataRead, PageRead
from ..model.reasons import StatusFailure
from .case import Case, Exchange, Row


@dataclass(frozen=True, slots=True)
class Refused:
    """A listed file that the index does not serve, with the exchange that ended the run and the page."""

    package: str
    version: str
    index: str
    filename: str
    exchange: Exchange
    page: Row[PageRead]

    @property
    def evidence(self) -> tuple[int, ...]:
        return (self.page.number, *self.exchange.evidence)


def refused_file(case: Case, status: int) -> Refused | None:
    failed = case.failed
    if failed is None or failed.body.request is None or failed.body.failure != StatusFailure(status):
        return None
    exchange = case.exchanges.get(failed.body.request)
    if exchange is None or exchange.start.body.purpose not in ("wheel", "metadata", "sdist"):
        return None
    filename = exchange.start.body.url.filename.removesuffix(".metadata")
    for page in case.pages:
        for file in page.body.files:
            if file.filename == filename and file.version and exchange.start.body.index in (None, page.body.index):
                return Refused(page.body.package, file.version, page.body.index, filename, exchange, page)
    return None


def platform_of(filename: str) -> str | None:
    """The `sys_platform` that a wheel is for by its name; None where it is for any, or no wheel."""
    if not filename.endswith(".whl"):
        return None
    tag = filename.removesuffix(".whl").rpartition("-")[2]
    for beginning, platform in (("macosx", "darwin"), ("win", "win32"), ("manylinux", "linux"), ("linux", "linux")):
        if tag.startswith(beginning):
            return platform
    return "linux" if tag.startswith("musllinux") else None


def platform_here(case: Case) -> str:
    return case.host.get("sys_platform", "linux")


def other_wheels(case: Case, read: MetadataRead) -> list[str]:
    """The other wheels of a version that its pages list, those for this machine first."""
    listed = dict.fromkeys(
        file.filename
        for page in case.pages_of(read.package)
        for file in page.body.files
        if file.version == read.version and file.refusal is None and file.filename.endswith(".whl")
    )
    return sorted((n for n in listed if n != read.filename), key=lambda n: platform_of(n) != platform_here(case))
