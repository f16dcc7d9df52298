"""The variables that the real tool runs with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from packaging.version import Version

from .scratch import ScratchCopy


def environment(
    environ: Mapping[str, str], copy: ScratchCopy, version: Version, tool: str, proxy: str | None
) -> dict[str, str]:
    """The variables for the real tool: the user's, but for what would write elsewhere; a cold cache of its own.

    `proxy` is where http requests go to be seen (None: as the user has it).
    """
    kept = {name: value for name, value in environ.items() if name.upper() not in _DROPPED}
    temporary = copy.folder / "tmp"
    temporary.mkdir(exist_ok=True)
    kept |= {
        "UV_CACHE_DIR": str(copy.folder / "cache"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "NO_COLOR": "1",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_LOG": str(copy.folder / "pip.log"),
        "PIP_SRC": str(copy.folder / "src"),
        "PIP_PROGRESS_BAR": "off",
        "TMPDIR": str(temporary),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if tool == "uv" and version >= FIRST_PLAIN_LOG:
        kept["RUST_LOG"] = "uv=trace"
    if proxy is not None:
        kept = {name: value for name, value in kept.items() if name.upper() not in ("HTTP_PROXY", "NO_PROXY")}
        kept |= {"HTTP_PROXY": proxy, "http_proxy": proxy}
    return kept


FIRST_PLAIN_LOG: Final = Version("0.1.18")
"""Before it, uv's log is a tree and takes its level from -v alone (research/user-needs.md 2.1)."""

_DROPPED: Final = frozenset(
    {
        "RUST_LOG", "UV_LOG_CONTEXT", "UV_QUIET", "UV_VERBOSE", "UV_PROJECT", "UV_WORKING_DIR", "UV_WORKING_DIRECTORY",
        "UV_PROJECT_ENVIRONMENT", "PIP_LOG", "PIP_LOG_FILE", "PIP_LOCAL_LOG", "PIP_REPORT", "PIP_DEST",
        "PIP_DESTINATION_DIR", "PIP_DESTINATION_DIRECTORY", "PIP_WHEEL_DIR", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT",
        "PIP_QUIET", "PIP_VERBOSE", "PIP_CACHE_DIR", "PIP_SRC", "PIP_SOURCE", "PIP_REQUIREMENT_TRACKER", "PIP_DRY_RUN",
        "PIP_BUILD_TRACKER", "PWD", "OLDPWD", "REQUEST_METHOD",
    }
)  # fmt: skip
"""Variables that name places to write to, or change what is printed."""
