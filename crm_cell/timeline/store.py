"""Reads the parts of a timeline, each from the newest on by an index of its table."""

from collections.abc import Mapping, Sequence
from itertools import starmap
from typing import Final, Literal

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.positions import parts_of
from crm_cell.opportunities.history import Change
from crm_cell.resources.record import R
from crm_cell.resources.scope import Scope
from crm_cell.resources.store import Store
from crm_cell.storage.engine import Reader, Row

Of = Literal["customer_id", "opportunity_id"]
"""Whose timeline it is: the reference of what belongs to it."""
_OPPORTUNITIES: Final[Mapping[Of, str]] = {
    "customer_id": "o.customer_id",
    "opportunity_id": "o.id",
}


async def by_id(
    tx: Reader,
    actor: Actor,
    store: Store[R],
    scope: Scope,
    of: Of,
    whose: str,
    before: str,
    limit: int,
    *,
    without: str = "",
) -> list[R]:
    """Records in the order of their ids. `without` is a column that is empty."""
    empty = f" AND {without} IS NULL" if without else ""
    text = store.statements.page(tx.dialect, scope, (of,))
    rows = await tx.fetch_all(
        f"{text}{empty} AND id < :before ORDER BY id DESC LIMIT :limit",
        tenant=actor.tenant,
        owner=actor.owner,
        **{of: whose},
        before=before,
        limit=limit,
    )
    return list(starmap(store.decrypting(tx), rows))


async def by_time(
    tx: Reader,
    actor: Actor,
    store: Store[R],
    scope: Scope,
    of: Of,
    whose: str,
    before: str,
    limit: int,
    *,
    column: str,
) -> list[R]:
    """Records in the order of a time that they have."""
    at, rest = parts_of(before)
    text = store.statements.page(tx.dialect, scope, (of,))
    rows = await tx.fetch_all(
        f"{text} AND {column} <= :at AND ({column} < :at OR substr(id, 15) < :rest)"
        f" ORDER BY {column} DESC, substr(id, 15) DESC LIMIT :limit",
        tenant=actor.tenant,
        owner=actor.owner,
        **{of: whose},
        at=at,
        rest=rest,
        limit=limit,
    )
    return list(starmap(store.decrypting(tx), rows))


async def stage_moves(
    tx: Reader, tenant: str, of: Of, whose: str, before: str, limit: int
) -> Sequence[Change]:
    """Of an opportunity, or of those of a customer, of which there are few."""
    rows = await tx.fetch_all(
        "SELECT h.tenant_id, h.id, h.opportunity_id, h.from_stage, h.to_stage, h.from_status,"
        " h.to_status, h.actor, h.created_at"
        " FROM opportunities AS o JOIN opportunity_changes AS h"
        " ON h.tenant_id = o.tenant_id AND h.opportunity_id = o.id"
        " WHERE o.tenant_id = :tenant AND h.tenant_id = :tenant"
        f" AND {_OPPORTUNITIES[of]} = :whose"
        " AND o.deleted_at IS NULL AND h.id < :before ORDER BY h.id DESC LIMIT :limit",
        tenant=tenant,
        whose=whose,
        before=before,
        limit=limit,
    )
    return [Change(*row) for row in rows]


async def payment_ids(
    tx: Reader, tenant: str, of: Of, whose: str, before: str, limit: int
) -> Sequence[str]:
    rows = await tx.fetch_all(
        "SELECT p.id FROM contracts AS c JOIN payments AS p"
        " ON p.tenant_id = c.tenant_id AND p.contract_id = c.id"
        " WHERE c.tenant_id = :tenant AND p.tenant_id = :tenant"
        f" AND c.{of} = :whose"
        " AND p.id < :before ORDER BY p.id DESC LIMIT :limit",
        tenant=tenant,
        whose=whose,
        before=before,
        limit=limit,
    )
    return [row[0] for row in rows]


async def changes(
    tx: Reader, tenant: str, kind: str, whose: str, before: str, limit: int
) -> Sequence[Row]:
    """Id, actor, masked changes as JSON, and time of the updates of a record. What was redacted
    is left out."""
    return await tx.fetch_all(
        "SELECT id, actor, changes, created_at FROM audit_logs WHERE tenant_id = :tenant"
        " AND resource_type = :kind AND resource_id = :whose AND action = 'updated'"
        " AND wiped IS NULL AND id < :before ORDER BY id DESC LIMIT :limit",
        tenant=tenant,
        kind=kind,
        whose=whose,
        before=before,
        limit=limit,
    )
