"""URLs that cannot show a secret.

A `SafeUrl` never contains user-info; secret-looking query values are masked in its text and live on only
in `wire`, the form that is sent. Whatever has user-info is split by `split_credentials` at the door.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from .credentials import MASK, Credentials, Secret

SECRET_QUERY_KEYS: Final = re.compile(
    r"(?i)(token|secret|sig(nature)?|password|passwd|key|credential|auth|x-amz-(signature|security-token|credential))$"
)
"""Names of query parameters whose value is masked wherever a URL is shown."""

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
MAX_URL_LENGTH: Final = 8192


class InvalidUrl(ValueError):
    """A text that is no usable http, https or file URL; carries a safe rendering of the text."""

    def __init__(self, text: str, why: str) -> None:
        self.shown = mask_url(text)
        self.why = why
        super().__init__(f"{self.shown!r}: {why}")


class SafeUrl(str):
    """A URL without user-info; as text it is safe to show. Create it with `SafeUrl.parse` or `split_credentials`."""

    __slots__ = ("_wire",)
    _wire: str

    @classmethod
    def parse(cls, text: str) -> SafeUrl:
        """`text` without user-info (which is dropped). Raises `InvalidUrl`."""
        return split_credentials(text)[0]

    @classmethod
    def trusted(cls, text: str) -> SafeUrl:
        """`text`, known to have neither user-info nor secrets in its query (cheap: no parsing)."""
        url = cls(text)
        url._wire = text
        return url

    @property
    def wire(self) -> str:
        """The URL as it is sent: query values unmasked, still without user-info."""
        return self._wire

    @property
    def parts(self) -> SplitResult:
        return _split(self._wire)

    @property
    def scheme(self) -> str:
        return self.parts.scheme

    @property
    def host(self) -> str:
        """Host in lower case, without port; IPv6 without brackets; empty for file URLs."""
        return self.parts.hostname or ""

    @property
    def port(self) -> int | None:
        """The port, the scheme's default included; None for file URLs."""
        return self.parts.port or DEFAULT_PORTS.get(self.parts.scheme)

    @property
    def netloc(self) -> str:
        """host, or host:port where a port is written."""
        return self.parts.netloc

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """(scheme, host, port with the scheme's default): what auth.md calls an origin."""
        return (self.scheme, self.host, self.port)

    @property
    def path(self) -> str:
        """The path as written, still percent-encoded."""
        return self.parts.path

    @property
    def segments(self) -> tuple[str, ...]:
        """The non-empty path segments, still percent-encoded."""
        return tuple(s for s in self.parts.path.split("/") if s)

    @property
    def filename(self) -> str:
        """The last path segment, percent-decoded."""
        return unquote(self.parts.path.rsplit("/", 1)[-1])

    def with_path(self, path: str) -> SafeUrl:
        """The same origin with another path, no query and no fragment."""
        return SafeUrl.trusted(urlunsplit((self.parts.scheme, self.parts.netloc, path, "", "")))

    def without_fragment(self) -> SafeUrl:
        if "#" not in self._wire:
            return self
        return _make(urlunsplit(self.parts._replace(fragment="")))

    def resolve(self, reference: str) -> tuple[SafeUrl, Credentials | None]:
        """`reference` resolved against this URL, and the credentials that stood in it. Raises `InvalidUrl`."""
        try:
            return split_credentials(urljoin(self._wire, reference))
        except ValueError as error:
            raise InvalidUrl(reference, _why(error)) from None


@lru_cache(maxsize=4096)
def _split(text: str) -> SplitResult:
    return urlsplit(text)


def _make(wire: str) -> SafeUrl:
    url = SafeUrl(_mask_query(wire))
    url._wire = wire
    return url


def _mask_query(text: str) -> str:
    if "?" not in text:
        return text
    head, _, rest = text.partition("?")
    query, mark, fragment = rest.partition("#")
    fields = []
    for field in query.split("&"):
        name, equals, value = field.partition("=")
        fields.append(f"{name}={MASK}" if equals and value and SECRET_QUERY_KEYS.search(name) else field)
    return f"{head}?{'&'.join(fields)}{mark}{fragment}"


def split_credentials(text: str) -> tuple[SafeUrl, Credentials | None]:
    """A URL as written by a user or a page → the safe URL, and the percent-decoded credentials it carried.

    Raises `InvalidUrl` for a text that is too long, has control characters, or has no scheme or host.
    """
    text = text.strip()
    if len(text) > MAX_URL_LENGTH:
        raise InvalidUrl(text[:80], f"longer than {MAX_URL_LENGTH} characters")
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise InvalidUrl(text, "contains control characters")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise InvalidUrl(text, _why(error)) from None
    if parts.scheme not in ("http", "https", "file"):
        raise InvalidUrl(text, "expected a URL that starts with http://, https:// or file://")
    if parts.scheme != "file" and not parts.hostname:
        raise InvalidUrl(text, "has no host")
    userinfo, at, netloc = parts.netloc.rpartition("@")
    credentials = None
    if at and userinfo:
        user, colon, password = userinfo.partition(":")
        if user or password:
            credentials = Credentials(unquote(user) or None, Secret(unquote(password)) if colon and password else None)
    if not netloc.startswith("[") and _FORBIDDEN_IN_HOST.search(unquote(parts.hostname or "")):
        raise InvalidUrl(text, f"invalid international domain name{_ENCODED}")
    host = netloc.rpartition(":")[0] if parts.port is not None else netloc
    netloc = (host or netloc).lower() + (f":{parts.port}" if parts.port is not None else "")
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    return _make(urlunsplit((parts.scheme, netloc, path, parts.query, parts.fragment))), credentials


_ENCODED: Final = "; in a user name or password, / ? # @ are written %2F %3F %23 %40"
_FORBIDDEN_IN_HOST: Final = re.compile(r"[\s#/<>?@\[\\\]^|%]")
"""What the URL standard admits in no host; uv refuses such an index before any request."""


def _why(error: ValueError) -> str:
    """What is wrong, in our words: Python's quote the text, and what it takes for a port may be part of a password."""
    said = str(error)
    if said in ("Invalid IPv6 URL", "Port out of range 0-65535"):
        return said
    return f"the host or port is not valid{_ENCODED}"


_USERINFO: Final = re.compile(
    r"(?<=://)(?:[^/\s?#]*@|[^/?#:@\n]*:(?!\d{1,5}(?:[/\s'\",;)\]>]|$))(?:(?!://)[^\n])*@)",
)
"""User-info, or what was meant as such: after a colon comes a port or a password, whatever characters that has."""


def mask_url(text: str) -> str:
    """Any text with the user-info of every URL in it masked; idempotent. For error messages and imported logs."""
    return _mask_query(_USERINFO.sub(_mask_userinfo, text)) if "://" in text else text


def _mask_userinfo(match: re.Match[str]) -> str:
    user, colon, _ = match[0][:-1].partition(":")
    return f"{user}:{MASK}@" if colon and user else f"{MASK}@"
