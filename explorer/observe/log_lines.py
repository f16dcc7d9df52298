"""Exchanges that only the log of the real tool tells: those over TLS, which no proxy sees.

The formats are those of uv 0.1.14 to 0.13.8 and pip 22 to 26 (research/user-needs.md, sections 2.1 to 2.4). A line that
does not parse is skipped; nothing of a line is kept but URL, status and user name.
"""

from __future__ import annotations

import re
from typing import Final, Protocol
from urllib.parse import urlsplit

from ..model.reasons import ConnectionFailure
from ..model.url import mask_url
from .classify import Method
from .traffic import NOT_SEEN, Sender, Traffic

MAX_LINE: Final = 20_000
MAX_LINES: Final = 2_000_000

_ANSI: Final = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]|[\x00-\x08\x0b-\x1f\x7f]")
_LEVEL: Final = re.compile(r"^(?:\s*[\d.]+s\s+(?:[\d.]+m?s\s+)?)?(?:TRACE|DEBUG|INFO|WARN|ERROR) (?:\w+(?:::\w+)+ )?")
_SPAN: Final = re.compile(r"^\s*\w+(?:::\w+)+(?: |$)")
_PASSWORD: Final = re.compile(r"""(?i)(password: Some\()(?!\*\*\*\*)(?:"(?:[^"\\]|\\.)*"|[^)]*)|(authorization: ).*""")


def clean(line: str) -> str:
    """One line of output as it may be kept: bounded, without terminal codes, secrets masked."""
    text = _ANSI.sub("", line[:MAX_LINE])
    text = _PASSWORD.sub(lambda match: f"{match[1] or match[2]}****", text)
    return mask_url(text)


def is_log(line: str) -> bool:
    """The line is one of uv's log, not something that it says to its user."""
    return bool(_LEVEL.match(line) or _SPAN.match(line))


class ToolLog(Protocol):
    """Reads the log of a tool line by line."""

    gaps: set[str]
    """What the log did not tell: `status`, `user`, `parts` (requests for parts of wheels)."""

    def read(self, line: str) -> None:
        """One line as the tool wrote it; nothing happens where it tells of no exchange."""


_URL: Final = r"`?(?P<url>https?://[^\s`]+)`?"
_SENDING: Final = re.compile(rf"^[Ss]ending (?:fresh (?P<method>GET|HEAD)|revalidation) request for:? {_URL}")
_SPAN_SENDS: Final = re.compile(r'fresh_request url="(?P<url>https?://[^\s"]+)"')
_HANDLING: Final = re.compile(rf"^[Hh]andling request for {_URL}")
_RECEIVED: Final = re.compile(rf"^[Rr]eceived response for fresh request with status (?P<status>\d{{3}}).* for: {_URL}")
_CHECKING: Final = re.compile(rf"^[Rr]equest for {_URL} failed with (?P<status>\d{{3}})\b.*checking for credentials")
_AGAIN: Final = re.compile(rf"^[Rr]etrying request for {_URL} with (?:credentials|\W|Credentials)")
_USER: Final = re.compile(r'username: Username\((?:Some\("(?P<user>[^"]*)"\)|None)\)')
_BARE: Final = re.compile(r"password: None")
_STATUS: Final = re.compile(rf"^[Cc]onsidering retry of response HTTP (?P<status>\d{{3}})\b.* for {_URL}")
_ERROR_STATUS: Final = re.compile(r'kind: Status\((?P<status>\d{3})\b[^)]*\), url: "(?P<url>https?://[^\s"]+)"')
_STORABLE: Final = re.compile(
    rf"^(?:[Cc]ached request|[Rr]esponse from) {_URL} is (?:not )?storable(?:.*status code (?P<status>\d{{3}}))?"
)
_PROVEN: Final = re.compile(rf"^[Uu]pdating cached credentials for {_URL}")
_TRANSIENT: Final = re.compile(rf"^Transient (?:request failure for|failure while handling response from) {_URL}")


