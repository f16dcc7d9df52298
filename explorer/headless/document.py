"""`--json`: the one document that a run folds into (its form is described in README.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..events import (
    DerivationNode,
    Event,
    Failed,
    Finding,
    NotModelled,
    Pinned,
    RequestEnded,
    RequestStarted,
    Resolved,
    RunEnded,
    RunStarted,
    SettingIgnored,
    SettingInForce,
    Unsatisfiable,
    Warned,
)

MAX_DEPTH: Final = 200
"""How deep the derivation is shown; what lies below is cut, and the node says so."""

SCHEMA: Final = 1
"""Raised when a key changes its meaning; new keys do not raise it."""


class Document:
    """Folds the events of one run; `as_dict` gives the document at any moment.

    `kind` is the kind of the command, where it is known: `uv pip compile` writes what a URL or a path names without a
    version (`name @ URL`), so such packages stand apart, under `direct`.
    """

    def __init__(self, kind: str = "") -> None:
        self._direct_apart = kind == "uv pip compile"
        self._started: RunStarted | None = None
        self._outcome = "failed"
        self._error: dict[str, Any] | None = None
        self._requests: dict[int, dict[str, Any]] = {}
        self._request_at: dict[int, int] = {}
        self._packages: list[dict[str, Any]] = []
        self._direct: list[dict[str, Any]] = []
        self._derivation: dict[str, Any] | None = None
        self._findings: list[dict[str, Any]] = []
        self._settings: list[dict[str, Any]] = []
        self._ignored: list[dict[str, Any]] = []
        self._not_modelled: list[dict[str, str]] = []
        self._warnings: list[str] = []
        self._seconds: float | None = None

    @property
    def outcome(self) -> str:
        """`resolved`, `unsatisfiable` or `failed`."""
        return self._outcome

    def add(self, event: Event) -> None:
        """Take the next event; kinds that the document does not show are passed over."""
        match event.body:
            case RunStarted() as started:
                self._started = started
            case RequestStarted() as request:
                self._request_at[event.number] = request.request
                self._requests[request.request] = _request_row(request)
            case RequestEnded() as ended:
                self._request_at[event.number] = ended.request
                self._end_request(ended)
            case Resolved(packages):
                self._outcome = "resolved"
                for pinned in packages:
                    apart = self._direct_apart and pinned.source is not None
                    (self._direct if apart else self._packages).append(_package(pinned))
            case Unsatisfiable() as answer:
                self._outcome = "unsatisfiable"
                message = "\n".join((answer.headline, *answer.report))
                self._error = {"kind": "unsatisfiable", "message": message, "hints": list(answer.hints)}
                self._derivation = _node(answer.derivation) if answer.derivation else None
            case Failed() as failed:
                self._outcome = "failed"
                self._error = {"kind": failed.kind, "message": failed.message, "hints": list(failed.hints)}
                if failed.chain:
                    self._error["chain"] = list(failed.chain)
                if failed.request is not None:
                    self._error["request"] = failed.request
            case Finding() as finding:
                self._findings.append(_finding(finding, self._request_at))
            case SettingInForce(name, value, origin):
                self._settings.append({"name": name, "value": value, "origin": str(origin)})
            case SettingIgnored(name, value, origin, why):
                self._ignored.append({"name": name, "value": value, "origin": str(origin), "why": why})
            case NotModelled(what, consequence):
                self._not_modelled.append({"what": what, "consequence": consequence})
            case Warned(message):
                self._warnings.append(message)
            case RunEnded() as run:
                self._seconds = run.seconds
            case _:
                pass

    def as_dict(self) -> dict[str, Any]:
        """The document as plain values; requests in the order in which they were sent."""
        started = self._started
        return {
            "schema": SCHEMA,
            "profile": started.profile if started else None,
            "profile_note": (started.profile_note or None) if started else None,
            "command": list(started.command) if started else [],
            "mode": started.mode if started else None,
            "environments": list(started.environments) if started else [],
            "outcome": self._outcome,
            "error": self._error,
            "seconds": self._seconds,
            "requests": [self._requests[number] for number in sorted(self._requests)],
            "packages": self._packages,
            "direct": self._direct,
            "derivation": self._derivation,
            "findings": self._findings,
            "not_modelled": self._not_modelled,
            "warnings": self._warnings,
            "settings": self._settings,
            "settings_ignored": self._ignored,
        }

    def _end_request(self, ended: RequestEnded) -> None:
        row = self._requests.get(ended.request)
        if row is None:
            return
        row["status"] = ended.status
        row["from"] = ended.source
        row["ms"] = round(ended.milliseconds, 1)
        row["bytes"] = ended.bytes
        if ended.failure is not None:
            row["failure"] = type(ended.failure).__name__
        if ended.cache:
            row["cache"] = ended.cache


def _request_row(request: RequestStarted) -> dict[str, Any]:
    return {
        "number": request.request,
        "method": request.method,
        "url": str(request.url).partition("#")[0],
        "user": request.user,
        "status": None,
        "range": request.byte_range is not None,
        "purpose": request.purpose,
        "index": request.index,
        "package": request.package,
        "from": "network",
        "ms": None,
        "bytes": 0,
    }


def _package(pinned: Pinned) -> dict[str, Any]:
    return {
        "name": pinned.name,
        "version": pinned.version,
        "index": str(pinned.index) if pinned.index is not None else None,
        "source": pinned.source,
        "markers": pinned.markers,
        "metadata_from": pinned.metadata_from,
        "files": dict(pinned.files),
        "extras": list(pinned.requested_extras),
        "why": pinned.why,
        "required_by": list(pinned.required_by),
    }


def _node(node: DerivationNode, depth: int = 0) -> dict[str, Any]:
    shown = node.children if depth < MAX_DEPTH else ()
    return {
        "sentence": node.sentence,
        "cause": node.cause,
        "number": node.number,
        "evidence": list(node.evidence),
        "origin": str(node.origin) if node.origin else None,
        "children": [_node(child, depth + 1) for child in shown],
        **({"cut": True} if node.cut or len(shown) < len(node.children) else {}),
    }


def _finding(finding: Finding, request_at: Mapping[int, int]) -> dict[str, Any]:
    requests = sorted({request_at[number] for number in finding.evidence if number in request_at})
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "evidence": list(finding.evidence),
        "try": [{"toggle": r.toggle, "outcome": r.outcome, "message": r.message} for r in finding.remedies],
        **({"requests": requests} if requests else {}),
        **({"would_tell": finding.would_tell} if finding.would_tell else {}),
    }
