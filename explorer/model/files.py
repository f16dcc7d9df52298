"""Distribution files as an index lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from packaging.tags import Tag
from packaging.version import Version

from .credentials import Credentials
from .url import SafeUrl

FileKind = Literal["wheel", "sdist"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionFile:
    """One file on a project page (PEP 503, 592, 658, 691, 700).

    `yanked` is False, or the reason given (possibly an empty text). `core_metadata` is None where no
    sidecar is announced, else its hashes (possibly none). `upload_time` is ISO 8601 text as listed.
    `version` is the parsed version of the file name, `name` its normalized project name.
    `python_tags`, `abi_tags`, `platform_tags` are the compressed tag sets of a wheel's name ("py2.py3"), empty for
    sdists. `variant` is a wheel's variant label ("" for none). `flat` marks files of --find-links and flat indexes: uv
    judges them without upload time and yank. `credentials` are those that stood in the file's own URL (rare).
    """

    filename: str
    url: SafeUrl
    kind: FileKind
    name: str
    version: Version
    build: tuple[int, str] | None = None
    python_tags: str = ""
    abi_tags: str = ""
    platform_tags: str = ""
    variant: str = ""
    flat: bool = False
    hashes: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None
    requires_python: str | None = None
    yanked: str | Literal[False] = False
    core_metadata: Mapping[str, str] | None = None
    upload_time: str | None = None
    credentials: Credentials | None = None

    @property
    def is_wheel(self) -> bool:
        return self.kind == "wheel"

    def tags(self) -> frozenset[Tag]:
        """The product of the wheel's compressed tag sets; empty for an sdist."""
        return expand_tags(self.python_tags, self.abi_tags, self.platform_tags) if self.is_wheel else frozenset()


@lru_cache(maxsize=8192)
def expand_tags(python: str, abi: str, platform: str) -> frozenset[Tag]:
    """`py2.py3`, `none`, `any` → the tags they stand for (PEP 425 compressed sets), bounded in number."""
    sets = (python.split(".")[:32], abi.split(".")[:32], platform.split(".")[:64])
    return frozenset(Tag(p, a, t) for p in sets[0] for a in sets[1] for t in sets[2])
