"""Tokens that are keys for machines, looked up in the database."""

import hmac
import math

from crm_cell.http.auth import Identity
from crm_cell.identity import service
from crm_cell.identity.api_keys import PREFIX, ApiKey, digest, named_by
from crm_cell.kernel.errors import Unauthorized
from crm_cell.storage.engine import Database, Reader

# A key that was revoked is refused within 30 s, by every process: this, and time to spare.
_KNOWN_SECONDS = 20.0
_MILLISECONDS = 1000


class ApiKeys:
    """Judges tokens that are keys of ours."""

    refusal_seconds = _KNOWN_SECONDS

    def __init__(self, database: Database) -> None:
        self._database = database

    def names_a_key(self, token: str) -> bool:
        """One that is mistyped too: nobody else is shown most of a key."""
        return token.startswith(PREFIX)

    async def judge(self, token: str, now: float) -> tuple[Identity, float]:
        named = named_by(token)
        if named is None:
            raise Unauthorized(why="a key for machines in a wrong form")

        async def unit(tx: Reader) -> ApiKey | None:
            return await service.find(tx, named.tenant, named.id)

        key = await self._database.read("api_keys.find", named.tenant, unit)
        if key is None or not hmac.compare_digest(key.token_hash, digest(token)):
            raise Unauthorized(why="no such key for machines")
        return _identity(key, now), min(now + _KNOWN_SECONDS, _end_of(key))

    async def stop(self) -> None:
        """The database is its owner's to close."""


def _identity(key: ApiKey, now: float) -> Identity:
    if key.revoked_at is not None:
        raise Unauthorized(why=f"the key {key.id} is revoked")
    if _end_of(key) <= now:
        raise Unauthorized("token_expired")
    return Identity(key.user_id, key.tenant_id, frozenset(key.scopes.split()))


def _end_of(key: ApiKey) -> float:
    return math.inf if key.expires_at is None else key.expires_at / _MILLISECONDS
