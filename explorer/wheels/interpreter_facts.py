"""Prints what a Python interpreter knows about itself, as JSON.

Runs alone in the interpreter that is asked (`python -I -c SOURCE`), from Python 3.6 on, and imported in our own.
Standard library only; annotations that Python 3.6 lacks are quoted.
"""

import json
import os
import platform
import re
import struct
import subprocess
import sys
import sysconfig
from typing import Any


def _full_version(info: Any) -> str:
    text = ".".join(map(str, info[:3]))
    return text if info[3] == "final" else text + info[3][0] + str(info[4])


def _glibc() -> "list[int] | None":
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except (AttributeError, OSError, ValueError, TypeError):
        return None
    match = re.match(r"(\d+)\.(\d+)", version) if name == "glibc" else None
    return [int(match.group(1)), int(match.group(2))] if match else None


def _musl() -> "list[int] | None":
    """The musl version, as the dynamic loader prints it when it is run (PEP 656)."""
    loader = f"/lib/ld-musl-{platform.machine()}.so.1"
    if not os.path.exists(loader):  # noqa: PTH110
        return None
    try:
        shown = subprocess.run([loader], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=5).stderr  # noqa: UP022
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(rb"Version (\d+)\.(\d+)", shown)
    return [int(match.group(1)), int(match.group(2))] if match else None


def facts() -> "dict[str, Any]":
    """Marker values (PEP 508), ABI, platform and C library of the interpreter that runs this."""
    linux = sys.platform == "linux"
    glibc = _glibc() if linux else None
    return {
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_executable": getattr(sys, "_base_executable", None) or sys.executable,
        "markers": {
            "implementation_name": sys.implementation.name,
            "implementation_version": _full_version(sys.implementation.version),
            "os_name": os.name,
            "platform_machine": platform.machine(),
            "platform_python_implementation": platform.python_implementation(),
            "platform_release": platform.release(),
            "platform_system": platform.system(),
            "platform_version": platform.version(),
            "python_full_version": platform.python_version(),
            "python_version": ".".join(platform.python_version_tuple()[:2]),
            "sys_platform": sys.platform,
        },
        "gil_disabled": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "debug": hasattr(sys, "gettotalrefcount"),
        "platform": sysconfig.get_platform(),
        "pointer_bits": struct.calcsize("P") * 8,
        "macos": platform.mac_ver()[0] if sys.platform == "darwin" else "",
        "glibc": glibc,
        "musl": _musl() if linux and glibc is None else None,
    }


if __name__ == "__main__":
    print(json.dumps(facts()))  # noqa: T201
