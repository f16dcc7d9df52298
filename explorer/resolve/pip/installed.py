"""What the target environment holds already: pip keeps an installed version as long as it fits the requirements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from packaging.utils import NormalizedName

from ...wheels.core_metadata import CoreMetadata
from ...wheels.metadata_parse import MAX_METADATA, InvalidMetadataText, parse_metadata

MAX_DISTRIBUTIONS: Final = 20_000


def read_installed(environment: Path) -> Mapping[NormalizedName, CoreMetadata]:
    """Metadata of the distributions in the site-packages of `environment` (a prefix), by name.

    Those that cannot be read are left out. Of several versions of a project the first by name of its folder counts.
    """
    found: dict[NormalizedName, CoreMetadata] = {}
    for path in islice(_metadata_files(environment), MAX_DISTRIBUTIONS):
        try:
            with path.open("rb") as opened:
                metadata = parse_metadata(opened.read(MAX_METADATA + 1))
        except (OSError, InvalidMetadataText):
            continue
        found.setdefault(metadata.name, metadata)
    return found


def _metadata_files(environment: Path) -> Iterator[Path]:
    for site in site_packages(environment):
        yield from sorted(site.glob("*.dist-info/METADATA"))
        yield from sorted(site.glob("*.egg-info/PKG-INFO"))


def site_packages(environment: Path) -> list[Path]:
    """The folders of `environment` that hold distributions, in the order in which Python looks at them."""
    windows = environment / "Lib" / "site-packages"
    if windows.is_dir():
        return [windows]
    return sorted((environment / "lib").glob("python3*/site-packages"))
