"""The import direction of the architecture, as pyproject.toml states it for import-linter."""

from __future__ import annotations

from pathlib import Path

from importlinter.cli import lint_imports  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]


def test_imports_go_in_one_direction() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == 0
