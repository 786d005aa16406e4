"""Mode `platform`: the platform verifies the token."""

import base64
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from crm_cell.http.auth import Identity
from crm_cell.identity.claims import ClaimMapping
from crm_cell.identity.http_client import HttpClient, read_object
from crm_cell.identity.timestamps import is_timestamp
from crm_cell.kernel.errors import Unauthorized
from crm_cell.kernel.messages import TOKEN_EXPIRED

PATH = "/api/auth/me"
_KNOWN_SECONDS = 30.0
_REFUSED_SECONDS = 5.0
_REFUSALS = (401, 403)
_JWT_PARTS = 3


class Platform:
    refusal_seconds = _REFUSED_SECONDS

    def __init__(self, url: str, claim_mapping: ClaimMapping) -> None:
        self._url = url.rstrip("/") + PATH
        self._claims = claim_mapping
        self._http = HttpClient()

    async def verify(self, token: str, now: float) -> tuple[Identity, float]:
        """Raises Unavailable where the platform does not answer or answers nonsense: users must
        neither get access nor be asked to log in again."""
        expires = expiry_of(token)
        if expires <= now:
            raise Unauthorized(TOKEN_EXPIRED)
        status, body = await self._http.get(
            self._url, Authorization=f"Bearer {token}", Accept="application/json"
        )
        if status in _REFUSALS:
            raise Unauthorized(why=f"the platform answered {status}")
        answer = _unwrapped(read_object(self._url, status, body))
        return self._claims.identity(answer), min(expires, now + _KNOWN_SECONDS)

    async def stop(self) -> None:
        await self._http.stop()


def expiry_of(token: str) -> float:
    """The expiry of a JWT, without verifying its signature: a forged one can only shorten it.
    Infinity for other tokens."""
    parts = token.split(".")
    if len(parts) != _JWT_PARTS:
        return math.inf
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=="))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return math.inf
    expires = claims.get("exp") if isinstance(claims, dict) else None
    return float(expires) if is_timestamp(expires) else math.inf


def _unwrapped(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Removes the envelope `data`, which many platforms put around every response."""
    inner = answer.get("data")
    return inner if isinstance(inner, dict) else answer
