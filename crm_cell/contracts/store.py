"""Storage of contracts: sums of payments, and lookup by idempotency key."""

from typing import Any

import msgspec
import sqlalchemy as sa

from crm_cell.contracts.resource import Contract
from crm_cell.kernel.money import MAX_CENTS
from crm_cell.resources import rollups
from crm_cell.resources.statements import Statements
from crm_cell.resources.store import Store
from crm_cell.resources.visibility import TENANT
from crm_cell.storage.counter_check import Difference
from crm_cell.storage.engine import Reader, Tx


class ContractStore(Store[Contract]):
    async def is_entered(self, tx: Reader, contract: Contract) -> bool:
        """Whether a contract has the same idempotency key or request id."""
        row = await tx.fetch_one(
            self.statements.text(tx.dialect, _entered),
            tenant=contract.tenant_id,
            key=contract.request_key,
            request=contract.request_id,
        )
        return row is not None

    async def add_paid(self, tx: Tx, contract: Contract, amount: int) -> bool:
        """Add a payment. Returns False if the sum would exceed an int64."""
        added = await tx.execute(
            self.statements.text(tx.dialect, _add_paid),
            amount=amount,
            now=tx.now,
            tenant=contract.tenant_id,
            record=contract.id,
            most=MAX_CENTS - amount,
        )
        if added:
            paid = msgspec.structs.replace(contract, paid_cents=contract.paid_cents + amount)
            await rollups.follow(tx, self.rollups, [(contract, paid)])
        return added == 1


async def wrong_paid(tx: Reader) -> list[Difference]:
    """Stored sums that differ from the sums of the payments, of all tenants."""
    rows = await tx.fetch_all(
        "SELECT c.tenant_id, c.id, c.paid_cents, CAST(coalesce(sum(p.amount_cents), 0) AS BIGINT)"
        " FROM contracts AS c LEFT JOIN payments AS p"
        " ON p.tenant_id = c.tenant_id AND p.contract_id = c.id"
        " GROUP BY c.tenant_id, c.id, c.paid_cents"
        " HAVING c.paid_cents <> coalesce(sum(p.amount_cents), 0) ORDER BY c.tenant_id, c.id"
    )
    return [Difference(tenant, "contracts.paid_cents", *rest) for tenant, *rest in rows]


def _entered(statements: Statements) -> sa.Select[Any]:
    """A union, because each condition has its own index."""
    columns = statements.table.c
    one: sa.Select[Any] = sa.select(sa.literal_column("1")).where(columns.tenant_id == TENANT)
    return sa.union_all(
        one.where(columns.request_key == sa.bindparam("key")),
        one.where(columns.request_id == sa.bindparam("request")),
    ).limit(sa.literal_column("1"))  # type: ignore[return-value]  # both are queries


def _add_paid(statements: Statements) -> sa.Update:
    columns = statements.table.c
    return (
        sa.update(statements.table)
        .where(
            columns.tenant_id == TENANT,
            columns.id == sa.bindparam("record"),
            columns.paid_cents <= sa.bindparam("most"),
        )
        .values(
            paid_cents=columns.paid_cents + sa.bindparam("amount"),
            version=columns.version + sa.literal_column("1"),
            updated_at=sa.bindparam("now"),
        )
    )
