"""Answers that the user put in place of an index's own: at the wire, in front of held answers and the network."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from ..model.url import SafeUrl
from ..settings.settings import InjectedStatus
from .held import SOURCE
from .transport import Transport


def injected_status(injected: Sequence[InjectedStatus], url: SafeUrl) -> int | None:
    """The status that the page at `url` is to be answered with; of several the one made last."""
    return next((each.status for each in reversed(injected) if each.is_for(url)), None)


class InjectingTransport(httpx.AsyncBaseTransport):
    """Answers the pages that `injected` is about, whatever user is sent; everything else goes `beyond`."""

    def __init__(self, injected: Sequence[InjectedStatus], beyond: Transport) -> None:
        self._injected = injected
        self._beyond = beyond

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        status = injected_status(self._injected, SafeUrl.trusted(str(request.url)))
        if status is None:
            return await self._beyond.handle_async_request(request)
        request.extensions[SOURCE] = "what if"
        return httpx.Response(status, stream=httpx.ByteStream(b""))

    async def aclose(self) -> None:
        await self._beyond.aclose()
