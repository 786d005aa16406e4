"""What can be done with keys for machines."""

import msgspec

from crm_cell.identity import store
from crm_cell.identity.api_keys import ApiKey, digest, new_id, new_token
from crm_cell.kernel.entity import revised
from crm_cell.kernel.errors import NotFound
from crm_cell.storage.engine import Reader, Tx


class Made(msgspec.Struct, frozen=True):
    """A key with its token, which is shown this once and kept nowhere."""

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
) -> Made:
    """Without a user the key acts as itself, and what it creates is its own."""
    key_id = new_id()
    token = new_token(tenant, key_id)
    key = ApiKey(
        tenant_id=tenant,
        id=key_id,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
        name=name,
        user_id=user or f"key:{key_id}",
        scopes=" ".join(sorted(scopes)),
        token_hash=digest(token),
        expires_at=expires_at,
        revoked_at=None,
    )
    await store.insert(tx, key)
    return Made(key, token)


async def rotate(
    tx: Tx, before: ApiKey, *, overlap: int = 0, expires_at: int | None = None
) -> tuple[ApiKey, Made]:
    """A new key in the place of `before`, which ends after `overlap` milliseconds."""
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
    after = revised(before, {"expires_at": ends}, tx.now)
    await store.end(tx, after)
    return after, made


async def revoke(tx: Tx, before: ApiKey) -> ApiKey:
    after = revised(before, {"revoked_at": tx.now}, tx.now)
    await store.end(tx, after)
    return after


async def usable(tx: Tx, tenant: str, key_id: str) -> ApiKey:
    """Raises NotFound for one that is not there, or at its end."""
    key = await store.find(tx, tenant, key_id, tx.for_update)
    if key is None or key.revoked_at is not None or key.is_over(tx.now):
        raise NotFound
    return key


async def all_of(tx: Reader, tenant: str) -> list[ApiKey]:
    return await store.all_of(tx, tenant)


async def find(tx: Reader, tenant: str, key_id: str) -> ApiKey | None:
    return await store.find(tx, tenant, key_id)
