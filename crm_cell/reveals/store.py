"""How often somebody has looked today, and how many rows they had tested, in SQL."""

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


async def count_tested(tx: Tx, tenant: str, actor: str, day: int, rows: int, most: int) -> bool:
    """So many rows more on this day; False, and nothing has changed, where it would be over `most`.
    A clock that is behind counts as above."""
    if rows > most:
        return False
    row = await tx.one(
        "INSERT INTO dry_run_counts (tenant_id, actor, day, count)"
        " VALUES (:tenant, :actor, :day, :rows)"
        " ON CONFLICT (tenant_id, actor) DO UPDATE SET"
        " count = CASE WHEN dry_run_counts.day < excluded.day THEN excluded.count"
        " ELSE dry_run_counts.count + excluded.count END,"
        " day = CASE WHEN dry_run_counts.day < excluded.day THEN excluded.day"
        " ELSE dry_run_counts.day END"
        " WHERE dry_run_counts.day < excluded.day OR dry_run_counts.count <= :room"
        " RETURNING count",
        tenant=tenant,
        actor=actor,
        day=day,
        rows=rows,
        room=most - rows,
    )
    return row is not None
