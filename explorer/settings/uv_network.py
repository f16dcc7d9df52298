"""uv's network and credential settings."""

from __future__ import annotations

from typing import cast

from ..paths import credential_store, netrc_file
from .network import DEFAULT_RETRIES, DEFAULT_TIMEOUT, assemble_network, variable
from .settings import AuthSettings, KeyringProvider, NetworkSettings
from .uv_inputs import UvInputs
from .uv_options import Upgrade


def read_network(inputs: UvInputs, upgrade: Upgrade) -> NetworkSettings:
    """How requests are made; --upgrade and --reinstall imply --refresh. Raises `UsageError` for a bad number."""
    layers, environ, notes = inputs.layers, inputs.environ, inputs.notes
    retries = variable(environ, "UV_HTTP_RETRIES")
    if retries is not None and not inputs.profile.holds("retries_variable"):
        notes.leave("retries", retries.value, retries.origin, f"uv {inputs.profile.version} does not read it")
        retries = None
    refresh = layers.is_on("refresh") or upgrade.everything or layers.is_on("reinstall")
    packages = layers.packages("refresh-package") | layers.packages("reinstall-package") | upgrade.packages
    cache = layers.one("cache-dir")
    return assemble_network(
        environ=environ,
        directory=inputs.directory,
        home=inputs.home,
        notes=notes,
        offline=layers.is_on("offline"),
        no_cache=layers.is_on("no-cache"),
        named_cache=cache.value if cache is not None else None,
        refresh=refresh,
        refresh_packages=packages,
        retries=retries,
        timeout=variable(environ, "UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT"),
        default_timeout=DEFAULT_TIMEOUT,
        default_retries=DEFAULT_RETRIES,
        ca_bundle=layers.one("cert") or variable(environ, "SSL_CERT_FILE"),
        ca_directory=variable(environ, "SSL_CERT_DIR"),
        client_cert=variable(environ, "SSL_CLIENT_CERT"),
        trusted_hosts=frozenset(given.value for given in layers.all("allow-insecure-host")),
        further_proxies=_configured_proxies(inputs),
    )


def _configured_proxies(inputs: UvInputs) -> dict[str, str]:
    """`http-proxy` and `https-proxy` of files, where no variable names one."""
    found: dict[str, str] = {}
    for scheme in ("http", "https"):
        if any(inputs.environ.get(name) for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")):
            continue
        for value, table in inputs.layers.configured(f"{scheme}-proxy"):
            found[scheme] = str(value)
            inputs.notes.note(f"{scheme} proxy", str(value), table.origin(f"{scheme}-proxy"))
            break
    return found


def read_auth(inputs: UvInputs) -> AuthSettings:
    """Where uv looks for credentials, as far as the release knows these places (auth.md section 2)."""
    given = inputs.layers.one("keyring-provider")
    provider = given.value.lower() if given else "disabled"
    if given is not None and provider == "native":
        inputs.notes.leave("keyring-provider", provider, given.origin, "the explorer does not ask the native keyring")
        provider = "disabled"
    return AuthSettings(
        keyring=cast(KeyringProvider, provider),
        netrc=netrc_file(inputs.environ, inputs.home) if inputs.profile.holds("netrc") else None,
        store=credential_store(inputs.environ, inputs.home) if inputs.profile.holds("credential_store") else None,
        environ=dict(inputs.environ),
    )
