"""Fixtures: a site on loopback, and searches against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from index_site import Site, run_search, serving

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as state:
        yield state


@pytest.fixture
def search() -> Any:
    """`search("uv@0.13.8", "alpha", indexes=[...], ...)` → what was found and told; further words are settings."""
    return run_search
