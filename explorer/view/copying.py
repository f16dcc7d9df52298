"""What `y` offers for a row: texts that hold no secret."""

from __future__ import annotations

import json
import shlex

from .model import RunView
from .queries import Exchange
from .why import curl_of


def copies_of_exchange(exchange: Exchange) -> list[tuple[str, str]]:
    """(label, text) for an exchange."""
    return [
        ("URL", str(exchange.started.url)),
        ("curl command, asks for the password", curl_of(exchange)),
        ("JSON of the exchange", exchange_json(exchange)),
    ]


def command_copy(view: RunView) -> list[tuple[str, str]]:
    """The command that is explored, secrets masked."""
    return [("the command", shlex.join(view.setup.started.command))] if view.setup.started else []


def exchange_json(exchange: Exchange) -> str:
    """The exchange as the headless document would list it, with headers."""
    started, ended = exchange.started, exchange.ended
    record = {
        "request": started.request,
        "method": started.method,
        "url": str(started.url),
        "purpose": started.purpose,
        "index": started.index,
        "package": started.package,
        "user": started.user_shown,
        "range": list(started.byte_range) if started.byte_range else None,
        "headers": dict(started.headers),
        "status": ended.status if ended else None,
        "from": ended.source if ended else None,
        "bytes": ended.bytes if ended else None,
        "ms": round(ended.milliseconds, 1) if ended else None,
        "answer_headers": dict(ended.headers) if ended else {},
    }
    return json.dumps(record, indent=2)
