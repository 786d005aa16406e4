"""How often somebody has looked today, in SQL."""

from crm_cell.storage.engine import Tx


async def count(tx: Tx, tenant: str, actor: str, day: int, most: int) -> bool:
    """Once more on this day; False, and nothing has changed, where it was `most` times already.

    A clock that is a little behind counts for the day that has begun elsewhere.
    """
    row = await tx.one(
        "INSERT INTO reveal_counts (tenant_id, actor, day, count)"
        " VALUES (:tenant, :actor, :day, 1)"
        " ON CONFLICT (tenant_id, actor) DO UPDATE SET"
        " count = CASE WHEN reveal_counts.day < excluded.day THEN 1"
        " ELSE reveal_counts.count + 1 END,"
        " day = CASE WHEN reveal_counts.day < excluded.day THEN excluded.day"
        " ELSE reveal_counts.day END"
        " WHERE reveal_counts.day < excluded.day OR reveal_counts.count < :most"
        " RETURNING count",
        tenant=tenant,
        actor=actor,
        day=day,
        most=most,
    )
    return row is not None
