"""The wire: a thin HTTP/1.1 transport behind httpx's transport interface, and httpx's own one where a proxy stands
between.

One exchange through httpx's full stack costs about 2.3 ms of CPU; a resolution makes hundreds, so ours does the least
that is right: keep-alive, bounded pools, strict reading. It knows nothing of authentication, redirects, cookies or
retries.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from typing import Final

import httpx

from ..model.url import SafeUrl
from ..settings.settings import NetworkSettings
from .connection import Connection, ConnectionBroken
from .held import Held, HoldingTransport
from .http1 import Head, ProtocolViolation
from .pool import MAX_CONNECTIONS, Pool
from .proxies import proxy_for
from .tls import is_trusted_host, tls_context

CONNECT_TIMEOUT: Final = 10.0
"""Seconds for name lookup, TCP and TLS (uv's own default)."""
HAPPY_EYEBALLS_DELAY: Final = 0.25
"""Seconds before the next address of a host is tried beside the first (RFC 8305): one family may be broken."""
LONGEST_EXCHANGE: Final = 900.0
"""Seconds for one exchange however slowly its bytes drip."""

Transport = httpx.AsyncBaseTransport
"""What `Fetcher` sends requests through: the wire, a recording (`held`), or a stand-in of a test."""

_OriginKey = tuple[str, str, int]


class ThinTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 over pooled connections. Raises httpx's transport errors; `aclose` closes all connections."""

    def __init__(self, network: NetworkSettings) -> None:
        self._network = network
        self._pools: dict[_OriginKey, Pool] = {}
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._addresses: dict[_OriginKey, str] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pool = self._pool(request)
        try:
            connection, head = await self._begin(pool, request)
        except ProtocolViolation as violation:
            raise httpx.RemoteProtocolError(str(violation), request=request) from violation
        except ConnectionBroken as broken:
            raise httpx.ReadError(str(broken), request=request) from broken
        body = _Body(pool, connection, self._network.timeout, request)
        return httpx.Response(head.status, headers=head.fields, stream=body)

    async def aclose(self) -> None:
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    async def _begin(self, pool: Pool, request: httpx.Request) -> tuple[Connection, Head]:
        """Send on a pooled connection, once more on a new one where the peer had closed an idle connection
        meanwhile.
        """
        message = _message(request)
        while True:
            connection = await self._acquire(pool, request)
            reused = connection.served > 0
            try:
                return connection, await connection.begin(request.method, message, self._network.timeout)
            except ConnectionBroken as broken:
                pool.release(connection)
                if not (reused and broken.untouched):
                    raise
                pool.drop_idle()
            except TimeoutError as error:
                connection.close()
                pool.release(connection)
                raise httpx.ReadTimeout("no answer in time", request=request) from error
            except BaseException:
                connection.close()
                pool.release(connection)
                raise

    async def _acquire(self, pool: Pool, request: httpx.Request) -> Connection:
        try:
            return await pool.acquire()
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time", request=request) from error
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error

    def _pool(self, request: httpx.Request) -> Pool:
        url = request.url
        secure = url.scheme == "https"
        key = (url.scheme, url.host, url.port or (443 if secure else 80))
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = Pool(lambda: self._connect(key), MAX_CONNECTIONS)
        return pool

    async def _connect(self, key: _OriginKey) -> Connection:
        """Open a connection: to the address that answered before, else to the first of the host's that answers."""
        scheme, host, port = key
        loop = asyncio.get_running_loop()
        context = self._context(host, port) if scheme == "https" else None
        known = self._addresses.get(key)
        async with asyncio.timeout(CONNECT_TIMEOUT):
            transport, connection = await loop.create_connection(
                lambda: Connection(loop),
                known or host,
                port,
                ssl=context,
                server_hostname=host if context else None,
                happy_eyeballs_delay=None if known else HAPPY_EYEBALLS_DELAY,
            )
        self._addresses[key] = transport.get_extra_info("peername")[0]
        return connection

    def _context(self, host: str, port: int) -> ssl.SSLContext:
        url = SafeUrl.trusted(f"https://{host}:{port}" if ":" not in host else f"https://[{host}]:{port}")
        verify = not is_trusted_host(url, self._network.trusted_hosts)
        if verify not in self._contexts:
            self._contexts[verify] = tls_context(self._network, verify=verify)
        return self._contexts[verify]


class _Body(httpx.AsyncByteStream):
    """The body of one answer; its connection goes back to the pool when it was read to the end or is given up."""

    def __init__(self, pool: Pool, connection: Connection, timeout: float, request: httpx.Request) -> None:
        self._pool = pool
        self._connection: Connection | None = connection
        self._timeout = timeout
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        connection = self._connection
        if connection is None:
            return
        latest = time.monotonic() + LONGEST_EXCHANGE
        try:
            while data := await connection.more(self._timeout):
                yield data
                if time.monotonic() > latest:
                    raise TimeoutError
        except TimeoutError as error:
            raise httpx.ReadTimeout("the answer did not end in time", request=self._request) from error
        except ProtocolViolation as violation:
            raise httpx.RemoteProtocolError(str(violation), request=self._request) from violation
        except ConnectionBroken as broken:
            raise httpx.ReadError(str(broken), request=self._request) from broken
        finally:
            self._give_back()

    async def aclose(self) -> None:
        self._give_back()

    def _give_back(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            if not connection.is_usable:
                connection.close()
            self._pool.release(connection)


def _message(request: httpx.Request) -> bytes:
    """The request as bytes. httpx has validated names and values; a line break in one would be a request of its own."""
    lines = [b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    for name, value in request.headers.raw:
        if b"\r" in value or b"\n" in value or b"\r" in name or b"\n" in name:
            raise ValueError(f"a line break in the request header {name!r}")
        lines.append(b"%b: %b" % (name, value))
    return b"\r\n".join(lines) + b"\r\n\r\n"


class ProxyingTransport(httpx.AsyncBaseTransport):
    """Sends each request directly, or through the proxy that the settings name for it."""

    def __init__(self, network: NetworkSettings) -> None:
        self._network = network
        self._direct = ThinTransport(network)
        self._proxied: dict[tuple[str, bool], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = SafeUrl.trusted(str(request.url))
        proxy = proxy_for(url, self._network.proxies, self._network.no_proxy)
        if proxy is None:
            return await self._direct.handle_async_request(request)
        request.extensions["timeout"] = {
            "connect": CONNECT_TIMEOUT, "read": self._network.timeout, "write": self._network.timeout, "pool": None
        }  # fmt: skip
        return await self._through(proxy, url).handle_async_request(request)

    async def aclose(self) -> None:
        await self._direct.aclose()
        for transport in self._proxied.values():
            await transport.aclose()

    def _through(self, proxy: str, url: SafeUrl) -> httpx.AsyncHTTPTransport:
        verify = not is_trusted_host(url, self._network.trusted_hosts)
        key = (proxy, verify)
        if key not in self._proxied:
            limits = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS)
            self._proxied[key] = httpx.AsyncHTTPTransport(
                verify=tls_context(self._network, verify=verify), limits=limits, proxy=proxy, trust_env=False
            )
        return self._proxied[key]


def open_transport(network: NetworkSettings, held: Held | None = None) -> Transport:
    """The transport that the settings ask for; use it on one loop and close it with `aclose`.

    With `held` only what is not held goes to the network, and is held from then on.
    """
    wire: Transport = ProxyingTransport(network) if network.proxies else ThinTransport(network)
    return wire if held is None else HoldingTransport(held, wire)
