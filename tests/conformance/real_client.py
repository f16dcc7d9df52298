"""The real uv: fetched from PyPI by pip, kept outside the project, run in the folder of a world."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

KEPT_IN = Path(os.environ.get("RESOLVE_TUI_TEST_CACHE") or Path(tempfile.gettempdir()) / "resolve-tui-tests")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a real client ended, and what it printed."""

    status: int
    out: str
    err: str

    def pins(self) -> dict[str, str]:
        """name → version from lines like `name==version`."""
        return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", self.out, re.MULTILINE))


def real_uv(version: str) -> Path:
    """The uv of a release; skips the test where it cannot be fetched."""
    program = KEPT_IN / f"uv-{version}"
    if not program.exists():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, f"uv=={version}"]
            fetched = subprocess.run(command, capture_output=True, text=True, timeout=300)
            if fetched.returncode:
                pytest.skip(f"uv {version} cannot be fetched from PyPI: {fetched.stderr.strip()[-200:]}")
            with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
                member = next(name for name in wheel.namelist() if name.endswith(("/scripts/uv", "/scripts/uv.exe")))
                KEPT_IN.mkdir(parents=True, exist_ok=True)
                program.write_bytes(wheel.read(member))
        program.chmod(0o755)
    return program


def run_real(command: Sequence[str | Path], folder: Path, environ: Mapping[str, str], timeout: float = 120) -> Ran:
    """Run a real client to its end."""
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=dict(environ), capture_output=True, text=True, timeout=timeout
    )
    return Ran(done.returncode, done.stdout, done.stderr)
