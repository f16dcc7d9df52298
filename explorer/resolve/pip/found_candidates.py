"""A lazy sequence of candidates: each is made, and so requested, when the resolver looks at it.

Source: pip's `found_candidates`. One candidate a version; a further file of the same version is tried only where the
better one was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

from packaging.version import Version

from .candidates import Candidate
from .finder import FoundFile

Attempt = Candidate | Literal["file refused", "version refused"]
"""What came of making a candidate; after "file refused" other files of the version are tried."""


class FoundCandidates(Sequence[Candidate]):
    """The candidates that `make` makes of `files`, best first, without the incompatible ones.

    `prefers_installed`: the installed version comes first; else it stands where its version belongs.
    """

    def __init__(
        self,
        files: Callable[[], Iterable[FoundFile]],
        make: Callable[[FoundFile], Attempt],
        installed: Candidate | None,
        prefers_installed: bool,
        incompatible: frozenset[int],
    ) -> None:
        self._files = files
        self._make = make
        self._installed = installed
        self._prefers_installed = prefers_installed
        self._incompatible = incompatible
        self._any: bool | None = None

    def __iter__(self) -> Iterator[Candidate]:
        return (candidate for candidate in self._all() if id(candidate) not in self._incompatible)

    def __bool__(self) -> bool:
        if self._any is None:
            known = self._prefers_installed and self._installed is not None
            self._any = known or next(iter(self), None) is not None
        return self._any

    def __len__(self) -> int:
        raise TypeError("the number of candidates is not known without requesting them all")

    def __getitem__(self, index: Any) -> Any:
        raise TypeError("candidates are only iterated")

    def _all(self) -> Iterator[Candidate]:
        installed = self._installed
        done: set[Version] = set()
        if installed is not None and self._prefers_installed:
            yield installed
            done.add(installed.version)
        for found in self._files():
            version = found.file.version
            if version in done:
                continue
            if installed is not None and installed.version not in done and installed.version >= version:
                yield installed
                done.add(installed.version)
            attempt = self._make(found)
            if attempt == "file refused":
                continue
            done.add(version)
            if attempt != "version refused":
                yield attempt
        if installed is not None and installed.version not in done:
            yield installed
