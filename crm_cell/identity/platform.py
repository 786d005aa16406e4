"""Mode `platform`: the platform says whose token it is."""

import base64
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from crm_cell.http.auth import Identity
from crm_cell.identity.fetching import Fetcher, read_object
from crm_cell.identity.grants import Grants
from crm_cell.identity.moments import is_moment
from crm_cell.kernel.errors import Unauthorized

PATH = "/api/auth/me"
_KNOWN_SECONDS = 30.0
_REFUSED_SECONDS = 5.0
_REFUSALS = (401, 403)
_JWT_PARTS = 3


class Platform:
    refusal_seconds = _REFUSED_SECONDS

    def __init__(self, url: str, grants: Grants) -> None:
        self._url = url.rstrip("/") + PATH
        self._grants = grants
        self._fetcher = Fetcher()

    async def judge(self, token: str, now: float) -> tuple[Identity, float]:
        """A platform that is away or makes no sense is Unavailable: nobody is let in, and nobody
        is sent to log in again."""
        expires = expiry_of(token)
        if expires <= now:
            raise Unauthorized("token_expired")
        status, body = await self._fetcher.get(
            self._url, Authorization=f"Bearer {token}", Accept="application/json"
        )
        if status in _REFUSALS:
            raise Unauthorized(why=f"the platform answered {status}")
        answer = _unwrapped(read_object(self._url, status, body))
        return self._grants.identity(answer), min(expires, now + _KNOWN_SECONDS)

    async def stop(self) -> None:
        await self._fetcher.stop()


def expiry_of(token: str) -> float:
    """What a token of three parts says of itself, without asking who signed it: that can only make
    it end sooner. Infinity for one that says nothing."""
    parts = token.split(".")
    if len(parts) != _JWT_PARTS:
        return math.inf
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=="))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return math.inf
    expires = claims.get("exp") if isinstance(claims, dict) else None
    return float(expires) if is_moment(expires) else math.inf


def _unwrapped(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Many platforms put every answer into an envelope."""
    inner = answer.get("data")
    return inner if isinstance(inner, dict) else answer