class UvLog:
    """The log of uv on its standard error; only URLs of `schemes` are told."""

    def __init__(self, traffic: Traffic, schemes: frozenset[str] = frozenset({"https"})) -> None:
        self.gaps: set[str] = set()
        self._traffic = traffic
        self._schemes = schemes
        self._open: dict[str, list[int]] = {}
        self._announced: dict[str, int] = {}

    def read(self, line: str) -> None:
        """One line, as `ToolLog.read`."""
        line = _ANSI.sub("", line[:MAX_LINE])
        if match := _SPAN_SENDS.search(line):
            self._span(match["url"])
            return
        level = _LEVEL.match(line)
        if level is None:
            return
        text = line[level.end() :]
        if match := _SENDING.match(text):
            self._announce(match["url"], "HEAD" if match["method"] == "HEAD" else "GET")
        elif match := _HANDLING.match(text):
            self._handle(match["url"])
        elif (match := _RECEIVED.match(text)) or (match := _CHECKING.match(text)) or (match := _STATUS.match(text)):
            self._end(match["url"], int(match["status"]))
        elif match := _AGAIN.match(text):
            self._end(match["url"], None)
            self._begin(match["url"], "GET", _sender(text))
        elif match := _ERROR_STATUS.search(text):
            self._end(match["url"], int(match["status"]))
        elif match := _STORABLE.match(text):
            self._end(match["url"], int(match["status"]) if match["status"] else None)
        elif match := _PROVEN.match(text):
            self._end(match["url"], None)
        elif match := _TRANSIENT.match(text):
            self._fail(match["url"])

    def _span(self, url: str) -> None:
        """A request of the oldest releases, whose log has no method: of a wheel it asks whether parts can be read."""
        is_wheel = _key(url).partition("?")[0].endswith(".whl")
        self._begin(url, "HEAD" if is_wheel else "GET", NOT_SEEN)
        if is_wheel and urlsplit(url).scheme in self._schemes:
            self.gaps.add("parts")

    def _announce(self, url: str, method: Method) -> None:
        self._begin(url, method, NOT_SEEN)
        key = _key(url)
        self._announced[key] = self._announced.get(key, 0) + 1

    def _handle(self, url: str) -> None:
        """The authentication of a request starts: one that was announced already, or one that is told nowhere else."""
        key = _key(url)
        if self._announced.get(key):
            self._announced[key] -= 1
        else:
            self._begin(url, "GET", NOT_SEEN)

    def _begin(self, url: str, method: Method, sender: Sender) -> None:
        key = _key(url)
        if urlsplit(key).scheme not in self._schemes:
            return
        if not sender.known:
            self.gaps.add("user")
        number = self._traffic.begin(method, key, sender)
        if number is not None:
            self._open.setdefault(key, []).append(number)

    def _end(self, url: str, status: int | None) -> None:
        waiting = self._open.get(_key(url))
        if waiting:
            if status is None:
                self.gaps.add("status")
            self._traffic.end(waiting.pop(0), status)

    def _fail(self, url: str) -> None:
        waiting = self._open.get(_key(url))
        if waiting:
            self._traffic.end(waiting.pop(0), None, failure=ConnectionFailure("reset", "a failure that uv retries"))


_URLLIB3: Final = re.compile(
    r'^\s*(?:[\dT:,.-]+ )?(?P<root>https?://[^\s"/]+) "(?P<method>GET|HEAD) (?P<path>/\S*) HTTP/[\d.]+" '
    r"(?P<status>\d{3}) (?P<size>\d+|None)"
)


class PipLog:
    """What pip -vvv prints of its exchanges; only URLs of `schemes` are told."""

    def __init__(self, traffic: Traffic, schemes: frozenset[str] = frozenset({"https"})) -> None:
        self.gaps: set[str] = set()
        self._traffic = traffic
        self._schemes = schemes

    def read(self, line: str) -> None:
        """One line, as `ToolLog.read`: an exchange that is over."""
        match = _URLLIB3.match(_ANSI.sub("", line[:MAX_LINE]))
        if match is None or urlsplit(match["root"]).scheme not in self._schemes:
            return
        self.gaps.add("user")
        method: Method = "HEAD" if match["method"] == "HEAD" else "GET"
        number = self._traffic.begin(method, _key(match["root"] + match["path"]), NOT_SEEN)
        size = int(match["size"]) if match["size"].isdecimal() else 0
        self._traffic.end(number, int(match["status"]), received=size)


def _key(url: str) -> str:
    """A URL without user-info, fragment and a port that goes without saying."""
    scheme, slashes, rest = url.partition("#")[0].partition("://")
    netloc, slash, path = rest.partition("/")
    host = netloc.rpartition("@")[2]
    return f"{scheme}{slashes}{host.removesuffix(':443' if scheme == 'https' else ':80')}{slash}{path}"


def _sender(text: str) -> Sender:
    """Whom a repeated request is sent as, where the log says it; the rest of the dump is dropped."""
    match = _USER.search(text)
    if match is None:
        return NOT_SEEN
    return Sender(match["user"] or "", lone=bool(_BARE.search(text)))
