"""Tests that ask the network are run when they are asked for, and otherwise skipped with the reason."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "network" in (config.option.markexpr or ""):
        return
    asked_for = pytest.mark.skip(reason="asks PyPI or runs the real uv or pip: select it with -m network")
    for item in items:
        if item.get_closest_marker("network"):
            item.add_marker(asked_for)
