"""Which origins pip looks at: plain http on another host only if the user trusts it."""

from __future__ import annotations

from collections.abc import Set
from ipaddress import ip_address

from ..model.url import SafeUrl


def is_secure_origin(url: SafeUrl, trusted_hosts: Set[str]) -> bool:
    """https, a folder, this machine, or a host that --trusted-host names (with or without its port)."""
    if url.scheme in ("https", "file") or url.host == "localhost":
        return True
    if url.host in trusted_hosts or f"{url.host}:{url.port}" in trusted_hosts:
        return True
    try:
        return ip_address(url.host).is_loopback
    except ValueError:
        return False
