"""SQL of calendar feeds: one for each user, by the hash of its token."""

import msgspec

from crm_cell.storage.engine import Reader, Tx


class Feed(msgspec.Struct, frozen=True):
    tenant_id: str
    user_id: str
    token_hash: bytes
    created_at: int


_SELECT = "SELECT tenant_id, user_id, token_hash, created_at FROM calendar_feeds"


async def of_user(tx: Reader, tenant: str, user: str) -> Feed | None:
    row = await tx.fetch_one(
        f"{_SELECT} WHERE tenant_id = :tenant AND user_id = :user", tenant=tenant, user=user
    )
    return Feed(*row) if row else None


async def of_token(tx: Reader, tenant: str, token_hash: bytes) -> Feed | None:
    row = await tx.fetch_one(
        f"{_SELECT} WHERE tenant_id = :tenant AND token_hash = :hash",
        tenant=tenant,
        hash=token_hash,
    )
    return Feed(*row) if row else None


async def save(tx: Tx, feed: Feed) -> None:
    """In place of the one that the user had."""
    await tx.execute(
        "INSERT INTO calendar_feeds (tenant_id, user_id, token_hash, created_at)"
        " VALUES (:tenant_id, :user_id, :token_hash, :created_at)"
        " ON CONFLICT (tenant_id, user_id) DO UPDATE SET token_hash = excluded.token_hash,"
        " created_at = excluded.created_at",
        **msgspec.structs.asdict(feed),
    )


async def delete(tx: Tx, tenant: str, user: str) -> None:
    await tx.execute(
        "DELETE FROM calendar_feeds WHERE tenant_id = :tenant AND user_id = :user",
        tenant=tenant,
        user=user,
    )
