"""The thin transport against a real server: reuse, races, limits of time and number, TLS."""

from __future__ import annotations

import asyncio
import gc
import shutil
import ssl
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from loopback import CLOSE, Loopback, Seen, answer, run

from explorer.http.connection import Connection
from explorer.http.pool import Pool
from explorer.http.transport import ThinTransport
from explorer.settings.settings import NetworkSettings


async def get(transport: httpx.AsyncBaseTransport, url: str, method: str = "GET") -> tuple[int, bytes]:
    response = await transport.handle_async_request(httpx.Request(method, url))
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.status_code, b"".join([part async for part in response.stream])


def test_one_connection_serves_many_requests_in_turn() -> None:
    async def scenario() -> None:
        async with Loopback(lambda seen: answer(body=seen.path.encode())) as server:
            transport = ThinTransport(NetworkSettings())
            for i in range(5):
                assert await get(transport, f"{server.url}/{i}?q=%20x#fragment") == (200, f"/{i}?q=%20x".encode())
            assert server.connections == 1
            await transport.aclose()

    run(scenario())


def test_a_connection_that_the_server_closed_meanwhile_costs_no_failure() -> None:
    async def scenario() -> None:
        closing = asyncio.Event()

        async def handler(seen: Seen) -> bytes | None:
            if seen.connection == 1 and seen.path == "/second":
                closing.set()
                return None
            return answer(body=b"ok")

        async with Loopback(handler) as server:
            transport = ThinTransport(NetworkSettings())
            await get(transport, f"{server.url}/first")
            assert await get(transport, f"{server.url}/second") == (200, b"ok")
            assert closing.is_set() and server.connections == 2

    run(scenario())


def test_a_new_connection_that_closes_without_an_answer_is_a_failure() -> None:
    async def scenario() -> None:
        async with Loopback(lambda _: None) as server:
            with pytest.raises(httpx.ReadError):
                await get(ThinTransport(NetworkSettings()), server.url)
            assert server.connections == 1

    run(scenario())


def test_an_answer_cut_short_is_a_failure() -> None:
    async def scenario() -> None:
        async with Loopback(lambda _: answer(body=b"half", Content_Length="8") + CLOSE) as server:
            with pytest.raises(httpx.ReadError, match="middle"):
                await get(ThinTransport(NetworkSettings()), server.url)

    run(scenario())


def test_what_is_no_http_is_a_protocol_error() -> None:
    async def scenario() -> None:
        async with Loopback(lambda _: b"220 ftp ready\r\n\r\n") as server:
            with pytest.raises(httpx.RemoteProtocolError):
                await get(ThinTransport(NetworkSettings()), server.url)

    run(scenario())


def test_silence_ends_in_a_time_out() -> None:
    async def scenario() -> None:
        never = asyncio.Event()

        async def handler(_: Seen) -> bytes | None:
            await never.wait()
            return None

        async with Loopback(handler) as server:
            with pytest.raises(httpx.ReadTimeout):
                await get(ThinTransport(NetworkSettings(timeout=0.05)), server.url)
            never.set()

    run(scenario())


def test_a_refused_connection_is_a_connect_error() -> None:
    async def scenario() -> None:
        async with Loopback(lambda _: None) as server:
            url = server.url
        with pytest.raises(httpx.ConnectError):
            await get(ThinTransport(NetworkSettings()), url)

    run(scenario())


def test_requests_at_once_open_bounded_connections_and_all_are_answered() -> None:
    async def scenario() -> None:
        async with Loopback(lambda seen: answer(body=seen.path.encode())) as server:

            async def connect() -> Connection:
                loop = asyncio.get_running_loop()
                _, connection = await loop.create_connection(lambda: Connection(loop), "127.0.0.1", server.port)
                return connection

            pool = Pool(connect, limit=3)

            async def one(i: int) -> int:
                connection = await pool.acquire()
                try:
                    return (await connection.begin("GET", b"GET /%d HTTP/1.1\r\n\r\n" % i, 5)).status
                finally:
                    while await connection.more(5):
                        pass
                    pool.release(connection)

            assert await asyncio.gather(*(one(i) for i in range(40))) == [200] * 40
            assert server.connections <= 3
            pool.close()

    run(scenario())


def test_a_cancelled_request_gives_its_place_back() -> None:
    async def scenario() -> None:
        asked = asyncio.Event()
        never = asyncio.Event()

        async def handler(seen: Seen) -> bytes | None:
            if seen.path == "/slow":
                asked.set()
                await never.wait()
            return answer(body=b"ok")

        async with Loopback(handler) as server:
            transport = ThinTransport(NetworkSettings())
            transport._pool(httpx.Request("GET", server.url))._limit = 1
            slow = asyncio.create_task(get(transport, f"{server.url}/slow"))
            await asked.wait()
            slow.cancel()
            assert await get(transport, f"{server.url}/next") == (200, b"ok")
            never.set()
            await transport.aclose()

    run(scenario())


def test_a_body_larger_than_the_buffers_arrives_whole() -> None:
    async def scenario() -> None:
        body = bytes(range(256)) * 20_000
        async with Loopback(lambda _: answer(body=body)) as server:
            transport = ThinTransport(NetworkSettings())
            assert await get(transport, server.url) == (200, body)
            await transport.aclose()

    run(scenario())


def test_a_body_given_up_early_drops_the_connection() -> None:
    async def scenario() -> None:
        async with Loopback(lambda _: answer(body=b"x" * 10_000_000)) as server:
            transport = ThinTransport(NetworkSettings())
            response = await transport.handle_async_request(httpx.Request("GET", server.url))
            assert isinstance(response.stream, httpx.AsyncByteStream)
            await response.stream.aclose()
            assert (await get(transport, server.url))[0] == 200
            assert server.connections == 2
            await transport.aclose()

    run(scenario())


def test_closing_leaves_nothing_open() -> None:
    async def scenario() -> None:
        async with Loopback(lambda _: answer(body=b"ok")) as server:
            transport = ThinTransport(NetworkSettings())
            await asyncio.gather(*(get(transport, server.url) for _ in range(5)))
            await transport.aclose()
            await asyncio.sleep(0)

    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        run(scenario())
        gc.collect()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost, with its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("makes its certificate with openssl")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", *options, *names, "-keyout", str(file), "-out", f"{file}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


@pytest.mark.parametrize(
    ("settings", "is_trusted"),
    [
        (lambda file: NetworkSettings(ca_bundle=Path(f"{file}.crt")), True),
        (lambda file: NetworkSettings(trusted_hosts=frozenset({"localhost"})), True),
        (lambda file: NetworkSettings(), False),
        (lambda file: NetworkSettings(trusted_hosts=frozenset({"other.test"})), False),
    ],
)
def test_tls_trusts_the_named_bundle_and_trusted_hosts_only(
    certificate: Path, settings: Callable[[Path], NetworkSettings], is_trusted: bool
) -> None:
    async def scenario() -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer(body=b"secret"))
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        transport = ThinTransport(settings(certificate))
        url = f"https://localhost:{server.sockets[0].getsockname()[1]}/"
        if is_trusted:
            assert await get(transport, url) == (200, b"secret")
        else:
            with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
                await get(transport, url)
        await transport.aclose()
        server.close()

    run(scenario())
