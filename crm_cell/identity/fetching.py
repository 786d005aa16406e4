"""Asking somebody else over HTTP, who may be slow, wrong or away."""

import asyncio
from typing import Any

import httpx
import msgspec
import structlog

from crm_cell.kernel.errors import Unavailable
from crm_cell.kernel.urls import without_credentials

log = structlog.get_logger()

# From the first byte sent to the last one read. A request is answered within 25 s or refused, and
# what nobody has answered in five will not be answered.
_SECONDS = 5.0
_CONNECTIONS = httpx.Limits(max_connections=50, max_keepalive_connections=10)
# Far more than any JWKS or any answer about a user. Compressed answers are not asked for, and not
# unpacked: a megabyte could become a thousand.
_MOST_BYTES = 1024 * 1024
_PLAIN = {"Accept-Encoding": "identity"}


class Fetcher:
    """Follows no redirects: a token is shown to the address in the settings, and nobody else."""

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
        """Once more where a connection that was kept open turns out to have been closed."""
        try:
            return await self._get_once(url, headers)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return await self._get_once(url, headers)

    async def _get_once(self, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
        body = bytearray()
        async with self._client.stream("GET", url, headers=headers) as answer:
            async for part in answer.aiter_raw():
                body += part
                if len(body) > _MOST_BYTES:
                    log.warning("answer_too_large", url=without_credentials(url), most=_MOST_BYTES)
                    raise Unavailable
        return answer.status_code, bytes(body)

    async def stop(self) -> None:
        await self._client.aclose()


def read_object(url: str, status: int, body: bytes) -> dict[str, Any]:
    """The JSON object of an answer that went well. Raises Unavailable: it is not the caller's
    fault that somebody else's answer makes no sense."""
    try:
        if status == httpx.codes.OK:
            return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        log.warning("answer_not_understood", url=without_credentials(url), error=repr(error))
        raise Unavailable from error
    log.warning("answer_not_understood", url=without_credentials(url), status=status)
    raise Unavailable
