"""Operations on API keys."""

import msgspec

from crm_cell.identity.api_keys import store
from crm_cell.identity.api_keys.tokens import OWN_USER, ApiKey, digest, new_id, new_token
from crm_cell.kernel.errors import NotFound
from crm_cell.storage.engine import Reader, Tx


class CreatedKey(msgspec.Struct, frozen=True):
    """A new key with its token, which is shown once and never stored."""

    key: ApiKey
    token: str


async def create(
    tx: Tx,
    tenant: str,
    *,
    name: str,
    scopes: frozenset[str],
    user: str | None = None,
    expires_at: int | None = None,
) -> CreatedKey:
    """Without a user, the key is its own user and owns the records that it creates."""
    key_id = new_id()
    token = new_token(tenant, key_id)
    key = ApiKey(
        tenant_id=tenant,
        id=key_id,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
        name=name,
        user_id=user or f"{OWN_USER}{key_id}",
        scopes=" ".join(sorted(scopes)),
        token_hash=digest(token),
        expires_at=expires_at,
        revoked_at=None,
    )
    await store.insert(tx, key)
    return CreatedKey(key, token)


async def rotate(
    tx: Tx, before: ApiKey, *, overlap: int = 0, expires_at: int | None = None
) -> tuple[ApiKey, CreatedKey]:
    """Creates a successor of `before`, which then expires after `overlap` milliseconds."""
    made = await create(
        tx,
        before.tenant_id,
        name=before.name,
        scopes=frozenset(before.scopes.split()),
        user=before.user_id,
        expires_at=expires_at,
    )
    ends = tx.now + overlap
    if before.expires_at is not None:
        ends = min(ends, before.expires_at)
    after = _revised(before, tx.now, expires_at=ends)
    await store.end(tx, after)
    return after, made


async def revoke(tx: Tx, before: ApiKey) -> ApiKey:
    after = _revised(before, tx.now, revoked_at=tx.now)
    await store.end(tx, after)
    return after


async def find_usable(tx: Tx, tenant: str, key_id: str) -> ApiKey:
    """Raises NotFound for a key that does not exist, is revoked or has expired."""
    key = await store.find(tx, tenant, key_id, tx.for_update)
    if key is None or key.revoked_at is not None or key.has_expired(tx.now):
        raise NotFound
    return key


async def all_of(tx: Reader, tenant: str) -> list[ApiKey]:
    return await store.all_of(tx, tenant)


async def shown(tx: Reader, tenant: str, now: int, most: int) -> list[ApiKey]:
    return await store.shown(tx, tenant, now, most)


async def count_valid(tx: Tx, tenant: str) -> int:
    return await store.count_valid(tx, tenant, tx.now)


async def find(tx: Reader, tenant: str, key_id: str, lock: str = "") -> ApiKey | None:
    return await store.find(tx, tenant, key_id, lock)


def _revised(key: ApiKey, now: int, **changes: int) -> ApiKey:
    return msgspec.structs.replace(key, **changes, version=key.version + 1, updated_at=now)
