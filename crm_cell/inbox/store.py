"""SQL of notifications. Each belongs to its receiver, and names records by their ids only."""

import msgspec

from crm_cell.kernel.ids import lowest_at, new_id
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.tenants import tenants_of

TASK_REMINDER, TASK_ASSIGNED, HANDOVER = "taskReminder", "taskAssigned", "handover"


class Notification(msgspec.Struct, frozen=True):
    tenant_id: str
    id: str
    user_id: str
    """The receiver."""
    kind: str
    record_id: str
    occasion: int
    """Tells two notifications of one kind about one record apart: the time of a reminder, the
    version of a record."""
    sender: str | None
    """The user whose action it tells of."""
    many: int
    """How many records it is about."""
    created_at: int
    read_at: int | None = None


_NAMES = Notification.__struct_fields__
_COLUMNS = ", ".join(_NAMES)
_INSERT = (
    "INSERT INTO notifications (tenant_id, id, user_id, kind, record_id, occasion, sender, many,"
    " created_at, read_at) VALUES (:tenant_id, :id, :user_id, :kind, :record_id, :occasion,"
    " :sender, :many, :created_at, :read_at) ON CONFLICT DO NOTHING"
)


async def add(
    tx: Tx,
    tenant: str,
    user: str,
    kind: str,
    record_id: str,
    *,
    occasion: int = 0,
    sender: str | None = None,
    many: int = 1,
) -> bool:
    """False where there is a notification of this occasion already."""
    new = Notification(
        tenant, new_id(tx.id_time), user, kind, record_id, occasion, sender, many, tx.now
    )
    return bool(await tx.execute(_INSERT, **msgspec.structs.asdict(new)))


async def add_to(
    tx: Tx, tenant: str, user: str, kind: str, record_id: str, *, sender: str | None, many: int
) -> None:
    """Adds to the number of a notification and makes it unread again, or adds one. The caller holds
    a lock, so that no other transaction adds it at the same time."""
    found = await tx.execute(
        "UPDATE notifications SET many = many + :many, read_at = NULL WHERE tenant_id = :tenant"
        " AND user_id = :user AND kind = :kind AND record_id = :record AND occasion = 0",
        many=many,
        tenant=tenant,
        user=user,
        kind=kind,
        record=record_id,
    )
    if not found:
        await add(tx, tenant, user, kind, record_id, sender=sender, many=many)


async def page(
    tx: Reader, tenant: str, user: str, *, unread: bool, before: str, limit: int
) -> list[Notification]:
    """Newest first, below the id `before`."""
    narrowed = " AND read_at IS NULL" if unread else ""
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM notifications WHERE tenant_id = :tenant AND user_id = :user"
        f" AND id < :before{narrowed} ORDER BY id DESC LIMIT :limit",
        tenant=tenant,
        user=user,
        before=before,
        limit=limit,
    )
    return [Notification(*row) for row in rows]


async def find(tx: Reader, tenant: str, user: str, identifier: str) -> Notification | None:
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM notifications WHERE tenant_id = :tenant AND user_id = :user"
        f" AND id = :id{tx.for_update}",
        tenant=tenant,
        user=user,
        id=identifier,
    )
    return Notification(*row) if row else None


async def unread(tx: Reader, tenant: str, user: str, *, most: int) -> int:
    """How many, counted up to `most`."""
    row = await tx.fetch_one(
        "SELECT count(*) FROM (SELECT 1 FROM notifications WHERE tenant_id = :tenant"
        " AND user_id = :user AND read_at IS NULL LIMIT :most) AS counted",
        tenant=tenant,
        user=user,
        most=most,
    )
    return int(row[0]) if row else 0


async def newest(tx: Reader, tenant: str, user: str) -> str | None:
    """The highest id of one's own."""
    row = await tx.fetch_one(
        "SELECT max(id) FROM notifications WHERE tenant_id = :tenant AND user_id = :user",
        tenant=tenant,
        user=user,
    )
    return row[0] if row else None


async def newest_of_all(tx: Reader, tenant: str) -> str | None:
    """The highest id of the tenant, found by one step on the primary key."""
    row = await tx.fetch_one(
        "SELECT max(id) FROM notifications WHERE tenant_id = :tenant", tenant=tenant
    )
    return row[0] if row else None


async def mark_read(tx: Tx, notification: Notification) -> None:
    await tx.execute(
        "UPDATE notifications SET read_at = :now WHERE tenant_id = :tenant AND id = :id"
        " AND read_at IS NULL",
        now=tx.now,
        tenant=notification.tenant_id,
        id=notification.id,
    )


async def mark_all_read(tx: Tx, tenant: str, user: str, until: str) -> int:
    """Up to an id, which is included. Returns how many were unread."""
    return await tx.execute(
        "UPDATE notifications SET read_at = :now WHERE tenant_id = :tenant AND user_id = :user"
        " AND read_at IS NULL AND id <= :until",
        now=tx.now,
        tenant=tenant,
        user=user,
        until=until,
    )


async def tenants(tx: Reader) -> list[str]:
    """All tenants with notifications."""
    return await tenants_of(tx, "notifications")


async def purge(tx: Tx, tenant: str, before: int, most: int) -> int:
    """Delete up to `most` of a tenant's notifications from before a time, the oldest first."""
    old = await tx.fetch_all(
        "SELECT id FROM notifications WHERE tenant_id = :tenant AND id < :before ORDER BY id"
        " LIMIT :most",
        tenant=tenant,
        before=lowest_at(before),
        most=most,
    )
    await tx.execute_many(
        "DELETE FROM notifications WHERE tenant_id = :tenant AND id = :id",
        [{"tenant": tenant, "id": row[0]} for row in old],
    )
    return len(old)
