"""Verifies API keys against the database."""

import hmac
import math

from crm_cell.http.auth import Identity
from crm_cell.identity.api_keys import service
from crm_cell.identity.api_keys.tokens import PREFIX, ApiKey, digest, parse_token
from crm_cell.kernel.errors import Unauthorized
from crm_cell.kernel.messages import TOKEN_EXPIRED
from crm_cell.kernel.scopes import UNMASKED
from crm_cell.storage.engine import Database, Reader

# Every process must reject a revoked key within 30 s. The rest is a margin.
_KNOWN_SECONDS = 20.0
_MILLISECONDS = 1000


class ApiKeys:
    """Verifies tokens with the prefix of API keys."""

    refusal_seconds = _KNOWN_SECONDS

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_api_key(self, token: str) -> bool:
        """True also for a mistyped key: no other verifier must see most of a secret."""
        return token.startswith(PREFIX)

    async def verify(self, token: str, now: float) -> tuple[Identity, float]:
        named = parse_token(token)
        if named is None:
            raise Unauthorized(why="malformed API key")

        async def unit(tx: Reader) -> ApiKey | None:
            return await service.find(tx, named.tenant, named.id)

        key = await self._database.read("api_keys.find", named.tenant, unit)
        if key is None or not hmac.compare_digest(key.token_hash, digest(token)):
            raise Unauthorized(why="unknown API key")
        return _identity(key, now), min(now + _KNOWN_SECONDS, _expiry(key))

    async def stop(self) -> None:
        """Does not close the database, which others use."""


def _identity(key: ApiKey, now: float) -> Identity:
    if key.revoked_at is not None:
        raise Unauthorized(why=f"the key {key.id} is revoked")
    if _expiry(key) <= now:
        raise Unauthorized(TOKEN_EXPIRED)
    scopes = frozenset(key.scopes.split())
    if not key.is_own_user:
        scopes -= {UNMASKED}
    return Identity(key.user_id, key.tenant_id, scopes, is_api_key=True)


def _expiry(key: ApiKey) -> float:
    return math.inf if key.expires_at is None else key.expires_at / _MILLISECONDS
