"""Files as an index lists them, and archives with metadata, made in one line each."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from typing import Any

from packaging.version import Version

from explorer.model.files import DistributionFile
from explorer.model.url import SafeUrl


def wheel(tags: str, *, version: str = "1.0", build: tuple[int, str] | None = None, **fields: Any) -> DistributionFile:
    """`a-1.0-TAGS.whl`."""
    python, abi, platform = tags.split("-")
    number = f"-{build[0]}{build[1]}" if build else ""
    filename = f"a-{version}{number}-{tags}.whl"
    return DistributionFile(
        filename=filename,
        url=fields.pop("url", SafeUrl.trusted(f"http://files.test/{filename}")),
        kind="wheel",
        name="a",
        version=Version(version),
        build=build,
        python_tags=python,
        abi_tags=abi,
        platform_tags=platform,
        **fields,
    )


def sdist(*, version: str = "1.0", ending: str = ".tar.gz", **fields: Any) -> DistributionFile:
    """`a-1.0.tar.gz`."""
    filename = f"a-{version}{ending}"
    url = fields.pop("url", SafeUrl.trusted(f"http://files.test/{filename}"))
    return DistributionFile(filename=filename, url=url, kind="sdist", name="a", version=Version(version), **fields)


def metadata_text(*lines: str, name: str = "a", version: str = "1.0") -> str:
    return "\n".join(("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines)) + "\n\nA description.\n"


class _Unseekable(io.RawIOBase):
    """Makes zipfile write data descriptors, as it does to a pipe."""

    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._target.write(data)


def wheel_bytes(
    metadata: str | bytes | None = None,
    *,
    before: int = 0,
    after: int = 0,
    compression: int = zipfile.ZIP_DEFLATED,
    descriptors: bool = False,
    folder: str = "a-1.0.dist-info",
    more: dict[str, bytes] | None = None,
) -> bytes:
    """A wheel with `before` and `after` incompressible bytes around its METADATA."""
    made = io.BytesIO()
    target: Any = _Unseekable(made) if descriptors else made
    with zipfile.ZipFile(target, "w", compression) as archive:
        archive.writestr("a/__init__.py", b"x = 1\n" * 50)
        archive.writestr("a/before.bin", _noise(before))
        text = metadata_text() if metadata is None else metadata
        archive.writestr(f"{folder}/METADATA", text)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
        archive.writestr("a/after.bin", _noise(after))
    return made.getvalue()


def _noise(length: int) -> bytes:
    return random.Random(7).randbytes(length)


def sdist_bytes(files: dict[str, str | bytes], *, top: str = "a-1.0", mode: str = "w:gz") -> bytes:
    """A tar archive of `files` below `top`."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(f"{top}/{name}" if top else name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return made.getvalue()
