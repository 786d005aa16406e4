"""SQL for API keys."""

import msgspec

from crm_cell.identity.api_keys.tokens import ApiKey
from crm_cell.storage.engine import Reader, Tx

_COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, name, user_id, scopes, token_hash, expires_at,"
    " revoked_at"
)
_VALID = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)"


async def insert(tx: Tx, key: ApiKey) -> None:
    await tx.execute(
        f"INSERT INTO api_keys ({_COLUMNS}) VALUES (:tenant_id, :id, :version, :created_at,"
        " :updated_at, :name, :user_id, :scopes, :token_hash, :expires_at, :revoked_at)",
        **msgspec.structs.asdict(key),
    )


async def find(tx: Reader, tenant: str, key_id: str, lock: str = "") -> ApiKey | None:
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM api_keys WHERE tenant_id = :tenant AND id = :id{lock}",
        tenant=tenant,
        id=key_id,
    )
    return ApiKey(*row) if row else None


async def all_of(tx: Reader, tenant: str) -> list[ApiKey]:
    """Newest first."""
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM api_keys WHERE tenant_id = :tenant ORDER BY created_at DESC, id",
        tenant=tenant,
    )
    return [ApiKey(*row) for row in rows]


async def shown(tx: Reader, tenant: str, now: int, most: int) -> list[ApiKey]:
    """Valid ones before the others, newest first."""
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM api_keys WHERE tenant_id = :tenant"
        f" ORDER BY CASE WHEN {_VALID} THEN 0 ELSE 1 END, created_at DESC, id LIMIT :most",
        tenant=tenant,
        now=now,
        most=most,
    )
    return [ApiKey(*row) for row in rows]


async def count_valid(tx: Reader, tenant: str, now: int) -> int:
    row = await tx.fetch_one(
        f"SELECT count(*) FROM api_keys WHERE tenant_id = :tenant AND {_VALID}",
        tenant=tenant,
        now=now,
    )
    return row[0] if row else 0


async def end(tx: Tx, key: ApiKey) -> None:
    """Update expiry and revocation. No other column ever changes."""
    await tx.execute(
        "UPDATE api_keys SET version = :version, updated_at = :updated_at,"
        " expires_at = :expires_at, revoked_at = :revoked_at"
        " WHERE tenant_id = :tenant_id AND id = :id",
        **msgspec.structs.asdict(key),
    )
