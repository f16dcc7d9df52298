"""Which proxy a request goes through (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY and the options of the same
meaning).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from ..model.url import SafeUrl


def proxy_for(url: SafeUrl, proxies: Mapping[str, str], no_proxy: Iterable[str]) -> str | None:
    """The proxy's URL (with its credentials, never shown) for `url`, or None for a direct connection."""
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or bypasses_proxy(url, no_proxy):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def bypasses_proxy(url: SafeUrl, no_proxy: Iterable[str]) -> bool:
    """An entry of NO_PROXY names the host: `*`, the host, a domain above it (with or without a dot), an address
    or a network.
    """
    host = url.host
    for entry in no_proxy:
        entry = entry.strip().lower()
        if entry == "*":
            return True
        name, colon, port = entry.rpartition(":")
        if colon and port.isdigit() and "]" not in port and name.count(":") == 0:
            if int(port) != url.port:
                continue
            entry = name
        entry = entry.strip("[]").removeprefix(".")
        if entry and (host == entry or host.endswith(f".{entry}") or _in_network(host, entry)):
            return True
    return False


def _in_network(host: str, network: str) -> bool:
    if "/" not in network:
        return False
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
