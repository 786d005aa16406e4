"""What administrators can do with API keys."""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from crm_cell.api_keys.messages import (
    ENDS_IN_THE_PAST,
    KEY_UNKNOWN,
    NOT_A_USER,
    SCOPE_NOT_HELD,
    TOO_MANY_KEYS,
)
from crm_cell.audit import api_keys as audit
from crm_cell.identity.api_keys import service as keys
from crm_cell.identity.api_keys.service import CreatedKey
from crm_cell.identity.api_keys.tokens import OWN_USER, ApiKey
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Forbidden, NotFound, RuleViolation
from crm_cell.people.directory import Directory
from crm_cell.storage.engine import Reader, Tx

MOST_KEYS: Final = 200
"""How many may be valid at a time."""
MOST_SHOWN: Final = 500
_DEFAULT_LIFETIME: Final = 90 * 86_400_000


class NewKey(msgspec.Struct, frozen=True):
    """What an administrator asks for."""

    name: str
    scopes: frozenset[str]
    expires_at: int | UnsetType | None
    user_id: str | None


class KeyService:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def all(self, tx: Reader, tenant: str, now: int) -> list[ApiKey]:
        """Valid ones first, newest first."""
        return await keys.shown(tx, tenant, now, MOST_SHOWN)

    async def get(self, tx: Reader, tenant: str, key_id: str) -> ApiKey:
        """Raises NotFound."""
        found = await keys.find(tx, tenant, key_id)
        if found is None:
            raise NotFound(KEY_UNKNOWN)
        return found

    async def create(self, tx: Tx, actor: Actor, new: NewKey, held: Iterable[str]) -> CreatedKey:
        """`held` are the scopes of the caller: nobody can give away what they do not have."""
        if missing := new.scopes - set(held):
            raise Forbidden(
                SCOPE_NOT_HELD, details=SCOPE_NOT_HELD, scopes=" ".join(sorted(missing))
            )
        ends = tx.now + _DEFAULT_LIFETIME if new.expires_at is UNSET else new.expires_at
        if ends is not None and ends <= tx.now:
            raise RuleViolation(ENDS_IN_THE_PAST)
        if new.user_id is not None and new.user_id.startswith(OWN_USER):
            raise RuleViolation(NOT_A_USER)
        await self._directory.check(tx, actor.tenant, new.user_id, "userId")
        if await keys.count_valid(tx, actor.tenant) >= MOST_KEYS:
            raise RuleViolation(TOO_MANY_KEYS, limit=MOST_KEYS)
        made = await keys.create(
            tx,
            actor.tenant,
            name=new.name,
            scopes=new.scopes,
            user=new.user_id,
            expires_at=ends,
        )
        await audit.record_created(tx, actor, made.key)
        return made

    async def revoke(self, tx: Tx, actor: Actor, key_id: str) -> ApiKey:
        """Nothing changes where it is revoked already. Raises NotFound."""
        before = await keys.find(tx, actor.tenant, key_id, tx.for_update)
        if before is None:
            raise NotFound(KEY_UNKNOWN)
        if before.revoked_at is not None:
            return before
        after = await keys.revoke(tx, before)
        await audit.record_updated(tx, actor, before, after)
        return after
