from __future__ import annotations

from pathlib import Path

import pytest
from commanded_folder import CommandedFolder


@pytest.fixture
def folder(tmp_path: Path) -> CommandedFolder:
    return CommandedFolder(tmp_path / "run")
