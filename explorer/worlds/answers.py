"""What a world's server answers: a function from a request to a reply, without any socket."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final, Protocol

from packaging.utils import canonicalize_name

from .distributions import Distribution
from .world import Account, ServedHost, ServedIndex

JSON_PAGE: Final = "application/vnd.pypi.simple.v1+json"
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it arrived: `path` percent-decoded and without query, header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]

    @property
    def credentials(self) -> tuple[str, str] | None:
        """(user, password) of Basic authentication; ("?", the header) for anything else; None without."""
        header = self.headers.get("authorization")
        if not header:
            return None
        scheme, _, encoded = header.partition(" ")
        try:
            decoded = base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return "?", header
        user, _, password = decoded.partition(":")
        return (user, password) if scheme.lower() == "basic" else ("?", header)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status, headers without Content-Length, body, and how many milliseconds later it is sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: int = 0


class Addresses(Protocol):
    """Where the indexes of a running world are."""

    def url(self, id_: str) -> str:
        """The URL of an index, without a slash at its end."""
        ...

    def root(self, id_: str) -> str:
        """Scheme, host and port of the server that has the index."""
        ...

    def fill(self, text: str) -> str:
        """`text` with `{id}` replaced by URLs."""
        ...


class Answers:
    """Answers for one host; remembers how often a project was asked for, until `forget`."""

    def __init__(self, host: ServedHost, addresses: Addresses) -> None:
        self._host = host
        self._addresses = addresses
        self._asked: dict[tuple[str, str], int] = {}
        self._files = {index.id: index.files() for index in host.indexes}

    def forget(self) -> None:
        """Start the sequences of statuses anew."""
        self._asked.clear()

    def reply(self, asked: Asked) -> Reply:
        """What this host answers; never raises."""
        for index in self._host.indexes:
            if asked.path == index.path or asked.path.startswith(index.path + "/"):
                return self._page_reply(index, asked)
            if asked.path.startswith(index.files_path + "/"):
                return self._file_reply(index, asked)
        return _plain(404, "nothing here")

    def _page_reply(self, index: ServedIndex, asked: Asked) -> Reply:
        project = canonicalize_name(asked.path[len(index.path) :].strip("/"))
        if refused := _refused(index.account, asked, "index"):
            return refused
        delay = index.latency.get(project, 0)
        fixed = self._next_status(index, project)
        if fixed is not None:
            return _plain(fixed, "fixed status", delay)
        if project in index.pages:
            kind = index.page_types.get(project, index.content_type)
            body = self._addresses.fill(index.pages[project]).encode()
            return Reply(status=200, headers=_content_type(kind), body=body, delay=delay)
        if project == "" and index.flat:
            return self._listing(index, None, asked, delay)
        target = index.redirect_to if project in index.packages else index.redirect_missing_to
        if target is not None:
            location = {"Location": f"{self._addresses.url(target)}/{project}/", "Content-Type": "text/plain"}
            return Reply(status=index.redirect_code, headers=location, delay=delay)
        if project not in index.packages:
            return _plain(index.missing, "no such project", delay)
        return self._listing(index, project, asked, delay)

    def _next_status(self, index: ServedIndex, project: str) -> int | None:
        statuses = index.status.get(project)
        if statuses is None:
            return None
        turn = self._asked.get((index.id, project), 0)
        self._asked[index.id, project] = turn + 1
        status = statuses[min(turn, len(statuses) - 1)]
        return None if status == 200 and len(statuses) > 1 else status

    def _file_reply(self, index: ServedIndex, asked: Asked) -> Reply:
        name = asked.path[len(index.files_path) + 1 :]
        if refused := _refused(index.files_account, asked, "files"):
            return refused
        for pattern, status in index.file_status.items():
            method, _, glob = pattern.rpartition(" ")
            if fnmatchcase(name, glob) and method in ("", asked.method):
                return _plain(status, "fixed status")
        sidecar = name.endswith(".metadata")
        file = self._files[index.id].get(name.removesuffix(".metadata"))
        if file is None or file.unavailable or (sidecar and not index.core_metadata):
            return _plain(index.missing_file, "no such file")
        return _content(file.metadata if sidecar else file.content, index, asked)

    def _listing(self, index: ServedIndex, project: str | None, asked: Asked, delay: int) -> Reply:
        """The page of a project, or of all files (`project` None)."""
        files = tuple(self._files[index.id].values()) if project is None else index.packages[project]
        if index.reverse:
            files = files[::-1]
        headers = dict(index.page_headers)
        if index.cache_control is not None:
            headers["Cache-Control"] = index.cache_control
        if index.etag:
            listed = repr((project, [file.filename for file in files]))
            headers["ETag"] = f'"{hashlib.sha256(listed.encode()).hexdigest()[:16]}"'
            if asked.headers.get("if-none-match") == headers["ETag"]:
                return Reply(status=304, headers=headers, delay=delay)
        base = self._base(index)
        wants_json = "simple.v1+json" in asked.headers.get("accept", "")
        if index.format == "json" or (index.format == "both" and wants_json):
            headers = {"Content-Type": JSON_PAGE, **headers}
            return Reply(status=200, headers=headers, body=_json_page(index, project, files, base), delay=delay)
        headers = {**_content_type(index.content_type), **headers}
        return Reply(status=200, headers=headers, body=_html_page(index, files, base), delay=delay)

    def _base(self, index: ServedIndex) -> str:
        if index.relative:
            return "../" * (len(index.path.strip("/").split("/")) + 1) + index.files_path.strip("/")
        return f"{self._addresses.root(index.files_host or index.id)}{index.files_path}"


def _refused(account: Account | None, asked: Asked, realm: str) -> Reply | None:
    if account is None or asked.credentials == (account.user, account.password):
        return None
    status = account.unauthenticated if asked.credentials is None else account.rejected
    if status == 200:
        return None
    challenge = {"WWW-Authenticate": f'Basic realm="{realm}"'} if status == 401 else {}
    return Reply(status=status, headers={"Content-Type": "text/plain", **challenge}, body=b"auth\n")


def _plain(status: int, text: str, delay: int = 0) -> Reply:
    return Reply(status=status, headers={"Content-Type": "text/plain"}, body=f"{text}\n".encode(), delay=delay)


def _content_type(kind: str) -> dict[str, str]:
    return {} if kind == "none" else {"Content-Type": kind}


def _content(content: bytes, index: ServedIndex, asked: Asked) -> Reply:
    """A file whole, or the part that a Range header asks for (RFC 9110 section 14)."""
    headers = {"Content-Type": "application/octet-stream", "ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"'}
    if not index.range:
        return Reply(status=200, headers=headers, body=content)
    headers["Accept-Ranges"] = "bytes"
    match = _RANGE.fullmatch(asked.headers.get("range", ""))
    if match is None or match[0] == "bytes=-":
        return Reply(status=200, headers=headers, body=content)
    first, last = match.groups()
    start = int(first) if first else max(0, len(content) - int(last))
    end = min(int(last), len(content) - 1) if first and last else len(content) - 1
    if start > end:
        return Reply(status=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
    return Reply(status=206, headers=headers, body=content[start : end + 1])


def _json_page(index: ServedIndex, project: str | None, files: tuple[Distribution, ...], base: str) -> bytes:
    """PEP 691 and 700."""
    rows = []
    for file in files:
        row: dict[str, object] = {
            "filename": file.filename,
            "url": f"{base}/{file.filename}",
            "hashes": {"sha256": file.sha256},
            "size": len(file.content),
        }
        if file.requires_python and not index.hide_requires_python:
            row["requires-python"] = file.requires_python
        if file.yanked is not False:
            row["yanked"] = file.yanked
        if file.upload_time:
            row["upload-time"] = file.upload_time
        if index.core_metadata and file.is_wheel:
            row["core-metadata"] = {"sha256": file.metadata_sha256}
        rows.append(row)
    versions = sorted({file.version for file in files})
    meta = {"api-version": index.api_version}
    return json.dumps({"meta": meta, "name": project, "files": rows, "versions": versions}).encode()


def _html_page(index: ServedIndex, files: tuple[Distribution, ...], base: str) -> bytes:
    """PEP 503, 592 and 658."""
    anchors = "\n".join(_anchor(index, file, base) for file in files)
    return f"<!DOCTYPE html><html><head><title>Links</title></head><body>\n{anchors}\n</body></html>\n".encode()


def _anchor(index: ServedIndex, file: Distribution, base: str) -> str:
    attributes = {"href": f"{base}/{file.filename}#sha256={file.sha256}"}
    if file.requires_python and not index.hide_requires_python:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked is not False:
        attributes["data-yanked"] = file.yanked if isinstance(file.yanked, str) else ""
    if file.upload_time:
        attributes["data-upload-time"] = file.upload_time
    if index.core_metadata and file.is_wheel:
        attributes["data-core-metadata"] = f"sha256={file.metadata_sha256}"
        attributes["data-dist-info-metadata"] = f"sha256={file.metadata_sha256}"
    written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
    return f"<a {written}>{file.filename}</a><br/>"
