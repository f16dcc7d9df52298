"""Whom to trust: TLS contexts as the settings ask for them."""

from __future__ import annotations

import ssl

import certifi

from ..model.url import SafeUrl
from ..settings.settings import NetworkSettings


def tls_context(network: NetworkSettings, *, verify: bool = True) -> ssl.SSLContext:
    """A client context that trusts the named bundle or folder (SSL_CERT_FILE, SSL_CERT_DIR, --cert), else certifi's
    roots.

    `verify` False is for trusted hosts only. Raises `OSError` (which `ssl.SSLError` is) for files that cannot be
    loaded.
    """
    if network.ca_bundle is not None or network.ca_directory is not None:
        bundle = str(network.ca_bundle) if network.ca_bundle else None
        folder = str(network.ca_directory) if network.ca_directory else None
        context = ssl.create_default_context(cafile=bundle, capath=folder)
    else:
        context = ssl.create_default_context(cafile=certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    if network.client_cert is not None:
        context.load_cert_chain(str(network.client_cert))
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def is_trusted_host(url: SafeUrl, trusted: frozenset[str]) -> bool:
    """The host is named by --allow-insecure-host or --trusted-host, with or without its port."""
    return bool(trusted) and (url.host in trusted or f"{url.host}:{url.port}" in trusted or url.netloc in trusted)
