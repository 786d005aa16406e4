"""SQL for the daily counters of reveals, of tested rows and of checks for duplicates."""

from typing import Final

from crm_cell.storage.engine import Tx


def _count_one(table: str) -> str:
    return (
        f"INSERT INTO {table} (tenant_id, actor, day, count)"
        " VALUES (:tenant, :actor, :day, 1)"
        " ON CONFLICT (tenant_id, actor) DO UPDATE SET"
        f" count = CASE WHEN {table}.day < excluded.day THEN 1 ELSE {table}.count + 1 END,"
        f" day = CASE WHEN {table}.day < excluded.day THEN excluded.day ELSE {table}.day END"
        f" WHERE {table}.day < excluded.day OR {table}.count < :most"
        " RETURNING count"
    )


_COUNT_REVEAL: Final = _count_one("reveal_counts")
_COUNT_CHECK: Final = _count_one("duplicate_check_counts")


async def count(tx: Tx, tenant: str, actor: str, day: int, most: int) -> bool:
    """Increments the counter of the day. Returns False, and changes nothing, if it is `most`.

    A process whose clock is behind uses the later day that another process has begun.
    """
    row = await tx.fetch_one(_COUNT_REVEAL, tenant=tenant, actor=actor, day=day, most=most)
    return row is not None


async def count_tested(tx: Tx, tenant: str, actor: str, day: int, rows: int, most: int) -> bool:
    """Adds `rows` to the counter of the day. Returns False, and changes nothing, if it would exceed
    `most`. Clocks that are behind: as `count`."""
    if rows > most:
        return False
    row = await tx.fetch_one(
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


async def count_check(tx: Tx, tenant: str, actor: str, day: int, most: int) -> bool:
    """Counts one check for duplicates, as `count` does."""
    row = await tx.fetch_one(_COUNT_CHECK, tenant=tenant, actor=actor, day=day, most=most)
    return row is not None
