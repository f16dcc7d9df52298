"""Which proxy a request goes through, and that it goes there."""

from __future__ import annotations

import base64

import httpx
import pytest
from loopback import Loopback, answer, run

from explorer.http.proxies import proxy_for
from explorer.http.transport import ThinTransport, open_transport
from explorer.model.url import SafeUrl
from explorer.settings.settings import NetworkSettings

URL = SafeUrl.parse("http://pypi.corp.test:8080/simple/")


@pytest.mark.parametrize(
    ("proxies", "chosen"),
    [
        ({}, None),
        ({"http": "http://p.test:3128"}, "http://p.test:3128"),
        ({"https": "http://p.test:3128"}, None),
        ({"all": "p.test:3128"}, "http://p.test:3128"),
        ({"all": "http://a.test", "http": "http://h.test"}, "http://h.test"),
    ],
)
def test_the_proxy_of_the_scheme_else_the_one_for_all(proxies: dict[str, str], chosen: str | None) -> None:
    assert proxy_for(URL, proxies, ()) == chosen


@pytest.mark.parametrize(
    ("entry", "bypasses"),
    [
        ("*", True),
        ("pypi.corp.test", True),
        ("corp.test", True),
        (".corp.test", True),
        ("corp.test:8080", True),
        ("corp.test:80", False),
        ("orp.test", False),
        ("10.0.0.0/8", False),
        ("", False),
    ],
)
def test_hosts_that_are_asked_directly(entry: str, bypasses: bool) -> None:
    assert (proxy_for(URL, {"http": "http://p.test"}, (entry,)) is None) is bypasses


@pytest.mark.parametrize(
    ("entry", "bypasses"), [("10.1.2.3", True), ("10.0.0.0/8", True), ("11.0.0.0/8", False), ("10.x/8", False)]
)
def test_addresses_and_networks(entry: str, bypasses: bool) -> None:
    url = SafeUrl.parse("http://10.1.2.3/simple/")
    assert (proxy_for(url, {"http": "http://p.test"}, (entry,)) is None) is bypasses


def test_requests_go_through_the_proxy_with_its_credentials() -> None:
    async def scenario() -> None:
        async with Loopback(lambda seen: answer(body=seen.path.encode())) as proxy:
            network = NetworkSettings(
                proxies={"http": f"http://bob:pw@127.0.0.1:{proxy.port}"}, no_proxy=("direct.test",)
            )
            transport = open_transport(network)
            response = await transport.handle_async_request(httpx.Request("GET", "http://index.test/simple/"))
            assert await response.aread() == b"http://index.test/simple/"
            expected = "Basic " + base64.b64encode(b"bob:pw").decode()
            assert proxy.seen[0].headers["proxy-authorization"] == expected
            await transport.aclose()

    run(scenario())


def test_without_a_proxy_the_thin_transport_is_used() -> None:
    assert isinstance(open_transport(NetworkSettings()), ThinTransport)
