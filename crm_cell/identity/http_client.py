"""HTTP client for the platform and for issuers of tokens."""

import asyncio
from typing import Any

import httpx
import msgspec
import structlog

from crm_cell.kernel.errors import Unavailable
from crm_cell.kernel.urls import without_credentials

log = structlog.get_logger()

# For the whole exchange. It must be well below the 25 s that a request may take in all.
_SECONDS = 5.0
_CONNECTIONS = httpx.Limits(max_connections=50, max_keepalive_connections=10)
# Far more than any JWKS or user has. Compression is off, because a megabyte could unpack to a
# gigabyte.
_MAX_BYTES = 1024 * 1024
_PLAIN = {"Accept-Encoding": "identity"}


class HttpClient:
    """Follows no redirects, so that tokens only go to the configured address."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=_SECONDS, limits=_CONNECTIONS)

    async def get(self, url: str, **headers: str) -> tuple[int, bytes]:
        """Status and body. Raises Unavailable."""
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._get(url, headers | _PLAIN)
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning("no_answer", url=without_credentials(url), error=repr(error))
            raise Unavailable from error

    async def _get(self, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Tries again if the server has closed a keep-alive connection."""
        try:
            return await self._get_once(url, headers)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return await self._get_once(url, headers)

    async def _get_once(self, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
        body = bytearray()
        async with self._client.stream("GET", url, headers=headers) as answer:
            async for part in answer.aiter_raw():
                body += part
                if len(body) > _MAX_BYTES:
                    log.warning("answer_too_large", url=without_credentials(url), most=_MAX_BYTES)
                    raise Unavailable
        return answer.status_code, bytes(body)

    async def stop(self) -> None:
        await self._client.aclose()


def read_object(url: str, status: int, body: bytes) -> dict[str, Any]:
    """The JSON object in a successful response. Raises Unavailable for any other response, because
    the client is not at fault."""
    try:
        if status == httpx.codes.OK:
            return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        log.warning("answer_not_understood", url=without_credentials(url), error=repr(error))
        raise Unavailable from error
    log.warning("answer_not_understood", url=without_credentials(url), status=status)
    raise Unavailable
