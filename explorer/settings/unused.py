"""What stands in variables and files of the other tool, or nearly has the right name: it has no influence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ..model.index import Index
from ..model.origin import Origin
from ..paths import configuration_folder
from .index_list import index_from_text, variable_part
from .notes import Notes
from .pip_files import PIP_KEYS_OF_INTEREST, configuration_paths, read_pip_file
from .settings import UsageError
from .uv_inputs import UvInputs

_CREDENTIAL_VARIABLE: Final = re.compile(r"UV_INDEX_(?P<name>\w+?)_(?P<part>USERNAME|PASSWORD|USER|TOKEN|PASS)$")
_UV_VARIABLES_OF_INTEREST: Final = (
    "UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX_STRATEGY",
    "UV_KEYRING_PROVIDER", "UV_PRERELEASE", "UV_RESOLUTION", "UV_EXCLUDE_NEWER", "UV_OFFLINE", "UV_NO_CACHE",
    "UV_CACHE_DIR", "UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES", "UV_PYTHON", "UV_CONSTRAINT", "UV_OVERRIDE",
    "UV_INSECURE_HOST", "UV_CONFIG_FILE", "UV_NO_CONFIG",
)  # fmt: skip


_KNOWN_ELSEWHERE: Final = frozenset({"UV_HTTP_CONNECT_TIMEOUT", "UV_UPLOAD_HTTP_TIMEOUT", "UV_WORKING_DIRECTORY"})
"""Variables of uv whose names are near to others."""

_OPTION_INSTEAD: Final[Mapping[str, str]] = {"UV_NO_INDEX": "--no-index is an option, and no-index a key of files"}


def leave_for_uv(inputs: UvInputs, indexes: Sequence[Index]) -> None:
    """pip's variables and files, credentials of no index, and variables that are misspelt."""
    notes, environ = inputs.notes, inputs.environ
    for name in sorted(environ):
        if name.startswith("PIP_") and environ[name] and _is_of_interest(name.removeprefix("PIP_")):
            notes.leave(name, environ[name], Origin("variable", name), "uv never reads pip's variables")
            _pass_over_indexes(name.removeprefix("PIP_"), environ[name], Origin("variable", name), notes)
    for path in configuration_paths(environ, inputs.home):
        if path.is_file():
            _leave_pip_file(path, notes)
    _leave_credentials(environ, indexes, inputs.profile.holds("index_variables"), notes)
    _leave_near_misses(environ, _UV_VARIABLES_OF_INTEREST, "UV_", notes)


def leave_for_pip(environ: Mapping[str, str], home: Path, directory: Path, notes: Notes) -> None:
    """uv's variables and files."""
    for name in _UV_VARIABLES_OF_INTEREST:
        if environ.get(name):
            notes.leave(name, environ[name], Origin("variable", name), "pip never reads uv's variables")
    for name in sorted(environ):
        if _CREDENTIAL_VARIABLE.match(name):
            notes.leave_secret(name, Origin("variable", name), "pip never reads uv's variables")
    for path in (directory / "uv.toml", configuration_folder(environ, home) / "uv" / "uv.toml"):
        if path.is_file():
            notes.leave("configuration", path.name, Origin("file", str(path)), "pip never reads uv's files")


def _is_of_interest(name: str) -> bool:
    return name.lower().replace("_", "-") in PIP_KEYS_OF_INTEREST


def _leave_pip_file(path: Path, notes: Notes) -> None:
    try:
        entries = read_pip_file(path)
    except UsageError:
        return
    for entry in entries:
        if entry.key in PIP_KEYS_OF_INTEREST:
            notes.leave(entry.key, entry.value, entry.origin, "uv never reads pip's configuration files")
            _pass_over_indexes(entry.key, entry.value, entry.origin, notes)


def _pass_over_indexes(key: str, value: str, origin: Origin, notes: Notes) -> None:
    """The indexes of pip's `index-url` and `extra-index-url`; texts that are no URL are none."""
    key = key.lower().replace("_", "-")
    for text in value.split() if key in ("index-url", "extra-index-url") else ():
        try:
            index = index_from_text(text, origin, Path(), default=key == "index-url")
        except UsageError:
            continue
        notes.pass_over(index, "pip's own")


def _leave_credentials(environ: Mapping[str, str], indexes: Sequence[Index], are_read: bool, notes: Notes) -> None:
    parts = {variable_part(index.name): index.name for index in indexes if index.name}
    for name in sorted(environ):
        match = _CREDENTIAL_VARIABLE.match(name)
        if match is None:
            continue
        origin = Origin("variable", name)
        near = difflib.get_close_matches(match["name"], parts, n=1, cutoff=0.6)
        if not are_read:
            notes.leave_secret(name, origin, "this release does not read credentials of named indexes")
        elif match["part"] not in ("USERNAME", "PASSWORD"):
            notes.leave_secret(name, origin, "only names that end in _USERNAME or _PASSWORD are read")
        elif match["name"] in parts:
            continue
        elif near:
            right = f"UV_INDEX_{near[0]}_{match['part']}"
            notes.leave_secret(
                name, origin, f"no index has this name; for the index {parts[near[0]]} it would be {right}"
            )
        else:
            notes.leave_secret(name, origin, "no index has this name")


def _leave_near_misses(environ: Mapping[str, str], known: Sequence[str], prefix: str, notes: Notes) -> None:
    for name in sorted(environ):
        if not name.upper().startswith(prefix) or name in known or _CREDENTIAL_VARIABLE.match(name):
            continue
        if name in _KNOWN_ELSEWHERE:
            continue
        near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.9)
        instead = _OPTION_INSTEAD.get(name) or (f"{near[0]} is one" if near else None)
        if instead:
            notes.leave(name, environ[name], Origin("variable", name), f"uv has no such variable; {instead}")
