"""Customers that were merged into others: where their records are now."""

from typing import Final

from crm_cell.storage.engine import Reader

UNDO_DAYS: Final = 30
_DAY_MS: Final = 86_400_000
_IS_MERGED: Final = (
    "SELECT 1 FROM merged_customers AS merged WHERE merged.tenant_id = customers.tenant_id"
    " AND merged.customer_id = customers.id AND merged.undone_at IS NULL"
)
NOT_MERGED: Final = f" AND NOT EXISTS ({_IS_MERGED})"
"""Of deleted customers: those that were deleted by themselves. To append to a WHERE clause."""
NOT_UNDOABLE: Final = f" AND NOT EXISTS ({_IS_MERGED} AND merged.merged_at > :undoable_since)"
"""Those that no undoing of a merge may bring back."""

# A merge into a customer that is merged itself, and so on: nobody does that often.
_MOST_STEPS = 100
_SURVIVOR: Final = (
    "SELECT survivor_id FROM merged_customers WHERE tenant_id = :tenant"
    " AND customer_id = :customer AND undone_at IS NULL"
)


def undoable_since(now: int) -> int:
    """Merges since then can be undone."""
    return now - UNDO_DAYS * _DAY_MS


async def survivor_of(tx: Reader, tenant: str, customer_id: str) -> str | None:
    """The customer that has everything now; None for one that was not merged."""
    found, asked = None, customer_id
    for _ in range(_MOST_STEPS):
        row = await tx.fetch_one(_SURVIVOR, tenant=tenant, customer=asked)
        if row is None:
            break
        found = asked = row[0]
    return found
