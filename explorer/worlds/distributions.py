"""Wheels and source distributions made in memory: the same description always gives the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from packaging.utils import canonicalize_name

PAYLOAD_SIZE: Final = 20_000
"""Bytes of the one module in a wheel: enough that reading its metadata by range saves something."""

_DATE: Final = (2024, 1, 1, 0, 0, 0)
_BACKEND: Final = b'[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """One file of an index. `tag` is a wheel's compressed tag (`py3-none-any`), None for a source distribution.

    `dynamic` makes a source distribution whose PKG-INFO may not be trusted (Metadata 2.1). `unavailable` files are
    listed but not served. `yanked` is False or the reason.
    """

    name: str
    version: str
    tag: str | None
    build: str | None = None
    requires: tuple[str, ...] = ()
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    requires_python: str | None = None
    dynamic: bool = False
    yanked: str | bool = False
    upload_time: str | None = None
    unavailable: bool = False

    @property
    def is_wheel(self) -> bool:
        return self.tag is not None

    @cached_property
    def filename(self) -> str:
        if self.tag is None:
            return f"{self._stem}.tar.gz"
        build = f"-{self.build}" if self.build else ""
        return f"{self._stem}{build}-{self.tag}.whl"

    @cached_property
    def metadata(self) -> bytes:
        """METADATA or PKG-INFO."""
        lines = [
            f"Metadata-Version: {'2.1' if self.dynamic else '2.3'}",
            f"Name: {self.name}",
            f"Version: {self.version}",
        ]
        if self.requires_python:
            lines.append(f"Requires-Python: {self.requires_python}")
        for extra, requirements in self.extras.items():
            lines.append(f"Provides-Extra: {extra}")
            lines += [_of_extra(requirement, extra) for requirement in requirements]
        lines += [f"Requires-Dist: {requirement}" for requirement in self.requires]
        return "\n".join([*lines, ""]).encode()

    @cached_property
    def content(self) -> bytes:
        return self._sdist() if self.tag is None else self._wheel(self.tag)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def metadata_sha256(self) -> str:
        return hashlib.sha256(self.metadata).hexdigest()

    @property
    def _stem(self) -> str:
        return f"{canonicalize_name(self.name).replace('-', '_')}-{self.version}"

    def _wheel(self, tag: str) -> bytes:
        module = f"{self._stem.partition('-')[0]}/__init__.py"
        info = f"{self._stem}.dist-info"
        python, abi, platform = (part.split(".") for part in tag.split("-"))
        tags = "".join(f"Tag: {p}-{a}-{f}\n" for p in python for a in abi for f in platform)
        wheel = f"Wheel-Version: 1.0\nGenerator: resolve-tui\nRoot-Is-Purelib: true\n{tags}"
        members = {module: b"#" * PAYLOAD_SIZE, f"{info}/METADATA": self.metadata, f"{info}/WHEEL": wheel.encode()}
        record = "".join(f"{name},,\n" for name in (*members, f"{info}/RECORD"))
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as target:
            for name, content in {**members, f"{info}/RECORD": record.encode()}.items():
                member = zipfile.ZipInfo(name, _DATE)
                member.create_system = 3
                target.writestr(member, content)
        return archive.getvalue()

    def _sdist(self) -> bytes:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as target:
            for name, content in (("PKG-INFO", self.metadata), ("pyproject.toml", _BACKEND)):
                member = tarfile.TarInfo(f"{self._stem}/{name}")
                member.size = len(content)
                target.addfile(member, io.BytesIO(content))
        return gzip.compress(archive.getvalue(), mtime=0)


def _of_extra(requirement: str, extra: str) -> str:
    name, _, marker = requirement.partition(";")
    condition = f'({marker.strip()}) and extra == "{extra}"' if marker.strip() else f'extra == "{extra}"'
    return f"Requires-Dist: {name.strip()} ; {condition}"
